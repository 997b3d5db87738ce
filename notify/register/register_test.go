package register_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/register"
	"tocsin/notify/statute"
)

var (
	rules   = statute.OnFirstUse(statute.Builtin())
	letters = sync.OnceValues(letter.Builtin)
)

type house struct {
	*ledgertest.Store
	desk   *casework.Desk
	outbox *outbox.Service
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{Store: ledgertest.New(t)}
	v, err := vault.New(h.DB, vault.Config{Dir: filepath.Join(h.Dir, vault.DirName)})
	must(t, err)
	h.outbox, err = outbox.New(outbox.Deps{DB: h.DB, Vault: v, Rules: rules, Letters: letters, Forms: func() (*filing.Library, error) {
		l, err := letters()
		if err != nil {
			return nil, err
		}
		return filing.Builtin(l)
	}}, outbox.Config{Organisation: statute.Organisation{Role: "controller", EstablishedIn: []string{"DE"}, MainEstablishment: "DE-BY", RegulatedAs: []string{}, LicensedIn: []string{}}})
	must(t, err)
	h.desk, err = casework.New(casework.Deps{DB: h.DB, Vault: v, Reactors: []casework.Reactor{h.outbox}}, casework.Config{})
	must(t, err)
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) read(t *testing.T, p incident.Principal) []register.Entry {
	t.Helper()
	all, err := register.Read(t.Context(), h.desk, h.DB, p)
	must(t, err)
	return all
}

func person(id string, grants ...incident.Grant) incident.Principal {
	return incident.Principal{ID: id, Source: incident.FromConsole, Grants: grants}
}

func TestRegister(t *testing.T) {
	h := build(t)
	ctx, ana, cora, otto := t.Context(), person("ana", incident.GrantResponder), person("cora", incident.GrantCounsel), person("otto", incident.GrantApprover)
	open := func(n casework.NewIncident) string {
		i, err := h.desk.OpenIncident(ctx, ana, n)
		must(t, err)
		h.Clock.Advance(time.Minute)
		return i.Number
	}
	told := open(casework.NewIncident{Title: "Leak at the desk", Kind: "support_channel", Severity: incident.High})
	dismissed := open(casework.NewIncident{Title: "=HYPERLINK(\"http://x\")", Kind: "other"})
	open(casework.NewIncident{Title: "Exercise", Kind: "phishing", Drill: true})
	restricted := open(casework.NewIncident{Title: "Quiet", Kind: "insider", Restricted: true})

	now := h.Clock.Now()
	must(t, h.desk.SetMilestone(ctx, ana, told, casework.SetMilestone{Milestone: incident.Aware, At: now.Add(-time.Hour), Reason: "log read"}))
	must(t, h.desk.SetMilestone(ctx, ana, told, casework.SetMilestone{Milestone: incident.ContainedAt, At: now.Add(-time.Minute)}))
	var set []casework.NewFact
	for name, v := range map[string]string{
		"confidentiality": "breached", "acquisition": "confirmed", "access": "yes", "encryption": "none", "recipient": "attacker",
		"recovered": "no", "malicious": "yes", "medium": "electronic",
	} {
		set = append(set, casework.NewFact{Name: "incident." + name, Values: []string{v}, Source: "logs"})
	}
	must(t, h.desk.SetFacts(ctx, ana, told, set))
	people := "customer_id,name,email,country,region,language,elements,sources\n" +
		strings.Repeat("c1,Somebody,s@mail.example,DE,,de,name+ssn,desk\n", 3)
	_, err := caseworktest.Settle(ctx, h.desk, ana, told, incident.Roster{People: 3, ByJurisdiction: map[string]int{"DE": 3}}, strings.NewReader(people), nil)
	must(t, err)
	for _, task := range []casework.NewTask{{Title: "Close the access"}, {Title: "Ask outside counsel", Privileged: true}, {Title: "Tell staff", Phase: incident.PostIncident}} {
		as := ana
		if task.Privileged {
			as = cora
		}
		added, err := h.desk.AddTask(ctx, as, told, task)
		must(t, err)
		must(t, h.desk.CompleteTask(ctx, as, told, added.ID, "done"))
	}
	duties, err := h.outbox.Obligations(ctx, ana, told)
	must(t, err)
	var filed, decided string
	for _, o := range duties {
		if o.Rule == "eu-gdpr-33-1" {
			filed = o.ID
		} else if o.Applies == "yes" && decided == "" {
			decided = o.ID
		}
	}
	if filed == "" || decided == "" {
		t.Fatalf("filed %q, decided %q of %d duties", filed, decided, len(duties))
	}
	must(t, h.outbox.RecordFiling(ctx, ana, told, filed, outbox.RecordFiling{At: now}))
	must(t, h.outbox.DecideNotToNotify(ctx, cora, told, decided, "the recipient is bound to secrecy"))
	must(t, h.outbox.ApproveDecision(ctx, otto, told, decided, true))
	must(t, h.desk.CloseIncident(ctx, ana, dismissed, "no personal data was concerned", true))

	all := h.read(t, person("audra", incident.GrantAuditor))
	if len(all) != 2 || all[0].Number != told || all[1].Number != dismissed {
		t.Fatalf("%d entries: drills and what may not be seen are left out", len(all))
	}
	e := all[0]
	if e.People == nil || *e.People != 3 || e.Jurisdictions["DE"] != 3 || e.Effects["confidentiality"] != "breached" || e.AwareReason != "log read" || e.Contained == nil {
		t.Errorf("%+v", e)
	}
	if len(e.Actions) != 1 || e.Actions[0].Title != "Close the access" {
		t.Errorf("remedial action %+v", e.Actions)
	}
	if len(e.Told) == 0 || e.Told[0].Rule != "eu-gdpr-33-1" || e.Told[0].To == "eu-gdpr-33-1" {
		t.Errorf("told %+v", e.Told)
	}
	if len(e.NotNotified) != 1 || !e.NotNotified[0].Settled || e.NotNotified[0].Reason != "the recipient is bound to secrecy" || e.NotNotified[0].ApprovedBy != "otto" {
		t.Errorf("not notified %+v", e.NotNotified)
	}
	if d := all[1].NotNotified; len(d) != 1 || d[0].Reason != "no personal data was concerned" {
		t.Errorf("dismissed: %+v", d)
	}
	if all := h.read(t, incident.Operator()); len(all) != 3 || all[2].Number != restricted {
		t.Errorf("the operator sees %d entries", len(all))
	}

	// A breach whose key was destroyed leaves nothing to read, and nothing breaks.
	i, err := h.desk.Incident(ctx, ana, dismissed)
	must(t, err)
	must(t, h.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		tx.Record("retention.destroy", "incident/"+i.ID)
		return tx.DestroyKey(i.ID)
	}))
	if all := h.read(t, incident.Operator()); len(all) != 2 {
		t.Errorf("%d entries after a key was destroyed", len(all))
	}
}

