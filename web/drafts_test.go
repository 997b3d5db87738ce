package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
)

var draftLink = regexp.MustCompile(`<th scope="row"><a href="([^"]+/notices/[^"]+)">`)

// written makes the letters and gives the page of the one to people in Germany.
func (w *walked) written(t *testing.T) string {
	t.Helper()
	done(t, w.ada, w.base+"/obligations/drafts", nil)
	for _, m := range draftLink.FindAllStringSubmatch(w.ada.Get(w.base+"/notices").Body, -1) {
		if page := w.ada.Get(m[1]).Body; strings.Contains(page, "<code>eu-gdpr-34-1</code>") && strings.Contains(page, "eu-gdpr-34-1, German") {
			return m[1]
		}
	}
	t.Fatal("there is no letter to people in Germany")
	return ""
}

// unescape reads what a page shows as it was typed.
func unescape(s string) string {
	return strings.NewReplacer("&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#43;", "+").Replace(s)
}

// A letter is read in each form, remarked on, sent back, changed, compared and
// approved, and what moves later voids the approval by name.
func TestALetterThroughItsPages(t *testing.T) {
	w := work(t)
	draft := w.written(t)
	page := w.bo.Get(draft).Body
	if !strings.Contains(page, "<li>We closed the address.</li>") || !strings.Contains(page, "<li>We check every link.</li>") {
		t.Error("two measures, a line each, are not two in the letter")
	}
	holds(t, "the letter", page, "What it meets", "eu-gdpr-34-1", "As it is read", "The text, and what the law says of it", "Send it back", "The template</option>")
	if text := w.bo.Get(draft + "?as=text").Body; !strings.Contains(text, "letter-text") || !strings.Contains(text, "‹name›") {
		t.Error("the plain text is not shown")
	}
	holds(t, "a parent's", w.bo.Get(draft+"?variant=minor&as=letter").Body, "on-paper", `value="minor" selected`)
	for format, begins := range map[string]string{"pdf": "%PDF-", "html": "<!DOCTYPE html>", "txt": "", "eml": "From: "} {
		got := w.bo.Get(draft + "/file?variant=minor&format=" + format)
		if got.Status != http.StatusOK || !strings.HasPrefix(got.Body, begins) || len(got.Body) < 500 {
			t.Errorf("%s: %d, %.20q", format, got.Status, got.Body)
		}
	}
	if got := w.bo.Get(draft + "/file?format=docx"); got.Status != http.StatusNotFound {
		t.Errorf("docx: %d", got.Status)
	}

	done(t, w.bo, draft+"/comments", url.Values{"text": {"Which requests?"}, "passage": {"Attachments to support requests"}})
	done(t, w.bo, draft+"/comments", url.Values{"text": {"Keep the cause out of it."}, "privileged": {"yes"}})
	wrong := w.ada.Post(draft+"/comments", url.Values{"text": {"There?"}, "passage": {"no such words"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("a passage there is not: %d", wrong.Status)
	}
	holds(t, "the refusal", wrong.Body, "do not stand in the newest version", "There?")
	if author := w.ada.Get(draft).Body; strings.Contains(author, "Keep the cause") || !strings.Contains(author, "Which requests?") {
		t.Error("the author reads what is privileged, or not what is not")
	}
	done(t, w.bo, draft+"/comments/1/resolve", url.Values{"note": {"those of the spring"}})
	holds(t, "a resolved remark", w.ada.Get(draft).Body, "Resolved by", "those of the spring")

	digest := find(t, page, `name="read" value="([0-9a-f]{64})"`)
	if got := w.bo.Post(draft+"/return", url.Values{"read": {digest}, "reason": {""}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("sent back without a reason: %d", got.Status)
	}
	done(t, w.bo, draft+"/return", url.Values{"read": {digest}, "reason": {"Name the months."}})
	holds(t, "the letter sent back", w.ada.Get(draft).Body, "Sent back", "Name the months.")
	source := find(t, w.ada.Get(draft).Body, `(?s)<textarea id="source"[^>]*>(.*?)</textarea>`)
	done(t, w.ada, draft+"/edit", url.Values{"subject": {"Ihre Daten: was im März geschah"}, "source": {strings.Replace(unescape(source), "guessed their address", "guessed their address in March", 1)}, "why": {"the months are named"}})
	compared := w.bo.Get(draft + "/compare?from=1&to=2").Body
	holds(t, "the comparison", compared, `<ins class="word"> in March</ins>`, "lines the same", "{&#43; in March&#43;}")
	holds(t, "against the template", w.bo.Get(draft+"/compare?from=0&to=2").Body, `<ins class="word"> in March</ins>`, "the template")
	holds(t, "nothing", w.bo.Get(draft+"/compare?from=2&to=2").Body, "Nothing differs")
	if got := w.bo.Get(draft + "/compare?from=2&to=9"); got.Status != http.StatusNotFound {
		t.Errorf("a version there is not: %d", got.Status)
	}

	page = w.bo.Get(draft).Body
	holds(t, "the history", page, "the months are named", "Edited", "Name the months.")
	done(t, w.bo, draft+"/approve", url.Values{"digest": {find(t, page, `name="digest" value="([0-9a-f]{64})"`)}})
	if page = w.bo.Get(draft).Body; strings.Contains(page, "The approval is void") {
		t.Error("the approval is void from the start")
	}
	done(t, w.ada, w.base+"/facts/wording", url.Values{"notice.what_happened": {"Attachments could be opened by anybody."}, "notice.measures": {"We closed the address.\nWe check every link."},
		"notice.consequences": {"Somebody may try to use your data in your name."}, "notice.planned": {"2026-03-05"}, "notice.police": {"yes"}, "notice.police_delay": {"no"}})
	for where, body := range map[string]string{"the letter": w.bo.Get(draft).Body, "the list": w.bo.Get(w.base + "/notices").Body} {
		holds(t, where, body, "Approval void", "What the case says changed: incident: what happened.")
	}
}

// The page before a release says who gets what, who does not and why, and shows
// letters whole; what moved since it was read is not sent.
func TestAReleaseThroughItsPages(t *testing.T) {
	w := work(t)
	done(t, w.ada, w.base+"/obligations/drafts", nil)
	holds(t, "before any approval", w.chidi.Get(w.base+"/notices/release").Body, "Nothing can be sent yet", "Not approved")
	w.approveAll(t)
	page := w.chidi.Get(w.base + "/notices/release").Body
	holds(t, "the release", page, "Letters that go now", "60 on the list = ", "Get a letter", "Samples", "this letter, in de", "p•••@example.org", "Left out with a reason", "by where they live")
	if strings.Contains(page, "person1@example.org") {
		t.Error("an address is not masked")
	}
	form := url.Values{"roster": {find(t, page, `name="roster" value="([0-9a-f]+)"`)}, "numbers": {find(t, page, `name="numbers" value="([0-9a-f]+)"`)}}
	w.exclude(t, "c1")
	if got := w.chidi.Post(w.base+"/release", form); got.Status != http.StatusConflict || !strings.Contains(got.Body, "What the numbers follow from changed") {
		t.Fatalf("released on old numbers: %d %s", got.Status, problems(got.Body))
	}
	page = w.chidi.Get(w.base + "/notices/release").Body
	form.Set("numbers", find(t, page, `name="numbers" value="([0-9a-f]+)"`))
	done(t, w.chidi, w.base+"/release", form)
}

// exclude leaves somebody out, with a second person's word.
func (w *walked) exclude(t *testing.T, id string) {
	t.Helper()
	ada := incident.Principal{ID: w.ids["Ada Lind"], Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder}}
	bo := incident.Principal{ID: w.ids["Bo Quist"], Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantCounsel}}
	ref := strings.TrimPrefix(w.base, "/incidents/")
	e, err := w.site.Desk.ProposeExclusion(t.Context(), ada, ref, casework.Exclusion{Kind: "other", Why: "asked by phone", CustomerIDs: []string{id}})
	must(t, err)
	must(t, w.site.Desk.ApproveExclusion(t.Context(), bo, ref, e.Seq))
}
