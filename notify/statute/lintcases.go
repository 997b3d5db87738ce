package statute

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/incident/condition"
)

// checkComplete refuses the cases of a rule that do not try it: one where the
// duty is owed, one where it is not, one where that is not known, and every
// number of its conditions at n−1, n and n+1.
//
// A rule that asks nothing at all is always owed where it is listed: its case of
// "not owed" is one where it is absent, and it can never be unknown.
func (ld *loader) checkComplete(s source, f caseFile) {
	versions := slices.DeleteFunc(slices.Clone(ld.library.byID[f.Rule]), func(r *Rule) bool { return !r.IsEnabled() })
	if len(versions) == 0 {
		return
	}
	expected := map[string]bool{}
	for _, c := range f.Cases {
		expected[c.Expect.Applies] = true
	}
	asks := slices.ContainsFunc(versions, (*Rule).asksAnything)
	switch {
	case !expected["yes"]:
		ld.say(s.name, "rule", "no case of %s expects applies = \"yes\"", f.Rule)
	case !expected["no"] && asks:
		ld.say(s.name, "rule", "no case of %s expects applies = \"no\"", f.Rule)
	case !expected["no"] && !expected["absent"]:
		ld.say(s.name, "rule", "no case of %s expects applies = \"absent\": it asks nothing, so it is owed wherever it is listed", f.Rule)
	}
	if !expected["unknown"] && slices.ContainsFunc(versions, func(r *Rule) bool { return ld.library.canBeUnknown(r, nil) }) {
		ld.say(s.name, "rule", "no case of %s expects applies = \"unknown\"", f.Rule)
	}
	ld.checkThresholds(s, f, versions)
}

// asksAnything reports whether a rule's answer depends on the facts.
func (r *Rule) asksAnything() bool {
	return !r.Who.isZero() || r.BasedOn != "" || !r.Covered.isZero() && !r.Covered.Optional || !r.When.IsZero() || len(r.Exempt) > 0
}

func (w Who) isZero() bool {
	return len(w.Roles) == 0 && len(w.RegulatedAs) == 0 && len(w.NotRegulatedAs) == 0 && !w.LicensedHere
}

// canBeUnknown reports whether some fact a rule asks can be unknown. All can,
// except a written conclusion of the risk, which nobody has made until somebody
// has, and the answer of another rule that cannot.
func (l *Library) canBeUnknown(r *Rule, within []string) bool {
	if !r.Who.isZero() || !r.Covered.isZero() && !r.Covered.Optional {
		return true
	}
	other := func(id string) bool {
		return !slices.Contains(within, id) && slices.ContainsFunc(l.byID[id], func(o *Rule) bool { return l.canBeUnknown(o, append(within, r.ID)) })
	}
	if other(r.BasedOn) {
		return true
	}
	facts := condition.FactsOf(r.When)
	for _, x := range r.Exempt {
		facts = append(facts, condition.FactsOf(x.When)...)
	}
	return slices.ContainsFunc(facts, func(fact string) bool {
		id, owed := strings.CutPrefix(fact, "owed.")
		switch {
		case strings.HasSuffix(fact, "_concluded"):
			return false
		case owed && l.byID[id] != nil:
			return other(id)
		}
		return true
	})
}

// thresholds lists the numbers of a rule's conditions: those of its answer, and
// those that decide which clock runs.
func (r *Rule) thresholds() (answer, clocks []condition.Threshold) {
	answer = condition.Thresholds("when", r.When)
	for i, x := range r.Exempt {
		answer = append(answer, condition.Thresholds(fmt.Sprintf("exempt[%d].when", i), x.When)...)
	}
	for i := range r.Stages {
		key := fmt.Sprintf("stage[%d]", i)
		clocks = append(clocks, condition.Thresholds(key+".when", r.Stages[i].When)...)
		for j, c := range r.Stages[i].Clocks {
			clocks = append(clocks, condition.Thresholds(fmt.Sprintf("%s.clock[%d].when", key, j), c.When)...)
		}
	}
	return answer, clocks
}

// checkThresholds plays the facts of every case and looks at which values of a
// threshold's fact, as the rule itself counts it, some case expects something.
// The same number of two versions is tried once.
func (ld *loader) checkThresholds(s source, f caseFile, versions []*Rule) {
	tried := map[string][]float64{}
	if !slices.ContainsFunc(versions, func(r *Rule) bool { answer, clocks := r.thresholds(); return len(answer)+len(clocks) > 0 }) {
		return
	}
	for _, c := range f.Cases {
		facts, at, err := c.read(f.Facts)
		if err != nil {
			continue // rules test says so
		}
		a := ld.library.begin(&facts, at)
		ans := a.answerOf(f.Rule)
		if ans == nil {
			continue
		}
		answer, clocks := ans.rule.thresholds()
		if !slices.Contains([]string{"yes", "no", "unknown"}, c.Expect.Applies) {
			answer = nil
		}
		if c.Expect.isZero() {
			clocks = nil
		}
		for _, t := range append(answer, clocks...) {
			if n, ok := ans.view.Fact(t.Fact).Exact(); ok {
				tried[t.String()] = append(tried[t.String()], n)
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range versions {
		answer, clocks := r.thresholds()
		for _, t := range append(answer, clocks...) {
			if seen[t.String()] {
				continue
			}
			seen[t.String()] = true
			if lacking := untried(t, tried[t.String()]); len(lacking) > 0 {
				ld.say(s.name, "rule", "no case tries %s (%s, %s) at %s", t, at(r.file, ld.linesOf(r.file).find(t.At)), t.At, strings.Join(lacking, ", "))
			}
		}
	}
}

// untried words the values around a threshold at which there is no case: n−1, n
// and n+1; for a length of time, up to an hour shorter, the same, and up to an
// hour longer. "More than 0" and "at least 1" ask whether there is anybody: they
// are tried at 0 and at any other number.
func untried(t condition.Threshold, tried []float64) []string {
	var out []string
	want := func(words string, ok func(n float64) bool) {
		if !slices.ContainsFunc(tried, ok) {
			out = append(out, words)
		}
	}
	if t.Length {
		want("up to 1h less than "+t.Show(t.Bound), func(n float64) bool { return n < t.Bound && n >= t.Bound-1 })
		want(t.Show(t.Bound), func(n float64) bool { return n == t.Bound })
		want("up to 1h more than "+t.Show(t.Bound), func(n float64) bool { return n > t.Bound && n <= t.Bound+1 })
		return out
	}
	if t.Op == "more_than" && t.Bound == 0 || t.Op == "at_least" && t.Bound == 1 {
		want("0", func(n float64) bool { return n == 0 })
		want("1 or more", func(n float64) bool { return n >= 1 })
		return out
	}
	for _, n := range []float64{t.Bound - 1, t.Bound, t.Bound + 1} {
		if n >= 0 {
			want(t.Show(n), func(got float64) bool { return got == n })
		}
	}
	return out
}
