package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/web"
	"tocsin/web/auth"
	"tocsin/web/webtest"
)

// open are the routes that nobody has to sign in for, each for a reason.
var open = regexp.MustCompile(`^(GET|POST) /sign-in(/code|/once/:secret)?$|^(GET|POST) /enrol/:secret$|^POST /sign-out$|` +
	`^(GET|POST) /letter$|^GET /notices(/:slug)?$|^GET /static/:file$|^GET /(healthz|readyz|metrics|robots\.txt)$|^(GET|POST|OPTIONS) /hooks/:source$|^POST /slack/:what$|^[A-Z]+ /api/v1/\*path$`)

func TestEveryRouteSaysWhoMay(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	routes := site.Web.Routes()
	if len(routes) < 40 {
		t.Fatalf("only %d routes", len(routes))
	}
	_, nobody := site.Person(t, "Nell Blank")
	stranger := site.Browser(t)
	fill := regexp.MustCompile(`[:*][a-z]+`)
	for _, rt := range routes {
		name := rt.Method + " " + rt.Path
		if rt.Action == "" {
			t.Errorf("%s says nothing", name)
		}
		if (rt.Action == incident.SignInAnonymously) != open.MatchString(name) {
			t.Errorf("%s has action %s: is it meant to be open?", name, rt.Action)
			continue
		}
		if rt.Action == incident.SignInAnonymously {
			continue
		}
		if rt.Raw != nil {
			t.Errorf("%s is not behind the session", name)
		}
		path := fill.ReplaceAllString(rt.Path, "x")
		ask := func(b *webtest.Browser) webtest.Answer {
			if rt.Method == http.MethodGet {
				return b.Get(path)
			}
			return b.Post(path, url.Values{})
		}
		if got := ask(stranger); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/sign-in?") {
			t.Errorf("%s without a session: %d %s", name, got.Status, got.Location)
		}
		// Somebody without any grant gets nowhere but to what is their own.
		if rt.OnCase() || incident.Can(incident.Principal{ID: "x"}, rt.Action, nil) {
			continue
		}
		if got := ask(nobody); got.Status != http.StatusForbidden {
			t.Errorf("%s without a grant: %d", name, got.Status)
		}
	}
}

func TestActsRefuseOtherSites(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	_, b := site.Person(t, "Ada Lind", incident.Grants()...)
	fill := regexp.MustCompile(`[:*][a-z]+`)
	n := 0
	for _, rt := range site.Web.Routes() {
		if rt.Page == nil || rt.Method == http.MethodGet {
			continue
		}
		n++
		r, err := http.NewRequest(rt.Method, site.URL+fill.ReplaceAllString(rt.Path, "x"), strings.NewReader(""))
		must(t, err)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		if got := b.Do(r); got.Status != http.StatusForbidden || !strings.Contains(got.Body, "another site") {
			t.Errorf("%s %s from another site: %d", rt.Method, rt.Path, got.Status)
		}
	}
	if n < 15 {
		t.Errorf("only %d acts were tried", n)
	}
}

func TestHeaders(t *testing.T) {
	site := webtest.New(t, webtest.Options{Web: func(_ *web.Deps, c *web.Config) { c.TLS = true }})
	_, b := site.Person(t, "Ada Lind", incident.GrantAdmin)
	for _, path := range []string{"/", "/sign-in", "/users", "/nope", "/enrol/x", "/hooks/x", "/static/x.css", "/healthz", "/api/v1/x"} {
		h := b.Get(path).Header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Strict-Transport-Security"), "max-age=31536000") || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Server") != "" || h.Get("X-Powered-By") != "" {
			t.Errorf("%s says what it runs on", path)
		}
		if cc := h.Get("Cache-Control"); !strings.HasPrefix(path, "/static/") && !strings.Contains(cc, "no-store") {
			t.Errorf("%s may be cached: %q", path, cc)
		}
	}
}

