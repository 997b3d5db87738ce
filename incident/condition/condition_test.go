package condition_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"tocsin/incident/condition"
)

func parse(t *testing.T, text string) condition.Condition {
	t.Helper()
	var file struct {
		When condition.Condition `toml:"when"`
	}
	d := toml.NewDecoder(bytes.NewBufferString(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatalf("decode %s: %v", text, err)
	}
	return file.When
}

func TestEvaluate(t *testing.T) {
	facts := condition.Map{
		"incident.encryption":      condition.Word("none"),
		"incident.acquisition":     condition.Word("suspected"),
		"incident.risk":            condition.OneOf("risk", "high"),
		"incident.unavailable_for": condition.Length(30 * time.Hour),
		"affected.people":          condition.Between(300, 700),
		"affected.elements":        condition.OpenSet("name"),
		"affected.groups":          condition.Set("patients"),
		"organisation.licensed_in": condition.Set(),
	}
	for _, tc := range []struct {
		when    string
		want    condition.Truth
		because string // of the findings that speak for the answer
		missing string
	}{
		{`{ fact = "incident.encryption", is = ["none", "weak"] }`, condition.Yes, "incident.encryption is none", ""},
		{`{ fact = "incident.encryption", is = ["strong"] }`, condition.No, "incident.encryption is none (not strong)", ""},
		{`{ fact = "incident.key", is = ["safe"] }`, condition.Unknown, "", "incident.key"},
		{`{ fact = "incident.acquisition", is = ["confirmed", "suspected"] }`, condition.Yes, "incident.acquisition is suspected", ""},
		{`{ fact = "incident.acquisition", is = ["confirmed"] }`, condition.Unknown, "", "incident.acquisition"},
		{`{ fact = "incident.acquisition", is = ["ruled_out"] }`, condition.No, "incident.acquisition is suspected (not ruled_out)", ""},
		{`{ fact = "incident.risk", is = ["risk", "high"] }`, condition.Yes, "incident.risk is risk or high", ""},
		{`{ fact = "incident.risk", is = ["high"] }`, condition.Unknown, "", "incident.risk"},
		{`{ fact = "incident.risk", is = ["unlikely"] }`, condition.No, "incident.risk is risk or high (not unlikely)", ""},
		{`{ fact = "incident.unavailable_for", at_least = "30h" }`, condition.Yes, "incident.unavailable_for is 30h (at least 30h)", ""},
		{`{ fact = "incident.unavailable_for", more_than = "30h" }`, condition.No, "incident.unavailable_for is 30h (not more than 30h)", ""},
		{`{ fact = "affected.people", at_least = 300 }`, condition.Yes, "affected.people is 300 to 700 (at least 300)", ""},
		{`{ fact = "affected.people", more_than = 300 }`, condition.Unknown, "", "affected.people"},
		{`{ fact = "affected.people", more_than = 700 }`, condition.No, "affected.people is 300 to 700 (not more than 700)", ""},
		{`{ fact = "affected.people", at_most = 700 }`, condition.Yes, "affected.people is 300 to 700 (at most 700)", ""},
		{`{ fact = "affected.people", less_than = 300 }`, condition.No, "affected.people is 300 to 700 (not less than 300)", ""},
		{`{ fact = "affected.elements", has_any = ["name", "ssn"] }`, condition.Yes, "affected.elements is name and perhaps more (any of name, ssn)", ""},
		{`{ fact = "affected.elements", has_all = ["name", "ssn"] }`, condition.Unknown, "", "affected.elements"},
		{`{ fact = "affected.groups", has_any = ["minors"] }`, condition.No, "affected.groups is patients (none of minors)", ""},
		{`{ fact = "organisation.licensed_in", has_any = ["US-CT"] }`, condition.No, "organisation.licensed_in is none (none of US-CT)", ""},
		// What decides, decides; what is open beside it is not asked.
		{`{ all = [{ fact = "incident.key", is = ["safe"] }, { fact = "incident.encryption", is = ["strong"] }] }`, condition.No, "incident.encryption is none (not strong)", ""},
		{`{ any = [{ fact = "incident.key", is = ["safe"] }, { fact = "incident.encryption", is = ["none"] }] }`, condition.Yes, "incident.encryption is none", ""},
		{`{ not = { all = [{ fact = "incident.key", is = ["safe"] }, { fact = "incident.encryption", is = ["strong"] }] } }`, condition.Yes, "incident.encryption is none (not strong)", ""},
		{`{ not = { fact = "incident.key", is = ["safe"] } }`, condition.Unknown, "", "incident.key"},
	} {
		r := parse(t, "when = "+tc.when).Evaluate(facts)
		if r.Truth != tc.want {
			t.Errorf("%s: got %s, want %s", tc.when, r.Truth, tc.want)
		}
		reasons := r.Because
		if r.Truth == condition.No {
			reasons = r.BecauseNot
		}
		var got []string
		for _, f := range reasons {
			got = append(got, f.String())
		}
		if s := strings.Join(got, "; "); s != tc.because {
			t.Errorf("%s: because %q, want %q", tc.when, s, tc.because)
		}
		if s := strings.Join(r.Missing, " "); s != tc.missing {
			t.Errorf("%s: missing %q, want %q", tc.when, s, tc.missing)
		}
	}
}

func TestZeroConditionHolds(t *testing.T) {
	var c condition.Condition
	if !c.IsZero() || c.Evaluate(condition.Map{}).Truth != condition.Yes {
		t.Error("a condition that asks nothing must hold")
	}
}

func TestBehindNamesTheFactsUnderneath(t *testing.T) {
	facts := condition.Map{"affected.people": condition.Between(0, -1).Behind("affected.people", "affected.elements")}
	r := parse(t, `when = { fact = "affected.people", more_than = 10 }`).Evaluate(facts)
	if diff := cmp.Diff([]string{"affected.people", "affected.elements"}, r.Missing); diff != "" {
		t.Error(diff)
	}
}

func TestExpand(t *testing.T) {
	named := map[string]condition.Condition{
		"encrypted": parse(t, `when = { all = [{ use = "strong" }, { fact = "incident.key", is = ["safe"] }] }`),
		"strong":    parse(t, `when = { fact = "incident.encryption", is = ["strong"] }`),
		"loop":      parse(t, `when = { not = { use = "loop" } }`),
	}
	c, err := parse(t, `when = { not = { use = "encrypted" } }`).Expand(named)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"incident.encryption", "incident.key"}, condition.FactsOf(c)); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{`{ use = "loop" }`, `{ any = [{ use = "nowhere" }] }`} {
		if _, err := parse(t, "when = "+text).Expand(named); err == nil {
			t.Errorf("%s expanded", text)
		}
	}
	if r := parse(t, `when = { use = "strong" }`).Evaluate(condition.Map{}); r.Truth != condition.Unknown {
		t.Errorf("a use that was never expanded answered %s", r.Truth)
	}
}

