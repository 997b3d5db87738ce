package casework_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

const (
	people = "customer_id,email,name,country,state,groups\n" +
		"c1,ann@mail.example,Ann Lee,DE,,patients\n" +
		"c2,bo@mail.example,Bo Quist,US,CA,\n" +
		"c3,bo@mail.example,Bea Quist,US,NY,customers\n" +
		"c4,=cmd@mail.example,\"=HYPERLINK(1)\",FR,,\n" +
		"c4,dup@mail.example,Dup One,,,\n"
	leak = "id,mail,what\nc1,ann@mail.example,name+ssn\n,bo@mail.example,email\nc4,,name\nzz,,name\nc1,,email\nc2,x,nonsense\n"
)

// bench is an office whose vault can be made to fail.
type bench struct {
	office
	vault *brittle
	i     *incident.Incident
}

// brittle is a vault on a disk that can be full.
type brittle struct {
	*vault.Vault
	full func(n int64) bool // of bytes put so far
}

func (b *brittle) Put(ctx context.Context, scope string, r io.Reader) (vault.Object, error) {
	if b.full == nil {
		return b.Vault.Put(ctx, scope, r)
	}
	return b.Vault.Put(ctx, scope, &filling{r: r, full: b.full})
}

type filling struct {
	r    io.Reader
	n    int64
	full func(int64) bool
}

func (f *filling) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if f.n += int64(n); f.full(f.n) {
		return 0, incident.Because(incident.Unavailable, syscall.ENOSPC, "the disk is full: the evidence was not stored; free some space and try again")
	}
	return n, err
}

func newBench(t *testing.T, cfg casework.Config) *bench {
	t.Helper()
	b := &bench{office: office{Store: ledgertest.New(t)}}
	b.wire(t, cfg)
	b.i = b.declare(t)
	return b
}

func (b *bench) wire(t *testing.T, cfg casework.Config) {
	t.Helper()
	v, err := vault.New(b.DB, vault.Config{Dir: filepath.Join(b.Dir, vault.DirName)})
	must(t, err)
	b.vault = &brittle{Vault: v}
	b.Desk, err = casework.New(casework.Deps{DB: b.DB, Vault: b.vault}, cfg)
	must(t, err)
}

type named struct{ name, body string }

func uploads(list ...named) func(func(casework.Upload) error) error {
	return func(yield func(casework.Upload) error) error {
		for _, f := range list {
			if err := yield(casework.Upload{FileName: f.name, Body: strings.NewReader(f.body)}); err != nil {
				return err
			}
		}
		return nil
	}
}

// list takes files in, matches them by the proposed mapping and gives the run.
func (b *bench) list(t *testing.T, files ...named) casework.Resolution {
	t.Helper()
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(files...))
	must(t, err)
	return b.match(t, r.ID)
}

func (b *bench) match(t *testing.T, id string) casework.Resolution {
	t.Helper()
	r, _, err := b.Resolution(t.Context(), ana, b.i.ID, id)
	must(t, err)
	must(t, b.RunResolution(t.Context(), ana, b.i.ID, id, r.Spec))
	b.Wait()
	r, _, err = b.Resolution(t.Context(), ana, b.i.ID, id)
	must(t, err)
	return r
}

// objects are the files in the vault.
func (b *bench) objects(t *testing.T) int {
	t.Helper()
	n := 0
	must(t, b.vault.Walk(t.Context(), func(vault.File) error { n++; return nil }))
	return n
}

