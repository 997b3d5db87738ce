// Package webtest gives tests the whole web on a real store, and a browser
// without a screen to walk it with.
//
// It is for tests alone. The clock stands still until it is moved; every store
// is verified when its test ends.
package webtest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/playbooks/runner"
	"tocsin/web"
	"tocsin/web/auth"
	"tocsin/web/console"
	"tocsin/web/public"
	"tocsin/web/view"
)

// Site is a running server.
type Site struct {
	*httptest.Server
	Web   *web.Server
	Auth  *auth.Service
	Store *ledgertest.Store
	Log   *bytes.Buffer // what was logged, as JSON lines; read it when no request is under way

	Desk   *casework.Desk
	Outbox *outbox.Service // sends nothing until Run is called
	Runner *runner.Runner  // its library is empty until Playbooks is called
	Mail   *Mail
}

// Options change what New wires. Every field may be nil.
type Options struct {
	Auth    func(*auth.Config)
	Console func(*ledgertest.Store, *console.Deps)
	Web     func(*web.Deps, *web.Config)
}

// New starts a site with nobody in it.
func New(t testing.TB, o Options) *Site {
	t.Helper()
	store := ledgertest.New(t)
	log := new(bytes.Buffer)
	logger := slog.New(slog.NewJSONHandler(log, nil))
	ac := auth.Config{Clock: store.Clock.Now, Logger: logger}
	if o.Auth != nil {
		o.Auth(&ac)
	}
	a, err := auth.New(store.DB, ac)
	must(t, err)
	v, err := view.New()
	must(t, err)
	p := newParts(t, store, logger)
	cd := console.Deps{Auth: a, View: v, Ledger: store.DB, Desk: p.desk, Outbox: p.outbox, Runner: p.runner, Logger: logger, Clock: store.Clock.Now}
	if o.Console != nil {
		o.Console(store, &cd)
	}
	c, err := console.New(cd, console.Config{})
	must(t, err)
	outside, err := public.New(public.Deps{Outbox: p.outbox, Desk: p.desk, Letters: letters, View: v, Logger: logger, Clock: store.Clock.Now},
		public.Config{Organisation: "Kestrel Insurance", Contact: letter.Contact{Phone: "+49 228 5550100"}})
	must(t, err)
	wd, wc := web.Deps{Public: outside, Auth: a, Console: c, View: v, Logger: logger, Clock: store.Clock.Now}, web.Config{}
	if o.Web != nil {
		o.Web(&wd, &wc)
	}
	s, err := web.New(wd, wc)
	must(t, err)
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	return &Site{Server: ts, Web: s, Auth: a, Store: store, Log: log, Desk: p.desk, Outbox: p.outbox, Runner: p.runner, Mail: p.mail}
}

// Browser is one browser with its own cookies. It does not follow redirects.
type Browser struct {
	t    testing.TB
	site *Site
	http *http.Client
}

// Browser opens one that is not signed in.
func (s *Site) Browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &Browser{t: t, site: s, http: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Person adds an account with these grants and signs it in by a one-time link.
func (s *Site) Person(t testing.TB, name string, grants ...incident.Grant) (auth.Account, *Browser) {
	t.Helper()
	login := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org"
	a, _, err := s.Auth.AddUser(context.Background(), incident.Operator(), auth.NewUser{Login: login, Name: name, Grants: grants})
	must(t, err)
	path, err := s.Auth.OneTimeLink(context.Background(), a.ID)
	must(t, err)
	b := s.Browser(t)
	if got := b.Get(path); got.Status != http.StatusSeeOther {
		t.Fatalf("sign-in link: status %d\n%s", got.Status, got.Body)
	}
	return a, b
}

// Answer is what came back.
type Answer struct {
	Status   int
	Location string // of a redirect
	Header   http.Header
	Body     string
}

// Get asks for a page.
func (b *Browser) Get(path string) Answer {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.site.URL+path, nil)
	must(b.t, err)
	return b.Do(r)
}

// Post sends a form.
func (b *Browser) Post(path string, form url.Values) Answer {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.site.URL+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.Do(r)
}

// Do sends any request. Its cookies and the answer's are the browser's.
func (b *Browser) Do(r *http.Request) Answer {
	b.t.Helper()
	resp, err := b.http.Do(r)
	must(b.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(b.t, err)
	return Answer{Status: resp.StatusCode, Location: resp.Header.Get("Location"), Header: resp.Header, Body: string(body)}
}

// Code is what an authenticator app with this key shows now.
func (s *Site) Code(t testing.TB, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, s.Store.Clock.Now())
	must(t, err)
	return code
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
