package outbox_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

// supervisor gives the clock of the report to the supervisory authority.
func (h *house) supervisor(t *testing.T) outbox.Clock {
	t.Helper()
	all, err := h.CaseClocks(t.Context(), ana, h.ref)
	must(t, err)
	for _, c := range all {
		if c.Rule == "eu-gdpr-33-1" {
			return c
		}
	}
	t.Fatalf("no clock of eu-gdpr-33-1 among %d", len(all))
	return outbox.Clock{}
}

// crew are the accounts of a house: who they are on its case, and how they are reached.
func crew() []outbox.Colleague {
	one := func(id string, grants ...incident.Grant) outbox.Colleague {
		return outbox.Colleague{ID: id, Grants: grants, Mail: id + "@insurer.example", Slack: "T1/" + strings.ToUpper(id), Zone: "America/New_York"}
	}
	return []outbox.Colleague{one("ana", incident.GrantResponder), one("cora"), one("dora"), one("otto", incident.GrantApprover), one("rene", incident.GrantResponder)}
}

// post room is a mail channel that keeps the letters to staff.
type postRoom struct {
	letters []notify.Message
	answer  notify.Outcome
}

func (p *postRoom) Name() string { return "post room" }
func (p *postRoom) Close() error { return nil }
func (p *postRoom) Send(_ context.Context, m notify.Message) notify.Receipt {
	p.letters = append(p.letters, m)
	if p.answer != "" {
		return notify.Receipt{Outcome: p.answer, Code: 550}
	}
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}

// manned is a house with a crew: cora is privacy counsel, dora her deputy, ana commands.
func manned(t *testing.T, drill bool) (*house, *wall, *postRoom) {
	t.Helper()
	h, w := watch(t)
	p := &postRoom{}
	h.Mail = p
	h.Colleagues = func(context.Context) ([]outbox.Colleague, error) { return crew(), nil }
	h.open(t, drill)
	h.settle(t, 3)
	must(t, h.desk.Assign(t.Context(), ana, h.ref, incident.Assignment{Role: incident.Counsel, Account: "cora"}))
	must(t, h.desk.Assign(t.Context(), ana, h.ref, incident.Assignment{Role: incident.Counsel, Account: "dora", Deputy: true}))
	return h, w, p
}

// task adds a task of ours, due in d.
func (h *house) task(t *testing.T, in casework.NewTask, d time.Duration) *incident.Task {
	t.Helper()
	at := h.store.Clock.Now().Add(d)
	in.Due = &at
	if in.Title == "" {
		in.Title = "Call the bank of Erika Mustermann"
	}
	out, err := h.desk.AddTask(t.Context(), ana, h.ref, in)
	must(t, err)
	return out
}

// to gives whom lines with the words went to by themselves, by instant before due.
func (w *wall) to(due time.Time, words string) map[time.Duration]string {
	out := map[time.Duration][]string{}
	for _, p := range w.posts {
		if p.To != "" && strings.Contains(p.Text, words) {
			out[due.Sub(p.at)] = append(out[due.Sub(p.at)], strings.ToLower(strings.TrimPrefix(p.To, "T1/")))
		}
	}
	flat := map[time.Duration]string{}
	for at, who := range out {
		flat[at] = strings.Join(who, " ")
	}
	return flat
}

// pass lets time go by until until, ticking every ten minutes.
func (h *house) pass(t *testing.T, until time.Time) {
	t.Helper()
	for !h.store.Clock.Now().After(until) {
		must(t, h.Tick(t.Context()))
		h.store.Clock.Advance(10 * time.Minute)
	}
}

func TestStaffAreRemindedOfADeadline(t *testing.T) {
	h, w := watch(t)
	h.open(t, false)
	h.settle(t, 3)
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-25 * time.Hour))
	for h.store.Clock.Now().Before(c.Due.Add(10 * time.Hour)) {
		must(t, h.Tick(t.Context()))
		h.store.Clock.Advance(10 * time.Minute)
	}
	var left []time.Duration
	for _, at := range w.about(c.Number, c.Regime+", "+c.Recipient+",") {
		left = append(left, c.Due.Sub(at))
	}
	want := []time.Duration{
		24 * time.Hour, 8 * time.Hour, 2 * time.Hour, 30 * time.Minute, // ahead
		0, -time.Hour, -2 * time.Hour, -3 * time.Hour, -4 * time.Hour, -5 * time.Hour, // overdue, and then no more
	}
	if !slices.Equal(left, want) {
		t.Errorf("reminded at %v before it is due, want %v", left, want)
	}
	if n := len(w.about(c.Number, c.Recipient, "overdue")); n != 6 {
		t.Errorf("%d reminders say that it is overdue", n)
	}
	for _, p := range w.posts {
		if !strings.HasSuffix(p.Link, "/incidents/"+c.Number) || p.Drill {
			t.Errorf("posted %+v", p.StaffMessage)
		}
	}
}

