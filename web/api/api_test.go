package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/playbooks/builtin"
	"tocsin/web/api"
)

func TestIncidentsOpenReadChange(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	a := c.do("POST", "/incidents", `{"title":"Desk  leak","kind":"support_channel","severity":"high","summary":"S"}`).want(201)
	var i struct {
		Number, URL, Title, Status, ID string
		OpenedFrom                     string `json:"opened_from"`
		People                         []struct{ Role, Account string }
	}
	a.into(&i)
	if i.Number != "INC-2026-0001" || i.URL != "https://tocsin.example/incidents/INC-2026-0001" || i.Title != "Desk leak" || i.Status != "open" {
		t.Errorf("%+v", i)
	}
	if i.OpenedFrom != "api" || len(i.People) != 1 || i.People[0].Account != c.id || i.People[0].Role != "commander" {
		t.Errorf("opened from %q by %+v", i.OpenedFrom, i.People)
	}
	if l := a.header.Get("Location"); l != "/api/v1/incidents/INC-2026-0001" {
		t.Errorf("Location %q", l)
	}
	for _, ref := range []string{i.Number, "1", i.ID, "inc-2026-0001"} {
		var again struct{ ID string }
		c.get("/incidents/" + ref).want(200).into(&again)
		if again.ID != i.ID {
			t.Errorf("%s is another incident", ref)
		}
	}
	for _, tt := range []struct {
		body string
		want int
		says string
	}{
		{`{"severity":"critical","reason":"more data"}`, 200, `"severity":"critical"`},
		{`{"severity":"critical"}`, 409, "critical already"},
		{`{"status":"contained"}`, 200, `"status":"contained"`},
		{`{"severity":"low","status":"open"}`, 422, "one of status, severity and restricted"},
		{`{}`, 422, "one of status, severity and restricted"},
		{`{"status":"gone"}`, 422, "not a status"},
		{`{"restricted":true}`, 200, `"restricted":true`},
		{`{"status":"dismissed"}`, 422, "Say how it ended"},
		{`{"status":"dismissed","reason":"a test message"}`, 200, `"outcome":"a test message"`},
		{`{"severity":"low"}`, 200, `"severity":"low"`},
		{`{"status":"contained"}`, 422, "only be opened again"},
		{`{"status":"open","reason":"it was real"}`, 200, `"status":"open"`},
	} {
		if got := c.do("PATCH", "/incidents/1", tt.body); got.status != tt.want || !strings.Contains(got.body, tt.says) {
			t.Errorf("%s: %d %s", tt.body, got.status, got.body)
		}
	}
}

