package api_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
)

// A machine takes requests in, searches, links, corrects, gives a copy and
// erases; what it is answered names the person only where that is asked for.
func TestRightsAndErasure(t *testing.T) {
	h := build(t)
	officer, writer, auditor := h.token(incident.GrantRights), h.token(incident.GrantResponder), h.token(incident.GrantAuditor)
	number := writer.open("Leak")
	must(t, second(caseworktest.Settle(t.Context(), h.desk, writer.principal(incident.GrantResponder), number, incident.Roster{}, strings.NewReader(
		"customer_id,name,email,country,region,language,elements,sources\nC-1,Mia Probe,mia@probe.example,JP,,,name+email,x\nC-2,Leo Muster,leo@muster.example,JP,,,name+email,x\n"), map[string]io.Reader{})))
	const body = `{"right":"erase","regime":"eu-gdpr","zone":"Europe/Berlin","channel":"mail","customer_id":"C-1","name":"Mia Probe","words":"Erase me."}`
	writer.do("POST", "/rights", body).want(403)
	officer.do("POST", "/rights", strings.Replace(body, "eu-gdpr", "mars", 1)).want(422)
	var made struct {
		Number, Due string
	}
	officer.do("POST", "/rights", body, "Idempotency-Key", "k1").want(201).into(&made)
	if made.Number != "RR-2026-0001" || made.Due != "2026-04-02T21:59:59Z" {
		t.Errorf("%+v", made)
	}
	at := "/rights/" + made.Number
	officer.do("POST", at+"/identity", `{"outcome":"confirmed","how":"signed_in"}`).want(200)
	if got := officer.get(at).want(200); !strings.Contains(got.body, "Mia Probe") {
		t.Error(got.body)
	}
	for _, path := range []string{at, "/person-searches/none"} {
		auditor.get(path).want(403)
	}
	if got := auditor.get("/rights").want(200); !strings.Contains(got.body, made.Number) || strings.Contains(got.body, "Mia") {
		t.Error(got.body)
	}

	var search struct{ ID string }
	officer.do("POST", "/person-searches", `{"name":"Mia Probe"}`).want(422)
	officer.do("POST", "/person-searches", fmt.Sprintf(`{"customer_id":"C-1","request":%q}`, made.Number)).want(201).into(&search)
	h.desk.Wait()
	var found struct {
		Searched int
		Hits     []struct {
			Hit   int
			Where string
		}
	}
	got := officer.get("/person-searches/" + search.ID).want(200)
	got.into(&found)
	if strings.Contains(got.body, "Mia") || strings.Contains(got.body, "C-1") || found.Searched != 1 || len(found.Hits) != 1 || found.Hits[0].Where != "list" {
		t.Errorf("%s", got.body)
	}
	show := "/person-searches/" + search.ID + "/hits/0/show"
	officer.do("POST", show, "", "Idempotency-Key", "k2").want(422)
	if got := officer.do("POST", show, "").want(200); !strings.Contains(got.body, "mia@probe.example") {
		t.Error(got.body)
	}
	officer.do("POST", at+"/links", fmt.Sprintf(`{"search":%q,"hits":[0]}`, search.ID)).want(200)
	officer.do("DELETE", "/person-searches/"+search.ID, "").want(204)

	in := at + "/incidents/" + number
	officer.do("POST", in+"/corrections", `{"values":{"customer_id":"C-9"}}`).want(422)
	officer.do("POST", in+"/corrections", `{"values":{"name":"Mia Neu"}}`).want(200)
	officer.do("POST", in+"/restrictions", "").want(200)
	officer.do("POST", at+"/copy", "").want(200)
	officer.do("POST", at+"/copy/take", "", "Idempotency-Key", "k3").want(422)
	if got := officer.do("POST", at+"/copy/take", "").want(200); !strings.HasPrefix(got.body, "PK") || got.header.Get("Content-Type") != "application/zip" {
		t.Errorf("%v", got.header)
	}
	officer.do("POST", at+"/copy/take", "").want(410)
	if got := officer.get(in + "/erasure").want(200); !strings.Contains(got.body, `"rows":1`) {
		t.Error(got.body)
	}
	writer.do("POST", in+"/erasure", "").want(403)
	officer.do("POST", in+"/erasure", "").want(200)
	officer.do("POST", in+"/erasure", "").want(409)
	officer.do("POST", at+"/decision", `{"outcome":"granted"}`).want(200)
	officer.do("POST", at+"/answer", fmt.Sprintf(`{"told_at":%q}`, h.store.Clock.Now().Format(time.RFC3339))).want(200)
	officer.do("POST", at+"/forget", "").want(200)
	if got := officer.get(at).want(200); strings.Contains(got.body, "Mia") {
		t.Error(got.body)
	}

	// Erasure after retention takes two.
	writer.do("POST", "/erasures/"+number+"/proposal", "").want(409) // it commands the case, and it is open
	officer.do("POST", "/erasures/"+number+"/proposal", "").want(409)
	if got := auditor.get("/erasures").want(200); got.body != `{"ended":[],"erased":[],"hidden":0,"master_key_rotated_at":null}`+"\n" {
		t.Error(got.body)
	}
	if strings.Contains(h.log.String(), "Mia") || strings.Contains(h.log.String(), "probe.example") {
		t.Error("the log names a person")
	}
}

func second[T any](_ T, err error) error { return err }
