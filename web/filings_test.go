package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
)

var filingLink = regexp.MustCompile(`href="(/incidents/[^"]+/duties/([^"/]+)/filing)"`)

// form gives the page of the form of a rule.
func (w *walked) form(t *testing.T, rule string) string {
	t.Helper()
	for _, m := range filingLink.FindAllStringSubmatch(w.bo.Get(w.base+"/filings").Body, -1) {
		if strings.HasPrefix(m[2], rule+"@") {
			return m[1]
		}
	}
	t.Fatalf("no form of %s among the filings", rule)
	return ""
}

// section is the key of a part of a form, by its heading.
func section(t *testing.T, page, title string) string {
	t.Helper()
	return find(t, page, `id="(section-\d+)"><h2>`+regexp.QuoteMeta(title))
}

// A form is answered once, frozen, filed with its receipt, completed and filed
// again; every version stays and says what changed.
func TestAFormThroughItsPages(t *testing.T) {
	w := work(t)
	gdpr := w.form(t, "eu-gdpr-33-1")
	page := w.bo.Get(gdpr).Body
	holds(t, "the form", page, "Attachments to support requests could be opened", "Required and open", "Sub-type of notification", "Answer otherwise here",
		"We closed the address.", "/facts/incident.acquisition", "compare it with the authority", "It may be filed now and completed later")
	if strings.Contains(page, "{previous_reference") || !strings.Contains(page, "Not applicable: this is the first filing") {
		t.Error("a field that is not asked does not say why, in words")
	}
	measures := section(t, page, "4.4 Measures against a repetition")
	got := w.bo.Post(gdpr, url.Values{"section": {measures}, "stage": {"initial"}, "edpb_after": {"Magic"}, "prevention": {"Every link is checked."}})
	if got.Status != http.StatusUnprocessableEntity {
		t.Fatalf("an option there is not: %d", got.Status)
	}
	holds(t, "the refusal", got.Body, "Each is one of the form&#39;s options.", "Every link is checked.")
	done(t, w.bo, gdpr, url.Values{"section": {measures}, "stage": {"initial"}, "edpb_after": {"Incident log", "Change of processes"}, "prevention": {"Every link is checked."}})
	before := section(t, page, "3.5 Measures in place")
	done(t, w.bo, gdpr, url.Values{"section": {before}, "stage": {"initial"}, "edpb_before": {"Incident log"}, "measures_before": {"Links were long."}})
	page = w.bo.Get(gdpr).Body
	holds(t, "the answered form", page, "Every link is checked.", `value="Change of processes" checked`)
	// The same question stands in other forms, answered.
	holds(t, "another form", w.bo.Get(w.form(t, "us-ma-ag")).Body, "Social Security number", "Attachments to support requests could be opened")

	done(t, w.bo, gdpr+"/freeze", url.Values{"stage": {"initial"}})
	if again := w.bo.Post(gdpr+"/freeze", url.Values{"stage": {"initial"}}); again.Status != http.StatusConflict {
		t.Errorf("nothing changed, frozen twice: %d", again.Status)
	}
	if got := send(t, w.site, w.bo, strings.TrimSuffix(gdpr, "/filing")+"/file", file{"page", "", "filing"}, file{"stage", "", "initial"}, file{"at", "", w.site.Store.Clock.Now().UTC().Format("2006-01-02T15:04")},
		file{"reference", "", "SA-2026-77"}, file{"version", "", "1"}, file{"late_reasons", "", ""}, file{"receipt", "receipt.pdf", "%PDF-1.7 receipt"}); got.Status != http.StatusSeeOther {
		t.Fatalf("record: %d %s", got.Status, problems(got.Body))
	}
	done(t, w.bo, gdpr, url.Values{"section": {before}, "stage": {"phased_information"}, "edpb_before": {"Incident log"}, "measures_before": {"Links were long, but could be guessed."}})
	done(t, w.bo, gdpr+"/freeze", url.Values{"stage": {"phased_information"}})
	page = w.bo.Get(gdpr).Body
	holds(t, "what was filed", page, "SA-2026-77", "Receipt, exhibit ", ">v1<", ">v2<", "Follow-up notification")
	compare := w.bo.Get(gdpr + "/compare?from=1&to=2").Body
	holds(t, "the comparison", compare, "Links were long.", "Links were long, but could be guessed.", "New notification", "Follow-up notification")
	old := w.bo.Get(gdpr + "/versions/1").Body
	holds(t, "v1", old, "Frozen", "Links were long.", "SA-2026-77")
	if strings.Contains(old, "could be guessed.</p>") && strings.Contains(old, "long, but") {
		t.Error("v1 changed with what was answered later")
	}
	for format, begins := range map[string]string{"html": "<!DOCTYPE html>", "json": "{", "pdf": "%PDF-", "zip": "PK"} {
		for _, which := range []string{"&version=1", ""} {
			got := w.bo.Get(gdpr + "/export?format=" + format + which)
			if got.Status != http.StatusOK || !strings.HasPrefix(got.Body, begins) || !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s%s: %d %q", format, which, got.Status, got.Body[:min(len(got.Body), 20)])
			}
		}
	}
	for _, path := range []string{"/export?format=exe", "/export?format=pdf&version=9", "/export?format=pdf&version=x", "/versions/9", "/compare?from=1&to=9"} {
		if got := w.bo.Get(gdpr + path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	_, stranger := w.site.Person(t, "Rune Vale", incident.GrantAuditor)
	if got := stranger.Post(gdpr, url.Values{"section": {before}}); got.Status != http.StatusForbidden {
		t.Errorf("an auditor answers a form: %d", got.Status)
	}
	read := stranger.Get(gdpr)
	holds(t, "an auditor's view", read.Body, "We closed the address.", "Links were long, but could be guessed.", ">v2<")
	for _, act := range []string{"Keep these answers", "Freeze a version now", "Record the filing", "Answer otherwise here"} {
		if strings.Contains(read.Body, act) {
			t.Errorf("an auditor is offered %q", act)
		}
	}
}

// A filing after its limit is refused without its reasons; with them, they are
// in the form, in the record and on the page.
func TestALateFilingThroughItsPages(t *testing.T) {
	w := work(t)
	gdpr := w.form(t, "eu-gdpr-33-1")
	early := w.site.Store.Clock.Now().Add(-96 * time.Hour).UTC().Format("2006-01-02T15:04")
	done(t, w.ada, w.base+"/milestones/aware", url.Values{"at": {early}, "zone": {"UTC"}, "precision": {"instant"}, "reason": {"The vendor's letter was opened on that day."}})
	page := w.bo.Get(gdpr).Body
	holds(t, "after the limit", page, "After its limit", "Reasons for late notification")
	record := func(reasons string) int {
		got := send(t, w.site, w.bo, strings.TrimSuffix(gdpr, "/filing")+"/file", file{"page", "", "filing"}, file{"stage", "", "initial"},
			file{"at", "", w.site.Store.Clock.Now().UTC().Format("2006-01-02T15:04")}, file{"late_reasons", "", reasons})
		if got.Status == http.StatusUnprocessableEntity {
			holds(t, "the refusal", got.Body, "Give the reasons for the delay.")
		}
		return got.Status
	}
	if got := record(""); got != http.StatusUnprocessableEntity {
		t.Fatalf("late, without reasons: %d", got)
	}
	if got := record("The vendor's logs came on the fourth day."); got != http.StatusSeeOther {
		t.Fatalf("late, with reasons: %d", got)
	}
	holds(t, "the page", w.bo.Get(gdpr).Body, "Late", "Reasons: The vendor&#39;s logs came on the fourth day.")
	holds(t, "v1", w.bo.Get(gdpr+"/versions/1").Body, "Reasons for late notification", "The vendor&#39;s logs came on the fourth day.")
	holds(t, "the timeline", w.bo.Get(w.base+"/timeline").Body, "late; the reasons are on record")
}
