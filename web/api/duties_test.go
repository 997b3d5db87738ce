package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
)

// The way from a duty to released letters, by four machines, each with what
// grants it needs and no more.
func TestFromDutyToRelease(t *testing.T) {
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
	writer.do("POST", at+"/facts", `{"name":"incident.encryption","values":["rot13"]}`).want(422)
	people := "customer_id,name,email,country,region,language,elements,sources\n"
	for n := range 3 {
		people += fmt.Sprintf("c%d,Person %d,p%d@mail.example,DE,,de,name+email+ssn,desk\n", n, n, n)
	}
	_, err := caseworktest.Settle(t.Context(), h.desk, writer.principal(incident.GrantResponder), "1", incident.Roster{}, strings.NewReader(people), nil)
	must(t, err)
	if got := writer.get(at + "/rosters/current/people.csv").want(200); got.body != people {
		t.Errorf("%q", got.body)
	}

	var duties struct {
		Items []struct {
			ID, Rule, Applies, Audience string
			Decision                    *struct {
				ApprovedBy string `json:"approved_by"`
			}
			Stages []struct{ Due, Met string }
		}
	}
	writer.get(at + "/obligations?applies=yes&limit=200").want(200).into(&duties)
	var filing, letter string
	for _, o := range duties.Items {
		switch {
		case o.Applies != "yes":
			t.Errorf("%s applies %s", o.ID, o.Applies)
		case o.Rule == "eu-gdpr-33-1":
			filing = o.ID
		case o.Rule == "eu-gdpr-34-1":
			letter = o.ID
		}
	}
	if filing == "" || letter == "" {
		t.Fatalf("filing %q, letter %q", filing, letter)
	}
	writer.get(at + "/obligations/" + url.PathEscape(filing) + "/filing-pack").want(200)
	writer.get(at + "/obligations/nothing/filing-pack").want(404)
	writer.do("POST", at+"/filings", fmt.Sprintf(`{"obligation":%q,"at":"2026-03-02"}`, filing)).want(422)
	writer.do("POST", at+"/filings", fmt.Sprintf(`{"obligation":%q,"at":"2026-03-02T09:00:00Z","reference":"X-1"}`, filing)).want(201)

	var draft struct {
		ID       string
		Valid    bool
		Versions []struct{ Digest, By string }
		Findings []struct{ What string }
	}
	commander := writer // who declared it commands it, and may write
	got := commander.do("POST", at+"/drafts", fmt.Sprintf(`{"obligation":%q,"language":"de"}`, letter), "Idempotency-Key", "d").want(201)
	got.into(&draft)
	if again := commander.do("POST", at+"/drafts", fmt.Sprintf(`{"obligation":%q,"language":"de"}`, letter), "Idempotency-Key", "d").want(201); again.body != got.body {
		t.Error("another draft for the same key")
	}
	one := at + "/drafts/" + draft.ID
	digest := draft.Versions[0].Digest
	commander.do("POST", one+"/approvals", fmt.Sprintf(`{"digest":%q}`, digest)).want(403)
	counsel.do("POST", one+"/approvals", `{"digest":"0"}`).want(409)
	counsel.do("POST", one+"/approvals", fmt.Sprintf(`{"digest":%q}`, digest)).want(200).into(&draft)
	if !draft.Valid {
		t.Fatalf("approved, and not valid: %+v", draft.Findings)
	}
	// New words void the approval; new words that lack everything cannot be approved.
	commander.do("PUT", one, `{"subject":"","source":""}`).want(200).into(&draft)
	if draft.Valid || len(draft.Versions) != 2 {
		t.Errorf("valid %v with %d versions", draft.Valid, len(draft.Versions))
	}
	counsel.do("POST", one+"/approvals", fmt.Sprintf(`{"digest":%q}`, draft.Versions[1].Digest)).want(409)

	var plan struct {
		People      int
		Roster      string
		Unapproved  []string
		Approved    []string
		BlockedText string `json:"blocked"`
	}
	approver.get(at + "/mailings/plan").want(200).into(&plan)
	if plan.People != 3 || plan.Roster == "" || len(plan.Unapproved) != 1 || len(plan.Approved) != 0 {
		t.Errorf("%+v", plan)
	}
	writerOnly := h.token(incident.GrantResponder)
	writerOnly.do("POST", at+"/mailings", fmt.Sprintf(`{"roster":%q}`, plan.Roster)).want(403)
	approver.do("POST", at+"/mailings", fmt.Sprintf(`{"roster":%q}`, plan.Roster)).want(409) // nothing is approved
	// The approval is bound to the text: composed anew to the very same words, it holds.
	commander.do("POST", one+"/refresh", "").want(200).into(&draft)
	if !draft.Valid || draft.Versions[2].Digest != digest {
		t.Errorf("valid %v, digest %s", draft.Valid, draft.Versions[2].Digest)
	}
	approver.do("POST", at+"/mailings", `{"roster":"0"}`).want(409)
	var mailing struct {
		ID, State string
		People    int
	}
	sent := approver.do("POST", at+"/mailings", fmt.Sprintf(`{"roster":%q}`, plan.Roster)).want(201)
	sent.into(&mailing)
	path := at + "/mailings/" + mailing.ID
	if mailing.People != 3 || sent.header.Get("Location") != "/api/v1"+path {
		t.Errorf("%+v at %s", mailing, sent.header.Get("Location"))
	}
	approver.do("POST", path+"/pause", `{"reason":"a question"}`).want(200).into(&mailing)
	if mailing.State != "paused" {
		t.Errorf("state %s", mailing.State)
	}
	approver.do("POST", path+"/resume", "").want(200)
	approver.do("POST", path+"/stop", "").want(200).into(&mailing)
	if mailing.State != "stopped" {
		t.Errorf("state %s", mailing.State)
	}
	approver.get(at + "/mailings/nothing").want(404)
	var missed struct {
		Returned    *int
		Letters     []any
		Substitutes []any
	}
	approver.get(path + "/unreached").want(200).into(&missed)
	if missed.Returned == nil || *missed.Returned != 0 || missed.Letters == nil || missed.Substitutes == nil {
		t.Errorf("%+v", missed)
	}
	approver.get(at + "/mailings/nothing/unreached").want(404)
	approver.do("POST", path+"/posted", `{"how":"by letter"}`).want(409) // nobody's mail came back
	approver.do("POST", path+"/posted", `{}`).want(409)
	writerOnly.do("POST", path+"/posted", `{"how":"by letter"}`).want(403)
	approver.do("POST", at+"/deliveries/uncertain", `{"arrived":true}`).want(422)

	// Not to notify: counsel says why, somebody else agrees. An id with a slash in it is escaped.
	decide := at + "/obligations/" + url.PathEscape(filing) + "/decision"
	writer.do("POST", decide, `{"reason":"no"}`).want(403)
	counsel.do("POST", decide, `{"reason":"no risk to anyone"}`).want(200)
	counsel.do("POST", decide+"/approval", `{"agree":true}`).want(403)
	approver.do("POST", decide+"/approval", `{}`).want(422)
	if got := approver.do("POST", decide+"/approval", `{"agree":true}`).want(200); !strings.Contains(got.body, approver.id) {
		t.Error(got.body)
	}
}
