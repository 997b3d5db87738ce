package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/web/webtest"
)

// anybody asks for a public page as anybody does.
func anybody(w *walked, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Cookie", "session=stolen")
	for _, fn := range change {
		fn(r)
	}
	rec := httptest.NewRecorder()
	w.site.Web.ServeHTTP(rec, r)
	return rec
}

// toAll writes and approves a notice to all with words that try to be markup.
func (w *walked) toAll(t *testing.T) {
	t.Helper()
	page := w.ada.Get(w.base + "/substitute").Body
	duty := find(t, page, `name="obligations" value="([^"]+)"`)
	draft := done(t, w.ada, w.base+"/substitute", url.Values{"obligations": {duty}}).Location
	body := w.ada.Get(draft).Body
	source := htmlText(find(t, body, `(?s)<textarea[^>]*name="source"[^>]*>\n?(.*?)</textarea>`))
	done(t, w.ada, draft+"/edit", url.Values{"subject": {`Notice of a data breach "<img src=x>`}, "source": {source + "\n\nAsk [us](javascript:alert(1)) & mention 1 < 2."}})
	digest := find(t, w.bo.Get(draft).Body, `name="digest" value="([0-9a-f]{64})"`)
	done(t, w.bo, draft+"/approve", url.Values{"digest": {digest}})
}

func htmlText(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(s)
}

// publication is the form to publish, as the page has it for the person.
func publication(t *testing.T, page string) url.Values {
	t.Helper()
	return url.Values{"draft": {find(t, page, `name="draft" value="([^"]+)"`)}, "digest": {find(t, page, `name="digest" value="([0-9a-f]{64})"`)}}
}

