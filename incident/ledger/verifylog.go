package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// log checks the entries, the tree over them, and the checkpoint over that; and
// puts what they wrote into the tally.
func (c *check) log() error {
	for _, name := range logBuckets() {
		if c.tx.b.Bucket([]byte(name)) == nil && (name != objectBucket || c.tx.db.schemaOf(c.tx) >= 2) {
			c.r.problem(name, "the table is gone")
		}
	}
	if !c.r.OK() {
		return nil
	}
	head := c.head()
	if err := c.entries(head); err != nil {
		return err
	}
	c.count(writeBucket, c.r.Entries, "lists of writes")
	c.count(hashBucket, uint64(tlog.StoredHashCount(int64(c.r.Entries))), "hashes")
	c.count(headBucket, 1, "checkpoints")
	return c.objects()
}

// head reads the checkpoint; size 0 stands for one that cannot be read.
func (c *check) head() checkpoint {
	text := c.tx.b.Bucket([]byte(headBucket)).Get([]byte(headName))
	c.r.Head = string(text)
	if c.tx.db.signer == nil {
		c.r.problem(headBucket, "the checkpoint's signature cannot be checked: the log's key does not open")
		h, _ := parseCheckpoint(text)
		return h
	}
	h, err := openCheckpoint(text, c.tx.db.signer.Verifier())
	if err != nil {
		c.r.problem(headBucket, "%v", err)
		return checkpoint{}
	}
	// The text is rebuilt and signed again (Ed25519 gives the same signature each
	// time), so that nothing around what was signed goes unlooked at either.
	if again, err := h.sign(c.tx.db.signer); err != nil || !bytes.Equal(again, text) {
		c.r.problem(headBucket, "the checkpoint has been added to")
	}
	return h
}

// entries goes through leaves, hashes and lists of writes side by side.
func (c *check) entries(head checkpoint) error {
	tree := &recount{stored: storedHashes(c.tx.b), right: map[int64]tlog.Hash{}}
	var last time.Time
	n := uint64(0)
	err := c.tx.b.Bucket([]byte(entryBucket)).ForEach(func(k, leaf []byte) error {
		n++
		c.progress.at("entries", n, head.Size)
		if n%every == 0 && c.tx.ctx.Err() != nil {
			return cancelled(c.tx.ctx)
		}
		at := fmt.Sprintf("entry %d", n)
		if got, ok := numberOf(k); !ok || got != n {
			c.r.problem(at, "it is missing, or its number was changed")
			return errStopped
		}
		if err := tree.append(int64(n-1), leaf); err != nil {
			c.r.problem(at, "%v", err)
			return errStopped
		}
		e, err := decodeEntry(leaf)
		switch {
		case err != nil || e.Number != n:
			c.r.problem(at, "it does not read")
			return nil
		case e.At.Before(last):
			c.r.problem(at, "it is dated before the entry in front of it")
		}
		last = e.At
		c.writesOf(at, e)
		return nil
	})
	c.r.Entries = n
	if err == errStopped {
		return nil
	}
	if err != nil {
		return err
	}
	if head.Size == 0 {
		return nil // reported with the checkpoint
	}
	return c.root(head, n, tree)
}

var errStopped = fmt.Errorf("ledger: the log cannot be followed further")

// writesOf checks an entry's list of writes and counts them in the tally.
func (c *check) writesOf(at string, e Entry) {
	list := c.tx.b.Bucket([]byte(writeBucket)).Get(number(e.Number))
	if sum := sha256.Sum256(list); hex.EncodeToString(sum[:]) != e.Digest {
		c.r.problem(at, "its list of writes is not the one it was recorded with")
		return
	}
	count := 0
	err := decodeWrites(list, func(w write) {
		count++
		c.r.Writes++
		c.tally.take(w.Bucket, w.Key, w.Before)
		c.tally.add(w.Bucket, w.Key, w.After)
	})
	if err != nil || count != e.Writes {
		c.r.problem(at, "its list of writes does not read")
	}
}

// root compares the tree with the checkpoint, and with that knows which of an
// entry and its stored hash is the wrong one.
func (c *check) root(head checkpoint, n uint64, tree *recount) error {
	if head.Size != n {
		c.r.problem("log", "the checkpoint is over %d entries, there are %d", head.Size, n)
		return nil
	}
	root, err := tlog.TreeHash(int64(n), tree)
	if err != nil {
		c.r.problem("log", "%v", err)
		return nil
	}
	genuine := root == head.Root
	for _, index := range tree.differ {
		level, i := tlog.SplitStoredHashIndex(index)
		first, end := i<<level+1, (i+1)<<level
		switch {
		case genuine:
			c.r.problem(fmt.Sprintf("hash %d of the log", index), "it is not the hash of entries %d to %d, which are as they were signed", first, end)
		case level == 0:
			c.r.problem(fmt.Sprintf("entry %d", first), "it is not the entry that the tree has: it was changed")
		}
	}
	if !genuine {
		c.r.problem("log", "the entries are not those that the checkpoint was signed over")
	}
	return nil
}

// recount computes the tree's hashes from the leaves and compares the stored
// ones, going on with its own where they differ.
type recount struct {
	stored tlog.HashReaderFunc
	right  map[int64]tlog.Hash // where the stored one is wrong
	differ []int64             // the same indexes, in order
}

func (t *recount) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if h, ok := t.right[at]; ok {
			out[i] = h
			continue
		}
		h, err := t.stored([]int64{at})
		if err != nil {
			return nil, err
		}
		out[i] = h[0]
	}
	return out, nil
}

func (t *recount) append(i int64, leaf []byte) error {
	hashes, err := tlog.StoredHashesForRecordHash(i, tlog.RecordHash(leaf), t)
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, i)
	for j, h := range hashes {
		at := first + int64(j)
		if was, err := t.stored([]int64{at}); err != nil || was[0] != h {
			t.right[at] = h
			t.differ = append(t.differ, at)
		}
	}
	return nil
}

// count checks that a table of the log has as many rows as it must.
func (c *check) count(bucket string, want uint64, what string) {
	got := uint64(c.tx.b.Bucket([]byte(bucket)).Stats().KeyN)
	if got != want {
		c.r.problem(bucket, "there are %d %s, and there must be %d", got, what, want)
	}
}

// objects checks the index by object, both ways.
func (c *check) objects() error {
	b := c.tx.b.Bucket([]byte(objectBucket))
	if b == nil {
		return nil // schema 1, opened for inspection
	}
	rows := uint64(0)
	err := eachEntry(c.tx.b, func(e Entry) error {
		for _, k := range objectKeys(e) {
			rows++
			if b.Get(k) == nil {
				c.r.problem(fmt.Sprintf("entry %d", e.Number), "it is missing in the index by object")
			}
		}
		return nil
	})
	if err != nil {
		return nil // an entry that does not read is reported already
	}
	got := uint64(0)
	err = b.ForEach(func(k, v []byte) error {
		got++
		if len(v) != 0 || len(k) < 9 {
			c.r.problem(objectBucket, "row %q is damaged", k)
		}
		return nil
	})
	if got != rows {
		c.r.problem(objectBucket, "there are %d rows, and there must be %d", got, rows)
	}
	return err
}

func (c *check) eachWrite(fn func(entry uint64, w write)) error {
	n := 0
	return c.tx.b.Bucket([]byte(writeBucket)).ForEach(func(k, list []byte) error {
		if n++; n%every == 0 && c.tx.ctx.Err() != nil {
			return cancelled(c.tx.ctx)
		}
		entry, _ := numberOf(k)
		decodeWrites(list, func(w write) { fn(entry, w) })
		return nil
	})
}
