package slash

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify/outbox"
	"tocsin/playbooks/runner"
	"tocsin/web/auth"
)

const (
	theSecret = "8f742231b10e8888abcd99yyyzzz85a5"
	workspace = "T0000000001"
	ana, ben  = "U0000000ANA", "U0000000BEN"
	stranger  = "U0000STRANG"
	base      = "https://tocsin.example"
)

// scene is the door on a real desk, real accounts and a real store, with a
// double of Slack that takes late answers.
type scene struct {
	*testing.T
	store    *ledgertest.Store
	desk     *casework.Desk
	auth     *auth.Service
	clocks   clockList
	runner   *runner.Runner
	handler  *Handler
	accounts map[string]auth.Account
	log      bytes.Buffer

	slack *httptest.Server
	mu    sync.Mutex
	late  []message
	n     int
}

// clockList is a double of the outbox: what it says is set by the test, and what
// was asked of it is kept.
type clockList struct {
	list        []outbox.Clock
	obligations []outbox.Obligation
	drafts      []outbox.DraftView
	asked       []string
	answer      error
	reminder    outbox.Reminder
}

func (c *clockList) NextClocks(context.Context, incident.Principal, int) ([]outbox.Clock, error) {
	return append([]outbox.Clock(nil), c.list...), nil
}

func (c *clockList) Obligations(context.Context, incident.Principal, string) ([]outbox.Obligation, error) {
	return c.obligations, nil
}

func (c *clockList) Drafts(context.Context, incident.Principal, string) ([]outbox.DraftView, error) {
	return c.drafts, nil
}

func (c *clockList) Approve(_ context.Context, p incident.Principal, _, id, digest string) error {
	c.asked = append(c.asked, "approve "+id+" "+digest+" "+p.ID)
	return c.answer
}

func (c *clockList) ReturnDraft(_ context.Context, p incident.Principal, _, id, digest, reason string) error {
	c.asked = append(c.asked, "return "+id+" "+digest+" "+p.ID+" "+reason)
	return c.answer
}

func (c *clockList) AcknowledgeReminder(_ context.Context, p incident.Principal, id string) (outbox.Reminder, error) {
	c.asked = append(c.asked, "acknowledge "+id+" "+p.ID)
	return c.reminder, c.answer
}

// wiring is what a test changes.
type wiring struct {
	desk     func(*casework.Desk) Desk
	patience time.Duration
	reactors []casework.Reactor
	secrets  []string
}

func newScene(t *testing.T, w wiring) *scene {
	t.Helper()
	s := &scene{T: t, store: ledgertest.New(t), accounts: map[string]auth.Account{}}
	v, err := vault.New(s.store.DB, vault.Config{Dir: t.TempDir()})
	s.must(err)
	s.desk, err = casework.New(casework.Deps{DB: s.store.DB, Vault: v, Reactors: w.reactors}, casework.Config{})
	s.must(err)
	s.auth, err = auth.New(s.store.DB, auth.Config{Clock: s.store.Clock.Now})
	s.must(err)
	s.slack = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || r.URL.Path != "/late/here" || m.Replace {
			t.Errorf("late answer to %s: %v, %+v", r.URL.Path, err, m)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.late = append(s.late, m)
	}))
	t.Cleanup(s.slack.Close)
	var desk Desk = s.desk
	if w.desk != nil {
		desk = w.desk(s.desk)
	}
	if w.patience == 0 {
		w.patience = 20 * time.Second // a busy machine must not make an answer late
	}
	if w.secrets == nil {
		w.secrets = []string{theSecret}
	}
	s.runner, err = runner.New(s.store.DB, runner.Config{})
	s.must(err)
	s.handler, err = New(Deps{Accounts: s.auth, Desk: desk, Duties: &s.clocks, Playbooks: s.runner, Clock: s.store.Clock.Now, Logger: slog.New(slog.NewJSONHandler(&s.log, nil))},
		Config{Secrets: w.secrets, Workspace: workspace, BaseURL: base, ResponseURL: s.slack.URL + "/late/", Patience: w.patience})
	s.must(err)
	t.Cleanup(func() { s.must(s.handler.Close(context.Background())) })
	s.person(ana, "Ana Ito", incident.GrantResponder)
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// person adds an account and links it the way people do.
func (s *scene) person(slack, name string, grants ...incident.Grant) auth.Account {
	s.Helper()
	ctx := context.Background()
	a, _, err := s.auth.AddUser(ctx, incident.Operator(), auth.NewUser{Login: strings.Fields(strings.ToLower(name))[0] + "@example.org", Name: name, Grants: grants})
	s.must(err)
	path, err := s.auth.SlackLink(ctx, workspace, slack)
	s.must(err)
	s.must(s.auth.LinkSlack(ctx, a, strings.TrimPrefix(path, "/account/slack/")))
	s.accounts[slack] = a
	return a
}

