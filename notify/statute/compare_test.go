package statute_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

func TestCompare(t *testing.T) {
	l := library(t, map[string]string{
		"us-ny-people.toml": ruleText("us-ny-people", "US-NY", "individuals", "[covered]\nelements = [\"name+ssn\"]\n"+noticeNow),
		"us-ny-ag.toml":     ruleText("us-ny-ag", "US-NY", "regulator", "based_on = \"us-ny-people\"\nwhen = { fact = \"covered.people\", more_than = 500 }\n"+noticeNow),
		"us-nj-people.toml": ruleText("us-nj-people", "US-NJ", "individuals", noticeNow),
	})
	const ny = `{"residence": "US-NY", "people": %s, "elements": ["name", "ssn"]}`
	for _, tc := range []struct{ name, before, after, want string }{
		{"nothing", `[` + ny + `]|500|2026-03-01`, `[` + ny + `]|500|2026-03-01`, ""},
		{"one person more", `[` + ny + `]|500|2026-03-01`, `[` + ny + `]|501|2026-03-01`, "us-ny-ag: no → yes; notice: none none → running 2026-03-11"},
		{"a day later", `[` + ny + `]|500|2026-03-01`, `[` + ny + `]|500|2026-03-02`, "us-ny-people: yes → yes; notice: running 2026-03-11 → running 2026-03-12"},
		{"another place", `[` + ny + `]|500|2026-03-01`, `[` + ny + `, {"residence": "US-NJ"}]|500|2026-03-01`, "+us-nj-people"},
		{"a place less", `[` + ny + `, {"residence": "US-NJ"}]|500|2026-03-01`, `[` + ny + `]|500|2026-03-01`, "-us-nj-people"},
		{"how many is found out", `[{"residence": "US-NY", "elements": ["name", "ssn"]}]||2026-03-01`, `[` + ny + `]|9|2026-03-01`, "us-ny-people: unknown → yes; us-ny-ag: unknown → no; notice: running 2026-03-11 → none none; answered affected.people"},
		{"a date is forgotten", `[` + ny + `]|500|2026-03-01`, `[` + ny + `]|500|`, "us-ny-people: yes → yes; notice: running 2026-03-11 → waiting none; asked milestones.aware"},
	} {
		a, b := l.Assess(facts(t, whatIf(tc.before)), noon), l.Assess(facts(t, whatIf(tc.after)), noon)
		c := statute.Compare(a, b)
		if got := summary(c); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
		if c.IsZero() != (tc.want == "") {
			t.Errorf("%s: IsZero is %t", tc.name, c.IsZero())
		}
	}
	a := l.Assess(facts(t, whatIf(`[`+ny+`]|500|2026-03-01`)), noon)
	b := l.Assess(facts(t, whatIf(`[`+ny+`, {"residence": "US-NJ"}]|501|2026-03-03`)), noon)
	c := statute.Compare(a, b)
	var owed []string
	for _, o := range c.Turns(condition.Yes) {
		owed = append(owed, o.Rule)
	}
	if got := strings.Join(owed, " "); got != "us-nj-people us-ny-ag" {
		t.Errorf("newly owed: %s", got)
	}
	for _, ch := range c.Changed {
		if d, ok := ch.Moves[0].By(); ch.After.Rule == "us-ny-people" && (!ok || d.Hours() != 48) {
			t.Errorf("moved by %s, %t", d, ok)
		}
	}
}

// whatIf makes facts of "affected|people|aware".
func whatIf(text string) string {
	part := strings.Split(text, "|")
	affected := part[0]
	if strings.Contains(affected, "%s") {
		affected = fmt.Sprintf(affected, part[1])
	}
	milestones := ""
	if part[2] != "" {
		milestones = `"aware": "` + part[2] + `"`
	}
	return `{"organisation": {"established_in": []}, "affected": ` + affected + `, "milestones": {` + milestones + `}}`
}

func summary(c statute.Changes) string {
	var out []string
	for _, o := range c.Appeared {
		out = append(out, "+"+o.Rule)
	}
	for _, o := range c.Fell {
		out = append(out, "-"+o.Rule)
	}
	for _, ch := range c.Changed {
		out = append(out, fmt.Sprintf("%s: %s → %s", ch.After.Rule, ch.Before.Applies, ch.After.Applies))
		for _, m := range ch.Moves {
			out = append(out, fmt.Sprintf("%s: %s → %s", m.Stage, stageWords(m.From), stageWords(m.To)))
		}
	}
	for _, q := range c.Asked {
		out = append(out, "asked "+q.Fact)
	}
	for _, q := range c.Answered {
		out = append(out, "answered "+q.Fact)
	}
	return strings.Join(out, "; ")
}

func stageWords(s statute.StageOut) string {
	if s.Date == nil {
		return string(s.State) + " none"
	}
	return string(s.State) + " " + *s.Date
}

// What changes one way changes back the other way.
func TestCompareIsSymmetric(t *testing.T) {
	l := shippedLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		less := all.clone()
		for _, path := range rapid.SliceOfN(rapid.SampledFrom(all.leaves()), 0, 4).Draw(t, "forgotten") {
			less.forget(path)
		}
		a, b := l.Assess(all.facts(t), asked), l.Assess(less.facts(t), asked)
		there, back := statute.Compare(a, b), statute.Compare(b, a)
		if len(there.Appeared) != len(back.Fell) || len(there.Changed) != len(back.Changed) || len(there.Asked) != len(back.Answered) {
			t.Fatalf("there %s\nback %s", summary(there), summary(back))
		}
		if !statute.Compare(a, a).IsZero() {
			t.Fatalf("an assessment differs from itself: %s", summary(statute.Compare(a, a)))
		}
	})
}