func TestANoticeToAllThroughItsPages(t *testing.T) {
	w := work(t)
	if body := anybody(w, "/notices").Body.String(); !strings.Contains(body, "There is no notice at present.") {
		t.Errorf("the list:\n%s", body)
	}
	w.toAll(t)
	holds(t, "counsel's page", w.bo.Get(w.base+"/substitute").Body, "Substitute notice</h1>", "Approved</span>")
	page := w.chidi.Get(w.base + "/substitute").Body
	holds(t, "the page", page, "Publish it", "Duties that allow or ask for it", "End of its address")
	form := publication(t, page)
	if got := w.bo.Post(w.base+"/substitute/publish", form); got.Status != http.StatusForbidden {
		t.Errorf("%d for somebody who may not publish", got.Status)
	}
	form.Set("slug", "../Letter")
	if got := w.chidi.Post(w.base+"/substitute/publish", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `value="../Letter"`) || !strings.Contains(got.Body, "single hyphens") {
		t.Errorf("a bad slug: %d", got.Status)
	}
	form.Set("slug", "help-desk")
	form.Set("until", "tomorrow")
	if got := w.chidi.Post(w.base+"/substitute/publish", form); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a bad date: %d", got.Status)
	}
	form.Del("until")
	done(t, w.chidi, w.base+"/substitute/publish", form)

	got := anybody(w, "/notices/help-desk")
	body, h := got.Body.String(), got.Header()
	if got.Code != http.StatusOK {
		t.Fatalf("%d %s", got.Code, body)
	}
	holds(t, "the notice", body, `<html lang="en">`, "Kestrel Mutual Insurance", "Notice of a data breach", "&lt;img src=x&gt;", "1 &lt; 2")
	for _, bad := range []string{"<script", "<img", `href="javascript`, "<form", "<link", "noindex"} {
		if strings.Contains(body, bad) {
			t.Errorf("the notice has %s", bad)
		}
	}
	if h.Get("Set-Cookie") != "" || h.Get("X-Robots-Tag") != "" || h.Get("Cache-Control") != "public, max-age=300" || h.Get("Content-Language") != "en" ||
		!regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'none'; frame-ancestors 'none'; base-uri 'none'$`).MatchString(h.Get("Content-Security-Policy")) {
		t.Errorf("headers: %v", h)
	}
	tag := h.Get("ETag")
	if len(tag) != 66 {
		t.Errorf("ETag %s", tag)
	}
	again := anybody(w, "/notices/help-desk", func(r *http.Request) { r.Header.Set("If-None-Match", tag) })
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("asked again: %d", again.Code)
	}
	if again := anybody(w, "/notices/help-desk", func(r *http.Request) { r.Header.Set("If-None-Match", `"other"`) }); again.Code != http.StatusOK || again.Body.String() != body {
		t.Errorf("another version: %d", again.Code)
	}
	list := anybody(w, "/notices", func(r *http.Request) { r.Header.Set("Accept-Language", "de") })
	holds(t, "the list", list.Body.String(), `<html lang="de">`, `href="/notices/help-desk"`, "Veröffentlicht am", "&lt;img src=x&gt;")
	if strings.Contains(list.Body.String(), "noindex") || list.Header().Get("X-Robots-Tag") != "" || list.Header().Get("Set-Cookie") != "" || list.Header().Get("ETag") == "" {
		t.Errorf("the list's headers: %v", list.Header())
	}

	unknown := anybody(w, "/notices/unknown").Body.String()
	for _, path := range []string{"/notices/HELP-DESK", "/notices/help-desk%00", "/notices/help%2ddesk%20", "/notices/..%2fhelp-desk", "/notices/%2e%2e", "/notices/-", "/notices/" + strings.Repeat("a", 5000)} {
		got := anybody(w, path)
		if got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "attachments") || got.Header().Get("Set-Cookie") != "" {
			t.Errorf("%.40s: %d", path, got.Code)
		}
		if !strings.Contains(path, "%2f") && got.Body.String() != unknown {
			t.Errorf("%.40s has an answer of its own", path)
		}
	}
	page = w.chidi.Get(w.base + "/substitute").Body
	holds(t, "the page", page, "/notices/help-desk", "Up</span>", "approved by Bo Quist", "Take it down")
	notice := find(t, page, `action="([^"]+)/withdraw"`)
	if kept := w.ada.Get(notice + "/page"); kept.Body != body {
		t.Error("the page that is kept is not the one that is served")
	}
	if got := w.chidi.Post(notice+"/withdraw", url.Values{"reason": {""}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", got.Status)
	}
	done(t, w.chidi, notice+"/withdraw", url.Values{"reason": {"Everybody was reached."}, "early": {"yes"}})
	gone := anybody(w, "/notices/help-desk", func(r *http.Request) { r.Header.Set("If-None-Match", tag) })
	if gone.Code != http.StatusNotFound || strings.Contains(gone.Body.String(), "help-desk") || gone.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("taken down: %d %v", gone.Code, gone.Header())
	}
	if gone.Body.String() != anybody(w, "/notices/unknown").Body.String() {
		t.Error("one that was taken down has an answer of its own")
	}
	holds(t, "the page", w.ada.Get(w.base+"/substitute").Body, "Withdrawn</span>", "Everybody was reached.", "Taken down by Chidi")
	holds(t, "the timeline", w.ada.Get(w.base+"/timeline").Body, "Public notice at /notices/help-desk", "taken down: Everybody was reached.")
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		rec := httptest.NewRecorder()
		w.site.Web.ServeHTTP(rec, httptest.NewRequest(method, "/notices/help-desk", nil))
		if rec.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, rec.Code)
		}
	}
}

func TestNoticesToAllInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	w.toAll(t)
	for n, size := range []struct {
		width int64
		dark  bool
		lang  string
	}{{1280, false, "en"}, {375, true, "de"}, {375, false, "fr"}, {1280, true, "pl"}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(t.Context(), w.ids["Chidi Okafor-Wennerstrom"])
		must(t, err)
		sc.Visit(link)
		see := func(path, name string) {
			must(t, chromedp.Do(sc.Context(), chromedp.Navigate(w.site.URL+path), chromedp.Func(openAll)))
			sc.Look(fmt.Sprint(name, " ", n))
		}
		see(w.base+"/substitute", "notice to all, case")
		if n == 0 {
			form := publication(t, w.chidi.Get(w.base+"/substitute").Body)
			form.Set("slug", "help-desk")
			done(t, w.chidi, w.base+"/substitute/publish", form)
			see(w.base+"/substitute", "notice to all, published")
		}
		see("/notices?lang="+size.lang, "notices in "+size.lang)
		see("/notices/help-desk", "notice")
		see("/notices/other?lang="+size.lang, "notice unknown in "+size.lang)
	}
}