func (s *scene) as(slack string) incident.Principal {
	return s.accounts[slack].Principal(incident.FromConsole)
}

// request signs a body like Slack does.
func (s *scene) request(path, contentType, body string, at time.Time, secret string) *http.Request {
	stamp := fmt.Sprint(at.Unix())
	m := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(m, "v0:%s:%s", stamp, body)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(m.Sum(nil)))
	return r
}

func (s *scene) form(who, text string) string {
	s.n++ // Slack's trigger ids differ, and so do the bodies
	return url.Values{"command": {"/breach"}, "text": {text}, "team_id": {workspace}, "user_id": {who}, "user_name": {"somebody"},
		"channel_id": {"C0000000001"}, "response_url": {s.slack.URL + "/late/here"}, "trigger_id": {fmt.Sprint("13345224609.", s.n)}}.Encode()
}

func (s *scene) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func (s *scene) read(w *httptest.ResponseRecorder) message {
	s.Helper()
	var m message
	if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &m) != nil || m.Type != "ephemeral" || m.Text == "" {
		s.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return m
}

// breach types a command and gives the answer the asker sees.
func (s *scene) breach(who, text string) string {
	s.Helper()
	return s.read(s.send(s.request("/slack/commands", formType, s.form(who, text), s.store.Clock.Now(), theSecret))).Text
}

const formType = "application/x-www-form-urlencoded"

// lines are what went to the channel, or late, once all work is done.
func (s *scene) lines(kind string) []string {
	s.Helper()
	s.must(s.handler.Close(context.Background()))
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{}
	for _, m := range s.late {
		if m.Type == kind {
			out = append(out, m.Text)
		}
	}
	return out
}

func (s *scene) contains(got string, want ...string) {
	s.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			s.Errorf("%q does not hold %q", got, w)
		}
	}
}

func (s *scene) open(in casework.NewIncident) *incident.Incident {
	s.Helper()
	i, err := s.desk.OpenIncident(context.Background(), s.as(ana), in)
	s.must(err)
	return i
}

func (s *scene) addTask(i *incident.Incident, in casework.NewTask) *incident.Task {
	s.Helper()
	t, err := s.desk.AddTask(context.Background(), s.as(ana), i.ID, in)
	s.must(err)
	return t
}

func (s *scene) file(ref string) *casework.File {
	s.Helper()
	f, err := s.desk.File(context.Background(), incident.Operator(), ref)
	s.must(err)
	return f
}

func TestDeclareAndWork(t *testing.T) {
	s := newScene(t, wiring{})
	got := s.breach(ana, "declare Mailbox of <b> &amp; co read sev:high type:mailbox_takeover")
	s.contains(got, "INC-2026-0001", "severity high", "&lt;b&gt; &amp; co", "commander")
	f := s.file("INC-2026-0001")
	if f.Incident.Kind != "mailbox_takeover" || f.Incident.OpenedFrom != incident.FromSlack || f.Incident.OpenedBy != s.accounts[ana].ID || f.Incident.Title != "Mailbox of <b> & co read" {
		t.Errorf("%+v", f.Incident)
	}
	task := s.addTask(&f.Incident, casework.NewTask{Title: "Lock the mailbox"})
	s.contains(s.breach(ana, "tasks"), "1. Lock the mailbox", base+"/incidents/INC-2026-0001")
	s.contains(s.breach(ana, "1 done 1 locked at the provider"), "Task 1", "done")
	f = s.file("INC-2026-0001")
	if f.Tasks[0].State != incident.TaskDone || f.Tasks[0].Outcome != "locked at the provider" || f.Tasks[0].ID != task.ID {
		t.Errorf("%+v", f.Tasks[0])
	}
	s.contains(s.breach(ana, "done 1"), "already since", "Nothing was changed")
	want := []string{"<@" + ana + "> declared INC-2026-0001, severity high.", "<@" + ana + "> completed task 1 of INC-2026-0001."}
	if lines := s.lines("in_channel"); len(lines) != 2 || !(lines[0] == want[0] && lines[1] == want[1] || lines[0] == want[1] && lines[1] == want[0]) {
		t.Errorf("the channel read %q", lines)
	}
	if l := s.log.String(); strings.Contains(l, "Mailbox") || strings.Contains(l, "hooks.slack") || strings.Contains(l, "/late/") {
		t.Errorf("log: %s", l)
	}
}

