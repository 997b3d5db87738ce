package statute_test

import (
	"strings"
	"testing"

	"tocsin/notify/statute"
)

// Every clock is a row of its own, in due order; a rule says when it was reviewed
// and, where it is not sure, that it wants verifying.
func TestTable(t *testing.T) {
	ladder := `
[recipient]
route = "named"
name = "the authority"
[[stage]]
name = "initial"
from = ["aware"]
amount = 24
unit = "hours"
[[stage]]
name = "final"
from = ["aware"]
amount = 1
unit = "months"
[[stage]]
name = "update"
from = ["recovered"]
unit = "none"
`
	soon := strings.Replace(noticeNow, "[[stage]]", "[[stage]]\nbinding = false", 1)
	l := library(t, map[string]string{
		"us-ny-a.toml": ruleText("us-ny-a", "US-NY", "regulator", ladder),
		"us-ny-b.toml": strings.Replace(ruleText("us-ny-b", "US-NY", "individuals", soon), `"high"`, `"low"`, 1),
		"us-ny-c.toml": ruleText("us-ny-c", "US-NY", "media", "when = { fact = \"incident.risk\", is = [\"high\"] }\n"+strings.Replace(noticeNow, "amount = 10\nunit = \"calendar_days\"", "unit = \"none\"", 1)),
		"us-ny-d.toml": strings.Replace(ruleText("us-ny-d", "US-NY", "media", "when = { fact = \"here.people\", more_than = 9 }\n"+noticeNow), `"high"`, `"low"`, 1),
	})
	a := l.Assess(facts(t, `{"organisation": {"established_in": []}, "affected": [{"residence": "US-NY", "people": 9}], "milestones": {"aware": "2026-03-02T11:00:00Z"}}`), noon)
	var b strings.Builder
	if err := statute.WriteTable(&b, a); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(b.String(), "\n\n")
	want := `DUE                                 APPLIES  WHERE  TELL                 RULE     STAGE    REVIEWED    CONFIDENCE
3 Mar 2026, 06:00 EST (in 23 h)     yes      US-NY  the authority        us-ny-a  initial  2026-01-01  high
12 Mar 2026, 23:59 EDT (in 10 days), expected  yes  US-NY  the people affected  us-ny-b  notice  2026-01-01  low, verify
2 Apr 2026, 23:59 EDT (in 31 days)  yes      US-NY  the authority        us-ny-a  final    2026-01-01  high
without undue delay                 unknown  US-NY  the people affected  us-ny-c  notice   2026-01-01  high
waiting for recovery                yes      US-NY  the authority        us-ny-a  update   2026-01-01  high

Not owed
  us-ny-d (reviewed 2026-01-01, low, verify): here.people is 9 in US-NY (not more than 9)
`
	if squeeze(got[:min(len(got), strings.Index(got, "\n\nTo find out")+1)]) != squeeze(want) {
		t.Errorf("got\n%s", got)
	}
}

// squeeze makes runs of spaces one: how wide a column is, is not the point.
func squeeze(s string) string {
	var lines []string
	for _, l := range strings.Split(s, "\n") {
		lines = append(lines, strings.Join(strings.Fields(l), " "))
	}
	return strings.Join(lines, "\n")
}
