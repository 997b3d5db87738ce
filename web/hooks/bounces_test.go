package hooks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/bounce"
	"tocsin/notify/outbox"
)

// mailbox takes what it is given and answers err.
type mailbox struct {
	got []string
	by  incident.Principal
	err error
}

func (m *mailbox) TakeBounce(_ context.Context, p incident.Principal, r io.Reader) (outbox.BounceResult, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return outbox.BounceResult{}, err
	}
	m.got, m.by = append(m.got, string(b)), p
	return outbox.BounceResult{Kind: bounce.Failed, Matched: true, Changed: true}, m.err
}

func bounceDoor(t *testing.T, m *mailbox, v Verifier) *Handler {
	t.Helper()
	h, err := New(Deps{Desk: newScene(t, nil).desk, Bounces: m}, Config{Bounces: v})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestReturnedMailIsTakenFromWhoProvesIt(t *testing.T) {
	m := &mailbox{}
	const raw = "From: MAILER-DAEMON@x.example\r\n\r\n"
	mac := hmac.New(sha256.New, []byte(theSecret))
	mac.Write([]byte(raw))
	signed := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	bearer := bounceDoor(t, m, Verifier{Kind: "bearer", SecretFile: secretFile(t, theSecret)})
	sign := bounceDoor(t, m, Verifier{Kind: "hmac", SecretFile: secretFile(t, theSecret)})
	for name, tc := range map[string]struct {
		door           *Handler
		method, header string
		value, body    string
		err            error
		want           int
	}{
		"bearer":        {door: bearer, header: "Authorization", value: "Bearer " + theSecret, want: 202},
		"hmac":          {door: sign, header: "X-Hub-Signature-256", value: signed, want: 202},
		"wrong bearer":  {door: bearer, header: "Authorization", value: "Bearer x", want: 401},
		"no proof":      {door: bearer, want: 401},
		"wrong body":    {door: sign, header: "X-Hub-Signature-256", value: signed, body: raw + "x", want: 401},
		"GET":           {door: bearer, method: "GET", want: 405},
		"too large":     {door: bearer, header: "Authorization", value: "Bearer " + theSecret, body: strings.Repeat("x", Limit+1), want: 413},
		"no mail":       {door: bearer, header: "Authorization", value: "Bearer " + theSecret, err: incident.Errorf(incident.Invalid, "no mail"), want: 422},
		"store is full": {door: bearer, header: "Authorization", value: "Bearer " + theSecret, err: incident.Errorf(incident.Unavailable, "full"), want: 503},
	} {
		t.Run(name, func(t *testing.T) {
			m.got, m.err = nil, tc.err
			method, body := "POST", raw
			if tc.method != "" {
				method = tc.method
			}
			if tc.body != "" {
				body = tc.body
			}
			r := httptest.NewRequest(method, "/hooks/bounces", strings.NewReader(body))
			if tc.header != "" {
				r.Header.Set(tc.header, tc.value)
			}
			w := httptest.NewRecorder()
			tc.door.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Fatalf("%d, want %d: %s", w.Code, tc.want, w.Body)
			}
			if tc.want != 202 {
				if len(m.got) > 0 && tc.err == nil {
					t.Error("it was taken")
				}
				return
			}
			var said outbox.BounceResult
			if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || !said.Matched || len(m.got) != 1 || m.got[0] != raw || m.by.ID != "hook:bounces" || !m.by.System {
				t.Errorf("said %s (%v), took %q by %v", w.Body, err, m.got, m.by)
			}
		})
	}
}

func TestReturnedMailIsConfiguredOrNotTaken(t *testing.T) {
	h, err := New(Deps{Desk: newScene(t, nil).desk}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hooks/bounces", strings.NewReader("x")))
	if w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	if _, err := New(Deps{Desk: newScene(t, nil).desk}, Config{Bounces: Verifier{Kind: "bearer", SecretFile: secretFile(t, theSecret)}}); incident.KindOf(err) != incident.Internal {
		t.Errorf("without an outbox: %v", err)
	}
	named := bearerSource(t)
	named.Name = BouncesName
	good := Verifier{Kind: "bearer", SecretFile: secretFile(t, theSecret)}
	for where, c := range map[string]Config{
		"bounces.kind":        {Bounces: Verifier{SecretFile: "x"}},
		"bounces.secret_file": {Bounces: Verifier{Kind: "bearer"}},
		"bounces.algorithm":   {Bounces: Verifier{Kind: "bearer", SecretFile: "x", Algorithm: "sha256"}},
		"source[0].name":      {Bounces: good, Sources: []Source{named}},
	} {
		problems := c.Check()
		if len(problems) != 1 || problems[0].Where != where {
			t.Errorf("%s: %v", where, problems)
		}
	}
	if _, err := New(Deps{Desk: newScene(t, nil).desk, Bounces: &mailbox{}}, Config{Bounces: Verifier{Kind: "bearer", SecretFile: "/nowhere/secret"}}); len(incident.ProblemsOf(err)) != 1 || incident.ProblemsOf(err)[0].Where != "bounces.secret_file" {
		t.Errorf("a secret that is not there: %v", err)
	}
}
