package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/web/webtest"
)

// reminded goes to two hours before the supervisory authority is to be told.
func (w *walked) reminded(t *testing.T) {
	t.Helper()
	done(t, w.ada, w.base+"/tasks/new", url.Values{"title": {"Ask the vendor for its logs"}, "phase": {"contain"}, "role": {"commander"}, "due": {w.site.Store.Clock.Now().Add(72 * time.Hour).UTC().Format("2006-01-02T15:04")}})
	w.site.Store.Clock.Advance(66 * time.Hour)
	must(t, w.site.Outbox.Tick(context.Background()))
	for name, b := range map[string]*webtest.Browser{"Ada Lind": w.ada, "Bo Quist": w.bo, "Chidi Okafor-Wennerstrom": w.chidi} {
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids[name]) // their sessions have ended meanwhile
		must(t, err)
		b.Get(link)
	}
}

func TestRemindersAreAcknowledged(t *testing.T) {
	w := work(t)
	if got := w.bo.Get("/reminders"); !strings.Contains(got.Body, "You are reminded of nothing") {
		t.Error("the empty page does not say what will be here")
	}
	w.reminded(t)
	page := w.bo.Get("/reminders")
	for _, want := range []string{"it is yours", "for the recipient", "Acknowledge", `<a href="/incidents/` + strings.TrimPrefix(w.base, "/incidents/") + `"`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	acts := regexp.MustCompile(`action="(/reminders/[^"]+/acknowledge)"`).FindAllStringSubmatch(page.Body, -1)
	if len(acts) == 0 {
		t.Fatal("nothing can be acknowledged")
	}
	waits := regexp.MustCompile(`[0-9]+ reminders? waits? for your word`)
	if before := w.bo.Get(w.base + "/clocks").Body; !waits.MatchString(before) {
		t.Error("the strip does not say that reminders wait")
	}
	for _, a := range acts {
		done(t, w.bo, a[1], nil)
	}
	after := w.bo.Get("/reminders").Body
	if strings.Contains(after, "/acknowledge") || !strings.Contains(after, "Bo Quist sees to it") || waits.MatchString(w.bo.Get(w.base+"/clocks").Body) {
		t.Error("an acknowledged reminder still waits")
	}
	if got := w.chidi.Post(acts[0][1], nil); got.Status != http.StatusNotFound {
		t.Errorf("somebody who was not reminded: %d", got.Status)
	}
	record := w.ada.Get(w.base + "/reminders").Body
	for _, want := range []string{"Bo Quist", "Console", "Shown", "Acknowledged"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record does not say %q", want)
		}
	}
}

func TestARoleIsHandedOver(t *testing.T) {
	w := work(t)
	form := url.Values{"role": {"commander"}, "to": {w.ids["Bo Quist"]}, "note": {"Contained; the letters wait."}, "stay": {"yes"}, "checked": {"situation", "deadlines"}}
	if got := w.ada.Post(w.base+"/handoff", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "not gone through yet") {
		t.Errorf("a list that was not gone through: %d", got.Status)
	}
	form["checked"] = []string{"situation", "deadlines", "tasks", "decisions", "people", "channels"}
	done(t, w.ada, w.base+"/handoff", form)
	if got := w.ada.Get(w.base + "/timeline").Body; !strings.Contains(got, "Contained; the letters wait.") {
		t.Error("the note is not on the timeline")
	}
	if got := w.ada.Get(w.base + "/handoff"); got.Status != http.StatusConflict {
		t.Errorf("a role that was handed over: %d", got.Status)
	}
}

func TestRemindersInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	w.reminded(t)
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
		must(t, err)
		sc.Visit(link)
		for _, path := range []string{"/reminders", w.base + "/reminders", w.base + "/handoff", w.base} {
			sc.Visit(path)
		}
	}
}
