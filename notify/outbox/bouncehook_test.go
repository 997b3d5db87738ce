package outbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/web/hooks"
)

// TestReturnedMailThroughTheDoor goes from a letter that was sent to what
// Postfix sends back, by POST, and to the mailing's counts.
func TestReturnedMailThroughTheDoor(t *testing.T) {
	post := &identities{of: map[string]string{}}
	h := build(t, post)
	h.ready(t, 10)
	m := h.run(t, h.release(t).ID, over)
	file := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(file, []byte("only the relay knows"), 0o600))
	door, err := hooks.New(hooks.Deps{Desk: h.desk, Bounces: h.Service}, hooks.Config{Bounces: hooks.Verifier{Kind: "bearer", SecretFile: file}})
	must(t, err)
	server := httptest.NewServer(door)
	defer server.Close()
	const to = "p7@mail.example"
	raw := returnedMail(post.of[to], to, "failed", "5.1.1")
	send := func(secret string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/hooks/bounces", strings.NewReader(raw))
		must(t, err)
		r.Header.Set("Content-Type", "message/rfc822")
		r.Header.Set("Authorization", "Bearer "+secret)
		answer, err := http.DefaultClient.Do(r)
		must(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		must(t, err)
		return answer.StatusCode, strings.TrimSpace(string(body))
	}
	for _, step := range []struct {
		secret  string
		code    int
		says    string
		bounced int
	}{
		{"somebody else", http.StatusUnauthorized, "", 0},
		{"only the relay knows", http.StatusAccepted, `{"kind":"failed","matched":true,"changed":true}`, 1},
		{"only the relay knows", http.StatusAccepted, `{"kind":"failed","matched":true,"changed":false}`, 1},
	} {
		code, says := send(step.secret)
		now, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
		must(t, err)
		if code != step.code || step.says != "" && says != step.says || now.Counts.Bounced != step.bounced || now.NeedLetter() != step.bounced || now.Counts.Accepted != m.Counts.Accepted-step.bounced {
			t.Errorf("%d %s; counts %+v; want %+v", code, says, now.Counts, step)
		}
		if strings.Contains(says, "@") {
			t.Errorf("the answer names an address: %s", says)
		}
	}
}