// A program that was down catches up with one line, not with all it missed.
func TestMissedRemindersAreOne(t *testing.T) {
	h, w := watch(t)
	h.open(t, false)
	h.settle(t, 3)
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-time.Hour))
	for range 3 {
		must(t, h.Tick(t.Context()))
	}
	if n := len(w.about(c.Regime+", "+c.Recipient+",", "is due in 1h0m0s")); n != 1 {
		t.Errorf("%d lines for three reminders that were missed", n)
	}
}

// A met duty is not spoken of any more.
func TestAMetDutyIsNotReminded(t *testing.T) {
	h, w := watch(t)
	h.open(t, false)
	h.settle(t, 3)
	c := h.supervisor(t)
	must(t, h.RecordFiling(t.Context(), ana, h.ref, c.Obligation, outbox.RecordFiling{At: h.store.Clock.Now(), Reference: "X-1"}))
	h.store.Clock.Set(c.Due)
	must(t, h.Tick(t.Context()))
	if got := w.about(c.Regime + ", " + c.Recipient + ", was due"); len(got) != 0 {
		t.Errorf("reminded %d times of a duty that is met", len(got))
	}
}

// The ladder, with nobody acknowledging and with everybody doing so.
func TestRemindersClimbTheLadder(t *testing.T) {
	const h24, h8, h2, m30 = 24 * time.Hour, 8 * time.Hour, 2 * time.Hour, 30 * time.Minute
	for name, c := range map[string]struct {
		acknowledge bool
		change      func(t *testing.T, h *house)
		want        map[time.Duration]string
	}{
		"acknowledged": {acknowledge: true, want: map[time.Duration]string{h24: "cora", h8: "cora", h2: "cora dora", m30: "cora dora ana", 0: "cora dora ana"}},
		"unheard":      {want: map[time.Duration]string{h24: "cora", h8: "cora dora", h2: "cora dora ana", m30: "cora dora ana", 0: "cora dora ana"}},
		"no counsel": {acknowledge: true, change: func(t *testing.T, h *house) {
			must(t, h.desk.Unassign(t.Context(), ana, h.ref, incident.Assignment{Role: incident.Counsel, Account: "cora"}))
		}, want: map[time.Duration]string{h24: "dora", h8: "dora", h2: "dora ana", m30: "dora ana", 0: "dora ana"}},
		"a commander alone": {change: func(t *testing.T, h *house) {
			must(t, h.desk.Unassign(t.Context(), ana, h.ref, incident.Assignment{Role: incident.Counsel, Account: "cora"}))
			must(t, h.desk.Unassign(t.Context(), ana, h.ref, incident.Assignment{Role: incident.Counsel, Account: "dora", Deputy: true}))
		}, want: map[time.Duration]string{h24: "ana", h8: "ana", h2: "ana", m30: "ana", 0: "ana"}},
	} {
		t.Run(name, func(t *testing.T) {
			h, w, post := manned(t, false)
			if c.change != nil {
				c.change(t, h)
			}
			clock := h.supervisor(t)
			h.store.Clock.Set(clock.Due.Add(-25 * time.Hour))
			for h.store.Clock.Now().Before(clock.Due.Add(10 * time.Minute)) {
				must(t, h.Tick(t.Context()))
				for _, who := range []string{"cora", "dora"} {
					mine, err := h.Reminders(t.Context(), person(who))
					must(t, err)
					for _, r := range mine {
						if c.acknowledge {
							_, err := h.AcknowledgeReminder(t.Context(), person(who), r.ID)
							must(t, err)
						}
					}
				}
				h.store.Clock.Advance(10 * time.Minute)
			}
			about := clock.Regime + ", " + clock.Recipient + ","
			got := w.to(clock.Due, about)
			if len(got) != len(c.want) {
				t.Errorf("reminded %v", got)
			}
			for at, who := range c.want {
				if got[at] != who {
					t.Errorf("%v ahead: %q, want %q", at, got[at], who)
				}
			}
			mails := 0
			for _, m := range post.letters {
				if strings.Contains(m.Text, about) {
					mails++
					if !strings.HasPrefix(m.Subject, clock.Number+": a deadline") || !strings.Contains(m.Text, "/reminders") || strings.Contains(m.Subject, clock.Recipient) {
						t.Errorf("letter %+v", m)
					}
				}
			}
			if want := len(strings.Fields(c.want[h24] + " " + c.want[h8] + " " + c.want[h2] + " " + c.want[m30] + " " + c.want[0])); mails != want {
				t.Errorf("%d letters, want %d", mails, want)
			}
		})
	}
}

