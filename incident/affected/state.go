package affected

import (
	"encoding/binary"
	"slices"
)

// state is what is known of a range of people: who is affected, by what, and
// in which exposures they appear.
type state struct {
	from  uint64     // the first person
	shown []uint64   // Elements of each
	seen  [][]uint32 // for each exposure, who appears in it, as bits
	hit   []uint32   // everyone who appears in any, as bits
}

func (s *state) covers(person uint64) bool {
	return person >= s.from && person < s.from+uint64(len(s.shown))
}

// stateOf gives the range that a person is in. It is asked by workers for
// people in about the order of the directory.
func (r *run) stateOf(person uint64) (*state, error) {
	if r.narrow != nil {
		return r.narrow.state(person)
	}
	return r.whole, nil
}

// state loads a range when it is first asked for, and forgets those before the one before it.
func (n *narrow) state(person uint64) (*state, error) {
	i := person / uint64(n.plan.people)
	n.states.Lock()
	defer n.states.Unlock()
	if s := n.states.at[i]; s != nil {
		return s, nil
	}
	s, err := n.load(i)
	if err != nil {
		return nil, err
	}
	for old := range n.states.at {
		if old+1 < i {
			delete(n.states.at, old)
		}
	}
	n.states.at[i] = s
	return s, nil
}

func (n *narrow) load(i uint64) (*state, error) {
	from := i * uint64(n.plan.people)
	people := min(uint64(n.plan.people), n.run.people-from)
	s := &state{from: from, shown: make([]uint64, people), hit: bitset(people)}
	for range n.run.spec.Exposures {
		s.seen = append(s.seen, bitset(people))
	}
	if n.run.prior != nil {
		n.run.prior.applyRange(s)
	}
	first := !n.states.taken[i]
	n.states.taken[i] = true
	err := n.people[i].each(func(records []byte) error {
		for ; len(records) > 0; records = records[16:] {
			p := binary.LittleEndian.Uint32(records) - uint32(from)
			x := n.exposed[binary.LittleEndian.Uint32(records[4:])]
			seen := s.seen[x.exposure]
			s.shown[p] |= binary.LittleEndian.Uint64(records[8:])
			s.hit[p/32] |= 1 << (p % 32)
			again := has(seen, uint64(p))
			seen[p/32] |= 1 << (p % 32)
			switch {
			case !first:
			case again:
				x.again++
			default:
				x.matched++
			}
		}
		return nil
	})
	if first {
		n.run.sum.People += count(s.hit)
	}
	return s, err
}

// applyRange is apply for one range of people.
func (w *priors) applyRange(s *state) {
	end := s.from + uint64(len(s.shown))
	at, _ := slices.BinarySearch(w.people, uint32(s.from))
	for ; at < len(w.people) && uint64(w.people[at]) < end; at++ {
		p := uint64(w.people[at]) - s.from
		s.shown[p] |= w.shown[at]
		s.hit[p/32] |= 1 << (p % 32)
		for _, e := range w.sets[w.sources[at]] {
			s.seen[e][p/32] |= 1 << (p % 32)
		}
	}
}

// account adds the exposures to the summary, once every range has been loaded.
func (n *narrow) account() {
	s := &n.run.sum
	for _, x := range n.exposed {
		x.sum.Matched, x.sum.Duplicates = x.matched, x.again
		s.Inputs = append(s.Inputs, x.sum)
		s.add(&x.sum)
	}
}