func TestErrorsTellNothing(t *testing.T) {
	secret := "/var/lib/secret: password=hunter2"
	site := webtest.New(t, webtest.Options{Web: func(d *web.Deps, _ *web.Config) {
		d.Hooks = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) })
		d.Ready = func(context.Context) error { return errors.New(secret) }
	}})
	b := site.Browser(t)
	for path, want := range map[string]int{"/hooks/x": 500, "/readyz": 503, "/nope/deep": 404, "/enrol/" + strings.Repeat("x", 43): 410, "/sign-in/once/x": 410} {
		got := b.Get(path)
		if got.Status != want {
			t.Errorf("%s: %d, want %d", path, got.Status, want)
		}
		if strings.Contains(got.Body, "hunter2") || strings.Contains(got.Body, ".go") || strings.Contains(got.Body, "goroutine") {
			t.Errorf("%s tells too much: %s", path, got.Body)
		}
	}
	got := b.Get("/hooks/x")
	if ref := got.Header.Get("X-Request-Id"); !strings.Contains(got.Body, ref) || !strings.Contains(site.Log.String(), ref) || !strings.Contains(site.Log.String(), "hunter2") {
		t.Errorf("the reference %s does not lead to the log", ref)
	}
	if ct := got.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("a machine got %s", ct)
	}
}

func TestStatuses(t *testing.T) {
	for kind, want := range map[incident.Kind]int{incident.Invalid: 422, incident.NotFound: 404, incident.Conflict: 409, incident.Forbidden: 403,
		incident.Unauthorized: 401, incident.TooLarge: 413, incident.Unavailable: 503, incident.Gone: 410, incident.Internal: 500, "new kind": 500} {
		if got := web.StatusOf(kind); got != want {
			t.Errorf("%s: %d, want %d", kind, got, want)
		}
	}
}

func TestDoors(t *testing.T) {
	seen := ""
	door := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			web.Problem(w, r, incident.Errorf(incident.TooLarge, "The body is too large."))
			return
		}
		seen = r.Method + " " + r.URL.Path + " " + string(body)
		w.WriteHeader(http.StatusAccepted)
	})
	site := webtest.New(t, webtest.Options{Web: func(d *web.Deps, _ *web.Config) { d.Hooks, d.API = door, door }})
	b := site.Browser(t)
	send := func(method, path, body string) webtest.Answer {
		r, err := http.NewRequest(method, site.URL+path, strings.NewReader(body))
		must(t, err)
		r.Header.Set("Sec-Fetch-Site", "cross-site") // no cookie, so nothing to protect
		return b.Do(r)
	}
	if got := send("POST", "/hooks/grafana", "alert"); got.Status != 202 || seen != "POST /hooks/grafana alert" {
		t.Errorf("%d, %q", got.Status, seen)
	}
	if got := send("PATCH", "/api/v1/incidents/1/tasks", "{}"); got.Status != 202 || seen != "PATCH /api/v1/incidents/1/tasks {}" {
		t.Errorf("%d, %q", got.Status, seen)
	}
	if got := send("POST", "/slack/commands", "x"); got.Status != 404 || !strings.Contains(got.Body, `"kind":"not_found"`) {
		t.Errorf("a door that is not configured: %d %s", got.Status, got.Body)
	}
	if got := send("DELETE", "/hooks/grafana", ""); got.Status != 405 {
		t.Errorf("a method that is not there: %d", got.Status)
	}
	if got := send("POST", "/hooks/grafana", strings.Repeat("x", 3<<20)); got.Status != 413 {
		t.Errorf("3 MiB to a hook: %d", got.Status)
	}
	if got := send("POST", "/sign-in", ""); got.Status != 403 {
		t.Errorf("a form from another site: %d", got.Status)
	}
	big := b.Post("/sign-in", url.Values{"login": {strings.Repeat("x", 3<<20)}})
	if big.Status != 413 || !strings.Contains(big.Body, "2 MiB") {
		t.Errorf("a form of 3 MiB: %d", big.Status)
	}
}

