package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

const theSecret = "correct horse battery staple"

// scene is a receiver on a real desk and a real store.
type scene struct {
	*testing.T
	store *ledgertest.Store
	desk  *casework.Desk
	web   *httptest.Server
	log   bytes.Buffer
}

// refuses undoes the opening of incidents while its error is set.
type refuses struct {
	casework.NoReactions
	err error
}

func (r *refuses) IncidentOpened(*ledger.Tx, *incident.Incident) error { return r.err }

func secretFile(t testing.TB, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(p, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func bearerSource(t testing.TB) Source {
	return Source{Name: "siem", Parser: "generic", Verifier: Verifier{Kind: "bearer", SecretFile: secretFile(t, theSecret)},
		Rules: []casework.TriageRule{{Name: "grave", Severities: []string{"critical", "high"}, Do: "open", Kind: "support_channel", Severity: incident.High}}}
}

func newScene(t *testing.T, reactors []casework.Reactor, sources ...Source) *scene {
	t.Helper()
	s := &scene{T: t, store: ledgertest.New(t)}
	v, err := vault.New(s.store.DB, vault.Config{Dir: t.TempDir()})
	s.must(err)
	s.desk, err = casework.New(casework.Deps{DB: s.store.DB, Vault: v, Reactors: reactors}, casework.Config{})
	s.must(err)
	h, err := New(Deps{Desk: s.desk, Clock: s.store.Clock.Now, Logger: slog.New(slog.NewJSONHandler(&s.log, nil))}, Config{Sources: sources})
	s.must(err)
	s.web = httptest.NewServer(h)
	t.Cleanup(s.web.Close)
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

type reply struct {
	status int
	header http.Header
	answer
	Detail string             `json:"detail"`
	Errors []incident.Problem `json:"errors"`
}

func (s *scene) post(path string, body []byte, header ...string) reply {
	s.Helper()
	r, err := http.NewRequest(http.MethodPost, s.web.URL+path, bytes.NewReader(body))
	s.must(err)
	for n := 0; n+1 < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	resp, err := s.web.Client().Do(r)
	s.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	s.must(err)
	out := reply{status: resp.StatusCode, header: resp.Header}
	if err := json.Unmarshal(b, &out); err != nil {
		s.Fatalf("status %d, body %q: %v", resp.StatusCode, b, err)
	}
	if out.status != http.StatusAccepted && resp.Header.Get("Content-Type") != "application/problem+json" {
		s.Errorf("status %d came as %s", out.status, resp.Header.Get("Content-Type"))
	}
	return out
}

func (s *scene) alerts() []incident.Alert {
	s.Helper()
	list, err := s.desk.Alerts(context.Background(), incident.Operator(), 0)
	s.must(err)
	return list
}

func (s *scene) incidents() []incident.Incident {
	s.Helper()
	list, err := s.desk.Incidents(context.Background(), incident.Operator(), casework.Filter{})
	s.must(err)
	return list
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var authorised = []string{"Authorization", "Bearer " + theSecret}

func TestAnAlertOpensAnIncidentAndStartsNoClock(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	got := s.post("/hooks/siem", fixture(t, "generic-default.json"), authorised...)
	if got.status != 202 || got.Alert == "" || got.Incident != "INC-2026-0001" || got.Duplicate {
		t.Fatalf("%+v", got)
	}
	f, err := s.desk.File(context.Background(), incident.Operator(), got.Incident)
	s.must(err)
	if f.Incident.OpenedFrom != incident.FromHook || f.Incident.Title != "Support tickets read in bulk" || len(f.Alerts) != 1 {
		t.Errorf("%+v", f.Incident)
	}
	if _, set := f.InForce[incident.Aware]; set {
		t.Error("an alert made somebody aware")
	}
	if at := f.InForce[incident.Detected].At; !at.Equal(time.UnixMilli(1772440980123)) {
		t.Errorf("detected at %v", at)
	}
	if strings.Contains(s.log.String(), "agent-17") || strings.Contains(s.log.String(), theSecret) {
		t.Errorf("the log holds what was sent: %s", s.log.String())
	}
}

func TestDedupedByDeliveryThenByFingerprint(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	body := fixture(t, "generic-default.json")
	first := s.post("/hooks/siem", body, authorised...)
	again := s.post("/hooks/siem", body, authorised...)
	if !again.Duplicate || again.Alert != first.Alert || again.Incident != first.Incident || again.status != 202 {
		t.Errorf("same body: %+v", again)
	}
	other := bytes.Replace(body, []byte("900 tickets"), []byte("950 tickets"), 1)
	update := s.post("/hooks/siem", other, authorised...)
	if update.Duplicate || update.Alert != first.Alert || update.Incident != first.Incident {
		t.Errorf("same fingerprint: %+v", update)
	}
	named := append([]string{"X-Delivery-Id", "d-1"}, authorised...)
	if a := s.post("/hooks/siem", body, named...); a.Duplicate || a.Alert != first.Alert {
		t.Errorf("new delivery id: %+v", a)
	}
	if a := s.post("/hooks/siem", other, named...); !a.Duplicate {
		t.Errorf("known delivery id: %+v", a)
	}
	if list := s.alerts(); len(list) != 1 || list[0].Count != 3 {
		t.Errorf("%d alerts, count %d; want one seen 3 times", len(list), list[0].Count)
	}
	resolved := bytes.Replace(body, []byte(`"status": "open"`), []byte(`"status": "resolved"`), 1)
	s.post("/hooks/siem", resolved, authorised...)
	if i := s.incidents(); len(i) != 1 || i[0].Status != incident.Open {
		t.Errorf("a resolved alert changed the incident: %+v", i)
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	good := fixture(t, "generic-default.json")
	big := append(append([]byte(`{"title":"`), bytes.Repeat([]byte("a"), Limit)...), `"}`...)
	for _, c := range []struct {
		name, path string
		body       []byte
		header     []string
		want       int
	}{
		{"no secret", "/hooks/siem", good, nil, 401},
		{"wrong secret", "/hooks/siem", good, []string{"Authorization", "Bearer " + theSecret + "r"}, 401},
		{"part of the secret", "/hooks/siem", good, []string{"Authorization", "Bearer correct"}, 401},
		{"empty secret", "/hooks/siem", good, []string{"Authorization", "Bearer "}, 401},
		{"other scheme", "/hooks/siem", good, []string{"Authorization", "Basic " + theSecret}, 401},
		{"unknown source", "/hooks/elsewhere", good, authorised, 404},
		{"no source", "/hooks/", good, authorised, 404},
		{"a byte too large", "/hooks/siem", big[:Limit+1], authorised, 413},
		{"two mebibytes", "/hooks/siem", bytes.Repeat([]byte(" "), 2*Limit), authorised, 413},
		{"unreadable without the secret", "/hooks/siem", []byte("{"), nil, 401},
	} {
		if got := s.post(c.path, c.body, c.header...); got.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.want)
		}
	}
	if len(s.alerts()) != 0 {
		t.Error("a refused call was kept")
	}
	pad := append(bytes.Repeat([]byte(" "), Limit-len(good)), good...)
	if got := s.post("/hooks/siem", pad, authorised...); got.status != 202 {
		t.Errorf("exactly the limit: %d", got.status)
	}
	resp, err := s.web.Client().Get(s.web.URL + "/hooks/siem")
	s.must(err)
	resp.Body.Close()
	if resp.StatusCode != 405 || resp.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %d", resp.StatusCode)
	}
}

// endless counts what is read of a body that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }

func TestALargeBodyIsNotReadToItsEnd(t *testing.T) {
	h, err := New(Deps{Desk: new(casework.Desk)}, Config{Sources: []Source{bearerSource(t)}})
	if err != nil {
		t.Fatal(err)
	}
	for declared, most := range map[int64]int{-1: 2*Limit + 64<<10, 1 << 40: 0} {
		body := &endless{}
		r := httptest.NewRequest(http.MethodPost, "/hooks/siem", body)
		r.ContentLength = declared
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 413 || body.read > most {
			t.Errorf("declared %d: status %d after %d bytes", declared, w.Code, body.read)
		}
	}
}

func TestUnreadableIsRefusedAndKept(t *testing.T) {
	open := bearerSource(t)
	open.Rules = []casework.TriageRule{{Name: "everything", Do: "open"}}
	am := open
	am.Name, am.Parser = "am", "alertmanager"
	s := newScene(t, nil, open, am)
	for _, c := range []struct{ path, body, where, what string }{
		{"siem", "{\n  \"title\": \"x\",,\n}", "line 2, column 16", "not JSON"},
		{"siem", `{"title":"x"`, "line 1, column 13", "ends too early"},
		{"siem", `{"title":"x"} {}`, "line 1", "follows"},
		{"siem", "", "body", "empty"},
		{"siem", `"x"`, "$", "a text; an object"},
		{"siem", `[]`, "$[*]", "no alert"},
		{"siem", `{"id":"1"}`, "$ $.title", "needs a title"},
		{"siem", `[{"title":"a"},{"title":{}}]`, "$[*] (alert 2 of 2) $.title", "an object"},
		{"am", `[]`, "$", "a list; Alertmanager sends an object"},
		{"am", `{"version":"4","alerts":[]}`, "$.alerts", "at least one"},
		{"am", `{"alerts":[{"labels":{}},{"labels":7},9]}`, "$.alerts[1].labels", "a number"},
	} {
		got := s.post("/hooks/"+c.path, []byte(c.body), authorised...)
		if got.status != 422 || len(got.Errors) == 0 {
			t.Errorf("%s: %+v", c.body, got)
			continue
		}
		if p := got.Errors[0]; !strings.HasPrefix(p.Where, c.where) || !strings.Contains(p.What, c.what) {
			t.Errorf("%s: %v", c.body, got.Errors)
		}
	}
	list := s.alerts()
	if len(list) != 11 || len(s.incidents()) != 0 {
		t.Fatalf("%d listed, %d incidents; want 11 and none", len(list), len(s.incidents()))
	}
	if a := list[0]; a.Triaged == "" || !strings.Contains(a.Description, "$.alerts[1].labels") || a.Severity != "unknown" {
		t.Errorf("%+v", a)
	}
	// The same id with a corrected body is taken.
	id := append([]string{"X-Delivery-Id", "d-9"}, authorised...)
	s.post("/hooks/siem", []byte("{"), id...)
	if got := s.post("/hooks/siem", []byte(`{"title":"x"}`), id...); got.status != 202 || got.Duplicate || got.Incident == "" {
		t.Errorf("corrected: %+v", got)
	}
}

func TestCompressedBodiesAreExplained(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	got := s.post("/hooks/siem", []byte("\x1f\x8b\x08"), append([]string{"Content-Encoding", "gzip"}, authorised...)...)
	if got.status != 422 || got.Errors[0].Where != "Content-Encoding" {
		t.Errorf("%+v", got)
	}
}

func TestTheStoreCannot(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	s.store.Damaged = true
	s.must(s.store.Close())
	got := s.post("/hooks/siem", fixture(t, "generic-default.json"), authorised...)
	if got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("%+v", got)
	}
}

func TestAFailingReactor(t *testing.T) {
	r := &refuses{err: io.ErrUnexpectedEOF}
	s := newScene(t, []casework.Reactor{r}, bearerSource(t))
	body := fixture(t, "generic-default.json")
	if got := s.post("/hooks/siem", body, authorised...); got.status != 503 || strings.Contains(got.Detail, "EOF") {
		t.Errorf("our fault: %+v", got)
	}
	if len(s.alerts()) != 0 {
		t.Error("half of it was kept")
	}
	r.err = incident.Errorf(incident.NotFound, "There is no playbook named x.")
	if got := s.post("/hooks/siem", body, authorised...); got.status != 202 || got.Incident != "" || got.Duplicate {
		t.Errorf("a rule's mistake: %+v", got)
	}
	if list := s.alerts(); len(list) != 1 || !strings.Contains(list[0].Triaged, "could not be followed") {
		t.Errorf("%+v", list)
	}
}

func TestConcurrentCallsOpenOneIncident(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	body := fixture(t, "generic-default.json")
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			got := s.post("/hooks/siem", body, append([]string{"X-Delivery-Id", strconv.Itoa(n / 2)}, authorised...)...)
			if got.status != 202 || got.Incident != "INC-2026-0001" {
				t.Errorf("%+v", got)
			}
		})
	}
	wg.Wait()
	if list := s.alerts(); len(list) != 1 || list[0].Count != 8 {
		t.Errorf("%+v", list)
	}
}