func TestWhoMayWhat(t *testing.T) {
	h := build(t)
	responder, auditor, admin := h.token(incident.GrantResponder), h.token(incident.GrantAuditor), h.token(incident.GrantAdmin)
	number := responder.open("Leak")
	nobody := &client{house: h}
	bad := &client{house: h, secret: responder.secret[:len(responder.secret)-2] + "zz"}
	for _, tt := range []struct {
		who                *client
		method, path, body string
		want               int
	}{
		{nobody, "GET", "/incidents", "", 401},
		{bad, "GET", "/incidents", "", 401},
		{nobody, "POST", "/incidents", `{"title":"x"}`, 401},
		{nobody, "GET", "/openapi.json", "", 200},
		{auditor, "GET", "/incidents/" + number, "", 200},
		{auditor, "POST", "/incidents", `{"title":"x"}`, 403},
		{auditor, "POST", "/incidents/" + number + "/timeline", `{"text":"x"}`, 403},
		{auditor, "GET", "/audit", "", 200},
		{responder, "GET", "/audit", "", 403},
		{responder, "GET", "/audit/head", "", 403},
		{responder, "GET", "/users", "", 403},
		{admin, "GET", "/users", "", 200},
		{admin, "GET", "/incidents/" + number, "", 404}, // an administrator sees no case
		{admin, "GET", "/incidents/INC-2026-0099", "", 404},
		{auditor, "GET", "/alerts", "", 403},
		{responder, "GET", "/nothing", "", 404},
		{responder, "DELETE", "/incidents", "", 405},
		{auditor, "GET", "/incidents/" + number + "/rosters/current/people.csv", "", 403},
		{responder, "GET", "/incidents/" + number + "/rosters/current/people.csv", "", 404}, // its commander may, and there is none yet
	} {
		got := tt.who.do(tt.method, tt.path, tt.body)
		if got.status != tt.want {
			t.Errorf("%s %s: %d, want %d: %s", tt.method, tt.path, got.status, tt.want, got.body)
		}
		if got.status < 400 {
			continue
		}
		var p struct {
			Status        int
			Title, Detail string
		}
		got.into(&p)
		if ct := got.header.Get("Content-Type"); ct != "application/problem+json" || p.Status != tt.want || p.Title == "" || p.Detail == "" {
			t.Errorf("%s %s: %s %s", tt.method, tt.path, ct, got.body)
		}
	}
	// What may not be seen looks as what is not there.
	responder.do("PATCH", "/incidents/"+number, `{"restricted":true}`).want(200)
	hidden, absent := auditor.get("/incidents/INC-2026-0001"), auditor.get("/incidents/INC-2026-0002")
	if hidden.status != 404 || strings.ReplaceAll(hidden.body, "0001", "0002") != absent.body {
		t.Errorf("hidden %s, absent %s", hidden.body, absent.body)
	}
	if got := responder.do("DELETE", "/incidents", ""); got.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow %q", got.header.Get("Allow"))
	}
}

func TestStrictJSON(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	number := c.open("Leak")
	for _, tt := range []struct {
		path, body string
		want       int
		where      []string
	}{
		{"/incidents", `{"titel":"x","title":"y","sevrity":"low"}`, 422, []string{"titel", "sevrity"}},
		{"/incidents", `{"Title":"x"}`, 422, []string{"Title"}},
		{"/incidents", `{"title":"x","title":"y"}`, 422, []string{"title"}},
		{"/incidents", `{"title":1}`, 422, []string{"title"}},
		{"/incidents", `{"title":"x","kind":"fire"}`, 422, []string{"kind"}},
		{"/incidents", `{"title":""}`, 422, []string{"title"}},
		{"/incidents", `{"title":"x"} {}`, 422, nil},
		{"/incidents", `{"title":"x"`, 422, nil},
		{"/incidents", `[]`, 422, nil},
		{"/incidents", `null`, 422, nil},
		{"/incidents", ``, 422, nil},
		{"/incidents", `{"title":"` + strings.Repeat("x", 1<<20) + `"}`, 413, nil},
		{"/incidents/" + number + "/facts", `{"facts":[{"name":"incident.access","values":["yes"]},{"nam":"x","values":[{"a":1}]}]}`, 422, []string{"facts[1].nam"}},
		{"/incidents/" + number + "/tasks", `{"title":"x","due":"tomorrow"}`, 422, []string{""}},
		{"/incidents/" + number + "/tasks/1/reopen", `{}`, 422, nil},
	} {
		got := c.do("POST", tt.path, tt.body)
		var p struct {
			Errors []struct{ Where, What string }
		}
		got.into(&p)
		var where []string
		for _, e := range p.Errors {
			where = append(where, e.Where)
		}
		if got.status != tt.want || fmt.Sprint(where) != fmt.Sprint(tt.where) {
			t.Errorf("%.60s: %d, errors at %q, want %d at %q: %.300s", tt.body, got.status, where, tt.want, tt.where, got.body)
		}
	}
	if got := c.send("POST", "/incidents", strings.NewReader("title=x"), "Content-Type", "application/x-www-form-urlencoded"); got.status != 415 {
		t.Errorf("a form: %d", got.status)
	}
	if got := c.get("/incidents?stauts=open"); got.status != 422 || !strings.Contains(got.body, "stauts") {
		t.Errorf("unknown query parameter: %d %s", got.status, got.body)
	}
	var l struct{ Items []any }
	c.get("/incidents").want(200).into(&l)
	if len(l.Items) != 1 {
		t.Errorf("%d incidents: a refused one was opened", len(l.Items))
	}
}