func TestMachines(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	b := site.Browser(t)
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n", "/robots.txt": "User-agent: *\nAllow: /notices\nDisallow: /\n"} {
		if got := b.Get(path); got.Status != 200 || got.Body != want {
			t.Errorf("%s: %d %q", path, got.Status, got.Body)
		}
	}
	site.Person(t, "Ada Lind", incident.GrantAdmin)
	got := b.Get("/metrics")
	if got.Status != 200 || !strings.Contains(got.Body, `tocsin_http_requests_total{method="GET",route="/sign-in/once/:secret",status="303"} 1`) {
		t.Errorf("metrics: %d\n%s", got.Status, got.Body)
	}
	r, err := http.NewRequest("GET", site.URL+"/metrics", nil)
	must(t, err)
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	if got := b.Do(r); got.Status != 404 {
		t.Errorf("metrics through a proxy: %d", got.Status)
	}
	site = webtest.New(t, webtest.Options{Web: func(_ *web.Deps, c *web.Config) { c.MetricsToken = "right" }})
	for token, want := range map[string]int{"": 404, "wrong": 404, "right": 200} {
		r, err := http.NewRequest("GET", site.URL+"/metrics", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		if got := site.Browser(t).Do(r); got.Status != want {
			t.Errorf("metrics with token %q: %d, want %d", token, got.Status, want)
		}
	}
}

func TestLogHoldsNoPersonalData(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	a, b := site.Person(t, "Ada Lindqvist", incident.Grants()...)
	b.Get("/users?q=ada.lindqvist@example.org")
	b.Get("/ada.lindqvist@example.org")
	got := b.Post("/users/new", url.Values{"login": {"bo.quist@example.org"}, "name": {"Bo Quist"}})
	link := regexp.MustCompile(`/enrol/[\w-]{40,}`).FindString(got.Body)
	if link == "" {
		t.Fatalf("no invitation: %d", got.Status)
	}
	site.Browser(t).Get(link)
	site.Browser(t).Post("/sign-in", url.Values{"login": {"ada.lindqvist@example.org"}, "password": {"hunter2hunter2"}})
	b.Get("/users/" + a.ID)
	log := strings.ToLower(site.Log.String())
	if n := strings.Count(log, `"msg":"request"`); n != 7 {
		t.Fatalf("%d requests in the log", n)
	}
	for _, s := range []string{"lindqvist", "quist", "example.org", "127.0.0.1", "hunter2", strings.ToLower(link), "go-http-client", "q="} {
		if strings.Contains(log, s) {
			t.Errorf("the log holds %q", s)
		}
	}
}

