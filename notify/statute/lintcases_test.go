package statute_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/notify/statute"
)

// fullCases tries us-ny-x at both sides of its threshold and of its length.
const fullCases = `rule = "us-ny-x"
[facts.organisation]
established_in = ["US-NY"]
[facts.incident]
unavailable_for = "24h"
risk = "high"
[[facts.affected]]
residence = "US-NY"
people = 500
elements = ["name", "ssn"]
[[case]]
name = "n"
[case.expect]
applies = "yes"
[[case]]
name = "n-1"
[[case.facts.affected]]
residence = "US-NY"
people = 499
elements = ["name", "ssn"]
[[case.facts.affected]]
residence = "US-NY"
people = 9
elements = ["name"]
[case.expect]
applies = "no"
[[case]]
name = "n+1, shorter"
[case.facts.incident]
unavailable_for = "23h30m"
[[case.facts.affected]]
residence = "US-NY"
people = 501
elements = ["name", "ssn"]
[case.expect]
applies = "no"
[[case]]
name = "longer"
[case.facts.incident]
unavailable_for = "25h"
[case.expect]
applies = "yes"
[[case]]
name = "unknown"
without = ["incident.unavailable_for"]
[case.expect]
applies = "unknown"
`

func TestLintAsksForCases(t *testing.T) {
	rule := ruleText("us-ny-x", "US-NY", "regulator", `
[covered]
elements = ["name+ssn"]
[when]
all = [
  { fact = "covered.people", at_least = 500 },
  { fact = "incident.unavailable_for", at_least = "24h" },
]`+noticeNow)
	tests := []struct{ name, rule, cases, want string }{
		{"complete", rule, fullCases, ""},
		{"no yes", rule, strings.ReplaceAll(fullCases, `"yes"`, `"unknown"`), `us-ny-x.cases.toml:1: rule: no case of us-ny-x expects applies = "yes"`},
		{"no no", rule, strings.ReplaceAll(fullCases, `"no"`, `"unknown"`), `us-ny-x.cases.toml:1: rule: no case of us-ny-x expects applies = "no"`},
		{"no unknown", rule, strings.ReplaceAll(fullCases, `"unknown"`, `"no"`), `us-ny-x.cases.toml:1: rule: no case of us-ny-x expects applies = "unknown"`},
		{
			"people who do not count do not count", rule, strings.Replace(fullCases, `people = 499
elements = ["name", "ssn"]`, `people = 499
elements = ["name"]`, 1),
			`us-ny-x.cases.toml:1: rule: no case tries covered.people at_least 500 (us-ny-x.toml:15, when.all[0].at_least) at 499`,
		},
		{"another number", strings.Replace(rule, "= 500", "= 250", 1), fullCases, `covered.people at_least 250 (us-ny-x.toml:15, when.all[0].at_least) at 249, 250, 251`},
		{"another operator is another threshold, tried alike", strings.Replace(rule, "at_least = 500", "more_than = 500", 1), fullCases, ""},
		{"a length", strings.Replace(rule, `"24h"`, `"30h"`, 1), fullCases, `incident.unavailable_for at_least 30h (us-ny-x.toml:16, when.all[1].at_least) at up to 1h less than 30h, 30h, up to 1h more than 30h`},
		{"an exemption's number", rule + "[[exempt]]\nname = \"few\"\nwhen = { fact = \"here.people\", less_than = 3 }\n", fullCases, `here.people less_than 3 (us-ny-x.toml:27, exempt[0].when.less_than) at 2, 3, 4`},
		{"a clock's number", strings.Replace(rule, "amount = 10", "amount = 10\nwhen = { fact = \"here.people\", at_least = 700 }", 1), fullCases, `here.people at_least 700`},
		{"somebody at all", strings.Replace(rule, "at_least = 500", "more_than = 0", 1), fullCases, `covered.people more_than 0 (us-ny-x.toml:15, when.all[0].more_than) at 0`},
		{"a rule that asks nothing", ruleText("us-ny-x", "US-NY", "regulator", noticeNow), strings.ReplaceAll(strings.ReplaceAll(fullCases, `"no"`, `"yes"`), `"unknown"`, `"absent"`), ""},
		{"a conclusion is never unknown", ruleText("us-ny-x", "US-NY", "regulator", "when = { fact = \"incident.risk_concluded\", is = [\"high\"] }\n"+noticeNow), strings.ReplaceAll(fullCases, `"unknown"`, `"yes"`), ""},
		{"not enabled, not tried", strings.Replace(rule, `confidence = "high"`, "confidence = \"high\"\nenabled = false\nreason = \"a bill\"", 1), "rule = \"us-ny-x\"\n", ""},
		{"no cases at all", rule, "", `us-ny-x.toml:1: id: rule us-ny-x has no cases`},
		{"no citation", strings.Replace(rule, "citation", "title", 1), fullCases, `us-ny-x.toml:1: citation: is missing`},
		{"no source", strings.Replace(rule, "sources =", "#", 1), fullCases, `us-ny-x.toml:1: sources: is missing`},
		{"no review date", strings.Replace(rule, "reviewed =", "#", 1), fullCases, `us-ny-x.toml:1: reviewed: is missing`},
	}
	// One folder with all of them: the library below it is read once.
	folder := fstest.MapFS{}
	id := func(i int) string { return fmt.Sprintf("us-ny-x%02d", i) }
	named := func(i int, text string) string { return strings.ReplaceAll(text, "us-ny-x", id(i)) }
	for i, tc := range tests {
		folder[id(i)+".toml"] = &fstest.MapFile{Data: []byte(named(i, tc.rule))}
		if tc.cases != "" {
			folder[id(i)+".cases.toml"] = &fstest.MapFile{Data: []byte(named(i, tc.cases))}
		}
	}
	problems, err := statute.Lint(folder, "")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range problems {
		rule, _, _ := strings.Cut(p.Where, ".")
		got[rule] += p.String() + "\n"
	}
	for i, tc := range tests {
		all := got[id(i)]
		if tc.want == "" && all != "" || !strings.Contains(all, named(i, tc.want)) {
			t.Errorf("%s: got\n%s\nwant %s", tc.name, all, tc.want)
		}
		delete(got, id(i))
	}
	for rule, all := range got {
		t.Errorf("%s: %s", rule, all)
	}
}

// A broken override is not silent: lint says what applies while it is broken.
func TestLintNamesTheFallback(t *testing.T) {
	problems, err := statute.Lint(fstest.MapFS{"us-ca-ag.toml": {Data: []byte(ruleText("us-ca-ag", "US-CA", "regulator", "colour = 1\n"+noticeNow))}}, "own")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	for _, want := range []string{`own/us-ca-ag.toml:10: unknown key "colour"`, "own/us-ca-ag.toml:10: the file is not used: (shipped)/rules/us-ca/us-ca-ag.toml applies instead"} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("lint does not say %q:\n%s", want, strings.Join(all, "\n"))
		}
	}
}
