package statute

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestWorkedCasesAreShownAsTheyAre(t *testing.T) {
	l, err := Load(Builtin())
	if err != nil {
		t.Skip("the shipped library does not load: ", err)
	}
	w, err := l.Worked("eu-gdpr-33-1")
	if err != nil || len(w.Cases) < 3 || w.Passed() != len(w.Cases) || !strings.HasSuffix(w.File, "eu-gdpr-33-1.cases.toml") {
		t.Fatalf("%v, %d of %d passed, %s", err, w.Passed(), len(w.Cases), w.File)
	}
	for _, c := range w.Cases {
		if c.Name == "" || len(c.Expect) == 0 || !strings.Contains(c.Where, ".cases.toml:") {
			t.Errorf("%+v", c)
		}
	}
	if !slices.ContainsFunc(w.Shared, func(s string) bool { return strings.HasPrefix(s, "organisation.") }) {
		t.Error("the shared facts say nothing of the organisation")
	}
	if w, err := l.Worked("no-such-rule"); err != nil || w.Cases != nil || w.File != "" {
		t.Errorf("%+v %v", w, err)
	}
	r := l.Versions("eu-gdpr-33-1")[0]
	if got := l.AuthoritiesFor(r); len(got) < 30 || !r.Shipped() || r.File() == "" {
		t.Errorf("%d authorities, %s", len(got), r.File())
	}
}

// Asking a rule alone gives what the whole assessment says of it.
func TestOneRuleAloneIsAsInTheWhole(t *testing.T) {
	l, err := Load(Builtin())
	if err != nil {
		t.Skip("the shipped library does not load: ", err)
	}
	n := 0
	for _, s := range l.sources {
		f, ps := readCases(s)
		if !isCases(s.name) || len(ps) > 0 || n >= 80 {
			continue
		}
		for _, c := range f.Cases[:min(len(f.Cases), 1)] {
			facts, when, err := c.read(f.Facts)
			if err != nil {
				continue
			}
			n++
			var whole []Obligation
			for _, o := range l.Assess(facts, when).Obligations {
				if o.Rule == f.Rule {
					whole = append(whole, o)
				}
			}
			alone := l.assessOne(f.Rule, facts, when).Obligations
			if len(whole) != len(alone) {
				t.Errorf("%s, %s: %d obligations alone, %d in the whole", f.Rule, c.Name, len(alone), len(whole))
				continue
			}
			for _, o := range alone {
				if !slices.ContainsFunc(whole, func(w Obligation) bool {
					return w.Recipient == o.Recipient && w.Version == o.Version && w.Applies == o.Applies && slices.Equal(w.Because, o.Because) && slices.Equal(w.BecauseNot, o.BecauseNot) && len(moves(w.Stages, o.Stages)) == 0
				}) {
					t.Errorf("%s, %s: towards %s it differs", f.Rule, c.Name, o.Recipient)
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d cases were compared", n)
	}
}

// A case that fails says how, and does not hide behind those that pass.
func TestAFailingCaseSaysHow(t *testing.T) {
	own := fstest.MapFS{
		"x/eu-house-rule.toml": {Data: []byte(`id = "eu-house-rule"
version = "1"
title = "Tell the board"
jurisdiction = "EU"
regime = "House rules"
audience = "internal"
citation = "Handbook 4"
sources = ["https://example.org/handbook"]
reviewed = 2026-11-01
confidence = "high"
[covered]
elements = ["name+ssn", "name+passport"]
[when]
fact = "incident.risk_concluded"
is = ["high"]
[recipient]
route = "named"
name = "The board"
[[stage]]
name = "notice"
from = ["aware"]
amount = 1
unit = "hours"
`)},
		"x/eu-house-rule.cases.toml": {Data: []byte(`rule = "eu-house-rule"
[facts.organisation]
role = "controller"
established_in = ["FR"]
[facts.milestones]
aware = 2026-03-01T10:00:00Z
[[facts.affected]]
residence = "FR"
people = 3
elements = ["name", "ssn"]
[[case]]
name = "as it is"
[case.facts.incident]
risk = "high"
[case.expect]
applies = "yes"
[[case]]
name = "wrong"
without = ["milestones.aware"]
[case.expect]
applies = "yes"
`)},
	}
	l, err := Load(own)
	if err != nil {
		t.Fatal(err)
	}
	w, err := l.Worked("eu-house-rule")
	if err != nil || len(w.Cases) != 2 || w.Passed() != 1 {
		t.Fatalf("%+v %v", w, err)
	}
	if got := w.Cases[0].Facts; !slices.Equal(got, []string{"incident.risk = high"}) {
		t.Errorf("facts: %q", got)
	}
	if got := w.Cases[1]; len(got.Failed) == 0 || !strings.Contains(got.Failed[0], "applies") || !slices.Equal(got.Without, []string{"milestones.aware"}) {
		t.Errorf("%+v", got)
	}
	if !slices.Contains(w.Shared, "affected = (elements = name, ssn, people = 3, residence = FR)") {
		t.Errorf("shared: %q", w.Shared)
	}
	if got := l.Versions("eu-house-rule")[0].Combinations(); len(got) != 2 || len(got[0]) != 2 {
		t.Errorf("combinations: %v", got)
	}
}