func TestFirstRunToFirstUser(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ctx := context.Background()
	link, err := site.Auth.SetupLink(ctx)
	must(t, err)
	in, err := site.Auth.Invitation(ctx, strings.TrimPrefix(link, "/enrol/"))
	must(t, err)
	b := site.Browser(t)
	if got := b.Get("/"); got.Location != "/sign-in?next=%2F" {
		t.Fatalf("the start: %d %s", got.Status, got.Location)
	}
	if got := b.Get("/sign-in"); !strings.Contains(got.Body, "set-up link") {
		t.Error("the sign-in page does not tell of the set-up link")
	}
	page := b.Get(link)
	if page.Status != 200 || !strings.Contains(page.Body, "data:image/png;base64,") || !strings.Contains(page.Body, in.Key.Grouped()) {
		t.Fatalf("set-up: %d", page.Status)
	}
	form := url.Values{"login": {"ada@example.org"}, "name": {"Ada"}, "password": {"short"}, "repeat": {"short"}, "code": {"1"}}
	bad := b.Post(link, form)
	if bad.Status != 422 || !strings.Contains(bad.Body, `href="#password"`) || !strings.Contains(bad.Body, `id="code-error"`) ||
		!strings.Contains(bad.Body, `value="ada@example.org"`) || strings.Contains(bad.Body, `value="short"`) {
		t.Errorf("a wrong form: %d", bad.Status)
	}
	form.Set("password", "seven wet umbrellas")
	form.Set("repeat", "seven wet umbrellas")
	form.Set("code", site.Code(t, in.Key.Secret))
	done := b.Post(link, form)
	if done.Status != 200 || strings.Count(done.Body, "<li>") < 10 {
		t.Fatalf("enrolment: %d", done.Status)
	}
	if again := b.Post(link, form); again.Status != 410 {
		t.Errorf("the link works twice: %d", again.Status)
	}
	if got := b.Get("/users"); got.Status != 200 || !strings.Contains(got.Body, "ada@example.org") {
		t.Fatalf("people: %d", got.Status)
	}
	if got := b.Post("/sign-out", nil); got.Location != "/sign-in" {
		t.Errorf("sign-out: %d %s", got.Status, got.Location)
	}
	if got := b.Get("/sign-in"); !strings.Contains(got.Body, "You are signed out.") {
		t.Error("the note is not shown")
	}
	if got := b.Get("/sign-in"); strings.Contains(got.Body, "You are signed out.") {
		t.Error("the note is shown twice")
	}

	site.Store.Clock.Advance(time.Minute)
	if got := b.Post("/sign-in", url.Values{"login": {"ada@example.org"}, "password": {"wrong wrong wrong"}}); got.Status != 401 || !strings.Contains(got.Body, `role="alert"`) {
		t.Errorf("a wrong password: %d", got.Status)
	}
	got := b.Post("/sign-in", url.Values{"login": {"ada@example.org"}, "password": {"seven wet umbrellas"}, "next": {"/users"}})
	if got.Location != "/sign-in/code?next=%2Fusers" {
		t.Fatalf("password: %d %s", got.Status, got.Location)
	}
	if got := b.Get("/users"); got.Location != "/sign-in/code?next=%2Fusers" {
		t.Errorf("half signed in: %d %s", got.Status, got.Location)
	}
	if got := b.Post("/sign-in/code", url.Values{"code": {"000000"}, "next": {"/users"}}); got.Status != 401 {
		t.Errorf("a wrong code: %d", got.Status)
	}
	if got := b.Post("/sign-in/code", url.Values{"code": {site.Code(t, in.Key.Secret)}, "next": {"/users"}}); got.Location != "/users" {
		t.Errorf("code: %d %s", got.Status, got.Location)
	}

	// Administration closes again after a while and opens with the next code.
	site.Store.Clock.Advance(31 * time.Minute)
	if got := b.Get("/users"); got.Location != "/account/confirm?next=%2Fusers" {
		t.Errorf("after half an hour: %d %s", got.Status, got.Location)
	}
	if got := b.Get("/account"); got.Status != 200 {
		t.Errorf("one's account after half an hour: %d", got.Status)
	}
	if got := b.Post("/account/confirm", url.Values{"code": {site.Code(t, in.Key.Secret)}, "next": {"/users"}}); got.Location != "/users" {
		t.Errorf("confirm: %d %s", got.Status, got.Location)
	}
	invited := b.Post("/users/new", url.Values{"login": {"bo@example.org"}, "name": {"Bo"}, "grants": {"counsel", "approver"}})
	if invited.Status != 200 || !strings.Contains(invited.Body, site.URL+"/enrol/") {
		t.Errorf("invitation: %d", invited.Status)
	}
}