func TestFromFilesToASettledList(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"Help desk.csv", leak})
	if r.State != casework.ResolutionDone {
		t.Fatalf("%s: %s", r.State, r.Error)
	}
	k := r.Roster
	if k.Rows() != 6 || k.Rows() != k.Matched+k.Duplicates+k.Unmatched+k.Malformed || k.Malformed != 1 || k.Unmatched != 1 || k.Conflicts != 2 {
		t.Errorf("%+v", k)
	}
	if r.Spec.Exposures[0].Name != "help_desk" || k.BySources["help_desk"] != 3 || k.Inputs[1].Path != "Help desk.csv" || k.Inputs[1].SHA256 != r.Files[1].SHA256 {
		t.Errorf("%+v", k)
	}
	patients := 0
	for _, g := range k.Groups {
		if len(g.Groups) == 1 && g.Groups[0] == "patients" && g.Jurisdiction == "DE" {
			patients += g.People
		}
	}
	if patients != 1 {
		t.Errorf("groups %+v", k.Groups)
	}

	// Two people, and the list that was looked at.
	wantKind(t, b.settle(t, ben, r.ID, k.Object), incident.Conflict) // nobody put it forward
	wantKind(t, b.ProposeResolution(t.Context(), ana, b.i.ID, r.ID, strings.Repeat("0", 64)), incident.Conflict)
	must(t, b.ProposeResolution(t.Context(), ana, b.i.ID, r.ID, k.Object))
	wantKind(t, b.settle(t, ana, r.ID, k.Object), incident.Forbidden)
	wantKind(t, b.ReturnResolution(t.Context(), ben, b.i.ID, r.ID, " "), incident.Invalid)
	must(t, b.ReturnResolution(t.Context(), ben, b.i.ID, r.ID, "Two conflicts are open."))
	wantKind(t, b.settle(t, ben, r.ID, k.Object), incident.Conflict)
	must(t, b.ProposeResolution(t.Context(), ben, b.i.ID, r.ID, k.Object))
	must(t, b.settle(t, ana, r.ID, k.Object))
	wantKind(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, r.Spec), incident.Conflict)
	wantKind(t, b.settle(t, cora, r.ID, k.Object), incident.Conflict)
	all, err := b.Rosters(t.Context(), ana, b.i.ID)
	must(t, err)
	if len(all) != 1 || all[0].ProposedBy != "ben" || all[0].SettledBy != "ana" || all[0].Object != k.Object {
		t.Errorf("%+v", all)
	}

	// The same files again give the same bytes.
	again, err := b.RepeatResolution(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if got := b.match(t, again.ID); got.Roster == nil || got.Roster.Object != k.Object {
		t.Errorf("%+v", got)
	}
}

func (b *bench) settle(t *testing.T, by incident.Principal, id, object string) error {
	_, err := b.SettleResolution(t.Context(), by, b.i.ID, id, object)
	return err
}

func TestConflictsAreDecidedByAPerson(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	q, err := b.Conflicts(t.Context(), ana, b.i.ID, r.ID, casework.QueuePage{Most: 10})
	must(t, err)
	if len(q.Clusters) != 2 || q.Decided != 0 || q.Rows != 2 {
		t.Fatalf("%+v", q)
	}
	quists := int64(2)
	k, err := b.Conflict(t.Context(), ana, b.i.ID, r.ID, quists)
	must(t, err)
	if len(k.People) != 2 || len(k.Rows) != 1 || k.Rows[0].Place.Line != 3 || k.Rows[0].FileName != "leak.csv" || k.Next != 4 {
		t.Fatalf("%+v", k)
	}
	text := fmt.Sprintf("%+v", k)
	for _, clear := range []string{"bo@mail", "Bo Quist", "Bea"} {
		if strings.Contains(text, clear) {
			t.Errorf("%q is shown: %s", clear, text)
		}
	}
	if at := indexOf(k.Rows[0].Names, "email"); at < 0 || !k.Rows[0].Fits[at][0] || !k.Rows[0].Fits[at][1] {
		t.Errorf("fits %+v", k.Rows[0])
	}
	wantKind(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, quists, casework.Verdict{Person: 3}), incident.Invalid)
	wantKind(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, quists, casework.Verdict{Person: 1, Why: "x"}), incident.Invalid)
	wantKind(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, 99, casework.Verdict{Person: 1, Why: "x"}), incident.NotFound)
	must(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, quists, casework.Verdict{Person: 3, Why: "She called us."}))
	must(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, 4, casework.Verdict{Skip: true, Why: "The directory is being corrected."}))
	q, err = b.Conflicts(t.Context(), ana, b.i.ID, r.ID, casework.QueuePage{State: "open", Most: 10})
	must(t, err)
	if len(q.Clusters) != 0 || q.Decided != 1 || q.Skipped != 1 || q.Pending != 1 {
		t.Errorf("%+v", q)
	}
	before := r.Roster
	r = b.match(t, r.ID)
	if r.Roster.Conflicts != 1 || r.Roster.Decided != 1 || r.Roster.ByJurisdiction["US-NY"] != 1 || r.Roster.ByJurisdiction["US-CA"] != 0 {
		t.Errorf("%+v", r.Roster)
	}
	if _, err := b.vault.Open(t.Context(), b.i.ID, before.Object); incident.KindOf(err) != incident.NotFound {
		t.Errorf("the list of before is still there: %v", err)
	}
	list, err := b.Rulings(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if len(list) != 2 || list[0].By != "ana" || list[0].Why == "" {
		t.Errorf("%+v", list)
	}
}

