package web_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// Risk, review and contracts in a real browser, on a desk and on a phone, in the
// light and in the dark.
func TestRiskReviewAndContractsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	w.release(t)
	bo, counsel := w.site.Person(t, "Bea Lang", incident.GrantCounsel)
	empty := done(t, w.ada, "/incidents/new", url.Values{"title": {"A mailbox was read"}, "kind": {"mailbox_takeover"}, "severity": {"high"}}).Location
	for _, base := range []string{w.base, empty} {
		done(t, w.ada, base+"/review/ask", url.Values{"question": {"Is the risk to people high, and must the people be told?"}})
	}
	done(t, counsel, w.base+"/review/note", url.Values{"note": {"Watch for a class action in Connecticut."}})
	form := counsel.Get(w.base + "/review").Body
	done(t, counsel, w.base+"/review/remark", url.Values{"obligation": {between(form, `name="obligation" value="`, `"`)}, "remark-" + between(form, `id="remark-`, `"`): {"File early."}})
	done(t, counsel, w.base+"/review/sign", url.Values{"digest": {between(form, `name="digest" value="`, `"`)}, "statement": {"The assessment is right; the letters are another matter."}})
	done(t, w.ada, w.base+"/facts/incident.key", url.Values{"value.incident.key": {"compromised"}, "certainty.incident.key": {"known"}})
	contract := done(t, counsel, "/contracts/new", with(clause(), "do", "keep")).Location
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), bo.ID)
		must(t, err)
		sc.Visit(link)
		for _, path := range []string{w.base + "/risk", empty + "/risk", w.base + "/review", empty + "/review", w.base + "/review/form", "/review", "/contracts", contract, contract + "/edit", "/contracts/new"} {
			sc.Visit(path)
		}
		must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+contract+"/edit"), chromedp.Click(chromedp.CSS(`button[value="preview"]`)), chromedp.WaitVisible(chromedp.CSS("section[role=status]"))))
		sc.Look("contract preview")
		must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+empty+"/risk"), chromedp.Func(openAll)))
		sc.Look("risk, everything open")
	}
}

func openAll(ctx context.Context, _ *chromedp.Target) error {
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(document.querySelectorAll("main details").forEach((d) => { d.open = true; }), true)`))
	return err
}