func TestOneTimeLinkIsNotBurntByPrefetch(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	a, _ := site.Person(t, "Ada Lind")
	path, err := site.Auth.OneTimeLink(context.Background(), a.ID)
	must(t, err)
	b := site.Browser(t)
	r, err := http.NewRequest("GET", site.URL+path, nil)
	must(t, err)
	r.Header.Set("Sec-Purpose", "prefetch")
	if got := b.Do(r); got.Status != 503 {
		t.Errorf("prefetch: %d", got.Status)
	}
	r, err = http.NewRequest("HEAD", site.URL+path, nil)
	must(t, err)
	if got := b.Do(r); got.Status != 503 {
		t.Errorf("HEAD: %d", got.Status)
	}
	if got := b.Get(path); got.Status != 303 || got.Location != "/" {
		t.Errorf("the click: %d %s", got.Status, got.Location)
	}
	if got := site.Browser(t).Get(path); got.Status != 410 {
		t.Errorf("a second time: %d", got.Status)
	}
}

func TestAccountPages(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	a, b := site.Person(t, "Ada Lind", incident.GrantAdmin, incident.GrantResponder)
	bo, _ := site.Person(t, "Bo Quist", incident.GrantResponder)

	if got := b.Post("/account/profile", url.Values{"name": {"Ada L."}, "zone": {"Mars"}}); got.Status != 422 || !strings.Contains(got.Body, `id="zone-error"`) {
		t.Errorf("a wrong zone: %d", got.Status)
	}
	if got := b.Post("/account/profile", url.Values{"name": {"Ada L."}, "zone": {"Asia/Tokyo"}}); got.Location != "/account" {
		t.Errorf("profile: %d", got.Status)
	}
	if got := b.Get("/account"); !strings.Contains(got.Body, "18:00 JST") || !strings.Contains(got.Body, "Your profile is saved.") {
		t.Error("the account page is not in the person's zone, or says nothing")
	}
	if got := b.Post("/account/recovery", nil); got.Status != 200 || strings.Count(got.Body, "<li>") < 10 {
		t.Errorf("recovery codes: %d", got.Status)
	}
	if got := b.Post("/account/password", url.Values{"password": {"x"}, "repeat": {"y"}}); got.Status != 422 {
		t.Errorf("a wrong password change: %d", got.Status)
	}
	slack, err := site.Auth.SlackLink(context.Background(), "T01", "U01")
	must(t, err)
	if got := b.Get(slack); got.Status != 200 || !strings.Contains(got.Body, "T01/U01") {
		t.Errorf("Slack: %d", got.Status)
	}
	if got := b.Post(slack, nil); got.Location != "/account" {
		t.Errorf("Slack: %d", got.Status)
	}
	if got, err := site.Auth.BySlack(context.Background(), "T01", "U01"); err != nil || got.ID != a.ID {
		t.Errorf("%+v %v", got, err)
	}

	user := "/users/" + bo.ID
	if got := b.Get(user + "/disable"); got.Status != 200 || !strings.Contains(got.Body, "bo.quist@example.org") || !strings.Contains(got.Body, "in 1 browser") {
		t.Errorf("the question before disabling: %d", got.Status)
	}
	if got := b.Post(user+"/grants", url.Values{"grants": {"counsel"}}); got.Location != user {
		t.Errorf("grants: %d", got.Status)
	}
	if got, err := site.Auth.Account(context.Background(), bo.ID); err != nil || !got.Has(incident.GrantCounsel) || got.Has(incident.GrantResponder) {
		t.Errorf("%+v %v", got, err)
	}
	if got := b.Post(user+"/disable", nil); got.Location != "/users" {
		t.Errorf("disable: %d", got.Status)
	}
	if got := b.Get("/users"); !strings.Contains(got.Body, "Disabled") {
		t.Error("the list does not say who is disabled")
	}
	if got := b.Post(user+"/reset", nil); got.Status != 409 {
		t.Errorf("reset of a disabled account: %d", got.Status)
	}
	b.Post(user+"/enable", nil)
	if got := b.Post(user+"/reset", nil); got.Status != 200 || !strings.Contains(got.Body, "/enrol/") {
		t.Errorf("reset: %d", got.Status)
	}
	if got := b.Get("/users/nonesuch"); got.Status != 404 {
		t.Errorf("nobody: %d", got.Status)
	}
}