func sign(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func TestALongTitleInAnyScriptOpensAnIncident(t *testing.T) {
	s := newScene(t, nil, bearerSource(t))
	body := `{"id":"1","severity":"high","title":"` + strings.Repeat("漏", 400) + `"}`
	if got := s.post("/hooks/siem", []byte(body), authorised...); got.status != 202 || got.Incident == "" {
		t.Errorf("%+v", got)
	}
}

func TestSignatures(t *testing.T) {
	const next = "the secret after this one"
	base := bearerSource(t)
	make := func(name string, v Verifier) Source {
		s := base
		s.Name, v.Kind, v.SecretFile, v.SecondSecretFile = name, "hmac", secretFile(t, theSecret), secretFile(t, next)
		s.Verifier = v
		return s
	}
	s := newScene(t, nil,
		make("plain", Verifier{}),
		make("base64", Verifier{Header: "X-Sig", Encoding: "base64", Signed: "timestamp+body", TimestampHeader: "X-Time"}),
		make("pager", Verifier{Header: "X-Pager", Prefix: "v1="}),
		make("slackish", Verifier{Header: "X-Slack-Signature", Prefix: "v0=", Signed: "v0:timestamp:body", TimestampHeader: "X-Slack-Request-Timestamp"}))
	body := `{"title":"x"}`
	now := strconv.FormatInt(s.store.Clock.Now().Unix(), 10)
	old := strconv.FormatInt(s.store.Clock.Now().Add(-6*time.Minute).Unix(), 10)
	early := strconv.FormatInt(s.store.Clock.Now().Add(6*time.Minute).Unix(), 10)
	hx := func(secret, text string) string { return hex.EncodeToString(sign(secret, text)) }
	b64 := func(secret, text string) string { return base64.StdEncoding.EncodeToString(sign(secret, text)) }
	for _, c := range []struct {
		name, source string
		header       []string
		want         int
	}{
		{"good", "plain", []string{"X-Hub-Signature-256", "sha256=" + hx(theSecret, body)}, 202},
		{"rotating", "plain", []string{"X-Hub-Signature-256", "sha256=" + hx(next, body)}, 202},
		{"upper case", "plain", []string{"X-Hub-Signature-256", "sha256=" + strings.ToUpper(hx(theSecret, body))}, 202},
		{"other secret", "plain", []string{"X-Hub-Signature-256", "sha256=" + hx("guess", body)}, 401},
		{"other body", "plain", []string{"X-Hub-Signature-256", "sha256=" + hx(theSecret, body+" ")}, 401},
		{"no prefix", "plain", []string{"X-Hub-Signature-256", hx(theSecret, body)}, 401},
		{"cut short", "plain", []string{"X-Hub-Signature-256", "sha256=" + hx(theSecret, body)[:32]}, 401},
		{"empty", "plain", []string{"X-Hub-Signature-256", "sha256="}, 401},
		{"absent", "plain", nil, 401},
		{"base64", "base64", []string{"X-Sig", b64(theSecret, now+body), "X-Time", now}, 202},
		{"too old", "base64", []string{"X-Sig", b64(theSecret, old+body), "X-Time", old}, 401},
		{"too early", "base64", []string{"X-Sig", b64(theSecret, early+body), "X-Time", early}, 401},
		{"another time than signed", "base64", []string{"X-Sig", b64(theSecret, old+body), "X-Time", now}, 401},
		{"no time", "base64", []string{"X-Sig", b64(theSecret, body)}, 401},
		{"several", "pager", []string{"X-Pager", "v1=" + hx("gone", body) + ", v1=" + hx(theSecret, body)}, 202},
		{"slack's way", "slackish", []string{"X-Slack-Signature", "v0=" + hx(theSecret, "v0:"+now+":"+body), "X-Slack-Request-Timestamp", now}, 202},
	} {
		if got := s.post("/hooks/"+c.source, []byte(body), c.header...); got.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.want)
		}
	}
}

func TestBearerInAHeaderOfItsOwn(t *testing.T) {
	src := bearerSource(t)
	src.Verifier.Header = "X-Api-Key"
	s := newScene(t, nil, src)
	if got := s.post("/hooks/siem", []byte(`{"title":"x"}`), "X-Api-Key", theSecret); got.status != 202 {
		t.Errorf("%+v", got)
	}
	if got := s.post("/hooks/siem", []byte(`{"title":"x"}`), authorised...); got.status != 401 {
		t.Errorf("%+v", got)
	}
}
