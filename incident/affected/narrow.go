package affected

import (
	"context"
	"encoding/binary"
	"math/bits"
	"sync"
)

// narrow matches within a memory limit that the whole job does not fit into. It
// takes the same decisions as the matching in memory and gives the same bytes:
//
//   - The keys of the directory and of every exposure are hashed and dealt by their
//     hash into parts, so that equal keys meet in the same part ([narrow.keep], [narrow.scatter]).
//   - Part by part, the directory's keys are made into an index, and the rows
//     that have one of them are noted, by ranges of rows ([narrow.join]).
//   - Range by range, what was found for each row's keys decides whom it means
//     ([narrow.combine]), which is noted by ranges of people.
//   - Each exposure is read again to list the rows that fit nobody or several ([narrow.list]).
//   - people.csv is written as ever, with one or two ranges of people in memory.
type narrow struct {
	run     *run
	spill   *spill
	plan    plan
	keys    []string  // as Spec.Keys
	seconds []int     // places among keys; see seconds
	known   [][]*tape // the directory's keys: by key, then part
	exposed []*narrowed
	people  []*tape // persons: by range of people
	states  struct {
		sync.Mutex
		at    map[uint64]*state
		taken map[uint64]bool // ranges whose rows have been counted
	}
}

// narrowed is one piece of an exposure on its way.
type narrowed struct {
	exposure  int
	keys      []int     // places among narrow.keys, in the order of the matcher's keys
	asked     [][]*tape // keys of rows: by key, then part
	shown     *tape     // elements of each row where they differ; nil where they do not
	born      *tape     // birth dates of rows; nil where none is checked
	always    Elements
	rows      uint64 // readable ones
	found     []*tape
	unmatched []uint32         // rows, as bits
	decided   map[uint32]int64 // what a person decided, by row
	conflicts *tape
	open      int64
	sum       InputSummary
	crc       uint32
	matched   int64
	again     int64
}

// notRead marks, among the elements of rows, a row that turned out malformed.
const notRead = ^uint64(0)

func (r *run) newNarrow(p plan, keys []string) (*narrow, error) {
	file, err := newSpill(r.opt.Scratch, p.chunk)
	if err != nil {
		return nil, err
	}
	n := &narrow{run: r, spill: file, plan: p, keys: keys, seconds: seconds(keys)}
	for range keys {
		n.known = append(n.known, file.tapes(p.parts))
	}
	n.states.at, n.states.taken = map[uint64]*state{}, map[uint64]bool{}
	return n, nil
}

// part is the part of a hash, and the hash as it is told apart within the part.
func (n *narrow) part(tag uint64) (int, uint64) {
	shift := bits.TrailingZeros(uint(n.plan.parts))
	return int(tag >> (64 - shift) & uint64(n.plan.parts-1)), tag << shift
}

// keep takes one key of a person of the directory.
func (n *narrow) keep(key int, h keyHash, person uint32) error {
	return n.deal(n.known[key], h, person)
}

// deal appends a hash and a number to the part where the hash belongs.
func (n *narrow) deal(parts []*tape, h keyHash, number uint32) error {
	part, tag := n.part(h.tag)
	rec, err := parts[part].room(16)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(rec, tag)
	binary.LittleEndian.PutUint32(rec[8:], h.tag2)
	binary.LittleEndian.PutUint32(rec[12:], number)
	return nil
}

// matchExposures does what run.matchExposures does in memory.
func (n *narrow) matchExposures(ctx context.Context) error {
	if err := flushAll(n.known...); err != nil {
		return err
	}
	n.people = n.spill.tapes(int(n.run.people)/n.plan.people + 1)
	for i := range n.run.exposed {
		if err := n.scatter(ctx, &n.run.exposed[i]); err != nil {
			return err
		}
	}
	if err := n.join(ctx); err != nil {
		return err
	}
	for i, e := range n.exposed {
		if err := n.combine(ctx, i, e); err != nil {
			return err
		}
		if err := n.list(ctx, &n.run.exposed[i], e); err != nil {
			return err
		}
	}
	return flushAll(n.people)
}

func flushAll(groups ...[]*tape) error {
	for _, g := range groups {
		for _, st := range g {
			if err := st.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}
