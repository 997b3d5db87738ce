package casework_test

import (
	"archive/zip"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

var (
	rita = incident.Principal{ID: "rita", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantRights}}
	apu  = incident.Principal{ID: "apu", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantApprover}}
	adam = incident.Principal{ID: "adam", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantAdmin}}
)

const (
	header = "customer_id,name,email,country,region,language,elements,sources\n"
	mia    = "C-1001,Mia Probe,mia@probe.example,DE,DE-BY,de,name+email,tickets\n"
	leo    = "C-1002,\"Leo \"\"the\"\" Muster, Dr.\",leo@muster.example,US,CA,en,name+email,tickets+chats\n"
	noID   = ",Ada Namesake,ada@one.example,FR,,fr,name+email,tickets\n"
)

// theVault is a vault with what a test does to it.
func (o office) vault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.New(o.DB, vault.Config{Dir: filepath.Join(o.Dir, vault.DirName), ReadOnly: true})
	must(t, err)
	return v
}

// listed declares an incident with a list of people in force.
func (o office) listed(t *testing.T, rows ...string) *incident.Incident {
	t.Helper()
	i := o.declare(t)
	_, err := caseworktest.Settle(t.Context(), o.Desk, ana, i.Number, incident.Roster{}, strings.NewReader(header+strings.Join(rows, "")),
		map[string]io.Reader{"unmatched.csv": strings.NewReader("file,line,why,exposure,email\na.csv,2,nobody,tickets,mia@probe.example\na.csv,3,nobody,tickets,else@x.example\n")})
	must(t, err)
	return i
}

func request(right incident.Right) casework.NewRight {
	return casework.NewRight{Right: right, Regime: "eu-gdpr", Zone: "Europe/Berlin", Channel: "mail",
		Asker: casework.Asker{CustomerID: "C-1001", Name: "Mia Probe", Email: "mia@probe.example", Words: "Please."}}
}

// search runs a search to its end.
func (o office) search(t *testing.T, q casework.PersonQuery) casework.PersonSearch {
	t.Helper()
	id, err := o.BeginPersonSearch(t.Context(), rita, q)
	must(t, err)
	o.Wait()
	s, err := o.Search(t.Context(), rita, id)
	must(t, err)
	if s.Ended == nil || s.Error != "" {
		t.Fatalf("the search did not end well: %+v", s)
	}
	return s
}

// linked takes a request in, confirms who asks, and links it to what is found.
func (o office) linked(t *testing.T, right incident.Right, q casework.PersonQuery) string {
	t.Helper()
	r, err := o.ReceiveRight(t.Context(), rita, request(right))
	must(t, err)
	must(t, o.CheckIdentity(t.Context(), rita, r.Number, "confirmed", "call_back"))
	q.Request = r.Number
	s := o.search(t, q)
	var hits []int
	for n, h := range s.Hits {
		if h.Where == "list" {
			hits = append(hits, n)
		}
	}
	must(t, o.LinkHits(t.Context(), rita, s.ID, r.Number, hits))
	return r.Number
}

