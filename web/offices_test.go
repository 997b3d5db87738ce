package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// toAuthority gives the page of the letter to the authority of the GDPR.
func (w *walked) toAuthority(t *testing.T) string {
	t.Helper()
	w.ada.Post(w.base+"/obligations/drafts", nil) // a conflict where they are written
	for _, m := range draftLink.FindAllStringSubmatch(w.ada.Get(w.base+"/notices").Body, -1) {
		if strings.Contains(w.ada.Get(m[1]).Body, `<p class="lead">eu-gdpr-33-1, German`) {
			return m[1]
		}
	}
	t.Fatal("there is no letter to the authority in its language")
	return ""
}

// A letter to an office is approved by one and handed over by another, with proof,
// and its duty is done.
func TestALetterToAnOfficeThroughItsPages(t *testing.T) {
	w := work(t)
	draft := w.toAuthority(t)
	page := w.bo.Get(draft).Body
	holds(t, "the letter", page, "Addressed to", "Meldung einer Verletzung")
	if strings.Contains(page, "Record the filing") {
		t.Error("what nobody approved may be put on record")
	}
	done(t, w.bo, draft+"/approve", url.Values{"digest": {find(t, page, `name="digest" value="([0-9a-f]{64})"`)}})
	holds(t, "for who approved", w.bo.Get(draft).Body, "You approved it. Somebody else hands it over")
	page = w.ada.Get(draft).Body
	duty := find(t, page, `name="obligation" value="(eu-gdpr-33-1@[^"]+)"`)
	at := w.site.Store.Clock.Now().UTC().Format("2006-01-02T15:04")
	told := func(when string) int {
		return send(t, w.site, w.ada, draft+"/told", file{"obligation", "", duty}, file{"stage", "", "initial"}, file{"at", "", when}, file{"reference", "", "SA-7"},
			file{"late_reasons", "", ""}, file{"receipt", "receipt.pdf", "%PDF-1.7 receipt"}).Status
	}
	if got := told(""); got != http.StatusUnprocessableEntity {
		t.Errorf("told at no time: %d", got)
	}
	if got := told(at); got != http.StatusSeeOther {
		t.Fatalf("told: %d", got)
	}
	page = w.ada.Get(draft).Body
	holds(t, "the letter that is out", page, "Released")
	if strings.Contains(page, ">Edit<") || strings.Contains(page, "Record the filing") {
		t.Error("it can be changed or handed over again")
	}
	holds(t, "the filings", w.ada.Get(w.base+"/filings").Body, "SA-7")
}

// A frozen form is approved by one and filed by another.
func TestAFormWithItsSecondPerson(t *testing.T) {
	w := work(t)
	form := w.form(t, "eu-gdpr-33-1")
	page := w.ada.Get(form).Body
	done(t, w.ada, form, url.Values{"section": {section(t, page, "3.5 Measures in place")}, "stage": {"initial"}, "edpb_before": {"Incident log"}, "measures_before": {"Links were long."}})
	done(t, w.ada, form+"/freeze", url.Values{"stage": {"initial"}})
	version := form + "/versions/1"
	if page := w.ada.Get(version).Body; strings.Contains(page, "Approve v1") {
		t.Error("a writer is offered the approval")
	}
	page = w.bo.Get(version).Body
	digest := find(t, page, `name="digest" value="([0-9a-f]{64})"`)
	if got := w.ada.Post(version+"/approve", url.Values{"digest": {digest}}); got.Status != http.StatusForbidden {
		t.Errorf("a writer approves: %d", got.Status)
	}
	done(t, w.bo, version+"/approve", url.Values{"digest": {digest}})
	holds(t, "the approved form", w.ada.Get(form).Body, "Approved", "by Bo Quist")
	if got := send(t, w.site, w.ada, strings.TrimSuffix(form, "/filing")+"/file", file{"page", "", "filing"}, file{"stage", "", "initial"}, file{"at", "", w.site.Store.Clock.Now().UTC().Format("2006-01-02T15:04")},
		file{"reference", "", "SA-9"}, file{"version", "", "1"}, file{"late_reasons", "", ""}, file{"receipt", "", ""}); got.Status != http.StatusSeeOther {
		t.Fatalf("filed: %d %s", got.Status, problems(got.Body))
	}
	holds(t, "what was filed", w.ada.Get(version).Body, "SA-9", "approved by Bo Quist")
}

// A list of activation codes is taken whole or refused with its line, and no page
// shows a code.
func TestActivationCodesThroughTheirPages(t *testing.T) {
	w := work(t)
	list := func(text string) int {
		return send(t, w.site, w.ada, w.base+"/notices/codes", file{"codes", "codes.csv", text}).Status
	}
	if got := list("SAFE-0001\nSAFE-0001\n"); got != http.StatusUnprocessableEntity {
		t.Errorf("the same code twice: %d", got)
	}
	if got := list("code\nSAFE-0001\nSAFE-0002\n"); got != http.StatusSeeOther {
		t.Errorf("a list: %d", got)
	}
	page := w.ada.Get(w.base + "/notices").Body
	holds(t, "the notices", page, "Activation codes of the monitoring", "<strong>2</strong> of 2 codes are left")
	if strings.Contains(page, "SAFE-0001") {
		t.Error("a code is shown")
	}
}
