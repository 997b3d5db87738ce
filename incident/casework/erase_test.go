package casework_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

// people reads the list in force, as whoever may.
func (o office) people(t *testing.T, ref, name string) string {
	t.Helper()
	r, err := o.OpenRoster(t.Context(), cora, ref, name)
	must(t, err)
	defer r.Close()
	raw, err := io.ReadAll(r)
	must(t, err)
	return string(raw)
}

// nowhere opens everything the vault holds for an incident and fails where a text is in it.
func (o office) nowhere(t *testing.T, id string, texts ...string) {
	t.Helper()
	v := o.vault(t)
	seen := 0
	must(t, o.View(t.Context(), func(tx *ledger.Tx) error {
		return casework.EachObject(tx, func(in, sum, what string) error {
			if in != id {
				return nil
			}
			seen++
			return nil
		})
	}))
	files := 0
	must(t, v.Walk(t.Context(), func(f vault.File) error {
		if f.Scope == id {
			files++
			must(t, v.VerifyFile(t.Context(), f))
		}
		return nil
	}))
	if files > seen {
		t.Errorf("%d files in the vault, %d that something refers to", files, seen)
	}
	var sums []string
	must(t, o.View(t.Context(), func(tx *ledger.Tx) error {
		return casework.EachObject(tx, func(in, sum, _ string) error {
			if in == id {
				sums = append(sums, sum)
			}
			return nil
		})
	}))
	for _, sum := range sums {
		r, err := v.Open(t.Context(), id, sum)
		must(t, err)
		raw, err := io.ReadAll(r)
		must(t, err)
		r.Close()
		for _, text := range texts {
			if strings.Contains(strings.ToLower(string(raw)), strings.ToLower(text)) {
				t.Errorf("an object of %s holds %q still", id, text)
			}
		}
	}
}

func TestOnePersonIsErased(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	i := o.listed(t, leo, mia, noID)
	before, err := o.Rosters(ctx, cora, i.Number)
	must(t, err)
	// The same list settled once more: both change, the object is one.
	_, err = caseworktest.Settle(ctx, o.Desk, ana, i.Number, incident.Roster{}, strings.NewReader(header+leo+mia+noID), nil)
	must(t, err)
	x, err := o.ProposeExclusion(ctx, ana, i.Number, casework.Exclusion{Kind: "other", Why: "asked", CustomerIDs: []string{"C-1001", "C-1002"}})
	must(t, err)
	number := o.linked(t, incident.RightErase, casework.PersonQuery{CustomerID: "C-1001"})
	must(t, o.CorrectPerson(ctx, rita, number, i.Number, map[string]string{"name": "Mia Probe-Neu"}))
	plan, err := o.PlanErasure(ctx, rita, number, i.Number)
	must(t, err)
	if plan.Lists != 2 || plan.Rows != 2 || plan.Marks != 1 || len(plan.Obstacles) != 0 {
		t.Errorf("%+v", plan)
	}
	_, err = o.EraseFrom(ctx, rita, number, i.Number)
	must(t, err)

	o.nowhere(t, i.ID, "C-1001", "mia@probe.example", "Mia Probe")
	text := o.people(t, i.Number, "people.csv")
	if text != header+leo+",,,,,,,\n"+noID {
		t.Errorf("the list is now\n%s", text)
	}
	after, err := o.Rosters(ctx, cora, i.Number)
	must(t, err)
	for _, r := range after {
		if r.People != 2 || r.Erased != 1 || r.ByJurisdiction["DE-BY"] != 0 || r.ByElement["email"] != 2 || len(r.Groups) != 2 {
			t.Errorf("%+v", r)
		}
	}
	if there, err := o.vault(t).Has(ctx, i.ID, before[0].Object); err != nil || there {
		t.Errorf("the old list lies in the vault still: %v", err)
	}
	if text := o.reports(t, i.ID); strings.Contains(text, "mia@") || !strings.Contains(text, "else@x.example") {
		t.Errorf("the report is now\n%s", text)
	}
	left, err := o.Exclusions(ctx, ana, i.Number)
	must(t, err)
	if len(left[0].CustomerIDs) != 1 || left[0].CustomerIDs[0] != "c-1002" || left[0].ID != x.ID {
		t.Errorf("%+v", left)
	}
	// Nothing is found any more, and erasing again says that nothing is held.
	if s := o.search(t, casework.PersonQuery{CustomerID: "C-1001", Request: number}); len(s.Hits) != 0 {
		t.Errorf("%+v", s.Hits)
	}
	_, err = o.EraseFrom(ctx, rita, number, i.Number)
	wantKind(t, err, incident.Conflict)
	f, err := o.RightFile(ctx, rita, number)
	must(t, err)
	if len(f.Marks) != 0 {
		t.Errorf("%+v", f.Marks)
	}
}

