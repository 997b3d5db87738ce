package outbox_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/vault"
	"tocsin/notify"
	"tocsin/notify/outbox"
	print "tocsin/notify/post"
)

// press gives a house letters on paper.
func (h *house) press(t testing.TB) {
	t.Helper()
	v, err := vault.New(h.store.DB, vault.Config{Dir: filepath.Join(h.store.Dir, vault.DirName)})
	must(t, err)
	c := print.DefaultHouse()
	c.Sender, c.Home = []string{"Example Insurance", "1 Example Street", "80331 Munich"}, "DE"
	h.House, err = print.NewHouse(c)
	must(t, err)
	h.Prints = func(scope string) print.Store { return print.VaultStore{Vault: v, Scope: scope} }
}

// printing runs the press until the posting is no longer being printed.
func (h *house) printing(t testing.TB, id string) outbox.Posting {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	for range 600 {
		x, err := h.Posting(t.Context(), otto, h.ref, id)
		must(t, err)
		if x.State != outbox.PostingPrinting {
			return x
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("it is still being printed")
	return outbox.Posting{}
}

const paperList = "customer_id,name,email,country,region,language,elements,sources,street,city,postal_code,guardian,deceased,protected\n" +
	"C1,Ada Abel,ada@mail.example,DE,,de,name+email+communications+ssn,crm,Weg 1,Bonn,53111,,,\n" + // e-mail reaches her
	"C2,Bob Burr,,DE,,de,name+email+communications+ssn,crm,Weg 2,Bonn,53111,,,\n" + // no e-mail address
	"C3,Cy Cole,cy@mail.example,DE,,de,name+email+communications+ssn,crm,Weg 3,Bonn,53111,,,\n" + // e-mail comes back
	"C4,Di Dean,,DE,,de,name+email+communications+ssn,crm,,,,,,\n" + // no address at all
	"C5,Ed Ebert,ed@mail.example,DE,,de,name+email+communications+ssn,crm,Weg 5,Bonn,53111,Fay Ebert,,\n" + // a minor
	"C6,Gil Gray,gil@mail.example,DE,,de,name+email+communications+ssn,crm,Weg 6,Bonn,53111,,yes,\n" + // has died
	"C7,Hal Hunt,,DE,,de,name+email+communications+ssn,crm,Weg 7,Bonn,53111,,,yes\n" + // the address is protected
	"C8,Ida Ivey,ida@mail.example,FR,,fr,name+email+communications+ssn,crm,Rue 8,Lyon,69001,,,\n" // refused

func (h *house) onPaper(t *testing.T, drill bool) {
	t.Helper()
	h.press(t)
	h.open(t, drill)
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(paperList), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
}

func TestLettersOnPaper(t *testing.T) {
	mail := &identities{of: map[string]string{}}
	mail.take = func(m notify.Message) notify.Outcome {
		if m.To == "ida@mail.example" {
			return notify.Rejected
		}
		return notify.Accepted
	}
	h := build(t, mail)
	h.onPaper(t, false)
	m := h.run(t, h.release(t).ID, func(m outbox.Mailing) bool {
		if m.State == outbox.MailingPaused {
			must(t, h.Resume(t.Context(), otto, h.ref, m.ID))
		}
		return over(m)
	})
	if m.Counts.Accepted != 2 || m.Counts.Rejected != 1 {
		t.Fatalf("by e-mail: %+v", m.Counts)
	}
	h.bounce(t, returnedMail(mail.of["cy@mail.example"], "cy@mail.example", "failed", "5.1.1"))

	plan, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	if plan.Blocked != "" || plan.Printed != 5 || plan.ByEmail != 1 || plan.People != 8 || plan.Printed+plan.ByEmail+plan.Left() != 8 {
		t.Fatalf("plan %+v", plan.Posting)
	}
	for reason, n := range map[string]int{"no e-mail address": 1, "e-mail came back": 1, "e-mail was refused": 1, "a minor: to the parent or guardian": 1, "deceased: to the next of kin": 1} {
		if plan.Reasons[reason] != n {
			t.Errorf("%s: %d", reason, plan.Reasons[reason])
		}
	}
	if plan.Excluded["no postal address"] != 1 || plan.Excluded["the address is protected"] != 1 {
		t.Errorf("left out: %v", plan.Excluded)
	}
	proofs, err := h.ProofPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	if len(proofs) != 4 { // to an adult, a minor and a dead person's kin in German, to an adult in French
		t.Errorf("%d proofs", len(proofs))
	}

	_, err = h.ReleasePosting(t.Context(), cora, h.ref, plan.Roster, 0, false) // approved them
	wantKind(t, err, incident.Forbidden)
	_, err = h.ReleasePosting(t.Context(), otto, h.ref, "another list", 0, false)
	wantKind(t, err, incident.Conflict)
	x, err := h.ReleasePosting(t.Context(), otto, h.ref, plan.Roster, 0, false)
	must(t, err)
	_, err = h.ReleasePosting(t.Context(), otto, h.ref, plan.Roster, 0, false)
	wantKind(t, err, incident.Conflict)

	done := h.printing(t, x.ID)
	if done.State != outbox.PostingPrinted || done.Printed != 5 || done.Report.Letters != 5 || done.ByCountry["FR"] != 1 || done.ByCountry["DE"] != 4 {
		t.Fatalf("printed %+v", done)
	}

	// The package for the mail house names nobody outside the letters.
	name, write, err := h.Package(t.Context(), otto, h.ref, x.ID)
	must(t, err)
	var pack bytes.Buffer
	must(t, write(t.Context(), &pack))
	rows := manifestOf(t, pack.Bytes())
	if name != "posting-1.zip" || len(rows) != 6 {
		t.Fatalf("%s with %d rows", name, len(rows))
	}
	if strings.Contains(fmt.Sprint(rows), "C2") || strings.Contains(fmt.Sprint(rows), "Bob") {
		t.Error("the manifest names people")
	}
	if got, err := h.Posting(t.Context(), otto, h.ref, x.ID); err != nil || len(got.Handed) != 1 || got.Handed[0].By != "otto" {
		t.Errorf("it is not on record who took it: %+v %v", got.Handed, err)
	}

	// The duty is not met before they are posted.
	if h.met(t, "eu-gdpr-34-1") {
		t.Error("the duty counts as met, and letters are still to be posted")
	}
	day := h.store.Clock.Now().Format(time.DateOnly)
	wantKind(t, h.ConfirmPosting(t.Context(), otto, h.ref, x.ID, "0000", day), incident.Invalid)
	wantKind(t, h.ConfirmPosting(t.Context(), otto, h.ref, x.ID, done.Report.Digest, "2099-01-01"), incident.Invalid)
	must(t, h.ConfirmPosting(t.Context(), otto, h.ref, x.ID, strings.ToUpper(done.Report.Digest), day))
	wantKind(t, h.ConfirmPosting(t.Context(), otto, h.ref, x.ID, done.Report.Digest, day), incident.Conflict)
	if !h.met(t, "eu-gdpr-34-1") {
		t.Error("everybody was told, and the duty is open")
	}
	now, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
	must(t, err)
	if now.NeedLetter() != 0 {
		t.Errorf("%d still need a letter", now.NeedLetter())
	}

	// Nobody is written to again, on paper or by e-mail.
	again, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	if again.Printed != 0 || again.Earlier != 5 {
		t.Errorf("a second posting would print %d, %d had one", again.Printed, again.Earlier)
	}

	// Two come back; one line is nobody's.
	back := "code,reason,date\n" + rows[1][5] + ",moved,2026-03-20\n" + strings.ToLower(rows[2][5]) + ",unknown,\nZZZZZZZZ-ZZZZZZZZ,moved,\n"
	taken, err := h.TakeReturns(t.Context(), otto, h.ref, x.ID, strings.NewReader(back))
	must(t, err)
	if taken.Taken != 2 || len(taken.Problems) != 1 || taken.Problems[0].Where != "line 4" {
		t.Errorf("returns %+v", taken)
	}
	// Who refused theirs has had it in their hands.
	refused, err := h.TakeReturns(t.Context(), otto, h.ref, x.ID, strings.NewReader("code,reason\n"+rows[3][5]+",refused\n"))
	must(t, err)
	if refused.Taken != 1 {
		t.Errorf("refused: %+v", refused)
	}
	taken, err = h.TakeReturns(t.Context(), otto, h.ref, x.ID, strings.NewReader(back))
	must(t, err)
	if taken.Taken != 0 || taken.Known != 2 {
		t.Errorf("the same list again: %+v", taken)
	}
	third, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	if third.Printed != 0 || third.Earlier != 3 || third.Excluded["a letter to this address came back"] != 2 {
		t.Errorf("after they came back: %d to print, %d had one, left out %v", third.Printed, third.Earlier, third.Excluded)
	}
	// Another list may have better addresses: its text is approved anew, and they are written to.
	_, err = caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(strings.ReplaceAll(paperList, "Weg ", "Platz ")), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	fourth, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	if fourth.Printed != 2 || fourth.Earlier != 3 {
		t.Errorf("with another list: %d to print, %d had one, left out %v, %s", fourth.Printed, fourth.Earlier, fourth.Excluded, fourth.Blocked)
	}
}

// manifestOf reads the rows of a package's manifest.
func manifestOf(t *testing.T, pack []byte) [][]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	must(t, err)
	pdfs := 0
	var rows [][]string
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		data, err := io.ReadAll(r)
		must(t, err)
		switch {
		case strings.HasSuffix(f.Name, ".pdf"):
			if !bytes.HasPrefix(data, []byte("%PDF-")) {
				t.Errorf("%s is no PDF", f.Name)
			}
			pdfs++
		case strings.HasSuffix(f.Name, "manifest.csv"):
			rows, err = csv.NewReader(bytes.NewReader(data)).ReadAll()
			must(t, err)
		}
	}
	if pdfs == 0 || len(rows) == 0 || rows[0][5] != "code" {
		t.Fatalf("%d PDFs, manifest %v", pdfs, rows)
	}
	return rows
}

