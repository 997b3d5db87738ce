package statute_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

// ruleText is a rule of made-up law with more lines of TOML. Lines before the
// first [table] of more join the top of the file.
func ruleText(id, jurisdiction, audience, more string) string {
	return fmt.Sprintf(`id = %q
version = "1"
jurisdiction = %q
regime = "Made-up law"
audience = %q
citation = "Made-up law, section 1"
sources = ["https://example.org/law"]
reviewed = 2026-01-01
confidence = "high"
%s`, id, jurisdiction, audience, more)
}

const noticeNow = `
[recipient]
route = "people"
[[stage]]
name = "notice"
from = ["aware"]
amount = 10
unit = "calendar_days"
`

func library(t *testing.T, files map[string]string) *statute.Library {
	t.Helper()
	l, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func load(files map[string]string) (*statute.Library, error) {
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return statute.Load(folder)
}

func facts(t *testing.T, text string) statute.Facts {
	t.Helper()
	f, err := statute.ParseFacts(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func only(t *testing.T, a statute.Assessment, rule string) statute.Obligation {
	t.Helper()
	for _, o := range a.Obligations {
		if o.Rule == rule {
			return o
		}
	}
	t.Fatalf("%s is not listed; notices: %v", rule, a.Notices)
	return statute.Obligation{}
}

func due(o statute.Obligation, stage string) string {
	for _, s := range o.Stages {
		if s.Stage == stage || stage == "" {
			if s.Due == nil {
				return string(s.State) + ": " + s.Counted
			}
			return s.Due.Format(time.RFC3339)
		}
	}
	return "no such stage"
}

func TestRouting(t *testing.T) {
	l := library(t, map[string]string{
		"rules/eu-x-1.toml": ruleText("eu-x-1", "EU", "regulator", strings.Replace(noticeNow, `"people"`, `"supervisory_authority"`, 1)),
		"authorities/eu.toml": `
[[authority]]
id = "de-by-private"
name = "BayLDA"
country = "DE"
subdivision = "DE-BY"
kind = "data_protection"
sector = "private"
channel = { type = "portal", url = "https://example.org/by" }
[[authority]]
id = "de-by-public"
name = "BayLfD"
country = "DE"
subdivision = "DE-BY"
kind = "data_protection"
sector = "public"
[[authority]]
id = "fr-cnil"
name = "CNIL"
country = "FR"
kind = "data_protection"
zone = "Europe/Paris"
`})
	for _, tc := range []struct{ name, facts, want string }{
		{"the main establishment leads", `{"organisation": {"established_in": ["DE", "FR"], "main_establishment": "DE-BY"}, "affected": [{"residence": "FR", "people": 3}]}`, "DE-BY BayLDA, DE-BY"},
		{"a public body has its own", `{"organisation": {"established_in": ["DE"], "main_establishment": "DE-BY", "regulated_as": ["public_body"]}}`, "DE-BY BayLfD, DE-BY"},
		{"the only establishment is the main one", `{"organisation": {"established_in": ["FR", "US-NY"]}, "affected": [{"residence": "IE", "people": 3}]}`, "FR CNIL, FR"},
		{"several and no main one: where people are affected", `{"organisation": {"established_in": ["FR", "IE"]}, "affected": [{"residence": "FR", "people": 3}, {"residence": "ES", "people": 3}]}`, "ES the supervisory authority of ES|FR CNIL, FR"},
		{"none in the area: every state with people", `{"organisation": {"established_in": ["US-NY"], "main_establishment": "US-NY"}, "affected": [{"residence": "DE-BY", "people": 3}, {"residence": "RE", "people": 3}, {"residence": "FR", "people": 1}, {"residence": "GB", "people": 9}, {"residence": "IT", "people": 0}]}`, "DE-BY BayLDA, DE-BY|FR CNIL, FR"},
		{"a Land that is not known", `{"organisation": {"established_in": []}, "affected": [{"residence": "DE", "people": 3}]}`, "DE the supervisory authority of DE"},
	} {
		a := l.Assess(facts(t, tc.facts), noon)
		var got []string
		for _, o := range a.Obligations {
			got = append(got, o.Jurisdiction+" "+o.Recipient)
		}
		if s := strings.Join(got, "|"); s != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, s, tc.want)
		}
	}
}

func TestVersionsSideBySide(t *testing.T) {
	old := ruleText("gb-x-1", "GB", "regulator", "[in_force]\nuntil = 2026-06-30\n"+noticeNow)
	neu := strings.Replace(strings.Replace(ruleText("gb-x-1", "GB", "regulator", "[in_force]\nfrom = 2026-07-01\n"+noticeNow), `version = "1"`, `version = "2"`, 1), "amount = 10", "amount = 5", 1)
	off := ruleText("gb-x-2", "GB", "regulator", "enabled = false\nreason = \"a bill, not a law\"\n"+noticeNow)
	files := map[string]string{"uk-x-1.toml": old, "uk-x-1.2.toml": neu, "uk-x-2.toml": off}
	for name := range files {
		files[name] = strings.ReplaceAll(files[name], `id = "gb-`, `id = "uk-`)
	}
	l := library(t, files)
	for _, tc := range []struct{ aware, version, due string }{
		{"2026-06-30", "1", "2026-07-10T23:59:59+01:00"},
		{"2026-07-01", "2", "2026-07-06T23:59:59+01:00"},
	} {
		a := l.Assess(facts(t, `{"organisation": {"established_in": ["GB"]}, "milestones": {"aware": "`+tc.aware+`"}}`), noon)
		o := only(t, a, "uk-x-1")
		if o.Version != tc.version || due(o, "") != tc.due {
			t.Errorf("aware %s: version %s due %s, want %s and %s", tc.aware, o.Version, due(o, ""), tc.version, tc.due)
		}
		if !strings.Contains(strings.Join(a.Notices, "\n"), "a bill, not a law") {
			t.Errorf("no notice of the bill: %v", a.Notices)
		}
	}
	both := map[string]string{"uk-x-1.toml": strings.Replace(files["uk-x-1.toml"], "06-30", "07-01", 1), "uk-x-1.2.toml": files["uk-x-1.2.toml"]}
	if _, err := load(both); err == nil || !strings.Contains(err.Error(), "in force on the same day") {
		t.Errorf("two versions in force on one day: %v", err)
	}
}

func TestClocks(t *testing.T) {
	l := library(t, map[string]string{
		"eu-x-ladder.toml": ruleText("eu-x-ladder", "EU", "regulator", `
[recipient]
route = "named"
name = "the supervisor"
[[stage]]
name = "initial"
from = ["classified"]
amount = 4
unit = "hours"
[[stage.clock]]
from = ["aware"]
amount = 24
unit = "hours"
unless_after = "classified"
[[stage]]
name = "final_report"
from = ["filed:eu-x-ladder:updated", "filed:eu-x-ladder:initial"]
amount = 1
unit = "months"
[[stage]]
name = "updated"
waits_for = "the supervisor's request"
[[stage]]
name = "expected"
from = ["aware"]
amount = 2
unit = "calendar_days"
binding = false
[[stage]]
name = "contract"
from = ["aware"]
within = "contract.notice_within"
`),
		"eu-x-with.toml": ruleText("eu-x-with", "EU", "regulator", `
[recipient]
route = "people"
[[stage]]
name = "notice"
same_as = "eu-x-ladder:expected"
[[stage.clock]]
from = ["individuals_notified"]
amount = 0
unit = "hours"
`),
	})
	org := `"organisation": {"established_in": ["FR"]}`
	for _, tc := range []struct{ name, facts, rule, stage, want string }{
		{"the earlier of two clocks", `"milestones": {"aware": "2026-03-01T08:00:00Z", "classified": "2026-03-01T10:00:00Z"}`, "eu-x-ladder", "initial", "2026-03-01T15:00:00+01:00"},
		{"the other one first", `"milestones": {"aware": "2026-03-01T08:00:00Z", "classified": "2026-03-02T07:00:00Z"}`, "eu-x-ladder", "initial", "2026-03-02T09:00:00+01:00"},
		{"classified only after the 24 hours", `"milestones": {"aware": "2026-03-01T08:00:00Z", "classified": "2026-03-02T09:00:00Z"}`, "eu-x-ladder", "initial", "2026-03-02T14:00:00+01:00"},
		{"one clock runs while the other waits", `"milestones": {"aware": "2026-03-01T08:00:00Z"}`, "eu-x-ladder", "initial", "2026-03-02T09:00:00+01:00"},
		{"nothing set", `"milestones": {}`, "eu-x-ladder", "initial", "waiting: not started: waiting for the classification of the incident or awareness of the breach"},
		{"after a filing, the stage named", `"milestones": {"filed:eu-x-ladder:initial": "2026-01-31T10:00:00Z"}`, "eu-x-ladder", "final_report", "2026-02-28T23:59:59+01:00"},
		{"a filing without a stage is the first", `"milestones": {"filed:eu-x-ladder": "2026-01-31T10:00:00Z"}`, "eu-x-ladder", "final_report", "2026-02-28T23:59:59+01:00"},
		{"the fall-back order of the rule", `"milestones": {"filed:eu-x-ladder": "2026-01-31T10:00:00Z", "filed:eu-x-ladder:updated": "2026-02-10"}`, "eu-x-ladder", "final_report", "2026-03-10T23:59:59+01:00"},
		{"a request waits", `"milestones": {"aware": "2026-03-01T08:00:00Z"}`, "eu-x-ladder", "updated", "waiting: not started: waiting for the supervisor's request"},
		{"the contract", `"contract": {"notice_within": "36h"}, "milestones": {"aware": "2026-03-01T08:00:00Z"}`, "eu-x-ladder", "contract", "2026-03-02T21:00:00+01:00"},
		{"no contract known", `"milestones": {"aware": "2026-03-01T08:00:00Z"}`, "eu-x-ladder", "contract", "running: no length of time is known of the contract"},
		{"the same as another's", `"milestones": {"aware": "2026-03-01T08:00:00Z"}`, "eu-x-with", "notice", "2026-03-03T23:59:59+01:00"},
		{"with the letters, if they go out before", `"milestones": {"aware": "2026-03-01T08:00:00Z", "individuals_notified": "2026-03-02T08:00:00Z"}`, "eu-x-with", "notice", "2026-03-02T09:00:00+01:00"},
	} {
		o := only(t, l.Assess(facts(t, "{"+org+","+tc.facts+"}"), noon), tc.rule)
		if got := due(o, tc.stage); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	o := only(t, l.Assess(facts(t, "{"+org+`, "milestones": {"aware": "2026-03-01T08:00:00Z"}}`), noon), "eu-x-ladder")
	if o.Stages[3].Binding {
		t.Error("an expectation is binding")
	}
}

func TestHolds(t *testing.T) {
	l := library(t, map[string]string{
		"us-x-both.toml":    ruleText("us-x-both", "US", "individuals", "[hold]\nforms = [\"written\", \"oral\"]\noral_days = 30\n"+noticeNow),
		"us-x-written.toml": ruleText("us-x-written", "US", "individuals", "[hold]\nforms = [\"written\"]\n"+noticeNow),
		"us-x-none.toml":    ruleText("us-x-none", "US", "individuals", noticeNow),
	})
	const strict = "2026-03-11T23:59:59-04:00"
	for _, tc := range []struct{ hold, rule, latest string }{
		{`{"form": "written", "from": "2026-03-02", "until": "2026-05-01"}`, "us-x-both", "2026-05-01T23:59:59-04:00"},
		{`{"form": "written", "from": "2026-03-02", "until": "2026-05-01"}`, "us-x-written", "2026-05-01T23:59:59-04:00"},
		{`{"form": "written", "from": "2026-03-02", "until": "2026-05-01"}`, "us-x-none", ""},
		{`{"form": "oral", "from": "2026-03-02", "until": "2026-05-01"}`, "us-x-both", "2026-04-01T23:59:59-04:00"},
		{`{"form": "oral", "from": "2026-03-02"}`, "us-x-both", "2026-04-01T23:59:59-04:00"},
		{`{"form": "oral", "from": "2026-03-02T10:00:00-05:00"}`, "us-x-both", "2026-04-01T10:00:00-04:00"},
		{`{"form": "oral", "from": "2026-03-02", "until": "2026-03-20"}`, "us-x-both", "2026-03-20T23:59:59-04:00"},
		{`{"form": "oral", "from": "2026-03-02"}`, "us-x-written", ""},
		{`{"form": "written", "from": "2026-03-02", "until": "2026-03-05"}`, "us-x-both", ""},
		{`{"form": "written", "from": "2026-03-02"}`, "us-x-both", ""},
		{`{"form": "written", "from": "2026-04-02", "until": "2026-05-01"}`, "us-x-both", ""},
	} {
		f := facts(t, `{"organisation": {"established_in": ["US-NY"]}, "milestones": {"aware": "2026-03-01"}, "holds": [`+tc.hold+`]}`)
		o := only(t, l.Assess(f, noon), tc.rule)
		latest := ""
		if o.Stages[0].Latest != nil {
			latest = o.Stages[0].Latest.Format(time.RFC3339)
		}
		if due(o, "") != strict || latest != tc.latest {
			t.Errorf("%s under %s: due %s, latest %q; want %s and %q (%s)", tc.hold, tc.rule, due(o, ""), latest, strict, tc.latest, o.Stages[0].Counted)
		}
	}
}

func TestOwedAndBasedOn(t *testing.T) {
	l := library(t, map[string]string{
		"us-ny-base.toml":     ruleText("us-ny-base", "US-NY", "regulator", "[covered]\nelements = [\"name+ssn\"]\n"+noticeNow),
		"us-ny-more.toml":     ruleText("us-ny-more", "US-NY", "media", "based_on = \"us-ny-base\"\nwhen = { fact = \"covered.people\", at_least = 500 }\n"+noticeNow),
		"us-ny-any.toml":      ruleText("us-ny-any", "US-NY", "regulator", "when = { fact = \"owed.regulator\", is = [\"yes\"] }\n"+noticeNow),
		"us-ny-that.toml":     ruleText("us-ny-that", "US-NY", "internal", "when = { not = { fact = \"owed.us-ny-base\", is = [\"yes\"] } }\n"+noticeNow),
		"us-x-media.toml":     ruleText("us-x-media", "US", "media", "when = { fact = \"covered.people_in_one_subdivision\", more_than = 500 }\n[covered]\nelements = [\"name+ssn\"]\n"+noticeNow),
		"us-ny-anywhere.toml": ruleText("us-ny-anywhere", "US-NY", "internal", "when = { fact = \"covered.people_anywhere\", more_than = 700 }\nbased_on = \"us-ny-base\"\n"+noticeNow),
	})

	for _, tc := range []struct{ affected, answers string }{
		{`[{"residence": "US-NY", "people": 500, "elements": ["name", "ssn"]}]`, "base=yes more=yes any=yes that=no media=no anywhere=no"},
		{`[{"residence": "US-NY", "people": 499, "elements": ["name", "ssn"]}, {"residence": "US-NJ", "people": 501, "elements": ["name", "ssn"]}]`, "base=yes more=no any=yes that=no media=yes anywhere=yes"},
		{`[{"residence": "US-NY", "people": 300, "elements": ["name", "ssn"]}, {"residence": "US", "people": 300, "elements": ["name", "ssn"]}]`, "base=yes more=unknown any=yes that=no media=unknown anywhere=no"},
		{`[{"residence": "US-NY", "people": 499, "elements": ["name", "ssn"]}, {"residence": "US-NY", "people": 1, "elements": ["name"]}]`, "base=yes more=no any=yes that=no media=no anywhere=no"},
		{`[{"residence": "US-NY", "people": 499, "elements": ["name", "ssn"]}, {"residence": "US-NY", "people": 1}]`, "base=yes more=unknown any=yes that=no media=no anywhere=no"},
		{`[{"residence": "US-NY", "people": 900}]`, "base=unknown more=unknown any=unknown that=unknown media=unknown anywhere=unknown"},
		{`[{"residence": "US-NY", "elements": ["name", "ssn"]}]`, "base=unknown more=unknown any=unknown that=unknown media=unknown anywhere=unknown"},
		{`[{"residence": "US-NY", "people": 900, "elements": ["name"]}]`, "base=no more=no any=no that=yes media=no anywhere=no"},
	} {
		a := l.Assess(facts(t, `{"organisation": {"established_in": ["US-NY"], "regulated_as": []}, "affected": `+tc.affected+`}`), noon)
		var got []string
		for _, pair := range [][2]string{{"base", "us-ny-base"}, {"more", "us-ny-more"}, {"any", "us-ny-any"}, {"that", "us-ny-that"}, {"media", "us-x-media"}, {"anywhere", "us-ny-anywhere"}} {
			got = append(got, pair[0]+"="+only(t, a, pair[1]).Applies.String())
		}
		if s := strings.Join(got, " "); s != tc.answers {
			t.Errorf("%s:\n got %s\nwant %s", tc.affected, s, tc.answers)
		}
	}
}

func TestListing(t *testing.T) {
	insurance := "[who]\nregulated_as = [\"insurer\"]\nlicensed_here = true\n" + noticeNow
	l := library(t, map[string]string{
		"us-ct-insurance.toml": ruleText("us-ct-insurance", "US-CT", "regulator", insurance),
		"us-sc-insurance.toml": ruleText("us-sc-insurance", "US-SC", "regulator", insurance),
		"eu-x-dora.toml":       ruleText("eu-x-dora", "EU", "regulator", "[who]\nregulated_as = [\"dora_financial_entity\"]\n"+noticeNow),
		"us-ca-x.toml":         ruleText("us-ca-x", "US-CA", "individuals", noticeNow),
		"us-x-all.toml":        ruleText("us-x-all", "US", "individuals", noticeNow),
	})
	for _, tc := range []struct{ facts, want string }{
		{`{}`, ""},
		{`{"organisation": {"established_in": ["US-CA"]}}`, "us-ca-x us-x-all"},
		{`{"organisation": {"established_in": ["US"]}}`, "us-x-all"},
		{`{"affected": [{"residence": "US-CA"}]}`, "us-ca-x us-x-all"},
		{`{"affected": [{"residence": "US-CA", "people": 0}]}`, "us-ca-x us-x-all"},
		{`{"organisation": {"regulated_as": ["insurer"], "licensed_in": ["US-CT"]}}`, "us-ct-insurance"},
		{`{"organisation": {"regulated_as": ["dora_financial_entity"], "licensed_in": []}}`, "eu-x-dora"},
		{`{"affected": [{"residence": "US-SC", "people": 5}]}`, "us-sc-insurance us-x-all"},
	} {
		a := l.Assess(facts(t, tc.facts), noon)
		names := map[string]bool{}
		for _, o := range a.Obligations {
			names[o.Rule] = true
		}
		var got []string
		for _, n := range []string{"eu-x-dora", "us-ca-x", "us-ct-insurance", "us-sc-insurance", "us-x-all"} {
			if names[n] {
				got = append(got, n)
			}
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("%s: %q, want %q", tc.facts, s, tc.want)
		}
	}
	o := only(t, l.Assess(facts(t, `{"affected": [{"residence": "US-CA", "people": 0}]}`), noon), "us-ca-x")
	if o.Applies != condition.No || strings.Join(o.BecauseNot, ";") != "here.people is 0 in US-CA (not more than 0)" {
		t.Errorf("known to be nobody: %s, %v", o.Applies, o.BecauseNot)
	}
	o = only(t, l.Assess(facts(t, `{"organisation": {"regulated_as": ["insurer"], "licensed_in": ["US-CT"], "established_in": ["US-SC"]}}`), noon), "us-sc-insurance")
	if o.Applies != condition.No || !strings.Contains(strings.Join(o.BecauseNot, ";"), "here.licensed is no") {
		t.Errorf("%s, %v", o.Applies, o.BecauseNot)
	}
}

func TestLoadNamesEveryProblem(t *testing.T) {
	bad := `id = "EU-X"
version = "1"
jurisdiction = "EU"
regime = "Made-up law"
audience = "police"
confidence = "sure"
based_on = "eu-nowhere"
[covered]
elements = ["name+snn"]
[recipient]
route = "authority"
authority = "xx-nobody"
[[stage]]
name = "notice"
from = ["awre", "filed:eu-x-2:second"]
amount = 1
unit = "weeks"
[[stage]]
name = "notice"
from = ["aware"]
unit = "none"
amount = 2
policy = "business"
`
	other := ruleText("eu-x-2", "EU", "regulator", noticeNow)
	_, err := load(map[string]string{"EU-X.toml": bad, "eu-x-2.toml": other})
	if incident.KindOf(err) != incident.Invalid {
		t.Fatal(err)
	}
	for _, want := range []string{
		`EU-X.toml:1: id: "EU-X" is not an id`,
		`EU-X.toml:1: citation: is missing`,
		`EU-X.toml:1: sources: is missing`,
		`EU-X.toml:1: reviewed: is missing`,
		`EU-X.toml:5: audience: "police" is not one of`,
		`EU-X.toml:6: confidence: "sure" is not one of`,
		`EU-X.toml:7: based_on: there is no rule "eu-nowhere"`,
		`EU-X.toml:9: covered.elements[0]: "snn" is not an element`,
		`EU-X.toml:12: recipient.authority: there is no authority "xx-nobody"`,
		`EU-X.toml:15: stage[0].from[0]: "awre" is not a milestone`,
		`EU-X.toml:15: stage[0].from[1]: rule eu-x-2 has no stage "second"`,
		`EU-X.toml:17: stage[0].unit: "weeks" is not one of`,
		`EU-X.toml:19: stage[1].name: there are two stages named "notice"`,
		`EU-X.toml:22: stage[1].amount: unit none has no amount`,
		`EU-X.toml:23: stage[1].policy: "business" does not count none`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no problem %q", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
	for name, text := range map[string]string{
		"a circle":      ruleText("eu-a-1", "EU", "regulator", "based_on = \"eu-b-1\"\n"+noticeNow),
		"wrong type":    ruleText("eu-a-1", "EU", "regulator", "enabled = \"yes\"\n"+noticeNow),
		"not TOML":      "id = \n",
		"no enabled":    ruleText("eu-a-1", "EU", "regulator", "enabled = false\n"+noticeNow),
		"two the same":  ruleText("eu-b-1", "EU", "regulator", noticeNow),
		"nested typo":   ruleText("eu-a-1", "EU", "regulator", noticeNow+"amuont = 3\n"),
		"no such use":   ruleText("eu-a-1", "EU", "regulator", "when = { use = \"nothing\" }\n"+noticeNow),
		"empty exempt":  ruleText("eu-a-1", "EU", "regulator", noticeNow+"[[exempt]]\nname = \"x\"\n"),
		"two operators": ruleText("eu-a-1", "EU", "regulator", "when = { fact = \"affected.people\", more_than = 1, at_most = 2 }\n"+noticeNow),
	} {
		_, err := load(map[string]string{
			"eu-a-1.toml": text,
			"eu-b-1.toml": ruleText("eu-b-1", "EU", "regulator", "based_on = \"eu-a-1\"\n"+noticeNow),
		})
		if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), "eu-a-1.toml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLaterFolderOverrides(t *testing.T) {
	first := fstest.MapFS{"us-ca-x.toml": {Data: []byte(ruleText("us-ca-x", "US-CA", "individuals", noticeNow))}}
	second := fstest.MapFS{"us-ca-x.toml": {Data: []byte(strings.Replace(ruleText("us-ca-x", "US-CA", "individuals", noticeNow), "amount = 10", "amount = 3", 1))}}
	l, err := statute.Load(first, second)
	if err != nil {
		t.Fatal(err)
	}
	o := only(t, l.Assess(facts(t, `{"affected": [{"residence": "US-CA"}], "milestones": {"aware": "2026-03-01"}}`), noon), "us-ca-x")
	if due(o, "") != "2026-03-04T23:59:59-08:00" {
		t.Error(due(o, ""))
	}
	one, err := statute.Load(first)
	if err != nil || one.Edition() == l.Edition() {
		t.Errorf("two libraries, one edition %s: %v", l.Edition(), err)
	}
}

func TestAssessFromManyGoroutines(t *testing.T) {
	l := shippedLibrary(t)
	f := facts(t, `{"organisation": {"role": "controller", "established_in": ["DE", "US-NY"]}, "milestones": {"aware": "2026-03-01", "discovered": "2026-03-01", "determined": "2026-03-01"},
	  "affected": [{"residence": "US-CT", "people": 900, "elements": ["name", "ssn"]}, {"residence": "FR", "people": 3}]}`)
	want := l.Assess(f, noon)
	done := make(chan statute.Assessment)
	for range 4 {
		go func() { done <- l.Assess(f, noon) }()
	}
	for range 4 {
		if got := <-done; text(got) != text(want) {
			t.Error("the same facts gave another answer")
		}
	}
}