func TestPages(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder, incident.GrantAuditor)
	for n := range 5 {
		c.open(fmt.Sprintf("Leak %d", n))
		c.do("POST", "/incidents/1/timeline", fmt.Sprintf(`{"text":"line %d"}`, n)).want(201)
	}
	for _, path := range []string{"/incidents", "/audit", "/incidents/1/timeline"} {
		seen, after := map[string]bool{}, ""
		for pages := 1; ; pages++ {
			var l struct {
				Items []json.RawMessage
				Next  *string
			}
			c.get(path + "?limit=2" + after).want(200).into(&l)
			for _, i := range l.Items {
				if seen[string(i)] {
					t.Errorf("%s: twice: %s", path, i)
				}
				seen[string(i)] = true
			}
			if l.Next == nil {
				break
			}
			if len(l.Items) != 2 || pages > 60 {
				t.Fatalf("%s: %d items on page %d", path, len(l.Items), pages)
			}
			after = "&after=" + *l.Next
		}
		var whole struct{ Items []any }
		c.get(path + "?limit=200").want(200).into(&whole)
		if len(seen) != len(whole.Items) || len(seen) < 3 {
			t.Errorf("%s: %d items in pages, %d at once", path, len(seen), len(whole.Items))
		}
	}
	for _, q := range []string{"limit=0", "limit=201", "limit=x", "after=nothing"} {
		c.get("/incidents?" + q).want(422)
	}
}

