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
)

// Filing is one notice that was handed in outside the program: through an
// authority's portal, by post, by telephone.
type Filing struct {
	ID          string     `json:"id"`
	Obligation  string     `json:"obligation"`
	Rule        string     `json:"rule"`
	Stage       string     `json:"stage"`
	Version     int        `json:"version,omitempty"` // of the pack that was filed; 0 where the authority has no form
	At          time.Time  `json:"at"`
	Due         *time.Time `json:"due,omitempty"` // the limit as it stood then
	Late        bool       `json:"late,omitempty"`
	LateReasons string     `json:"late_reasons,omitempty"`
	Reference   string     `json:"reference,omitempty"` // the authority's number
	Receipt     string     `json:"receipt,omitempty"`   // evidence id
	By          string     `json:"by"`
	Recorded    time.Time  `json:"recorded"`
	Drill       bool       `json:"drill,omitempty"`
	// Draft is the letter that was handed over, where it was one, and Text the digest
	// of what it said. Approved is who approved the letter or the version, somebody
	// other than By; empty where nobody had.
	Draft    string `json:"draft,omitempty"`
	Text     string `json:"text,omitempty"`
	Approved string `json:"approved,omitempty"`
}

// RecordFiling is one notice handed in, as a person says it was.
type RecordFiling struct {
	Stage       string // the first of the obligation if empty
	At          time.Time
	Zone        string // it was given in
	Reference   string
	Receipt     string // evidence number or id of the receipt; may be empty
	Version     int    // of the pack that was handed in; 0: the answers as they are now, frozen with it
	LateReasons string // asked where it was handed in after its limit
	Draft       string // id of the approved letter that was handed over; empty where none was
}

// CheckFiling says whether a filing could be recorded, before its receipt is taken
// as evidence: Invalid where it is late and has no reasons, among others.
func (s *Service) CheckFiling(ctx context.Context, p incident.Principal, ref, obligation string, in RecordFiling) error {
	return s.read(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		_, _, _, err := s.prepareFiling(tx, p, i, obligation, in)
		return err
	})
}

// prepareFiling is everything of a filing that can be wrong. It gives the filing
// without its version, and late reasons that are on record nowhere yet.
func (s *Service) prepareFiling(tx *ledger.Tx, p incident.Principal, i *incident.Incident, obligation string, in RecordFiling) (f Filing, o Obligation, fresh string, err error) {
	if o, err = obligationOf(tx, i, obligation); err != nil {
		return f, o, "", err
	}
	if in.Stage == "" && len(o.Stages) > 0 {
		in.Stage = o.Stages[0].Stage
	}
	stage := o.stage(in.Stage)
	if stage == nil {
		return f, o, "", incident.Errorf(incident.Invalid, "%s has no stage %q.", o.Rule, in.Stage)
	}
	if in.At.IsZero() {
		return f, o, "", problem("at", "Say when it was filed.")
	}
	if in.At.After(tx.Now()) {
		return f, o, "", problem("at", "A filing is recorded once it was made; this lies in the future.")
	}
	f = Filing{Obligation: o.ID, Rule: o.Rule, Stage: in.Stage, At: in.At.UTC(), Reference: strings.TrimSpace(in.Reference), Recorded: tx.Now(), Drill: i.Drill}
	if err := s.letterHanded(tx, p, i, &o, &f, in.Draft); err != nil {
		return f, o, "", err
	}
	if err := s.approvedFiling(tx, p, i, &o, &f, in); err != nil {
		return f, o, "", err
	}
	if f.Receipt, err = receiptOf(tx, i, in.Receipt); err != nil {
		return f, o, "", err
	}
	earlier, err := filingsOf(tx, i.ID)
	if err != nil {
		return f, o, "", err
	}
	if due := limitOf(stage, &o, earlier); due != nil {
		f.Due, f.Late = due, in.At.After(*due)
	}
	fresh, err = explainLate(tx, i, &o, &f, in.LateReasons)
	return f, o, fresh, err
}