// The text names the deadline in the reader's zone and in the recipient's.
func TestAReminderIsInTheReadersZone(t *testing.T) {
	h, w, post := manned(t, false)
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-2 * time.Hour))
	must(t, h.Tick(t.Context()))
	ny, _ := time.LoadLocation("America/New_York")
	theirs, _ := time.LoadLocation(c.Zone)
	want := c.Due.In(ny).Format("2 Jan 2006 15:04 MST") + " (" + c.Due.In(theirs).Format("2 Jan 2006 15:04 MST") + " for the recipient)"
	if len(w.about(c.Recipient, "2h0m0s", want)) == 0 || len(post.letters) == 0 || !strings.Contains(post.letters[0].Text, "EST") {
		t.Errorf("no line has %q among %+v", want, w.posts)
	}
}

func TestATasksPeopleAreReminded(t *testing.T) {
	h, w, post := manned(t, false)
	h.store.Clock.Advance(0)
	task := h.task(t, casework.NewTask{Role: incident.Counsel, Assignee: "dora"}, 9*time.Hour)
	h.pass(t, *task.Due)
	want := map[time.Duration]string{8 * time.Hour: "dora", 2 * time.Hour: "dora cora", 30 * time.Minute: "dora cora ana", 0: "dora cora ana"}
	got := w.to(*task.Due, "task 1, is due")
	for at, who := range w.to(*task.Due, "task 1, was due") {
		got[at] = who
	}
	for at, who := range want {
		if got[at] != who {
			t.Errorf("%v ahead: %q, want %q", at, got[at], who)
		}
	}
	for _, p := range w.posts {
		if strings.Contains(p.Text, "Mustermann") || strings.Contains(p.Text, "task 1") && p.To == "" {
			t.Errorf("posted %+v", p.StaffMessage)
		}
	}
	for _, m := range post.letters {
		if strings.Contains(m.Text+m.Subject, "Mustermann") {
			t.Errorf("a letter holds what somebody typed: %q", m.Text)
		}
	}
	// Done: what is open is withdrawn, and nothing more comes.
	if mine, err := h.Reminders(t.Context(), person("dora")); err != nil || !hasTask(mine, 1) {
		t.Fatalf("dora's reminders %+v, %v", mine, err)
	}
	must(t, h.desk.CompleteTask(t.Context(), ana, h.ref, "1", ""))
	if mine, _ := h.Reminders(t.Context(), person("dora")); hasTask(mine, 1) {
		t.Error("a task that is done is still on the list")
	}
	before := len(w.posts)
	must(t, h.Tick(t.Context()))
	h.store.Clock.Advance(time.Hour)
	must(t, h.Tick(t.Context()))
	for _, p := range w.posts[before:] {
		if strings.Contains(p.Text, "task 1") {
			t.Errorf("reminded of a task that is done: %+v", p.StaffMessage)
		}
	}
	if len(h.timeline(t, "reminder.withdrawn")) != 1 {
		t.Error("the timeline does not say that it was withdrawn")
	}
}

func hasTask(list []outbox.Reminder, n int) bool {
	return slices.ContainsFunc(list, func(r outbox.Reminder) bool { return r.Deadline.TaskNumber == n })
}

// A deadline that moves is another one: the old reminder goes, the new one comes.
func TestAMovedDeadlineIsRemindedAnew(t *testing.T) {
	h, w, _ := manned(t, false)
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-time.Hour))
	must(t, h.Tick(t.Context()))
	must(t, h.desk.SetMilestone(t.Context(), ana, h.ref, casework.SetMilestone{Milestone: incident.Aware, At: h.store.Clock.Now().Add(-49 * time.Hour), Zone: "Europe/Berlin", Reason: "the log was read again"}))
	moved := h.supervisor(t)
	if moved.Due.Equal(c.Due) {
		t.Fatal("the deadline did not move")
	}
	if mine, err := h.Reminders(t.Context(), person("cora")); err != nil || slices.ContainsFunc(mine, func(r outbox.Reminder) bool { return r.Deadline.Rule == c.Rule && r.Deadline.Due.Equal(c.Due) }) {
		t.Errorf("the old deadline is still on the list: %v", err)
	}
	before := len(w.posts)
	must(t, h.Tick(t.Context()))
	n := 0
	for _, p := range w.posts[before:] {
		if strings.Contains(p.Text, c.Regime+", "+c.Recipient+", is due in 23h0m0s") && p.To == "T1/CORA" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d reminders of the moved deadline", n)
	}
}

