package affected

import "slices"

// hashes appends those of a row's keys, the second form of the composite one
// last, and counts in seen what the plain ones look like.
func (m *matcher) hashes(n *normalizer, b *batch, row int, into []keyHash, seen *shapesSeen) []keyHash {
	second := keyHash{}
	for k := range m.keys {
		key := &m.keys[k]
		if seen != nil && key.field >= 0 {
			if value := b.field(row, key.field); len(value) > 0 {
				seen.add(k, value, b.lines[row])
			}
		}
		into = append(into, m.run.hashOf(key.form(n, b, row, m.phoneCountry)))
		if k == m.joint {
			second = m.run.hashOf(n.written)
		}
	}
	if m.joint >= 0 {
		into = append(into, second)
	}
	return into
}

// jointHolders are those who have the composite key in one form or the other.
func (m *matcher) jointHolders(forms ...*keyHash) (people []uint32) {
	x := m.keys[m.joint].index
	for _, h := range forms {
		if !h.some {
			continue
		}
		if f, ok := x.find(h.tag, h.tag2); ok && f.chain != 0 {
			people = append(people, x.all(f)...)
		} else if ok {
			people = append(people, f.person)
		}
	}
	return people
}

// jointHit is what the holders of a row's composite key make of it: in the
// directory's order, each once, and, where a birth date is part of the key, only those born that
// day; it is looked up by its numbers alone.
func (m *matcher) jointHit(holders []uint32, born birth) hit {
	slices.Sort(holders)
	holders = slices.Compact(holders)
	if m.keys[m.joint].dated {
		holders = slices.DeleteFunc(holders, func(p uint32) bool { return !born.is(m.run.born[p]) })
	}
	holders = holders[:min(len(holders), chainLimit)]
	switch len(holders) {
	case 0:
		return hit{key: -1}
	case 1:
		return hit{key: m.joint, one: holders[0]}
	}
	return hit{key: m.joint, one: holders[0], more: holders}
}

// known reports whether the directory knows the key.
func (h *hit) known() bool { return h.key >= 0 }
