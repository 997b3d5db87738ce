package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/notify"
	"tocsin/web/webtest"
)

// guess makes the mail server leave the first few letters without an answer, and
// put off the next.
func (w *walked) guess(unknown, later int) {
	var mu sync.Mutex
	n, seen := 0, map[string]bool{}
	w.site.Mail.Answer = func(m notify.Message) notify.Receipt {
		mu.Lock()
		defer mu.Unlock()
		if seen[m.To] {
			return notify.Receipt{Outcome: notify.Accepted, Code: 250}
		}
		seen[m.To] = true
		switch n++; {
		case n <= 2: // the canary
		case n <= 2+unknown:
			return notify.Receipt{Outcome: notify.Uncertain, Detail: "the line dropped after the message was sent"}
		case n <= 2+unknown+later:
			return notify.Receipt{Outcome: notify.Deferred, Code: 450, Enhanced: "4.2.1"}
		}
		return notify.Receipt{Outcome: notify.Accepted, Code: 250}
	}
}

// until lets the sender run, and the clock, until a page of the mailing says something.
func (w *walked) until(t *testing.T, says string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.site.Outbox.Run(ctx) }()
	defer func() {
		cancel()
		must(t, <-ended)
	}()
	for n := range 300 {
		if strings.Contains(w.chidi.Get(w.mailing).Body, says) {
			return
		}
		if n%20 == 19 {
			w.site.Store.Clock.Advance(2 * time.Minute)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the mailing never says %q\n%s", says, w.chidi.Get(w.mailing).Body)
}

// A letter that nobody knows the end of is looked at, and settled one by one and
// by reason; who was not told, and why, stands row by row.
func TestUncertainLettersThroughTheirPages(t *testing.T) {
	w := work(t)
	w.guess(3, 0)
	w.release(t)
	w.until(t, "Done</span>")
	holds(t, "the mailing", w.chidi.Get(w.mailing).Body, "3 letters are uncertain", w.mailing+"/uncertain", w.mailing+"/not-told")
	page := w.chidi.Get(w.mailing + "/uncertain").Body
	holds(t, "the list", page, "the line dropped after the message was sent", ".1@", "attempt 1", "…@", "Send letters instead")
	if regexp.MustCompile(`(?i)person ?[0-9]`).MatchString(page) {
		t.Error("the page names a person")
	}
	if body := w.bo.Get(w.mailing + "/uncertain").Body; strings.Contains(body, `value="arrived"`) {
		t.Error("somebody who may not release is asked")
	}
	if got := w.bo.Post(w.mailing+"/uncertain", url.Values{"as": {"arrived"}}); got.Status != http.StatusForbidden {
		t.Errorf("%d for somebody who may not", got.Status)
	}
	for _, wrong := range []url.Values{{"as": {"lost"}}, {"as": {"arrived"}, "batch": {"x"}}, {"as": {"arrived"}, "key": {"0"}}} {
		if got := w.chidi.Post(w.mailing+"/uncertain", wrong); got.Status < 400 || !strings.Contains(got.Body, "There is") {
			t.Errorf("%v: %d", wrong, got.Status)
		}
	}
	keys := regexp.MustCompile(`name="key" value="([0-9a-f]+)"`).FindAllStringSubmatch(page, -1)
	if len(keys) != 3 {
		t.Fatalf("%d letters can be settled one by one", len(keys))
	}
	done(t, w.chidi, w.mailing+"/uncertain", url.Values{"as": {"letter"}, "key": {keys[0][1]}, "note": {"the relay keeps no log of that day"}})
	done(t, w.chidi, w.mailing+"/uncertain", url.Values{"as": {"arrived"}, "reason": {"the line dropped after the message was sent"}, "note": {"queued as 4F2A"}})
	holds(t, "the list", w.chidi.Get(w.mailing+"/uncertain").Body, "Nothing is uncertain")
	holds(t, "the mailing", w.chidi.Get(w.mailing).Body, "1 came back", "a letter is sent instead")
	holds(t, "the timeline", w.chidi.Get(w.base+"/timeline").Body, "queued as 4F2A", "the relay keeps no log of that day")
	holds(t, "who was not told", w.chidi.Get(w.mailing+"/not-told").Body, "a letter is sent instead", "Row by row")
}

// Before a mailing is stopped the numbers are restated; then it says who was not
// told and what stays owed.
func TestAMailingIsStopped(t *testing.T) {
	w := work(t)
	w.guess(0, 3)
	w.release(t)
	w.until(t, "The next of them are tried")
	holds(t, "the mailing", w.chidi.Get(w.mailing).Body, "letters a minute", "3 people still to be written to")
	holds(t, "the question", w.chidi.Get(w.mailing+"/stop").Body, "for good?", "Not written to yet", "stay untold")
	if got := w.bo.Get(w.mailing + "/stop"); got.Status != http.StatusForbidden {
		t.Errorf("%d for somebody who may not", got.Status)
	}
	done(t, w.chidi, w.mailing+"/steer", url.Values{"do": {"stop"}})
	holds(t, "the mailing", w.chidi.Get(w.mailing).Body, "Stopped</span>", "were not written to", "those duties stay open")
	holds(t, "who was not told", w.chidi.Get(w.mailing+"/not-told").Body, "put off, and the mailing was stopped before another try", "These duties towards them stay open")
	if got := w.chidi.Get(w.mailing + "/stop"); got.Status != http.StatusConflict {
		t.Errorf("it can be stopped again: %d", got.Status)
	}
}

// The pages of a mailing in a real browser, on a desk and on a phone.
func TestAMailingInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	w.guess(3, 25)
	w.release(t)
	w.until(t, "Held back for now")
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Chidi Okafor-Wennerstrom"])
		must(t, err)
		sc.Visit(link)
		for name, rest := range map[string]string{"mailing": "", "uncertain": "/uncertain", "not told": "/not-told", "stop": "/stop"} {
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+w.mailing+rest)))
			sc.Look(name)
		}
		must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+w.mailing+"/uncertain"), chromedp.Func(openAll)))
		sc.Look("uncertain, everything open")
	}
}
