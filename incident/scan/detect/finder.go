package detect

import "slices"

// Finder looks for the detectors of a Set. It serves one goroutine at a time.
type Finder struct {
	set   *Set
	words []word
	found []Found
	flat  [maxValue]byte
	field []byte

	near             []byte
	nearFrom, nearTo int
	// Unsure counts, by detector, numbers that pass a check but stand where
	// nothing says what they are. They are not reported.
	Unsure map[string]int64
}

// Finder makes one.
func (s *Set) Finder() *Finder { return &Finder{set: s, Unsure: map[string]int64{}} }

// Find gives what is in text, in the order of places. field is the name of the
// column or key that text is the value of, "" where it has none; it counts as a
// word nearby. The result is valid until the next call.
func (f *Finder) Find(text []byte, field string) []Found {
	f.found, f.nearFrom, f.nearTo = f.found[:0], -1, -1
	f.field = append(f.field[:0], spaced(field)...)
	f.words = cut(f.words[:0], text, &f.set.kinds)
	clock := says(f.field, clockWords)
	for i := range f.words {
		w := &f.words[i]
		long := int(w.to - w.from)
		if long > maxWord {
			continue
		}
		if n := f.set.tree.first[w.class][long]; n != nil && !clock {
			f.walk(text, n, i)
		}
		switch w.class {
		case mixed:
			if long >= 4 && !clock {
				f.iban(text, i)
			}
			if long <= 5 {
				f.keyword(text, w)
			}
		case letters:
			f.keyword(text, w)
		}
	}
	for _, look := range f.set.looks {
		if !clock || look.text {
			look.find(f, text)
		}
	}
	return f.settle()
}

// clockWords name fields whose digits are times, which pass checks as any digits do.
var clockWords = []string{"timestamp", "ts", "thread ts", "event ts", "created at", "updated at", "createdat", "date created", "epoch", "unixtime"}

// walk follows the tree from word i.
func (f *Finder) walk(text []byte, n *node, i int) {
	if len(n.fits) > 0 {
		f.try(text, n.fits, i, i)
	}
	for j := i; len(n.steps) > 0 && j+1 < len(f.words); j++ {
		next := &f.words[j+1]
		if next.from-f.words[j].to > 3 {
			return
		}
		by := separator(text[f.words[j].to:next.from])
		if by == 0 || next.to-next.from > maxWord {
			return
		}
		if n = n.after(by, next.class, int(next.to-next.from)); n == nil {
			return
		}
		if len(n.fits) > 0 {
			f.try(text, n.fits, i, j+1)
		}
	}
}

// try has the rules check the number in words i to j.
func (f *Finder) try(text []byte, fits []fit, i, j int) {
	if f.continues(text, i, j) {
		return
	}
	value := f.flatten(text, i, j)
	from, to := int(f.words[i].from), int(f.words[j].to)
	for k := range fits {
		r := fits[k].rule
		v := r.check(value)
		if v == bad {
			continue
		}
		around := f.around(text, from, to)
		near := says(around, r.words)
		s := fits[k].form.strength(v, near, f.set.expected[r.Country])
		if r.weak {
			s = min(s, Shape)
		}
		if r.wary && !near && s != None && says(around, against) {
			s = None
		}
		if s == None {
			if v == verified {
				f.Unsure[r.Name]++
			}
			continue
		}
		f.found = append(f.found, Found{from, to, &r.Detector, s, string(value), near})
	}
}

func (f *Finder) add(from, to int, d *Detector, s Strength, normal []byte) {
	f.found = append(f.found, Found{from, to, d, s, string(normal), s == Context})
}

// flatten gives words i to j without what separates them, in capitals.
func (f *Finder) flatten(text []byte, i, j int) []byte {
	flat := f.flat[:0]
	for ; i <= j; i++ {
		for _, c := range text[f.words[i].from:f.words[i].to] {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			if len(flat) == maxValue {
				return flat
			}
			flat = append(flat, c)
		}
	}
	return flat
}

// continues reports whether words i to j are a part of something longer: a
// number with more groups, a decimal, an identifier such as a UUID.
func (f *Finder) continues(text []byte, i, j int) bool {
	if i > 0 {
		p := &f.words[i-1]
		if f.joined(text[p.to:f.words[i].from], p, i, j, i) {
			return true
		}
	}
	if j+1 < len(f.words) {
		n := &f.words[j+1]
		if f.joined(text[f.words[j].to:n.from], n, i, j, j) {
			return true
		}
	}
	return false
}

// joined reports whether what stands between makes the neighbour a part of the number in words i to j, of which edge is next to it.
func (f *Finder) joined(between []byte, neighbour *word, i, j, edge int) bool {
	by := separator(between)
	if by == 0 && len(between) == 1 && (between[0] == ',' || between[0] == ':') {
		by = between[0]
	}
	if by == 0 || neighbour.class == letters || len(between) == 2 && by == ',' {
		return false
	}
	if by == ':' { // a time, or a part of an address; but "ref1:" names the number
		return neighbour.class == digits
	}
	if by != ' ' {
		return true
	}
	// Groups that go on in the same rhythm: 1234 1234 1234 1234 1234 is no card.
	e := &f.words[edge]
	return i < j && neighbour.class == digits && neighbour.to-neighbour.from == e.to-e.from
}

// settle orders what was found and drops what lies within a longer find, and of
// several meanings of one number those that less speaks for.
func (f *Finder) settle() []Found {
	slices.SortStableFunc(f.found, func(a, b Found) int {
		if a.From != b.From {
			return a.From - b.From
		}
		if a.To != b.To {
			return b.To - a.To
		}
		return b.weight() - a.weight()
	})
	kept := f.found[:0]
	for _, x := range f.found {
		drop := false
		for k := len(kept) - 1; k >= 0 && k >= len(kept)-8; k-- {
			y := &kept[k]
			if x.From >= y.From && x.To <= y.To && (x.From != y.From || x.To != y.To || x.weight() < y.weight() || x.Detector == y.Detector) {
				drop = true
				break
			}
		}
		if !drop {
			kept = append(kept, x)
		}
	}
	f.found = kept
	return kept
}