// A compromised channel is not used, the record says so, and the others carry on.
func TestACompromisedChannelIsLeftOut(t *testing.T) {
	for _, channel := range []incident.Channel{incident.ChannelSlack, incident.ChannelMail} {
		t.Run(string(channel), func(t *testing.T) {
			h, w, post := manned(t, false)
			must(t, h.desk.MarkChannel(t.Context(), ana, h.ref, channel, true))
			c := h.supervisor(t)
			h.store.Clock.Set(c.Due.Add(-20 * time.Minute))
			before := len(w.posts)
			must(t, h.Tick(t.Context()))
			posts, letters := len(w.posts)-before, len(post.letters)
			if (posts > 0) == (channel == incident.ChannelSlack) || (letters > 0) == (channel == incident.ChannelMail) {
				t.Errorf("%d posts, %d letters", posts, letters)
			}
			if said := h.timeline(t, "reminder.make"); !slices.ContainsFunc(said, func(e incident.TimelineEntry) bool { return strings.Contains(e.Text, "marked as compromised") }) {
				t.Errorf("the timeline says %+v", said)
			}
			if mine, err := h.Reminders(t.Context(), person("cora")); err != nil || len(mine) == 0 {
				t.Errorf("the console shows %d, %v", len(mine), err)
			}
		})
	}
}

// What was made before a channel was marked is not handed over after it.
func TestWhatWaitsIsHeldByAMark(t *testing.T) {
	h, w, post := manned(t, false)
	w.answer = func(int) notify.Outcome { return notify.Deferred }
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-20 * time.Minute))
	must(t, h.Tick(t.Context()))
	must(t, h.desk.MarkChannel(t.Context(), ana, h.ref, incident.ChannelSlack, true))
	w.answer, post.letters = nil, nil
	before := len(w.posts)
	h.store.Clock.Advance(5 * time.Minute)
	must(t, h.Tick(t.Context()))
	if n := len(w.posts) - before; n != 0 {
		t.Errorf("%d posts after the mark", n)
	}
	made, err := h.CaseReminders(t.Context(), ana, h.ref)
	must(t, err)
	for _, r := range made {
		for _, hand := range r.Hands {
			if hand.Channel == "slack" && (hand.State != outbox.Withheld || !strings.Contains(hand.Receipt.Detail, "compromised")) {
				t.Errorf("%+v", hand)
			}
		}
	}
}

func TestARestrictedIncidentRemindsItsPeopleAlone(t *testing.T) {
	h, w, post := manned(t, false)
	must(t, h.desk.Restrict(t.Context(), ana, h.ref, true))
	task := h.task(t, casework.NewTask{Assignee: "rene"}, 3*time.Hour) // rene has no part in it
	before := len(w.posts)
	h.store.Clock.Set(task.Due.Add(-2 * time.Hour))
	must(t, h.Tick(t.Context()))
	if got := w.to(*task.Due, "task 1"); got[2*time.Hour] != "ana" {
		t.Errorf("reminded %v", got)
	}
	h.store.Clock.Set(h.supervisor(t).Due)
	must(t, h.Tick(t.Context()))
	if len(w.posts) == before {
		t.Error("its people were not reminded")
	}
	for _, p := range w.posts[before:] {
		if p.To == "" || p.To == "T1/RENE" {
			t.Errorf("posted %+v", p.StaffMessage)
		}
	}
	for _, m := range post.letters {
		if strings.HasPrefix(m.To, "rene") || strings.HasPrefix(m.To, "otto") {
			t.Errorf("a letter to %s", m.To)
		}
	}
	if mine, _ := h.Reminders(t.Context(), person("rene", incident.GrantResponder)); len(mine) != 0 {
		t.Errorf("somebody without a part in it reads %+v", mine)
	}
}

// A drill is reminded of inside, and says so everywhere.
func TestADrillsRemindersStayInside(t *testing.T) {
	h, w, post := manned(t, true)
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due)
	before := len(w.posts)
	must(t, h.Tick(t.Context()))
	if len(w.posts) == before || len(post.letters) != 0 {
		t.Errorf("%d posts, %d letters", len(w.posts)-before, len(post.letters))
	}
	for _, p := range w.posts[before:] {
		if !p.Drill {
			t.Errorf("does not say that it is a drill: %+v", p.StaffMessage)
		}
	}
	mine, err := h.Reminders(t.Context(), person("cora"))
	must(t, err)
	if len(mine) == 0 || !mine[0].Drill {
		t.Errorf("the console shows %+v", mine)
	}
}

