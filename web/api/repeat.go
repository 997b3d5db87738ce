package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// A request with an Idempotency-Key is written down before its act and its
// answer after it. The act commits by itself in between, so a crash can leave a
// request without an answer. Then the audit log decides: where its token did
// nothing since, it is carried out now; where it did, nobody can tell whether
// that was this act, and the caller is told to look.

// request is a call with a key that was begun, and maybe answered.
type request struct {
	Print    string    `json:"print"` // SHA-256 over method, path and body; empty while an upload runs
	Began    time.Time `json:"began"`
	Entry    uint64    `json:"entry"` // last entry of the audit log before it
	Done     bool      `json:"done,omitempty"`
	Incident string    `json:"incident,omitempty"` // whose table holds the answer; empty: Answer does
	Answer   *kept     `json:"answer,omitempty"`
}

// kept is an answer as it was given.
type kept struct {
	Status   int    `json:"status"`
	Location string `json:"location,omitempty"`
	Body     []byte `json:"body,omitempty"`
}

var (
	requests = ledger.NewSystemTable[request]("api_requests")    // token, SHA-256 of the key
	began    = ledger.NewSystemTable[bool]("api_requests_began") // instant, token, SHA-256 of the key
	answers  = ledger.NewCaseTable[kept]("api_answers")          // incident, token, SHA-256 of the key
)

// Tables lists what the package stores, for the store's checker. Answers about
// an incident are sealed under its key and go with it.
func Tables() []ledger.Checker { return []ledger.Checker{requests, began, answers} }

// keptFor is how long an answer is given again.
const keptFor = 7 * 24 * time.Hour

// once carries a request out once, whatever number of times it is sent.
func (a *API) once(w http.ResponseWriter, c *call, rt route, key string) {
	k, err := a.begin(c, key)
	if err == nil {
		defer a.land(k)
		var again *kept
		if again, err = a.earlier(c, rt, k); err == nil && again != nil {
			w.Header().Set("Idempotent-Replayed", "true")
			write(w, *again)
			return
		}
	}
	if err != nil {
		a.refuse(w, c.r, err)
		return
	}
	// What a disconnect interrupts is undone by the store; what it did not
	// interrupt is written down all the same.
	ctx := context.WithoutCancel(c.r.Context())
	rep, err := rt.do(c)
	var body []byte
	if err == nil {
		body, err = encode(rep.body)
	}
	if err != nil {
		if ferr := a.forget(ctx, c.by, k); ferr != nil {
			a.logError(c.r, ferr)
		}
		a.refuse(w, c.r, err)
		return
	}
	answer := kept{Status: rep.status, Location: rep.location, Body: body}
	if err := a.keep(ctx, c, k, rep.incident, answer); err != nil {
		a.logError(c.r, err) // the act is done; a repetition will be told that nobody knows
	}
	write(w, answer)
}

// requestKey names a request: its token and a digest of the caller's key.
type requestKey struct{ token, digest string }

func (k requestKey) object() string { return "request/" + k.token + "/" + k.digest }

// begin claims the key in this process.
func (a *API) begin(c *call, key string) (requestKey, error) {
	if len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return requestKey{}, wrong("Idempotency-Key", "at most 255 printable ASCII characters")
	}
	sum := sha256.Sum256([]byte(key))
	k := requestKey{c.by.ID, hex.EncodeToString(sum[:])}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.flying[k.object()] {
		return k, incident.Errorf(incident.Conflict, "A request with this Idempotency-Key is under way. Wait for its answer, or send it again later.")
	}
	a.flying[k.object()] = true
	return k, nil
}

func (a *API) land(k requestKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.flying, k.object())
}

