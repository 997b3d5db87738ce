package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
)

// A machine remarks on a letter, compares it, has it sent back, and reads it.
func TestALetterThroughTheAPI(t *testing.T) {
	h := build(t)
	writer, counsel, auditor := h.token(incident.GrantResponder), h.token(incident.GrantCounsel), h.token(incident.GrantAuditor)
	at := "/incidents/" + writer.open("Leak")
	for _, m := range []string{"aware", "discovered", "occurred_from"} {
		writer.do("POST", at+"/milestones", fmt.Sprintf(`{"milestone":%q,"at":"2026-03-02T08:00:00Z","reason":"log read"}`, m)).want(201)
	}
	writer.do("POST", at+"/facts", `{"facts":[{"name":"incident.confidentiality","values":["breached"],"source":"log"},{"name":"notice.what_happened","values":["A link could be guessed."],"source":"us"},{"name":"notice.measures","values":["We closed it."],"source":"us"}]}`).want(201)
	var duties struct{ Items []struct{ ID, Rule string } }
	writer.get(at + "/obligations?limit=200").want(200).into(&duties)
	duty := ""
	for _, d := range duties.Items {
		if d.Rule == "eu-gdpr-33-1" {
			duty = d.ID
		}
	}
	type draft struct {
		ID, State string
		Comments  int
		Void      []string
		Versions  []struct {
			Digest, Act, Why string
			Letter           struct{ Subject, Source string }
		}
		Reviews []struct{ Act, Reason string }
	}
	var d draft
	writer.do("POST", at+"/drafts", fmt.Sprintf(`{"obligation":%q}`, duty)).want(201).into(&d)
	one := at + "/drafts/" + d.ID
	text := d.Versions[0]

	var comment struct{ N, Line int }
	counsel.do("POST", one+"/comments", `{"text":"Which link?","passage":"A link could be guessed"}`).want(201).into(&comment)
	if comment.N != 1 || comment.Line == 0 {
		t.Errorf("comment %+v", comment)
	}
	counsel.do("POST", one+"/comments", `{"text":"Between us.","privileged":true}`).want(201)
	counsel.do("POST", one+"/comments", `{"text":"?","passage":"no such words"}`).want(422)
	auditor.do("POST", one+"/comments", `{"text":"hello"}`).want(403)
	if got := writer.get(one + "/comments").want(200).body; strings.Contains(got, "Between us") || !strings.Contains(got, "Which link?") {
		t.Errorf("the author reads %s", got)
	}
	counsel.do("POST", one+"/comments/1/resolution", `{"note":"named"}`).want(200)
	counsel.do("POST", one+"/comments/9/resolution", `{}`).want(404)

	writer.do("POST", one+"/returns", fmt.Sprintf(`{"digest":%q,"reason":"no"}`, text.Digest)).want(403)
	counsel.do("POST", one+"/returns", fmt.Sprintf(`{"digest":%q,"reason":""}`, text.Digest)).want(422)
	counsel.do("POST", one+"/returns", fmt.Sprintf(`{"digest":%q,"reason":"Name the link."}`, text.Digest)).want(200).into(&d)
	if len(d.Reviews) != 1 || d.Reviews[0].Act != "returned" {
		t.Errorf("reviews %+v", d.Reviews)
	}
	body, _ := json.Marshal(map[string]string{"subject": text.Letter.Subject, "source": strings.Replace(text.Letter.Source, "A link", "The link of a form", 1), "why": "named"})
	writer.do("PUT", one, string(body)).want(200).into(&d)
	if len(d.Versions) != 2 || d.Versions[1].Why != "named" || d.Versions[1].Act != "edited" {
		t.Errorf("versions %+v", d.Versions)
	}
	var compared struct {
		From, To int
		Source   []struct{ Op, Text string }
	}
	writer.get(one + "/changes").want(200).into(&compared)
	added := ""
	for _, c := range compared.Source {
		if c.Op == "added" {
			added += c.Text
		}
	}
	if compared.From != 1 || compared.To != 2 || !strings.Contains(added, "of a form") {
		t.Errorf("compared %+v", compared)
	}
	writer.get(one + "/changes?from=0").want(200)
	writer.get(one + "/changes?from=7").want(404)
	writer.get(one + "/changes?from=x").want(422)
	for format, begins := range map[string]string{"txt": "", "html": "<!DOCTYPE html>", "pdf": "%PDF-", "eml": ""} {
		if got := writer.get(one + "/file?format=" + format).want(200); !strings.HasPrefix(got.body, begins) || len(got.body) < 300 {
			t.Errorf("%s: %.40q", format, got.body)
		}
	}
	writer.get(one + "/file?format=docx").want(404)
	writer.get(one + "/file?version=9").want(404)

	writer.do("POST", at+"/monitoring-codes", `{"codes":["SAFE-0001","SAFE-0001"]}`).want(422)
	writer.do("POST", at+"/monitoring-codes", `{"codes":["SAFE-0001,2"]}`).want(422)
	auditor.do("POST", at+"/monitoring-codes", `{"codes":["SAFE-0001"]}`).want(403)
	if got := writer.do("POST", at+"/monitoring-codes", `{"codes":["SAFE-0001","SAFE-0002"]}`).want(200); strings.Contains(got.body, "SAFE") || !strings.Contains(got.body, `"left":2`) {
		t.Error(got.body)
	}
	writer.get(at + "/monitoring-codes").want(200)

	var plan struct {
		Numbers, Blocked string
		Further          []string
		Samples          []any
		Excluded         map[string]int
	}
	counsel.get(at + "/mailings/plan").want(200).into(&plan)
	if plan.Blocked == "" || plan.Further == nil || plan.Samples == nil || plan.Excluded == nil {
		t.Errorf("plan %+v", plan)
	}
}
