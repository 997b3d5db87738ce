package affected

import (
	"encoding/binary"
	"math/bits"

	"tocsin/incident"
)

// A key table says at which places a key may stand. It holds, for each, a piece
// of the key's keyed hash and the place: never the key. The hash's first bits choose a
// bucket, which is read whole; the last 32 are kept and compared. So a place that is found
// may, once in billions, be another key's: whoever asks looks there and compares the key itself.
const (
	tableParts  = 256     // dealt into, where they are too many for memory
	tableHeld   = 1 << 18 // entries that are held in memory
	perBucket   = 64      // on average, at most
	entrySize   = 8       // 4 of the hash, 4 of the place
	recordSize  = 12      // in the spill: the whole hash, and the place
	placesFound = 10_000  // of one key, at most: one that so many share names nobody
)

// tableWriter gathers entries. What does not fit into a few megabytes goes to a
// sealed temporary file.
type tableWriter struct {
	scratch string
	held    []tableEntry
	spill   *spill
	parts   []*tape
	count   uint64
}

type tableEntry struct {
	hash uint64
	at   uint32
}

func (t *tableWriter) add(hash uint64, at uint32) error {
	t.count++
	if t.spill != nil {
		return t.deal(tableEntry{hash, at})
	}
	t.held = append(t.held, tableEntry{hash, at})
	if len(t.held) < tableHeld {
		return nil
	}
	var err error
	if t.spill, err = newSpill(t.scratch, chunkSize); err != nil {
		return err
	}
	t.parts = t.spill.tapes(tableParts)
	for _, e := range t.held {
		if err := t.deal(e); err != nil {
			return err
		}
	}
	t.held = nil
	return nil
}

func (t *tableWriter) deal(e tableEntry) error {
	b, err := t.parts[e.hash>>56].room(recordSize)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(b, e.hash)
	binary.LittleEndian.PutUint32(b[8:], e.at)
	return nil
}

func (t *tableWriter) close() {
	if t.spill != nil {
		t.spill.close()
	}
}

// tablePlace is where a table lies among the pages of an index.
type tablePlace struct {
	entries, starts int64
	count           uint64
	bits            uint8 // of the hash that choose the bucket
}

// write puts the table down: the entries bucket by bucket, in the order they
// were added in each, then where each bucket begins.
func (t *tableWriter) write(w *pageWriter) (tablePlace, error) {
	p := tablePlace{entries: w.at(), count: t.count, bits: uint8(max(8, bits.Len64(t.count/perBucket)))}
	if t.count >= 1<<32 {
		return p, incident.Errorf(incident.TooLarge, "an index of more than %d keys cannot be made", uint64(1)<<32)
	}
	starts := make([]uint32, 0, 1<<p.bits)
	total := uint32(0)
	var part []tableEntry
	for n := range tableParts {
		var err error
		if part, err = t.part(part[:0], n); err != nil {
			return p, err
		}
		// Counted, then put: a bucket needs no order but that of its entries' coming.
		sizes := make([]uint32, 1<<(p.bits-8))
		bucket := func(h uint64) uint64 { return h << 8 >> 8 >> (64 - p.bits) }
		for i := range part {
			sizes[bucket(part[i].hash)]++
		}
		next := make([]uint32, len(sizes))
		from := uint32(0)
		for b, size := range sizes {
			starts, next[b] = append(starts, total+from), from
			from += size
		}
		out := make([]byte, len(part)*entrySize)
		for _, e := range part {
			b := bucket(e.hash)
			to := out[next[b]*entrySize:]
			next[b]++
			binary.LittleEndian.PutUint32(to, uint32(e.hash))
			binary.LittleEndian.PutUint32(to[4:], e.at)
		}
		total += from
		w.write(out)
	}
	p.starts = w.at()
	var b [4]byte
	for _, s := range starts {
		binary.LittleEndian.PutUint32(b[:], s)
		w.write(b[:])
	}
	return p, w.err
}

// part gives the entries whose hashes begin with n, in the order they were added.
func (t *tableWriter) part(into []tableEntry, n int) ([]tableEntry, error) {
	if t.spill == nil {
		for _, e := range t.held {
			if e.hash>>56 == uint64(n) {
				into = append(into, e)
			}
		}
		return into, nil
	}
	if err := t.parts[n].flush(); err != nil {
		return nil, err
	}
	err := t.parts[n].each(func(records []byte) error {
		for ; len(records) > 0; records = records[recordSize:] {
			into = append(into, tableEntry{binary.LittleEndian.Uint64(records), binary.LittleEndian.Uint32(records[8:])})
		}
		return nil
	})
	return into, err
}

// find gives the places of a key, ascending where they were added so; the first
// placesFound of them.
func (p tablePlace) find(r *pageReader, hash uint64) ([]uint32, error) {
	bucket := hash >> (64 - p.bits)
	var b [8]byte
	ends := b[:]
	if bucket+1 == 1<<p.bits {
		ends = b[:4]
		binary.LittleEndian.PutUint32(b[4:], uint32(p.count))
	}
	if err := r.readAt(ends, p.starts+4*int64(bucket)); err != nil {
		return nil, err
	}
	from, to := binary.LittleEndian.Uint32(b[:]), binary.LittleEndian.Uint32(b[4:])
	if from > to || uint64(to) > p.count {
		return nil, damaged(nil)
	}
	var out []uint32
	var chunk [pageRoom / entrySize * entrySize]byte
	for at := from; at < to && len(out) < placesFound; {
		some := chunk[:min(int(to-at), len(chunk)/entrySize)*entrySize]
		if err := r.readAt(some, p.entries+entrySize*int64(at)); err != nil {
			return nil, err
		}
		at += uint32(len(some) / entrySize)
		for ; len(some) > 0; some = some[entrySize:] {
			if binary.LittleEndian.Uint32(some) == uint32(hash) && len(out) < placesFound {
				out = append(out, binary.LittleEndian.Uint32(some[4:]))
			}
		}
	}
	return out, nil
}