func indexOf(list []string, s string) int {
	for n, have := range list {
		if have == s {
			return n
		}
	}
	return -1
}

func TestOnePersonIsLookedFor(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	got, err := b.SearchPerson(t.Context(), ana, b.i.ID, r.ID, "customer_id", "C1")
	must(t, err)
	if !got.Affected || strings.Join(got.Elements, " ") != "name email ssn" || len(got.Rows) != 2 || got.Rows[0].Place.Line != 2 || got.Rows[0].SHA256 != r.Files[1].SHA256 {
		t.Errorf("%+v", got)
	}
	_, err = b.SearchPerson(t.Context(), ana, b.i.ID, r.ID, "email", "nobody@mail.example")
	wantKind(t, err, incident.NotFound)
	if strings.Contains(err.Error(), "nobody@") {
		t.Errorf("the answer repeats the address: %v", err)
	}
	for line, want := range map[uint64]string{3: "conflict", 5: "unmatched", 6: "matched", 7: "malformed"} {
		got, err := b.SearchRow(t.Context(), ana, b.i.ID, r.ID, r.Files[1].SHA256, line)
		must(t, err)
		if len(got.Rows) != 1 || got.Rows[0].Outcome != want {
			t.Errorf("line %d: %+v, want %s", line, got.Rows, want)
		}
	}
	_, err = b.SearchRow(t.Context(), ana, b.i.ID, r.ID, "leak.csv", 99)
	wantKind(t, err, incident.NotFound)
	_, err = b.SearchRow(t.Context(), ana, b.i.ID, r.ID, "other.csv", 2)
	wantKind(t, err, incident.NotFound)
	_, err = b.SearchPerson(t.Context(), ben, b.i.ID, r.ID, "customer_id", "c1")
	wantKind(t, err, incident.Forbidden) // names and addresses are not for every responder
	b.noPersonInTheLog(t)
}

// noPersonInTheLog reads the whole audit log for what the files hold.
func (b *bench) noPersonInTheLog(t *testing.T) {
	t.Helper()
	var log bytes.Buffer
	_, err := b.Export(t.Context(), &log)
	must(t, err)
	for _, clear := range []string{"mail.example", "Quist", "Ann", "customers.csv", "leak.csv"} {
		if strings.Contains(log.String(), clear) {
			t.Errorf("the audit log holds %q", clear)
		}
	}
}