// RecordFiling keeps that a notice was handed in, freezes what was said in it, and
// stops its clock: what counts from it begins to run. A filing after its limit
// needs its reasons. Errors: Invalid, NotFound.
func (s *Service) RecordFiling(ctx context.Context, p incident.Principal, ref, obligation string, in RecordFiling) error {
	return s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		f, o, fresh, err := s.prepareFiling(tx, p, i, obligation, in)
		if err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		f.ID, f.By = id.String(), p.ID
		tx.Record("filing.record", "filing/"+f.ID)
		if fresh != "" {
			if err := s.keepLateReasons(tx, i, &o, fresh); err != nil {
				return err
			}
		}
		if f.Version, err = s.versionFiled(tx, i, &o, &f, in.Version); err != nil {
			return err
		}
		if f.Draft != "" {
			if err := s.handOver(tx, i, &f); err != nil {
				return err
			}
		} else if f.Version > 0 {
			if f.Approved, err = s.approverOf(tx, p, i, &o, f.Version); err != nil {
				return err
			}
		}
		if f.Approved == "" && s.cfg.FilingsByTwo {
			return incident.Errorf(incident.Conflict, "Here a second person approves what is filed first: freeze a version, have it approved, and record it by its number.")
		}
		if err := filings.Put(tx, ledger.K(i.ID, f.ID), f); err != nil {
			return err
		}
		if _, err := casework.PutMilestone(tx, i, casework.SetMilestone{
			Milestone: incident.Milestone("filed:" + o.Rule + ":" + f.Stage), At: in.At, Zone: in.Zone, Reason: "filing recorded",
		}); err != nil {
			return err
		}
		text := toldWords(&o) + " " + o.Recipient + " under " + o.Regime + ", stage " + f.Stage
		if f.Version > 0 {
			text += fmt.Sprintf(", v%d", f.Version)
		}
		if f.Approved != "" {
			text += ", approved by a second person"
		}
		if f.Late {
			text += ", late; the reasons are on record"
		}
		if err := casework.WriteTimeline(tx, i, "filing.record", "filing/"+f.ID, text); err != nil {
			return err
		}
		return s.reassess(tx, i, "filing "+o.Rule+" "+f.Stage+" was recorded")
	})
}

func receiptOf(tx *ledger.Tx, i *incident.Incident, given string) (string, error) {
	if given == "" {
		return "", nil
	}
	all, err := casework.EvidenceOf(tx, i.ID)
	if err != nil {
		return "", err
	}
	for _, e := range all {
		if e.ID == given || fmt.Sprint(e.Number) == given {
			return e.ID, nil
		}
	}
	return "", incident.Errorf(incident.Invalid, "There is no evidence %q; upload the receipt first.", given)
}

// stage finds a stage by name; nil where there is none.
func (o *Obligation) stage(name string) *Stage {
	for n := range o.Stages {
		if o.Stages[n].Stage == name {
			return &o.Stages[n]
		}
	}
	return nil
}

// limitOf is the instant by which a stage had to be filed: that of a binding
// clock. A stage that was filed before is not late when it is amended.
func limitOf(stage *Stage, o *Obligation, earlier []Filing) *time.Time {
	if stage == nil || stage.Due == nil || !stage.Binding || stage.State != "running" {
		return nil
	}
	for _, f := range earlier {
		if f.Obligation == o.ID && f.Stage == stage.Stage {
			return nil
		}
	}
	due := *stage.Due
	return &due
}

// explainLate takes the reasons of a late filing: those given with it, or those
// answered for the authority's form before. fresh are reasons not yet in the form.
func explainLate(tx *ledger.Tx, i *incident.Incident, o *Obligation, f *Filing, given string) (fresh string, err error) {
	given = strings.TrimSpace(given)
	if !f.Late {
		if given != "" {
			return "", problem("late_reasons", "It was filed in time; there is no delay to give reasons for.")
		}
		return "", nil
	}
	have, err := answersInForce(tx, i.ID, o.ID)
	if err != nil {
		return "", err
	}
	known := strings.Join(have["late_reasons"], "\n")
	if known == "" {
		facts, err := casework.Facts(tx, i.ID)
		if err != nil {
			return "", err
		}
		known = strings.Join(filingFacts(facts)[FactLateReasons], "\n")
	}
	switch {
	case given == "" && known == "":
		return "", problem("late_reasons", "It was filed after its limit of "+f.Due.UTC().Format("2006-01-02 15:04 UTC")+". Give the reasons for the delay.")
	case given == "" || given == known:
		f.LateReasons = known
		return "", nil
	}
	f.LateReasons = given
	return given, nil
}

// keepLateReasons puts the reasons into the authority's form; without a form they
// are on the filing alone.
func (s *Service) keepLateReasons(tx *ledger.Tx, i *incident.Incident, o *Obligation, reasons string) error {
	form, err := s.formOf(o)
	if err != nil {
		if incident.KindOf(err) == incident.NotFound {
			return nil
		}
		return err
	}
	if _, asks := form.Field("late_reasons"); !asks {
		return nil
	}
	return s.keepAnswers(tx, i, o, map[string][]string{"late_reasons": {reasons}})
}

func problem(where, what string) error {
	return &incident.Error{Kind: incident.Invalid, Message: "The filing cannot be recorded.", Problems: []incident.Problem{{Where: where, What: what}}}
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
