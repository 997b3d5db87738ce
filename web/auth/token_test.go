package auth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
)

func bearer(header string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/v1/incidents", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	return r
}

func TestTokens(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	a, _, _ := f.person("ada@example.org", incident.GrantAdmin, incident.GrantResponder)
	by := a.Principal(incident.FromConsole)
	_, _, err := f.AddToken(ctx, by, NewToken{Name: "x", Grants: []incident.Grant{incident.GrantCounsel}})
	kind(t, err, incident.Invalid) // more than its maker may
	_, _, err = f.AddToken(ctx, by, NewToken{Grants: nil, Expires: f.store.Clock.Now()})
	if kind(t, err, incident.Invalid); len(incident.ProblemsOf(err)) != 3 {
		t.Errorf("problems: %v", incident.ProblemsOf(err))
	}
	tok, secret, err := f.AddToken(ctx, by, NewToken{Name: "tickets", Grants: []incident.Grant{incident.GrantResponder}, Expires: f.store.Clock.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Bearer(bearer("Bearer " + secret))
	if err != nil || p.ID != tok.ID || p.Source != incident.FromAPI || !p.Has(incident.GrantResponder) || p.System || p.Has(incident.GrantAdmin) {
		t.Fatalf("%+v %v", p, err)
	}
	answers := map[string]bool{}
	for _, h := range []string{"", "Bearer", "Basic " + secret, "Bearer " + secret + "x", "Bearer " + secret[:len(secret)-1],
		"Bearer tocsin_nonesuch_" + strings.Repeat("A", 43), "Bearer " + strings.TrimPrefix(secret, "tocsin_")} {
		_, err := f.Bearer(bearer(h))
		kind(t, err, incident.Unauthorized)
		answers[err.Error()] = true
	}
	if len(answers) != 1 {
		t.Errorf("the answers tell reasons apart: %v", answers)
	}
	for range 20 {
		if _, err := f.Bearer(bearer("Bearer " + secret)); err != nil {
			t.Fatal(err)
		}
	}
	if acts := f.acts("token/" + tok.ID); len(acts) != 2 { // added, used
		t.Errorf("entries: %v", acts)
	}
	f.store.Clock.Advance(24 * time.Hour)
	_, err = f.Bearer(bearer("Bearer " + secret))
	kind(t, err, incident.Unauthorized)

	tok, secret, err = f.AddToken(ctx, incident.Operator(), NewToken{Name: "for ever", Grants: incident.Grants()})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.RevokeToken(ctx, by, tok.ID); err != nil {
		t.Fatal(err)
	}
	_, err = f.Bearer(bearer("Bearer " + secret))
	kind(t, err, incident.Unauthorized)
	list, err := f.Tokens(ctx, by)
	if err != nil || len(list) != 2 || list[0].ID != tok.ID || strings.Contains(secret, list[0].Digest) {
		t.Errorf("%+v %v", list, err)
	}
}

func FuzzBearer(f *testing.F) {
	for _, s := range []string{"", "Bearer tocsin_a_b", "bearer  tocsin_0190-aa_x_y", "Bearer tocsin__", "Basic x", "Bearer \x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		id, secret, ok := parseBearer(header)
		if !ok {
			if id != "" || secret != "" {
				t.Fatalf("%q is refused and yet gives %q, %q", header, id, secret)
			}
			return
		}
		if id == "" || secret == "" || strings.Contains(id, "_") {
			t.Fatalf("%q gives %q, %q", header, id, secret)
		}
		if i, s, ok := parseBearer("Bearer " + tokenPrefix + id + "_" + secret); !ok || i != id || s != secret {
			t.Fatalf("%q does not survive a round", header)
		}
	})
}