func TestExclusionsTakeTwoPeopleAndAreCounted(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	must(t, b.ProposeResolution(t.Context(), ana, b.i.ID, r.ID, r.Roster.Object))
	must(t, b.settle(t, ben, r.ID, r.Roster.Object))
	for _, bad := range []casework.Exclusion{{}, {Kind: "duplicate", Why: "x"}, {Kind: "whim", Why: "x", CustomerIDs: []string{"c1"}}, {Kind: "told", Why: "x", Emails: []string{"mail.example"}}} {
		_, err := b.ProposeExclusion(t.Context(), ana, b.i.ID, bad)
		wantKind(t, err, incident.Invalid)
	}
	e, err := b.ProposeExclusion(t.Context(), ana, b.i.ID, casework.Exclusion{Kind: "test_account", Why: "Made by our testers.", CustomerIDs: []string{"C1\nc9"}})
	must(t, err)
	if e.People != 1 || e.InForce() {
		t.Errorf("%+v", e)
	}
	n, left, err := b.Recipients(t.Context(), ana, b.i.ID)
	must(t, err)
	if n != r.Roster.People || left != nil {
		t.Errorf("%d, %v before it is approved", n, left)
	}
	wantKind(t, b.ApproveExclusion(t.Context(), ana, b.i.ID, e.Seq), incident.Forbidden)
	must(t, b.ApproveExclusion(t.Context(), ben, b.i.ID, e.Seq))
	wantKind(t, b.ApproveExclusion(t.Context(), cora, b.i.ID, e.Seq), incident.Conflict)
	n, left, err = b.Recipients(t.Context(), ana, b.i.ID)
	must(t, err)
	if n != r.Roster.People-1 || left["excluded: test account"] != 1 {
		t.Errorf("%d, %v", n, left)
	}
	got, err := b.SearchPerson(t.Context(), ana, b.i.ID, r.ID, "customer_id", "c1")
	must(t, err)
	if !got.Affected || got.Excluded == "" {
		t.Errorf("%+v", got)
	}
	must(t, b.EndExclusion(t.Context(), ana, b.i.ID, e.Seq, "They were customers after all."))
	if n, _, err = b.Recipients(t.Context(), ana, b.i.ID); err != nil || n != r.Roster.People {
		t.Errorf("%d %v", n, err)
	}
}

func TestALateFileAddsToAList(t *testing.T) {
	b := newBench(t, casework.Config{})
	first := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	late := named{"late.csv", "id,ssn\nc2,1\nc3,2\nnobody,3\n"}
	r, err := b.AddExposures(t.Context(), ana, b.i.ID, first.ID, uploads(late))
	must(t, err)
	added := b.match(t, r.ID)
	whole := b.list(t, named{"customers.csv", people + "\n"}, named{"leak.csv", leak + "\n"}, late)
	if added.State != casework.ResolutionDone || whole.State != casework.ResolutionDone {
		t.Fatalf("%s %s, %s %s", added.State, added.Error, whole.State, whole.Error)
	}
	if added.Roster.Object != whole.Roster.Object || added.Roster.Matched != whole.Roster.Matched || added.Roster.Unmatched != whole.Roster.Unmatched || added.Roster.Rows() != 9 {
		t.Errorf("added %+v\nwhole %+v", added.Roster, whole.Roster)
	}
	for _, name := range []string{"unmatched.csv", "conflicts.csv", "rejected.csv"} {
		one, other := b.report(t, added.ID, name), b.report(t, whole.ID, name)
		if strings.Count(one, "\n") != strings.Count(other, "\n") {
			t.Errorf("%s:\n%s\n%s", name, one, other)
		}
	}
	diff, err := b.CompareResolutions(t.Context(), ana, b.i.ID, first.ID, added.ID)
	must(t, err)
	if diff.New+diff.Changed != 2 || diff.Gone != 0 || len(diff.Changes) != 2 {
		t.Errorf("%+v", diff)
	}
	if text := fmt.Sprintf("%+v", diff); strings.Contains(text, "Quist") || strings.Contains(text, "mail.example") {
		t.Errorf("not masked: %s", text)
	}
	// Something decided since about the earlier files: everything is read again.
	must(t, b.DecideConflict(t.Context(), ana, b.i.ID, first.ID, 2, casework.Verdict{Person: 0, Why: "An address of our own."}))
	if again := b.match(t, r.ID); again.Roster.Decided != 1 || again.Roster.Rows() != 9 {
		t.Errorf("%+v", again.Roster)
	}
}