func TestTokenPages(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	_, b := site.Person(t, "Ada Lind", incident.GrantAdmin, incident.GrantResponder)
	if got := b.Post("/tokens", url.Values{"name": {""}, "days": {"90"}, "grants": {"counsel"}}); got.Status != 422 || strings.Count(got.Body, "-error\"") < 2 {
		t.Errorf("a wrong token: %d", got.Status)
	}
	got := b.Post("/tokens", url.Values{"name": {"tickets"}, "days": {"90"}, "grants": {"responder"}})
	secret := regexp.MustCompile(`tocsin_[\w-]+`).FindString(got.Body)
	if got.Status != 200 || secret == "" {
		t.Fatalf("a token: %d", got.Status)
	}
	if got := b.Get("/tokens"); strings.Contains(got.Body, secret) || !strings.Contains(got.Body, "tickets") {
		t.Error("the list is wrong")
	}
	r, err := http.NewRequest("GET", "http://x/", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+secret)
	p, err := site.Auth.Bearer(r)
	must(t, err)
	if got := b.Post("/tokens/"+p.ID+"/revoke", nil); got.Location != "/tokens" {
		t.Errorf("revoke: %d", got.Status)
	}
	if _, err := site.Auth.Bearer(r); incident.KindOf(err) != incident.Unauthorized {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestAuditPages(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	a, b := site.Person(t, "Ada Lind", incident.GrantAuditor)
	for i := range 60 {
		_, _, err := site.Auth.AddUser(context.Background(), incident.Operator(), auth.NewUser{Login: "u" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@example.org", Name: "U"})
		must(t, err)
	}
	first := b.Get("/audit")
	older := regexp.MustCompile(`href="(/audit\?before=\d+)"`).FindStringSubmatch(first.Body)
	if first.Status != 200 || strings.Count(first.Body, "<code>account.add</code>") != 50 || older == nil {
		t.Fatalf("the log: %d", first.Status)
	}
	second := b.Get(older[1])
	if !strings.Contains(second.Body, "store.create") || strings.Contains(second.Body, `rel="next"`) || !strings.Contains(second.Body, `rel="prev"`) {
		t.Error("the second page is not the end of the log")
	}
	mine := b.Get("/audit?object=account/" + a.ID)
	if n := strings.Count(mine.Body, "<tr><td"); n != 3 { // added, link made, link used
		t.Errorf("entries about one account: %d", n)
	}
	if got := b.Post("/audit/verify", nil); got.Status != 200 || !strings.Contains(got.Body, "Proved") || !strings.Contains(got.Body, `<pre class="head"`) {
		t.Errorf("verify: %d", got.Status)
	}
	if got := b.Get("/audit/entries/2"); got.Status != 200 || !strings.Contains(got.Body, "system/auth_accounts") {
		t.Errorf("an entry: %d", got.Status)
	}
	for _, path := range []string{"/audit/entries/0", "/audit/entries/99999", "/audit/entries/x", "/audit?before=x"} {
		if got := b.Get(path); got.Status != 404 {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	export := b.Get("/audit/export")
	if n := strings.Count(export.Body, "\n"); export.Status != 200 || n < 60 || !strings.Contains(export.Header.Get("Content-Disposition"), "attachment") || strings.Contains(export.Body, "example.org") {
		t.Errorf("export: %d, %d lines", export.Status, n)
	}
}

func TestPagesRefreshWithoutUse(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	_, b := site.Person(t, "Ada Lind", incident.GrantResponder)
	refresh := func() int {
		r, err := http.NewRequest("GET", site.URL+"/", nil)
		must(t, err)
		r.Header.Set("Tocsin-Refresh", "1")
		return b.Do(r).Status
	}
	for range 4 {
		if got := refresh(); got != 200 {
			t.Fatalf("refresh: %d", got)
		}
		site.Store.Clock.Advance(31 * time.Minute)
	}
	if got := refresh(); got != 401 {
		t.Errorf("a page alone kept its session alive: %d", got)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
