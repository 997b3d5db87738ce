package ledger

import (
	"encoding/json"
	"errors"
	"fmt"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// Table is a typed, ordered map from Key to T. Values are JSON, sealed; fields
// of T may be added, never renamed or given another meaning, because old rows
// are read for ever. Declare tables as package variables beside what they hold.
// A Table holds no state and belongs to no DB.
type Table[T any] struct {
	name   string
	bucket string
	scoped bool // sealed under the key of the incident named by the first key part
}

// NewCaseTable declares a table whose first key part is an incident id. Each
// value is sealed under that incident's data key, made on the first Put; when
// that key is destroyed the values are Gone, here and in every copy.
func NewCaseTable[T any](name string) Table[T] {
	return Table[T]{name: checkedName(name), bucket: casePrefix + name, scoped: true}
}

// NewSystemTable declares a table that belongs to no incident, sealed under the
// system key. Nothing about an affected person belongs in one.
func NewSystemTable[T any](name string) Table[T] {
	return Table[T]{name: checkedName(name), bucket: systemPrefix + name}
}

// checkedName panics on a name that is not lower-case letters, digits, dot, dash
// and underscore: a table is declared once, by the program.
func checkedName(name string) string {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			panic(fmt.Sprintf("ledger: %q is no name for a table", name))
		}
	}
	if name == "" {
		panic("ledger: a table needs a name")
	}
	return name
}

// Name is the table's name, as reports show it.
func (t Table[T]) Name() string { return t.name }

// Get reads one value. Errors: NotFound if there is none, Gone if the
// incident's key was destroyed.
func (t Table[T]) Get(tx *Tx, k Key) (T, error) {
	var zero T
	if err := tx.usable(); err != nil {
		return zero, err
	}
	sealed := tx.get(t.bucket, k)
	if sealed == nil {
		return zero, incident.Errorf(incident.NotFound, "there is no such entry in %s", t.name)
	}
	return t.open(tx, k, sealed)
}

// Has reports whether there is a value, readable or not.
func (t Table[T]) Has(tx *Tx, k Key) (bool, error) {
	if err := tx.usable(); err != nil {
		return false, err
	}
	return tx.get(t.bucket, k) != nil, nil
}

// Put writes one value, replacing what was there. Errors: Gone if the
// incident's key was destroyed, Internal in a View or for a key that does not
// fit the table.
func (t Table[T]) Put(tx *Tx, k Key, v T) error {
	if err := t.writable(tx, k); err != nil {
		return err
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return incident.Because(incident.Internal, err, "%s: this value cannot be stored", t.name)
	}
	key, err := tx.sealingKey(t.keyName(k))
	if err != nil {
		return err
	}
	return tx.put(t.bucket, k, key.Seal(place(t.bucket, k), plain))
}

// Delete removes one value. Deleting what is not there is no error and no write.
func (t Table[T]) Delete(tx *Tx, k Key) error {
	if err := t.writable(tx, k); err != nil {
		return err
	}
	return tx.delete(t.bucket, k)
}

func (t Table[T]) open(tx *Tx, k Key, sealed []byte) (T, error) {
	var v T
	key, err := tx.openingKey(t.keyName(k))
	if err != nil {
		return v, err
	}
	plain, err := key.Open(place(t.bucket, k), sealed)
	if err != nil {
		return v, incident.Because(incident.Internal, err, "%s/%s: the stored value is damaged", t.name, k)
	}
	if err := json.Unmarshal(plain, &v); err != nil {
		// The cause is left out: a decoder's error may quote the value.
		return v, incident.Errorf(incident.Internal, "%s/%s: the stored value is not of this table's type", t.name, k)
	}
	return v, nil
}

func (t Table[T]) writable(tx *Tx, k Key) error {
	if err := tx.usable(); err != nil {
		return err
	}
	if !tx.writes {
		return incident.Errorf(incident.Internal, "%s: a write inside a View", t.name)
	}
	switch first, n := k.first(); {
	case n == 0 || k.Parts() == nil:
		return incident.Errorf(incident.Internal, "%s: a key must have parts made by K", t.name)
	case len(k) > maxKey:
		return incident.Errorf(incident.Internal, "%s: a key of %d bytes is longer than %d", t.name, len(k), maxKey)
	case t.scoped && (first == "" || !isString(first)):
		return incident.Errorf(incident.Internal, "%s: the first part of a case key is the incident's id", t.name)
	}
	return nil
}

func isString(v any) bool { _, ok := v.(string); return ok }

// keyName names the data key that seals k.
func (t Table[T]) keyName(k Key) string {
	if !t.scoped {
		return systemKey
	}
	id, _ := k.first()
	s, _ := id.(string)
	return caseKey(s)
}

// place binds a sealed value to its table and key, so that no value can be moved.
func place(bucket string, k Key) []byte {
	return append(append([]byte(bucket), 0), k...)
}

// maxKey leaves room under bbolt's own limit of 32 KiB.
const maxKey = 4096

// Checker opens and decodes stored values of one table; every Table is one.
// Fsck takes a list of them.
type Checker interface {
	Name() string
	check(key *keys.Key, k Key, sealed []byte) error
	place() string
}

func (t Table[T]) place() string { return t.bucket }

func (t Table[T]) check(key *keys.Key, k Key, sealed []byte) error {
	plain, err := key.Open(place(t.bucket, k), sealed)
	if err != nil {
		return errors.New("the sealed value does not open")
	}
	var v T
	if json.Unmarshal(plain, &v) != nil {
		return errors.New("the value is not of this table's type")
	}
	return nil
}
