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
)

// wall is a channel that staff read. It keeps what was posted, and when.
type wall struct {
	now    func() time.Time
	posts  []wallPost
	answer func(n int) notify.Outcome // to the nth post, from 1
}

type wallPost struct {
	notify.StaffMessage
	at time.Time
}

func (w *wall) Name() string { return "wall" }

func (w *wall) Post(_ context.Context, m notify.StaffMessage) notify.Receipt {
	w.posts = append(w.posts, wallPost{m, w.now()})
	if w.answer == nil {
		return notify.Receipt{Outcome: notify.Accepted}
	}
	return notify.Receipt{Outcome: w.answer(len(w.posts))}
}

// about gives when lines with all of the words were posted.
func (w *wall) about(words ...string) []time.Time {
	var out []time.Time
	for _, p := range w.posts {
		if !slices.ContainsFunc(words, func(s string) bool { return !strings.Contains(p.Text, s) }) {
			out = append(out, p.at)
		}
	}
	return out
}

// watch builds a house whose staff read a wall.
func watch(t *testing.T) (*house, *wall) {
	t.Helper()
	h := build(t, nil)
	w := &wall{now: h.store.Clock.Now}
	h.Staff = w
	return h, w
}

// timeline gives the entries of one act, newest first.
func (h *house) timeline(t *testing.T, act string) []incident.TimelineEntry {
	t.Helper()
	all, err := h.desk.Timeline(t.Context(), ana, h.ref, 0)
	must(t, err)
	return slices.DeleteFunc(all, func(e incident.TimelineEntry) bool { return e.Act != act })
}

func TestWhatStaffMustNotReadIsNotPosted(t *testing.T) {
	for name, hide := range map[string]func(h *house) error{
		"a restricted incident": func(h *house) error { return h.desk.Restrict(t.Context(), ana, h.ref, true) },
		"a channel in the attacker's hands": func(h *house) error {
			return h.desk.MarkChannel(t.Context(), ana, h.ref, incident.ChannelSlack, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := watch(t)
			h.open(t, false)
			h.settle(t, 3)
			must(t, h.Tick(t.Context()))
			if n := len(w.about("was opened")); n != 1 {
				t.Fatalf("%d lines say that it was opened", n)
			}
			must(t, hide(h))
			c := h.supervisor(t)
			h.store.Clock.Set(c.Due)
			before := len(w.posts)
			must(t, h.Tick(t.Context()))
			if n := len(w.posts) - before; n != 0 {
				t.Errorf("%d lines were posted all the same", n)
			}
			if said := h.timeline(t, "staff.withheld"); len(said) == 0 {
				t.Error("the timeline does not say that nothing was posted")
			}
		})
	}
}

// What was queued before an incident was hidden must not be posted afterwards.
func TestHidingHoldsWhatWaits(t *testing.T) {
	for name, hide := range map[string]func(h *house) error{
		"a restricted incident": func(h *house) error { return h.desk.Restrict(t.Context(), ana, h.ref, true) },
		"a channel in the attacker's hands": func(h *house) error {
			return h.desk.MarkChannel(t.Context(), ana, h.ref, incident.ChannelSlack, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := watch(t)
			h.open(t, false) // "was opened" waits
			must(t, hide(h))
			must(t, h.Tick(t.Context()))
			h.store.Clock.Advance(time.Hour)
			must(t, h.Tick(t.Context()))
			if len(w.posts) != 0 {
				t.Errorf("posted %+v", w.posts[0].StaffMessage)
			}
			if n := len(h.timeline(t, "staff.withheld")); n != 1 {
				t.Errorf("the timeline says so %d times", n)
			}
		})
	}
}

func TestADeferredLineIsTriedAgain(t *testing.T) {
	h, w := watch(t)
	w.answer = func(n int) notify.Outcome {
		if n < 3 {
			return notify.Deferred
		}
		return notify.Accepted
	}
	h.open(t, false)
	begin := h.store.Clock.Now()
	for range 20 {
		must(t, h.Tick(t.Context()))
		h.store.Clock.Advance(time.Minute)
	}
	var at []time.Duration
	for _, p := range w.about("was opened") {
		at = append(at, p.Sub(begin))
	}
	// A minute after the first, four after the second, then it was taken.
	if want := []time.Duration{0, time.Minute, 5 * time.Minute}; !slices.Equal(at, want) {
		t.Errorf("tried after %v, want %v", at, want)
	}
}

func TestARefusedOrUncertainLineIsNotRepeated(t *testing.T) {
	for _, o := range []notify.Outcome{notify.Rejected, notify.Uncertain} {
		h, w := watch(t)
		w.answer = func(int) notify.Outcome { return o }
		h.open(t, false)
		for range 5 {
			must(t, h.Tick(t.Context()))
			h.store.Clock.Advance(time.Hour)
		}
		if n := len(w.about("was opened")); n != 1 {
			t.Errorf("%s: posted %d times", o, n)
		}
	}
}

// A program that ends between the attempt and its outcome does not know whether
// the line was posted; the next one does not post it again.
func TestACrashWhilePostingDoesNotPostTwice(t *testing.T) {
	h, w := watch(t)
	w.answer = func(int) notify.Outcome { panic("the program ends here") }
	h.open(t, false)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it went on")
			}
		}()
		_ = h.Tick(t.Context())
	}()
	h.store.Reopen(t)
	h.DB = h.store.DB
	w.answer = nil
	for range 3 {
		must(t, h.Tick(t.Context()))
		h.store.Clock.Advance(time.Hour)
	}
	if n := len(w.about("was opened")); n != 1 {
		t.Errorf("posted %d times", n)
	}
}

// A drill says so in every line.
func TestADrillSaysSoToStaff(t *testing.T) {
	h, w := watch(t)
	_, err := h.desk.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Practice", Kind: "ransomware", Severity: incident.High, Drill: true})
	must(t, err)
	must(t, h.Tick(t.Context()))
	if len(w.posts) != 1 || !w.posts[0].Drill {
		t.Errorf("posted %+v", w.posts)
	}
}
