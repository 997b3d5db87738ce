package affected

import "fmt"

// shapesSeen is what the keys of one block look like.
type shapesSeen struct {
	counts [maxKeys][kinds]uint32
	first  [maxKeys][]glimpse // the first few values of each key
}

// glimpse is one of them.
type glimpse struct {
	line uint32 // within the block
	kind kind
}

// reset makes room for another block.
func (s *shapesSeen) reset() {
	s.counts = [maxKeys][kinds]uint32{}
	for k := range s.first {
		s.first[k] = s.first[k][:0]
	}
}

func (s *shapesSeen) add(key int, value []byte, line uint32) {
	k := glanceAt(value).kind()
	s.counts[key][k]++
	if len(s.first[key]) < fewValues {
		s.first[key] = append(s.first[key], glimpse{line, k})
	}
}

// watch notices a column whose values stop looking as they did: an export in
// which columns were shifted half way, or another table was appended. It judges
// by stretches of values, so that dirt here and there does not matter. In a file of
// less than two stretches it looks at the values one by one, for one change that lasts to the end.
type watch struct {
	usual   [maxKeys]kind
	known   [maxKeys]bool
	stretch [maxKeys][kinds]uint32
	from    [maxKeys]uint64 // the line where the stretch begins
	warned  [maxKeys]bool
	values  [maxKeys]int
	few     [maxKeys][]placed // all values as long as there are few
}

// placed is a glimpse at its line in the file.
type placed struct {
	line uint64
	kind kind
}

const (
	enough    = 1000       // values make a stretch
	fewValues = 2 * enough // below which a file has too few stretches
	fewEnough = 40         // values before and behind a change in a small file
)

// add takes a block that begins at a line, and gives what is to be said of it.
func (w *watch) add(line uint64, seen *shapesSeen, m *matcher, path string) (warnings []string) {
	for k := range m.keys {
		total := uint32(0)
		if w.stretch[k] == ([kinds]uint32{}) {
			w.from[k] = line
		}
		for s := range seen.counts[k] {
			w.stretch[k][s] += seen.counts[k][s]
			w.values[k] += int(seen.counts[k][s])
			total += w.stretch[k][s]
		}
		for _, g := range seen.first[k] {
			if len(w.few[k]) < fewValues {
				w.few[k] = append(w.few[k], placed{line + uint64(g.line), g.kind})
			}
		}
		if total < enough {
			continue
		}
		most := most(&w.stretch[k])
		clear95, clear5 := 20*w.stretch[k][most] >= 19*total, w.known[k] && 20*w.stretch[k][w.usual[k]] <= total
		switch {
		case !w.known[k]:
			w.known[k], w.usual[k] = clear95, most
		case clear5 && !w.warned[k]:
			w.warned[k] = true
			warnings = append(warnings, changedMeaning(path, w.from[k], m.keys[k].name))
		}
		w.stretch[k] = [kinds]uint32{}
	}
	return warnings
}

// end gives what is to be said of a file of few values.
func (w *watch) end(m *matcher, path string) (warnings []string) {
	for k := range m.keys {
		if w.values[k] >= fewValues || w.warned[k] {
			continue
		}
		if line, ok := changeIn(w.few[k]); ok {
			warnings = append(warnings, changedMeaning(path, line, m.keys[k].name))
		}
	}
	return warnings
}

// changeIn finds the one place before which nine in ten values are of one kind,
// and behind which one in ten is at most.
func changeIn(values []placed) (line uint64, ok bool) {
	var all, before [kinds]uint32
	for _, v := range values {
		all[v.kind]++
	}
	// The best place is where the most values are on their side of it; a tie is no change.
	best, at := uint32(0), 0
	for i, v := range values {
		if i >= fewEnough && len(values)-i >= fewEnough {
			usual := most(&before)
			behind := uint32(len(values)-i) - (all[usual] - before[usual]) // of another kind
			if fits := before[usual] + behind; fits > best && 10*before[usual] >= 9*uint32(i) && 10*behind >= 9*uint32(len(values)-i) {
				best, at, ok = fits, i, true
			}
		}
		before[v.kind]++
	}
	if !ok {
		return 0, false
	}
	return values[at].line, true
}

func most(counts *[kinds]uint32) kind {
	most := kind(0)
	for k := range counts {
		if counts[k] > counts[most] {
			most = kind(k)
		}
	}
	return most
}

func changedMeaning(path string, line uint64, key string) string {
	return fmt.Sprintf("%s: about line %d the values of %s stop looking like those before: look whether the column still means the same", path, line, key)
}