func TestWorkOnACase(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	at := "/incidents/" + c.open("Leak")

	c.do("POST", at+"/facts", `{"name":"incident.encryption","values":["none"],"source":"config read"}`).want(201)
	c.do("POST", at+"/facts", `{"facts":[{"name":"incident.encryption","certainty":"unknown"},{"name":"incident.access","values":["yes"],"certainty":"suspected"}]}`).want(201)
	var facts struct {
		Items []struct{ Name, Certainty string }
	}
	c.get(at + "/facts").want(200).into(&facts)
	if got := fmt.Sprint(facts.Items); !strings.Contains(got, "{incident.encryption unknown}") || !strings.Contains(got, "{incident.access suspected}") {
		t.Error(got)
	}
	c.get(at + "/facts?history=true").want(200).into(&facts)
	if len(facts.Items) != 5 { // two declared at opening
		t.Errorf("history of %d", len(facts.Items))
	}

	c.do("POST", at+"/milestones", `{"milestone":"aware","at":"2026-03-02T08:00:00Z"}`).want(422) // no reason
	c.do("POST", at+"/milestones", `{"milestone":"aware","at":"2026-03-02T08:00:00Z","reason":"log read"}`).want(201)
	var m struct{ Precision, At, Zone string }
	c.do("POST", at+"/milestones", `{"milestone":"occurred_from","at":"2026-02-28","zone":"Europe/Berlin"}`).want(201).into(&m)
	if m.Precision != "day" || m.At != "2026-02-27T23:00:00Z" || m.Zone != "Europe/Berlin" {
		t.Errorf("%+v", m)
	}
	c.do("POST", at+"/milestones", `{"milestone":"occurred_from","at":"last week"}`).want(422)

	var task struct {
		Number                            int
		State, Outcome, Assignee, Waiting string
	}
	got := c.do("POST", at+"/tasks", `{"title":"Call the vendor","phase":"contain","mandatory":true}`).want(201)
	got.into(&task)
	if l := got.header.Get("Location"); l != fmt.Sprintf("/api/v1%s/tasks/%d", at, task.Number) {
		t.Errorf("Location %q", l)
	}
	one := fmt.Sprintf("%s/tasks/%d", at, task.Number)
	c.do("POST", one+"/assign", `{"account":"nobody"}`).want(422)
	c.do("POST", one+"/assign", `{"account":"`+c.id+`"}`).want(200).into(&task)
	if task.Assignee != c.id {
		t.Errorf("%+v", task)
	}
	c.do("POST", one+"/skip", `{"reason":""}`).want(422)
	c.do("POST", one+"/block", `{"reason":"no phone"}`).want(200)
	c.do("POST", one+"/done", ``).want(200)
	c.do("POST", one+"/done", `{"outcome":"again"}`).want(409)
	c.do("POST", one+"/reopen", ``).want(200)
	c.do("POST", one+"/done", `{"outcome":"they know"}`).want(200).into(&task)
	if task.State != "done" || task.Outcome != "they know" {
		t.Errorf("%+v", task)
	}
	c.get(at + "/tasks/99").want(404)

	var line struct {
		Seq                   int
		Text, By, Source, Act string
	}
	c.do("POST", at+"/timeline", `{"text":"Called."}`).want(201).into(&line)
	if line.Text != "Called." || line.By != c.id || line.Source != "api" {
		t.Errorf("%+v", line)
	}
	c.do("POST", fmt.Sprintf("%s/timeline/%d/correct", at, line.Seq), `{"text":"Wrote."}`).want(201).into(&line)
	if line.Text != "Wrote." || line.Act != "correction" {
		t.Errorf("%+v", line)
	}
	c.do("PUT", fmt.Sprintf("%s/timeline/%d/pin", at, line.Seq), ``).want(204)
	c.do("PUT", at+"/timeline/zero/pin", ``).want(404)

	c.do("PUT", at+"/compromised/slack", ``).want(200)
	if got := c.do("PUT", at+"/compromised/slack", ``).want(200); !strings.Contains(got.body, `"compromised":["slack"]`) {
		t.Error(got.body)
	}
	c.do("DELETE", at+"/compromised/slack", ``).want(200)
	c.do("PUT", at+"/compromised/pigeon", ``).want(422)

	var run struct{ ID, Slug string }
	got = c.do("POST", at+"/runs", `{"playbook":"support-channel"}`).want(201)
	got.into(&run)
	var seen struct{ Phases []any }
	c.get(at + "/runs/" + run.ID).want(200).into(&seen)
	if len(seen.Phases) == 0 {
		t.Error("a run without phases")
	}
	c.do("POST", at+"/runs", `{"playbook":"support-channel"}`).want(409)
	c.do("POST", at+"/runs", `{"playbook":"nothing"}`).want(404)
	upgradeByAPI(t, c, at, run.ID)

	var duties struct {
		Items []struct{ ID, Rule, Applies string }
	}
	c.get(at + "/obligations?limit=200").want(200).into(&duties)
	if len(duties.Items) == 0 {
		t.Error("no obligation was worked out")
	}
	for _, path := range []string{"/clocks", "/assessment", "/filings", "/drafts", "/mailings", "/alerts", "/runs", "/rosters", "/deliveries/uncertain"} {
		c.get(at + path).want(200)
	}
	c.get("/clocks").want(200)
	var reg struct {
		Items []struct {
			Number string
			Facts  map[string]string
		}
	}
	c.get("/register").want(200).into(&reg)
	if len(reg.Items) != 1 || reg.Items[0].Facts["incident.access"] != "yes (suspected)" {
		t.Errorf("%+v", reg)
	}
}

func form(t *testing.T, fields [][2]string, name, content string) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		must(t, w.WriteField(f[0], f[1]))
	}
	if name != "" {
		p, err := w.CreateFormFile("file", name)
		must(t, err)
		_, err = p.Write([]byte(content))
		must(t, err)
	}
	must(t, w.Close())
	return &b, w.FormDataContentType()
}

