package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
)

// Entry is one entry of the audit log. Its JSON, byte for byte as stored and
// exported, is a leaf of the Merkle tree (RFC 6962): its leaf hash is
// SHA-256(0x00 ‖ JSON). Fields are only ever added, with omitempty.
type Entry struct {
	Number uint64          `json:"n"`      // 1, 2, 3 …; the leaf's index plus one
	At     time.Time       `json:"at"`     // UTC; never before the entry before it
	Actor  string          `json:"actor"`  // incident.Principal.ID
	Source incident.Source `json:"source"` // the door
	Act    string          `json:"act"`    // "incident.open"
	Object string          `json:"object"` // "incident/<id>"
	Writes int             `json:"writes"` // how many keys it wrote
	Digest string          `json:"digest"` // SHA-256 of the list of those writes, in hex
}

// draft is an entry before it has a number.
type draft struct {
	act, object string
	writes      []write
}

// Record puts an entry in the audit log when the transaction commits: what was
// done ("incident.open": a noun, a dot, a verb) to what ("incident/<id>", or
// "<kind>/<id>" with further parts). Ids only: text with a space, an @ or a
// character outside ASCII is refused when the transaction ends.
//
// The writes since the last Record are this entry's; those after the last
// Record of a transaction are that one's too.
func (tx *Tx) Record(act, object string) {
	if tx.usable() != nil {
		return
	}
	switch {
	case !tx.writes:
		tx.refuse("an entry was recorded in a View")
	case !plainID(act) || !strings.Contains(act, "."):
		tx.refuse("%q is no name for an act: expected a form like incident.open", act)
	case !plainID(object) || !strings.Contains(object, "/"):
		// Not quoted: it may be the very personal data that has no place here.
		tx.refuse("%s: the object is not of the form kind/id, or holds what an id does not", act)
	default:
		tx.entries = append(tx.entries, draft{act: act, object: object, writes: tx.pending})
		tx.pending, tx.index = nil, nil
	}
}

func (tx *Tx) refuse(format string, args ...any) {
	if tx.refused == nil {
		tx.refused = incident.Errorf(incident.Internal, "ledger: "+format, args...)
	}
}

// accepted checks, after fn, that all it wrote has an entry.
func (tx *Tx) accepted() error {
	if tx.refused != nil {
		return tx.refused
	}
	if len(tx.entries) == 0 {
		if tx.changes > 0 {
			return incident.Errorf(incident.Internal, "ledger: a write to %s without an audit entry was refused", tx.undo[0].bucket)
		}
		return nil
	}
	last := &tx.entries[len(tx.entries)-1]
	last.writes = append(last.writes, tx.pending...)
	tx.pending, tx.index = nil, nil
	return nil
}

// plainID accepts what ids are made of, and so keeps names and addresses out of the log.
func plainID(s string) bool {
	for _, c := range s {
		if c <= ' ' || c > '~' || strings.ContainsRune("@\"'<>\\&", c) {
			return false
		}
	}
	return s != "" && len(s) <= 512
}

// encode gives the leaf. encoding/json keeps the order of the fields and none of
// the texts needs escaping (see plainID), so the same entry always gives the same bytes.
func (e Entry) encode() ([]byte, error) { return json.Marshal(e) }

// decodeEntry reads a leaf and insists that it is exactly what encode gives.
func decodeEntry(leaf []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(leaf, &e); err != nil {
		return e, fmt.Errorf("not an entry")
	}
	return e, nil
}

// Digest is the SHA-256 of the stored, sealed bytes of a value: it tells whether
// a value changed, and nothing of what it says. The zero Digest means absent.
type Digest [sha256.Size]byte

func digestOf(stored []byte) Digest {
	if stored == nil {
		return Digest{}
	}
	return sha256.Sum256(stored)
}

// String is the digest in hex, or "absent".
func (d Digest) String() string {
	if d == (Digest{}) {
		return "absent"
	}
	return hex.EncodeToString(d[:])
}
