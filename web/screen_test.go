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

// Every page of accounts, tokens and the log, in a real browser, on a desk and
// on a phone, in the light and in the dark.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	site := webtest.New(t, webtest.Options{})
	site.Store.Clock.Set(time.Now())
	ctx := context.Background()
	setup, err := site.Auth.SetupLink(ctx)
	must(t, err)
	a, b := site.Person(t, "Ada Lind", incident.GrantAdmin, incident.GrantResponder, incident.GrantAuditor)
	site.Person(t, "Bo Quist", incident.GrantCounsel, incident.GrantApprover)
	site.Person(t, "Chidi Okafor-Wennerstrom", incident.GrantResponder)
	b.Post("/tokens", url.Values{"name": {"ticket system"}, "days": {"90"}, "grants": {"responder"}})
	slack, err := site.Auth.SlackLink(ctx, "T01", "U01")
	must(t, err)

	for _, width := range []int64{1280, 375} {
		for _, dark := range []bool{false, true} {
			sc := site.Screen(t, chromium, width, dark)
			for _, path := range []string{"/sign-in", setup, "/nope"} {
				sc.Visit(path)
			}
			link, err := site.Auth.OneTimeLink(ctx, a.ID)
			must(t, err)
			sc.Visit(link)
			for _, path := range []string{"/help", "/account", "/account/password", "/account/confirm", slack, "/users", "/users/new", "/users/" + a.ID,
				"/users/" + a.ID + "/disable", "/tokens", "/audit", "/audit/entries/3"} {
				sc.Visit(path)
			}
			// A form that is sent wrong, and the proof of the log.
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(site.URL+"/users/new"), chromedp.Submit(chromedp.CSS("form.form")), chromedp.WaitVisible(chromedp.CSS(".problems"))))
			sc.Look("wrong form")
			focus, err := chromedp.Run(sc.Context(), chromedp.Evaluate[bool](`document.activeElement.matches(".problems")`))
			must(t, err)
			if !focus {
				t.Error("the summary of problems has not the focus")
			}
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(site.URL+"/audit"), chromedp.Submit(chromedp.CSS(`form[action="/audit/verify"]`)), chromedp.WaitVisible(chromedp.CSS("pre.head"))))
			sc.Look("proof")
		}
	}
}
