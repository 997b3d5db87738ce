package casework_test

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

var (
	ana   = incident.Principal{ID: "ana", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder}}
	ben   = incident.Principal{ID: "ben", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder}}
	cora  = incident.Principal{ID: "cora", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantCounsel}}
	audra = incident.Principal{ID: "audra", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantAuditor}}
)

type office struct {
	*casework.Desk
	*ledgertest.Store
}

func open(t *testing.T, reactors ...casework.Reactor) office {
	t.Helper()
	store := ledgertest.New(t)
	v, err := vault.New(store.DB, vault.Config{Dir: filepath.Join(store.Dir, vault.DirName)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := casework.New(casework.Deps{DB: store.DB, Vault: v, Reactors: reactors}, casework.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return office{d, store}
}

func (o office) declare(t *testing.T) *incident.Incident {
	t.Helper()
	i, err := o.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Support desk leaked transcripts", Kind: "support_channel", Severity: incident.High})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func wantKind(t *testing.T, err error, kind incident.Kind) {
	t.Helper()
	if err == nil || incident.KindOf(err) != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenedIncidentIsNumberedAndFound(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	if i.Number != "INC-2026-0001" || !i.Holds("ana", incident.Commander) {
		t.Fatalf("opened %+v", i)
	}
	for _, ref := range []string{"INC-2026-0001", "inc-2026-0001", "1", "INC-1", i.ID} {
		got, err := o.Incident(t.Context(), ben, ref)
		must(t, err)
		if got.ID != i.ID {
			t.Errorf("%s found %s", ref, got.Number)
		}
	}
	drill, err := o.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Drill", Drill: true})
	must(t, err)
	if drill.Number != "DRL-2026-0001" {
		t.Errorf("drill is %s", drill.Number)
	}
	_, err = o.Incident(t.Context(), ben, "INC-2026-0099")
	wantKind(t, err, incident.NotFound)
}

func TestBadIncidentNamesEveryProblemAndOpensNothing(t *testing.T) {
	o := open(t)
	_, err := o.OpenIncident(t.Context(), ana, casework.NewIncident{Title: " ", Kind: "flood", Severity: "dire"})
	wantKind(t, err, incident.Invalid)
	if n := len(incident.ProblemsOf(err)); n != 3 {
		t.Errorf("%d problems in %v, want 3", n, err)
	}
	all, err := o.Incidents(t.Context(), ana, casework.Filter{})
	must(t, err)
	if len(all) != 0 {
		t.Errorf("%d incidents after a refused one", len(all))
	}
}

// refuser answers to everything with an error.
type refuser struct{ casework.NoReactions }

func (refuser) IncidentOpened(*ledger.Tx, *incident.Incident) error { return errors.New("no") }

func TestAFailingReactorUndoesTheAct(t *testing.T) {
	o := open(t, refuser{})
	if _, err := o.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "x"}); err == nil {
		t.Fatal("opened although a reactor refused")
	}
	_, err := o.ReceiveAlerts(t.Context(), incident.Hook("desk"), anIntake("d1"))
	if err == nil {
		t.Fatal("alert kept although its incident could not be opened")
	}
	all, err := o.Incidents(t.Context(), ana, casework.Filter{})
	must(t, err)
	listed, err := o.Alerts(t.Context(), ana, 0)
	must(t, err)
	if len(all)+len(listed) != 0 {
		t.Errorf("%d incidents and %d alerts are left", len(all), len(listed))
	}
}

func TestRestrictedIncidentDoesNotExistForOthers(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	must(t, o.Restrict(t.Context(), ana, i.Number, true))
	for _, p := range []incident.Principal{ben, cora, audra, {ID: "eve", Source: incident.FromConsole}} {
		_, err := o.File(t.Context(), p, i.Number)
		wantKind(t, err, incident.NotFound)
		wantKind(t, o.Note(t.Context(), p, i.Number, "x", time.Time{}, nil), incident.NotFound)
		all, err := o.Incidents(t.Context(), p, casework.Filter{})
		must(t, err)
		if len(all) != 0 {
			t.Errorf("%s sees it in the list", p.ID)
		}
	}
	must(t, o.Assign(t.Context(), ana, i.Number, incident.Assignment{Role: incident.Counsel, Account: "cora"}))
	_, err := o.File(t.Context(), cora, i.Number)
	must(t, err)
}

func TestAuditorReadsAndNeverWrites(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	_, err := o.File(t.Context(), audra, i.Number)
	must(t, err)
	wantKind(t, o.Note(t.Context(), audra, i.Number, "x", time.Time{}, nil), incident.Forbidden)
	_, err = o.OpenRoster(t.Context(), audra, i.Number, "people.csv")
	wantKind(t, err, incident.Forbidden)
}

func TestPrivilegedNoteIsCounselsAlone(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	must(t, o.Note(t.Context(), cora, i.Number, "advice", time.Time{}, &incident.Privilege{}))
	see := func(p incident.Principal) bool {
		lines, err := o.Timeline(t.Context(), p, i.Number, 0)
		must(t, err)
		for _, l := range lines {
			if l.Text == "advice" {
				return true
			}
		}
		return false
	}
	if !see(cora) || see(ben) || see(audra) {
		t.Errorf("seen by counsel %v, responder %v, auditor %v", see(cora), see(ben), see(audra))
	}
}

func TestMarkingATaskHidesItsEarlierLines(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	_, err := o.AddTask(t.Context(), ana, i.Number, casework.NewTask{Title: "Ask outside counsel about the former employee"})
	must(t, err)
	must(t, o.MarkPrivileged(t.Context(), cora, i.Number, "task", "1", nil, false))
	for p, want := range map[string]bool{"cora": true, "ben": false} {
		who := map[string]incident.Principal{"cora": cora, "ben": ben}[p]
		lines, err := o.Timeline(t.Context(), who, i.Number, 0)
		must(t, err)
		seen := false
		for _, l := range lines {
			seen = seen || strings.Contains(l.Text, "former employee")
		}
		if seen != want {
			t.Errorf("%s sees the line: %v", p, seen)
		}
	}
}

func TestMilestoneKeepsItsHistory(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	now := o.Clock.Now()
	wantKind(t, o.SetMilestone(t.Context(), ana, i.Number, casework.SetMilestone{Milestone: incident.Aware, At: now}), incident.Invalid)
	wantKind(t, o.SetMilestone(t.Context(), ana, i.Number, casework.SetMilestone{Milestone: incident.Detected, At: now.Add(time.Hour)}), incident.Invalid)
	for n, at := range []time.Time{now.Add(-2 * time.Hour), now.Add(-time.Hour)} {
		must(t, o.SetMilestone(t.Context(), ana, i.Number, casework.SetMilestone{Milestone: incident.Aware, At: at, Reason: "log read", Candidate: n == 5}))
	}
	f, err := o.File(t.Context(), ana, i.Number)
	must(t, err)
	if len(f.Milestones) != 2 || !f.InForce[incident.Aware].At.Equal(now.Add(-time.Hour)) {
		t.Errorf("history %v, in force %v", f.Milestones, f.InForce)
	}
}

func TestFactsAreNumberedAndTheNewestIsInForce(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	must(t, o.SetFacts(t.Context(), ana, i.Number, []casework.NewFact{{Name: "incident.encryption", Values: []string{"none"}, Source: "config"}}))
	must(t, o.SetFacts(t.Context(), ana, i.Number, []casework.NewFact{{Name: "incident.encryption", Certainty: incident.UnknownCertain}}))
	wantKind(t, o.SetFacts(t.Context(), ana, i.Number, []casework.NewFact{{Name: "Encryption", Values: []string{"none"}}}), incident.Invalid)
	f, err := o.File(t.Context(), ana, i.Number)
	must(t, err)
	if got := f.Facts["incident.encryption"]; got.Certainty != incident.UnknownCertain || got.Value() != "" {
		t.Errorf("in force: %+v", got)
	}
	if len(f.History) != 4 { // kind and severity were the first two
		t.Errorf("%d facts in the history, want 4", len(f.History))
	}
}

func TestTaskNeedsItsEvidenceAndEndsOnce(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	task, err := o.AddTask(t.Context(), ana, i.Number, casework.NewTask{Title: "Isolate", Mandatory: true})
	must(t, err)
	wantKind(t, o.CloseIncident(t.Context(), ana, i.Number, "done", false), incident.Conflict)
	wantKind(t, o.SkipTask(t.Context(), ben, i.Number, "1", " "), incident.Invalid)
	must(t, o.CompleteTask(t.Context(), ben, i.Number, "1", "isolated"))
	err = o.CompleteTask(t.Context(), ana, i.Number, task.ID, "")
	wantKind(t, err, incident.Conflict)
	if !strings.Contains(err.Error(), "already") {
		t.Errorf("error %q does not say that it is done already", err)
	}
	must(t, o.CloseIncident(t.Context(), ana, i.Number, "contained and told", false))
	wantKind(t, o.Note(t.Context(), ana, i.Number, "late", time.Time{}, nil), incident.Conflict)
	must(t, o.ReopenIncident(t.Context(), ana, i.Number, "new finding"))
	must(t, o.Note(t.Context(), ana, i.Number, "late", time.Time{}, nil))
}

func TestEvidenceIsSealedAndItsCustodyIsAChain(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	e, err := o.CollectEvidence(t.Context(), ana, i.Number, casework.NewEvidence{Title: "Access log", Kind: "log_extract", Source: "desk"}, strings.NewReader("a line"))
	must(t, err)
	_, r, err := o.OpenEvidence(t.Context(), ben, i.Number, "1", "")
	must(t, err)
	body, err := io.ReadAll(r)
	must(t, err)
	must(t, r.Close())
	if string(body) != "a line" || e.Size != 6 {
		t.Errorf("read %q of %d bytes", body, e.Size)
	}
	must(t, o.TransferEvidence(t.Context(), ben, i.Number, "1", "police", "inquiry"))
	must(t, o.VerifyEvidence(t.Context(), ana, i.Number, "1"))
	all, err := o.Exhibits(t.Context(), ana, i.Number)
	must(t, err)
	var kinds []string
	for _, c := range all[0].Custody {
		kinds = append(kinds, string(c.Kind))
	}
	if got := strings.Join(kinds, " "); got != "received downloaded transferred verified" || all[0].Broken != 0 {
		t.Errorf("custody %s, broken at %d", got, all[0].Broken)
	}
	_, err = o.CollectEvidence(t.Context(), ana, i.Number, casework.NewEvidence{Title: "x", Kind: "rumour"}, nil)
	wantKind(t, err, incident.Invalid)
}

func anIntake(delivery string) casework.Intake {
	return casework.Intake{
		Source: "desk", Delivery: delivery, Raw: []byte("{}"),
		Alerts: []incident.Alert{{Fingerprint: "f1", Title: "Bulk export of tickets", Severity: "high", Status: "open"}},
		Rules:  []casework.TriageRule{{Name: "exports", Do: "open", Title: "export", Kind: "support_channel", Severity: incident.High}},
	}
}

func TestAlertOpensOneIncidentAndStartsNoLegalClock(t *testing.T) {
	o := open(t)
	hook := incident.Hook("desk")
	first, err := o.ReceiveAlerts(t.Context(), hook, anIntake("d1"))
	must(t, err)
	again, err := o.ReceiveAlerts(t.Context(), hook, anIntake("d1"))
	must(t, err)
	if first.Incident != "INC-2026-0001" || first.Duplicate || !again.Duplicate || again.Alert != first.Alert || again.Incident != first.Incident {
		t.Errorf("first %+v, again %+v", first, again)
	}
	next, err := o.ReceiveAlerts(t.Context(), hook, anIntake("d2"))
	must(t, err)
	if next.Alert != first.Alert || next.Incident != first.Incident {
		t.Errorf("same fingerprint made %+v", next)
	}
	f, err := o.File(t.Context(), ana, "1")
	must(t, err)
	if _, ok := f.InForce[incident.Aware]; ok {
		t.Error("an alert set awareness")
	}
	if _, ok := f.InForce[incident.Detected]; !ok || len(f.Alerts) != 1 || f.Alerts[0].Count != 2 {
		t.Errorf("in force %v, alerts %+v", f.InForce, f.Alerts)
	}
	var candidates int
	for _, m := range f.Milestones {
		if m.Candidate && m.Milestone == incident.Aware {
			candidates++
		}
	}
	if candidates != 1 {
		t.Errorf("%d candidates for awareness, want 1", candidates)
	}
}

func TestResolvedAlertClosesNothing(t *testing.T) {
	o := open(t)
	_, err := o.ReceiveAlerts(t.Context(), incident.Hook("desk"), anIntake("d1"))
	must(t, err)
	in := anIntake("d2")
	in.Alerts[0].Status = "resolved"
	_, err = o.ReceiveAlerts(t.Context(), incident.Hook("desk"), in)
	must(t, err)
	i, err := o.Incident(t.Context(), ana, "1")
	must(t, err)
	if i.Status != incident.Open {
		t.Errorf("status %s", i.Status)
	}
}

func TestAlertThatFiresAnewIsTriagedAnew(t *testing.T) {
	o := open(t)
	send := func(delivery, status string) casework.Received {
		t.Helper()
		in := anIntake(delivery)
		in.Alerts[0].Status = status
		r, err := o.ReceiveAlerts(t.Context(), incident.Hook("desk"), in)
		must(t, err)
		return r
	}
	if r := send("d1", "resolved"); r.Incident != "" {
		t.Errorf("a resolved alert opened %s", r.Incident)
	}
	if r := send("d2", "open"); r.Incident != "INC-2026-0001" {
		t.Errorf("it fired and opened %q", r.Incident)
	}
	must(t, o.CloseIncident(t.Context(), ana, "1", "was a drill of the vendor", true))
	if r := send("d3", "open"); r.Incident != "INC-2026-0002" {
		t.Errorf("it fired after the incident ended and opened %q", r.Incident)
	}
	must(t, o.DB.Update(t.Context(), incident.Operator(), func(tx *ledger.Tx) error {
		i, err := casework.Find(tx, "2")
		if err != nil {
			return err
		}
		tx.Record("incident.erase", "incident/"+i.ID)
		return tx.DestroyKey(i.ID)
	}))
	if r := send("d4", "open"); r.Incident != "INC-2026-0003" {
		t.Errorf("it fired after the incident was erased and opened %q", r.Incident)
	}
}

func TestAlertStormIsListedNotOpened(t *testing.T) {
	o := open(t)
	for n := range 30 {
		in := anIntake(time.Duration(n).String())
		in.Alerts[0].Fingerprint = in.Delivery
		_, err := o.ReceiveAlerts(t.Context(), incident.Hook("desk"), in)
		must(t, err)
	}
	all, err := o.Incidents(t.Context(), ana, casework.Filter{})
	must(t, err)
	listed, err := o.Alerts(t.Context(), ana, 0)
	must(t, err)
	if len(all) != 20 || len(listed) != 30 {
		t.Errorf("%d incidents and %d alerts, want 20 and 30", len(all), len(listed))
	}
}

func TestRosterIsSealedAndReadingItIsRecorded(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	list := "customer_id,name,email,country,region,language,elements,sources\n1,A,a@mail.example,DE,,de,name+email,crm\n2,B,,US,CA,en,ssn,crm\n"
	settled, err := caseworktest.Settle(t.Context(), o.Desk, ana, i.Number, incident.Roster{}, strings.NewReader(list),
		map[string]io.Reader{"unmatched.csv": strings.NewReader("x")})
	must(t, err)
	if settled.People != 2 || settled.ByJurisdiction["US-CA"] != 1 || settled.ByElement["email"] != 1 || len(settled.Groups) != 2 {
		t.Errorf("settled %+v", settled)
	}
	r, err := o.OpenRoster(t.Context(), ana, i.Number, "people.csv")
	must(t, err)
	defer r.Close()
	body, err := io.ReadAll(r)
	must(t, err)
	if string(body) != list {
		t.Errorf("read %q", body)
	}
	_, err = o.OpenRoster(t.Context(), ana, i.Number, "nothing.csv")
	wantKind(t, err, incident.NotFound)
	lines, err := o.Timeline(t.Context(), ana, i.Number, 1)
	must(t, err)
	if lines[0].Act != "roster.read" {
		t.Errorf("newest line is %q", lines[0].Act)
	}
}

func TestCorrectionKeepsTheOriginal(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	must(t, o.Note(t.Context(), ana, i.Number, "5 hosts", time.Time{}, nil))
	lines, err := o.Timeline(t.Context(), ana, i.Number, 1)
	must(t, err)
	must(t, o.CorrectEntry(t.Context(), ben, i.Number, lines[0].Seq, "6 hosts"))
	wantKind(t, o.CorrectEntry(t.Context(), ben, i.Number, lines[0].Seq, "7 hosts"), incident.Conflict)
	all, err := o.Timeline(t.Context(), ana, i.Number, 2)
	must(t, err)
	if all[0].Text != "6 hosts" || all[1].Text != "5 hosts" || all[1].Corrected != all[0].Seq {
		t.Errorf("timeline %+v", all)
	}
}

func TestTheLastCommanderStays(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	me := incident.Assignment{Role: incident.Commander, Account: "ana"}
	wantKind(t, o.Unassign(t.Context(), ana, i.Number, me), incident.Conflict)
	must(t, o.Assign(t.Context(), ana, i.Number, incident.Assignment{Role: incident.Commander, Account: "ben"}))
	must(t, o.Unassign(t.Context(), ana, i.Number, me))
}
