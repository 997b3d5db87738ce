package outbox

import (
	"encoding/json"
	"testing"
	"time"
)

// Rate and estimate come from what is stored alone: a mailing that was read back
// says the same.
func TestOutlook(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	steadily := func(m *Mailing) { // 600 a minute for four minutes
		for n := range 24 {
			m.tally(now.Add(time.Duration(n-24)*10*time.Second), 100)
		}
	}
	later := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	for _, c := range []struct {
		name string
		m    Mailing
		with func(*Mailing)
		want Outlook
	}{
		{"just released", Mailing{State: MailingCanary, People: 100}, nil, Outlook{Left: 100}},
		{"under way", Mailing{State: MailingSending, People: 8400, Counts: Counts{Accepted: 2400}}, steadily, Outlook{PerMinute: 600, Left: 6000, Ends: later(10 * time.Minute)}},
		{"paused", Mailing{State: MailingPaused, People: 8400, Counts: Counts{Accepted: 2400}}, steadily, Outlook{PerMinute: 600, Left: 6000}},
		{"over", Mailing{State: MailingDone, People: 2400, Counts: Counts{Accepted: 2400}}, steadily, Outlook{}},
		{"stopped", Mailing{State: MailingStopped, People: 8400, Counts: Counts{Accepted: 2400}}, steadily, Outlook{Left: 6000}},
		{"others held back for longer", Mailing{State: MailingSending, People: 8400, Counts: Counts{Accepted: 2400}, Held: []Hold{{People: 5000, Clear: now.Add(3 * time.Hour)}}}, steadily,
			Outlook{PerMinute: 600, Left: 6000, Held: 5000, Ends: later(3 * time.Hour)}},
		{"others held back for less", Mailing{State: MailingSending, People: 8400, Counts: Counts{Accepted: 2400}, Held: []Hold{{People: 600, Clear: now.Add(time.Minute)}}}, steadily,
			Outlook{PerMinute: 600, Left: 6000, Held: 600, Ends: later(9 * time.Minute)}},
		{"only put off", Mailing{State: MailingSending, People: 2410, Counts: Counts{Accepted: 2400, Deferred: 10}, NextPass: later(time.Minute)}, steadily, Outlook{PerMinute: 600, Left: 10}},
		{"the mail server is down", Mailing{State: MailingSending, People: 8400, Counts: Counts{Accepted: 2400}, Held: []Hold{{All: true, Down: true, People: 6000, Until: now, Clear: now.Add(time.Minute)}}}, steadily,
			Outlook{PerMinute: 600, Left: 6000, Held: 6000}},
		{"nothing for a while", Mailing{State: MailingSending, People: 8400, Counts: Counts{Accepted: 2400}}, func(m *Mailing) { m.tally(now.Add(-6*time.Minute), 2400) }, Outlook{Left: 6000}},
		{"in one second", Mailing{State: MailingSending, People: 2000, ReleasedAt: now.Add(-time.Second), Counts: Counts{Accepted: 1000}}, func(m *Mailing) { m.tally(now, 1000) },
			Outlook{PerMinute: 60000, Left: 1000, Ends: later(time.Second)}},
		{"the clock went back", Mailing{State: MailingSending, People: 8400, Counts: Counts{Accepted: 2400}}, func(m *Mailing) { m.tally(now.Add(time.Hour), 2400) }, Outlook{Left: 6000}},
	} {
		if c.with != nil {
			c.with(&c.m)
		}
		raw, err := json.Marshal(c.m)
		if err != nil {
			t.Fatal(err)
		}
		var read Mailing
		if err := json.Unmarshal(raw, &read); err != nil {
			t.Fatal(err)
		}
		got := read.outlook(now)
		same := got.PerMinute == c.want.PerMinute && got.Left == c.want.Left && got.Held == c.want.Held && (got.Ends == nil) == (c.want.Ends == nil)
		if same && got.Ends != nil {
			same = got.Ends.Sub(*c.want.Ends).Abs() < time.Second
		}
		if !same {
			t.Errorf("%s: %+v ends %v, want %+v ends %v", c.name, got, got.Ends, c.want, c.want.Ends)
		}
		if len(read.Recent) > tallies {
			t.Errorf("%s: %d tallies are kept", c.name, len(read.Recent))
		}
	}
}
