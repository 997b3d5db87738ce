package outbox

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Clock is one running deadline. It holds no personal data.
type Clock struct {
	Incident   string    `json:"incident"` // id
	Number     string    `json:"number"`
	Obligation string    `json:"obligation"`
	Rule       string    `json:"rule"`
	Regime     string    `json:"regime"`
	Recipient  string    `json:"recipient"`
	Stage      string    `json:"stage"`
	Due        time.Time `json:"due"`
	Zone       string    `json:"zone,omitempty"`    // the recipient's
	Unknown    bool      `json:"unknown,omitempty"` // whether it applies is not known yet
	Drill      bool      `json:"drill,omitempty"`
}

func (c Clock) key() ledger.Key { return ledger.K(c.Due, c.Incident, c.Obligation, c.Stage) }

// arm makes the index of deadlines say what the obligations say.
func (s *Service) arm(tx *ledger.Tx, i *incident.Incident, list []Obligation) error {
	var want []Clock
	for n := range list {
		o := &list[n]
		if o.Applies == "no" || o.Decision.Settled() {
			continue
		}
		for _, st := range o.Stages {
			if st.Met != nil || st.State != "running" || st.Due == nil || !st.Binding {
				continue
			}
			want = append(want, Clock{
				Incident: i.ID, Number: i.Number, Obligation: o.ID, Rule: o.Rule, Regime: o.Regime, Recipient: o.Recipient,
				Stage: st.Stage, Due: st.Due.UTC(), Zone: st.Zone, Unknown: o.Applies == "unknown", Drill: i.Drill,
			})
		}
	}
	have, err := armed.Get(tx, ledger.K(i.ID))
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return err
	}
	keep := map[Clock]bool{}
	for _, c := range want {
		keep[c] = true
	}
	for _, c := range have {
		if keep[c] {
			delete(keep, c)
			continue
		}
		if err := clocks.Delete(tx, c.key()); err != nil {
			return err
		}
	}
	if len(keep) == 0 && len(have) == len(want) {
		return nil
	}
	for c := range keep {
		if err := clocks.Put(tx, c.key(), c); err != nil {
			return err
		}
	}
	return armed.Put(tx, ledger.K(i.ID), want)
}

// NextClocks gives the nearest deadlines over all incidents p may see, soonest
// first, at most limit (0: all). Overdue ones come first.
func (s *Service) NextClocks(ctx context.Context, p incident.Principal, limit int) ([]Clock, error) {
	var out []Clock
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		seen := map[string]bool{}
		return clocks.Scan(tx, ledger.K(), func(_ ledger.Key, c Clock) error {
			may, known := seen[c.Incident]
			if !known {
				i, err := casework.Load(tx, c.Incident)
				if err != nil && incident.KindOf(err) != incident.Gone {
					return err
				}
				may = err == nil && incident.Can(p, incident.SeeIncident, i)
				seen[c.Incident] = may
			}
			if may {
				out = append(out, c)
			}
			if limit > 0 && len(out) == limit {
				return ledger.Stop
			}
			return nil
		})
	})
	return out, err
}

// CaseClocks gives the deadlines of one incident, soonest first.
func (s *Service) CaseClocks(ctx context.Context, p incident.Principal, ref string) ([]Clock, error) {
	var out []Clock
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		all, err := armed.Get(tx, ledger.K(i.ID))
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return err
		}
		out = append(out, all...)
		return nil
	})
	sortClocks(out)
	return out, err
}

func sortClocks(list []Clock) {
	for a := 1; a < len(list); a++ {
		for b := a; b > 0 && list[b].Due.Before(list[b-1].Due); b-- {
			list[b], list[b-1] = list[b-1], list[b]
		}
	}
}
