package outbox

import (
	"context"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// counting says of whom something counts: a place can owe a notice to those whose
// social security number was exposed, and none to those of whom it was the address. Who is
// not owed one is written to all the same, unless two people decided otherwise.
type counting struct {
	law    *statute.Library
	duties map[string][]duty // by draft
	usual  []string          // groups of those of whom the directory names none
	known  map[countedKey]bool
}

// duty is one rule as it was when it was found to apply.
type duty struct{ rule, version string }

type countedKey struct {
	draft    string
	elements affected.Elements
	groups   string
}

// leftUncounted is what says of whom something counts, where an exclusion leaves the
// others out; nil where none does.
func (s *Service) leftUncounted(tx *ledger.Tx, id string, letters []Draft) (*counting, error) {
	out, err := casework.NotCountedLeftOut(tx, id)
	if err != nil || !out {
		return nil, err
	}
	i, err := casework.Load(tx, id)
	if err != nil {
		return nil, err
	}
	return s.countedBy(tx, i, letters)
}

// countedBy reads which duties the letters meet.
func (s *Service) countedBy(tx *ledger.Tx, i *incident.Incident, letters []Draft) (*counting, error) {
	law, err := s.library(tx)
	if err != nil {
		return nil, err
	}
	facts, err := casework.Facts(tx, i.ID)
	if err != nil {
		return nil, err
	}
	c := &counting{law: law, duties: map[string][]duty{}, usual: peopleGroups(facts), known: map[countedKey]bool{}}
	for n := range letters {
		d := &letters[n]
		ids := d.Obligations
		if len(ids) == 0 {
			ids = []string{d.Obligation}
		}
		for _, id := range ids {
			o, err := obligations.Get(tx, ledger.K(i.ID, id))
			if err != nil {
				return nil, err
			}
			c.duties[d.ID] = append(c.duties[d.ID], duty{o.Rule, o.Version})
		}
	}
	return c, nil
}

// anything reports whether a duty that a letter meets counts something exposed of a
// person, or may: what is not known is not held against them.
func (c *counting) anything(draft string, p *affected.Person) bool {
	key := countedKey{draft, p.Elements, strings.Join(p.Groups, "+")}
	known, ok := c.known[key]
	if !ok {
		known = c.any(c.duties[draft], p.Elements.Names(), p.Groups)
		key.groups = strings.Clone(key.groups)
		c.known[key] = known
	}
	return known
}

func (c *counting) any(duties []duty, elements, groups []string) bool {
	if len(groups) == 0 {
		groups = c.usual
	}
	if elements == nil {
		elements = []string{}
	}
	return slices.ContainsFunc(duties, func(d duty) bool {
		return c.law.Covers(d.rule, d.version, elements, groups) != condition.No
	})
}

// NotCounted counts, by jurisdiction, the people of the list in force whom a duty of
// their place is owed to, and of whom nothing exposed is data it counts. They can be left
// out of the mailings by an exclusion of the kind not_counted.
func (s *Service) NotCounted(ctx context.Context, p incident.Principal, ref string) (map[string]int, error) {
	out := map[string]int{}
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		roster, err := casework.CurrentRoster(tx, i.ID)
		if err != nil || roster == nil {
			return err
		}
		all, err := ObligationsOf(tx, i.ID)
		if err != nil {
			return err
		}
		var owed []*Obligation
		for n := range all {
			if all[n].Owed() && all[n].Audience == "individuals" {
				owed = append(owed, &all[n])
			}
		}
		c, err := s.countedBy(tx, i, nil)
		if err != nil {
			return err
		}
		for _, g := range roster.Groups {
			var duties []duty
			for _, o := range dutiesIn(owed, areaOf(owed, g.Jurisdiction)) {
				duties = append(duties, duty{o.Rule, o.Version})
			}
			if len(duties) > 0 && !c.any(duties, g.Elements, g.Groups) {
				out[g.Jurisdiction] += g.People
			}
		}
		return nil
	})
	return out, err
}
