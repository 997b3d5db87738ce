package api_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
)

// A notice to all by three machines, from the duty that has one to its end.
func TestANoticeToAllByMachines(t *testing.T) {
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
	} {
		set = append(set, fmt.Sprintf(`{"name":%q,"values":[%q],"source":"logs"}`, name, value))
	}
	writer.do("POST", at+"/facts", `{"facts":[`+strings.Join(set, ",")+`]}`).want(201)
	people := "customer_id,name,email,country,region,language,elements,sources\nc1,Person 1,,US,CA,en,name+ssn,desk\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, writer.principal(incident.GrantResponder), "1", incident.Roster{}, strings.NewReader(people), nil)
	must(t, err)

	var duties struct {
		Items []struct {
			Obligation string
			Days       int
			DaysAt     string `json:"days_at"`
		}
	}
	writer.get(at + "/substitute-duties").want(200).into(&duties)
	if len(duties.Items) != 1 || duties.Items[0].Days != 30 || duties.Items[0].DaysAt == "" {
		t.Fatalf("%+v", duties)
	}
	var draft struct {
		ID       string
		Versions []struct{ Digest string }
	}
	writer.do("POST", at+"/substitute-drafts", `{"obligations":["none"]}`).want(422)
	writer.do("POST", at+"/substitute-drafts", fmt.Sprintf(`{"obligations":[%q]}`, duties.Items[0].Obligation)).want(201).into(&draft)
	digest := draft.Versions[0].Digest
	publish := fmt.Sprintf(`{"draft":%q,"digest":%q,"slug":"leak"}`, draft.ID, digest)
	approver.do("POST", at+"/public-notices", publish).want(409) // nobody approved it
	counsel.do("POST", at+"/drafts/"+draft.ID+"/approvals", fmt.Sprintf(`{"digest":%q}`, digest)).want(200)
	counsel.do("POST", at+"/public-notices", publish).want(403)
	approver.do("POST", at+"/public-notices", fmt.Sprintf(`{"draft":%q,"digest":%q,"slug":"A/B"}`, draft.ID, digest)).want(422)
	var notice struct {
		ID, Path, Digest, Least string
		Withdrawn               *struct{ Early bool }
	}
	made := approver.do("POST", at+"/public-notices", publish).want(201)
	made.into(&notice)
	one := at + "/public-notices/" + notice.ID
	if notice.Path != "/notices/leak" || notice.Least == "" || made.header.Get("Location") != "/api/v1"+one || strings.Contains(made.body, `"page"`) {
		t.Errorf("%s at %s", made.body, made.header.Get("Location"))
	}
	if page := writer.get(one + "/page").want(200); !strings.Contains(page.body, "Somebody copied messages.") || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("%v %s", page.header, page.body)
	}
	var all struct{ Items []struct{ ID string } }
	if writer.get(at + "/public-notices").want(200).into(&all); len(all.Items) != 1 || all.Items[0].ID != notice.ID {
		t.Errorf("%+v", all)
	}
	approver.do("POST", one+"/withdrawal", `{"reason":"wrong"}`).want(409)
	approver.do("POST", one+"/withdrawal", `{"reason":"wrong","early":true}`).want(200).into(&notice)
	if notice.Withdrawn == nil || !notice.Withdrawn.Early {
		t.Errorf("%+v", notice)
	}
	writer.get(at + "/public-notices/none").want(404)
}