func TestCheckGivesEveryProblem(t *testing.T) {
	c := parse(t, `
[when]
all = [
  { fact = "incident.encrypted", is = ["strong"] },
  { fact = "incident.encryption", is = ["stronk", "unknown"] },
  { fact = "affected.people", at_least = "24h" },
  { fact = "incident.unavailable_for", at_least = 24 },
  { fact = "affected.elements", is = ["name"] },
  { fact = "affected.people", more_than = 1, less_than = 9 },
  { fact = "affected.people" },
  { use = "encryptd" },
  { is = ["yes"] },
  { any = [] },
  { not = { }, fact = "incident.key", is = ["safe"] },
  { fact = "organisation.established_in", has_any = ["Germany"] },
  { fact = "affected.people", more_than = true },
]`)
	got := c.Check("when", condition.Base(), map[string]condition.Condition{"encrypted": {}})
	want := []string{
		`when.all[0].fact: no fact is named "incident.encrypted" (did you mean "incident.encryption"?)`,
		`when.all[1].is[0]: "stronk" is not one of strong, weak, hashed_salted, none (did you mean "strong"?)`,
		`when.all[1].is[1]: a condition cannot ask for unknown: an unknown fact always answers unknown`,
		`when.all[2].at_least: affected.people is a number, not a length of time`,
		`when.all[3].at_least: incident.unavailable_for is a length of time and needs a duration such as "24h"`,
		`when.all[4].is: is does not fit affected.elements, which is a set`,
		`when.all[5]: more_than and less_than stand side by side; a fact has one operator (put two in all = [...])`,
		`when.all[6]: fact affected.people has no operator (is, has_any, has_all, at_least, more_than, at_most, less_than)`,
		`when.all[7].use: no condition is named "encryptd" (did you mean "encrypted"?)`,
		`when.all[8]: is needs a fact`,
		`when.all[9].any: the list is empty`,
		`when.all[10]: not and fact stand side by side; a node has one of them (put them in all = [...])`,
		`when.all[11].has_any[0]: "Germany" is not an ISO 3166 code such as DE or US-CA`,
		`when.all[12].more_than: true is neither a number nor a duration such as "24h"`,
	}
	var lines []string
	for _, p := range got {
		lines = append(lines, p.String())
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestVocabularyParse(t *testing.T) {
	v := condition.Base()
	for _, tc := range []struct{ fact, text, want string }{
		{"incident.encryption", "none", "none"},
		{"incident.encryption", "unknown", "unknown"},
		{"affected.elements", "name, ssn", "name, ssn"},
		{"affected.elements", "none", "none"},
		{"organisation.established_in", "DE,US-CA", "DE, US-CA"},
		{"affected.people", "900", "900"},
		{"incident.unavailable_for", "30h", "30h"},
	} {
		got, err := v.Parse(tc.fact, tc.text)
		if err != nil || got.String() != tc.want {
			t.Errorf("%s %q: got %q, %v", tc.fact, tc.text, got, err)
		}
	}
	for _, tc := range []struct{ fact, text string }{
		{"incident.encryption", "maybe"}, {"affected.people", "-1"}, {"affected.people", "many"},
		{"incident.unavailable_for", "long"}, {"organisation.established_in", "DE,Bavaria"}, {"nothing", "x"},
	} {
		if got, err := v.Parse(tc.fact, tc.text); err == nil {
			t.Errorf("%s %q was read as %q", tc.fact, tc.text, got)
		}
	}
}
