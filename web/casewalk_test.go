package web_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// walked is a case that was worked through the pages alone, by three people.
type walked struct {
	site           *webtest.Site
	ada, bo, chidi *webtest.Browser // commander; counsel; approver
	ids            map[string]string
	base           string // "/incidents/INC-2026-0001"
	run, draft     string // paths
	mailing        string
}

// done posts a form and wants it carried out.
func done(t *testing.T, b *webtest.Browser, path string, form url.Values) webtest.Answer {
	t.Helper()
	got := b.Post(path, form)
	if got.Status != http.StatusSeeOther {
		t.Fatalf("POST %s: %d\n%s", path, got.Status, problems(got.Body))
	}
	return got
}

var problemLine = regexp.MustCompile(`(?s)<section class="problems".*?</section>|<p class="lead">.*?</p>`)

func problems(body string) string {
	return strings.Join(problemLine.FindAllString(body, -1), "\n")
}

// file is one file of an upload; name "" is a plain field.
type file struct{ field, name, content string }

func send(t *testing.T, site *webtest.Site, b *webtest.Browser, path string, parts ...file) webtest.Answer {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, p := range parts {
		if p.name == "" {
			must(t, m.WriteField(p.field, p.content))
			continue
		}
		w, err := m.CreateFormFile(p.field, p.name)
		must(t, err)
		_, err = w.Write([]byte(p.content))
		must(t, err)
	}
	must(t, m.Close())
	r, err := http.NewRequest(http.MethodPost, site.URL+path, &body)
	must(t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.Do(r)
}

func find(t *testing.T, body, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("nothing on the page matches %s\n%s", pattern, problems(body))
	}
	return m[1]
}

// work plays a case from the declaration to letters on their way. A clock that
// is not set reads the store's own beginning.
func work(t *testing.T, now ...time.Time) *walked {
	t.Helper()
	site := webtest.New(t, webtest.Options{})
	for _, at := range now {
		site.Store.Clock.Set(at)
	}
	site.Playbooks(t)
	w := &walked{site: site, ids: map[string]string{}}
	person := func(name string, grants ...incident.Grant) *webtest.Browser {
		a, b := site.Person(t, name, grants...)
		w.ids[name] = a.ID
		return b
	}
	w.ada = person("Ada Lind", incident.GrantResponder)
	w.bo = person("Bo Quist", incident.GrantCounsel)
	w.chidi = person("Chidi Okafor-Wennerstrom", incident.GrantApprover)

	got := done(t, w.ada, "/incidents/new", url.Values{"title": {"Attachments of the support desk were public"}, "kind": {"support_channel"}, "severity": {"high"},
		"playbook": {"support-channel"}, "summary": {"A link of the help desk could be guessed.\nIt was open for nine days."}})
	w.base = got.Location
	at := site.Store.Clock.Now().Add(-5 * time.Hour).UTC().Format("2006-01-02T15:04")
	for _, m := range []string{"discovered", "aware", "occurred_from"} {
		done(t, w.ada, w.base+"/milestones/"+m, url.Values{"at": {at}, "zone": {"Europe/Berlin"}, "precision": {"instant"}, "reason": {"The help desk's log shows it."}})
	}
	done(t, w.ada, w.base+"/people", url.Values{"account": {w.ids["Bo Quist"]}, "role": {"counsel"}})
	done(t, w.ada, w.base+"/facts", url.Values{
		"value.incident.confidentiality": {"breached"}, "certainty.incident.confidentiality": {"known"}, "source.incident.confidentiality": {"access log"},
		"value.incident.acquisition": {"confirmed"}, "certainty.incident.acquisition": {"known"}, "source.incident.acquisition": {"access log"},
		"value.incident.encryption": {"none"}, "certainty.incident.encryption": {"known"},
		"value.incident.access": {"yes"}, "certainty.incident.access": {"known"},
		"value.incident.malicious": {"yes"}, "certainty.incident.malicious": {"known"}, "value.incident.medium": {"electronic"}, "certainty.incident.medium": {"known"},
		"value.incident.recipient": {"public"}, "certainty.incident.recipient": {"known"}, "value.incident.recovered": {"no"}, "certainty.incident.recovered": {"known"},
		"value.incident.key": {"unknown"}, "certainty.incident.key": {"known"},
	})
	done(t, w.ada, w.base+"/facts/wording", url.Values{"notice.what_happened": {"Attachments to support requests could be opened by people who guessed their address."},
		"notice.measures": {"We closed the address.\nWe check every link."}, "notice.consequences": {"Somebody may try to use your data in your name."}, "notice.planned": {"2026-03-05"},
		"notice.police": {"yes"}, "notice.police_delay": {"no"}})
	if got := send(t, site, w.ada, w.base+"/evidence", file{"title", "", "Access log of the help desk"}, file{"kind", "", "log_extract"}, file{"source", "", "helpdesk-01"},
		file{"collected", "", ""}, file{"file", "access.log", "GET /a/1\nGET /a/2\n"}); got.Status != http.StatusSeeOther {
		t.Fatalf("evidence: %d %s", got.Status, problems(got.Body))
	}
	w.affected(t)
	done(t, w.bo, w.base+"/risk", url.Values{"level": {"high"}, "reason": {"Social security numbers, open to anybody for nine days."}})
	done(t, w.ada, w.base+"/timeline", url.Values{"text": {"Called the vendor; they will send their logs."}})
	return w
}