func TestEvidence(t *testing.T) {
	h := build(t)
	c, auditor := h.token(incident.GrantResponder), h.token(incident.GrantAuditor)
	at := "/incidents/" + c.open("Leak")
	upload := func(who *client, fields [][2]string, name, content string, header ...string) answer {
		body, media := form(t, fields, name, content)
		return who.send("POST", at+"/evidence", body, append([]string{"Content-Type", media}, header...)...)
	}
	var e struct {
		Number              int
		SHA256, Kind, Title string
		FileName            string `json:"file_name"`
		Custody             []struct{ Kind, Purpose string }
		Size                int64
	}
	got := upload(c, [][2]string{{"title", "Log"}, {"kind", "log_extract"}, {"source", "mail gateway"}}, "gate.log", "line 1\n").want(201)
	got.into(&e)
	if sum := sha256.Sum256([]byte("line 1\n")); e.SHA256 != hex.EncodeToString(sum[:]) || e.Size != 7 || e.FileName != "gate.log" {
		t.Errorf("%+v", e)
	}
	if l := got.header.Get("Location"); l != "/api/v1"+at+"/evidence/1" {
		t.Errorf("Location %q", l)
	}
	file := c.get(at + "/evidence/1/file?purpose=analysis").want(200)
	if file.body != "line 1\n" || file.header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(file.header.Get("Content-Disposition"), "gate.log") {
		t.Errorf("%q %v", file.body, file.header)
	}
	c.do("POST", at+"/evidence/1/verify", "").want(200).into(&e)
	if len(e.Custody) != 3 || e.Custody[1].Kind != "downloaded" || e.Custody[1].Purpose != "analysis" || e.Custody[2].Kind != "verified" {
		t.Errorf("%+v", e.Custody)
	}
	c.do("POST", at+"/evidence/1/transfer", `{"to":"police"}`).want(422)
	c.do("POST", at+"/evidence/1/transfer", `{"to":"police","purpose":"report"}`).want(200)
	c.do("POST", at+"/evidence", `{"title":"Post","kind":"link","link":"https://leak.example/x"}`).want(201)
	c.do("POST", at+"/evidence", `{"title":"Disk","kind":"file"}`).want(422)
	c.do("POST", at+"/evidence", `{"title":"Post","kind":"link","link":"javascript:x"}`).want(422)
	c.get(at + "/evidence/2/file").want(422)
	upload(auditor, [][2]string{{"title", "x"}, {"kind", "file"}}, "x", "x").want(403)
	upload(c, [][2]string{{"titel", "x"}}, "x", "x").want(422)
	upload(c, [][2]string{{"title", "x"}, {"title", "y"}}, "x", "x").want(422)
	upload(c, [][2]string{{"title", "x"}, {"kind", "nonsense"}}, "x", "x").want(422)
	upload(c, [][2]string{{"title", "x"}, {"note", strings.Repeat("n", 65<<10)}}, "x", "x").want(413)
	upload(c, [][2]string{{"title", "x"}}, "big", strings.Repeat("x", 1<<20)).want(413)
	// An upload that breaks off leaves no exhibit.
	body, media := form(t, [][2]string{{"title", "x"}}, "half", "content")
	cut := body.Bytes()[:body.Len()-10]
	if got := c.send("POST", at+"/evidence", bytes.NewReader(cut), "Content-Type", media); got.status != 422 {
		t.Errorf("half an upload: %d %s", got.status, got.body)
	}
	var l struct{ Items []any }
	c.get(at + "/evidence").want(200).into(&l)
	if len(l.Items) != 2 {
		t.Errorf("%d exhibits: a refused one was kept", len(l.Items))
	}

	// The same upload with a key, its form's boundary new each time, is one exhibit.
	fields := [][2]string{{"title", "Once"}}
	first := upload(c, fields, "a.txt", "a", "Idempotency-Key", "u1").want(201)
	again := upload(c, fields, "a.txt", "a", "Idempotency-Key", "u1").want(201)
	if first.body != again.body || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	upload(c, fields, "a.txt", "b", "Idempotency-Key", "u1").want(409)
	c.get(at + "/evidence").want(200).into(&l)
	if len(l.Items) != 3 {
		t.Errorf("%d exhibits", len(l.Items))
	}

	// What is privileged is not there for others.
	counsel := h.token(incident.GrantCounsel)
	c.do("PUT", at+"/privileged/evidence/1", `{}`).want(403)
	counsel.do("PUT", at+"/privileged/evidence/1", ``).want(204)
	c.get(at + "/evidence/1").want(404)
	c.get(at + "/evidence/1/file").want(404)
	counsel.get(at + "/evidence/1").want(200)
	counsel.do("DELETE", at+"/privileged/evidence/1", ``).want(204)
	c.get(at + "/evidence/1").want(200)
}

