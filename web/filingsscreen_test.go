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

// Filings in a real browser, on a desk and on a phone, in the light and in the dark.
func TestFilingsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	bo, _ := w.site.Person(t, "Bea Lang", incident.GrantCounsel)
	gdpr := w.form(t, "eu-gdpr-33-1")
	page := w.bo.Get(gdpr).Body
	done(t, w.bo, gdpr+"/freeze", url.Values{"stage": {"initial"}})
	done(t, w.bo, gdpr, url.Values{"section": {section(t, page, "3.5 Measures in place")}, "stage": {"initial"}, "edpb_before": {"Incident log"}, "measures_before": {"Links were long."}})
	done(t, w.bo, gdpr+"/freeze", url.Values{"stage": {"initial"}})
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), bo.ID)
		must(t, err)
		sc.Visit(link)
		for _, path := range []string{w.base + "/filings", gdpr, w.form(t, "us-ma-ag")} {
			sc.Visit(path)
		}
		for name, path := range map[string]string{"filing version": "/versions/2", "filing compared": "/compare?from=1&to=2"} {
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+gdpr+path)))
			sc.Look(name)
		}
		must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+gdpr), chromedp.Func(openAll)))
		sc.Look("form, everything open")
	}
}
