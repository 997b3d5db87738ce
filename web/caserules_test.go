package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web"
	"tocsin/web/webtest"
)

// small opens a case with one task and one exhibit, by a responder.
func small(t *testing.T, site *webtest.Site) (*webtest.Browser, string) {
	t.Helper()
	_, ada := site.Person(t, "Ada Lind", incident.GrantResponder)
	base := done(t, ada, "/incidents/new", url.Values{"title": {"Laptop left on a train"}, "kind": {"lost_device"}, "severity": {"low"}}).Location
	done(t, ada, base+"/tasks/new", url.Values{"title": {"Lock it from afar"}, "phase": {"contain"}, "instructions": {"Use **the console**.\n\n<script>alert(1)</script>"}})
	if got := send(t, site, ada, base+"/tasks/1/evidence", file{"kind", "", "screenshot"}, file{"file", "shot.png", "bytes"}); got.Status != http.StatusSeeOther {
		t.Fatalf("evidence: %d %s", got.Status, problems(got.Body))
	}
	return ada, base
}

func TestAnAuditorReadsAndChangesNothing(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	_, base := small(t, site)
	_, auditor := site.Person(t, "Olga Prior", incident.GrantAuditor)
	for _, path := range []string{"", "/facts", "/interview", "/clocks", "/milestones", "/milestones/aware", "/tasks", "/tasks/1", "/evidence", "/evidence/1", "/affected", "/obligations", "/notices", "/timeline"} {
		got := auditor.Get(base + path)
		if got.Status != http.StatusOK {
			t.Errorf("%s: %d", path, got.Status)
		}
		for _, form := range strings.Split(got.Body, "<form ")[1:] {
			if strings.Contains(form, `method="post"`) && !strings.Contains(form, `action="/sign-out"`) {
				t.Errorf("%s offers an act: %s", path, form[:min(len(form), 100)])
			}
		}
	}
	for path, form := range map[string]url.Values{
		"/status": {"status": {"contained"}}, "/tasks/1/done": {}, "/tasks/1/skip": {"skip-reason": {"x"}}, "/facts/incident.key": {"value.incident.key": {"safe"}, "certainty.incident.key": {"known"}},
		"/milestones/aware": {"at": {"2026-03-01T10:00"}, "zone": {"UTC"}, "reason": {"x"}}, "/evidence/1/file": {}, "/timeline": {"text": {"x"}}, "/close": {"how": {"closed"}, "outcome": {"x"}}, "/restrict": {"restricted": {"yes"}},
	} {
		if got := auditor.Post(base+path, form); got.Status != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, got.Status)
		}
	}
}

func TestPrivilegedItemsAreForCounsel(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	_, bo := site.Person(t, "Bo Quist", incident.GrantCounsel)
	done(t, bo, base+"/timeline", url.Values{"text": {"Advice: do not write to the vendor yet."}, "privileged": {"yes"}})
	done(t, bo, base+"/evidence/1/mark", url.Values{"privileged": {"yes"}})
	done(t, bo, base+"/tasks/1/mark", url.Values{"privileged": {"yes"}})
	for path, secret := range map[string]string{"/timeline": "do not write to the vendor", "/evidence": "shot.png", "/tasks": "Lock it from afar", "": "Lock it from afar"} {
		if strings.Contains(ada.Get(base+path).Body, secret) {
			t.Errorf("%s tells a responder %q", path, secret)
		}
		if !strings.Contains(bo.Get(base+path).Body, secret) {
			t.Errorf("%s does not tell counsel %q", path, secret)
		}
	}
	for _, path := range []string{"/evidence/1", "/tasks/1"} {
		if got := ada.Get(base + path); got.Status != http.StatusNotFound {
			t.Errorf("%s for a responder: %d", path, got.Status)
		}
	}
}

func TestWrongFormsSayWhereAndLoseNothing(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	for name, c := range map[string]struct {
		path string
		form url.Values
		want []string
	}{
		"declared without a title":   {"/incidents/new", url.Values{"title": {""}, "kind": {"phishing"}, "severity": {"high"}, "summary": {"kept words"}}, []string{`href="#title"`, "kept words", `aria-invalid="true"`, `<option value="phishing" selected>`}},
		"a milestone in the future":  {base + "/milestones/aware", url.Values{"at": {"2030-01-01T10:00"}, "zone": {"UTC"}, "precision": {"instant"}, "reason": {"kept reason"}}, []string{`href="#at"`, "future", "kept reason"}},
		"a milestone without reason": {base + "/milestones/aware", url.Values{"at": {"2026-03-01T10:00"}, "zone": {"UTC"}}, []string{`href="#reason"`, `value="2026-03-01T10:00"`}},
		"a zone nobody knows":        {base + "/milestones/aware", url.Values{"at": {"2026-03-01T10:00"}, "zone": {"Mars/Base"}, "reason": {"x"}}, []string{`href="#zone"`, "Mars/Base"}},
		"a fact that cannot be":      {base + "/facts/incident.unavailable_for", url.Values{"value.incident.unavailable_for": {"a while"}, "certainty.incident.unavailable_for": {"known"}, "source.incident.unavailable_for": {"kept source"}}, []string{`href="#value.incident.unavailable_for"`, "30h", "kept source"}},
		"a skip without reason":      {base + "/tasks/1/skip", url.Values{}, []string{"Say why task 1 is skipped"}},
		"an end without an outcome":  {base + "/close", url.Values{"how": {"dismissed"}}, []string{"Say how it ended"}},
		"an end of no kind":          {base + "/close", url.Values{"outcome": {"kept outcome"}}, []string{`href="#how"`, "kept outcome"}},
	} {
		got := ada.Post(c.path, c.form)
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, got.Status, problems(got.Body))
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(got.Body, want) {
				t.Errorf("%s: the page does not hold %q\n%s", name, want, problems(got.Body))
			}
		}
	}
	if got := ada.Post(base+"/status", url.Values{"status": {"open"}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "is open already") {
		t.Errorf("a status that is so already: %d %s", got.Status, problems(got.Body))
	}
}

