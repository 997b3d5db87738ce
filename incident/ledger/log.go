package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// logState is the audit log as one group of transactions sees and extends it.
type logState struct {
	origin string    // first line of the checkpoint
	start  uint64    // entries before this group
	size   uint64    // entries now
	last   time.Time // instant of the last entry
}

// readLog reads where the log ends. It is read anew for each group: after a
// failed commit nothing in memory can be wrong.
func readLog(b *bbolt.Tx) (logState, error) {
	var s logState
	for _, name := range logBuckets() {
		if name != objectBucket && b.Bucket([]byte(name)) == nil {
			return s, damagedLog(name + " is gone")
		}
	}
	c, err := parseCheckpoint(b.Bucket([]byte(headBucket)).Get([]byte(headName)))
	if err != nil {
		return s, damagedLog(err.Error())
	}
	s.origin, s.start, s.size = c.Origin, c.Size, c.Size
	if c.Size == 0 {
		return s, nil
	}
	leaf := b.Bucket([]byte(entryBucket)).Get(number(c.Size))
	e, err := decodeEntry(leaf)
	if err != nil || e.Number != c.Size {
		return s, damagedLog(fmt.Sprintf("entry %d, the last, does not read", c.Size))
	}
	s.last = e.At
	return s, nil
}

func damagedLog(what string) error {
	return incident.Errorf(incident.Unavailable, "the audit log is damaged (%s), so nothing more is written: run tocsin fsck", what)
}

// sizeOf is the number of entries a transaction sees, 0 if it cannot be read.
func sizeOf(b *bbolt.Tx) uint64 {
	s, err := readLog(b)
	if err != nil {
		return 0
	}
	return s.size
}

// append writes the entries of tx at the end of the log.
func (s *logState) append(b *bbolt.Tx, tx *Tx) error {
	for _, d := range tx.entries {
		list := encodeWrites(d.writes)
		sum := sha256.Sum256(list)
		e := Entry{
			Number: s.size + 1, At: tx.now, Actor: tx.by.ID, Source: tx.by.Source,
			Act: d.act, Object: d.object, Writes: len(d.writes), Digest: hex.EncodeToString(sum[:]),
		}
		if err := appendEntry(b, e, list); err != nil {
			return err
		}
		s.size, s.last = e.Number, e.At
	}
	return nil
}

// appendEntry writes one entry's leaf, list of writes, tree hashes and index rows.
func appendEntry(b *bbolt.Tx, e Entry, list []byte) error {
	leaf, err := e.encode()
	if err != nil {
		return err
	}
	hashes, err := tlog.StoredHashesForRecordHash(int64(e.Number-1), tlog.RecordHash(leaf), storedHashes(b))
	if err != nil {
		return err
	}
	rows := []row{{entryBucket, number(e.Number), leaf}, {writeBucket, number(e.Number), list}}
	first := tlog.StoredHashIndex(0, int64(e.Number-1))
	for i, h := range hashes {
		rows = append(rows, row{hashBucket, number(uint64(first) + uint64(i)), h[:]})
	}
	for _, o := range objectKeys(e) {
		if b.Bucket([]byte(objectBucket)) != nil { // schema 1 had no such index
			rows = append(rows, row{objectBucket, o, []byte{}})
		}
	}
	for _, r := range rows {
		bucket := b.Bucket([]byte(r.bucket))
		if r.bucket != objectBucket {
			bucket.FillPercent = appendOnly
		}
		if err := bucket.Put(r.key, r.value); err != nil {
			return err
		}
	}
	return nil
}

type row struct {
	bucket     string
	key, value []byte
}

// objectKeys are the index rows of an entry: one for its object and one for each
// object above it, so "incident/7/task/3" is found under "incident/7" as well.
func objectKeys(e Entry) [][]byte {
	var out [][]byte
	for i := 0; i <= len(e.Object); i++ {
		if i == len(e.Object) || e.Object[i] == '/' && i > 0 {
			out = append(out, objectKey(e.Object[:i], e.Number))
		}
	}
	return out
}

func objectKey(object string, n uint64) []byte {
	return append(append([]byte(strings.TrimSuffix(object, "/")), 0), number(n)...)
}

// storedHashes reads the tree's hashes, which are stored by tlog's index.
func storedHashes(b *bbolt.Tx) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		bucket := b.Bucket([]byte(hashBucket))
		if bucket == nil {
			return nil, errors.New("the hashes of the log are gone")
		}
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			h := bucket.Get(number(uint64(at)))
			if len(h) != tlog.HashSize {
				return nil, fmt.Errorf("hash %d of the log is missing or cut", at)
			}
			copy(out[i][:], h)
		}
		return out, nil
	}
}

// sign puts the checkpoint of the log as it is now in its place.
func (s *logState) sign(b *bbolt.Tx, signer *keys.Signer) error {
	root, err := tlog.TreeHash(int64(s.size), storedHashes(b))
	if err != nil {
		return incident.Because(incident.Internal, err, "the audit log could not be extended")
	}
	text, err := checkpoint{Origin: s.origin, Size: s.size, Root: root}.sign(signer)
	if err != nil {
		return err
	}
	return b.Bucket([]byte(headBucket)).Put([]byte(headName), text)
}

// logTable is one bucket of the log, for reading.
func (tx *Tx) logTable(name string) (*bbolt.Bucket, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	if b := tx.b.Bucket([]byte(name)); b != nil {
		return b, nil
	}
	return nil, damagedLog(name + " is gone")
}

func readEntry(k, leaf []byte) (Entry, error) {
	n, ok := numberOf(k)
	e, err := decodeEntry(leaf)
	if !ok || err != nil || e.Number != n {
		return e, damagedLog(fmt.Sprintf("entry %d does not read", n))
	}
	return e, nil
}
