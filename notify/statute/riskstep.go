package statute

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident/condition"
)

// Step is one named step of an assessment: what was asked, what came out, why,
// and the guidance that reasons so. Lists are never nil.
type Step struct {
	Key      string   `json:"step"`
	Title    string   `json:"title"`
	Outcome  string   `json:"outcome"` // the outcome's word; unknown while a fact is missing
	Effect   string   `json:"effect"`  // raises, lowers, neutral; open while unknown
	Reason   string   `json:"reason"`
	Because  []string `json:"because"` // the facts
	Source   string   `json:"source"`
	Unknown  []string `json:"unknown"`  // facts that would settle it
	Possible []string `json:"possible"` // the outcomes that are still possible, where it is unknown
	Score    *float64 `json:"score,omitempty"`

	least, most float64 // of the scores still possible
}

// Open reports whether a fact is missing.
func (s *Step) Open() bool { return s.Outcome == "unknown" }

// ladder is a list of steps as a TOML file says it.
type ladder struct {
	Conditions map[string]condition.Condition `toml:"conditions"`
	Steps      []rungs                        `toml:"step"`
	Tries      []try                          `toml:"try"`
}

type rungs struct {
	Key      string    `toml:"key"`
	Title    string    `toml:"title"`
	Outcomes []outcome `toml:"outcome"`
}

// outcome is one answer of a step. One without a condition holds where no
// earlier one does.
type outcome struct {
	Is     string              `toml:"is"`
	Effect string              `toml:"effect"`
	Reason string              `toml:"reason"`
	Source string              `toml:"source"`
	Score  float64             `toml:"score"`
	When   condition.Condition `toml:"when"`
}

// try is a value put in the place of one that is not known.
type try struct {
	Fact   string   `toml:"fact"`
	Say    string   `toml:"say"`
	Value  []string `toml:"value"`
	People int      `toml:"people"`
	Hours  int      `toml:"hours"`
}

// readLadder reads an embedded file; a mistake in it is the program's own, and
// every test of this package would meet it.
func readLadder(name string, data []byte) *ladder {
	l := new(ladder)
	fail := func(err error) { panic(fmt.Sprintf("statute: %s: %v", name, err)) }
	if err := toml.Unmarshal(data, l); err != nil {
		fail(err)
	}
	named := l.Conditions
	expand := func(c condition.Condition) condition.Condition {
		c, err := c.Expand(named)
		if err != nil {
			fail(err)
		}
		return c
	}
	ready := map[string]condition.Condition{}
	for k, c := range named {
		ready[k] = expand(c)
	}
	l.Conditions = ready
	for i := range l.Steps {
		for k := range l.Steps[i].Outcomes {
			o := &l.Steps[i].Outcomes[k]
			o.When = expand(o.When)
		}
	}
	return l
}

// walk answers every step from the facts.
func (l *ladder) walk(facts condition.Facts) []Step {
	out := make([]Step, len(l.Steps))
	for i := range l.Steps {
		out[i] = l.Steps[i].answer(facts)
	}
	return out
}

// answer takes the first outcome that holds. While an earlier one may hold, the
// step is open, with every outcome that is still possible.
func (r *rungs) answer(facts condition.Facts) Step {
	s := Step{Key: r.Key, Title: r.Title, Outcome: "unknown", Effect: "open", Because: []string{}, Unknown: []string{}, Possible: []string{}}
	var possible []*outcome
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		res := o.When.Evaluate(facts)
		if res.Truth == condition.No {
			continue
		}
		possible = append(possible, o)
		if res.Truth == condition.Unknown {
			s.Unknown = add(s.Unknown, res.Missing...)
			continue
		}
		if len(possible) == 1 {
			s.Outcome, s.Effect, s.Reason, s.Source = o.Is, o.Effect, o.Reason, o.Source
			s.Because = texts(res.Because)
			score := o.Score
			s.Score, s.least, s.most = &score, score, score
			return s
		}
		break
	}
	for i, o := range possible {
		s.Possible = add(s.Possible, o.Is)
		if i == 0 {
			s.least, s.most, s.Source = o.Score, o.Score, o.Source
		}
		s.least, s.most = min(s.least, o.Score), max(s.most, o.Score)
	}
	s.Reason = "Not known yet."
	return s
}

// factors gives the outcomes of steps as facts named <prefix>.<step>, for the
// conditions that weigh them together.
func factors(prefix string, steps []Step) condition.Map {
	m := condition.Map{}
	for i := range steps {
		s := &steps[i]
		v := condition.Word(s.Outcome)
		if s.Open() {
			v = condition.OneOf(s.Possible...).Behind(s.Unknown...)
		}
		m[prefix+"."+s.Key] = v
	}
	return m
}

// unscored drops the scores of steps that have none to give.
func unscored(steps []Step) []Step {
	for i := range steps {
		steps[i].Score = nil
	}
	return steps
}
