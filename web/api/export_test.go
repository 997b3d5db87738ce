package api

import (
	"crypto/sha256"
	"encoding/hex"

	"tocsin/incident/ledger"
)

// Interrupt puts a request back to where it was before its answer was kept.
func Interrupt(tx *ledger.Tx, token, key string) error {
	sum := sha256.Sum256([]byte(key))
	k := ledger.K(token, hex.EncodeToString(sum[:]))
	r, err := requests.Get(tx, k)
	if err != nil {
		return err
	}
	r.Done, r.Answer, r.Incident = false, nil, ""
	tx.Record("request.interrupt", "request/"+token)
	return requests.Put(tx, k, r)
}

// Strict is the reader of bodies, for its fuzzer.
func Strict(raw []byte, into any) error { return strict(raw, into) }

// Routes are method and path of each route, with the names of its query parameters.
func (a *API) Routes() map[string][]string {
	out := map[string][]string{}
	for _, rt := range a.routes {
		out[rt.method+" "+prefix+rt.path] = rt.query
	}
	return out
}

// Objects are the routes that read a JSON object.
func (a *API) Objects() map[string]bool {
	out := map[string]bool{}
	for _, rt := range a.routes {
		if rt.body == object || rt.body == form {
			out[rt.method+" "+prefix+rt.path] = true
		}
	}
	return out
}
