package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// desk is a case of which nobody knows yet who is affected.
func desk(t *testing.T, now ...time.Time) *walked {
	t.Helper()
	site := webtest.New(t, webtest.Options{})
	for _, at := range now {
		site.Store.Clock.Set(at)
	}
	w := &walked{site: site, ids: map[string]string{}}
	for _, p := range []struct {
		name  string
		grant incident.Grant
		to    **webtest.Browser
	}{{"Ada Lind", incident.GrantResponder, &w.ada}, {"Bo Quist", incident.GrantCounsel, &w.bo}} {
		a, b := site.Person(t, p.name, p.grant)
		w.ids[p.name], *p.to = a.ID, b
	}
	w.base = done(t, w.ada, "/incidents/new", url.Values{"title": {"An export was taken"}, "kind": {"misconfiguration"}, "severity": {"high"}}).Location
	return w
}

const (
	directoryText = "Kunden-Nr;E-Mail;Name;Land;Bundesland;Geburtsdatum;Gruppe\n" +
		"1001;ann.lee@mail.example;Ann Lee;DE;BY;31.01.1980;patients\n1002;bo@mail.example;Bo Quark;DE;BE;02.02.1990;\n1003;bo@mail.example;Bea Quark;US;CA;03.03.1991;\n1004;cy@mail.example;Cy Young;;;04.04.1992;\n"
	ticketsText = "id,mail,iban,diagnosis\n1001,ann.lee@mail.example,DE89370400440532013000,flu\n,bo@mail.example,GB82WEST12345698765432,\n9999,,x,\n1004,cy@mail.example,DE89370400440532013000,\n1001,,,\n\"broken,1\n"
	billsText   = "customer,ssn\n1001,123-45-6789\n1003,321-45-6789\n"
)

// upload gives the path of a run with two data sets.
func (w *walked) upload(t *testing.T) string {
	t.Helper()
	got := send(t, w.site, w.ada, w.base+"/affected/new", file{"directory", "kunden.csv", directoryText}, file{"exposures", "tickets.csv", ticketsText}, file{"exposures", "bills.csv", billsText})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("upload: %d %s", got.Status, problems(got.Body))
	}
	w.run = got.Location
	return got.Location
}

func mappingOf() url.Values {
	return url.Values{"d.format": {"csv"}, "d.customer_id": {"Kunden-Nr"}, "d.email": {"E-Mail"}, "d.name": {"Name"}, "d.country": {"Land"}, "d.region": {"Bundesland"}, "d.birth_date": {"Geburtsdatum"}, "d.groups": {"Gruppe"},
		"e0.format": {"csv"}, "e0.customer_id": {"id"}, "e0.email": {"mail"}, "e0.elements": {"name"}, "e0.has.account_number": {"iban"}, "e0.has.medical": {"diagnosis"},
		"e1.format": {"csv"}, "e1.customer_id": {"customer"}, "e1.has.ssn": {"ssn"}}
}

// match uploads, maps and matches.
func (w *walked) match(t *testing.T) {
	t.Helper()
	w.upload(t)
	done(t, w.ada, w.run+"/run", mappingOf())
	w.site.Desk.Wait()
}

func says(t *testing.T, got webtest.Answer, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// hides checks that a page shows nobody in clear.
func hides(t *testing.T, got webtest.Answer) {
	t.Helper()
	for _, clear := range []string{"ann.lee", "Ann Lee", "Quark", "DE8937", "123-45", "31.01.1980"} {
		if strings.Contains(got.Body, clear) {
			t.Errorf("the page shows %q", clear)
		}
	}
}

func TestColumnsAreGuessedAndConfirmed(t *testing.T) {
	w := desk(t)
	run := w.upload(t)
	got := w.ada.Get(run)
	hides(t, got)
	says(t, got, `<option value="Kunden-Nr" selected>`, "Sure, by its name and its values.", "CSV, semicolon, UTF-8", "a…@m….example", "account number", `<option value="iban" selected>`, `<option value="ssn" selected>`, "Customer directory: kunden.csv", "Read it again like this")

	bad := mappingOf()
	bad.Del("e1.customer_id")
	bad.Set("d.residence", "Germany")
	got = w.ada.Post(run+"/run", bad)
	if got.Status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", got.Status)
	}
	says(t, got, "Say by which column a row names a person.", `href="#e1.customer_id"`, `value="Germany"`, `href="#d.residence"`)
	hides(t, got)

	// Read differently: the first line is no header, and the width is fixed.
	read := mappingOf()
	read.Set("e1.header", "no")
	done(t, w.ada, run+"/reading", read)
	says(t, w.ada.Get(run), "no header line", "column 2")
	read.Set("e1.format", "parquet")
	got = w.ada.Post(run+"/reading", read)
	if got.Status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", got.Status)
	}
	says(t, got, "bills.csv: cannot be read as Parquet", `href="#e1.format"`)
}

