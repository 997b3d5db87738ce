package affected

import "slices"

// hit is one key of a row that the directory knows.
type hit struct {
	key  int      // among matcher.keys
	one  uint32   // the first person who has it
	more []uint32 // everyone who has it, the first chainLimit of them; nil where it is one alone
}

func (h *hit) has(person uint32) bool {
	if h.more == nil {
		return h.one == person
	}
	return slices.Contains(h.more, person)
}

// Reasons why a row is a conflict: it could mean several people, or what it
// says does not fit the person it names. They are for a person to settle.
const (
	fits        = iota
	differ      // two keys name different people
	shared      // several people have the only key there is
	notTheirs   // a number given to one person is not the one of the person another key names
	bornAnother // the birth dates differ
)

// reason is one of them, with the keys it is about (places among matcher.keys).
type reason struct{ kind, a, b uint8 }

func (m *matcher) explain(r reason) string {
	switch r.kind {
	case differ:
		return keyLabel(m.keys[r.a].name) + " and " + keyLabel(m.keys[r.b].name) + " name different people"
	case shared:
		return "several people in the directory have this " + keyLabel(m.keys[r.a].name)
	case notTheirs:
		return m.keys[r.a].name + " is not that of the person whose " + keyLabel(m.keys[r.b].name) + " this is"
	case bornAnother:
		return "birth_date is not that of the person whose " + keyLabel(m.keys[r.a].name) + " this is"
	}
	return ""
}

// decide says whom a row means. Keys come in tiers (see [PrimaryKeys]): the
// strongest key that the directory knows decides. Numbers given to one person must be
// theirs; a birth date, where the spec has it checked, must not be another; an address
// nobody in the directory has may differ, but one that is somebody else's may not.
//
// hits are the row's keys that the directory knows, the strongest first, at least
// one. strange are those it does not, as bits of places among m.keys.
func (m *matcher) decide(hits []hit, strange uint32, born birth) (person uint32, why reason) {
	first := &hits[0]
	person = first.one
	if first.more == nil {
		for i := range hits[1:] {
			if other := &hits[1+i]; !other.has(person) {
				return person, reason{differ, uint8(first.key), uint8(other.key)}
			}
		}
	} else if person, why = m.narrow(hits, born); why.kind != fits {
		return person, why
	}
	for k := range m.keys {
		if strange>>k&1 != 0 && m.keys[k].primary && has(m.keys[k].owners, uint64(person)) {
			return person, reason{notTheirs, uint8(k), uint8(first.key)}
		}
	}
	if m.run.born != nil && !born.mayBe(m.run.born[person]) {
		return person, reason{bornAnother, uint8(first.key), 0}
	}
	return person, reason{}
}

// narrow looks among the people who share the strongest key for the one whom
// the row's other keys, or its birth date, name too.
func (m *matcher) narrow(hits []hit, born birth) (uint32, reason) {
	fit, n := hits[0].one, 0
	if len(hits) == 1 && (m.run.born == nil || born == 0) {
		return fit, reason{shared, uint8(hits[0].key), 0}
	}
	for _, person := range hits[0].more {
		all := m.run.born == nil || born == 0 || born.is(m.run.born[person])
		for i := range hits[1:] {
			all = all && hits[1+i].has(person)
		}
		if all {
			if n++; n == 1 {
				fit = person
			}
		}
	}
	if n == 1 {
		return fit, reason{}
	}
	return fit, reason{shared, uint8(hits[0].key), 0}
}