func (o office) reports(t *testing.T, id string) string {
	t.Helper()
	var sum string
	must(t, o.View(t.Context(), func(tx *ledger.Tx) error {
		return casework.EachObject(tx, func(in, s, what string) error {
			if in == id && strings.HasPrefix(what, "unmatched.csv") {
				sum = s
			}
			return nil
		})
	}))
	r, err := o.vault(t).Open(t.Context(), id, sum)
	must(t, err)
	defer r.Close()
	raw, err := io.ReadAll(r)
	must(t, err)
	return string(raw)
}

// keeper is a part that has reasons to keep.
type keeper struct {
	casework.NoReactions
	casework.Holder
	keep []casework.Obstacle
}

func (k *keeper) Keeps(*ledger.Tx, *incident.Incident, bool) ([]casework.Obstacle, error) {
	return k.keep, nil
}
func (k *keeper) CaseErased(*ledger.Tx, *incident.Incident) error { return nil }

func TestErasureNamesWhatStandsInItsWay(t *testing.T) {
	k := &keeper{}
	o := open(t, k)
	ctx := t.Context()
	i := o.declare(t)
	k.keep = []casework.Obstacle{{What: "Mailing 1 is not over."}, {What: "A duty is open.", Basis: "legal_obligation"}}
	wantKind(t, o.ProposeErasure(ctx, rita, i.Number), incident.Conflict)
	must(t, o.CloseIncident(ctx, ana, i.Number, "done", false))
	err := o.ProposeErasure(ctx, rita, i.Number)
	wantKind(t, err, incident.Conflict)
	said := err.Error()
	for _, want := range []string{"retention is not over", "Mailing 1 is not over", "A duty is open"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing is said of %q:\n%s", want, said)
		}
	}
	o.Clock.Advance(7 * 365 * 24 * time.Hour)
	wantKind(t, o.ProposeErasure(ctx, rita, i.Number), incident.Conflict)
	k.keep = nil
	must(t, o.ProposeErasure(ctx, rita, i.Number))
	k.keep = []casework.Obstacle{{What: "A duty is open."}} // since then
	wantKind(t, o.EraseIncident(ctx, cora, i.Number, i.Number), incident.Conflict)
}

func TestAHoldKeepsThePerson(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	i := o.listed(t, mia)
	number := o.linked(t, incident.RightErase, casework.PersonQuery{CustomerID: "C-1001"})
	must(t, o.SetLegalHold(ctx, cora, i.Number, true, "Proceedings are expected."))
	plan, err := o.EraseFrom(ctx, rita, number, i.Number)
	wantKind(t, err, incident.Conflict)
	if len(plan.Obstacles) != 1 || plan.Obstacles[0].Basis != "legal_claims" || !strings.Contains(err.Error(), "restrict") {
		t.Errorf("%v %+v", err, plan)
	}
	if !strings.Contains(o.people(t, i.Number, "people.csv"), "mia@probe.example") {
		t.Error("something was erased all the same")
	}
	must(t, o.SetLegalHold(ctx, cora, i.Number, false, "Settled."))
	_, err = o.EraseFrom(ctx, rita, number, i.Number)
	must(t, err)
}

// due gives an incident whose retention is over.
func (o office) due(t *testing.T, rows ...string) *incident.Incident {
	t.Helper()
	i := o.listed(t, rows...)
	must(t, second(o.CollectEvidence(t.Context(), ana, i.Number, casework.NewEvidence{Title: "Log", Kind: "log_extract", FileName: "a.log"}, strings.NewReader("secret log of Mia Probe"))))
	must(t, o.CloseIncident(t.Context(), ana, i.Number, "Told everybody, Mia Probe first", false))
	o.Clock.Advance(7 * 365 * 24 * time.Hour)
	return i
}