func TestTheResultInNumbersAndPictures(t *testing.T) {
	w := desk(t)
	facts := url.Values{}
	for name, value := range map[string]string{"confidentiality": "breached", "acquisition": "confirmed", "encryption": "none", "access": "yes", "malicious": "yes", "medium": "electronic", "recipient": "public", "recovered": "no"} {
		facts.Set("value.incident."+name, value)
		facts.Set("certainty.incident."+name, "known")
	}
	done(t, w.ada, w.base+"/facts", facts)
	for _, m := range []string{"discovered", "aware", "occurred_from"} {
		done(t, w.ada, w.base+"/milestones/"+m, url.Values{"at": {w.site.Store.Clock.Now().Add(-5 * time.Hour).UTC().Format("2006-01-02T15:04")}, "zone": {"UTC"}, "precision": {"instant"}, "reason": {"The log shows it."}})
	}
	w.match(t)
	got := w.ada.Get(w.run)
	hides(t, got)
	says(t, got, "<b>8</b> rows in", "<b>5</b> matched", "<b>1</b> duplicate", "<b>1</b> unmatched", "<b>1</b> malformed", "Overlap of the data sets", "tickets and bills", "Residence not known", "How it is known where they live", "patients", "Conflicts", "Put this list forward")
	if strings.Contains(got.Body, "Put this list in force") {
		t.Error("the list can be settled by one person")
	}
	list := url.Values{"list": {find(t, got.Body, `name="list" value="([0-9a-f]{64})"`)}}
	says(t, got, "What the laws make of these numbers", "Provisional", "Come to be owed")
	if strings.Contains(w.ada.Get(w.base+"/obligations").Body, "us-ca-individuals") {
		t.Error("duties are on record before the list is in force")
	}
	done(t, w.ada, w.run+"/propose", list)
	if got := w.ada.Get(w.run); strings.Contains(got.Body, "Put this list in force") || !strings.Contains(got.Body, "somebody else puts it in force") {
		t.Error("who put it forward is offered to settle it")
	}
	if got := w.ada.Post(w.run+"/settle", list); got.Status != http.StatusForbidden {
		t.Errorf("settled by who put it forward: %d", got.Status)
	}
	says(t, w.bo.Get(w.run), "Put this list in force", "Put forward by Ada Lind")
	if got := w.bo.Post(w.run+"/return", nil); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("sent back without a reason: %d", got.Status)
	}
	done(t, w.bo, w.run+"/settle", list)
	says(t, w.ada.Get(w.base+"/affected"), "put forward by Ada Lind", "put in force by Bo Quist", "Overlap of the data sets")
	if got := w.ada.Post(w.run+"/rerun", nil); got.Status != http.StatusConflict {
		t.Errorf("a settled list ran again: %d", got.Status)
	}
	next := done(t, w.ada, w.run+"/repeat", nil).Location
	says(t, w.ada.Get(next), "Columns to confirm", "kunden.csv")
}

