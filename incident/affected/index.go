package affected

import "math/bits"

// index finds the people who have a key: an open-addressing table from the
// keyed hash of a normalised key to the first person in the directory who has
// it, with a chain of the others where several share it.
//
// A slot keeps 96 of the hash's 128 bits. Two different keys of one directory
// are taken for one with a chance of n²/2⁹⁷: for 100 million keys, one run in ten trillion.
type index struct {
	slots  []slot
	used   int
	shared []link // chains of people who share a key
	budget *budget
}

type slot struct {
	tag  uint64
	tag2 uint32
	who  uint32 // 0 empty; person+1; or isChain | position in shared
}

type link struct {
	person uint32
	next   uint32 // position+1 in shared; 0 ends the chain
	tail   uint32 // of the first link: position of the last
	length uint32 // of the first link
}

const (
	isChain    = 1 << 31
	maxPeople  = isChain - 2
	slotBytes  = 16
	linkBytes  = 16
	chainLimit = 64 // people of one chain looked at when other keys narrow it
)

// found is what the index says of one key.
type found struct {
	person uint32 // the first who has it
	chain  uint32 // position+1 in shared, 0 where one person alone has it
}

func fastRange(h uint64, n int) int {
	hi, _ := bits.Mul64(h, uint64(n))
	return int(hi)
}

// reserve makes room for n keys.
func (x *index) reserve(n int) error {
	size := n + n/2 + 16
	if size <= len(x.slots) {
		return nil
	}
	if err := x.budget.take(int64(size) * slotBytes); err != nil {
		return err
	}
	old := x.slots
	x.slots = make([]slot, size)
	for _, s := range old {
		if s.who != 0 {
			x.slots[x.probe(s.tag, s.tag2)] = s
		}
	}
	x.budget.give(int64(len(old)) * slotBytes)
	return nil
}

// probe is the slot of a hash, or the empty one where it would go.
func (x *index) probe(tag uint64, tag2 uint32) int {
	i := fastRange(tag, len(x.slots))
	for {
		s := &x.slots[i]
		if s.who == 0 || s.tag == tag && s.tag2 == tag2 {
			return i
		}
		if i++; i == len(x.slots) {
			i = 0
		}
	}
}

// touch brings the place of a hash towards the processor. What it gives only
// serves to be added up, so that the load is not dropped.
func (x *index) touch(tag uint64) uint64 {
	if len(x.slots) == 0 {
		return 0
	}
	return x.slots[fastRange(tag, len(x.slots))].tag
}

// add records that person has the key. People are added in the directory's order.
func (x *index) add(tag uint64, tag2 uint32, person uint32) error {
	if x.used*4 >= len(x.slots)*3 {
		if err := x.reserve(max(1024, 2*x.used)); err != nil {
			return err
		}
	}
	s := &x.slots[x.probe(tag, tag2)]
	switch {
	case s.who == 0:
		*s = slot{tag, tag2, person + 1}
		x.used++
		return nil
	case s.who&isChain == 0:
		first := s.who - 1
		at := uint32(len(x.shared))
		x.shared = append(x.shared, link{person: first, tail: at, length: 1})
		if err := x.budget.take(2 * linkBytes); err != nil {
			return err
		}
		s.who = isChain | at
	default:
		if err := x.budget.take(linkBytes); err != nil {
			return err
		}
	}
	head := s.who &^ isChain
	last := uint32(len(x.shared))
	x.shared = append(x.shared, link{person: person})
	x.shared[x.shared[head].tail].next = last + 1
	x.shared[head].tail = last
	x.shared[head].length++
	return nil
}

func (x *index) find(tag uint64, tag2 uint32) (found, bool) {
	if x.used == 0 {
		return found{}, false
	}
	who := x.slots[x.probe(tag, tag2)].who
	switch {
	case who == 0:
		return found{}, false
	case who&isChain == 0:
		return found{person: who - 1}, true
	}
	at := who &^ isChain
	return found{person: x.shared[at].person, chain: at + 1}, true
}

// all are the people who share a key, the first chainLimit of them: a key that
// so many share names nobody.
func (x *index) all(f found) []uint32 {
	people := make([]uint32, 0, min(chainLimit, x.shared[f.chain-1].length))
	for at := f.chain; at != 0 && len(people) < chainLimit; {
		l := x.shared[at-1]
		people = append(people, l.person)
		at = l.next
	}
	return people
}