func TestAnIncidentIsErasedByTwo(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	got, err := o.ReceiveAlerts(ctx, incident.Hook("desk"), anIntake("d1"))
	must(t, err)
	i, err := o.Incident(ctx, ana, got.Incident)
	must(t, err)
	must(t, second(caseworktest.Settle(ctx, o.Desk, ana, i.Number, incident.Roster{}, strings.NewReader(header+mia+leo), nil)))
	must(t, o.CloseIncident(ctx, ana, i.Number, "Told everybody, Mia Probe first", false))
	wantKind(t, o.ProposeErasure(ctx, rita, i.Number), incident.Conflict) // early
	must(t, o.ExtendRetention(ctx, cora, i.Number, o.Clock.Now().AddDate(7, 0, 0), "A claim may still come."))
	o.Clock.Advance(6*365*24*time.Hour + 48*time.Hour)
	wantKind(t, o.ProposeErasure(ctx, rita, i.Number), incident.Conflict) // it was extended
	o.Clock.Advance(365 * 24 * time.Hour)
	for _, p := range []incident.Principal{audra, adam, {ID: "else", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder}}} {
		wantKind(t, o.ProposeErasure(ctx, p, i.Number), incident.NotFound)
		wantKind(t, o.EraseIncident(ctx, p, i.Number, i.Number), incident.NotFound)
		wantKind(t, o.ExtendRetention(ctx, p, i.Number, o.Clock.Now().AddDate(1, 0, 0), "x"), incident.NotFound)
	}
	wantKind(t, o.EraseIncident(ctx, cora, i.Number, i.Number), incident.Conflict) // not proposed
	must(t, o.ProposeErasure(ctx, rita, i.Number))
	wantKind(t, o.ProposeErasure(ctx, rita, i.Number), incident.Conflict)
	wantKind(t, o.EraseIncident(ctx, rita, i.Number, i.Number), incident.Forbidden) // their own proposal
	wantKind(t, o.EraseIncident(ctx, cora, i.Number, "INC-2026-0099"), incident.Invalid)
	must(t, o.EraseIncident(ctx, cora, i.Number, i.Number))
	o.gone(t, i)

	k, err := o.Erasures(ctx, audra)
	must(t, err)
	if len(k.Ended) != 0 || len(k.Erased) != 1 {
		t.Fatalf("%+v", k)
	}
	e := k.Erased[0]
	if e.Number != i.Number || *e.People != 2 || e.Jurisdictions["DE-BY"] != 1 || e.ProposedBy != "rita" || e.ApprovedBy != "cora" || e.FinishedAt == nil {
		t.Errorf("%+v", e)
	}
	// A sender who repeats the call, or fires anew, breaks nothing.
	again, err := o.ReceiveAlerts(ctx, incident.Hook("desk"), anIntake("d1"))
	must(t, err)
	if !again.Duplicate {
		t.Errorf("%+v", again)
	}
	must(t, second(o.ReceiveAlerts(ctx, incident.Hook("desk"), anIntake("d2"))))
}

// gone asserts that nothing of an incident opens any more, and that the store is sound.
func (o office) gone(t *testing.T, i *incident.Incident) {
	t.Helper()
	ctx := t.Context()
	op := incident.Operator()
	for name, err := range map[string]error{
		"incident": second(o.Incident(ctx, op, i.Number)), "by id": second(o.Incident(ctx, op, i.ID)), "file": second(o.File(ctx, op, i.Number)),
		"timeline": second(o.Timeline(ctx, op, i.ID, 0)), "roster": second(o.OpenRoster(ctx, op, i.ID, "people.csv")), "rosters": second(o.Rosters(ctx, op, i.ID)),
		"exhibits": second(o.Exhibits(ctx, op, i.ID)), "write": o.Note(ctx, op, i.ID, "x", time.Time{}, nil), "reopen": o.ReopenIncident(ctx, op, i.ID, "x"),
		"key": second(o.DataKey(ctx, i.ID)), "vault": second(o.vault(t).Put(ctx, i.ID, strings.NewReader("x"))),
	} {
		if incident.KindOf(err) != incident.Gone || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(o.Dir, vault.DirName, i.ID)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is there still: %v", err)
	}
	report, err := o.Fsck(ctx, ledger.Checks{Tables: casework.Tables()}, nil)
	must(t, err)
	var objects [][2]string
	must(t, o.View(ctx, func(tx *ledger.Tx) error {
		return casework.EachObject(tx, func(id, sum, _ string) error {
			objects = append(objects, [2]string{id, sum})
			return nil
		})
	}))
	for _, at := range objects {
		if there, err := o.vault(t).Has(ctx, at[0], at[1]); err != nil || !there {
			t.Errorf("%v has no bytes: %v", at, err)
		}
	}
	if !report.OK() || report.Erased == 0 {
		t.Errorf("%+v", report)
	}
}

