package auth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

const good = "seven wet umbrellas"

type fixture struct {
	*Service
	store *ledgertest.Store
	t     *testing.T
}

func fresh(t *testing.T) fixture {
	t.Helper()
	store := ledgertest.New(t)
	s, err := New(store.DB, Config{Clock: store.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return fixture{s, store, t}
}

func (f fixture) code(secret string) string {
	f.t.Helper()
	c, err := totp.GenerateCode(secret, f.store.Clock.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// person adds somebody and enrols them; the key and the recovery codes are theirs.
func (f fixture) person(login string, grants ...incident.Grant) (Account, Key, []string) {
	f.t.Helper()
	_, path, err := f.AddUser(context.Background(), incident.Operator(), NewUser{Login: login, Name: "Name of " + login, Grants: grants})
	if err != nil {
		f.t.Fatal(err)
	}
	return f.enrol(path)
}

func (f fixture) enrol(path string) (Account, Key, []string) {
	f.t.Helper()
	secret := strings.TrimPrefix(path, "/enrol/")
	in, err := f.Invitation(context.Background(), secret)
	if err != nil {
		f.t.Fatal(err)
	}
	a, codes, err := f.Enrol(context.Background(), secret, Enrolment{Password: good, Repeat: good, Code: f.code(in.Key.Secret)})
	if err != nil {
		f.t.Fatal(err)
	}
	f.store.Clock.Advance(time.Minute) // the code just used is used up
	return a, in.Key, codes
}

// request is one request of a browser whose cookie is jar.
func (f fixture) request(jar *string, fn func(ctx context.Context)) *http.Response {
	f.t.Helper()
	h := f.Sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fn(r.Context()) }),
		func(w http.ResponseWriter, _ *http.Request, err error) { f.t.Errorf("session: %v", err) })
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if *jar != "" {
		r.AddCookie(&http.Cookie{Name: "tocsin", Value: *jar})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		*jar = c.Value
	}
	return w.Result()
}

func kind(t *testing.T, err error, want incident.Kind) {
	t.Helper()
	if err == nil || incident.KindOf(err) != want {
		t.Fatalf("got %v, want an error of kind %s", err, want)
	}
}

func (f fixture) acts(object string) []string {
	f.t.Helper()
	var out []string
	err := f.store.View(context.Background(), func(tx *ledger.Tx) error {
		entries, err := ledger.EntriesBefore(tx, 0, object, 1000)
		for _, e := range entries {
			out = append(out, e.Act)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	slices.Reverse(out)
	return out
}

func TestFirstAdministrator(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	old, err := f.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	path, err := f.SetupLink(ctx)
	if err != nil || path == old {
		t.Fatalf("a second link: %q, %v", path, err)
	}
	_, err = f.Invitation(ctx, strings.TrimPrefix(old, "/enrol/"))
	kind(t, err, incident.Gone)

	secret := strings.TrimPrefix(path, "/enrol/")
	in, err := f.Invitation(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = f.Enrol(ctx, secret, Enrolment{Login: "nobody", Password: "short", Repeat: "other", Code: "000000"})
	kind(t, err, incident.Invalid)
	var where []string
	for _, p := range incident.ProblemsOf(err) {
		where = append(where, p.Where)
	}
	if want := []string{"login", "name", "password", "repeat", "code"}; !slices.Equal(where, want) {
		t.Errorf("problems at %v, want %v", where, want)
	}
	a, codes, err := f.Enrol(ctx, secret, Enrolment{Login: " ADA@Example.org ", Name: "Ada", Password: good, Repeat: good, Code: f.code(in.Key.Secret), Zone: "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	if a.Login != "ada@example.org" || !a.Has(incident.GrantAdmin) || a.Zone != "Europe/Berlin" || len(codes) != recoveryCodes {
		t.Errorf("%+v, %d codes", a, len(codes))
	}
	_, _, err = f.Enrol(ctx, secret, Enrolment{Login: "eve@example.org", Name: "Eve", Password: good, Repeat: good, Code: f.code(in.Key.Secret)})
	kind(t, err, incident.Gone)
	if path, err = f.SetupLink(ctx); err != nil || path != "" {
		t.Errorf("after set-up: %q, %v", path, err)
	}
}

func TestLinksExpire(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	path, err := f.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f.store.Clock.Advance(24 * time.Hour)
	_, err = f.Invitation(ctx, strings.TrimPrefix(path, "/enrol/"))
	kind(t, err, incident.Gone)

	a, _, err := f.AddUser(ctx, incident.Operator(), NewUser{Login: "bo@example.org", Name: "Bo"})
	if err != nil {
		t.Fatal(err)
	}
	once := func() string {
		p, err := f.OneTimeLink(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(p, "/sign-in/once/")
	}
	s := once()
	if got, err := f.UseOneTimeLink(ctx, s); err != nil || got.ID != a.ID {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = f.UseOneTimeLink(ctx, s)
	kind(t, err, incident.Gone)
	s = once()
	f.store.Clock.Advance(time.Hour)
	_, err = f.UseOneTimeLink(ctx, s)
	kind(t, err, incident.Gone)
	if err := f.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(f.acts("link")); n != 2 { // the set-up link and the sign-in link; the invitation lives
		t.Errorf("%d links swept, want 2", n)
	}
}

func TestSignIn(t *testing.T) {
	f := fresh(t)
	a, key, codes := f.person("ada@example.org", incident.GrantResponder)
	at := Attempt{Address: "192.0.2.1", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
	var jar string

	answers := map[string]bool{}
	f.request(&jar, func(ctx context.Context) {
		for _, try := range [][2]string{{"ada@example.org", "wrong password"}, {"nobody@example.org", good}, {"", ""}} {
			err := f.Password(ctx, try[0], try[1], at)
			kind(t, err, incident.Unauthorized)
			answers[err.Error()] = true
		}
	})
	if len(answers) != 1 {
		t.Errorf("the answers tell accounts apart: %v", answers)
	}
	if jar != "" {
		t.Error("a refused sign-in made a session")
	}

	f.request(&jar, func(ctx context.Context) {
		if err := f.Password(ctx, "Ada@Example.org", good, at); err != nil {
			t.Fatal(err)
		}
	})
	pending := jar
	f.request(&jar, func(ctx context.Context) {
		if _, ses, err := f.Current(ctx, true); err != nil || ses.Stage != Pending {
			t.Fatalf("%+v, %v", ses, err)
		}
		kind(t, f.Code(ctx, "000000", at), incident.Unauthorized)
		if err := f.Code(ctx, f.code(key.Secret), at); err != nil {
			t.Fatal(err)
		}
	})
	if jar == pending || jar == "" {
		t.Error("the cookie was not renewed when the second factor was shown")
	}
	f.request(&pending, func(ctx context.Context) {
		_, _, err := f.Current(ctx, true)
		kind(t, err, incident.Unauthorized)
	})
	f.request(&jar, func(ctx context.Context) {
		got, ses, err := f.Current(ctx, true)
		if err != nil || got.ID != a.ID || ses.Stage != Full || ses.Browser != "Firefox on Linux" || ses.Method != "code" {
			t.Fatalf("%+v %+v %v", got, ses, err)
		}
		// The same code again is refused, here and for anybody who saw it.
		kind(t, f.Code(ctx, f.code(key.Secret), at), incident.Unauthorized)
		// A recovery code works, in any writing, once.
		if err := f.Code(ctx, strings.ToLower(strings.ReplaceAll(codes[3], "-", " ")), at); err != nil {
			t.Fatal(err)
		}
		kind(t, f.Code(ctx, codes[3], at), incident.Unauthorized)
	})
	if n, err := f.Factors(context.Background(), a); err != nil || n.Recovery != recoveryCodes-1 {
		t.Errorf("%+v %v", n, err)
	}
	f.request(&jar, func(ctx context.Context) {
		if err := f.SignOut(ctx); err != nil {
			t.Fatal(err)
		}
	})
	if rows := f.sessions1(); rows != 0 {
		t.Errorf("%d sessions are left after signing out", rows)
	}
}

func (f fixture) sessions1() (n int) {
	f.t.Helper()
	err := f.store.View(context.Background(), func(tx *ledger.Tx) (err error) {
		n, err = sessionRows.Count(tx, ledger.K())
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

func TestLockAndLimits(t *testing.T) {
	f := fresh(t)
	a, _, _ := f.person("ada@example.org")
	var jar string
	try := func(password, address string) (err error) {
		f.request(&jar, func(ctx context.Context) {
			err = f.Password(ctx, "ada@example.org", password, Attempt{Address: address})
		})
		return err
	}
	for i := range maxFailures {
		kind(t, try("wrong wrong wrong", "192.0.2."+string(rune('1'+i%9))), incident.Unauthorized)
		f.store.Clock.Advance(20 * time.Second)
	}
	if acts := f.acts("account/" + a.ID); !slices.Contains(acts, "signin.lock") {
		t.Fatalf("not locked: %v", acts)
	}
	before := len(f.acts("account"))
	kind(t, try(good, "192.0.2.1"), incident.Unauthorized) // locked: the right password is refused too
	if n := len(f.acts("account")); n != before {
		t.Error("an attempt at a locked account wrote to the log")
	}
	f.store.Clock.Advance(lockFor)
	if err := try(good, "192.0.2.1"); err != nil {
		t.Errorf("after the lock: %v", err)
	}

	// From one address, attempts at any name run out.
	var limited error
	for i := range 40 {
		var j string
		f.request(&j, func(ctx context.Context) {
			limited = f.Password(ctx, "x"+pad(i)+"@example.org", "x", Attempt{Address: "2001:db8::" + string(rune('1'+i%9))})
		})
		if incident.KindOf(limited) == incident.Unavailable {
			break
		}
	}
	kind(t, limited, incident.Unavailable)
}

func pad(i int) string { return string([]byte{byte('a' + i/26), byte('a' + i%26)}) }

func TestSessionsEnd(t *testing.T) {
	f := fresh(t)
	a, _, _ := f.person("ada@example.org", incident.GrantAdmin)
	b, _, _ := f.person("bo@example.org", incident.GrantAdmin)
	open := func(a Account) string {
		var jar string
		f.request(&jar, func(ctx context.Context) {
			if err := f.Begin(ctx, a, "link", ""); err != nil {
				t.Fatal(err)
			}
		})
		return jar
	}
	in := func(jar string) (in bool) {
		f.request(&jar, func(ctx context.Context) { _, _, err := f.Current(ctx, true); in = err == nil })
		return in
	}
	ctx := context.Background()

	jar := open(a)
	f.store.Clock.Advance(2*time.Hour + time.Second)
	if in(jar) {
		t.Error("an idle session lives")
	}
	jar = open(a)
	for range 11 { // used every hour, it lives until its absolute end
		f.store.Clock.Advance(time.Hour)
		if !in(jar) {
			t.Fatal("a session in use ended")
		}
	}
	f.store.Clock.Advance(time.Hour)
	if in(jar) {
		t.Error("a session outlived its absolute end")
	}

	// Use is written down a few times, not with every request; a page that
	// refreshes itself is no use at all.
	jar = open(a)
	before := len(f.acts("session"))
	for range 60 {
		f.store.Clock.Advance(time.Minute)
		in(jar)
	}
	if n := len(f.acts("session")) - before; n != 1 {
		t.Errorf("an hour of use made %d entries, want 1", n)
	}
	for range 5 {
		f.store.Clock.Advance(29 * time.Minute)
		f.request(&jar, func(ctx context.Context) { _, _, _ = f.Current(ctx, false) })
	}
	if in(jar) {
		t.Error("a page that refreshes itself kept the session alive")
	}

	one, two, other := open(a), open(a), open(b)
	var keep Session
	f.request(&one, func(ctx context.Context) { _, keep, _ = f.Current(ctx, true) })
	kind(t, f.EndSessions(ctx, incident.Principal{ID: "x", Source: incident.FromConsole}, a.ID, ""), incident.Forbidden)
	if err := f.EndSessions(ctx, a.Principal(incident.FromConsole), a.ID, keep.ID); err != nil {
		t.Fatal(err)
	}
	if !in(one) || in(two) || !in(other) {
		t.Error("signing out everywhere else ended the wrong sessions")
	}
	if err := f.Disable(ctx, b.Principal(incident.FromConsole), a.ID); err != nil {
		t.Fatal(err)
	}
	if in(one) {
		t.Error("a disabled account is still signed in")
	}
	f.store.Reopen(t)
	s, err := New(f.store.DB, Config{Clock: f.store.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	f.Service = s
	if !in(other) {
		t.Error("a restart signed people out")
	}
}

func TestStoredToken(t *testing.T) {
	f := fresh(t)
	a, _, _ := f.person("ada@example.org")
	var jar string
	f.request(&jar, func(ctx context.Context) { _ = f.Begin(ctx, a, "link", "") })
	err := f.store.View(context.Background(), func(tx *ledger.Tx) error {
		if has, err := sessionRows.Has(tx, ledger.K(jar)); err != nil || has {
			t.Errorf("the cookie itself is a key of the store (%v)", err)
		}
		_, err := sessionRows.Get(tx, ledger.K(storedToken(jar)))
		return err
	})
	if err != nil {
		t.Errorf("scs hashes the cookie otherwise than storedToken: %v", err)
	}
}

func TestAdministration(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	a, _, _ := f.person("ada@example.org", incident.GrantAdmin)
	b, _, _ := f.person("bo@example.org", incident.GrantResponder)
	admin, plain := a.Principal(incident.FromConsole), b.Principal(incident.FromConsole)

	_, _, err := f.AddUser(ctx, plain, NewUser{Login: "eve@example.org", Name: "Eve"})
	kind(t, err, incident.Forbidden)
	_, _, err = f.AddUser(ctx, admin, NewUser{Login: "ADA@example.org", Name: "Again"})
	kind(t, err, incident.Invalid)
	_, _, err = f.AddUser(ctx, admin, NewUser{Login: "x@example.org", Name: "X", Grants: []incident.Grant{"root"}, Zone: "Mars/Base"})
	if kind(t, err, incident.Invalid); len(incident.ProblemsOf(err)) != 2 {
		t.Errorf("problems: %v", incident.ProblemsOf(err))
	}
	for name, err := range map[string]error{
		"disable": f.Disable(ctx, plain, a.ID), "enable": f.Enable(ctx, plain, a.ID),
		"grants": f.SetGrants(ctx, plain, b.ID, incident.Grants()), "revoke": f.RevokeToken(ctx, plain, "x"),
	} {
		if incident.KindOf(err) != incident.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = f.Users(ctx, plain)
	kind(t, err, incident.Forbidden)

	// The last administrator stays.
	kind(t, f.Disable(ctx, admin, a.ID), incident.Conflict)
	kind(t, f.SetGrants(ctx, admin, a.ID, nil), incident.Conflict)
	_, err = f.Reset(ctx, admin, a.ID)
	kind(t, err, incident.Conflict)
	if err := f.SetGrants(ctx, admin, b.ID, []incident.Grant{incident.GrantAdmin}); err != nil {
		t.Fatal(err)
	}
	if err := f.Disable(ctx, admin, a.ID); err != nil {
		t.Errorf("with a second one: %v", err)
	}
	// The operator can reset even the last one, who then enrols anew.
	path, err := f.Reset(ctx, incident.Operator(), b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := f.enrol(path); got.ID != b.ID || !got.Enrolled {
		t.Errorf("after the reset: %+v", got)
	}
	kind(t, f.Disable(ctx, admin, "nonesuch"), incident.NotFound)
}

func TestOwnAccount(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	a, _, codes := f.person("ada@example.org")
	err := f.ChangePassword(ctx, a, "", "not the old one", "other words entirely", "other words", Attempt{})
	if kind(t, err, incident.Invalid); len(incident.ProblemsOf(err)) != 2 {
		t.Errorf("problems: %v", incident.ProblemsOf(err))
	}
	if err := f.ChangePassword(ctx, a, "", good, "other words entirely", "other words entirely", Attempt{}); err != nil {
		t.Fatal(err)
	}
	fresh, err := f.RenewRecovery(ctx, a)
	if err != nil || slices.Contains(fresh, codes[0]) {
		t.Errorf("%v %v", fresh, err)
	}
	kind(t, f.SetProfile(ctx, a, "", "Nowhere/City"), incident.Invalid)
	if err := f.SetProfile(ctx, a, "Ada L.", "Asia/Tokyo"); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Account(ctx, a.ID); err != nil || got.Name != "Ada L." || got.Location().String() != "Asia/Tokyo" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestSlackIdentity(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	a, _, _ := f.person("ada@example.org")
	b, _, _ := f.person("bo@example.org")
	_, err := f.SlackLink(ctx, "T1", "u/../1")
	kind(t, err, incident.Invalid)
	link := func() string {
		p, err := f.SlackLink(ctx, "T1", "U1")
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(p, "/account/slack/")
	}
	_, err = f.BySlack(ctx, "T1", "U1")
	kind(t, err, incident.NotFound)
	s := link()
	if err := f.LinkSlack(ctx, a, s); err != nil {
		t.Fatal(err)
	}
	kind(t, f.LinkSlack(ctx, b, s), incident.Gone)
	if got, err := f.BySlack(ctx, "T1", "U1"); err != nil || got.ID != a.ID {
		t.Errorf("%+v %v", got, err)
	}
	if err := f.LinkSlack(ctx, b, link()); err != nil { // it moves, it is never two people's
		t.Fatal(err)
	}
	if got, err := f.BySlack(ctx, "T1", "U1"); err != nil || got.ID != b.ID {
		t.Errorf("%+v %v", got, err)
	}
	if err := f.UnlinkSlack(ctx, b); err != nil {
		t.Fatal(err)
	}
	_, err = f.BySlack(ctx, "T1", "U1")
	kind(t, err, incident.NotFound)
}
