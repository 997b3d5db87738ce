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

// Letters in a real browser, on a desk and on a phone, in the light and in the dark.
func TestLettersInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	bo, _ := w.site.Person(t, "Bea Lang", incident.GrantCounsel, incident.GrantApprover)
	draft := w.written(t)
	done(t, w.bo, draft+"/comments", url.Values{"text": {"Which requests? People will ask."}, "passage": {"Attachments to support requests"}})
	done(t, w.bo, draft+"/comments", url.Values{"text": {"Keep the cause out of it until the vendor has answered."}, "privileged": {"yes"}})
	done(t, w.bo, draft+"/return", url.Values{"read": {find(t, w.bo.Get(draft).Body, `name="read" value="([0-9a-f]{64})"`)}, "reason": {"Name the months."}})
	page := w.ada.Get(draft).Body
	source := find(t, page, `(?s)<textarea id="source"[^>]*>(.*?)</textarea>`)
	done(t, w.ada, draft+"/edit", url.Values{"subject": {"Ihre Daten: was im März geschah"}, "source": {unescape(source) + "\n%% afterword\nAuch das noch.\n"}, "why": {"the months are named"}})
	done(t, w.bo, draft+"/approve", url.Values{"digest": {find(t, w.bo.Get(draft).Body, `name="digest" value="([0-9a-f]{64})"`)}})
	done(t, w.ada, w.base+"/facts/wording", url.Values{"notice.what_happened": {"Attachments could be opened by anybody."}, "notice.measures": {"We closed the address."}, "notice.consequences": {"None known."}})
	office := w.toAuthority(t)
	send(t, w.site, w.ada, w.base+"/notices/codes", file{"codes", "codes.csv", "SAFE-0001\nSAFE-0002\n"})
	w.approveAll(t)
	form := w.form(t, "eu-gdpr-33-1")
	done(t, w.ada, form, url.Values{"section": {section(t, w.ada.Get(form).Body, "3.5 Measures in place")}, "stage": {"initial"}, "edpb_before": {"Incident log"}, "measures_before": {"Links were long."}})
	done(t, w.ada, form+"/freeze", url.Values{"stage": {"initial"}})
	done(t, w.bo, form+"/versions/1/approve", url.Values{"digest": {find(t, w.bo.Get(form+"/versions/1").Body, `name="digest" value="([0-9a-f]{64})"`)}})
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), bo.ID)
		must(t, err)
		sc.Visit(link)
		sc.Visit(w.base + "/notices")
		sc.Visit(w.base + "/notices/release")
		sc.Visit(draft)
		for name, path := range map[string]string{"letter to an office": office, "approved form": form + "/versions/1"} {
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+path)))
			sc.Look(name)
		}
		for name, path := range map[string]string{"letter on paper": "?as=letter", "letters compared": "/compare?from=1&to=2", "letter and template": "/compare?from=2&to=0"} {
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+draft+path)))
			sc.Look(name)
		}
		must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+draft), chromedp.Func(openAll)))
		sc.Look("letter, everything open")
	}
}