func (b *bench) report(t *testing.T, id, name string) string {
	t.Helper()
	f, err := b.OpenReport(t.Context(), ana, b.i.ID, id, name)
	must(t, err)
	defer f.Close()
	text, err := io.ReadAll(f)
	must(t, err)
	return string(text)
}

func TestAnExportIsSealedAndRunsNothing(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	must(t, b.ProposeResolution(t.Context(), ana, b.i.ID, r.ID, r.Roster.Object))
	must(t, b.settle(t, ben, r.ID, r.Roster.Object))
	key, err := age.GenerateX25519Identity()
	must(t, err)
	_, err = b.ExportRoster(t.Context(), ana, b.i.ID, "age1nonsense", "")
	if n := len(incident.ProblemsOf(err)); n != 2 {
		t.Errorf("%d problems: %v", n, err)
	}
	_, err = b.ExportRoster(t.Context(), ben, b.i.ID, key.Recipient().String(), "For the mail house.")
	wantKind(t, err, incident.Forbidden)
	e, err := b.ExportRoster(t.Context(), ana, b.i.ID, key.Recipient().String(), "For the mail house.")
	must(t, err)
	var sealed bytes.Buffer
	must(t, e.Write(t.Context(), &sealed))
	if bytes.Contains(sealed.Bytes(), []byte("mail.example")) {
		t.Error("the export is in the clear")
	}
	plain, err := age.Decrypt(&sealed, key)
	must(t, err)
	text, err := io.ReadAll(plain)
	must(t, err)
	if !strings.Contains(string(text), "'=HYPERLINK(1)") || !strings.Contains(string(text), "'=cmd@mail.example") || strings.Contains(string(text), ",=") {
		t.Errorf("%s", text)
	}
	lines, err := b.Timeline(t.Context(), ana, b.i.Number, 1)
	must(t, err)
	if lines[0].Act != "roster.export" || !strings.Contains(lines[0].Text, "For the mail house.") || lines[0].By != "ana" {
		t.Errorf("%+v", lines[0])
	}
}