func TestARequestRunsOnItsClock(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	r, err := o.ReceiveRight(ctx, rita, request(incident.RightAccess))
	must(t, err)
	berlin, _ := time.LoadLocation("Europe/Berlin")
	if r.Number != "RR-2026-0001" || r.Due.In(berlin).Format(time.RFC3339) != "2026-04-02T23:59:59+02:00" {
		t.Errorf("%s due %s", r.Number, r.Due)
	}
	wantKind(t, o.DecideRight(ctx, rita, r.Number, "granted", "", ""), incident.Conflict) // nobody knows who asks
	wantKind(t, o.DecideRight(ctx, rita, r.Number, "refused", "", ""), incident.Invalid)
	wantKind(t, o.AnswerRight(ctx, rita, r.Number, time.Time{}), incident.Conflict)
	wantKind(t, o.CheckIdentity(ctx, rita, r.Number, "surely", "document"), incident.Invalid)
	must(t, o.CheckIdentity(ctx, rita, r.Number, "confirmed", "document"))
	o.Clock.Advance(20 * 24 * time.Hour)
	wantKind(t, o.ExtendRight(ctx, rita, r.Number, "many requests", o.Clock.Now().Add(time.Hour)), incident.Invalid)
	must(t, o.ExtendRight(ctx, rita, r.Number, "many requests", o.Clock.Now()))
	wantKind(t, o.ExtendRight(ctx, rita, r.Number, "more", o.Clock.Now()), incident.Conflict)
	must(t, o.DecideRight(ctx, rita, r.Number, "partly", "others_rights", "Notes name colleagues."))
	must(t, o.AnswerRight(ctx, rita, r.Number, o.Clock.Now()))
	wantKind(t, o.WithdrawRight(ctx, rita, r.Number), incident.Conflict)
	f, err := o.RightFile(ctx, rita, "rr-2026-0001")
	must(t, err)
	if f.State() != incident.RightAnswered || f.Due.In(berlin).Format(time.DateOnly) != "2026-06-02" || len(f.Asker.Reasons) != 2 || f.Asker.Email != "mia@probe.example" {
		t.Errorf("%+v", f)
	}

	// Told too late: no extension.
	late, err := o.ReceiveRight(ctx, rita, request(incident.RightErase))
	must(t, err)
	o.Clock.Advance(60 * 24 * time.Hour)
	wantKind(t, o.ExtendRight(ctx, rita, late.Number, "x", o.Clock.Now()), incident.Conflict)
	all, err := o.Rights(ctx, audra)
	must(t, err)
	if len(all) != 2 || all[0].Number != late.Number {
		t.Errorf("the open one is not first: %+v", all)
	}

	// Once answered, who asked can be erased; the line of the register stays.
	must(t, o.ForgetRight(ctx, rita, r.Number))
	wantKind(t, o.ForgetRight(ctx, rita, r.Number), incident.Gone)
	wantKind(t, o.ForgetRight(ctx, rita, late.Number), incident.Conflict)
	f, err = o.RightFile(ctx, rita, r.Number)
	must(t, err)
	if f.Asker.Name != "" || f.Decision.Outcome != "partly" || f.Forgotten == nil {
		t.Errorf("%+v", f)
	}
	wantKind(t, o.WithdrawRight(ctx, rita, r.Number), incident.Gone)
}

func TestBadRequestsAreRefusedWhole(t *testing.T) {
	o := open(t)
	bad := request("forget-me")
	bad.Regime, bad.Zone, bad.Channel, bad.ReceivedAt = "us-tx", "Mars/Base", "pigeon", o.Clock.Now().Add(time.Hour)
	bad.Asker = casework.Asker{BirthDate: "1.2.1980"}
	_, err := o.ReceiveRight(t.Context(), rita, bad)
	wantKind(t, err, incident.Invalid)
	where := map[string]bool{}
	for _, p := range incident.ProblemsOf(err) {
		where[p.Where] = true
	}
	for _, w := range []string{"right", "regime", "zone", "channel", "received_at", "name", "birth_date"} {
		if !where[w] {
			t.Errorf("nothing is said of %s: %v", w, err)
		}
	}
	objection := request(incident.RightRestrict)
	objection.Regime = "us-ca-ccpa" // knows no restriction
	_, err = o.ReceiveRight(t.Context(), rita, objection)
	wantKind(t, err, incident.Invalid)
}

