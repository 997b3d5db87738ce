package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// answerTo picks the first answer that is offered, or types one.
func answerTo(t *testing.T, fact, page string) url.Values {
	t.Helper()
	form := url.Values{"fact": {fact}, "certainty." + fact: {"known"}, "source." + fact: {"the logs"}}
	if strings.HasPrefix(fact, "milestones.") {
		return url.Values{"fact": {fact}, "at": {"2026-01-01T10:00"}, "zone": {"UTC"}, "precision": {"instant"}, "reason": {"the logs"}}
	}
	if m := regexp.MustCompile(`(?:radio|checkbox)" name="value\.` + regexp.QuoteMeta(fact) + `" value="([^"]+)"`).FindStringSubmatch(page); m != nil {
		form.Set("value."+fact, m[1])
	} else {
		form.Set("value."+fact, map[bool]string{true: "24h", false: "1"}[strings.Contains(page, "30h")])
	}
	return form
}

// unasked is a case of which only the people affected are known.
func unasked(t *testing.T) *walked {
	t.Helper()
	site := webtest.New(t, webtest.Options{})
	_, ada := site.Person(t, "Ada Lind", incident.GrantResponder)
	w := &walked{site: site, ada: ada, ids: map[string]string{}}
	w.base = done(t, ada, "/incidents/new", url.Values{"title": {"A share was open"}, "kind": {"misconfiguration"}, "severity": {"high"}}).Location
	w.affected(t)
	return w
}

// One question after the other, until every duty is decided.
func TestTheInterviewEndsFullyDecided(t *testing.T) {
	w := unasked(t)
	path := w.base + "/interview"
	first := w.ada.Get(path).Body
	for _, want := range []string{"Why it is asked", "hang", "Come back later", "Duties decided", "Record and go on"} {
		if !strings.Contains(first, want) {
			t.Errorf("the first question does not say %q", want)
		}
	}
	asked := map[string]bool{}
	for range 60 {
		got := w.ada.Get(path)
		m := regexp.MustCompile(`name="fact" value="([^"]+)"`).FindStringSubmatch(got.Body)
		if m == nil {
			skip := regexp.MustCompile(`class="button quiet" href="([^"]+interview[^"]+)">Go on`).FindStringSubmatch(got.Body)
			if skip == nil {
				break
			}
			path = strings.ReplaceAll(skip[1], "&amp;", "&")
			continue
		}
		if asked[m[1]] {
			t.Fatalf("%s is asked again after its answer", m[1])
		}
		asked[m[1]] = true
		got = w.ada.Post(w.base+"/interview", answerTo(t, m[1], got.Body))
		if got.Status != http.StatusSeeOther {
			t.Fatalf("the answer to %s: %d %s", m[1], got.Status, problems(got.Body))
		}
	}
	if len(asked) < 2 {
		t.Errorf("only %d questions were asked", len(asked))
	}
	end := w.ada.Get(path).Body
	if strings.Contains(end, "Record and go on") || !strings.Contains(end, "Fully decided") && !strings.Contains(end, "Looked into, and not known") {
		t.Errorf("the interview does not end: %v", asked)
	}
}

