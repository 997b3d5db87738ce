package condition

import (
	"slices"
	"strings"
)

// Finding is one leaf that answered: the fact, its value, and what was asked.
type Finding struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
	Asked string `json:"asked,omitempty"` // "more than 500", "not strong"; empty where the value says it all
}

func (f Finding) String() string {
	if f.Asked == "" {
		return f.Fact + " is " + f.Value
	}
	return f.Fact + " is " + f.Value + " (" + f.Asked + ")"
}

// Result is the answer to a condition.
type Result struct {
	Truth      Truth
	Because    []Finding // leaves that speak for yes
	BecauseNot []Finding // leaves that speak for no
	Missing    []string  // facts that would decide; empty unless Truth is Unknown
}

// Evaluate answers c from facts. Order within All and Any does not matter to
// the truth; findings come in the order of the condition.
func (c Condition) Evaluate(facts Facts) Result {
	switch {
	case c.Not != nil:
		r := c.Not.Evaluate(facts)
		return Result{r.Truth.Not(), r.BecauseNot, r.Because, r.Missing}
	case c.All != nil:
		return All(evaluateEach(c.All, facts)...)
	case c.Any != nil:
		return Any(evaluateEach(c.Any, facts)...)
	case c.Fact != "":
		return c.leaf(facts.Fact(c.Fact))
	}
	if c.Use != "" {
		return Result{Missing: []string{c.Use}} // not expanded: undecidable, never a silent yes
	}
	return Result{Truth: Yes}
}

func evaluateEach(list []Condition, facts Facts) []Result {
	rs := make([]Result, len(list))
	for i, c := range list {
		rs[i] = c.Evaluate(facts)
	}
	return rs
}

// All joins results: no where one is no, yes where all are yes.
func All(rs ...Result) Result {
	out := Result{Truth: Yes}
	for _, r := range rs {
		out.Truth = out.Truth.And(r.Truth)
	}
	for _, r := range rs {
		switch {
		case r.Truth == Yes:
			out.Because = appendNew(out.Because, r.Because...)
		case r.Truth == No:
			out.BecauseNot = appendNew(out.BecauseNot, r.BecauseNot...)
		case out.Truth == Unknown:
			out.Because = appendNew(out.Because, r.Because...)
			out.Missing = appendNew(out.Missing, r.Missing...)
		}
	}
	return out
}

// Any joins results: yes where one is yes, no where all are no.
func Any(rs ...Result) Result {
	swapped := make([]Result, len(rs))
	for i, r := range rs {
		swapped[i] = Not(r)
	}
	return Not(All(swapped...))
}

// Not turns a result around.
func Not(r Result) Result {
	return Result{r.Truth.Not(), r.BecauseNot, r.Because, r.Missing}
}

func appendNew[T comparable](list []T, more ...T) []T {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

func (c Condition) leaf(v Value) Result {
	t, asked := c.ask(v)
	f := Finding{Fact: c.Fact, Value: v.String(), Asked: asked}
	switch t {
	case Yes:
		return Result{Truth: Yes, Because: []Finding{f}}
	case No:
		return Result{Truth: No, BecauseNot: []Finding{f}}
	}
	missing := v.behind
	if len(missing) == 0 {
		missing = []string{c.Fact}
	}
	return Result{Missing: slices.Clone(missing)}
}

// ask answers the leaf's operator on v and words what was asked.
func (c Condition) ask(v Value) (Truth, string) {
	switch {
	case c.Is != nil:
		t := isOneOf(v, c.Is)
		if t == No {
			return t, "not " + strings.Join(c.Is, " or ")
		}
		return t, ""
	case c.HasAny != nil:
		t, asked := hasAny(v, c.HasAny), "any of "+brief(c.HasAny)
		if t == No {
			asked = "none of " + brief(c.HasAny)
		}
		return t, asked
	case c.HasAll != nil:
		t, asked := hasAll(v, c.HasAll), "all of "+brief(c.HasAll)
		if t == No {
			asked = "not all of " + brief(c.HasAll)
		}
		return t, asked
	case c.AtLeast != nil:
		return compare(v, c.AtLeast, "at least", func(x, b float64) bool { return x >= b })
	case c.MoreThan != nil:
		return compare(v, c.MoreThan, "more than", func(x, b float64) bool { return x > b })
	case c.AtMost != nil:
		return compare(v, c.AtMost, "at most", func(x, b float64) bool { return x <= b })
	case c.LessThan != nil:
		return compare(v, c.LessThan, "less than", func(x, b float64) bool { return x < b })
	}
	return Unknown, ""
}

func brief(list []string) string {
	const most = 6
	if len(list) > most {
		return strings.Join(list[:most], ", ") + ", …"
	}
	return strings.Join(list, ", ")
}

// suspicion is the word of a fact that is believed and not established. It is
// matched where a condition lists it. Where a condition asks for the
// established fact alone, a suspicion does not answer; where it asks for the
// fact being excluded, a suspicion is a firm no.
const suspicion = "suspected"

func excludes(w string) bool { return w == "no" || w == "intact" || w == "ruled_out" }

func isOneOf(v Value, want []string) Truth {
	if v.kind != words || len(v.words) == 0 {
		return Unknown
	}
	in, out := 0, 0
	for _, w := range v.words {
		switch {
		case slices.Contains(want, w):
			in++
		case w == suspicion && slices.ContainsFunc(want, func(s string) bool { return !excludes(s) }):
			return Unknown
		default:
			out++
		}
	}
	switch {
	case out == 0:
		return Yes
	case in == 0:
		return No
	}
	return Unknown
}

func hasAny(v Value, want []string) Truth {
	if v.kind != set {
		return Unknown
	}
	for _, w := range want {
		if slices.Contains(v.words, w) {
			return Yes
		}
	}
	if v.open {
		return Unknown
	}
	return No
}

func hasAll(v Value, want []string) Truth {
	if v.kind != set {
		return Unknown
	}
	for _, w := range want {
		if !slices.Contains(v.words, w) {
			if v.open {
				return Unknown
			}
			return No
		}
	}
	return Yes
}

// compare answers a bound on a number that may be known only between two
// bounds. Every operator is monotone in the number, so its two ends decide.
func compare(v Value, b any, word string, holds func(x, b float64) bool) (Truth, string) {
	n, length, err := bound(b)
	if err != nil || v.kind != quantity {
		return Unknown, ""
	}
	asked := word + " " + (Value{length: length}).show(n)
	low, high := holds(v.min, n), holds(v.max, n)
	switch {
	case low && high:
		return Yes, asked
	case !low && !high:
		return No, "not " + asked
	}
	return Unknown, ""
}
