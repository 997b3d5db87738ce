package outbox

import (
	"context"
	"slices"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// Supposition is what could be so of a case, laid over what is on record to see
// what would follow. It is never stored.
type Supposition struct {
	Facts      []casework.NewFact
	Milestones []casework.SetMilestone
	People     []SupposedPeople
	// List is the list of a run that is not settled, in place of the one in force.
	List *incident.Roster
}

// SupposedPeople is how many people of one place would be affected.
type SupposedPeople struct {
	Residence string   // ISO 3166: US-CA
	People    int      // all of that place together
	Elements  []string // of what kinds; nil leaves them as they are, or takes the commonest of the list where the place is new
}

// IsZero reports whether nothing is supposed.
func (s Supposition) IsZero() bool {
	return len(s.Facts)+len(s.Milestones)+len(s.People) == 0 && s.List == nil
}

// Suppose gives the assessment as the case stands and as it would stand. Nothing
// is written. Errors: Invalid with the fact's name where the rules cannot read
// what is supposed; NotFound where p may not see the incident.
func (s *Service) Suppose(ctx context.Context, p incident.Principal, ref string, sup Supposition) (before, after statute.Assessment, err error) {
	err = s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		lib, err := s.library(tx)
		if err != nil {
			return err
		}
		have, err := s.factsOf(tx, i)
		if err != nil {
			return err
		}
		supposed, err := s.supposedFacts(tx, i, sup)
		if err != nil {
			return err
		}
		before, after = lib.Assess(have, tx.Now()), lib.Assess(supposed, tx.Now())
		return nil
	})
	return before, after, err
}

func (s Supposition) facts(have map[string]incident.Fact) {
	for _, f := range s.Facts {
		certainty := f.Certainty
		if certainty == "" {
			certainty = incident.Known
		}
		have[f.Name] = incident.Fact{Name: f.Name, Values: f.Values, Certainty: certainty, Source: f.Source}
	}
}

func (s Supposition) milestones(set map[incident.Milestone]incident.MilestoneSetting) {
	for _, m := range s.Milestones {
		precision := m.Precision
		if precision == "" {
			precision = incident.ToTheInstant
		}
		set[m.Milestone] = incident.MilestoneSetting{Milestone: m.Milestone, At: m.At.UTC(), Zone: m.Zone, Precision: precision}
	}
}

// people puts the supposed numbers into the groups. More people of a place join
// its largest group, fewer leave the largest groups first, so that kinds of data
// on record stay what they are.
func (s Supposition) people(groups []statute.Affected, have map[string]incident.Fact) []statute.Affected {
	for _, p := range s.People {
		var here []int
		total := 0
		for n := range groups {
			if groups[n].Residence == p.Residence {
				here = append(here, n)
				total += *groups[n].People
			}
		}
		if len(here) == 0 {
			g := statute.Affected{Residence: p.Residence, People: &p.People, Elements: p.Elements, Groups: peopleGroups(have)}
			if g.Elements == nil {
				g.Elements = commonest(groups)
			}
			groups = append(groups, g)
			continue
		}
		slices.SortStableFunc(here, func(a, b int) int { return *groups[b].People - *groups[a].People })
		change := p.People - total
		for _, n := range here {
			size := max(0, *groups[n].People+change)
			change -= size - *groups[n].People
			groups[n].People = &size
			if p.Elements != nil {
				groups[n].Elements = p.Elements
			}
			if change == 0 && p.Elements == nil {
				break
			}
		}
	}
	return groups
}

// commonest is the elements of the largest group; nil, not known, where there is none.
func commonest(groups []statute.Affected) []string {
	var best []string
	most := 0
	for _, g := range groups {
		if *g.People > most {
			best, most = g.Elements, *g.People
		}
	}
	return best
}
