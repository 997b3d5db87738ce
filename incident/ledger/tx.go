package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// Tx is one transaction: one reading of the clock, one actor, one view of the
// store. It is good until the function it was given to returns, and for that
// function's goroutine alone.
type Tx struct {
	db     *DB
	b      *bbolt.Tx
	ctx    context.Context
	by     incident.Principal
	now    time.Time
	writes bool        // an Update, not a View
	ended  atomic.Bool // fn has returned

	data    map[string]*keys.Key // data keys already unwrapped, by name
	changes int                  // puts and deletes so far; a cursor from before is stale
	undo    []change             // how to take them back, oldest first
	entries []draft              // what Record was told, and the writes before each
	pending []write              // writes since the last Record
	index   map[string]int       // bucket, 0, key → place in pending
	refused error                // the first Record that could not be accepted
}

// change is the state of one key before a write; a nil value means absent.
type change struct {
	bucket string
	key    []byte
	before []byte
}

// Now is the transaction's one reading of the clock, in UTC, and never before
// the last entry of the log.
func (tx *Tx) Now() time.Time { return tx.now }

// By is who acts; the zero Principal in a View.
func (tx *Tx) By() incident.Principal { return tx.by }

// Context is the context of the act. An Update or View given it fails at once,
// from whichever goroutine, because it would wait for this one.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Sequence gives 1, 2, 3 … for each name. A number given out by an Update that
// fails is given out again.
func (tx *Tx) Sequence(name string) (uint64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	if !tx.writes || name == "" || len(name) > maxKey {
		return 0, incident.Errorf(incident.Internal, "a sequence needs an Update and a name")
	}
	var n uint64
	if old := tx.get(sequenceBucket, Key(name)); old != nil {
		var ok bool
		if n, ok = numberOf(old); !ok {
			return 0, incident.Errorf(incident.Internal, "the sequence %s is damaged", name)
		}
	}
	n++
	return n, tx.put(sequenceBucket, Key(name), binary.BigEndian.AppendUint64(nil, n))
}

func (tx *Tx) usable() error {
	if tx == nil || tx.ended.Load() {
		return incident.Errorf(incident.Internal, "a transaction was used after its end")
	}
	return nil
}

// get reads the stored bytes; they are valid until the next write.
func (tx *Tx) get(bucket string, k Key) []byte {
	b := tx.b.Bucket([]byte(bucket))
	if b == nil || len(k) == 0 {
		return nil
	}
	return b.Get(k)
}

// put and delete are the only ways to write a covered bucket: they keep what is
// needed to undo the write and to log it.
func (tx *Tx) put(bucket string, k Key, v []byte) error {
	b, err := tx.b.CreateBucketIfNotExists([]byte(bucket))
	if err != nil {
		return storeError(err)
	}
	before := bytes.Clone(b.Get(k))
	if err := b.Put(k, v); err != nil {
		return storeError(err)
	}
	tx.note(bucket, k, before, v)
	return nil
}

func (tx *Tx) delete(bucket string, k Key) error {
	b := tx.b.Bucket([]byte(bucket))
	if b == nil {
		return nil
	}
	before := bytes.Clone(b.Get(k))
	if before == nil {
		return nil
	}
	if err := b.Delete(k); err != nil {
		return storeError(err)
	}
	tx.note(bucket, k, before, nil)
	return nil
}

func (tx *Tx) note(bucket string, k Key, before, after []byte) {
	tx.changes++
	tx.undo = append(tx.undo, change{bucket, bytes.Clone(k), before})
	at := bucket + "\x00" + string(k)
	if i, ok := tx.index[at]; ok {
		tx.pending[i].After = digestOf(after)
		return
	}
	if tx.index == nil {
		tx.index = map[string]int{}
	}
	tx.index[at] = len(tx.pending)
	tx.pending = append(tx.pending, write{bucket, bytes.Clone(k), digestOf(before), digestOf(after)})
}

// rollback takes back every write of this transaction and leaves those of the
// others that share its commit.
func (tx *Tx) rollback() error {
	for i := len(tx.undo) - 1; i >= 0; i-- {
		c := tx.undo[i]
		b := tx.b.Bucket([]byte(c.bucket))
		var err error
		if c.before == nil {
			err = b.Delete(c.key)
		} else {
			err = b.Put(c.key, c.before)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
