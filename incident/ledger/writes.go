package ledger

import (
	"encoding/binary"
	"errors"
)

// write is one key's change within one entry.
type write struct {
	Bucket string
	Key    Key
	Before Digest
	After  Digest
}

// writesLayout is the first byte of a stored list of writes.
const writesLayout = 1

var errWrites = errors.New("the list of writes is malformed")

// encodeWrites makes the list that an entry's digest is of. A bulk act writes
// thousands of rows of few tables, so a table is named once and a row costs its
// key, a byte and the digests that are not zero:
//
//	layout, then for each write:
//	uvarint table (the next unused number: a new name follows, uvarint length first)
//	uvarint length, key; a byte: 1 there was a value before, 2 there is one after; the digests
func encodeWrites(list []write) []byte {
	size := 1
	for _, w := range list {
		size += len(w.Key) + 70
	}
	out := append(make([]byte, 0, size), writesLayout)
	tables := map[string]uint64{}
	for _, w := range list {
		n, known := tables[w.Bucket]
		if !known {
			n = uint64(len(tables))
			tables[w.Bucket] = n
		}
		out = binary.AppendUvarint(out, n)
		if !known {
			out = appendText(out, []byte(w.Bucket))
		}
		out = appendText(out, w.Key)
		out = append(out, flag(w.Before, 1)|flag(w.After, 2))
		out = appendDigest(appendDigest(out, w.Before), w.After)
	}
	return out
}

func appendText(out, text []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

func flag(d Digest, bit byte) byte {
	if d == (Digest{}) {
		return 0
	}
	return bit
}

func appendDigest(out []byte, d Digest) []byte {
	if d == (Digest{}) {
		return out
	}
	return append(out, d[:]...)
}

// decodeWrites is the reverse of encodeWrites. Keys point into b.
func decodeWrites(b []byte, fn func(write)) error {
	if len(b) == 0 || b[0] != writesLayout {
		return errWrites
	}
	r := reader{rest: b[1:]}
	var tables []string
	for len(r.rest) > 0 {
		n := r.uvarint()
		if n == uint64(len(tables)) {
			tables = append(tables, string(r.text()))
		}
		if r.bad || n >= uint64(len(tables)) {
			return errWrites
		}
		w := write{Bucket: tables[n], Key: Key(r.text())}
		flags := r.take(1)
		if r.bad || flags[0] > 3 {
			return errWrites
		}
		if flags[0]&1 != 0 {
			copy(w.Before[:], r.take(len(w.Before)))
		}
		if flags[0]&2 != 0 {
			copy(w.After[:], r.take(len(w.After)))
		}
		if r.bad {
			return errWrites
		}
		fn(w)
	}
	return nil
}

// reader takes fields off the front of a byte string and remembers the first failure.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) text() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	return r.take(int(n))
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}