// crashing is a vault that fails to delete until it is mended, as a crash would.
type crashing struct {
	*vault.Vault
	broken bool
}

func (b *crashing) Delete(ctx context.Context, scope, sum string) error {
	if b.broken {
		return incident.Errorf(incident.Unavailable, "the program ended here")
	}
	return b.Vault.Delete(ctx, scope, sum)
}

func (b *crashing) DeleteScope(scope string) error {
	if b.broken {
		return incident.Errorf(incident.Unavailable, "the program ended here")
	}
	return b.Vault.DeleteScope(scope)
}

// The program ends between the destruction of the key and that of the files: the
// next start finishes it, and a further one does nothing.
func TestAnInterruptedErasureIsFinishedAtTheNextStart(t *testing.T) {
	o := open(t)
	b := &crashing{Vault: o.vault(t), broken: true}
	var err error
	must(t, os.MkdirAll(filepath.Join(o.Dir, vault.DirName, "tmp"), 0o700))
	o.Desk, err = casework.New(casework.Deps{DB: o.DB, Vault: b}, casework.Config{})
	must(t, err)
	ctx := t.Context()
	i, kept := o.due(t, mia), o.listed(t, leo, mia)
	must(t, o.ProposeErasure(ctx, rita, i.Number))
	wantKind(t, o.EraseIncident(ctx, cora, i.Number, i.Number), incident.Unavailable)
	wantKind(t, second(o.Incident(ctx, incident.Operator(), i.Number)), incident.Gone) // the key is gone for good
	number := o.linked(t, incident.RightErase, casework.PersonQuery{CustomerID: "C-1001"})
	wantKind(t, second(o.EraseFrom(ctx, rita, number, kept.Number)), incident.Unavailable)
	k, err := o.Erasures(ctx, cora)
	must(t, err)
	if k.Erased[0].FinishedAt != nil {
		t.Error("it is said to be finished")
	}
	o.Reopen(t)
	b = &crashing{Vault: o.vault(t)}
	o.Desk, err = casework.New(casework.Deps{DB: o.DB, Vault: b}, casework.Config{})
	must(t, err)
	must(t, o.FinishErasures(ctx))
	entries := func() (n uint64) {
		must(t, o.View(ctx, func(tx *ledger.Tx) (err error) {
			n, err = ledger.EntryCount(tx)
			return err
		}))
		return n
	}
	n := entries()
	must(t, o.FinishErasures(ctx))
	if entries() != n {
		t.Error("finishing twice did something")
	}
	o.gone(t, i)
	o.nowhere(t, kept.ID, "C-1001", "mia@probe.example")
	if k, err = o.Erasures(ctx, cora); err != nil || k.Erased[0].FinishedAt == nil {
		t.Errorf("not finished: %v", err)
	}
}

