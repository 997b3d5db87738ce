package affected

import (
	"io"
	"iter"
	"slices"

	"tocsin/incident"
)

// Prior is the result of an earlier run with the same directory, to which the
// exposures that came later are added without reading the others again.
type Prior struct {
	Roster    io.Reader      // its people.csv
	Exposures int            // how many of the spec's exposures it covers: the first ones
	Inputs    []InputSummary // its inputs, the directory's first
	Conflicts int64
}

// priors walks the earlier roster beside the directory. Its people are rows of
// the directory in the directory's order, so each is met once.
type priors struct {
	next    func() (Person, error, bool)
	stop    func()
	person  Person
	some    bool
	people  []uint32 // found, ascending
	shown   []uint64
	sources []uint32 // places among sets
	sets    [][]int  // of exposures
	known   map[string]uint32
}

func (r *run) newPriors(p *Prior) (*priors, error) {
	if p.Exposures < 0 || p.Exposures >= len(r.spec.Exposures) {
		return nil, incident.Errorf(incident.Invalid, "the earlier result covers %d of %d exposures, so nothing is to be added", p.Exposures, len(r.spec.Exposures))
	}
	if len(p.Inputs) == 0 {
		return nil, incident.Errorf(incident.Invalid, "the earlier result does not say what it was made from")
	}
	w := &priors{known: map[string]uint32{}}
	w.next, w.stop = iter.Pull2(ReadRoster(p.Roster))
	return w, w.advance()
}

func (w *priors) advance() (err error) {
	w.person, err, w.some = w.next()
	return err
}

// meet notes the row of the directory if it is the next person of the earlier roster.
func (w *priors) meet(person uint32, fields [6]string, spec *Spec) error {
	p := &w.person
	if !w.some || fields != [6]string{p.CustomerID, p.Name, p.Email, p.Country, p.Region, p.Language} {
		return nil
	}
	key := joinSources(p.Sources)
	at, ok := w.known[key]
	if !ok {
		var set []int
		for i := range spec.Exposures {
			if slices.Contains(p.Sources, spec.Exposures[i].Name) {
				set = append(set, i)
			}
		}
		if len(set) != len(p.Sources) {
			return incident.Errorf(incident.Invalid, "the earlier result has exposures that the spec does not")
		}
		at = uint32(len(w.sets))
		w.sets, w.known[key] = append(w.sets, set), at
	}
	w.people, w.shown, w.sources = append(w.people, person), append(w.shown, uint64(p.Elements)), append(w.sources, at)
	return w.advance()
}

// end checks that everyone of the earlier roster was found.
func (w *priors) end() error {
	if w.some {
		return incident.Errorf(incident.Conflict, "the earlier result was made with another directory: run everything again")
	}
	return nil
}

// apply takes the earlier result into the account of this one.
func (w *priors) apply(shown []uint64, seen [][]uint32) {
	for i, p := range w.people {
		shown[p] |= w.shown[i]
		for _, e := range w.sets[w.sources[i]] {
			seen[e][p/32] |= 1 << (p % 32)
		}
	}
}