// Whoever is not a rights officer does none of it, and learns nothing.
func TestOnlyOfficersHandleRights(t *testing.T) {
	o := open(t)
	i := o.listed(t, mia)
	number := o.linked(t, incident.RightAccess, casework.PersonQuery{CustomerID: "C-1001"})
	ctx := t.Context()
	for _, p := range []incident.Principal{ana, audra, apu, adam, {ID: "nobody", Source: incident.FromConsole}} {
		for name, err := range map[string]error{
			"receive":  second(o.ReceiveRight(ctx, p, request(incident.RightAccess))),
			"read":     second(o.RightFile(ctx, p, number)),
			"identity": o.CheckIdentity(ctx, p, number, "confirmed", "document"),
			"decide":   o.DecideRight(ctx, p, number, "granted", "", ""),
			"forget":   o.ForgetRight(ctx, p, number),
			"search":   second(o.BeginPersonSearch(ctx, p, casework.PersonQuery{CustomerID: "C-1001"})),
			"copy":     second(o.MakeCopy(ctx, p, number)),
			"correct":  o.CorrectPerson(ctx, p, number, i.Number, map[string]string{"name": "X"}),
			"restrict": o.RestrictPerson(ctx, p, number, i.Number),
			"plan":     second(o.PlanErasure(ctx, p, number, i.Number)),
			"erase":    second(o.EraseFrom(ctx, p, number, i.Number)),
		} {
			if err == nil || incident.KindOf(err) != incident.Forbidden {
				t.Errorf("%s by %s: %v", name, p.ID, err)
			}
		}
	}
	if _, err := o.Rights(ctx, ana); incident.KindOf(err) != incident.Forbidden {
		t.Error("a responder lists requests")
	}
	// An officer sees no case by that, and no search of another officer's.
	_, err := o.Incident(ctx, rita, i.Number)
	wantKind(t, err, incident.NotFound)
	s := o.search(t, casework.PersonQuery{CustomerID: "C-1001"})
	_, err = o.Search(ctx, cora, s.ID)
	wantKind(t, err, incident.NotFound)
	_, err = o.ShowHit(ctx, cora, s.ID, 0)
	wantKind(t, err, incident.NotFound)
}

func second[T any](_ T, err error) error { return err }

func TestAPersonIsFoundAcrossIncidents(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	one := o.listed(t, leo, mia)
	o.listed(t, leo)
	hidden := o.listed(t, mia)
	must(t, o.Restrict(ctx, ana, hidden.Number, true))
	_, err := o.CollectEvidence(ctx, ana, one.Number, casework.NewEvidence{Title: "Letter of complaint", Kind: "file", FileName: "Mia Probe.txt"}, strings.NewReader("x"))
	must(t, err)
	_, err = o.ProposeExclusion(ctx, ana, one.Number, casework.Exclusion{Kind: "told", Why: "called", Emails: []string{"mia@probe.example"}, Domains: []string{"muster.example"}})
	must(t, err)
	s := o.search(t, casework.PersonQuery{Email: "MIA@probe.example", Name: "Mia Probe"})
	if s.Cases != 2 || s.Restricted != 1 || s.Done != 2 {
		t.Errorf("searched %d of %d, %d restricted", s.Done, s.Cases, s.Restricted)
	}
	var where []string
	for _, h := range s.Hits {
		where = append(where, h.Where+":"+h.Number)
		if h.Where == "list" && (len(h.Held) != 1 || !h.Sure || h.Person.CustomerID != "C-1001" || h.Text != "list 1, row 2, in force") {
			t.Errorf("%+v", h)
		}
	}
	if strings.Join(where, " ") != "exclusion:"+one.Number+" evidence:"+one.Number+" list:"+one.Number {
		t.Errorf("found %v", where)
	}
	// Showing is recorded with ids alone, and so is the search.
	h, err := o.ShowHit(ctx, rita, s.ID, 2)
	must(t, err)
	if h.Person.Email != "mia@probe.example" {
		t.Errorf("%+v", h)
	}
	must(t, o.View(ctx, func(tx *ledger.Tx) error {
		all, err := ledger.EntriesBefore(tx, 0, "", 50)
		acts := map[string]bool{}
		for _, e := range all {
			acts[e.Act] = true
			if strings.Contains(strings.ToLower(e.Object), "mia") || strings.Contains(e.Object, "C-1001") {
				t.Errorf("the log names the person: %s", e.Object)
			}
		}
		if !acts["person.search"] || !acts["person.show"] {
			t.Errorf("acts %v", acts)
		}
		return err
	}))
	must(t, o.CancelSearch(ctx, rita, s.ID))
	// A quoted name is found too, by its last word.
	if s := o.search(t, casework.PersonQuery{Name: `Leo "the" Muster, Dr.`, BirthDate: "1980-01-02"}); len(s.Hits) != 2 || s.Hits[0].Sure {
		t.Errorf("%+v", s.Hits)
	}
	for _, q := range []casework.PersonQuery{{}, {Name: "Mia Probe"}, {Name: "Mia", BirthDate: "2.1.80"}} {
		_, err := o.BeginPersonSearch(ctx, rita, q)
		wantKind(t, err, incident.Invalid)
	}
}

