package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/web/webtest"
)

func clause() url.Values {
	return url.Values{"partner": {"Warenhaus Example"}, "contact": {"Ms Beispiel, security desk"}, "email": {"desk@warenhaus.example"}, "jurisdiction": {"de"}, "clause": {"Framework agreement, clause 14.2"},
		"amount": {"24"}, "unit": {"hours"}, "from": {"aware"}, "groups": {"customers"}, "valid_from": {"2020-01-01"}, "notes": {"Both sides."}}
}

func with(v url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = x
	}
	for n := 0; n < len(pairs); n += 2 {
		out[pairs[n]] = []string{pairs[n+1]}
	}
	return out
}

func holds(t *testing.T, where, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not say %q\n%s", where, want, problems(body))
		}
	}
}

// A clause is previewed, kept, seen in an open incident, edited, given its
// agreement, and ended.
func TestAContractThroughItsPages(t *testing.T) {
	site := webtest.New(t, webtest.Options{})
	ada, base := small(t, site)
	_, bo := site.Person(t, "Bo Quist", incident.GrantCounsel)
	holds(t, "an empty list", bo.Get("/contracts").Body, "No contract is kept", "Add a contract")
	got := bo.Post("/contracts/new", with(clause(), "do", "preview"))
	if got.Status != http.StatusOK {
		t.Fatalf("preview: %d %s", got.Status, problems(got.Body))
	}
	holds(t, "the preview", got.Body, "As expected", "applies = unknown", "de-contract-0", "amount = 24", `value="Warenhaus Example"`)
	if strings.Contains(bo.Get("/contracts").Body, "Warenhaus") {
		t.Error("a preview kept something")
	}
	at := done(t, bo, "/contracts/new", with(clause(), "do", "keep")).Location
	page := bo.Get(at).Body
	holds(t, at, page, "Ms Beispiel", "desk@warenhaus.example", "24 hours from aware", "In force", "As expected")
	holds(t, "the obligations", ada.Get(base+"/obligations").Body, "de-contract-1", "Warenhaus Example")
	rule := ada.Get("/rules/de-contract-1")
	holds(t, "the library", rule.Body, "Framework agreement, clause 14.2")
	for _, path := range []string{"/rules/de-contract-1", base + "/obligations", base + "/timeline"} {
		if strings.Contains(ada.Get(path).Body, "Beispiel") {
			t.Errorf("%s names the contact", path)
		}
	}
	if got := bo.Post(at+"/edit", with(clause(), "do", "keep", "amount", "many")); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a number in words: %d", got.Status)
	} else {
		holds(t, "a number in words", got.Body, `href="#amount"`, "Ms Beispiel")
	}
	done(t, bo, at+"/edit", with(clause(), "do", "keep", "amount", "12", "valid_from", "2026-01-01"))
	holds(t, "the new version", bo.Get(at).Body, "12 hours from aware", "24 hours from aware")
	if got := send(t, site, bo, at+"/document", file{"file", "agreement.pdf", "%PDF-1.4 a clause"}); got.Status != http.StatusSeeOther {
		t.Fatalf("document: %d %s", got.Status, problems(got.Body))
	}
	if got := bo.Get(at + "/document"); got.Body != "%PDF-1.4 a clause" || !strings.Contains(got.Header.Get("Content-Disposition"), "agreement.pdf") || got.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("the document came back as %q %v", got.Body, got.Header)
	}
	if got := bo.Post(at+"/end", url.Values{"valid_until": {"2025-01-01"}, "why": {"It ran out."}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#valid_until"`) {
		t.Errorf("an end before its beginning: %d %s", got.Status, problems(got.Body))
	}
	done(t, bo, at+"/end", url.Values{"valid_until": {"2026-01-31"}, "why": {"It ran out."}})
	holds(t, "the ended contract", bo.Get("/contracts").Body, "Ended")

	_, admin := site.Person(t, "Ida Root", incident.GrantAdmin)
	if got := admin.Get("/contracts"); got.Status != http.StatusForbidden {
		t.Errorf("an administrator reads contracts: %d", got.Status)
	}
	_, auditor := site.Person(t, "Olga Prior", incident.GrantAuditor)
	if got := auditor.Post("/contracts/new", with(clause(), "do", "keep")); got.Status != http.StatusForbidden {
		t.Errorf("an auditor keeps a contract: %d", got.Status)
	}
	if strings.Contains(site.Log.String(), "Beispiel") || strings.Contains(site.Log.String(), "desk@") {
		t.Error("the log names the contact")
	}
}