// met reports whether every stage of a rule's duties is.
func (h *house) met(t *testing.T, rule string) bool {
	t.Helper()
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	for _, o := range all {
		if o.Rule != rule || o.Applies != "yes" {
			continue
		}
		for _, st := range o.Stages {
			if st.Met == nil {
				return false
			}
		}
	}
	return true
}

// endingStore ends the program when the first file is stored.
type endingStore struct {
	print.Store
	end func()
}

func (s endingStore) Put(ctx context.Context, name string, r io.Reader) (string, error) {
	s.end()
	return s.Store.Put(ctx, name, r)
}

// TestPrintingIsDoneAnew ends the press in the middle: the next start begins again, and
// every letter is printed once.
func TestPrintingIsDoneAnew(t *testing.T) {
	h := build(t, nil)
	h.press(t)
	h.open(t, false)
	const people = 2000
	var list strings.Builder
	list.WriteString("customer_id,name,email,country,region,language,elements,sources,street,city,postal_code\n")
	for k := range people {
		fmt.Fprintf(&list, "N%d,Person %d,,DE,,de,name+email+communications+ssn,crm,Weg %d,Bonn,53111\n", k, k, k)
	}
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list.String()), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	plan, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	x, err := h.ReleasePosting(t.Context(), otto, h.ref, plan.Roster, 0, false)
	must(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	whole := h.Prints
	h.Prints = func(scope string) print.Store { return endingStore{whole(scope), cancel} }
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	must(t, <-ended)
	h.Prints = whole
	half, err := h.Posting(t.Context(), otto, h.ref, x.ID)
	must(t, err)
	if half.State != outbox.PostingPrinting {
		t.Fatalf("it was ended with the first of its files, and is %s", half.State)
	}
	done := h.printing(t, x.ID)
	if done.State != outbox.PostingPrinted || done.Printed != people || done.Report.Letters != people {
		t.Errorf("printed %d of %d, %s %s", done.Printed, people, done.State, done.Note)
	}

	// Stopped, its people can be written to again.
	must(t, h.StopPosting(t.Context(), otto, h.ref, x.ID, ""))
	wantKind(t, h.StopPosting(t.Context(), otto, h.ref, x.ID, ""), incident.Conflict)
	run, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { ended <- h.Run(run) }()
	for range 400 {
		again, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
		must(t, err)
		if again.Printed == people && again.Earlier == 0 {
			stop()
			<-ended
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the people of a stopped posting cannot be written to again")
}

func TestADrillsLettersStayInTheHouse(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.onPaper(t, true)
	plan, err := h.PlanPosting(t.Context(), otto, h.ref, 0, false)
	must(t, err)
	x, err := h.ReleasePosting(t.Context(), otto, h.ref, plan.Roster, 0, false)
	must(t, err)
	done := h.printing(t, x.ID)
	if done.State != outbox.PostingPrinted {
		t.Fatalf("%+v", done)
	}
	_, _, err = h.Package(t.Context(), otto, h.ref, x.ID)
	wantKind(t, err, incident.Conflict)
	wantKind(t, h.ConfirmPosting(t.Context(), otto, h.ref, x.ID, done.Report.Digest, "2026-03-02"), incident.Conflict)
}

func TestWithoutAPrinterNothingIsPrinted(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.ready(t, 5)
	plan, err := h.PlanPosting(t.Context(), otto, h.ref, 0, true)
	must(t, err)
	if plan.Blocked == "" {
		t.Error("nothing keeps it from printing")
	}
	_, err = h.ReleasePosting(t.Context(), otto, h.ref, plan.Roster, 0, true)
	wantKind(t, err, incident.Conflict)
}