func TestAQuestionIsPutOffOrNotKnown(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	page := ada.Get(base + "/interview").Body
	skip := strings.ReplaceAll(find(t, page, `href="([^"]+/interview[^"]*later=[^"]+)">`), "&amp;", "&")
	for range 30 { // put everything off
		page = ada.Get(skip).Body
		m := regexp.MustCompile(`href="([^"]+/interview[^"]*later=[^"]+)">(?:Come back|Go on)`).FindStringSubmatch(page)
		if m == nil {
			break
		}
		skip = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if !strings.Contains(page, "Put off") || strings.Contains(page, "Record and go on") {
		t.Error("what was put off is not listed")
	}
	// Not known is an answer on record; it is not asked again, and is listed.
	done(t, ada, base+"/interview", url.Values{"fact": {"incident.encryption"}, "value.incident.encryption": {"unknown"}, "certainty.incident.encryption": {"known"}})
	if body := ada.Get(base + "/facts/incident.encryption").Body; !strings.Contains(body, "Looked into, not known") {
		t.Error("that it is not known is not on record")
	}
	// Nothing picked says so, on the same question; a fact that is none is not there.
	got := ada.Post(base+"/interview", url.Values{"fact": {"organisation.role"}})
	if got.Status != http.StatusNotFound {
		t.Errorf("a question the case does not record: %d", got.Status)
	}
	_, auditor := site.Person(t, "Olga Prior", incident.GrantAuditor)
	if body := auditor.Get(base + "/interview").Body; strings.Contains(body, "Record and go on") {
		t.Error("an auditor is asked for answers")
	}
	if got := auditor.Post(base+"/interview", url.Values{"fact": {"incident.key"}, "value.incident.key": {"safe"}, "certainty.incident.key": {"known"}}); got.Status != http.StatusForbidden {
		t.Errorf("an auditor answers: %d", got.Status)
	}
}

func TestWhatIfShowsAndWritesOnlyWhenTold(t *testing.T) {
	w := work(t)
	if got := w.ada.Get(w.base + "/what-if?fact=incident.risk"); got.Status != http.StatusOK || !strings.Contains(got.Body, "Now: high") {
		t.Fatalf("the form: %d", got.Status)
	}
	// Strongly encrypted with a safe key: letters under most US laws fall away.
	form := url.Values{"value.incident.encryption": {"strong"}, "value.incident.key": {"safe"}, "certainty": {"known"}, "at.aware": {"2025-12-30T08:00"},
		"place.0": {"us-ca"}, "people.0": {"900"}}
	got := w.ada.Post(w.base+"/what-if", form)
	for _, want := range []string{"What would follow", "Fall away", "Dates that move", "earlier", "It is so: record it", "Discard it", `value="900"`, "the list’s word"} {
		if got.Status != http.StatusOK || !strings.Contains(got.Body, want) {
			t.Errorf("%d; the answer does not say %q %s", got.Status, want, problems(got.Body))
		}
	}
	if body := w.ada.Get(w.base + "/facts/incident.encryption").Body; strings.Contains(body, "strong <span") || !strings.Contains(body, "none") {
		t.Error("what was supposed is on record")
	}
	// Saving asks how we know, then records facts and milestones by the ordinary act.
	if got := w.ada.Post(w.base+"/what-if/save", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#how"`) {
		t.Errorf("without how we know: %d", got.Status)
	}
	form.Set("how", "the vendor's key log")
	// What the desk refuses says what is on record already.
	future := url.Values{"how": {"x"}, "value.incident.medium": {"electronic"}, "certainty": {"known"}, "at.aware": {"2040-01-01T00:00"}}
	if got := w.ada.Post(w.base+"/what-if/save", future); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#at.aware"`) || !strings.Contains(got.Body, "on record already") {
		t.Errorf("an instant to come: %d %s", got.Status, problems(got.Body))
	}
	done(t, w.ada, w.base+"/what-if/save", form)
	if body := w.ada.Get(w.base + "/facts").Body; !strings.Contains(body, "the vendor&#39;s key log") {
		t.Error("the fact is not on record with its source")
	}
	if body := w.ada.Get(w.base + "/milestones/aware").Body; !strings.Contains(body, "the vendor&#39;s key log") || !strings.Contains(body, "30 Dec 2025") {
		t.Error("the milestone is not on record with its reason")
	}
}

func TestWhatIfSaysWhatIsWrong(t *testing.T) {
	w := work(t)
	for name, c := range map[string]struct {
		form url.Values
		want string
	}{
		"nothing":        {url.Values{}, "Nothing is supposed yet"},
		"a length":       {url.Values{"value.incident.unavailable_for": {"a while"}}, `href="#value.incident.unavailable_for"`},
		"a place":        {url.Values{"place.0": {"California"}, "people.0": {"3"}}, `href="#place.0"`},
		"a number":       {url.Values{"place.0": {"US-CA"}, "people.0": {"many"}}, `href="#people.0"`},
		"an instant":     {url.Values{"at.aware": {"yesterday"}}, `href="#at.aware"`},
		"no such answer": {url.Values{"value.incident.encryption": {"rot13"}, "certainty": {"known"}}, "rot13"},
	} {
		got := w.ada.Post(w.base+"/what-if", c.form)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, c.want) {
			t.Errorf("%s: %d, without %q: %s", name, got.Status, c.want, problems(got.Body))
		}
	}
	// An auditor may look, and is offered nothing to record.
	_, auditor := w.site.Person(t, "Olga Prior", incident.GrantAuditor)
	form := url.Values{"value.incident.key": {"safe"}, "certainty": {"known"}}
	if got := auditor.Post(w.base+"/what-if", form); got.Status != http.StatusOK || strings.Contains(got.Body, "record it") {
		t.Errorf("an auditor: %d", got.Status)
	}
	form.Set("how", "x")
	if got := auditor.Post(w.base+"/what-if/save", form); got.Status != http.StatusForbidden {
		t.Errorf("an auditor records: %d", got.Status)
	}
}
