package register

import (
	"context"
	"sort"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/outbox"
)

// Cases lists incidents; *casework.Desk does.
type Cases interface {
	Incidents(ctx context.Context, p incident.Principal, f casework.Filter) ([]incident.Incident, error)
}

// Read gives the register of what p may see, oldest first.
func Read(ctx context.Context, cases Cases, db *ledger.DB, p incident.Principal) ([]Entry, error) {
	all, err := cases.Incidents(ctx, p, casework.Filter{})
	if err != nil {
		return nil, err
	}
	out := []Entry{}
	err = db.View(ctx, func(tx *ledger.Tx) error {
		for n := range all {
			i, err := casework.Load(tx, all[n].ID) // as it is in this transaction
			if incident.KindOf(err) == incident.Gone {
				continue
			}
			if err != nil {
				return err
			}
			if i.Drill || !incident.Can(p, incident.SeeIncident, i) {
				continue
			}
			e, err := entry(tx, i)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		left, err := casework.ErasedCases(tx)
		for n := range left {
			if e := &left[n]; !e.Drill && seesErased(p, e) {
				out = append(out, erased(e))
			}
		}
		return err
	})
	sort.SliceStable(out, func(a, b int) bool { return out[a].OpenedAt.Before(out[b].OpenedAt) })
	return out, err
}

func entry(tx *ledger.Tx, i *incident.Incident) (Entry, error) {
	e := Entry{
		Number: i.Number, Title: i.Title, Summary: i.Summary, Kind: string(i.Kind), Severity: string(i.Severity), Status: string(i.Status),
		OpenedAt: i.OpenedAt, ClosedAt: i.ClosedAt, Outcome: i.Outcome,
		Facts: map[string]string{}, Effects: map[string]string{}, Actions: []Action{}, Told: []Told{}, NotNotified: []Decision{}, Open: []Open{},
	}
	for _, read := range []func(*ledger.Tx, *incident.Incident) error{e.facts, e.milestones, e.roster, e.actions, e.duties} {
		if err := read(tx, i); err != nil {
			return e, err
		}
	}
	e.unsaid(i)
	return e, nil
}

func (e *Entry) facts(tx *ledger.Tx, i *incident.Incident) error {
	facts, err := casework.Facts(tx, i.ID)
	for name, f := range facts {
		text := strings.Join(f.Values, ", ")
		switch f.Certainty {
		case incident.UnknownCertain:
			text = "unknown"
		case incident.SuspectedTrue:
			text += " (suspected)"
		}
		e.Facts[name] = text
		if effect := effects[name]; effect != "" {
			e.Effects[effect] = text
		}
		if name == "incident.risk" {
			e.Risk = text
		}
	}
	return err
}

func (e *Entry) milestones(tx *ledger.Tx, i *incident.Incident) error {
	set, err := casework.MilestonesInForce(tx, i.ID)
	at := func(m incident.Milestone) *time.Time {
		s, ok := set[m]
		if !ok {
			return nil
		}
		return &s.At
	}
	e.OccurredFrom, e.OccurredUntil, e.Detected = at(incident.OccurredFrom), at(incident.OccurredUntil), at(incident.Detected)
	e.Aware, e.AwareReason = at(incident.Aware), set[incident.Aware].Reason
	e.Contained, e.Recovered = at(incident.ContainedAt), at(incident.Recovered)
	for m, s := range set {
		if m == incident.IndividualsNotified {
			e.Told = append(e.Told, Told{To: "affected people", At: s.At})
		}
		if filed, ok := strings.CutPrefix(string(m), "filed:"); ok {
			rule, stage, _ := strings.Cut(filed, ":")
			e.Told = append(e.Told, Told{To: rule, Rule: rule, Stage: stage, At: s.At})
		}
	}
	sort.Slice(e.Told, func(a, b int) bool {
		if x, y := e.Told[a], e.Told[b]; !x.At.Equal(y.At) {
			return x.At.Before(y.At)
		} else {
			return x.Rule+x.Stage < y.Rule+y.Stage
		}
	})
	return err
}

func (e *Entry) roster(tx *ledger.Tx, i *incident.Incident) error {
	r, err := casework.CurrentRoster(tx, i.ID)
	if err != nil || r == nil {
		return err
	}
	e.People, e.Jurisdictions, e.Elements = &r.People, r.ByJurisdiction, r.ByElement
	return nil
}

func (e *Entry) actions(tx *ledger.Tx, i *incident.Incident) error {
	tasks, err := casework.Tasks(tx, i.ID)
	for _, t := range tasks {
		if t.State == incident.TaskDone && remedial[t.Phase] && t.Privileged == nil {
			e.Actions = append(e.Actions, Action{Task: t.Number, Title: t.Title, At: t.ClosedAt, Outcome: t.Outcome})
		}
	}
	return err
}

func (e *Entry) duties(tx *ledger.Tx, i *incident.Incident) error {
	all, err := outbox.ObligationsOf(tx, i.ID)
	for n := range all {
		o := &all[n]
		for t := range e.Told {
			if e.Told[t].Rule == o.Rule {
				e.Told[t].To = o.Recipient
			}
		}
		if d := o.Decision; d != nil {
			at := d.At
			e.NotNotified = append(e.NotNotified, Decision{
				Rule: o.Rule, Recipient: o.Recipient, Reason: d.Reason, By: d.By, At: &at,
				ApprovedBy: d.ApprovedBy, ApprovedAt: d.ApprovedAt, Settled: d.Settled(),
			})
		}
		if o.Owed() && o.Next() != nil {
			e.Open = append(e.Open, Open{Rule: o.Rule, Recipient: o.Recipient, Due: o.Due()})
		}
	}
	return err
}

// unsaid adds the reason of a breach that ended with nobody told and no duty
// decided on: what was written down when it was closed.
func (e *Entry) unsaid(i *incident.Incident) {
	if i.Status.Ended() && len(e.Told) == 0 && len(e.NotNotified) == 0 {
		e.NotNotified = append(e.NotNotified, Decision{Reason: i.Outcome, At: i.ClosedAt})
	}
}

// seesErased reports whether somebody may know that there was such a case. Who
// was on it went with its key, so one that was restricted is shown to nobody
// but those who keep the register at the machine.
func seesErased(p incident.Principal, e *casework.Erasure) bool {
	return incident.Can(p, incident.SeeIncident, &incident.Incident{Status: incident.Status(e.Status), Restricted: e.Restricted})
}

// erased is the line that stays of a case after its retention: dates, counts and
// who was told, without a word of its own.
func erased(e *casework.Erasure) Entry {
	out := Entry{
		Number: e.Number, Title: "Erased after its retention", Kind: e.Kind, Severity: e.Severity, Status: "erased",
		OpenedAt: e.OpenedAt, ClosedAt: e.ClosedAt, People: e.People, Jurisdictions: e.Jurisdictions, Elements: e.Elements,
		Facts: map[string]string{}, Effects: map[string]string{}, Actions: []Action{}, Told: []Told{}, NotNotified: []Decision{}, Open: []Open{},
		Outcome: "Its data was erased on " + e.ErasedAt.Format(time.DateOnly) + ".",
	}
	for _, t := range e.Told {
		line := Told{To: "affected people", At: t.At}
		if filed, ok := strings.CutPrefix(string(t.Milestone), "filed:"); ok {
			line.Rule, line.Stage, _ = strings.Cut(filed, ":")
			line.To = line.Rule
		}
		out.Told = append(out.Told, line)
	}
	return out
}