// earlier gives the answer this request had, or writes down that it begins now.
func (a *API) earlier(c *call, rt route, k requestKey) (*kept, error) {
	ctx := c.r.Context()
	var caseID string
	if c.ref() != "" { // whoever may no longer see the incident gets no old answer about it
		i, err := a.Desk.Incident(ctx, c.by, c.ref())
		if err != nil {
			return nil, err
		}
		caseID = i.ID
	}
	var old *request
	err := a.Ledger.View(ctx, func(tx *ledger.Tx) error {
		r, err := requests.Get(tx, ledger.K(k.token, k.digest))
		if incident.KindOf(err) == incident.NotFound {
			return nil
		}
		if err == nil && tx.Now().Sub(r.Began) < keptFor {
			old = &r
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	print := ""
	if !c.upload {
		print = fingerprint(c.r.Method, c.r.URL.Path, canonical(c.body))
	} else if old != nil && old.Done {
		if print, err = c.readThrough(); err != nil {
			return nil, err
		}
	}
	if old != nil && old.Print != "" && print != "" && old.Print != print {
		return nil, incident.Errorf(incident.Conflict, "This Idempotency-Key was used for another request. Take a new one for each request.")
	}
	if old != nil && old.Done {
		return a.replay(ctx, c.by, k, old)
	}
	return nil, a.Ledger.Update(ctx, c.by, func(tx *ledger.Tx) error {
		if old != nil {
			if err := untouched(tx, k.token, old.Entry); err != nil {
				return err
			}
		}
		return note(tx, k, request{Print: print, Incident: caseID})
	})
}

func (a *API) replay(ctx context.Context, by incident.Principal, k requestKey, old *request) (*kept, error) {
	if old.Incident == "" {
		return old.Answer, nil
	}
	if _, err := a.Desk.Incident(ctx, by, old.Incident); err != nil {
		return nil, err
	}
	var out kept
	err := a.Ledger.View(ctx, func(tx *ledger.Tx) (err error) {
		out, err = answers.Get(tx, ledger.K(old.Incident, k.token, k.digest))
		return err
	})
	return &out, err
}

// note writes down that a request begins, and lets go of a few that are over.
func note(tx *ledger.Tx, k requestKey, r request) error {
	if err := sweep(tx); err != nil {
		return err
	}
	var err error
	if r.Entry, err = ledger.EntryCount(tx); err != nil {
		return err
	}
	r.Began = tx.Now()
	tx.Record("request.begin", k.object())
	if err := began.Put(tx, ledger.K(r.Began, k.token, k.digest), true); err != nil {
		return err
	}
	return requests.Put(tx, ledger.K(k.token, k.digest), r)
}

// sweep removes requests kept long enough, a few at a time.
func sweep(tx *ledger.Tx) error {
	var over []ledger.Key
	err := began.ScanKeys(tx, ledger.K(), func(at ledger.Key) error {
		if tx.Now().Sub(at.Time(0)) < keptFor || len(over) == 20 {
			return ledger.Stop
		}
		over = append(over, bytes.Clone(at))
		return nil
	})
	for n := 0; err == nil && n < len(over); n++ {
		err = remove(tx, over[n])
	}
	return err
}

func remove(tx *ledger.Tx, at ledger.Key) error {
	k := ledger.K(at.Text(1), at.Text(2))
	r, err := requests.Get(tx, k)
	switch {
	case incident.KindOf(err) == incident.NotFound:
	case err != nil:
		return err
	case r.Began.Equal(at.Time(0)): // else the key was used again since
		if r.Incident != "" {
			if err := answers.Delete(tx, ledger.K(r.Incident, at.Text(1), at.Text(2))); err != nil {
				return err
			}
		}
		if err := requests.Delete(tx, k); err != nil {
			return err
		}
	}
	return began.Delete(tx, at)
}

// untouched is nil where the token did nothing since that entry.
func untouched(tx *ledger.Tx, token string, since uint64) error {
	for from := since + 1; ; {
		entries, err := ledger.Entries(tx, from, 500)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if e.Actor == token && e.Act != "token.use" && !strings.HasPrefix(e.Act, "request.") {
				return incident.Errorf(incident.Conflict, "An earlier request with this Idempotency-Key was interrupted, and whether it was carried out is not known. Look whether it was; if not, send it with a new key.")
			}
		}
		from = entries[len(entries)-1].Number + 1
	}
}

// forget lets a key be used again: what failed changed nothing.
func (a *API) forget(ctx context.Context, by incident.Principal, k requestKey) error {
	return a.Ledger.Update(ctx, by, func(tx *ledger.Tx) error {
		tx.Record("request.forget", k.object())
		return requests.Delete(tx, ledger.K(k.token, k.digest))
	})
}

func (a *API) keep(ctx context.Context, c *call, k requestKey, opened string, answer kept) error {
	return a.Ledger.Update(ctx, c.by, func(tx *ledger.Tx) error {
		r, err := requests.Get(tx, ledger.K(k.token, k.digest))
		if err != nil {
			return err
		}
		r.Done = true
		if c.print != "" {
			r.Print = c.print
		}
		if opened != "" {
			r.Incident = opened
		}
		tx.Record("request.answer", k.object())
		if r.Incident == "" {
			r.Answer = &answer
		} else if err := answers.Put(tx, ledger.K(r.Incident, k.token, k.digest), answer); err != nil {
			return err
		}
		return requests.Put(tx, ledger.K(k.token, k.digest), r)
	})
}

func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// canonical makes two spellings of the same JSON equal: a client that builds its
// body anew may order keys otherwise.
func canonical(raw []byte) string {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return string(raw)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(out)
}
