package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// Question is one a person concludes in writing; its value is the fact's name.
type Question string

// The questions, by the fact that holds the conclusion.
const (
	RiskQuestion  Question = "incident.risk"                  // unlikely, risk, high
	HIPAAQuestion Question = "incident.hipaa_low_probability" // yes, no
	RROSHQuestion Question = "incident.rrosh"                 // yes, no
)

// Answers are what may be concluded; nil for a fact that is no such question.
func (q Question) Answers() []string {
	switch q {
	case RiskQuestion:
		return []string{"unlikely", "risk", "high"}
	case HIPAAQuestion, RROSHQuestion:
		return []string{"yes", "no"}
	}
	return nil
}

// Conclusion is what a person concluded, and what they had before them. A later
// one takes its place; none is ever changed.
type Conclusion struct {
	N        int               `json:"n"`
	Question Question          `json:"question"`
	Answer   string            `json:"answer"` // empty: withdrawn, the proposal stands again
	By       string            `json:"by"`
	At       time.Time         `json:"at"`
	Reasons  string            `json:"reasons"`
	Proposed string            `json:"proposed"` // what the facts proposed then
	Edition  string            `json:"edition"`  // of the rules
	Digest   string            `json:"digest"`   // of the facts it rests on
	Facts    map[string]string `json:"facts"`    // the facts themselves
}

// ConclusionView is a conclusion and what changed of its facts since.
type ConclusionView struct {
	Conclusion
	Current bool     `json:"current"` // the one in force
	Changed []string `json:"changed"` // "incident.key: safe → compromised"; never nil
}

// Conclude records a person's conclusion with its reasons; an empty answer
// withdraws the one in force. Errors: Invalid.
func Conclude(q Question, answer, reasons string) (casework.NewFact, error) {
	answers := q.Answers()
	var problems []incident.Problem
	if answers == nil {
		problems = append(problems, incident.Problem{Where: "question", What: "There is no such question."})
	} else if answer != "" && !slices.Contains(answers, answer) {
		problems = append(problems, incident.Problem{Where: "answer", What: "It is one of " + strings.Join(answers, ", ") + "."})
	}
	if reasons = strings.TrimSpace(reasons); reasons == "" {
		problems = append(problems, incident.Problem{Where: "reason", What: "Give the reasons: an authority may ask for them years later."})
	} else if len(reasons) > 20_000 {
		problems = append(problems, incident.Problem{Where: "reason", What: "Keep the reasons under 20,000 characters; attach longer text as evidence."})
	}
	if len(problems) > 0 {
		return casework.NewFact{}, &incident.Error{Kind: incident.Invalid, Message: "The conclusion cannot be recorded.", Problems: problems}
	}
	f := casework.NewFact{Name: string(q), Certainty: incident.Known, Values: []string{answer}, Source: concludedMark + reasons}
	if answer == "" {
		f.Certainty, f.Values = incident.UnknownCertain, nil
	}
	return f, nil
}

// concludedMark begins the source of a fact that is a conclusion.
const concludedMark = "conclusion: "

// keepConclusion writes a conclusion beside the fact that holds it, in the same
// act, whichever door it came through.
func (s *Service) keepConclusion(tx *ledger.Tx, i *incident.Incident, f incident.Fact) error {
	q := Question(f.Name)
	if q.Answers() == nil {
		return nil
	}
	lib, err := s.library(tx)
	if err != nil {
		return err
	}
	facts, err := s.factsOf(tx, i)
	if err != nil {
		return err
	}
	r := lib.Assess(facts, tx.Now()).Risk
	n, err := tx.Sequence("conclusions-" + i.ID)
	if err != nil {
		return err
	}
	c := Conclusion{
		N: int(n), Question: q, Answer: f.Value(), By: f.SetBy, At: f.SetAt, Reasons: strings.TrimPrefix(f.Source, concludedMark),
		Proposed: proposalOf(q, &r), Edition: lib.Edition(), Facts: riskFacts(&facts),
	}
	if f.Certainty != incident.Known {
		c.Answer = ""
	}
	c.Digest = digestOfText(c.Facts)
	tx.Record("conclusion.keep", "incident/"+i.ID)
	return conclusions.Put(tx, ledger.K(i.ID, string(q), c.N), c)
}

func proposalOf(q Question, r *statute.Risk) string {
	switch q {
	case HIPAAQuestion:
		return r.HIPAA.Proposal
	case RROSHQuestion:
		return r.RROSH.Proposal
	}
	return r.Proposal
}

// conclusionsOf gives the conclusions of a case, oldest first, and for the ones
// in force what changed of their facts.
func (s *Service) conclusionsOf(tx *ledger.Tx, i *incident.Incident, now map[string]string) ([]ConclusionView, error) {
	var out []ConclusionView
	newest := map[Question]int{}
	err := conclusions.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, c Conclusion) error {
		newest[c.Question] = len(out)
		out = append(out, ConclusionView{Conclusion: c, Changed: []string{}})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, n := range newest {
		if v := &out[n]; v.Answer != "" {
			v.Current, v.Changed = true, changed(v.Facts, now)
		}
	}
	slices.SortStableFunc(out, func(a, b ConclusionView) int { return a.N - b.N })
	return out, nil
}

// Conclusions gives every written conclusion of a case, oldest first, with what
// changed since of the facts the ones in force rest on.
func (s *Service) Conclusions(ctx context.Context, p incident.Principal, ref string) ([]ConclusionView, error) {
	var out []ConclusionView
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		facts, err := s.factsOf(tx, i)
		if err != nil {
			return err
		}
		out, err = s.conclusionsOf(tx, i, riskFacts(&facts))
		return err
	})
	return out, err
}

// changed words what differs between two sets of facts, by name; never nil.
func changed(before, now map[string]string) []string {
	out := []string{}
	for _, name := range sortedNames(before, now) {
		if was, is := before[name], now[name]; was != is {
			out = append(out, fmt.Sprintf("%s: %s → %s", name, orUnknown(was), orUnknown(is)))
		}
	}
	return out
}

func orUnknown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}
