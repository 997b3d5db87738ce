package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
	"tocsin/notify"
)

const token = "xoxb-not-a-real-one"

// double speaks Slack's wire format: form in, token checked, JSON out.
type double struct {
	*httptest.Server
	calls  atomic.Int32
	last   atomic.Pointer[url.Values]
	answer atomic.Pointer[func(w http.ResponseWriter)]
}

// say sets how it answers from now on.
func (d *double) say(answer func(w http.ResponseWriter)) { d.answer.Store(&answer) }

func accepts(w http.ResponseWriter) {
	_, _ = io.WriteString(w, `{"ok":true,"channel":"C0123456789","ts":"1772441467.000100","message":{"type":"message"}}`)
}

func newDouble(t *testing.T) *double {
	d := new(double)
	d.say(accepts)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.calls.Add(1)
		if r.Method != http.MethodPost || r.URL.Path != "/api/chat.postMessage" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%s %s as %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		d.last.Store(&r.PostForm)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if r.PostForm.Get("token") != token && r.Header.Get("Authorization") != "Bearer "+token {
			_, _ = io.WriteString(w, `{"ok":false,"error":"invalid_auth"}`)
			return
		}
		(*d.answer.Load())(w)
	}))
	t.Cleanup(d.Close)
	return d
}

func tokenFile(t *testing.T, text string) string {
	p := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func channelOn(t *testing.T, apiURL, secret string, d Deps) *Channel {
	t.Helper()
	c, err := New(Config{BotTokenFile: tokenFile(t, secret+"\n"), Channel: "C0123456789", APIURL: apiURL}, d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPost(t *testing.T) {
	d := newDouble(t)
	c := channelOn(t, d.URL+"/api/", token, Deps{})
	m := notify.StaffMessage{Text: "INC-2026-0001 was opened:\n<!channel> & more.", Link: "https://tocsin.example/incidents/INC-2026-0001", Drill: true}
	got := c.Post(context.Background(), m)
	if d := cmp.Diff(notify.Receipt{Outcome: notify.Accepted, Code: 200, Queue: "1772441467.000100"}, got); d != "" {
		t.Error(d)
	}
	form := *d.last.Load()
	if form.Get("channel") != "C0123456789" || form.Get("unfurl_links") != "false" || form.Get("unfurl_media") != "false" {
		t.Errorf("%v", form)
	}
	want := "[DRILL] INC-2026-0001 was opened: &lt;!channel&gt; &amp; more. https://tocsin.example/incidents/INC-2026-0001"
	if form.Get("text") != want {
		t.Errorf("text %q", form.Get("text"))
	}
	var blocks []struct {
		Type  string
		Text  struct{ Type, Text string }
		Elems []struct {
			Type, URL string
			Text      struct{ Type, Text string }
		} `json:"elements"`
	}
	if err := json.Unmarshal([]byte(form.Get("blocks")), &blocks); err != nil {
		t.Fatal(err)
	}
	if len(blocks) != 2 || blocks[0].Text.Type != "plain_text" || blocks[0].Text.Text != "[DRILL] INC-2026-0001 was opened: <!channel> & more." ||
		blocks[1].Elems[0].URL != m.Link || blocks[1].Elems[0].Text.Text == "" {
		t.Errorf("%s", form.Get("blocks"))
	}
}

func TestOutcomes(t *testing.T) {
	d := newDouble(t)
	say := func(body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { _, _ = io.WriteString(w, body) }
	}
	status := func(code int, retry string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if retry != "" {
				w.Header().Set("Retry-After", retry)
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "<html>")
		}
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		want   notify.Outcome
		code   int
	}{
		"not in the channel":  {say(`{"ok":false,"error":"not_in_channel"}`), notify.Rejected, 200},
		"revoked":             {say(`{"ok":false,"error":"token_revoked"}`), notify.Rejected, 200},
		"said rate limit":     {say(`{"ok":false,"error":"ratelimited"}`), notify.Deferred, 200},
		"service unavailable": {say(`{"ok":false,"error":"service_unavailable"}`), notify.Deferred, 200},
		"fatal error":         {say(`{"ok":false,"error":"fatal_error"}`), notify.Uncertain, 200},
		"half an answer":      {say(`{"ok":tr`), notify.Uncertain, 0},
		"429":                 {status(429, "30"), notify.Deferred, 429},
		"429 without a time":  {status(429, ""), notify.Deferred, 429},
		"503":                 {status(503, ""), notify.Deferred, 503},
		"502":                 {status(502, ""), notify.Uncertain, 502},
		"500":                 {status(500, ""), notify.Uncertain, 500},
		"403":                 {status(403, ""), notify.Rejected, 403},
		"line dropped":        {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, notify.Uncertain, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d.say(c.answer)
			before := d.calls.Load()
			got := channelOn(t, d.URL+"/api/", token, Deps{}).Post(context.Background(), notify.StaffMessage{Text: "x"})
			if got.Outcome != c.want || got.Code != c.code {
				t.Errorf("%+v", got)
			}
			if n := d.calls.Load() - before; n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String() + "/"
	l.Close()
	if got := channelOn(t, address, token, Deps{}).Post(context.Background(), notify.StaffMessage{Text: "x"}); got.Outcome != notify.Deferred {
		t.Errorf("%+v", got)
	}
}

func TestStopped(t *testing.T) {
	d := newDouble(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := channelOn(t, d.URL+"/api/", token, Deps{}).Post(ctx, notify.StaffMessage{Text: "x"}); got.Outcome != notify.Deferred || d.calls.Load() != 0 {
		t.Errorf("before: %+v, asked %d times", got, d.calls.Load())
	}
	ctx, cancel = context.WithCancel(context.Background())
	release := make(chan struct{})
	defer close(release)
	d.say(func(http.ResponseWriter) { cancel(); <-release })
	if got := channelOn(t, d.URL+"/api/", token, Deps{}).Post(ctx, notify.StaffMessage{Text: "x"}); got.Outcome != notify.Uncertain {
		t.Errorf("after it left: %+v", got)
	}
}

func TestWaitsAsLongAsSlackAsks(t *testing.T) {
	d := newDouble(t)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := channelOn(t, d.URL+"/api/", token, Deps{Clock: func() time.Time { return now }})
	d.say(func(w http.ResponseWriter) { w.Header().Set("Retry-After", "30"); w.WriteHeader(429) })
	c.Post(context.Background(), notify.StaffMessage{Text: "x"})
	d.say(accepts)
	now = now.Add(29 * time.Second)
	if got := c.Post(context.Background(), notify.StaffMessage{Text: "x"}); got.Outcome != notify.Deferred || d.calls.Load() != 1 || !strings.Contains(got.Detail, "1s") {
		t.Errorf("%+v, asked %d times", got, d.calls.Load())
	}
	now = now.Add(time.Second)
	if got := c.Post(context.Background(), notify.StaffMessage{Text: "x"}); got.Outcome != notify.Accepted {
		t.Errorf("%+v", got)
	}
}

func TestNoSecretInLogOrReceipt(t *testing.T) {
	d := newDouble(t)
	var log bytes.Buffer
	c := channelOn(t, d.URL+"/api/", "xoxb-somebody-elses", Deps{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	got := c.Post(context.Background(), notify.StaffMessage{Text: "the sentence"})
	if got.Outcome != notify.Rejected || got.Enhanced != "invalid_auth" {
		t.Errorf("%+v", got)
	}
	if s := log.String(); s == "" || strings.Contains(s, "xoxb") || strings.Contains(s, "the sentence") {
		t.Errorf("log %q", s)
	}
}

func TestLongTextIsCut(t *testing.T) {
	if n := len([]rune(Text(notify.StaffMessage{Text: strings.Repeat("ä", 5000)}))); n != longest {
		t.Errorf("%d characters", n)
	}
}

func TestConfig(t *testing.T) {
	if p := (Config{}).Check(); p != nil {
		t.Errorf("the zero value: %v", p)
	}
	var got []string
	for _, c := range []Config{
		{BotTokenFile: "x", Channel: "#incidents"}, {Channel: "C0123456789"}, {SecondSigningSecretEnv: "X"},
		{Workspace: "acme"}, {APIURL: "http://slack.example/"}, {APIURL: "https://slack.example/api"}, {ResponseURL: "http://127.0.0.1:1/"},
	} {
		for _, p := range c.Check() {
			got = append(got, p.Where)
		}
	}
	want := []string{"slack.channel", "slack.bot_token_file", "slack.signing_secret_file", "slack.workspace", "slack.api_url", "slack.api_url"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	env := func(k string) string { return map[string]string{"ONE": "first", "TWO": " second\n"}[k] }
	s, err := Config{SigningSecretEnv: "ONE", SecondSigningSecretEnv: "TWO"}.SigningSecrets(env)
	if err != nil || !cmp.Equal(s, []string{"first", "second"}) {
		t.Errorf("%v %v", s, err)
	}
	if _, err := (Config{SigningSecretEnv: "NONE"}).SigningSecrets(env); incident.KindOf(err) != incident.Invalid {
		t.Errorf("%v", err)
	}
	if _, err := New(Config{BotTokenFile: tokenFile(t, " \n"), Channel: "C0123456789"}, Deps{}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("%v", err)
	}
}
