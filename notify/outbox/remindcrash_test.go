package outbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

// moment is the program as a kill would leave it: the disk, and what had gone out.
type moment struct {
	store *ledgertest.Store
	at    time.Time
	out   []string
	where string
}

// streets is the world outside: it keeps what went out, and lets a test look
// before and after each thing that goes.
type streets struct {
	now  func() time.Time
	due  time.Time
	out  []string
	look func(where string)
}

func (s *streets) went(text string) notify.Receipt {
	if !strings.Contains(text, "task 1") {
		return notify.Receipt{Outcome: notify.Accepted}
	}
	s.look("the attempt is written, nothing has gone out")
	s.out = append(s.out, s.due.Sub(s.now()).String())
	s.look("it has gone out, the outcome is not written")
	return notify.Receipt{Outcome: notify.Accepted}
}

func (s *streets) Name() string { return "streets" }
func (s *streets) Close() error { return nil }
func (s *streets) Post(_ context.Context, m notify.StaffMessage) notify.Receipt {
	return s.went(m.Text)
}
func (s *streets) Send(_ context.Context, m notify.Message) notify.Receipt { return s.went(m.Text) }

// on wires a house to the world by one channel.
func (s *streets) on(h *house, channel string) {
	one := outbox.Colleague{ID: "ana"}
	if channel == "mail" {
		h.Mail, one.Mail = s, "ana@insurer.example"
	} else {
		h.Staff, one.Slack = s, "T1/ANA"
	}
	h.Colleagues = func(context.Context) ([]outbox.Colleague, error) {
		s.look("the accounts are read, before a reminder is made or attempted")
		return []outbox.Colleague{one}, nil
	}
}

// The program is killed at every point of the protocol, of every reminder, and
// started again: every reminder goes out once and is on record. The one between
// its attempt and its outcome is the one nobody knows of: it is not repeated,
// the record says uncertain, and the console has it.
func TestAReminderSurvivesARestartAtAnyMoment(t *testing.T) {
	for _, channel := range []string{"slack", "mail"} {
		t.Run(channel, func(t *testing.T) {
			h := build(t, nil)
			world := &streets{now: h.store.Clock.Now, look: func(string) {}}
			world.on(h, channel)
			i, err := h.desk.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Leak", Kind: "other", Severity: "low"})
			must(t, err)
			h.ref = i.Number
			task := h.task(t, casework.NewTask{Assignee: "ana"}, 25*time.Hour)
			h.task(t, casework.NewTask{Assignee: "ana"}, 25*time.Hour) // in the same message, with its own record
			world.due = *task.Due
			end := task.Due.Add(7 * time.Hour)

			var moments []moment
			world.look = func(where string) {
				moments = append(moments, moment{h.store.AfterCrash(t), h.store.Clock.Now(), append([]string(nil), world.out...), where})
			}
			tick := func(h *house) {
				for !h.store.Clock.Now().After(end) {
					must(t, h.Tick(t.Context()))
					world.look("the round is over")
					h.store.Clock.Advance(30 * time.Minute)
				}
			}
			tick(h)
			want := strings.Join([]string{"24h0m0s", "8h0m0s", "2h0m0s", "30m0s", "0s", "-1h0m0s", "-2h0m0s", "-3h0m0s", "-4h0m0s", "-5h0m0s"}, " ")
			if got := strings.Join(world.out, " "); got != want {
				t.Fatalf("without a restart: %s", got)
			}
			if len(moments) < 4*10 {
				t.Fatalf("only %d moments", len(moments))
			}
			for n, m := range moments {
				if strings.HasPrefix(m.where, "the round") && n%7 != 0 {
					continue // nothing is in flight; a few will do
				}
				h.store.Clock.Set(m.at)
				again := &streets{now: h.store.Clock.Now, due: *task.Due, out: m.out, look: func(string) {}}
				next := houseOn(t, m.store, h.ref, nil, func(*outbox.Config) {})
				again.on(next, channel)
				for !next.store.Clock.Now().After(end) {
					must(t, next.Tick(t.Context()))
					next.store.Clock.Advance(30 * time.Minute)
				}
				made, err := next.CaseReminders(t.Context(), ana, h.ref)
				must(t, err)
				uncertain := 0
				rungs := map[int]int{}
				for _, r := range made {
					rungs[r.Rung]++
					for _, hand := range r.Hands {
						if hand.State == outbox.Uncertain {
							uncertain++
						} else if hand.State != outbox.Accepted {
							t.Errorf("%s: rung %d over %s is %s", m.where, r.Rung, hand.Channel, hand.State)
						}
					}
				}
				for rung := range 10 {
					if rungs[rung] != 2 {
						t.Errorf("%s at %v: rung %d was made %d times", m.where, task.Due.Sub(m.at), rung, rungs[rung])
					}
				}
				got := strings.Join(again.out, " ")
				switch m.where {
				case "the attempt is written, nothing has gone out":
					if missing := strings.Fields(want)[len(m.out)]; got != strings.Join(without(want, missing), " ") || uncertain != 2 {
						t.Errorf("%s, %s: %s went out, %d uncertain", m.where, missing, got, uncertain)
					}
				case "it has gone out, the outcome is not written":
					if got != want || uncertain != 2 {
						t.Errorf("%s: %s went out, %d uncertain", m.where, got, uncertain)
					}
				default:
					if got != want || uncertain != 0 {
						t.Errorf("%s at %v: %s went out, %d uncertain", m.where, task.Due.Sub(m.at), got, uncertain)
					}
				}
			}
		})
	}
}

func without(list, word string) (out []string) {
	for _, w := range strings.Fields(list) {
		if w != word {
			out = append(out, w)
		}
	}
	return out
}
