package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// The reactions: whatever could change a duty, the duties are worked out again in
// the same transaction. An alert moves no clock: it sets no milestone that any
// law counts from.

// IncidentOpened tells staff and makes the first assessment.
func (s *Service) IncidentOpened(tx *ledger.Tx, i *incident.Incident) error {
	if err := s.reassess(tx, i, "the incident was opened"); err != nil {
		return err
	}
	return s.tellStaff(tx, i, "opened", fmt.Sprintf("%s was opened: severity %s, %s.", i.Number, strings.ToLower(i.Severity.Label()), strings.ToLower(i.Kind.Label())))
}

// FactChanged reassesses; a fact the rules cannot read undoes the act.
func (s *Service) FactChanged(tx *ledger.Tx, i *incident.Incident, f incident.Fact) error {
	section, _, _ := strings.Cut(f.Name, ".")
	if section != "incident" && section != "contract" && section != "affected" {
		return nil
	}
	if err := s.keepConclusion(tx, i, f); err != nil {
		return err
	}
	return s.reassess(tx, i, "the fact "+f.Name+" changed")
}

// MilestoneSet reassesses.
func (s *Service) MilestoneSet(tx *ledger.Tx, i *incident.Incident, m incident.MilestoneSetting) error {
	return s.reassess(tx, i, "the milestone "+string(m.Milestone)+" was set")
}

// RosterSettled reassesses.
func (s *Service) RosterSettled(tx *ledger.Tx, i *incident.Incident, r incident.Roster) error {
	return s.reassess(tx, i, fmt.Sprintf("list %d of affected people was settled", r.Seq))
}

// IncidentClosed takes the incident's clocks down.
func (s *Service) IncidentClosed(tx *ledger.Tx, i *incident.Incident) error { return s.arm(tx, i, nil) }

// IncidentChanged puts them up again when an incident is reopened.
func (s *Service) IncidentChanged(tx *ledger.Tx, i *incident.Incident, what string) error {
	if what == "reopened" {
		return s.reassess(tx, i, "the incident was reopened")
	}
	return nil
}

// reassess asks the library and writes what moved. Nothing is deleted: a duty
// that fell away says why, a deadline that moved keeps what it was.
func (s *Service) reassess(tx *ledger.Tx, i *incident.Incident, why string) error {
	lib, err := s.library(tx)
	if err != nil {
		return err
	}
	facts, err := s.factsOf(tx, i)
	if err != nil {
		return err
	}
	result := lib.Assess(facts, tx.Now())
	set, err := casework.MilestonesInForce(tx, i.ID)
	if err != nil {
		return err
	}
	handed, err := filingsOf(tx, i.ID)
	if err != nil {
		return err
	}
	left, err := unreached(tx, i.ID)
	if err != nil {
		return err
	}
	back, err := notTold(tx, i.ID)
	if err != nil {
		return err
	}
	paper, err := onPaper(tx, i.ID)
	if err != nil {
		return err
	}
	left = append(append(left, back...), paper...)
	further, err := furtherOwed(tx, i.ID)
	if err != nil {
		return err
	}
	guardians, err := guardiansLeft(tx, i.ID)
	if err != nil {
		return err
	}
	old := map[string]Obligation{}
	if err := obligations.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, o Obligation) error {
		old[o.ID] = o
		return nil
	}); err != nil {
		return err
	}
	tx.Record("obligation.assess", "incident/"+i.ID)
	var up []Obligation
	for n := range result.Obligations {
		now := fromStatute(&result.Obligations[n])
		if now.Audience == "parents" && guardians {
			further[now.ID] = true // e-mail told the people themselves, and no parent
		}
		for k := range now.Stages {
			now.Stages[k].Met = metAt(set, handed, left, further, &now, now.Stages[k].Stage, k == 0)
		}
		before, had := old[now.ID]
		delete(old, now.ID)
		keepHistory(&now, before, had, why, tx.Now())
		if !had || !same(before, now) {
			if err := obligations.Put(tx, ledger.K(i.ID, now.ID), now); err != nil {
				return err
			}
		}
		up = append(up, now)
	}
	for _, gone := range old {
		if gone.Applies != "no" {
			gone.Fallen = "it no longer follows from what is known: " + why
			gone.Changes = append(gone.Changes, Change{At: tx.Now(), What: "no longer owed", Why: why})
			gone.Applies, gone.BecauseNot = "no", []string{why}
			if err := obligations.Put(tx, ledger.K(i.ID, gone.ID), gone); err != nil {
				return err
			}
		}
	}
	standing := Standing{At: tx.Now(), Edition: result.Edition, Risk: result.Risk, Questions: result.Questions, Notices: result.Notices}
	if err := states.Put(tx, ledger.K(i.ID), standing); err != nil {
		return err
	}
	if err := s.arm(tx, i, up); err != nil {
		return err
	}
	return s.checkReview(tx, i)
}

