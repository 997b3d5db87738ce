package casework

import (
	"context"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// SetMilestone is a value for a milestone.
type SetMilestone struct {
	Milestone incident.Milestone
	At        time.Time
	Zone      string             // IANA name; UTC if empty
	Precision incident.Precision // instant if empty
	Reason    string             // demanded for aware, determined, material and classified: authorities ask
	Candidate bool               // keep it as a proposal that no clock counts from
}

// reasoned are the conclusions that an authority asks the reasons of.
var reasoned = map[incident.Milestone]bool{
	incident.Aware: true, incident.Determined: true, incident.Material: true, incident.Classified: true,
}

// SetMilestone sets a milestone; what it was before stays on record. Errors: Invalid.
func (d *Desk) SetMilestone(ctx context.Context, p incident.Principal, ref string, in SetMilestone) error {
	return d.act(ctx, p, ref, incident.SetMilestones, func(tx *ledger.Tx, i *incident.Incident) error {
		return d.SetMilestoneTx(tx, i, in)
	})
}

// SetMilestoneTx joins a transaction and tells the reactors.
func (d *Desk) SetMilestoneTx(tx *ledger.Tx, i *incident.Incident, in SetMilestone) error {
	s, err := PutMilestone(tx, i, in)
	if err != nil || s.Candidate {
		return err
	}
	return d.react(func(r Reactor) error { return r.MilestoneSet(tx, i, s) })
}

// PutMilestone joins a transaction and writes the milestone without telling
// anyone: for a reactor, which reassesses by itself afterwards.
func PutMilestone(tx *ledger.Tx, i *incident.Incident, in SetMilestone) (incident.MilestoneSetting, error) {
	if in.Zone == "" {
		in.Zone = "UTC"
	}
	if in.Precision == "" {
		in.Precision = incident.ToTheInstant
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var problems []incident.Problem
	where := string(in.Milestone)
	if !in.Milestone.Known() {
		problems = append(problems, incident.Problem{Where: "milestone", What: "not a milestone: " + clip(where, 60)})
	}
	if in.At.IsZero() {
		problems = append(problems, incident.Problem{Where: where, What: "the time is missing"})
	} else if in.At.After(tx.Now()) && in.Milestone != incident.FixAvailable {
		problems = append(problems, incident.Problem{Where: where, What: "a milestone is something that has happened; this lies in the future"})
	}
	if _, err := time.LoadLocation(in.Zone); err != nil {
		problems = append(problems, incident.Problem{Where: where, What: "not a time zone: " + clip(in.Zone, 40)})
	}
	if reasoned[in.Milestone] && in.Reason == "" {
		problems = append(problems, incident.Problem{Where: where, What: "say why: an authority will ask how this conclusion was reached"})
	}
	if err := invalid("The milestone cannot be set.", problems); err != nil {
		return incident.MilestoneSetting{}, err
	}
	n, err := tx.Sequence("milestones-" + i.ID)
	if err != nil {
		return incident.MilestoneSetting{}, err
	}
	s := incident.MilestoneSetting{
		Seq: int(n), Milestone: in.Milestone, At: in.At.UTC(), Zone: in.Zone, Precision: in.Precision,
		Reason: in.Reason, SetBy: tx.By().ID, SetAt: tx.Now(), Candidate: in.Candidate,
	}
	tx.Record("milestone.set", "incident/"+i.ID)
	if err := milestones.Put(tx, ledger.K(i.ID, string(s.Milestone), s.Seq), s); err != nil {
		return s, err
	}
	word := "Milestone: "
	if s.Candidate {
		word = "Proposed milestone, not counted from until confirmed: "
	}
	return s, WriteTimeline(tx, i, "milestone.set", "incident/"+i.ID, sentence(word+s.Milestone.Label()+" "+s.Text(), s.Reason))
}

// MilestonesInForce gives the newest confirmed setting of each milestone.
func MilestonesInForce(tx *ledger.Tx, id string) (map[incident.Milestone]incident.MilestoneSetting, error) {
	out := map[incident.Milestone]incident.MilestoneSetting{}
	err := milestones.Scan(tx, ledger.K(id), func(_ ledger.Key, s incident.MilestoneSetting) error {
		if !s.Candidate {
			out[s.Milestone] = s
		}
		return nil
	})
	return out, err
}

// MilestoneHistory gives every setting and candidate, by milestone, oldest first.
func MilestoneHistory(tx *ledger.Tx, id string) ([]incident.MilestoneSetting, error) {
	var out []incident.MilestoneSetting
	err := milestones.Scan(tx, ledger.K(id), func(_ ledger.Key, s incident.MilestoneSetting) error {
		out = append(out, s)
		return nil
	})
	return out, err
}