// affected uploads exports, matches them and puts the list in force.
func (w *walked) affected(t *testing.T) {
	t.Helper()
	w.run = w.exports(t)
	done(t, w.ada, w.run+"/run", url.Values{"d.customer_id": {"customer_id"}, "d.email": {"email"}, "d.name": {"name"}, "d.country": {"country"}, "d.region": {"state"},
		"d.language": {"language"}, "e0.customer_id": {"id"}, "e0.column": {"fields"}})
	w.site.Desk.Wait()
	w.settle(t)
}

// settle puts the run's list in force: Ada puts it forward, somebody else settles it.
func (w *walked) settle(t *testing.T) {
	t.Helper()
	list := url.Values{"list": {find(t, w.ada.Get(w.run).Body, `name="list" value="([0-9a-f]{64})"`)}}
	done(t, w.ada, w.run+"/propose", list)
	second := w.bo
	if second == nil {
		_, second = w.site.Person(t, "Edda Second", incident.GrantCounsel)
	}
	done(t, second, w.run+"/settle", list)
}

// exports uploads a directory and what was exposed, and gives the run's path.
func (w *walked) exports(t *testing.T) string {
	t.Helper()
	var directory, exposed strings.Builder
	directory.WriteString("customer_id,email,name,country,state,language\n")
	exposed.WriteString("id,fields\n")
	places := []string{"DE,,de", "US,CA,en", "US,NY,en", "US,MA,en", "FR,,fr", "US,CT,en"}
	for n := range 60 {
		fmt.Fprintf(&directory, "c%d,person%d@example.org,Person %d,%s\n", n, n, n, places[n%len(places)])
		fmt.Fprintf(&exposed, "c%d,name+email+ssn\n", n)
	}
	exposed.WriteString("nobody,name\nc1,name,too many\n")
	got := send(t, w.site, w.ada, w.base+"/affected/new", file{"directory", "customers.csv", directory.String()}, file{"exposure1", "tickets.csv", exposed.String()})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("upload: %d %s", got.Status, problems(got.Body))
	}
	return got.Location
}

// release writes, approves and sends the letters.
func (w *walked) release(t *testing.T) {
	t.Helper()
	done(t, w.ada, w.base+"/obligations/drafts", nil)
	w.approveAll(t)
	page := w.chidi.Get(w.base + "/notices/release")
	roster := find(t, page.Body, `name="roster" value="([0-9a-f]+)"`)
	w.mailing = done(t, w.chidi, w.base+"/release", url.Values{"roster": {roster}}).Location
}

// approveAll is counsel's word on every letter that is ready for it.
func (w *walked) approveAll(t *testing.T) {
	t.Helper()
	list := w.ada.Get(w.base + "/notices").Body
	for _, m := range regexp.MustCompile(`<th scope="row"><a href="([^"]+/notices/[^"]+)">`).FindAllStringSubmatch(list, -1) {
		page := w.bo.Get(m[1]).Body
		if w.draft == "" {
			w.draft = m[1]
		}
		if d := regexp.MustCompile(`name="digest" value="([0-9a-f]{64})"`).FindStringSubmatch(page); d != nil {
			w.draft = m[1]
			done(t, w.bo, m[1]+"/approve", url.Values{"digest": {d[1]}})
		}
	}
}

// every is each page of the case that a GET can open.
func (w *walked) every() []string {
	paths := []string{""}
	for _, rest := range []string{"facts", "facts?questions=all", "facts/wording", "facts/incident.encryption", "interview", "what-if", "clocks", "milestones", "milestones/aware", "tasks", "tasks?show=all", "tasks/new", "tasks/1", "evidence", "evidence/1",
		"affected", "affected/new", "obligations", "notices", "notices/release", "timeline", "timeline?show=notes", "close", "restrict"} {
		paths = append(paths, "/"+rest)
	}
	for n := range paths {
		paths[n] = w.base + paths[n]
	}
	return append(paths, w.run, w.draft, w.mailing, w.mailing+"/uncertain", w.mailing+"/not-told")
}

func (w *walked) run1(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.site.Outbox.Run(ctx) }()
	for n := 0; n < 200 && !strings.Contains(w.chidi.Get(w.mailing).Body, "Done</span>"); n++ {
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	must(t, <-ended)
}
