package statute_test

import (
	"strings"
	"testing"
	"time"
)

// Some laws count anew once law enforcement lets go: Maine seven business days,
// Maryland seven days, California's health clinics fifteen business days.
func TestTimeAfterAHold(t *testing.T) {
	hold := func(then string) string {
		return "[hold]\nforms = [\"written\", \"oral\"]\noral_days = 30\nthen = " + then + "\n" + noticeNow
	}
	l := library(t, map[string]string{
		"us-me-x.toml": ruleText("us-me-x", "US-ME", "individuals", hold(`{ amount = 7, unit = "business_days" }`)),
		"us-md-x.toml": ruleText("us-md-x", "US-MD", "individuals", hold(`{ amount = 7, unit = "calendar_days" }`)),
		"us-ca-x.toml": ruleText("us-ca-x", "US-CA", "individuals", hold(`{ amount = 15, unit = "business_days", calendar = "US" }`)),
		"us-nj-x.toml": ruleText("us-nj-x", "US-NJ", "individuals", hold(`{ amount = 24, unit = "hours" }`)),
	})
	for _, tc := range []struct{ hold, rule, latest string }{
		{`{"form": "written", "from": "2026-03-02", "until": "2026-05-18"}`, "us-me-x", "2026-05-28T23:59:59-04:00"}, // over Memorial Day
		{`{"form": "written", "from": "2026-03-02", "until": "2026-05-18"}`, "us-md-x", "2026-05-25T23:59:59-04:00"}, // on Memorial Day, not moved
		{`{"form": "written", "from": "2026-03-02", "until": "2026-03-20"}`, "us-ca-x", "2026-04-10T23:59:59-07:00"}, // the federal calendar: 31 March counts
		{`{"form": "written", "from": "2026-03-02", "until": "2026-10-31T20:00:00-04:00"}`, "us-nj-x", "2026-11-01T19:00:00-05:00"},
		{`{"form": "oral", "from": "2026-03-02", "until": "2026-05-18"}`, "us-md-x", "2026-04-08T23:59:59-04:00"}, // thirty days, then seven
		{`{"form": "written", "from": "2026-03-02", "until": "2026-03-03"}`, "us-md-x", ""},                       // over before the strict deadline
		{`{"form": "written", "from": "2026-03-02", "until": "2026-03-05"}`, "us-md-x", "2026-03-12T23:59:59-04:00"},
		{`{"form": "written", "from": "2026-03-02"}`, "us-me-x", ""}, // no end is known: no date is made up
	} {
		f := facts(t, `{"organisation": {"established_in": ["US"]}, "affected": [{"residence": "US-ME"}, {"residence": "US-MD"}, {"residence": "US-CA"}, {"residence": "US-NJ"}],
		  "milestones": {"aware": "2026-03-01"}, "holds": [`+tc.hold+`]}`)
		s := only(t, l.Assess(f, noon), tc.rule).Stages[0]
		latest := ""
		if s.Latest != nil {
			latest = s.Latest.Format(time.RFC3339)
		}
		if latest != tc.latest || *s.Date != "2026-03-11" {
			t.Errorf("%s under %s: due %s, latest %q; want %q (%s)", tc.hold, tc.rule, *s.Date, latest, tc.latest, s.Counted)
		}
		if s.Latest == nil && !strings.Contains(s.Counted, "held by law enforcement (written) until") {
			t.Errorf("%s: %s", tc.hold, s.Counted)
		}
	}
	for then, want := range map[string]string{
		`{ unit = "months", amount = 1 }`:                            `hold.then.unit: "months" is not one of`,
		`{ unit = "hours" }`:                                         "hold.then.amount: is missing",
		`{ unit = "business_days", amount = 1, calendar = "US-QQ" }`: "hold.then.calendar:",
	} {
		if _, err := load(map[string]string{"us-me-x.toml": ruleText("us-me-x", "US-ME", "individuals", hold(then))}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", then, err)
		}
	}
}