// metAt says when a stage was done: by its filing, or people told for those duties
// that are towards people. A filing with one authority does not meet the same
// rule's duty towards another; a milestone that somebody set by hand names no
// authority and counts for all. A mailing that had no letter for some place, or
// whose letters there came back, has not met the duties towards the people there;
// nor has the first letter met a duty that needs a further one.
func metAt(set map[incident.Milestone]incident.MilestoneSetting, handed []Filing, left []string, further map[string]bool, o *Obligation, stage string, first bool) *time.Time {
	recorded := false
	for _, f := range handed {
		if f.Rule != o.Rule || f.Stage != stage {
			continue
		}
		if recorded = true; f.Obligation == o.ID {
			at := f.At
			return &at
		}
	}
	if recorded {
		return nil
	}
	names := []string{"filed:" + o.Rule + ":" + stage}
	if first {
		names = append(names, "filed:"+o.Rule)
		told := !slices.ContainsFunc(left, func(place string) bool { return statute.Within(place, o.Jurisdiction) })
		if (o.Audience == "individuals" || o.Audience == "parents") && told && !further[o.ID] {
			names = append(names, string(incident.IndividualsNotified))
		}
	}
	for _, n := range names {
		if m, ok := set[incident.Milestone(n)]; ok {
			at := m.At
			return &at
		}
	}
	return nil
}

// keepHistory carries an obligation's past over and adds what moved.
func keepHistory(now *Obligation, before Obligation, had bool, why string, at time.Time) {
	if !had {
		now.FirstAt = at
		return
	}
	now.FirstAt, now.Changes, now.Decision, now.Fallen = before.FirstAt, before.Changes, before.Decision, before.Fallen
	add := func(what string) { now.Changes = append(now.Changes, Change{At: at, What: what, Why: why}) }
	if before.Applies != now.Applies {
		add("applies: " + before.Applies + " → " + now.Applies)
		switch {
		case before.Applies == "yes" && now.Applies == "no":
			now.Fallen = "no longer owed, because " + strings.Join(now.BecauseNot, "; ")
		case now.Applies != "no":
			now.Fallen = ""
		}
		if now.Decision != nil && now.Applies != before.Applies {
			now.Decision = nil // decided on facts that are no longer so
			add("the decision not to notify lapsed")
		}
	}
	for _, st := range now.Stages {
		k := slices.IndexFunc(before.Stages, func(b Stage) bool { return b.Stage == st.Stage })
		if k < 0 {
			continue
		}
		if was, is := dueText(before.Stages[k]), dueText(st); was != is && st.Met == nil {
			add("deadline of " + st.Stage + ": " + was + " → " + is)
		}
	}
}

func dueText(s Stage) string {
	if s.Due == nil {
		return s.State
	}
	return s.Due.Format(time.RFC3339)
}

func same(a, b Obligation) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// Obligations gives every obligation of an incident: owed first by deadline,
// then unknown, then those that do not apply.
func (s *Service) Obligations(ctx context.Context, p incident.Principal, ref string) ([]Obligation, error) {
	var out []Obligation
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = ObligationsOf(tx, i.ID)
		return err
	})
	return out, err
}

// ObligationsOf joins a transaction.
func ObligationsOf(tx *ledger.Tx, id string) ([]Obligation, error) {
	var out []Obligation
	err := obligations.Scan(tx, ledger.K(id), func(_ ledger.Key, o Obligation) error {
		out = append(out, o)
		return nil
	})
	rank := map[string]int{"yes": 0, "unknown": 1, "no": 2}
	slices.SortStableFunc(out, func(a, b Obligation) int {
		if d := rank[a.Applies] - rank[b.Applies]; d != 0 {
			return d
		}
		x, y := a.Due(), b.Due()
		switch {
		case x == nil && y == nil:
			return strings.Compare(a.ID, b.ID)
		case x == nil:
			return 1
		case y == nil:
			return -1
		}
		return x.Compare(*y)
	})
	return out, err
}

// Standing gives the assessment as a whole: risk, open questions, notices.
func (s *Service) Standing(ctx context.Context, p incident.Principal, ref string) (Standing, error) {
	var out Standing
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = states.Get(tx, ledger.K(i.ID))
		if incident.KindOf(err) == incident.NotFound && err != nil {
			return nil
		}
		return err
	})
	return out, err
}