func TestATransferGoesOnWhereItStopped(t *testing.T) {
	b := newBench(t, casework.Config{UploadLimit: 64 << 20})
	var big strings.Builder
	big.WriteString(people)
	for n := 0; big.Len() < 20<<20; n++ {
		fmt.Fprintf(&big, "x%d,x%d@mail.example,Person %d %0500d,DE,,\n", n, n, n, n)
	}
	text := big.String()
	_, err := b.NewTransfer(t.Context(), ana, b.i.ID, "big.csv", 65<<20)
	wantKind(t, err, incident.TooLarge)
	tr, err := b.NewTransfer(t.Context(), ana, b.i.ID, "big.csv", int64(len(text)))
	must(t, err)

	// The line breaks in the second piece: the first is kept.
	lost := errors.New("connection lost")
	got, err := b.Append(t.Context(), ana, b.i.ID, tr.ID, 0, io.MultiReader(strings.NewReader(text[:17<<20]), failing{lost}))
	if err == nil || got.Offset != 16<<20 {
		t.Fatalf("%v, at %d", err, got.Offset)
	}
	_, err = b.Append(t.Context(), ana, b.i.ID, tr.ID, 0, strings.NewReader(text))
	wantKind(t, err, incident.Conflict)
	_, err = b.Finish(t.Context(), ana, b.i.ID, tr.ID)
	wantKind(t, err, incident.Conflict)
	_, err = b.Append(t.Context(), ben, b.i.ID, "none", 0, strings.NewReader("x"))
	wantKind(t, err, incident.NotFound)

	// The program is started again.
	b.Reopen(t)
	b.wire(t, casework.Config{})
	got, err = b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
	must(t, err)
	got, err = b.Append(t.Context(), ana, b.i.ID, tr.ID, got.Offset, strings.NewReader(text[got.Offset:]))
	must(t, err)
	_, err = b.Append(t.Context(), ana, b.i.ID, tr.ID, got.Offset, strings.NewReader("more"))
	wantKind(t, err, incident.TooLarge)
	got, err = b.Finish(t.Context(), ana, b.i.ID, tr.ID)
	must(t, err)
	if n := b.objects(t); n != 1 {
		t.Errorf("%d objects, want the file alone", n)
	}
	whole, err := b.vault.Open(t.Context(), b.i.ID, got.SHA256)
	must(t, err)
	have, err := io.ReadAll(whole)
	must(t, err)
	whole.Close()
	if string(have) != text {
		t.Error("what was put together is not what was sent")
	}
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, func(yield func(casework.Upload) error) error {
		if err := yield(casework.Upload{Transfer: tr.ID}); err != nil {
			return err
		}
		return yield(casework.Upload{FileName: "leak.csv", Body: strings.NewReader(leak)})
	})
	must(t, err)
	if r.Files[0].FileName != "big.csv" || r.Files[0].Evidence == "" {
		t.Errorf("%+v", r.Files)
	}
	_, err = b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
	wantKind(t, err, incident.NotFound) // it is evidence now
	if done := b.match(t, r.ID); done.State != casework.ResolutionDone {
		t.Errorf("%s %s", done.State, done.Error)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestATransferExpires(t *testing.T) {
	b := newBench(t, casework.Config{})
	tr, err := b.NewTransfer(t.Context(), ana, b.i.ID, "a.csv", 100)
	must(t, err)
	_, err = b.Append(t.Context(), ana, b.i.ID, tr.ID, 0, strings.NewReader("half"))
	must(t, err)
	if n := b.objects(t); n != 1 {
		t.Fatalf("%d objects", n)
	}
	b.Clock.Advance(72 * time.Hour)
	_, err = b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
	wantKind(t, err, incident.Gone)
	must(t, b.ExpireTransfers(t.Context()))
	if n := b.objects(t); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	_, err = b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
	wantKind(t, err, incident.NotFound)
}

func TestACancelledRunLeavesNothing(t *testing.T) {
	b := newBench(t, casework.Config{})
	var customers, rows strings.Builder
	customers.WriteString("customer_id,country\n")
	rows.WriteString("customer_id,ssn\n")
	for n := range 120_000 {
		fmt.Fprintf(&customers, "c%d,DE\n", n)
		fmt.Fprintf(&rows, "c%d,1\n", n)
	}
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(named{"c.csv", customers.String()}, named{"e.csv", rows.String()}))
	must(t, err)
	files := b.objects(t)
	must(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, r.Spec))
	wantKind(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, r.Spec), incident.Conflict)
	must(t, b.CancelResolution(t.Context(), ben, b.i.ID, r.ID))
	b.Wait()
	got, _, err := b.Resolution(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if got.State != casework.ResolutionMapping || got.Roster != nil || !strings.Contains(got.Error, "cancelled") {
		t.Errorf("%s %s", got.State, got.Error)
	}
	if n := b.objects(t); n != files {
		t.Errorf("%d objects, %d before the run", n, files)
	}
	left, err := os.ReadDir(filepath.Join(b.Dir, vault.DirName, "tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
	wantKind(t, b.CancelResolution(t.Context(), ana, b.i.ID, r.ID), incident.Conflict)
	if done := b.match(t, r.ID); done.State != casework.ResolutionDone || done.Roster.People != 120_000 {
		t.Errorf("%s %s", done.State, done.Error)
	}
}

func TestAFullDiskLeavesNothingHalfDone(t *testing.T) {
	b := newBench(t, casework.Config{})
	b.vault.full = func(n int64) bool { return n > 100 }
	_, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(named{"customers.csv", people}, named{"leak.csv", leak}))
	wantKind(t, err, incident.Unavailable)
	if !strings.Contains(incident.Sentence(err), "disk is full") || b.objects(t) != 0 {
		t.Errorf("%v, %d objects", err, b.objects(t))
	}
	b.vault.full = nil
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(named{"customers.csv", people}, named{"leak.csv", leak}))
	must(t, err)
	before := b.objects(t)
	b.vault.full = func(n int64) bool { return n > 120 } // the reports fit, the list does not
	got := b.match(t, r.ID)
	if got.State != casework.ResolutionFailed || got.Roster != nil || !strings.Contains(got.Error, "disk is full") {
		t.Errorf("%s %q", got.State, got.Error)
	}
	if n := b.objects(t); n != before {
		t.Errorf("%d objects, %d before", n, before)
	}
	b.vault.full = nil
	if got := b.match(t, r.ID); got.State != casework.ResolutionDone {
		t.Errorf("%s %q", got.State, got.Error)
	}
	report, err := b.Verify(t.Context(), nil)
	must(t, err)
	if !report.OK() {
		t.Errorf("%+v", report)
	}
}