func TestOtherActs(t *testing.T) {
	s := newScene(t, wiring{})
	s.person(ben, "Ben Ode")
	i := s.open(casework.NewIncident{Title: "x"})
	s.addTask(i, casework.NewTask{Title: "one"})
	s.addTask(i, casework.NewTask{Title: "two"})
	s.contains(s.breach(ana, "assign 1 <@"+ben+"|ben>"), "<@"+ben+">")
	s.contains(s.breach(ana, "skip 2 not needed after all"), "skipped")
	s.contains(s.breach(ana, "sev critical data was sold"), "critical")
	s.contains(s.breach(ana, "note told the board at noon"), "timeline")
	f := s.file(i.ID)
	if f.Tasks[0].Assignee != s.accounts[ben].ID || f.Tasks[1].State != incident.TaskSkipped || f.Incident.Severity != incident.Critical {
		t.Errorf("%+v", f)
	}
	timeline, err := s.desk.Timeline(context.Background(), incident.Operator(), i.ID, 1)
	s.must(err)
	if timeline[0].Text != "told the board at noon" || timeline[0].Source != incident.FromSlack {
		t.Errorf("%+v", timeline[0])
	}
	for text, want := range map[string]string{
		"assign 1 ben": "a mention", "assign 1 <@U0NOBODY>": "not linked", "assign x me": "by its number", "skip 1": "hy", "sev awful x": "how bad",
		"sev high": "reason", "note": "empty", "done 99": "no task 99", "done": "by its number", "declare": "what happened", "declare x --drlil": "--drill",
		"declare x sev:awful": "not a severity", "declare x sev:": "space after the colon", "declare x sev:low sev:high": "twice", "INC-2026-0009 status": "INC-2026-0009",
		"list everything": "open, mine", "tasks which": "open, mine", "14 declare x": "leave 14 out", "declare x type:meteor": "kind of breach",
	} {
		got := s.breach(ana, text)
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
	if n := len(s.lines("in_channel")); n != 4 {
		t.Errorf("%d lines in the channel, want one for each change: %q", n, s.lines("in_channel"))
	}
}

func TestReadsAreForTheAskerAlone(t *testing.T) {
	s := newScene(t, wiring{})
	now := s.store.Clock.Now()
	first := s.open(casework.NewIncident{Title: "First", Severity: incident.High})
	s.contains(s.breach(ana, "status"), first.Number, "First", "Awareness is not set", "Opened 2 Mar 2026, 09:00 UTC")
	second := s.open(casework.NewIncident{Title: "Second <!channel>", Drill: true})
	s.clocks.list = []outbox.Clock{
		{Incident: first.ID, Number: first.Number, Regime: "GDPR 33", Recipient: "BayLDA", Due: now.Add(-30 * time.Minute), Zone: "Europe/Berlin"},
		{Incident: first.ID, Number: first.Number, Regime: "Reg X", Recipient: "SEC", Due: now.Add(100 * time.Hour), Unknown: true},
		{Incident: second.ID, Number: second.Number, Regime: "NIS2", Recipient: "CSIRT", Due: now.Add(20 * time.Hour), Drill: true},
	}
	s.contains(s.breach(ana, "status"), "Say which", first.Number, second.Number)
	list := s.breach(ana, "list")
	s.contains(list, "2 incidents", "First", "[DRILL] "+second.Number, "Second &lt;!channel&gt;", "GDPR 33", "overdue by 30 min", "in 20 h")
	s.contains(s.breach(ana, "clock"), "BayLDA", "2 Mar 2026, 08:30 UTC = 2 Mar 2026, 09:30 CET", "if it applies", "in 4 days")
	one := s.breach(ana, second.Number+" clock")
	s.contains(one, "[DRILL]", "NIS2")
	if strings.Contains(one, "GDPR") {
		t.Errorf("another incident's clock: %s", one)
	}
	due := s.breach(ana, "list due")
	if a, b := strings.Index(due, first.Number), strings.Index(due, second.Number); a < 0 || b < a {
		t.Errorf("not by deadline: %s", due)
	}
	s.contains(s.breach(ana, "list mine"), "2 incidents")
	s.contains(s.breach(ana, "whoami"), "responder")
	if all := append(s.lines("in_channel"), s.lines("ephemeral")...); len(all) != 0 {
		t.Errorf("a read was posted: %q", all)
	}
}

func TestNothingLeaksIntoTheChannel(t *testing.T) {
	s := newScene(t, wiring{})
	s.contains(s.breach(ana, "declare Board member's laptop --restricted"), "INC-2026-0001")
	i := s.file("INC-2026-0001").Incident
	if !i.Restricted {
		t.Fatal("not restricted")
	}
	s.addTask(&i, casework.NewTask{Title: "Ask the police"})
	s.breach(ana, "done 1")
	open := s.open(casework.NewIncident{Title: "y"})
	s.addTask(open, casework.NewTask{Title: "Ask counsel about the fine", Privileged: true})
	tasks := s.breach(ana, open.Number+" tasks")
	s.contains(tasks, "1. (privileged")
	if strings.Contains(tasks, "fine") {
		t.Errorf("Slack was shown what is privileged: %s", tasks)
	}
	s.contains(s.breach(ana, open.Number+" done 1"), "done")
	s.person(ben, "Ben Ode", incident.GrantResponder)
	s.contains(s.breach(ben, "INC-2026-0001 status"), "no incident")
	if list := s.breach(ben, "list all"); strings.Contains(list, "INC-2026-0001") {
		t.Errorf("restricted, and listed: %s", list)
	}
	if lines := s.lines("in_channel"); len(lines) != 0 {
		t.Errorf("the channel read %q", lines)
	}
}

func TestACompromisedChannelIsNotSpokenIn(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "They read our chat"})
	s.addTask(i, casework.NewTask{Title: "Lock them out"})
	s.must(s.desk.MarkChannel(context.Background(), s.as(ana), i.ID, incident.ChannelSlack, true))
	s.clocks.list = []outbox.Clock{{Incident: i.ID, Number: i.Number, Regime: "GDPR 33", Due: s.store.Clock.Now()}}
	for _, text := range []string{"status", "tasks", "done 1", i.Number + " status", "note x", i.Number + " clock"} {
		got := s.breach(ana, text)
		s.contains(got, "compromised", base)
		if strings.Contains(got, "chat") || strings.Contains(got, "Lock") || strings.Contains(got, "GDPR") {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{"list", "clock"} {
		got := s.breach(ana, text)
		s.contains(got, "not shown", "compromised")
		if strings.Contains(got, i.Number) || strings.Contains(got, "GDPR") {
			t.Errorf("%s: %s", text, got)
		}
	}
	if f := s.file(i.ID); f.Tasks[0].State != incident.TaskOpen {
		t.Error("whoever reads the chat closed a task")
	}
}

func TestWhoIsNotLinkedGetsHelpOnly(t *testing.T) {
	s := newScene(t, wiring{})
	s.open(casework.NewIncident{Title: "Secret title"})
	for _, text := range []string{"list", "status", "1 tasks", "declare x", "done 1", "nonsense"} {
		got := s.breach(stranger, text)
		s.contains(got, "not linked")
		if strings.Contains(got, "Secret") {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{"", "help"} {
		s.contains(s.breach(stranger, text), "declare", "not linked yet")
	}
	s.contains(s.breach(stranger, "help done"), "done &lt;n&gt; [note]")
	link := s.breach(stranger, "link")
	at := strings.Index(link, base+"/account/slack/")
	if at < 0 {
		t.Fatalf("no link: %s", link)
	}
	a, _, err := s.auth.AddUser(context.Background(), incident.Operator(), auth.NewUser{Login: "str@example.org", Name: "Str", Grants: []incident.Grant{incident.GrantResponder}})
	s.must(err)
	s.must(s.auth.LinkSlack(context.Background(), a, strings.Fields(link[at+len(base+"/account/slack/"):])[0]))
	s.contains(s.breach(stranger, "list"), "Secret title")
	if n := len(s.lines("in_channel")); n != 0 {
		t.Errorf("%d lines", n)
	}
}

func TestUnknownVerb(t *testing.T) {
	s := newScene(t, wiring{})
	for typed, want := range map[string]string{"declre x": "`declare`", "stat": "`status`", "tsk": "`tasks`", "xyzzyx": "help", "lst": "`list`"} {
		s.contains(s.breach(ana, typed), want, "There is no verb")
	}
	if got := s.breach(ana, "xyzzyx"); strings.Contains(got, "Did you mean") {
		t.Errorf("%s", got)
	}
}

func TestOnlyWhatSlackSignedJustNow(t *testing.T) {
	s := newScene(t, wiring{secrets: []string{theSecret, "the next one"}})
	now := s.store.Clock.Now()
	body := s.form(ana, "declare x")
	tamper := func(change func(*http.Request)) *http.Request {
		r := s.request("/slack/commands", formType, body, now, theSecret)
		change(r)
		return r
	}
	for name, r := range map[string]*http.Request{
		"wrong secret":      s.request("/slack/commands", formType, body, now, "guess"),
		"old":               s.request("/slack/commands", formType, body, now.Add(-window-time.Second), theSecret),
		"early":             s.request("/slack/commands", formType, body, now.Add(window+time.Second), theSecret),
		"no signature":      tamper(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }),
		"no time":           tamper(func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }),
		"another time":      tamper(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(now.Unix()+1)) }),
		"another version":   tamper(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v1"+r.Header.Get("X-Slack-Signature")[2:]) }),
		"empty signature":   tamper(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0=") }),
		"another body":      tamper(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body + "&text=declare+y")) }),
		"a command, pushed": s.request("/slack/interactions", formType, body, now, "guess"),
		"an event, guessed": s.request("/slack/events", "application/json", `{"type":"url_verification","challenge":"x"}`, now, "guess"),
	} {
		if w := s.send(r); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	all, err := s.desk.Incidents(context.Background(), incident.Operator(), casework.Filter{})
	s.must(err)
	if len(all) != 0 {
		t.Errorf("%d incidents were opened", len(all))
	}
	s.contains(s.read(s.send(s.request("/slack/commands", formType, s.form(ana, "list"), now, "the next one"))).Text, "Nothing here")
	s.contains(s.read(s.send(s.request("/slack/commands", formType, s.form(ana, "list"), now.Add(-window), theSecret))).Text, "Nothing here")
}

