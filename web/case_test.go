package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
)

func TestACaseThroughItsPages(t *testing.T) {
	w := work(t)
	w.release(t)
	w.run1(t)
	if w.site.Mail.Taken() == 0 {
		t.Error("no letter left")
	}
	for _, path := range append(w.every(), "/", "/?show=all", "/?show=mine", "/alerts", "/incidents/new", "/rules", "/rules/eu-gdpr-33-1", "/playbooks", "/playbooks/support-channel") {
		b := w.ada
		if strings.Contains(path, "/release") || strings.Contains(path, "/affected/files") {
			b = w.chidi
		}
		if got := b.Get(path); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.Status, problems(got.Body))
		}
	}
	for path, wants := range map[string][]string{
		"":                    {"Attachments of the support desk were public", "Ada Lind", "High", "Clocks of"},
		"/affected":           {"US-CA", "60", "people.csv"},
		"/obligations":        {"eu-gdpr-33-1", "Owed", "Not owed", "Because"},
		"/timeline":           {"Called the vendor", "Evidence 1", "Milestone"},
		"/evidence/1":         {"Received", "Custody whole"},
		"/milestones/aware":   {"In force", "The help desk&#39;s log shows it."},
		"/facts/incident.key": {"Looked into, not known"},
	} {
		body := w.ada.Get(w.base + path).Body
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
}

// An incident that is restricted does not exist for anybody without a role on it.
func TestARestrictedCaseIsNotThere(t *testing.T) {
	w := work(t)
	w.release(t)
	done(t, w.ada, w.base+"/restrict", url.Values{"restricted": {"yes"}})
	_, other := w.site.Person(t, "Nell Blank", incident.GrantResponder, incident.GrantCounsel, incident.GrantApprover, incident.GrantAuditor)
	paths := w.every()
	for _, rt := range w.site.Web.Routes() {
		if rt.OnCase() && rt.Method == http.MethodPost {
			path := strings.Replace(rt.Path, "/incidents/:incident", w.base, 1)
			for _, part := range []string{":fact", ":milestone", ":task", ":exhibit", ":run", ":obligation", ":draft", ":mailing", ":line", ":upload", ":conflict", ":exclusion"} {
				path = strings.Replace(path, part, map[string]string{":fact": "incident.key", ":milestone": "aware"}[part]+strings.Repeat("1", map[bool]int{true: 0, false: 1}[part == ":fact" || part == ":milestone"]), 1)
			}
			form := url.Values{"reason": {"x"}, "level": {"high"}, "at": {"2026-03-01T10:00"}, "zone": {"UTC"}, "value.incident.key": {"safe"}, "certainty.incident.key": {"known"}, "how": {"closed"}, "playbook": {"ransomware"}, "do": {"pause"}}
			got := other.Post(path, form)
			if rt.Upload {
				got = send(t, w.site, other, path, file{"kind", "", "file"}, file{"stage", "", ""}, file{"at", "", "2026-03-01T10:00"}, file{"file", "a.csv", "a,b\n1,2\n"})
			}
			if got.Status != http.StatusNotFound {
				t.Errorf("POST %s by somebody else: %d %s", rt.Path, got.Status, problems(got.Body))
			}
		}
	}
	for _, path := range paths {
		if got := other.Get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s by somebody else: %d", path, got.Status)
		}
	}
	for _, path := range []string{"/", "/?show=all", "/alerts"} {
		if strings.Contains(other.Get(path).Body, "Attachments of the support desk") {
			t.Errorf("%s tells of it", path)
		}
	}
	if body := w.ada.Get(w.base).Body; !strings.Contains(body, "Restricted") {
		t.Error("the page does not say that it is restricted")
	}
}
