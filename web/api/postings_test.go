package api_test

import (
	"archive/zip"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
)

// Letters on paper, from the plan to what came back, by a machine.
func TestLettersOnPaperByMachine(t *testing.T) {
	h := build(t)
	writer, counsel, approver := h.token(incident.GrantResponder), h.token(incident.GrantCounsel), h.token(incident.GrantApprover)
	at := "/incidents/" + writer.open("Leak")
	for _, m := range []string{"occurred_from", "discovered", "aware"} {
		writer.do("POST", at+"/milestones", fmt.Sprintf(`{"milestone":%q,"at":"2026-03-02T08:00:00Z","reason":"log read"}`, m)).want(201)
	}
	var set []string
	for name, value := range map[string]string{
		"incident.confidentiality": "breached", "incident.acquisition": "confirmed", "incident.access": "yes", "incident.encryption": "none",
		"incident.recipient": "attacker", "incident.recovered": "no", "incident.malicious": "yes", "incident.medium": "electronic",
		"notice.what_happened": "Somebody copied messages.", "notice.measures": "We closed the access.",
		"notice.consequences": "Somebody could pretend to be you.", "notice.advice": "Be careful.",
	} {
		set = append(set, fmt.Sprintf(`{"name":%q,"values":[%q],"source":"logs"}`, name, value))
	}
	writer.do("POST", at+"/facts", `{"facts":[`+strings.Join(set, ",")+`]}`).want(201)
	people := "customer_id,name,email,country,region,language,elements,sources,street,city,postal_code\n" +
		"c1,Ada Abel,,DE,,de,name+email+ssn,desk,Weg 1,Bonn,53111\nc2,Bob Burr,bob@mail.example,DE,,de,name+email+ssn,desk,Weg 2,Bonn,53111\n" +
		"c3,Cy Cole,,DE,,de,name+email+ssn,desk,,,\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, writer.principal(incident.GrantResponder), "1", incident.Roster{}, strings.NewReader(people), nil)
	must(t, err)
	var draft struct {
		ID       string
		Versions []struct{ Digest string }
	}
	writer.do("POST", at+"/drafts", `{"obligation":"eu-gdpr-34-1@EU","language":"de"}`).want(201).into(&draft)
	counsel.do("POST", at+"/drafts/"+draft.ID+"/approvals", fmt.Sprintf(`{"digest":%q}`, draft.Versions[0].Digest)).want(200)

	var plan struct {
		Roster  string
		Printed int
		ByEmail int `json:"by_email"`
		Blocked string
		Drafts  []string
	}
	approver.get(at + "/postings/plan").want(200).into(&plan)
	if plan.Printed != 1 || plan.ByEmail != 1 || plan.Blocked != "" || len(plan.Drafts) != 1 {
		t.Errorf("plan %+v", plan)
	}
	approver.get(at + "/postings/plan?everyone=perhaps").want(422)
	approver.get(at + "/postings/plan?series=-1").want(422)
	approver.get(at + "/postings/plan?everyone=true").want(200).into(&plan)
	if plan.Printed != 2 {
		t.Errorf("everybody on paper: %+v", plan)
	}
	counsel.do("POST", at+"/postings", fmt.Sprintf(`{"roster":%q}`, plan.Roster)).want(403)
	approver.do("POST", at+"/postings", `{"roster":"another"}`).want(409)
	var posting struct {
		ID, State string
		Report    struct{ Digest string }
		Handed    []struct{ By string }
		PostedOn  string `json:"posted_on"`
		Returned  int
	}
	approver.do("POST", at+"/postings", fmt.Sprintf(`{"roster":%q,"everyone":true}`, plan.Roster)).want(201).into(&posting)
	one := at + "/postings/" + posting.ID
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.outbox.Run(ctx) }()
	for range 200 {
		if approver.get(one).want(200).into(&posting); posting.State != "printing" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	must(t, <-ended)
	if posting.State != "printed" {
		t.Fatalf("%+v", posting)
	}
	writer2 := h.token(incident.GrantResponder)
	writer2.do("POST", one+"/package", "").want(403)
	pack := approver.do("POST", one+"/package", "").want(200)
	z, err := zip.NewReader(strings.NewReader(pack.body), int64(len(pack.body)))
	must(t, err)
	if len(z.File) < 8 {
		t.Errorf("%d files in the package", len(z.File))
	}
	approver.do("POST", one+"/posted", `{"digest":"00","posted_on":"2026-03-02"}`).want(422)
	approver.do("POST", one+"/returns", "code,reason\n").want(409)
	approver.do("POST", one+"/posted", fmt.Sprintf(`{"digest":%q,"posted_on":"2026-03-02"}`, posting.Report.Digest)).want(200).into(&posting)
	if posting.State != "posted" || posting.PostedOn != "2026-03-02" || len(posting.Handed) != 1 {
		t.Errorf("%+v", posting)
	}
	var taken struct {
		Taken    int
		Problems []struct{ Where, What string }
	}
	approver.do("POST", one+"/returns", "code,reason\nNOSUCH,moved\n").want(200).into(&taken)
	if taken.Taken != 0 || len(taken.Problems) != 1 || taken.Problems[0].Where != "line 2" {
		t.Errorf("%+v", taken)
	}
	approver.do("POST", one+"/returns", "what is this").want(422)
	approver.do("POST", one+"/stop", `{}`).want(409)
	approver.do("POST", one+"/retry", "").want(409)
	approver.get(at + "/postings").want(200)
	approver.get(at + "/postings/nothing").want(404)
}
