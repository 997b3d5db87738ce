package web_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// A large file on its way, in a real browser: it is stopped, the page is loaded
// again, the same file goes on where it was, and is given up in the end.
func TestALargeFileInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := desk(t, time.Now())
	dir := t.TempDir()
	big, small := filepath.Join(dir, "big.csv"), filepath.Join(dir, "bills.csv")
	must(t, os.WriteFile(small, []byte(billsText), 0o600))
	must(t, os.WriteFile(big, nil, 0o600))
	must(t, os.Truncate(big, 1_500_000_000))
	ada := incident.Principal{ID: w.ids["Ada Lind"], Grants: []incident.Grant{incident.GrantResponder}, Source: incident.FromConsole}
	number := w.base[len("/incidents/"):]
	sc := w.site.Screen(t, chromium, 1280, false)
	link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
	must(t, err)
	sc.Visit(link)

	asks := func(script string, until func(float64) bool) float64 {
		t.Helper()
		for range 400 {
			n, err := chromedp.Run(sc.Context(), chromedp.Evaluate[float64](script))
			must(t, err)
			if until(n) {
				return n
			}
			time.Sleep(25 * time.Millisecond)
		}
		t.Fatalf("%s: it never came to that", script)
		return 0
	}
	const come = `document.querySelector(".transfers progress")?.position ?? 0`
	send := func(atLeast float64) float64 {
		t.Helper()
		sc.Visit(w.base + "/affected/new")
		must(t, chromedp.Do(sc.Context(),
			chromedp.SetUploadFiles(chromedp.CSS("#directory"), []string{big}), chromedp.SetUploadFiles(chromedp.CSS("#exposures"), []string{small}),
			chromedp.Click(chromedp.CSS("form.exports button[type=submit]"))))
		asks(come, func(share float64) bool { return share > atLeast })
		if atLeast == 0 {
			sc.Look("a file on its way")
		}
		must(t, chromedp.Do(sc.Context(), chromedp.Click(chromedp.CSS(".transfers-stop"))))
		asks(`Number(document.querySelector(".transfers-state").textContent.startsWith("Stopped. What has come is kept"))`, func(n float64) bool { return n == 1 })
		asks(`Number(document.querySelector("form.exports button[type=submit]").disabled)`, func(n float64) bool { return n == 0 })
		return asks(come, func(float64) bool { return true })
	}
	first := send(0)
	all, err := w.site.Desk.Transfers(context.Background(), ada, number)
	must(t, err)
	if len(all) != 1 || all[0].Offset == 0 || all[0].Offset == all[0].Size {
		t.Fatalf("%+v", all)
	}
	second := send(first * 0.9)
	again, err := w.site.Desk.Transfers(context.Background(), ada, number)
	must(t, err)
	if len(again) != 1 || again[0].ID != all[0].ID || again[0].Offset < all[0].Offset || second < first*0.9 {
		t.Errorf("it did not go on where it was: %+v, before %+v", again, all)
	}
	sc.Visit(w.base + "/affected/new")
	must(t, chromedp.Do(sc.Context(), chromedp.Click(chromedp.CSS(`form[action$="/drop"] button`))))
	asks(`Number(document.body.textContent.includes("given up"))`, func(n float64) bool { return n == 1 })
	if left, err := w.site.Desk.Transfers(context.Background(), ada, number); err != nil || len(left) != 0 {
		t.Errorf("%+v %v", left, err)
	}
}
