package console

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

func TestConditionsInWords(t *testing.T) {
	leaf := func(fact string, is ...string) condition.Condition { return condition.Condition{Fact: fact, Is: is} }
	not := func(c condition.Condition) condition.Condition { return condition.Condition{Not: &c} }
	for want, c := range map[string]condition.Condition{
		"": {},
		"Somebody got access without right, or that is suspected.": leaf("incident.access", "yes", "suspected"),
		"Nobody got access without right, not even by suspicion.":  not(leaf("incident.access", "yes", "suspected")),
		"No harm was meant.":                                              leaf("incident.malicious", "no"),
		"Harm was meant.":                                                 not(leaf("incident.malicious", "no")),
		"The notice of us-ny-individuals is owed.":                        leaf("owed.us-ny-individuals", "yes"),
		"Who got the data: insider or trusted.":                           leaf("incident.recipient", "insider", "trusted"),
		"The encryption of the data: not strong.":                         not(leaf("incident.encryption", "strong")),
		"The milestone “Found material” is set.":                          leaf("milestones.material", "set"),
		"The organisation is regulated as HIPAA covered entity or bank.":  {Fact: "organisation.regulated_as", HasAny: []string{"hipaa_covered_entity", "bank"}},
		"The number of people here whom this rule counts: more than 500.": {Fact: "covered.people", MoreThan: int64(500)},
		"At least one of these:[The encryption of the data: none.|All of these:[The decryption key: compromised.|The form of the data: paper.]]": {Any: []condition.Condition{
			leaf("incident.encryption", "none"), {All: []condition.Condition{leaf("incident.key", "compromised"), leaf("incident.medium", "paper")}}}},
		"The groups of people here: does not include minors.":                                           not(condition.Condition{Fact: "here.groups", HasAny: []string{"minors"}}),
		"Not the case:[At least one of these:[The decryption key: safe.|The form of the data: paper.]]": not(condition.Condition{Any: []condition.Condition{leaf("incident.key", "safe"), leaf("incident.medium", "paper")}}),
	} {
		if diff := cmp.Diff(want, flatClauses(clauses(c))); diff != "" {
			t.Error(diff)
		}
	}
}

func flatClauses(list []clause) string {
	var out []string
	for _, c := range list {
		text := c.Text
		if len(c.Sub) > 0 {
			text += "[" + flatClauses(c.Sub) + "]"
		}
		out = append(out, text)
	}
	return strings.Join(out, "|")
}

func TestDeadlinesInWords(t *testing.T) {
	n := func(n int) *int { return &n }
	for want, k := range map[string]statute.Clock{
		"72 hours from “Aware”; counted as Regulation (EEC, Euratom) No 1182/71 says, the strict instant first.":          {From: []string{"aware"}, Amount: n(72), Unit: "hours", Policy: "eu_1182_71"},
		"1 month from the filing of eu-nis2-23-4 (incident notification); to the same day of the month, or its last day.": {From: []string{"filed:eu-nis2-23-4:incident_notification"}, Amount: n(1), Unit: "months"},
		"4 business days from “Found material”, else from “Determined”; the day itself, weekends and holidays excluded.":  {From: []string{"material", "determined"}, Amount: n(4), Unit: "business_days"},
		"Without undue delay from “Discovered”; the law names no number.":                                                 {From: []string{"discovered"}, Unit: "none"},
		"No later than the deadline of us-ct-individuals (notice).":                                                       {SameAs: "us-ct-individuals:notice"},
		"When this happens: the authority asks.":                                                                          {WaitsFor: "the authority asks"},
		"At the latest together with “People told”; elapsed hours, across clock changes.":                                 {From: []string{"individuals_notified"}, Amount: n(0), Unit: "hours"},
		"24 hours from “Aware”; a limit on a weekend or holiday may move to noon of the next working day; this clock falls away where “Classified” comes after its end.": {
			From: []string{"aware"}, Amount: n(24), Unit: "hours", Policy: "dora", UnlessAfter: "classified"},
	} {
		if got := clockWords(k); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// Every shipped rule can be read in words: nothing is left as data that nobody
// has words for.
func TestEveryShippedRuleHasWords(t *testing.T) {
	lib, err := statute.Load(statute.Builtin())
	if err != nil {
		t.Skip("the shipped library does not load: ", err)
	}
	for _, s := range lib.List() {
		for _, v := range lib.Versions(s.ID) {
			var text strings.Builder
			text.WriteString(flatClauses(clauses(v.When)))
			for _, x := range v.Exempt {
				text.WriteString(flatClauses(clauses(x.When)))
			}
			for _, l := range ladderOf(v) {
				for _, k := range l.Clocks {
					text.WriteString(k.Text + flatClauses(k.When))
				}
			}
			if got := text.String(); strings.Contains(got, "_") && !strings.Contains(got, "filing of") {
				t.Errorf("%s %s: %s", v.ID, v.Version, got)
			}
			if name := placeName(v.Jurisdiction); name == v.Jurisdiction || strings.HasPrefix(name, "Unknown") || strings.Contains(name, "-") && len(v.Jurisdiction) > 2 && name[:2] == v.Jurisdiction[:2] {
				t.Errorf("%s: %s has no name", v.ID, v.Jurisdiction)
			}
			if routeWords(v) == "." {
				t.Errorf("%s: nobody knows to whom", v.ID)
			}
		}
	}
}