func TestAnUploadOverTheLimit(t *testing.T) {
	site := webtest.New(t, webtest.Options{Web: func(_ *web.Deps, c *web.Config) { c.UploadLimit = 64 << 10 }})
	ada, base := small(t, site)
	got := send(t, site, ada, base+"/evidence", file{"kind", "", "file"}, file{"file", "big.bin", strings.Repeat("x", 200<<10)})
	if got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", got.Status, problems(got.Body))
	}
	if body := ada.Get(base + "/evidence").Body; strings.Contains(body, "big.bin") {
		t.Error("half a file became evidence")
	}
	// Nothing was chosen: the rest of the form is kept.
	got = send(t, site, ada, base+"/evidence", file{"title", "", "kept title"}, file{"kind", "", "file"})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "kept title") || !strings.Contains(got.Body, `href="#file"`) {
		t.Errorf("without a file: %d %s", got.Status, problems(got.Body))
	}
}

func TestEvidenceComesBackAsItWas(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	got := ada.Post(base+"/evidence/1/file", nil)
	if got.Status != http.StatusOK || got.Body != "bytes" || !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") || got.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%d %q %v", got.Status, got.Body, got.Header)
	}
	done(t, ada, base+"/evidence/1/verify", nil)
	done(t, ada, base+"/evidence/1/transfer", url.Values{"to": {"the police"}, "purpose": {"investigation"}})
	page := ada.Get(base + "/evidence/1").Body
	for _, want := range []string{"Received", "Downloaded", "Verified", "Transferred to the police", "Custody whole"} {
		if !strings.Contains(page, want) {
			t.Errorf("the custody does not say %q", want)
		}
	}
	if task := ada.Get(base + "/tasks/1").Body; !strings.Contains(task, "<strong>the console</strong>") || strings.Contains(task, "<script>alert") {
		t.Error("the instructions are not rendered, or not cleaned")
	}
}

func TestADrillSaysSoEverywhere(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	_, ada := site.Person(t, "Ada Lind", incident.GrantResponder)
	base := done(t, ada, "/incidents/new", url.Values{"title": {"Exercise"}, "kind": {"ransomware"}, "severity": {"high"}, "marks": {"drill"}}).Location
	if !strings.Contains(base, "/DRL-") {
		t.Fatalf("opened %s", base)
	}
	for _, path := range []string{"", "/facts", "/facts/incident.key", "/milestones", "/tasks", "/tasks/new", "/evidence", "/affected", "/affected/new", "/obligations", "/notices", "/timeline", "/close", "/restrict"} {
		body := ada.Get(base + path).Body
		if !strings.Contains(body, "DRILL: nothing leaves the building") || !strings.Contains(body, "<title>DRILL") {
			t.Errorf("%s does not say that it is a drill", path)
		}
	}
	if !strings.Contains(ada.Get("/").Body, "DRILL") {
		t.Error("the list does not say that it is a drill")
	}
}

func TestAlertsAreTriaged(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	take := func(id, title string) {
		_, err := site.Desk.ReceiveAlerts(context.Background(), incident.Hook("siem"), casework.Intake{Source: "siem", Delivery: id, Raw: []byte("{}"),
			Alerts: []incident.Alert{{ExternalID: id, Fingerprint: id, Title: title, Severity: "high", Status: "open"}}})
		must(t, err)
	}
	take("a", "Odd sign-in")
	take("b", "Another thing")
	page := ada.Get("/alerts").Body
	id := find(t, page, `/alerts/([0-9a-f-]{36})/attach`)
	done(t, ada, "/alerts/"+id+"/attach", url.Values{"incident": {strings.TrimPrefix(base, "/incidents/")}})
	page = ada.Get("/alerts").Body
	other := find(t, page, `/incidents/new\?alert=([0-9a-f-]{36})`)
	form := ada.Get("/incidents/new?alert=" + other).Body
	if !strings.Contains(form, `name="alert" value="`+other+`"`) {
		t.Error("the form does not carry the alert")
	}
	opened := done(t, ada, "/incidents/new", url.Values{"title": {"From an alert"}, "kind": {"intrusion"}, "severity": {"high"}, "alert": {other}}).Location
	if !strings.Contains(ada.Get(opened).Body, "siem") || !strings.Contains(ada.Get("/alerts").Body, "No alerts wait") {
		t.Error("the alert is not part of the incident")
	}
}