func TestAReplayChangesNothing(t *testing.T) {
	s := newScene(t, wiring{})
	body, now := s.form(ana, "declare x"), s.store.Clock.Now()
	s.contains(s.read(s.send(s.request("/slack/commands", formType, body, now, theSecret))).Text, "INC-2026-0001")
	s.store.Clock.Advance(4 * time.Minute)
	s.contains(s.read(s.send(s.request("/slack/commands", formType, body, now, theSecret))).Text, "taken before")
	var wg sync.WaitGroup
	other := s.form(ana, "declare y")
	for range 8 {
		wg.Go(func() { s.send(s.request("/slack/commands", formType, other, s.store.Clock.Now(), theSecret)) })
	}
	wg.Wait()
	all, err := s.desk.Incidents(context.Background(), incident.Operator(), casework.Filter{})
	s.must(err)
	if len(all) != 2 {
		t.Errorf("%d incidents, want 2", len(all))
	}
	// A restart forgets what was seen, and so refuses what is older than itself.
	again, err := New(s.handler.deps, s.handler.cfg)
	s.must(err)
	s.handler = again
	s.contains(s.read(s.send(s.request("/slack/commands", formType, body, now, theSecret))).Text, "Nothing was changed")
	s.contains(s.breach(ana, "declare z"), "INC-2026-0003")
}