func TestEveryActNamesTheTokenAndTheAPI(t *testing.T) {
	h := build(t)
	c, auditor := h.token(incident.GrantResponder), h.token(incident.GrantAuditor)
	at := "/incidents/" + c.open("Leak")
	c.do("POST", at+"/timeline", `{"text":"x"}`, "Idempotency-Key", "k").want(201)
	c.do("POST", at+"/tasks", `{"title":"x"}`).want(201)
	var l struct {
		Items []struct{ Actor, Source, Act string }
	}
	auditor.get("/audit?limit=200").want(200).into(&l)
	acts := map[string]bool{}
	for _, e := range l.Items {
		if e.Actor == c.id {
			acts[e.Act] = true
			if e.Source != "api" {
				t.Errorf("%s came from %q", e.Act, e.Source)
			}
		}
	}
	for _, want := range []string{"incident.open", "timeline.note", "task.add", "request.begin", "request.answer"} {
		if !acts[want] {
			t.Errorf("no entry for %s among %v", want, acts)
		}
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := api.New(api.Deps{}, api.Config{}); incident.KindOf(err) != incident.Internal {
		t.Errorf("error %v", err)
	}
}

func TestLogsHoldNoContent(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	c.open("Miriam Doe was named")
	c.do("POST", "/incidents", `{"Miriam":"x"}`).want(422)
	if strings.Contains(h.log.String(), "Miriam") {
		t.Error(h.log.String())
	}
}

// upgradeByAPI publishes another text of the playbook a run follows, and takes it there.
func upgradeByAPI(t *testing.T, c *client, at, run string) {
	t.Helper()
	c.get(at + "/runs/" + run + "/upgrade").want(409) // there is nothing newer
	text, ok := builtin.Source("support-channel")
	if !ok {
		t.Fatal("no such playbook")
	}
	newer := strings.Replace(strings.Replace(string(text), `version = "1.0.0"`, `version = "1.0.1"`, 1), `title = "Open the record"`, `title = "Open the record at once"`, 1)
	body, err := json.Marshal(map[string]string{"name": "newer.toml", "text": newer})
	if err != nil {
		t.Fatal(err)
	}
	c.do("POST", "/playbooks", string(body)).want(201)
	var plan struct {
		From, To, Bump string
		Steps          []struct{ Key, Change, Outcome string }
	}
	c.get(at + "/runs/" + run + "/upgrade").want(200).into(&plan)
	if len(plan.Steps) != 1 || plan.Steps[0].Key != "open-the-record" || plan.Steps[0].Outcome != "rewritten" || plan.Bump != "patch" {
		t.Errorf("plan %+v", plan)
	}
	c.do("POST", at+"/runs/"+run+"/upgrade", `{"from":"`+plan.To+`","to":"`+plan.To+`"}`).want(409)
	var done struct{ Version string }
	c.do("POST", at+"/runs/"+run+"/upgrade", `{"from":"`+plan.From+`","to":"`+plan.To+`"}`).want(200).into(&done)
	if done.Version != "1.0.1" {
		t.Errorf("the run is at %s", done.Version)
	}
	c.do("POST", at+"/runs/"+run+"/read", `{"step":"open-the-record"}`).want(409)
}