func TestFilesThatCannotBeReadAreRefusedWhole(t *testing.T) {
	b := newBench(t, casework.Config{})
	for name, bad := range map[string]named{
		"cut Parquet": {"leak.parquet", "PAR1" + strings.Repeat("x", 200)},
		"empty":       {"leak.csv", ""},
		"cut gzip":    {"leak.csv.gz", "\x1f\x8b\x08\x00\x00"},
		"no Excel":    {"leak.xlsx", "PK\x03\x04" + strings.Repeat("\x00", 100)},
		"twice":       {"again.csv", people},
	} {
		_, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(named{"customers.csv", people}, bad))
		if incident.KindOf(err) != incident.Invalid || !strings.HasPrefix(incident.Sentence(err), bad.name) {
			t.Errorf("%s: %v", name, err)
		}
		if n := b.objects(t); n != 0 {
			t.Errorf("%s: %d objects are left", name, n)
		}
	}
	must(t, b.View(t.Context(), func(tx *ledger.Tx) error {
		exhibits, err := casework.EvidenceOf(tx, b.i.ID)
		if len(exhibits) != 0 {
			t.Errorf("%d exhibits", len(exhibits))
		}
		return err
	}))
}

// What unpacks to far more than a table could is not read to its end.
func TestABombIsNotRead(t *testing.T) {
	b := newBench(t, casework.Config{})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte("id,ssn\n"))
	must(t, err)
	rows := bytes.Repeat([]byte("c1,"+strings.Repeat("1", 64<<10)+"\n"), 64)
	for range 20 {
		_, err := z.Write(rows)
		must(t, err)
	}
	must(t, z.Close())
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(named{"customers.csv", people}, named{"leak.csv.gz", packed.String()}))
	must(t, err)
	files := b.objects(t)
	got := b.match(t, r.ID)
	if got.State != casework.ResolutionFailed || !strings.Contains(got.Error, "leak.csv.gz: unpacks to more than") || b.objects(t) != files {
		t.Errorf("%s %q, %d objects of %d", got.State, got.Error, b.objects(t), files)
	}
}