func TestTheQueryIsNobodysWord(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	task := s.addTask(i, casework.NewTask{Title: "t"})
	smuggled := url.Values{"text": {"declare smuggled"}, "user_id": {ana}, "payload": {s.press(ana, i.ID+"/"+task.ID)}}.Encode()
	now := s.store.Clock.Now()
	r := s.request("/slack/commands?"+smuggled, formType, s.form(stranger, "list"), now, theSecret)
	s.contains(s.read(s.send(r)).Text, "not linked")
	if w := s.send(s.request("/slack/interactions?"+smuggled, formType, "a=b", now, theSecret)); w.Code != http.StatusBadRequest {
		t.Errorf("%d", w.Code)
	}
	s.lines("ephemeral")
	if f := s.file(i.ID); f.Tasks[0].State != incident.TaskOpen {
		t.Error("a payload in the query was done")
	}
}

func TestWhatSlackDoesNotSend(t *testing.T) {
	s := newScene(t, wiring{})
	if w := s.send(httptest.NewRequest(http.MethodGet, "/slack/commands", nil)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", w.Code)
	}
	if w := s.send(httptest.NewRequest(http.MethodPost, "/slack/elsewhere", nil)); w.Code != http.StatusNotFound {
		t.Errorf("elsewhere: %d", w.Code)
	}
	big := s.request("/slack/commands", formType, strings.Repeat("a", most+1), s.store.Clock.Now(), theSecret)
	if w := s.send(big); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("large: %d", w.Code)
	}
	other := strings.Replace(s.form(ana, "list"), workspace, "T0000000002", 1)
	s.contains(s.read(s.send(s.request("/slack/commands", formType, other, s.store.Clock.Now(), theSecret))).Text, "workspace")
	if w := s.send(s.request("/slack/commands", formType, "ssl_check=1&token=x", s.store.Clock.Now(), theSecret)); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("ssl_check: %d %s", w.Code, w.Body)
	}
}
