package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// righted is a case with people in it, and an officer.
type righted struct {
	*walked
	rita *webtest.Browser
}

func rightsHouse(t *testing.T) *righted {
	t.Helper()
	w := work(t)
	a, rita := w.site.Person(t, "Rita Falk", incident.GrantRights)
	w.ids["Rita Falk"] = a.ID
	return &righted{w, rita}
}

// takeIn makes a request, confirms who asks, and gives its path.
func (h *righted) takeIn(t *testing.T, right, id string) string {
	t.Helper()
	at := done(t, h.rita, "/rights/new", url.Values{"right": {right}, "regime": {"eu-gdpr"}, "zone": {"Europe/Berlin"}, "channel": {"mail"}, "customer_id": {id}, "name": {"Person Seven"}, "words": {"Tell me all."}}).Location
	done(t, h.rita, at+"/identity", url.Values{"identity-outcome": {"confirmed"}, "identity-how": {"call_back"}})
	return at
}

// search looks for somebody for a request and gives the page of what was found.
func (h *righted) search(t *testing.T, at, id string) string {
	t.Helper()
	found := done(t, h.rita, "/rights/search", url.Values{"customer_id": {id}, "request": {strings.TrimPrefix(at, "/rights/")}}).Location
	h.site.Desk.Wait()
	return found
}

func (h *righted) link(t *testing.T, at, id string) {
	t.Helper()
	found := h.search(t, at, id)
	page := h.rita.Get(found).Body
	done(t, h.rita, found+"/link", url.Values{"hits": {find(t, page, `name="hits" value="(\d+)"`)}})
}