func TestCSVCellsAreInert(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ cell, want string }{
		{`=1+1`, `'=1+1`}, {`+49 30 1`, `'+49 30 1`}, {`-1`, `'-1`}, {`@SUM(A1)`, `'@SUM(A1)`}, {"\t=1", "'\t=1"}, {"\r=1", "'\r=1"},
		{`  =cmd`, `'  =cmd`}, {`＝1`, `'＝1`}, {`plain, "quoted"`, `plain, "quoted"`}, {`a=b`, `a=b`}, {"", ""}, {"two\nlines", "two\nlines"},
	} {
		var b bytes.Buffer
		must(t, register.CSV(&b, []register.Entry{{Number: "INC-2026-0001", Title: tt.cell, Outcome: tt.cell, OpenedAt: at}}))
		rows, err := csv.NewReader(&b).ReadAll()
		must(t, err)
		want := strings.ReplaceAll(tt.want, "\r\n", "\n")
		if len(rows) != 2 || len(rows[1]) != len(rows[0]) || rows[1][1] != want || rows[1][len(rows[1])-1] != want {
			t.Errorf("%q: %q", tt.cell, rows)
		}
		if rows[0][6] != "opened_at" || rows[1][6] != "2026-03-02T09:00:00Z" {
			t.Errorf("%q under %q", rows[1][6], rows[0][6])
		}
	}
}

func TestEmptyRegister(t *testing.T) {
	h := build(t)
	var b bytes.Buffer
	must(t, register.JSON(&b, h.read(t, incident.Operator())))
	var list []any
	if err := json.Unmarshal(b.Bytes(), &list); err != nil || list == nil || len(list) != 0 {
		t.Errorf("%v: %s", err, b.String())
	}
	b.Reset()
	must(t, register.CSV(&b, nil))
	if !strings.HasPrefix(b.String(), "number,title,") {
		t.Error(b.String())
	}
}
