package web_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/web/webtest"
)

// The workbench in a real browser: files sent in pieces by the page's own
// script, then every page on a desk and on a phone, in the light and in the dark.
func TestTheWorkbenchInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := desk(t, time.Now())
	dir := t.TempDir()
	for name, text := range map[string]string{"kunden.csv": directoryText, "tickets.csv": ticketsText, "bills.csv": billsText} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	pages := []string{w.base + "/affected/new"}
	for n, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
		must(t, err)
		sc.Visit(link)
		sc.Visit(w.base + "/affected")
		if n == 0 {
			sc.Visit(w.base + "/affected/new")
			must(t, chromedp.Do(sc.Context(),
				chromedp.SetUploadFiles(chromedp.CSS("#directory"), []string{filepath.Join(dir, "kunden.csv")}),
				chromedp.SetUploadFiles(chromedp.CSS("#exposures"), []string{filepath.Join(dir, "tickets.csv"), filepath.Join(dir, "bills.csv")}),
				chromedp.Click(chromedp.CSS("form.exports button[type=submit]")), chromedp.WaitVisible(chromedp.CSS(".mapping"))))
			sc.Look("mapping after the script sent the files")
			w.match(t)
			first := w.run
			w.settle(t)
			done(t, w.ada, w.base+"/affected/exclusions", url.Values{"kind": {"duplicate"}, "why": {"Reached as another customer."}, "customer_ids": {"1004"}})
			w.match2(t)
			pages = append(pages, first, w.run, w.run+"/conflicts", find(t, w.ada.Get(w.run+"/conflicts").Body, `href="([^"]+/conflicts/\d+)"`), w.run+"/search", w.run+"/add",
				w.base+"/affected/exclusions", w.base+"/affected/compare?before="+first[len(first)-36:]+"&after="+w.run[len(w.run)-36:], w.base+"/affected/export", w.upload(t), w.base+"/affected")
		}
		for _, path := range pages {
			sc.Visit(path)
		}
	}
}

// match2 matches the files of the run once more, with other meanings.
func (w *walked) match2(t *testing.T) {
	t.Helper()
	w.run = done(t, w.ada, w.run+"/repeat", nil).Location
	form := mappingOf()
	form.Del("e1.customer_id")
	form.Set("e1.customer_id", "customer")
	form.Set("e0.elements", "email")
	done(t, w.ada, w.run+"/run", form)
	w.site.Desk.Wait()
}
