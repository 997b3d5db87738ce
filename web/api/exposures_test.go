package api_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"tocsin/incident"
)

// sent puts a file into an incident piece by piece and gives the upload's id.
func (c *client) sent(at, name, text string) string {
	c.t.Helper()
	var u struct {
		ID     string
		Offset int64
		SHA256 string
	}
	c.do("POST", at+"/uploads", fmt.Sprintf(`{"file_name":%q,"size":%d}`, name, len(text))).want(201).into(&u)
	half := len(text) / 2
	c.send("PATCH", at+"/uploads/"+u.ID, strings.NewReader(text[:half]), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream").want(200)
	head := c.send("HEAD", at+"/uploads/"+u.ID, nil).want(200)
	if head.header.Get("Upload-Offset") != fmt.Sprint(half) || head.body != "" {
		c.t.Fatalf("at %s: %q", head.header.Get("Upload-Offset"), head.body)
	}
	c.send("PATCH", at+"/uploads/"+u.ID, strings.NewReader(text), "Upload-Offset", "0").want(409)
	c.send("PATCH", at+"/uploads/"+u.ID, strings.NewReader(text)).want(422)
	c.do("POST", at+"/uploads/"+u.ID+"/finish", "").want(409)
	c.send("PATCH", at+"/uploads/"+u.ID, strings.NewReader(text[half:]), "Upload-Offset", fmt.Sprint(half)).want(200)
	c.do("POST", at+"/uploads/"+u.ID+"/finish", "").want(200).into(&u)
	if len(u.SHA256) != 64 {
		c.t.Fatalf("%+v", u)
	}
	return u.ID
}

// From uploads to a settled list, by two machines.
func TestFromUploadsToASettledList(t *testing.T) {
	h := build(t)
	first, second, counsel := h.token(incident.GrantResponder), h.token(incident.GrantResponder), h.token(incident.GrantCounsel)
	at := "/incidents/" + first.open("Leak")
	directory := first.sent(at, "customers.csv", "customer_id,email,name,country\nc1,a@mail.example,Ann Lee,DE\nc2,b@mail.example,Bo Quist,US\nc3,b@mail.example,Bea Quist,US\n")
	leak := first.sent(at, "leak.csv", "id,mail,ssn\nc1,,1\n,b@mail.example,2\nzz,,3\n")
	spare := first.sent(at, "spare.csv", "x,y\n1,2\n")
	first.do("DELETE", at+"/uploads/"+spare, "").want(204)
	first.get(at + "/uploads/" + spare).want(404)
	first.do("POST", at+"/exposures", `{"exposures":["x"]}`).want(422)

	var run struct {
		ID, State string
		Roster    *struct {
			Object    string
			People    int
			Conflicts int
			Residence struct{ Unknown int }
		}
	}
	body := first.do("POST", at+"/exposures", fmt.Sprintf(`{"directory":%q,"exposures":[%q]}`, directory, leak)).want(201)
	body.into(&run)
	if strings.Contains(body.body, "mail.example") || run.State != "mapping" {
		t.Errorf("%s", body.body)
	}
	at2 := at + "/exposures/" + run.ID
	first.do("POST", at2+"/run", `{"exposures":[{"match":{},"elements":["name"]}]}`).want(422)
	first.do("POST", at2+"/run", `{"exposures":[{"match":{"customer_id":"id","email":"mail"},"columns":{"ssn":"ssn"},"elements":["name"]}]}`).want(202)
	h.desk.Wait()
	first.get(at2).want(200).into(&run)
	if run.State != "done" || run.Roster.People != 2 || run.Roster.Conflicts != 1 {
		t.Fatalf("%+v %+v", run, run.Roster)
	}

	// The conflict is looked at, masked, and decided.
	var queue struct {
		Items []struct {
			Conflict int
			State    string
		}
	}
	first.get(at2 + "/conflicts").want(200).into(&queue)
	if len(queue.Items) != 1 || queue.Items[0].State != "open" {
		t.Fatalf("%+v", queue)
	}
	one := fmt.Sprintf("%s/conflicts/%d", at2, queue.Items[0].Conflict)
	if got := first.get(one).want(200); strings.Contains(got.body, "Quist") || strings.Contains(got.body, "b@mail") || !strings.Contains(got.body, `"fits"`) {
		t.Errorf("%s", got.body)
	}
	first.do("POST", one+"/decision", `{"why":"x"}`).want(422)
	first.do("POST", one+"/decision", `{"person":1,"why":"x"}`).want(422)
	first.do("POST", one+"/decision", `{"person":3,"why":"She wrote to us."}`).want(204)
	first.do("POST", at2+"/run", `{}`).want(202)
	h.desk.Wait()
	first.get(at2).want(200).into(&run)
	if run.Roster.Conflicts != 0 {
		t.Errorf("%+v", run.Roster)
	}
	var decided struct{ Items []struct{ Why string } }
	first.get(at2 + "/decisions").want(200).into(&decided)
	if len(decided.Items) != 1 || decided.Items[0].Why != "She wrote to us." {
		t.Errorf("%+v", decided)
	}

	// One person, and one row.
	var answer struct {
		Affected bool
		Elements []string
		Rows     []struct{ Outcome string }
	}
	first.do("POST", at2+"/search", `{"key":"customer_id","value":"c3"}`).want(200).into(&answer)
	if !answer.Affected || len(answer.Elements) != 2 {
		t.Errorf("%+v", answer)
	}
	first.do("POST", at2+"/search", `{"file":"leak.csv","line":4}`).want(200).into(&answer)
	if len(answer.Rows) != 1 || answer.Rows[0].Outcome != "unmatched" {
		t.Errorf("%+v", answer)
	}
	first.do("POST", at2+"/search", `{}`).want(422)
	second.do("POST", at2+"/search", `{"key":"customer_id","value":"c3"}`).want(403)
	if got := first.get(at2 + "/files/unmatched.csv").want(200); !strings.Contains(got.body, "leak.csv,4,") {
		t.Errorf("%s", got.body)
	}

	// Two machines settle it.
	list := fmt.Sprintf(`{"list":%q}`, run.Roster.Object)
	first.do("POST", at2+"/propose", `{}`).want(422)
	first.do("POST", at2+"/propose", list).want(200)
	first.do("POST", at2+"/settle", list).want(403)
	second.do("POST", at2+"/return", `{"why":"Look again."}`).want(200)
	first.do("POST", at2+"/propose", list).want(200)
	second.do("POST", at2+"/settle", list).want(200)
	var rosters struct {
		Items []struct{ ProposedBy, SettledBy string }
	}
	first.get(at + "/rosters").want(200).into(&rosters)
	if len(rosters.Items) != 1 {
		t.Fatalf("%+v", rosters)
	}

	// A late file, and what it changed.
	late := first.sent(at, "late.csv", "customer_id,ssn\nc2,4\n")
	var next struct{ ID string }
	first.do("POST", at+"/exposures", fmt.Sprintf(`{"add_to":%q,"exposures":[%q]}`, run.ID, late)).want(201).into(&next)
	first.do("POST", at+"/exposures/"+next.ID+"/run", `{}`).want(202)
	h.desk.Wait()
	var diff struct{ Before, After, New int }
	first.get(at2 + "/diff?after=" + next.ID).want(200).into(&diff)
	if diff.Before != 2 || diff.After != 3 || diff.New != 1 {
		t.Errorf("%+v", diff)
	}

	// Who gets no letter, and the list for the mail house.
	var e struct{ Seq, People int }
	first.do("POST", at+"/exclusions", `{"kind":"duplicate","why":"Reached as c1.","customer_ids":["c3"]}`).want(201).into(&e)
	first.do("POST", fmt.Sprintf("%s/exclusions/%d/approval", at, e.Seq), "").want(403)
	second.do("POST", fmt.Sprintf("%s/exclusions/%d/approval", at, e.Seq), "").want(204)
	key, err := age.GenerateX25519Identity()
	must(t, err)
	send := fmt.Sprintf(`{"recipient":%q,"why":"mail house"}`, key.Recipient())
	second.do("POST", at+"/rosters/current/export", send).want(403)
	got := counsel.do("POST", at+"/rosters/current/export", send, "Idempotency-Key", "1").want(200)
	plain, err := age.Decrypt(bytes.NewReader([]byte(got.body)), key)
	must(t, err)
	text, err := io.ReadAll(plain)
	must(t, err)
	if e.People != 1 || !strings.Contains(string(text), "excluded: duplicate") || strings.Count(string(text), "\n") != 3 {
		t.Errorf("%+v %s", e, text)
	}
	first.do("POST", fmt.Sprintf("%s/exclusions/%d/end", at, e.Seq), `{"why":"Wrong."}`).want(204)
	if strings.Contains(h.log.String(), "mail.example") || strings.Contains(h.log.String(), "Quist") {
		t.Errorf("the log names people: %s", h.log)
	}
}
