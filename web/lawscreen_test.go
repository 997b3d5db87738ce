package web_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/web/webtest"
)

// The pages of the law, and those that show what it makes of a case, in a real
// browser, on a desk and on a phone, in the light and in the dark.
func TestTheLawInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	bare := done(t, w.ada, "/incidents/new", url.Values{"title": {"A share was open"}, "kind": {"misconfiguration"}, "severity": {"high"}}).Location
	(&walked{site: w.site, ada: w.ada, ids: w.ids, base: bare}).affected(t)
	pages := []string{bare + "/interview", bare + "/facts?questions=all", bare + "/clocks", bare + "/obligations", w.base + "/obligations", "/rules", "/rules?text=encrypted&audience=regulator", "/rules?text=nothing+at+all", "/rules/coverage", "/rules/us-fl-individuals",
		"/rules/eu-dora-19-4", "/rules/us-ny-individuals/2024-12-21?against=2019-10-23", w.base + "/clocks",
		w.base + "/interview", w.base + "/what-if"}
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
		must(t, err)
		sc.Visit(link)
		for _, path := range pages {
			sc.Visit(path)
		}
		must(t, chromedp.Do(sc.Context(), chromedp.SetValue(chromedp.CSS(`select[name="value.incident.encryption"]`), "strong"), chromedp.SetValue(chromedp.CSS(`select[name="value.incident.key"]`), "safe"),
			chromedp.Submit(chromedp.CSS("form.what-if")), chromedp.WaitVisible(chromedp.CSS("#follows"))))
		sc.Look("what follows")
	}
}
