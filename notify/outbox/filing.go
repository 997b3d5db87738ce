package outbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
)

// Filing is one notice that was handed in outside the program: through an
// authority's portal, by post, by telephone.
type Filing struct {
	ID         string    `json:"id"`
	Obligation string    `json:"obligation"`
	Rule       string    `json:"rule"`
	Stage      string    `json:"stage"`
	At         time.Time `json:"at"`
	Reference  string    `json:"reference,omitempty"` // the authority's number
	Receipt    string    `json:"receipt,omitempty"`   // evidence id
	By         string    `json:"by"`
	Recorded   time.Time `json:"recorded"`
	Drill      bool      `json:"drill,omitempty"`
}

// FilingPack answers every field of the authority's form from the case.
// NotFound where there is no form for the obligation.
func (s *Service) FilingPack(ctx context.Context, p incident.Principal, ref, obligation string) (filing.Pack, error) {
	var out filing.Pack
	err := s.read(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		forms, err := s.Forms()
		if err != nil {
			return err
		}
		form, ok := forms.For(o.Rule)
		if !ok {
			return incident.Errorf(incident.NotFound, "There is no form for this obligation here; write a letter.")
		}
		c, err := s.caseOf(tx, i, &o, []string{o.Jurisdiction})
		if err != nil {
			return err
		}
		previous, err := filingsOf(tx, i.ID)
		if err != nil {
			return err
		}
		c.Submission = "initial"
		for _, f := range previous {
			if f.Obligation == o.ID {
				c.Submission, c.Previous = "follow_up", f.Reference
			}
		}
		out, err = forms.Build(form.ID, c)
		return err
	})
	return out, err
}

// HasForm reports whether there is a form for a rule.
func (s *Service) HasForm(rule string) bool {
	forms, err := s.Forms()
	if err != nil {
		return false
	}
	_, ok := forms.For(rule)
	return ok
}

// RecordFiling is one notice handed in, as a person says it was.
type RecordFiling struct {
	Stage     string // the first of the obligation if empty
	At        time.Time
	Zone      string // it was given in
	Reference string
	Receipt   string // evidence number or id of the receipt; may be empty
}

// RecordFiling keeps that a notice was handed in and stops its clock: what
// counts from it begins to run. Errors: Invalid, Conflict.
func (s *Service) RecordFiling(ctx context.Context, p incident.Principal, ref, obligation string, in RecordFiling) error {
	return s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if in.Stage == "" && len(o.Stages) > 0 {
			in.Stage = o.Stages[0].Stage
		}
		known := false
		for _, st := range o.Stages {
			known = known || st.Stage == in.Stage
		}
		if !known {
			return incident.Errorf(incident.Invalid, "%s has no stage %q.", o.Rule, in.Stage)
		}
		receipt := ""
		if in.Receipt != "" {
			all, err := casework.EvidenceOf(tx, i.ID)
			if err != nil {
				return err
			}
			for _, e := range all {
				if e.ID == in.Receipt || fmt.Sprint(e.Number) == in.Receipt {
					receipt = e.ID
				}
			}
			if receipt == "" {
				return incident.Errorf(incident.Invalid, "There is no evidence %q; upload the receipt first.", in.Receipt)
			}
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		f := Filing{
			ID: id.String(), Obligation: o.ID, Rule: o.Rule, Stage: in.Stage, At: in.At.UTC(), Reference: strings.TrimSpace(in.Reference),
			Receipt: receipt, By: p.ID, Recorded: tx.Now(), Drill: i.Drill,
		}
		tx.Record("filing.record", "filing/"+f.ID)
		if err := filings.Put(tx, ledger.K(i.ID, f.ID), f); err != nil {
			return err
		}
		if _, err := casework.PutMilestone(tx, i, casework.SetMilestone{
			Milestone: incident.Milestone("filed:" + o.Rule + ":" + in.Stage), At: in.At, Zone: in.Zone, Reason: "filing recorded",
		}); err != nil {
			return err
		}
		if err := casework.WriteTimeline(tx, i, "filing.record", "filing/"+f.ID, "Filed with "+o.Recipient+" under "+o.Regime+", stage "+in.Stage); err != nil {
			return err
		}
		return s.reassess(tx, i, "filing "+o.Rule+" "+in.Stage+" was recorded")
	})
}

func filingsOf(tx *ledger.Tx, id string) ([]Filing, error) {
	var out []Filing
	err := filings.Scan(tx, ledger.K(id), func(_ ledger.Key, f Filing) error {
		out = append(out, f)
		return nil
	})
	return out, err
}

// Filings gives what was handed in, oldest first.
func (s *Service) Filings(ctx context.Context, p incident.Principal, ref string) ([]Filing, error) {
	var out []Filing
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = filingsOf(tx, i.ID)
		return err
	})
	return out, err
}
