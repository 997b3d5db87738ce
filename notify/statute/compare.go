package statute

import (
	"slices"
	"time"

	"tocsin/incident/condition"
)

// Changes is what another set of facts does to an assessment: the answer to
// "what if". Lists are never nil and come in the order of the assessments.
type Changes struct {
	Risk        *RiskChange  `json:"risk"`         // nil: the level is the same
	Appeared    []Obligation `json:"appeared"`     // listed only after: a new place, recipient or regime
	Fell        []Obligation `json:"fell"`         // listed only before
	Changed     []Change     `json:"changed"`      // listed in both, with another answer, version or date
	Asked       []Question   `json:"asked"`        // questions that come up
	Answered    []Question   `json:"answered"`     // questions that are gone
	NoticesNew  []string     `json:"notices_new"`  // things to know that come up
	NoticesGone []string     `json:"notices_gone"` // and those that are gone
}

// RiskChange is the risk to people before and after.
type RiskChange struct {
	From Risk `json:"from"`
	To   Risk `json:"to"`
}

// Change is one duty towards one recipient that is listed before and after.
type Change struct {
	Before Obligation `json:"before"`
	After  Obligation `json:"after"`
	Moves  []Move     `json:"moves"` // stages whose clock stands differently
}

// Turned reports whether the answer itself changed: yes, no or unknown.
func (c Change) Turned() bool { return c.Before.Applies != c.After.Applies }

// Reversioned reports whether another version of the law is asked.
func (c Change) Reversioned() bool { return c.Before.Version != c.After.Version }

// Move is a stage whose deadline or state is another. A stage that is in one of
// the two versions of a rule only has the zero StageOut on the other side.
type Move struct {
	Stage string   `json:"stage"`
	From  StageOut `json:"from"`
	To    StageOut `json:"to"`
}

// By is how much later the deadline is, negative for earlier; ok is false where
// there is a deadline on one side only.
func (m Move) By() (d time.Duration, ok bool) {
	if m.From.Due == nil || m.To.Due == nil {
		return 0, false
	}
	return m.To.Due.Sub(*m.From.Due), true
}

// IsZero reports whether nothing changed.
func (c Changes) IsZero() bool {
	return c.Risk == nil && len(c.Appeared)+len(c.Fell)+len(c.Changed)+len(c.Asked)+len(c.Answered)+len(c.NoticesNew)+len(c.NoticesGone) == 0
}

// Compare gives what differs between two assessments: of the facts as they
// stand and as they would stand, or of the same facts under two editions of the
// law. An obligation is the same one where its rule and recipient are.
func Compare(before, after Assessment) Changes {
	c := Changes{
		Appeared: onlyIn(after.Obligations, before.Obligations, sameDuty),
		Fell:     onlyIn(before.Obligations, after.Obligations, sameDuty),
		Changed:  []Change{},
		Asked:    onlyIn(after.Questions, before.Questions, sameQuestion),
		Answered: onlyIn(before.Questions, after.Questions, sameQuestion),
	}
	c.NoticesNew = onlyIn(after.Notices, before.Notices, sameText)
	c.NoticesGone = onlyIn(before.Notices, after.Notices, sameText)
	if before.Risk.Level != after.Risk.Level || before.Risk.Proposed != after.Risk.Proposed {
		c.Risk = &RiskChange{From: before.Risk, To: after.Risk}
	}
	for i := range after.Obligations {
		now := &after.Obligations[i]
		j := slices.IndexFunc(before.Obligations, func(o Obligation) bool { return sameDuty(&o, now) })
		if j < 0 {
			continue
		}
		ch := Change{Before: before.Obligations[j], After: *now, Moves: moves(before.Obligations[j].Stages, now.Stages)}
		if ch.Turned() || ch.Reversioned() || len(ch.Moves) > 0 {
			c.Changed = append(c.Changed, ch)
		}
	}
	return c
}

// Turns lists the duties that become owed, unknown or not owed: those that
// appear or fall with such an answer too.
func (c Changes) Turns(to condition.Truth) []Obligation {
	out := []Obligation{}
	for _, o := range c.Appeared {
		if o.Applies == to {
			out = append(out, o)
		}
	}
	for _, ch := range c.Changed {
		if ch.Turned() && ch.After.Applies == to {
			out = append(out, ch.After)
		}
	}
	return out
}

func sameDuty(x, y *Obligation) bool   { return x.Rule == y.Rule && x.Recipient == y.Recipient }
func sameQuestion(x, y *Question) bool { return x.Fact == y.Fact }
func sameText(x, y *string) bool       { return *x == *y }

func onlyIn[T any](list, other []T, same func(x, y *T) bool) []T {
	out := []T{}
	for i := range list {
		if !slices.ContainsFunc(other, func(o T) bool { return same(&list[i], &o) }) {
			out = append(out, list[i])
		}
	}
	return out
}

// moves gives the stages whose deadline, later limit or state differs.
func moves(before, after []StageOut) []Move {
	out := []Move{}
	named := func(list []StageOut, name string) StageOut {
		for _, s := range list {
			if s.Stage == name {
				return s
			}
		}
		return StageOut{}
	}
	for _, s := range after {
		if was := named(before, s.Stage); !stands(was, s) {
			out = append(out, Move{Stage: s.Stage, From: was, To: s})
		}
	}
	for _, s := range before {
		if named(after, s.Stage).Stage == "" {
			out = append(out, Move{Stage: s.Stage, From: s})
		}
	}
	return out
}

// stands reports whether two stages stand alike: how it was counted may read
// differently.
func stands(x, y StageOut) bool {
	same := func(s, t *time.Time) bool { return s == nil && t == nil || s != nil && t != nil && s.Equal(*t) }
	return x.State == y.State && same(x.Due, y.Due) && same(x.Latest, y.Latest)
}
