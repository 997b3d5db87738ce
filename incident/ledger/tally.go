package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"math/bits"
)

// tally compares what the log says the store holds with what it holds, in a few
// kilobytes for a store of any size.
//
// Each recorded write takes (table, key, digest before) out of a bag and puts
// (table, key, digest after) in; each live value takes its own out. If and only
// if every value is the one last recorded, and every write found what the one
// before it had left, the bag ends empty. The bag is a sum of keyed hashes (a
// multiset hash as in Clarke et al., ASIACRYPT 2003); the hash key is drawn for
// each check, so nobody can have chosen values whose sums collide.
//
// The bag is split by key, so that a difference leads to the few keys among
// which to look for it.
type tally struct {
	secret [32]byte
	hi, lo [parts]uint64
}

const parts = 512

func newTally() *tally {
	t := &tally{}
	rand.Read(t.secret[:])
	return t
}

// partOf is the part a key belongs to.
func partOf(bucket string, k Key) int {
	h := fnv.New32a()
	h.Write([]byte(bucket))
	h.Write([]byte{0})
	h.Write(k)
	return int(h.Sum32() % parts)
}

func (t *tally) hash(bucket string, k Key, d Digest) (hi, lo uint64) {
	b := make([]byte, 0, 128+len(k))
	b = append(append(b, t.secret[:]...), d[:]...)
	b = append(append(append(b, bucket...), 0), k...)
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])
}

func (t *tally) add(bucket string, k Key, d Digest) {
	if d == (Digest{}) {
		return
	}
	hi, lo := t.hash(bucket, k, d)
	var carry uint64
	p := partOf(bucket, k)
	t.lo[p], carry = bits.Add64(t.lo[p], lo, 0)
	t.hi[p], _ = bits.Add64(t.hi[p], hi, carry)
}

func (t *tally) take(bucket string, k Key, d Digest) {
	if d == (Digest{}) {
		return
	}
	hi, lo := t.hash(bucket, k, d)
	var borrow uint64
	p := partOf(bucket, k)
	t.lo[p], borrow = bits.Sub64(t.lo[p], lo, 0)
	t.hi[p], _ = bits.Sub64(t.hi[p], hi, borrow)
}

// wrong lists the parts that are not empty.
func (t *tally) wrong() map[int]bool {
	out := map[int]bool{}
	for p := range parts {
		if t.hi[p] != 0 || t.lo[p] != 0 {
			out[p] = true
		}
	}
	return out
}