func TestConflictsAreSettledOnTheirPage(t *testing.T) {
	w := desk(t)
	w.match(t)
	queue := w.ada.Get(w.run + "/conflicts")
	says(t, queue, "Conflicts looked at", "Open", "several people in the directory have this email")
	one := find(t, queue.Body, `href="([^"]+/conflicts/\d+)"`)
	got := w.ada.Get(one)
	hides(t, got)
	says(t, got, "Customer 2", "Customer 3", "tickets.csv, line 3", "that of customer 2 and 3", "Nobody of these")
	if got := w.ada.Post(one, url.Values{"person": {"3"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", got.Status)
	} else {
		says(t, got, `value="3" checked`, "give the reason")
	}
	if got := w.ada.Post(one, url.Values{"why": {"x"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a decision: %d", got.Status)
	}
	done(t, w.ada, one, url.Values{"person": {"2"}, "row.0": {"3"}, "why": {"She wrote to us."}})
	says(t, w.ada.Get(one), "Decided", "Customer 3, Ada Lind: She wrote to us.")
	says(t, w.ada.Get(w.run), "that this list does not take into account yet")
	done(t, w.ada, w.run+"/rerun", nil)
	w.site.Desk.Wait()
	says(t, w.ada.Get(w.run), "Decided by a person", "US-CA")
	says(t, w.ada.Get(w.run+"/conflicts"), "No conflicts")
}

func TestOnePersonIsFoundAndStandsNowhere(t *testing.T) {
	w := desk(t)
	w.match(t)
	got := w.ada.Post(w.run+"/search", url.Values{"what": {"person"}, "key": {"email"}, "value": {"Ann.Lee@mail.example"}})
	says(t, got, "Affected", "tickets.csv, line 2", "bills.csv, line 2", "Exposed:")
	hides(t, got)
	got = w.ada.Post(w.run+"/search", url.Values{"what": {"person"}, "key": {"customer_id"}, "value": {"77777"}})
	if got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Body, "77777") {
		t.Errorf("%d, or the value is repeated", got.Status)
	}
	file := find(t, got.Body, `<option value="([0-9a-f]{64})">tickets.csv`)
	says(t, w.ada.Post(w.run+"/search", url.Values{"what": {"row"}, "file": {file}, "line": {"4"}}), "unmatched", "nobody in the directory has one of its keys")
	if got := w.ada.Post(w.run+"/search", url.Values{"what": {"row"}, "file": {file}, "line": {"many"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", got.Status)
	}
	_, other := w.site.Person(t, "Nell Blank", incident.GrantResponder)
	if got := other.Post(w.run+"/search", url.Values{"what": {"person"}, "key": {"email"}, "value": {"bo@mail.example"}}); got.Status != http.StatusForbidden {
		t.Errorf("a responder without a role searches: %d", got.Status)
	}
	var audit strings.Builder
	_, err := w.site.Store.Export(t.Context(), &audit)
	must(t, err)
	for _, clear := range []string{"ann.lee", "77777", "mail.example", "kunden.csv"} {
		if strings.Contains(strings.ToLower(audit.String()), clear) {
			t.Errorf("%q is in the audit log", clear)
		}
	}
}

func TestExclusionsCompareAndExport(t *testing.T) {
	w := desk(t)
	w.match(t)
	w.settle(t)
	at := w.base + "/affected/exclusions"
	if got := w.ada.Post(at, url.Values{"kind": {"duplicate"}, "why": {"x"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#customer_ids"`) {
		t.Errorf("%d", got.Status)
	}
	done(t, w.ada, at, url.Values{"kind": {"duplicate"}, "why": {"Reached as another customer."}, "customer_ids": {"1004"}})
	if got := w.ada.Post(at+"/1/approve", nil); got.Status != http.StatusForbidden {
		t.Errorf("approved by who proposed it: %d", got.Status)
	}
	done(t, w.bo, at+"/1/approve", nil)
	says(t, w.ada.Get(at), "In force", "approved by Bo Quist", "To be written to")
	says(t, w.ada.Get(w.base+"/affected"), "Excluded: duplicate")

	// A late file, and what it changes.
	got := send(t, w.site, w.ada, w.run+"/add", file{"exposures", "late.csv", "customer_id,email\n1002,bo@mail.example\n"})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Status, problems(got.Body))
	}
	says(t, w.ada.Get(got.Location), "Matched already, and not read again: tickets.csv, bills.csv.", "late.csv")
	done(t, w.ada, got.Location+"/run", url.Values{"e2.customer_id": {"customer_id"}, "e2.has.email": {"email"}})
	w.site.Desk.Wait()
	id := func(path string) string { return path[strings.LastIndex(path, "/")+1:] }
	page := w.ada.Get(w.base + "/affected/compare?before=" + id(w.run) + "&after=" + id(got.Location))
	says(t, page, "From run 1 to run 2", "Changed", "late")
	hides(t, page)
	if got := w.ada.Get(w.base + "/affected/compare?before=x&after=y"); got.Status != http.StatusNotFound {
		t.Errorf("%d", got.Status)
	}

	key, err := age.GenerateX25519Identity()
	must(t, err)
	if got := w.ada.Post(w.base+"/affected/export", url.Values{"recipient": {"age1"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#why"`) {
		t.Errorf("%d", got.Status)
	}
	sealed := w.ada.Post(w.base+"/affected/export", url.Values{"recipient": {key.Recipient().String()}, "why": {"For the mail house."}})
	plain, err := age.Decrypt(strings.NewReader(sealed.Body), key)
	must(t, err)
	text, err := io.ReadAll(plain)
	must(t, err)
	if !strings.Contains(string(text), "1004,Cy Young,cy@mail.example") || !strings.Contains(string(text), "excluded: duplicate") {
		t.Errorf("%s", text)
	}
	says(t, w.ada.Get(w.base+"/timeline"), "exported, sealed to age1", "For the mail house.")
}

// What the script does when a page is reloaded in the middle of a file.
func TestAFileGoesOnWhereItStopped(t *testing.T) {
	w := desk(t)
	at := w.base + "/affected/uploads"
	type state struct {
		ID           string
		Offset, Size int64
		Whole        bool
	}
	read := func(got webtest.Answer, status int) (s state) {
		t.Helper()
		if got.Status != status {
			t.Fatalf("%d, want %d: %s", got.Status, status, got.Body)
		}
		must(t, json.Unmarshal([]byte(got.Body), &s))
		return s
	}
	piece := func(id string, offset int, text string) webtest.Answer {
		r, err := http.NewRequest(http.MethodPost, w.site.URL+at+"/"+id, strings.NewReader(text))
		must(t, err)
		r.Header.Set("Content-Type", "application/offset+octet-stream")
		r.Header.Set("Upload-Offset", fmt.Sprint(offset))
		return w.ada.Do(r)
	}
	whole := func(name, text string) string {
		s := read(w.ada.Post(at, url.Values{"name": {name}, "size": {fmt.Sprint(len(text))}}), http.StatusCreated)
		read(piece(s.ID, 0, text[:20]), http.StatusOK)
		if got := read(w.ada.Get(at+"/"+s.ID), http.StatusOK); got.Offset != 20 || got.Whole {
			t.Errorf("%+v", got)
		}
		if got := piece(s.ID, 5, text); got.Status != http.StatusConflict {
			t.Errorf("a piece that does not follow: %d", got.Status)
		}
		read(piece(s.ID, 20, text[20:]), http.StatusOK)
		if got := read(w.ada.Post(at+"/"+s.ID+"/finish", nil), http.StatusOK); !got.Whole {
			t.Errorf("%+v", got)
		}
		return s.ID
	}
	if got := w.ada.Post(at, url.Values{"name": {"a.csv"}, "size": {"99999999999"}}); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", got.Status)
	}
	left := read(w.ada.Post(at, url.Values{"name": {"left.csv"}, "size": {"9"}}), http.StatusCreated)
	says(t, w.ada.Get(w.base+"/affected/new"), "left.csv", "Give it up", "data-transfers=")
	done(t, w.ada, at+"/"+left.ID+"/drop", nil)
	if got := w.ada.Post(w.base+"/affected/new", url.Values{"exposures": {"x"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a directory: %d", got.Status)
	}
	form := url.Values{"directory": {whole("kunden.csv", directoryText)}, "exposures": {whole("tickets.csv", ticketsText), whole("bills.csv", billsText)}}
	says(t, w.ada.Get(done(t, w.ada, w.base+"/affected/new", form).Location), "Customer directory: kunden.csv", "Exposed: tickets.csv", "Exposed: bills.csv")
}
