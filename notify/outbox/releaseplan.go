package outbox

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Plan is what a release would do now, for the page before it.
type Plan struct {
	People        int
	Jurisdictions int
	Roster        string
	Series        int            // of the letters; 0 unless only further ones are left
	Letters       []DraftView    // approved, and about to go
	Further       []DraftView    // approved, and to go in a mailing after that
	Unapproved    []DraftView    // to people, and not approved
	Reach         int            // people whom a letter that is about to go covers
	Uncovered     map[string]int // people by jurisdiction that no approved letter covers
	Blocked       string         // why nothing can go out now; empty if it can
}

// PlanRelease says what a release would do.
func (s *Service) PlanRelease(ctx context.Context, p incident.Principal, ref string) (Plan, error) {
	var out Plan
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = s.plan(tx, i)
		return err
	})
	return out, err
}

func (s *Service) plan(tx *ledger.Tx, i *incident.Incident) (Plan, error) {
	out := Plan{Uncovered: map[string]int{}}
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return out, err
	}
	if roster == nil {
		out.Blocked = "Who is affected has not been settled yet."
		return out, nil
	}
	b, err := caseBasisOf(tx, i)
	if err != nil {
		return out, err
	}
	out.People, out.Jurisdictions, out.Roster = roster.People, len(roster.ByJurisdiction), roster.Object
	all, err := draftsOf(tx, i.ID)
	if err != nil {
		return out, err
	}
	for n := range all {
		d := &all[n]
		if d.Audience != "individuals" || d.Released != nil {
			continue
		}
		v, err := s.standing(i, d, tx.Now(), b)
		if err != nil {
			return out, err
		}
		if v.Valid {
			out.Letters = append(out.Letters, v)
		} else {
			out.Unapproved = append(out.Unapproved, v)
		}
	}
	out.split()
	for j, n := range roster.ByJurisdiction {
		reached := false
		for _, l := range out.Letters {
			reached = reached || covered(l.Covers, j)
		}
		if reached {
			out.Reach += n
		} else if out.Series == 0 {
			out.Uncovered[j] = n
		}
	}
	switch {
	case b.facts[FactPoliceDelay].Value() == "yes":
		out.Blocked = "The police asked to wait with the notice. Record it when they no longer do."
	case len(out.Letters) == 0:
		out.Blocked = "No letter to people is approved for this list."
	case i.ChannelCompromised(incident.ChannelMail):
		out.Blocked = "Mail is marked as in the attacker's hands for this incident."
	case s.Mail == nil && !i.Drill:
		out.Blocked = "No mail server is configured."
	}
	return out, nil
}

// split keeps the letters of the lowest series: nobody is sent two letters by one
// mailing, so that one mailing has one outcome a person.
func (p *Plan) split() {
	for n := range p.Letters {
		if s := p.Letters[n].Series; n == 0 || s < p.Series {
			p.Series = s
		}
	}
	all := p.Letters
	p.Letters = nil
	for _, l := range all {
		if l.Series == p.Series {
			p.Letters = append(p.Letters, l)
		} else {
			p.Further = append(p.Further, l)
		}
	}
}
