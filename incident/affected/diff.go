package affected

import (
	"io"
	"slices"

	"tocsin/incident"
)

// Change is what differs of one person between two rosters.
type Change struct {
	Kind          string   `json:"kind"` // new, gone or changed
	Person        Person   `json:"-"`    // as the later roster has them; of those gone, the earlier
	Elements      []string `json:"elements"`
	Before        []string `json:"before,omitempty"` // elements
	Sources       []string `json:"sources"`
	SourcesBefore []string `json:"sources_before,omitempty"`
}

// Difference counts what differs between two rosters.
type Difference struct {
	Before  int64 `json:"before"` // people
	After   int64 `json:"after"`
	New     int64 `json:"new"`
	Gone    int64 `json:"gone"`
	Changed int64 `json:"changed"` // other elements or other sources
	Same    int64 `json:"same"`
	// Why people are gone or new, by the sources they had or have.
	GoneFrom map[string]int64 `json:"gone_from"`
	NewFrom  map[string]int64 `json:"new_from"`
}

// Diff compares two rosters, an earlier and a later one, and calls fn with every
// difference: first the new and changed in the order of the later roster, then the gone in
// that of the earlier. A person is told by the customer id, else by e-mail
// address and name. Each opener is called for one reading of its roster, before twice.
func Diff(before, after func() (io.ReadCloser, error), fn func(Change) error) (Difference, error) {
	d := Difference{GoneFrom: map[string]int64{}, NewFrom: map[string]int64{}}
	key, x := newHashKey(), &index{budget: &budget{}}
	var shown []Elements
	var from []uint32
	var names [][]string
	number := map[string]uint32{}
	err := eachPerson(before, func(p Person) error {
		if len(shown) >= maxPeople {
			return incident.Errorf(incident.TooLarge, "the earlier roster has more than %d people", maxPeople)
		}
		sources := joinSources(p.Sources)
		if _, ok := number[sources]; !ok {
			number[sources] = uint32(len(names))
			names = append(names, p.Sources)
		}
		hi, lo := key.sum(identity(&p))
		if err := x.add(hi, uint32(lo), uint32(len(shown))); err != nil {
			return err
		}
		shown, from = append(shown, p.Elements), append(from, number[sources])
		return nil
	})
	if err != nil {
		return d, err
	}
	d.Before = int64(len(shown))
	met, next := bitset(uint64(len(shown))), map[uint32]uint32{}
	err = eachPerson(after, func(p Person) error {
		d.After++
		hi, lo := key.sum(identity(&p))
		at, ok := x.take(hi, uint32(lo), met, next)
		if !ok {
			d.New++
			d.NewFrom[joinSources(p.Sources)]++
			return fn(Change{Kind: "new", Person: p, Elements: p.Elements.Names(), Sources: p.Sources})
		}
		if shown[at] == p.Elements && slices.Equal(names[from[at]], p.Sources) {
			d.Same++
			return nil
		}
		d.Changed++
		return fn(Change{Kind: "changed", Person: p, Elements: p.Elements.Names(), Before: shown[at].Names(), Sources: p.Sources, SourcesBefore: names[from[at]]})
	})
	if err != nil {
		return d, err
	}
	n := uint64(0)
	err = eachPerson(before, func(p Person) error {
		n++
		if n > uint64(len(shown)) || has(met, n-1) {
			return nil
		}
		d.Gone++
		d.GoneFrom[joinSources(p.Sources)]++
		return fn(Change{Kind: "gone", Person: p, Elements: []string{}, Before: p.Elements.Names(), Sources: []string{}, SourcesBefore: p.Sources})
	})
	return d, err
}

// take finds the first person of a key who has not been met, and meets them:
// several rows that look alike are paired one by one. next keeps how far that
// has come in each chain.
func (x *index) take(tag uint64, tag2 uint32, met []uint32, next map[uint32]uint32) (uint32, bool) {
	f, ok := x.find(tag, tag2)
	if !ok {
		return 0, false
	}
	person := f.person
	if f.chain != 0 {
		at, begun := next[f.chain]
		if !begun {
			at = f.chain
		}
		if at == 0 {
			return 0, false
		}
		person, next[f.chain] = x.shared[at-1].person, x.shared[at-1].next
	} else if has(met, uint64(person)) {
		return 0, false
	}
	met[person/32] |= 1 << (person % 32)
	return person, true
}

func identity(p *Person) []byte {
	if p.CustomerID != "" {
		return append([]byte("i"), p.CustomerID...)
	}
	return append(append(append([]byte("m"), p.Email...), 0), p.Name...)
}

func joinSources(sources []string) string {
	out := ""
	for i, s := range sources {
		if i > 0 {
			out += "+"
		}
		out += s
	}
	return out
}

func eachPerson(open func() (io.ReadCloser, error), fn func(Person) error) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	for p, err := range ReadRoster(r) {
		if err != nil {
			return err
		}
		if p.CustomerID == "" && p.Email == "" && p.Name == "" && p.Elements == 0 {
			continue // the place of somebody who was erased
		}
		if err := fn(p); err != nil {
			return err
		}
	}
	return nil
}