// From the proposal over counsel's sign-off to a change that reopens it.
func TestRiskAndReviewThroughTheirPages(t *testing.T) {
	w := work(t)
	w.release(t)
	_, bo := w.site.Person(t, "Bea Lang", incident.GrantCounsel)
	page := w.ada.Get(w.base + "/risk").Body
	holds(t, "/risk", page, "Encryption and keys", "Who received it", "EDPB", "SE = DPC × EI + CB", "HIPAA: the four factors", "real risk of significant harm", "The facts would propose")
	if got := w.ada.Post(w.base+"/risk/conclude", url.Values{"question": {"incident.risk"}, "risk-answer": {"high"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#risk-reason"`) {
		t.Errorf("without reasons: %d %s", got.Status, problems(got.Body))
	}
	done(t, w.ada, w.base+"/risk/conclude", url.Values{"question": {"incident.risk"}, "risk-answer": {"high"}, "risk-reason": {"The attachments hold passports."}})
	done(t, w.ada, w.base+"/risk/conclude", url.Values{"question": {"incident.rrosh"}, "rrosh-answer": {"yes"}, "rrosh-reason": {"Identity theft."}})
	holds(t, "/risk, concluded", w.ada.Get(w.base+"/risk").Body, "The attachments hold passports.", "A real risk of significant harm", "The facts would propose", "Ada Lind")

	if got := w.ada.Post(w.base+"/review/ask", url.Values{}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#question"`) {
		t.Errorf("a request that asks nothing: %d %s", got.Status, problems(got.Body))
	}
	done(t, w.ada, w.base+"/review/ask", url.Values{"question": {"Is Article 34 met?"}})
	number := strings.TrimPrefix(w.base, "/incidents/")
	holds(t, "the queue", bo.Get("/review").Body, number, "Waits for counsel", "Ada Lind")
	if strings.Contains(w.ada.Get("/review").Body, number) {
		t.Error("a responder has counsel's queue")
	}
	done(t, bo, w.base+"/review/note", url.Values{"note": {"Watch the class action."}})
	form := bo.Get(w.base + "/review").Body
	holds(t, "the form", form, "Is Article 34 met?", "Watch the class action.", "Sign off", "Assessment form for print")
	if strings.Contains(w.ada.Get(w.base+"/review").Body, "class action") {
		t.Error("a responder reads counsel's note")
	}
	digest := between(form, `name="digest" value="`, `"`)
	if got := bo.Post(w.base+"/review/sign", url.Values{"digest": {"old"}, "statement": {"Fine."}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "changed while you read it") {
		t.Errorf("a stale sign-off: %d %s", got.Status, problems(got.Body))
	}
	id := between(form, `name="obligation" value="`, `"`)
	if got := bo.Post(w.base+"/review/remark", url.Values{"obligation": {id}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("an empty remark: %d", got.Status)
	}
	done(t, bo, w.base+"/review/sign", url.Values{"digest": {digest}, "statement": {"Fine but for the letters."}})
	holds(t, "signed", w.ada.Get(w.base+"/review").Body, "Signed off", "Fine but for the letters.")
	holds(t, "for print", w.ada.Get(w.base+"/review/form").Body, "incident.encryption", "Fine but for the letters.", "Not legal advice")
	done(t, w.ada, w.base+"/facts/incident.key", url.Values{"value.incident.key": {"compromised"}, "certainty.incident.key": {"known"}})
	holds(t, "after a change", w.ada.Get(w.base+"/review").Body, "Changed since sign-off", "incident.key: not known → compromised")
	holds(t, "the queue again", bo.Get("/review").Body, "Reopened", "changed since sign-off")
	holds(t, "the conclusion", w.ada.Get(w.base+"/risk").Body, "Facts changed since: incident.key")
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
