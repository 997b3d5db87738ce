package ledger

import (
	"bytes"
	"errors"

	"tocsin/incident"
)

// Stop, returned by the function given to a Scan, ends it without an error.
//
//lint:ignore ST1012 it is read as ledger.Stop, and says no more than that
var Stop = errors.New("ledger: stop scanning")

// Scan calls fn for every value whose key starts with prefix, in key order; K()
// is all of them. fn may read and write this and other tables: rows it puts
// ahead of the scan are visited, rows it deletes are not. Values of an incident
// whose key was destroyed are passed over, unless prefix names that incident:
// then the answer is Gone.
func (t Table[T]) Scan(tx *Tx, prefix Key, fn func(Key, T) error) error {
	return t.ScanFrom(tx, prefix, prefix, fn)
}

// ScanFrom is Scan from the first key at or after start, for paging.
func (t Table[T]) ScanFrom(tx *Tx, start, prefix Key, fn func(Key, T) error) error {
	if bytes.Compare(start, prefix) < 0 {
		start = prefix
	}
	return t.values(tx, prefix, fn, walk{start: start, prefix: prefix})
}

// ScanBack is Scan from the last key to the first: the newest first where keys
// end in an instant, a number or a UUIDv7.
func (t Table[T]) ScanBack(tx *Tx, prefix Key, fn func(Key, T) error) error {
	return t.values(tx, prefix, fn, walk{prefix: prefix, back: true})
}

// ScanBackFrom is ScanBack from the last key before end, for paging.
func (t Table[T]) ScanBackFrom(tx *Tx, end, prefix Key, fn func(Key, T) error) error {
	return t.values(tx, prefix, fn, walk{start: end, prefix: prefix, back: true})
}

// ScanKeys is Scan without opening the values: the cheap way to count and to
// look for what is there.
func (t Table[T]) ScanKeys(tx *Tx, prefix Key, fn func(Key) error) error {
	if err := tx.usable(); err != nil {
		return err
	}
	return stopped(tx.walk(t.bucket, walk{start: prefix, prefix: prefix}, func(k Key, _ []byte) error { return fn(k) }))
}

// Count is the number of keys that start with prefix.
func (t Table[T]) Count(tx *Tx, prefix Key) (int, error) {
	n := 0
	err := t.ScanKeys(tx, prefix, func(Key) error { n++; return nil })
	return n, err
}

func (t Table[T]) values(tx *Tx, prefix Key, fn func(Key, T) error, w walk) error {
	if err := tx.usable(); err != nil {
		return err
	}
	return stopped(tx.walk(t.bucket, w, func(k Key, sealed []byte) error {
		v, err := t.open(tx, k, sealed)
		if incident.KindOf(err) == incident.Gone && t.scoped && len(prefix) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(k, v)
	}))
}

func stopped(err error) error {
	if errors.Is(err, Stop) {
		return nil
	}
	return err
}

// walk says which keys to visit and in which order.
type walk struct {
	start  Key // forwards: the first key; backwards: the key to stay below, or nil
	prefix Key
	back   bool
}

// walk visits keys of one bucket. bbolt's cursor loses its place when the
// bucket changes under it, so after a write it is put back by key.
func (tx *Tx) walk(bucket string, w walk, fn func(k Key, v []byte) error) error {
	b := tx.b.Bucket([]byte(bucket))
	if b == nil {
		return nil
	}
	c := b.Cursor()
	step, seek := c.Next, func(at Key) ([]byte, []byte) { return c.Seek(at) }
	if w.back {
		step, seek = c.Prev, func(at Key) ([]byte, []byte) { return seekBefore(c, at) }
		if end := after(w.prefix); w.start == nil || end != nil && bytes.Compare(w.start, end) > 0 {
			w.start = end
		}
	}
	k, v := seek(w.start)
	for n := 0; k != nil && bytes.HasPrefix(k, w.prefix); n++ {
		if n%64 == 63 && tx.ctx.Err() != nil {
			return cancelled(tx.ctx)
		}
		at, seen := bytes.Clone(k), tx.changes
		if err := fn(at, v); err != nil {
			return err
		}
		if tx.changes == seen {
			k, v = step()
		} else if k, v = seek(at); !w.back && bytes.Equal(k, at) {
			k, v = step()
		}
	}
	return nil
}

type cursor interface {
	Seek([]byte) ([]byte, []byte)
	Prev() ([]byte, []byte)
	Last() ([]byte, []byte)
}

// seekBefore goes to the last key below at; nil is above every key.
func seekBefore(c cursor, at Key) ([]byte, []byte) {
	if at == nil {
		return c.Last()
	}
	if k, _ := c.Seek(at); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// after is the first key above all that start with prefix; nil if there is none.
func after(prefix Key) Key {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}
