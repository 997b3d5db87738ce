package statute_test

import (
	"strings"
	"testing"
)

// What decides most is asked first, then what is soonest due; each question
// names the duties that hang on it.
func TestQuestions(t *testing.T) {
	late := strings.Replace(noticeNow, "amount = 10", "amount = 60", 1)
	key := "when = { fact = \"incident.key\", is = [\"compromised\"] }\n"
	l := library(t, map[string]string{
		"us-ny-a.toml": ruleText("us-ny-a", "US-NY", "individuals", "title = \"Tell New Yorkers\"\n"+key+late),
		"us-ny-b.toml": ruleText("us-ny-b", "US-NY", "regulator", key+late),
		"us-ny-c.toml": ruleText("us-ny-c", "US-NY", "regulator", "when = { fact = \"incident.access\", is = [\"yes\"] }\n"+noticeNow),
		"us-ny-d.toml": ruleText("us-ny-d", "US-NY", "regulator", "when = { fact = \"incident.severity\", is = [\"high\"] }\n"+late),
		"us-ny-e.toml": ruleText("us-ny-e", "US-NY", "regulator", strings.Replace(noticeNow, `"aware"`, `"determined"`, 1)),
	})
	a := l.Assess(facts(t, `{"organisation": {"established_in": ["US-NY"]}, "affected": [], "milestones": {"aware": "2026-03-01"}}`), noon)
	var got []string
	for _, q := range a.Questions {
		got = append(got, q.Fact+"="+strings.Join(q.Decides, "+"))
	}
	if s, want := strings.Join(got, " "), "incident.key=us-ny-a+us-ny-b incident.access=us-ny-c incident.severity=us-ny-d milestones.determined=us-ny-e"; s != want {
		t.Errorf("asked %s\nwant  %s", s, want)
	}
	q := a.Questions[0]
	if len(q.Duties) != 2 || q.Duties[0].Title != "Tell New Yorkers" || q.Duties[1].Title != "Made-up law" || q.Duties[0].Recipient == "" || q.Duties[0].Owed || !q.Duties[0].Due.Equal(*q.Soonest) {
		t.Errorf("duties: %+v", q.Duties)
	}
	if q.Why == "" || len(q.Options) != 2 || q.Options[0].Value != "safe" || q.Options[0].Label == "" {
		t.Errorf("question: %+v", q)
	}
	if last := a.Questions[3]; last.Kind != "moment" || !last.Duties[0].Owed || last.Options == nil {
		t.Errorf("a date that only moves a deadline: %+v", last)
	}
}