func TestARestrictionIsLiftedOnlyAfterTelling(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	i := o.listed(t, leo, mia)
	number := o.linked(t, incident.RightRestrict, casework.PersonQuery{CustomerID: "C-1001"})
	must(t, o.RestrictPerson(ctx, rita, number, i.Number))
	wantKind(t, o.RestrictPerson(ctx, rita, number, i.Number), incident.Conflict)
	f, err := o.RightFile(ctx, rita, number)
	must(t, err)
	mark := f.Marks[0].ID
	must(t, o.View(ctx, func(tx *ledger.Tx) error {
		m, err := casework.PersonMarks(tx, i.ID)
		if reason, hidden := m.Apply(person("C-1001")); reason != casework.Restricted || !hidden {
			t.Errorf("%q %v", reason, hidden)
		}
		if reason, hidden := m.Apply(person("C-1002")); reason != "" || hidden {
			t.Errorf("somebody else: %q %v", reason, hidden)
		}
		return err
	}))
	// Whoever handles no requests gets an empty row in their place; an officer sees them.
	list := func(p incident.Principal) string {
		r, err := o.OpenRoster(ctx, p, i.Number, "people.csv")
		must(t, err)
		defer r.Close()
		raw, err := io.ReadAll(r)
		must(t, err)
		return string(raw)
	}
	if got := list(apu); got != header+leo+",,,,,,,\n" {
		t.Errorf("an approver reads\n%s", got)
	}
	if got := list(cora); got != header+leo+mia {
		t.Errorf("counsel reads\n%s", got)
	}
	wantKind(t, o.AllowNotice(ctx, rita, number, i.Number, mark, " "), incident.Invalid)
	must(t, o.AllowNotice(ctx, rita, number, i.Number, mark, "GDPR Article 34"))
	must(t, o.View(ctx, func(tx *ledger.Tx) error {
		m, err := casework.PersonMarks(tx, i.ID)
		if reason, hidden := m.Apply(person("C-1001")); reason != "" || !hidden {
			t.Errorf("%q %v", reason, hidden)
		}
		return err
	}))
	o.Clock.Advance(time.Hour)
	wantKind(t, o.LiftRestriction(ctx, rita, number, i.Number, mark, time.Time{}), incident.Invalid)
	wantKind(t, o.LiftRestriction(ctx, rita, number, i.Number, mark, o.Clock.Now().Add(time.Hour)), incident.Invalid)
	must(t, o.DecideRight(ctx, rita, number, "granted", "", ""))
	must(t, o.AnswerRight(ctx, rita, number, o.Clock.Now()))
	wantKind(t, o.ForgetRight(ctx, rita, number), incident.Conflict) // who must be told is still needed
	must(t, o.LiftRestriction(ctx, rita, number, i.Number, mark, o.Clock.Now()))
	must(t, o.ForgetRight(ctx, rita, number))
}

// A backup from before an erasure holds the incident's key under the master key
// of its time. Once that is retired, nothing of it opens.
func TestBackupsFromBeforeAnErasureAreClosedByRotation(t *testing.T) {
	dir, clock := t.TempDir(), ledgertest.NewClock()
	ring, err := keys.Open(keys.Config{File: filepath.Join(dir, "master.key"), Lookup: func(string) (string, bool) { return "", false }})
	must(t, err)
	path := filepath.Join(dir, ledger.FileName)
	db, err := ledger.Open(ledger.Config{Path: path, Clock: clock.Now, Keys: ring})
	must(t, err)
	defer func() { must(t, db.Close()) }()
	v, err := vault.New(db, vault.Config{Dir: filepath.Join(dir, vault.DirName)})
	must(t, err)
	d, err := casework.New(casework.Deps{DB: db, Vault: v}, casework.Config{})
	must(t, err)
	ctx := t.Context()
	i, err := d.OpenIncident(ctx, ana, casework.NewIncident{Title: "Leak of Mia Probe"})
	must(t, err)
	must(t, d.CloseIncident(ctx, ana, i.Number, "done", true))
	clock.Advance(7 * 365 * 24 * time.Hour)
	raw, err := os.ReadFile(path) // the backup
	must(t, err)
	old := filepath.Join(t.TempDir(), ledger.FileName)
	must(t, os.WriteFile(old, raw, 0o600))
	opens := func() error {
		b, err := ledger.Open(ledger.Config{Path: old, Clock: clock.Now, Keys: ring})
		if err != nil {
			return err
		}
		defer b.Close()
		return second(b.DataKey(ctx, i.ID))
	}
	must(t, d.ProposeErasure(ctx, rita, i.Number))
	must(t, d.EraseIncident(ctx, cora, i.Number, i.Number))
	must(t, opens())
	if k, err := d.Erasures(ctx, cora); err != nil || k.BackupsClosed(&k.Erased[0]) {
		t.Errorf("older backups are said to be closed: %v", err)
	}
	clock.Advance(time.Minute)
	must(t, db.Rotate(ctx, incident.Operator()))
	if opens() == nil {
		t.Error("a backup from before opens with the keys of today")
	}
	if k, err := d.Erasures(ctx, cora); err != nil || !k.BackupsClosed(&k.Erased[0]) {
		t.Errorf("older backups are said to open: %v", err)
	}
	report, err := db.Fsck(ctx, ledger.Checks{Tables: casework.Tables()}, nil)
	must(t, err)
	if !report.OK() || report.Erased == 0 {
		t.Errorf("%+v", report)
	}
}
