package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/notify/statute"
)

const someFacts = `{
 "organisation": {"role": "controller", "established_in": ["DE"], "main_establishment": "DE-BY",
   "regulated_as": ["insurer"], "licensed_in": ["US-CT", "US-NY"]},
 "incident": {"kind": "ransomware", "malicious": "yes", "confidentiality": "breached", "integrity": "intact",
   "availability": "breached", "unavailable_for": "30h", "access": "yes", "acquisition": "suspected", "encryption": "none",
   "key": "safe", "medium": "electronic", "recipient": "attacker", "recovered": "no", "backup": "available",
   "severity": "high", "risk": null},
 "milestones": {"occurred_from": "2026-03-01T00:00:00Z", "discovered": "2026-03-02", "aware": "2026-03-02T09:30:00Z"},
 "affected": [{"residence": "US-CA", "people": 900, "elements": ["name", "ssn"], "groups": ["customers"]}]}`

// globals is a world with a fixed clock and the given standard input.
func globals(stdin string) (*Globals, *bytes.Buffer, *bytes.Buffer) {
	var out, errs bytes.Buffer
	return &Globals{
		Context: context.Background(), Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs,
		Now:    func() time.Time { return time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) },
		Getenv: func(string) string { return "" },
	}, &out, &errs
}

func TestAssessJSON(t *testing.T) {
	g, out, _ := globals(someFacts)
	if err := (&AssessCmd{File: "-", JSON: true}).Run(g); err != nil {
		t.Fatal(err)
	}
	var a struct {
		At          time.Time
		Risk        statute.Risk
		Obligations []struct {
			Rule, Applies, Recipient string
			Stages                   []struct {
				Due *time.Time
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if a.Risk.Level != "high" || !a.Risk.Proposed {
		t.Errorf("risk %+v, want a proposal of high", a.Risk)
	}
	found := 0
	for _, o := range a.Obligations {
		switch o.Rule {
		case "us-ca-individuals":
			found++
			want := time.Date(2026, 4, 2, 6, 59, 59, 0, time.UTC)
			if o.Applies != "yes" || o.Stages[0].Due == nil || !o.Stages[0].Due.Equal(want) {
				t.Errorf("%+v, want yes, due %s", o, want)
			}
		case "eu-gdpr-33-1":
			found++
			want := time.Date(2026, 3, 5, 9, 30, 0, 0, time.UTC)
			if o.Applies != "yes" || o.Stages[0].Due == nil || !o.Stages[0].Due.Equal(want) {
				t.Errorf("%+v, want yes, due %s", o, want)
			}
		}
	}
	if found != 2 {
		t.Errorf("of two rules %d are listed", found)
	}
}

func TestAssessTable(t *testing.T) {
	g, out, _ := globals(someFacts)
	if err := (&AssessCmd{File: "-", At: "2026-03-03T12:00:00Z"}).Run(g); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Risk to people: high (proposed)", "1 Apr 2026, 23:59 PDT (in 29 days)", "us-ca-individuals", "waiting for the notice to the people affected"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out)
		}
	}
}

func TestAssessStrict(t *testing.T) {
	g, _, errs := globals(strings.Replace(someFacts, `"acquisition": "suspected",`, "", 1))
	err := (&AssessCmd{File: "-", JSON: true, Strict: true}).Run(g)
	if !errors.Is(err, errWanting) || !strings.Contains(errs.String(), "not known whether they apply") {
		t.Errorf("got %v, %q", err, errs)
	}
}

func TestAssessOfNothing(t *testing.T) {
	g, out, _ := globals("{}")
	if err := (&AssessCmd{File: "-", Strict: true}).Run(g); !errors.Is(err, errWanting) || !strings.Contains(out.String(), "Which laws to look at is not known") {
		t.Errorf("%v: %s", err, out)
	}
	g, out, _ = globals(`{"organisation": {"established_in": []}, "affected": []}`)
	if err := (&AssessCmd{File: "-", Strict: true}).Run(g); err != nil || !strings.Contains(out.String(), "Nobody has to be told") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAssessNamesEveryProblem(t *testing.T) {
	g, _, _ := globals(`{"organisation": {"rle": "controller"}, "incident": {"risk": "small"}, "affected": [{"people": -1}]}`)
	err := (&AssessCmd{File: "-"}).Run(g)
	var where []string
	for _, p := range incident.ProblemsOf(err) {
		where = append(where, p.Where)
	}
	if got := strings.Join(where, " "); got != "organisation.rle incident.risk affected[0].people" {
		t.Errorf("problems at %q: %v", got, err)
	}
}

func TestRulesLintAndTestOfAFolder(t *testing.T) {
	dir := t.TempDir()
	rule := `id = "zz-club-1"
version = "1"
jurisdiction = "DE"
regime = "House rules"
audience = "internal"
citation = "Statutes of the club, § 1"
sources = ["https://example.org/statutes"]
reviewed = 2026-01-01
confidence = "high"
colour = "blue"
recipient = { route = "named", name = "the board" }
when = { fact = "incident.severty", is = ["high"] }
[[stage]]
name = "notice"
from = ["awre"]
unit = "none"
`
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("zz-club-1.toml", rule)
	lint := func() (string, error) {
		g, out, _ := globals("")
		err := (&RulesLintCmd{Dir: dir}).Run(g)
		return out.String(), err
	}
	out, err := lint()
	if !errors.Is(err, errWanting) || !strings.Contains(out, `zz-club-1.toml:10: unknown key "colour"`) {
		t.Fatalf("%v\n%s", err, out)
	}
	rule = strings.Replace(rule, "colour = \"blue\"\n", "", 1)
	write("zz-club-1.toml", rule)
	out, _ = lint()
	for _, want := range []string{`:1: id: "zz-club-1" does not begin with its jurisdiction de-`, `:11: when.fact: no fact is named "incident.severty"`, `:14: stage[0].from[0]: "awre" is not a milestone`, "has no cases"} {
		if !strings.Contains(out, want) {
			t.Errorf("lint does not say %q:\n%s", want, out)
		}
	}
	if err := os.Remove(filepath.Join(dir, "zz-club-1.toml")); err != nil {
		t.Fatal(err)
	}
	rule = strings.NewReplacer("zz-club-1", "de-club-1", "severty", "severity", "awre", "aware").Replace(rule)
	write("de-club-1.toml", rule)
	write("de-club-1.cases.toml", `rule = "de-club-1"
[facts.organisation]
established_in = ["DE"]
[[case]]
name = "severe"
[case.facts.incident]
severity = "high"
[case.expect]
applies = "yes"
[[case]]
name = "wrong on purpose"
[case.facts.incident]
severity = "low"
[case.expect]
applies = "yes"
[[case]]
name = "not severe"
[case.facts.incident]
severity = "low"
[case.expect]
applies = "no"
[[case]]
name = "nobody knows"
[case.expect]
applies = "unknown"
`)
	if out, err := lint(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g, buf, _ := globals("")
	err = (&RulesTestCmd{Dir: dir}).Run(g)
	if !errors.Is(err, errWanting) || !strings.Contains(buf.String(), "de-club-1.cases.toml:10: de-club-1: wrong on purpose") || !strings.Contains(buf.String(), "4 cases, 1 failed") {
		t.Errorf("%v\n%s", err, buf)
	}
}

func TestRulesListShowCoverage(t *testing.T) {
	g, out, _ := globals("")
	if err := (&RulesListCmd{JSON: true}).Run(g); err != nil {
		t.Fatal(err)
	}
	var rules []map[string]any
	if err := json.Unmarshal(out.Bytes(), &rules); err != nil || len(rules) == 0 {
		t.Fatalf("%v: %s", err, out)
	}
	for _, key := range []string{"id", "version", "jurisdiction", "audience", "regime", "citation", "sources", "reviewed", "confidence", "in_force", "enabled"} {
		if _, ok := rules[0][key]; !ok {
			t.Errorf("a rule in the list has no %q", key)
		}
	}
	g, out, _ = globals("")
	if err := (&RulesShowCmd{ID: "us-ca-ag"}).Run(g); err != nil || !strings.Contains(out.String(), "more_than = 500") {
		t.Errorf("%v: %s", err, out)
	}
	g, _, _ = globals("")
	if err := (&RulesShowCmd{ID: "us-ca-agg"}).Run(g); incident.KindOf(err) != incident.NotFound || !strings.Contains(err.Error(), `"us-ca-ag"`) {
		t.Errorf("got %v", err)
	}
	g, out, _ = globals("")
	if err := (&RulesCoverageCmd{}).Run(g); err != nil || !strings.Contains(out.String(), "US-CA") {
		t.Errorf("%v: %s", err, out)
	}
}
