package api_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
)

const clause = `{"partner":"Warenhaus Example","contact":"Ms Beispiel","email":"desk@warenhaus.example","jurisdiction":"DE","clause":"Clause 14.2",` +
	`"amount":24,"unit":"hours","from":"aware","kinds":[],"elements":[],"groups":["customers"],"at_least":0,"valid_from":"2020-01-01","valid_until":"","notes":""}`

// A machine keeps contracts, concludes, asks, and signs what it read.
func TestReviewsAndContracts(t *testing.T) {
	h := build(t)
	writer, counsel, auditor := h.token(incident.GrantResponder), h.token(incident.GrantCounsel), h.token(incident.GrantAuditor)
	at := "/incidents/" + writer.open("Leak")
	writer.do("POST", at+"/facts", `{"name":"incident.confidentiality","values":["breached"],"source":"logs"}`).want(201)

	var preview struct {
		TOML   string
		Passed bool
	}
	counsel.do("POST", "/contracts/preview", clause).want(200).into(&preview)
	if !preview.Passed || !strings.Contains(preview.TOML, "amount = 24") || strings.Contains(preview.TOML, "Beispiel") {
		t.Errorf("%+v", preview)
	}
	auditor.do("POST", "/contracts", clause).want(403)
	counsel.do("POST", "/contracts", strings.Replace(clause, `"hours"`, `"weeks"`, 1)).want(422)
	var kept struct{ ID, Rule string }
	counsel.do("POST", "/contracts", clause).want(201).into(&kept)
	if got := writer.get(at + "/obligations?limit=200").want(200); !strings.Contains(got.body, `"rule":"`+kept.Rule+`"`) || strings.Contains(got.body, "Beispiel") {
		t.Error("the contract is no duty of the open incident, or it names the contact")
	}
	counsel.do("PUT", "/contracts/"+kept.ID, strings.Replace(clause, `"amount":24`, `"amount":12`, 1)).want(200)
	if got := auditor.get("/contracts/" + kept.ID).want(200); !strings.Contains(got.body, `"corrected":true`) || !strings.Contains(got.body, "amount = 12") {
		t.Error(got.body)
	}
	auditor.get("/contracts/77").want(404)
	counsel.do("POST", "/contracts/"+kept.ID+"/end", `{"valid_until":"2030-01-31","why":"It runs out."}`).want(200)

	writer.do("POST", at+"/conclusions", `{"question":"incident.risk","answer":"none","reason":"x"}`).want(422)
	writer.do("POST", at+"/conclusions", `{"question":"incident.risk","answer":"high","reason":"We know them."}`).want(201)
	var review struct {
		State   string
		Basis   struct{ Digest string }
		Changed []string
		Notes   []struct{ Text string }
		Risk    struct{ Level string }
	}
	writer.do("POST", at+"/review", `{"question":"High?"}`).want(200).into(&review)
	if review.State != "asked" || review.Risk.Level != "high" {
		t.Errorf("%+v", review)
	}
	writer.do("POST", at+"/review", `{"question":"High?"}`).want(409)
	counsel.do("POST", at+"/review/notes", `{"note":"Beware."}`).want(200).into(&review)
	if got := writer.get(at + "/review").want(200); strings.Contains(got.body, "Beware.") || len(review.Notes) != 1 {
		t.Error("a note is not counsel's alone")
	}
	counsel.do("POST", at+"/review/remarks", fmt.Sprintf(`{"obligation":%q,"remark":"Early."}`, kept.Rule+"@DE")).want(200)
	var queue struct {
		Items []struct{ Number, State string }
	}
	counsel.get("/reviews").want(200).into(&queue)
	if len(queue.Items) != 1 || queue.Items[0].State != "asked" {
		t.Errorf("%+v", queue)
	}
	counsel.do("POST", at+"/review/sign-offs", `{"digest":"old","statement":"Fine."}`).want(409)
	counsel.do("POST", at+"/review/sign-offs", fmt.Sprintf(`{"digest":%q,"statement":"Fine."}`, review.Basis.Digest)).want(200)
	writer.do("POST", at+"/facts", `{"name":"incident.encryption","values":["none"],"source":"logs"}`).want(201)
	writer.get(at + "/review").want(200).into(&review)
	if review.State != "reopened" || len(review.Changed) == 0 {
		t.Errorf("%s %v", review.State, review.Changed)
	}
	if got := writer.get(at + "/conclusions").want(200); !strings.Contains(got.body, "incident.encryption: not known → none") {
		t.Error(got.body)
	}
	writer.do("POST", at+"/review", `{"question":"Again?"}`).want(200)
	writer.do("DELETE", at+"/review", "").want(200)
}
