package statute

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"tocsin/incident/condition"
)

// questions gives each fact something hangs on: what would decide whether a
// duty applies, what could move a deadline, and the milestones that clocks wait
// for. Those that decide most come first, then those that are soonest due.
func (a *assessor) questions(obligations []Obligation) []Question {
	vocabulary, byFact := Vocabulary(), map[string]*Question{}
	note := func(fact string, o *Obligation) {
		q := byFact[fact]
		if q == nil {
			q = a.question(vocabulary, fact)
			byFact[fact] = q
		}
		due, ok := o.Due()
		q.note(o, due, ok)
	}
	for i := range obligations {
		o := &obligations[i]
		if o.Applies == condition.No {
			continue
		}
		for _, fact := range o.Missing {
			note(fact, o)
		}
		for _, p := range o.asks {
			note(p.fact, o)
		}
		for _, s := range o.Stages {
			if s.State == Waiting && askable(s.From) {
				note("milestones."+s.From, o)
			}
		}
	}
	for _, fact := range a.unplaced() {
		if byFact[fact] == nil {
			byFact[fact] = a.question(vocabulary, fact)
		}
	}
	out := make([]Question, 0, len(byFact))
	for _, fact := range sortedKeys(byFact) {
		out = append(out, *byFact[fact])
	}
	sort.SliceStable(out, func(i, j int) bool {
		x, y := &out[i], &out[j]
		if len(x.Decides) != len(y.Decides) {
			return len(x.Decides) > len(y.Decides)
		}
		return earlier(x.Soonest, y.Soonest)
	})
	return out
}

func (a *assessor) question(vocabulary condition.Vocabulary, fact string) *Question {
	q := &Question{Fact: fact, Ask: a.ask(vocabulary, fact), Decides: []string{}, Duties: []DutyRef{}, Options: []Option{}}
	var options []Option
	q.Kind, q.Why, options = interview(vocabulary, fact)
	q.Options = append(q.Options, options...)
	return q
}

// note adds an obligation to those that hang on a question.
func (q *Question) note(o *Obligation, due time.Time, hasDue bool) {
	q.Decides = add(q.Decides, o.Rule)
	if slices.ContainsFunc(q.Duties, func(d DutyRef) bool { return d.Rule == o.Rule && d.Recipient == o.Recipient }) {
		return
	}
	d := DutyRef{Rule: o.Rule, Title: o.Title, Jurisdiction: o.Jurisdiction, Recipient: o.Recipient, Owed: o.Applies == condition.Yes}
	if d.Title == "" {
		d.Title = o.Regime
	}
	if hasDue {
		d.Due = &due
		if q.Soonest == nil || due.Before(*q.Soonest) {
			q.Soonest = &due
		}
	}
	q.Duties = append(q.Duties, d)
}

// unplaced lists the facts without which it is not known which laws to look at.
func (a *assessor) unplaced() []string {
	var out []string
	home := a.facts.Affected == nil
	for i := range a.facts.Affected {
		g := &a.facts.Affected[i]
		home = home || g.Residence == "" && (g.People == nil || *g.People > 0)
	}
	if home {
		out = append(out, "affected.residence")
	}
	if a.facts.Organisation.EstablishedIn == nil {
		out = append(out, "organisation.established_in")
	}
	return out
}

// askable reports whether a milestone is one to be asked about: one that lies
// in the past or is the organisation's to decide, not a step still to be taken.
func askable(milestone string) bool {
	switch milestone {
	case "occurred_from", "occurred_until", "detected", "suspected", "discovered", "aware", "determined", "classified",
		"material", "processor_aware", "processor_told_us", "ransom_paid":
		return true
	}
	return false
}

func earlier(x, y *time.Time) bool {
	if x == nil || y == nil {
		return x != nil
	}
	return x.Before(*y)
}

// ask words the question for a fact, with the places it is about.
func (a *assessor) ask(vocabulary condition.Vocabulary, fact string) string {
	ask := vocabulary[fact].Ask
	if ask == "" {
		ask = fmt.Sprintf("What is %s?", fact)
	}
	var open []string
	for i := range a.facts.Affected {
		g := &a.facts.Affected[i]
		place := g.Residence
		if place == "" {
			place = fmt.Sprintf("group %d", i+1)
		}
		switch {
		case fact == "affected.people" && g.People == nil,
			fact == "affected.elements" && g.Elements == nil,
			fact == "affected.groups" && g.Groups == nil,
			fact == "affected.residence" && g.Residence == "":
			open = add(open, place)
		}
	}
	slices.Sort(open)
	if len(open) > 0 {
		return fmt.Sprintf("%s (open for %s)", ask, strings.Join(open, ", "))
	}
	return ask
}