func TestAcknowledging(t *testing.T) {
	h, _, _ := manned(t, false)
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-24 * time.Hour))
	must(t, h.Tick(t.Context()))
	mine, err := h.Reminders(t.Context(), person("cora"))
	must(t, err)
	if len(mine) == 0 {
		t.Fatal("cora has no reminder")
	}
	id := mine[0].ID
	_, err = h.AcknowledgeReminder(t.Context(), otto, id) // it did not go to him
	wantKind(t, err, incident.NotFound)
	for range 2 { // twice is once
		r, err := h.AcknowledgeReminder(t.Context(), person("cora"), id)
		must(t, err)
		if r.AcknowledgedBy != "cora" || r.AcknowledgedAt == nil {
			t.Errorf("%+v", r)
		}
	}
	if said := h.timeline(t, "reminder.acknowledge"); len(said) != 1 || said[0].By != "cora" {
		t.Errorf("the timeline says %+v", said)
	}
	h.store.Clock.Set(c.Due.Add(-8 * time.Hour))
	must(t, h.Tick(t.Context()))
	_, err = h.AcknowledgeReminder(t.Context(), person("cora"), id) // a later one took its place
	wantKind(t, err, incident.NotFound)
}

func TestARefusedReminderIsOnRecord(t *testing.T) {
	h, _, post := manned(t, false)
	post.answer = notify.Rejected
	c := h.supervisor(t)
	h.store.Clock.Set(c.Due.Add(-24 * time.Hour))
	must(t, h.Tick(t.Context()))
	n := len(post.letters)
	h.store.Clock.Advance(time.Hour)
	must(t, h.Tick(t.Context()))
	if len(post.letters) != n {
		t.Errorf("a refused letter was sent again")
	}
	if said := h.timeline(t, "reminder.outcome"); len(said) == 0 || !strings.Contains(said[0].Text, "mail was refused") {
		t.Errorf("the timeline says %+v", said)
	}
}

// Nobody is reminded of what has ended.
func TestAClosedIncidentIsSilent(t *testing.T) {
	h, w, _ := manned(t, false)
	task := h.task(t, casework.NewTask{Assignee: "ana"}, time.Hour)
	must(t, h.Tick(t.Context()))
	must(t, h.desk.CloseIncident(t.Context(), ana, h.ref, "No data left the house.", false))
	before := len(w.posts)
	h.store.Clock.Set(*task.Due)
	must(t, h.Tick(t.Context()))
	for _, p := range w.posts[before:] {
		if strings.Contains(p.Text, "due") {
			t.Errorf("posted %+v", p.StaffMessage)
		}
	}
	if mine, _ := h.Reminders(t.Context(), ana); len(mine) != 0 {
		t.Errorf("the console shows %+v", mine)
	}
}

// What is due together is one message to a person, and one record each.
func TestDeadlinesOfARoundAreOneMessage(t *testing.T) {
	h, w, post := manned(t, false)
	var last *incident.Task
	for range 12 {
		last = h.task(t, casework.NewTask{Assignee: "ana"}, 3*time.Hour)
	}
	h.store.Clock.Set(last.Due.Add(-2 * time.Hour))
	before := len(w.posts)
	must(t, h.Tick(t.Context()))
	posts := w.posts[before:]
	posts = slices.DeleteFunc(posts, func(p wallPost) bool { return !strings.Contains(p.Text, "task") })
	if len(posts) != 1 || len(post.letters) != 1 {
		t.Fatalf("%d posts, %d letters", len(posts), len(post.letters))
	}
	if m := post.letters[0]; !strings.Contains(m.Subject, "12 deadlines") || strings.Count(m.Text, "\n- task") != 10 || !strings.Contains(m.Text, "And 2 more.") {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	if p := posts[0]; p.Acknowledge != "" || !strings.HasSuffix(p.Link, "/reminders") || !strings.Contains(p.Text, "12 deadlines. task 1, is due in 2h0m0s") {
		t.Errorf("%+v", p.StaffMessage)
	}
	mine, err := h.Reminders(t.Context(), ana)
	must(t, err)
	if len(mine) != 12 {
		t.Errorf("%d reminders on record", len(mine))
	}
	for _, r := range mine {
		for _, hand := range r.Hands {
			if hand.State != outbox.Accepted {
				t.Errorf("%+v", hand)
			}
		}
	}
}