func TestAPersonsRightsThroughThePages(t *testing.T) {
	h := rightsHouse(t)
	number := strings.TrimPrefix(h.base, "/incidents/")
	holds(t, "an empty queue", h.rita.Get("/rights").Body, "No request is kept", "Take a request in")
	if got := h.rita.Post("/rights/new", url.Values{"right": {"access"}, "regime": {"eu-gdpr"}, "channel": {"mail"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#name"`) {
		t.Errorf("a request of nobody: %d %s", got.Status, problems(got.Body))
	}
	at := h.takeIn(t, "access", "c7")
	holds(t, at, h.rita.Get(at).Body, "c7", "Tell me all.", "In progress", "Article 12(3)", "Called back", "Search the person")
	if body := h.rita.Get("/rights").Body; !strings.Contains(body, "RR-2026-0001") || strings.Contains(body, ">c7<") || strings.Contains(body, "Seven") {
		t.Error("the queue lacks the request, or names the person")
	}

	found := h.search(t, at, "c7")
	page := h.rita.Get(found)
	holds(t, found, page.Body, number, "By a key", "list 1, row 8", "Link those chosen")
	if strings.Contains(page.Body, "person7@example.org") || strings.ContainsAny(found, "?@") || strings.HasSuffix(found, "/c7") {
		t.Error("a hit is not masked, or its address names the person")
	}
	shown := h.rita.Post(found+"/show", url.Values{"hit": {"0"}})
	holds(t, "the hit shown", shown.Body, "person7@example.org")
	if got := h.rita.Post(found+"/show", url.Values{"hit": {"x"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("hit x: %d", got.Status)
	}
	if got := h.rita.Post(found+"/link", nil); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("nobody chosen: %d", got.Status)
	}
	done(t, h.rita, found+"/link", url.Values{"hits": {"0"}})
	holds(t, at, h.rita.Get(at).Body, at+"/in/"+number, "Make the copy")

	done(t, h.rita, at+"/copy", nil)
	holds(t, at, h.rita.Get(at).Body, "It can be taken once", "Take it")
	taken := h.rita.Post(at+"/copy/take", nil)
	if taken.Status != http.StatusOK || !strings.HasPrefix(taken.Body, "PK") || !strings.Contains(taken.Header.Get("Content-Disposition"), "held-RR-2026-0001.zip") || taken.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the copy: %d %v", taken.Status, taken.Header)
	}
	if got := h.rita.Post(at+"/copy/take", nil); got.Status != http.StatusGone {
		t.Errorf("the copy again: %d", got.Status)
	}

	in := at + "/in/" + number
	done(t, h.rita, in+"/correct", url.Values{"name": {"Person Sieben"}})
	if got := h.rita.Post(in+"/correct", nil); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("an empty correction: %d", got.Status)
	}
	done(t, h.rita, in+"/restrict", nil)
	page = h.rita.Get(in)
	holds(t, in, page.Body, "Corrected", "Restricted", "Person Sieben", "Person 7", "Lift the restriction")
	mark := find(t, page.Body, `name="mark" value="([0-9a-f-]+)"`)
	if got := h.rita.Post(in+"/lift", url.Values{"mark": {mark}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#told_at"`) {
		t.Errorf("lifted without telling: %d %s", got.Status, problems(got.Body))
	}
	done(t, h.rita, in+"/notice", url.Values{"mark": {mark}, "reason": {"Article 34 GDPR"}})
	plan := h.rita.Get(in + "/erase")
	holds(t, in+"/erase", plan.Body, "A duty is open", "Refuse with the ground", "Uploaded files destroyed")
	if got := h.rita.Post(in+"/erase", nil); got.Status != http.StatusConflict || strings.Contains(got.Body, `class="danger"`) {
		t.Errorf("erased in spite of a duty: %d", got.Status)
	}

	if got := h.rita.Post(at+"/decide", url.Values{"decide-outcome": {"refused"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#decide-basis"`) {
		t.Errorf("a refusal without ground: %d %s", got.Status, problems(got.Body))
	}
	done(t, h.rita, at+"/decide", url.Values{"decide-outcome": {"granted"}})
	told := h.site.Store.Clock.Now().UTC().Format("2006-01-02T15:04:05")
	done(t, h.rita, at+"/answer", url.Values{"answer-told_at": {told}})
	holds(t, at, h.rita.Get(at).Body, "Granted", "Erase who asked")
	if got := h.rita.Post(at+"/forget", nil); got.Status != http.StatusConflict { // restricted still
		t.Errorf("forgotten while a restriction stands: %d", got.Status)
	}
}

// Nobody but an officer opens a page of a request or acts on one; auditors see
// the queue, and nothing in it leads to a person.
func TestRightsAreClosedToOthers(t *testing.T) {
	h := rightsHouse(t)
	at := h.takeIn(t, "access", "c7")
	h.link(t, at, "c7")
	found := h.search(t, at, "c7")
	number := strings.TrimPrefix(h.base, "/incidents/")
	_, olga := h.site.Person(t, "Olga Prior", incident.GrantAuditor)
	_, adam := h.site.Person(t, "Adam Ruhl", incident.GrantAdmin)
	for name, b := range map[string]*webtest.Browser{"responder": h.ada, "approver": h.chidi, "auditor": olga, "admin": adam} {
		for _, path := range []string{at, "/rights/new", "/rights/search", found, at + "/in/" + number, at + "/in/" + number + "/erase", at + "/forget"} {
			if got := b.Get(path); got.Status != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", name, path, got.Status)
			}
		}
		for _, path := range []string{"/rights/new", "/rights/search", found + "/show", found + "/link", found + "/cancel", at + "/identity", at + "/decide", at + "/answer", at + "/extend", at + "/withdraw", at + "/copy", at + "/copy/take",
			at + "/forget", at + "/in/" + number + "/correct", at + "/in/" + number + "/restrict", at + "/in/" + number + "/lift", at + "/in/" + number + "/notice", at + "/in/" + number + "/erase"} {
			if got := b.Post(path, url.Values{"hit": {"0"}}); got.Status != http.StatusForbidden && got.Status != http.StatusSeeOther || strings.Contains(got.Body, "person7@") {
				t.Errorf("%s posts to %s: %d", name, path, got.Status)
			} else if got.Status == http.StatusSeeOther && !strings.HasPrefix(got.Location, "/account/confirm") {
				t.Errorf("%s posts to %s and is sent to %s", name, path, got.Location)
			}
		}
	}
	if got := olga.Get("/rights"); got.Status != http.StatusOK || strings.Contains(got.Body, `href="/rights/RR-`) {
		t.Errorf("an auditor's queue: %d", got.Status)
	}
	if body := olga.Get("/erasures").Body; !strings.Contains(body, `href="/rights" aria-current="page"`) || strings.Contains(body, `>Erasure</a>`) {
		t.Error("an auditor's sections do not lead from requests to erasures")
	}
	if body := adam.Get("/erasures").Body; !strings.Contains(body, `href="/erasures" aria-current="page"`) {
		t.Error("an administrator's sections lack erasures")
	}
	if got := h.ada.Get("/rights"); got.Status != http.StatusForbidden {
		t.Errorf("a responder's queue: %d", got.Status)
	}
	// Counsel may, but a search is its searcher's alone.
	if got := h.bo.Get(found); got.Status != http.StatusNotFound {
		t.Errorf("another's search: %d", got.Status)
	}
	// An officer sees no case by being one.
	if got := h.rita.Get(h.base); got.Status != http.StatusNotFound {
		t.Errorf("the officer opens the case: %d", got.Status)
	}
	if strings.Contains(h.site.Log.String(), "person7") || strings.Contains(h.site.Log.String(), "Seven") {
		t.Error("the log names a person")
	}
}

func TestAnIncidentIsErasedThroughThePages(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	_, rita := site.Person(t, "Rita Falk", incident.GrantRights)
	site.Person(t, "Bo Quist", incident.GrantCounsel)
	holds(t, "an empty list", rita.Get("/erasures").Body, "Nothing has ended yet")
	number := strings.TrimPrefix(base, "/incidents/")
	done(t, ada, base+"/close", url.Values{"how": {"dismissed"}, "outcome": {"The laptop was empty."}})
	at := "/erasures/" + number
	holds(t, "the list", rita.Get("/erasures").Body, number, "Kept")
	if got := rita.Post(at+"/propose", nil); got.Status != http.StatusConflict || !strings.Contains(got.Body, "retention is not over") {
		t.Errorf("proposed early: %d %s", got.Status, problems(got.Body))
	}
	if got := rita.Post(at+"/extend", url.Values{"until": {"2020-01-01"}, "extend-reason": {"x"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#until"`) {
		t.Errorf("extended into the past: %d", got.Status)
	}
	done(t, rita, at+"/hold", url.Values{"hold": {"yes"}, "hold-reason": {"A claim is expected."}})
	site.Store.Clock.Advance(7 * 365 * 24 * time.Hour)
	sign := func(name string) *webtest.Browser { // sessions have ended by now
		_, b := site.Person(t, name+" Later", map[string]incident.Grant{"Rita": incident.GrantRights, "Bo": incident.GrantCounsel, "Olga": incident.GrantAuditor}[name])
		return b
	}
	rita = sign("Rita")
	bo := sign("Bo")
	if got := rita.Post(at+"/propose", nil); got.Status != http.StatusConflict || !strings.Contains(got.Body, "legal hold") {
		t.Errorf("proposed under a hold: %d %s", got.Status, problems(got.Body))
	}
	done(t, rita, at+"/hold", url.Values{"hold": {"no"}, "hold-reason": {"None came."}})
	done(t, rita, at+"/propose", nil)
	if got := rita.Post(at+"/approve", url.Values{"number": {number}}); got.Status != http.StatusForbidden {
		t.Errorf("approved by the proposer: %d", got.Status)
	}
	holds(t, at, bo.Get(at).Body, "Rita Later", "Type "+number)
	if got := bo.Post(at+"/approve", url.Values{"number": {"INC-1"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#number"`) {
		t.Errorf("the wrong number: %d %s", got.Status, problems(got.Body))
	}
	done(t, bo, at+"/approve", url.Values{"number": {number}})
	holds(t, "the list after it", sign("Olga").Get("/erasures").Body, number, "Erased", "Rita Later and Bo Later")
	_, ada2 := site.Person(t, "Ada Later", incident.GrantResponder)
	if got := ada2.Get(base); got.Status != http.StatusGone {
		t.Errorf("the case opens: %d", got.Status)
	}
	if got := ada2.Get("/"); got.Status != http.StatusOK {
		t.Errorf("the list of incidents: %d", got.Status)
	}
	if got := ada2.Get("/erasures"); got.Status != http.StatusForbidden {
		t.Errorf("a responder's list of erasures: %d", got.Status)
	}
}

// The pages of rights and erasure in a real browser.
func TestRightsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	h := rightsHouse(t)
	number := strings.TrimPrefix(h.base, "/incidents/")
	at := h.takeIn(t, "restrict", "c7")
	h.link(t, at, "c7")
	in := at + "/in/" + number
	done(t, h.rita, in+"/correct", url.Values{"name": {"Person Sieben"}, "email": {"sieben@example.org"}})
	done(t, h.rita, in+"/restrict", nil)
	done(t, h.rita, at+"/copy", nil)
	late := h.takeIn(t, "erase", "c8")
	ended := h.takeIn(t, "access", "c9")
	done(t, h.rita, ended+"/decide", url.Values{"decide-outcome": {"refused"}, "decide-basis": {"unfounded"}, "decide-reason": {"Asked every day."}})
	done(t, h.rita, ended+"/answer", url.Values{"answer-told_at": {h.site.Store.Clock.Now().UTC().Format("2006-01-02T15:04:05")}})
	closed := done(t, h.ada, "/incidents/new", url.Values{"title": {"A phone was lost"}, "kind": {"lost_device"}, "severity": {"low"}}).Location
	done(t, h.ada, closed+"/close", url.Values{"how": {"dismissed"}, "outcome": {"It was found."}})
	for _, path := range []string{at, late, ended, in, in + "/erase"} {
		if got := h.rita.Get(path); got.Status != http.StatusOK {
			t.Fatalf("%s: %d", path, got.Status)
		}
	}
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := h.site.Screen(t, chromium, size.width, size.dark)
		link, err := h.site.Auth.OneTimeLink(context.Background(), h.ids["Rita Falk"])
		must(t, err)
		sc.Visit(link)
		found := h.search(t, late, "c7")
		for _, path := range []string{"/rights", "/rights/new", "/rights/search", at, late, ended, in, in + "/erase", ended + "/forget", "/erasures", "/erasures/" + strings.TrimPrefix(closed, "/incidents/")} {
			sc.Visit(path)
		}
		sc.Visit(found)
	}
}