// A stray quote far down costs its row alone, and is told with file and line;
// a column that changes meaning half way is warned of.
func TestDirtWithinAFile(t *testing.T) {
	b := newBench(t, casework.Config{})
	var rows strings.Builder
	rows.WriteString("id,mail,ssn,note\n")
	note := strings.Repeat("x", 180) // so that the file is several blocks long
	for n := range 40_000 {
		switch {
		case n == 4000:
			fmt.Fprintf(&rows, "c2,\"bo@mail.example,5,%s\n", note)
		case n < 20_000:
			fmt.Fprintf(&rows, "c1,p%d@mail.example,1,%s\n", n, note)
		default:
			fmt.Fprintf(&rows, "c1,%d,1,%s\n", n, note)
		}
	}
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", rows.String()})
	if r.State != casework.ResolutionDone || r.Roster.Malformed != 1 || r.Roster.Rows() != 40_000 {
		t.Fatalf("%s %s %+v", r.State, r.Error, r.Roster)
	}
	if text := b.report(t, r.ID, "rejected.csv"); !strings.Contains(text, "leak.csv,4002,") {
		t.Errorf("%s", text)
	}
	if len(r.Roster.Warnings) != 1 || !strings.HasPrefix(r.Roster.Warnings[0], "leak.csv: about line ") || !strings.Contains(r.Roster.Warnings[0], "email") {
		t.Errorf("warnings %q", r.Roster.Warnings)
	}
}

func TestReadingIsChangedByAPerson(t *testing.T) {
	b := newBench(t, casework.Config{})
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(named{"customers.csv", people}, named{"fixed.txt", "c1  ann@mail.example\nc2  bo@mail.example \n"}))
	must(t, err)
	in := []affected.Input{r.Spec.Directory.Input, {Format: "fixed", Fields: []affected.Field{{Name: "id", From: 1, To: 4}, {Name: "mail", From: 5, To: 20}}}}
	bad := append([]affected.Input(nil), in...)
	bad[1] = affected.Input{Format: "fixed"}
	err = b.SetReading(t.Context(), ana, b.i.ID, r.ID, bad)
	if p := incident.ProblemsOf(err); len(p) != 1 || p[0].Where != "e0.format" || !strings.HasPrefix(p[0].What, "fixed.txt") {
		t.Errorf("%v", err)
	}
	must(t, b.SetReading(t.Context(), ana, b.i.ID, r.ID, in))
	now, _, err := b.Resolution(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if now.Spec.Exposures[0].Match["email"] != "mail" || now.Spec.Exposures[0].Match["customer_id"] != "id" {
		t.Errorf("%+v", now.Spec.Exposures[0])
	}
	samples, err := b.Samples(t.Context(), ana, b.i.ID, r.ID, 5)
	must(t, err)
	if text := fmt.Sprint(samples); strings.Contains(text, "ann@") || strings.Contains(text, "Ann Lee") || len(samples[1].Rows) != 2 {
		t.Errorf("%s", text)
	}
	if done := b.match(t, r.ID); done.State != casework.ResolutionDone || done.Roster.Rows() != 2 {
		t.Errorf("%s %s %+v", done.State, done.Error, done.Roster)
	}
}

// Every object that the case refers to is in the vault, and nothing else is.
func TestTheVaultHoldsWhatTheCaseRefersTo(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	must(t, b.ProposeResolution(t.Context(), ana, b.i.ID, r.ID, r.Roster.Object))
	must(t, b.settle(t, ben, r.ID, r.Roster.Object))
	b.match2(t, r.ID)
	b.allReferred(t)
}

// allReferred fails where the vault holds what nothing refers to, or lacks what something does.
func (b *bench) allReferred(t *testing.T) {
	t.Helper()
	named := map[string]string{}
	must(t, b.View(t.Context(), func(tx *ledger.Tx) error {
		return casework.EachObject(tx, func(_, sum, what string) error {
			named[sum] = what
			return nil
		})
	}))
	for sum, what := range named {
		if _, err := b.vault.Verify(t.Context(), b.i.ID, sum); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := b.objects(t); n != len(named) {
		t.Errorf("%d objects, %d referred to", n, len(named))
	}
}

func (b *bench) match2(t *testing.T, id string) {
	t.Helper()
	again, err := b.RepeatResolution(t.Context(), ana, b.i.ID, id)
	must(t, err)
	b.match(t, again.ID)
	b.match(t, again.ID)
}
