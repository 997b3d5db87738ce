package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
)

// A mailing whose letters nobody knows the end of, seen and settled by a machine.
func TestUncertainLettersByMachine(t *testing.T) {
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
	people := "customer_id,name,email,country,region,language,elements,sources\n"
	for n := range 6 {
		people += fmt.Sprintf("c%d,Person %d,p%d@mail.example,DE,,de,name+email+ssn,desk\n", n, n, n)
	}
	people += "c9,Nobody,no address,DE,,de,name+email+ssn,desk\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, writer.principal(incident.GrantResponder), "1", incident.Roster{}, strings.NewReader(people), nil)
	must(t, err)
	var draft struct {
		ID       string
		Versions []struct{ Digest string }
	}
	writer.do("POST", at+"/drafts", `{"obligation":"eu-gdpr-34-1@EU","language":"de"}`).want(201).into(&draft)
	counsel.do("POST", at+"/drafts/"+draft.ID+"/approvals", fmt.Sprintf(`{"digest":%q}`, draft.Versions[0].Digest)).want(200)
	var plan struct{ Roster string }
	approver.get(at + "/mailings/plan").want(200).into(&plan)
	var mailing struct {
		ID, State string
		Counts    struct{ Uncertain, Accepted, Bounced, Deferred int }
		Outlook   *struct{ Left int }
	}
	approver.do("POST", at+"/mailings", fmt.Sprintf(`{"roster":%q}`, plan.Roster)).want(201).into(&mailing)
	one := at + "/mailings/" + mailing.ID
	approver.get(one).want(200).into(&mailing)
	if mailing.Outlook == nil || mailing.Outlook.Left != 7 {
		t.Errorf("%+v", mailing)
	}

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.outbox.Run(ctx) }()
	for range 200 {
		if approver.get(one).want(200).into(&mailing); mailing.State == "done" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	must(t, <-ended)
	if mailing.State != "done" || mailing.Counts.Uncertain != 6 {
		t.Fatalf("%+v", mailing)
	}

	type item struct {
		Key, Mailing, Detail, Name, Email string
		Line, Try, Batch                  int
		MessageID                         string `json:"message_id"`
	}
	var page struct {
		Items []item
		Next  *string
	}
	approver.get(at + "/deliveries/uncertain?limit=4&mailing=" + mailing.ID).want(200).into(&page)
	if len(page.Items) != 4 || page.Next == nil || page.Items[0].MessageID != page.Items[0].Key+".1" || page.Items[0].Batch == 0 || page.Items[0].Detail != "the line dropped" {
		t.Fatalf("%+v", page)
	}
	all := page.Items
	approver.get(at + "/deliveries/uncertain?limit=4&after=" + *page.Next).want(200).into(&page)
	if len(page.Items) != 2 || page.Next != nil {
		t.Fatalf("%+v", page)
	}
	if all = append(all, page.Items...); strings.Contains(all[0].Email, "mail.example") || all[0].Line < 1 {
		t.Errorf("%+v", all[0])
	}
	approver.get(at + "/deliveries/uncertain?mailing=nothing").want(404)

	settle := at + "/deliveries/uncertain"
	for _, body := range []string{
		`{}`, `{"as":"arrived"}`, `{"key":"k"}`, `{"key":"k","as":"lost"}`, `{"all":true,"as":"arrived","arrived":true}`, `{"key":"k","all":true,"as":"arrived"}`,
		`{"key":"k","batch":1,"as":"arrived"}`, `{"all":true,"as":"arrived","note":"` + strings.Repeat("x", 501) + `"}`,
	} {
		approver.do("POST", settle, body).want(422)
	}
	approver.do("POST", settle, `{"key":"nothing","as":"arrived"}`).want(404)
	writer2 := h.token(incident.GrantResponder)
	writer2.do("POST", settle, `{"all":true,"as":"arrived"}`).want(403)
	var settled struct{ Settled int }
	for _, c := range []struct {
		body string
		want int
	}{
		{fmt.Sprintf(`{"key":%q,"as":"arrived","note":"queued as 4F2A"}`, all[0].Key), 1},
		{fmt.Sprintf(`{"key":%q,"as":"letter"}`, all[1].Key), 1},
		{fmt.Sprintf(`{"mailing":%q,"reason":"the line dropped","as":"again"}`, mailing.ID), 4},
	} {
		if approver.do("POST", settle, c.body).want(200).into(&settled); settled.Settled != c.want {
			t.Errorf("%s settled %d", c.body, settled.Settled)
		}
	}
	approver.do("POST", settle, `{"all":true,"arrived":true}`).want(409)
	approver.get(one).want(200).into(&mailing)
	if c := mailing.Counts; mailing.State != "sending" || c.Accepted != 1 || c.Bounced != 1 || c.Deferred != 4 || c.Uncertain != 0 {
		t.Errorf("%+v", mailing)
	}

	approver.do("POST", one+"/stop", "").want(200)
	var left struct {
		People  int
		Reasons []struct {
			Reason string
			People int
		}
		Places map[string]int `json:"by_jurisdiction"`
		Duties []string
		Rows   []struct {
			Line                int
			Reason, Name, Email string
		}
		Next *string
	}
	approver.get(one + "/not-told?limit=3").want(200).into(&left)
	if left.People != 6 || left.Places["DE"] != 6 || len(left.Rows) != 3 || left.Next == nil || len(left.Duties) == 0 || left.Reasons[0].People != 4 {
		t.Errorf("%+v", left)
	}
	approver.get(one + "/not-told?limit=3&after=" + *left.Next).want(200).into(&left)
	if len(left.Rows) != 3 || left.Next != nil || left.Rows[2].Line != 7 || left.Rows[2].Reason != "the e-mail address cannot receive mail" {
		t.Errorf("%+v", left)
	}
	approver.get(at + "/mailings/nothing/not-told").want(404)
}
