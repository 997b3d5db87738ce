package ledger

import (
	"context"
	"encoding/json"
	"strings"

	"go.etcd.io/bbolt"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// Checks are what Fsck looks at beyond what the ledger itself knows.
type Checks struct {
	// Tables are opened into their types. Values of other tables are opened and
	// must be JSON.
	Tables []Checker
	// Also runs last, on the same state of the store: to check what the tables
	// refer to outside the file, such as objects of the vault. It calls problem
	// for each thing that is wrong; its error means that it could not look.
	Also func(tx *Tx, problem func(where, what string)) error
}

// Fsck is Verify, bbolt's own check (with Inspect only), the opening and decoding of every value and
// every wrapped key, and the checks given. The error is only for what could not
// be looked at.
func (db *DB) Fsck(ctx context.Context, more Checks, progress Progress) (Report, error) {
	return db.examine(ctx, progress, func(tx *Tx, r *Report) error {
		if db.inspect { // bbolt's check is not made to run beside a writer; the page check, which is stricter, is
			for err := range tx.b.Check() {
				r.problem("file", "bbolt: %v", err)
			}
		}
		c := &check{tx: tx, r: r, progress: progress}
		if err := c.open(more.Tables); err != nil {
			return err
		}
		if more.Also == nil {
			return nil
		}
		return more.Also(tx, func(where, what string) { r.problem(where, "%s", what) })
	})
}

// open opens every wrapped key and every sealed value.
func (c *check) open(tables []Checker) error {
	byPlace := map[string]Checker{}
	for _, t := range tables {
		byPlace[t.place()] = t
	}
	return c.eachValue(func(bucket string, k Key, v []byte) error {
		switch {
		case bucket == keysBucket:
			c.openKey(string(k))
		case strings.HasPrefix(bucket, casePrefix), strings.HasPrefix(bucket, systemPrefix):
			c.openValue(byPlace[bucket], bucket, k, v)
		}
		c.progress.at("values opened", c.r.Opened+c.r.Erased, c.r.Values)
		return nil
	})
}

func (c *check) openKey(name string) {
	_, err := c.tx.openingKey(name)
	if err != nil && incident.KindOf(err) != incident.Gone {
		c.r.problem(where(keysBucket, Key(name)), "the wrapped key does not open")
	}
}

func (c *check) openValue(t Checker, bucket string, k Key, v []byte) {
	name := systemKey
	if strings.HasPrefix(bucket, casePrefix) {
		name = caseKey(k.Text(0))
	}
	key, err := c.tx.openingKey(name)
	if incident.KindOf(err) == incident.Gone {
		c.r.Erased++
		return
	}
	if err != nil {
		c.r.problem(where(bucket, k), "its data key does not open")
		return
	}
	if t == nil {
		err = opensAsJSON(key, bucket, k, v)
	} else {
		err = t.check(key, k, v)
	}
	if err != nil {
		c.r.problem(where(bucket, k), "%v", err)
		return
	}
	c.r.Opened++
}

func opensAsJSON(key *keys.Key, bucket string, k Key, v []byte) error {
	plain, err := key.Open(place(bucket, k), v)
	if err != nil {
		return incident.Errorf(incident.Internal, "the sealed value does not open")
	}
	if !json.Valid(plain) {
		return incident.Errorf(incident.Internal, "the value is not JSON")
	}
	return nil
}

// schemaOf is the schema a transaction sees, 0 if it does not read.
func (db *DB) schemaOf(tx *Tx) int {
	n, _ := schemaIn(tx.b)
	return n
}

// empty reports whether a file holds no table at all.
func empty(b *bbolt.Tx) bool {
	k, _ := b.Cursor().First()
	return k == nil
}