func TestACopyIsTakenOnceAndHoldsNobodyElse(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	i := o.listed(t, leo, mia, noID)
	number := o.linked(t, incident.RightAccess, casework.PersonQuery{CustomerID: "C-1001"})
	_, err := o.MakeCopy(ctx, rita, number)
	must(t, err)
	name, size, body, err := o.TakeCopy(ctx, rita, number)
	must(t, err)
	raw, err := io.ReadAll(body)
	must(t, err)
	must(t, body.Close())
	if name != "held-"+number+".zip" || size != int64(len(raw)) {
		t.Errorf("%s of %d bytes, read %d", name, size, len(raw))
	}
	z, err := zip.NewReader(bytes.NewReader(raw), size)
	must(t, err)
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		for _, want := range []string{"mia@probe.example", i.Number, "name", "tickets"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %s", f.Name, want)
			}
		}
		for _, not := range []string{"leo@", "Muster", "ada@", "C-1002"} {
			if strings.Contains(string(text), not) {
				t.Errorf("%s holds %s", f.Name, not)
			}
		}
	}
	if len(z.File) != 2 {
		t.Errorf("%d files", len(z.File))
	}
	_, _, _, err = o.TakeCopy(ctx, rita, number)
	wantKind(t, err, incident.Gone)
	c, err := o.RightFile(ctx, rita, number)
	must(t, err)
	if there, err := o.vault(t).Has(ctx, c.ID, c.Copy.SHA256); err != nil || there {
		t.Errorf("the copy lies in the vault still: %v", err)
	}
}

func person(id string) *affected.Person {
	return &affected.Person{CustomerID: id, Name: "As listed", Email: "as@listed.example"}
}

func TestCorrectionsStandBesideTheList(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	i := o.listed(t, leo, mia)
	number := o.linked(t, incident.RightRectify, casework.PersonQuery{CustomerID: "C-1001"})
	for _, bad := range []map[string]string{{}, {"customer_id": "C-2"}, {"name": "two\nlines"}, {"name": "  "}} {
		wantKind(t, o.CorrectPerson(ctx, rita, number, i.Number, bad), incident.Invalid)
	}
	must(t, o.CorrectPerson(ctx, rita, number, i.Number, map[string]string{"name": "Mia Neu", "email": "neu@probe.example"}))
	must(t, o.CorrectPerson(ctx, rita, number, i.Number, map[string]string{"name": "Mia Ganz-Neu"}))
	f, err := o.RightFile(ctx, rita, number)
	must(t, err)
	if len(f.Marks) != 2 || f.Marks[0].Was["email"] != "mia@probe.example" || f.Marks[0].Was["name"] != "Mia Probe" {
		t.Errorf("%+v", f.Marks)
	}
	must(t, o.View(ctx, func(tx *ledger.Tx) error {
		m, err := casework.PersonMarks(tx, i.ID)
		p := person("C-1001")
		m.Apply(p)
		if p.Name != "Mia Ganz-Neu" || p.Email != "neu@probe.example" || p.CustomerID != "C-1001" {
			t.Errorf("%+v", p)
		}
		return err
	}))
	if !strings.Contains(o.people(t, i.Number, "people.csv"), "mia@probe.example") {
		t.Error("the list that was settled has changed")
	}
	// Somebody is found under the corrected address, too.
	if s := o.search(t, casework.PersonQuery{Email: "neu@probe.example"}); len(s.Hits) != 1 || s.Hits[0].Person.CustomerID != "C-1001" || !s.Hits[0].Marked {
		t.Errorf("%+v", s.Hits)
	}
}
