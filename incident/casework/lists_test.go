package casework_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// indexObjects are the vault's objects that are indexes of lists.
func (b *bench) indexObjects(t *testing.T) (sums []string) {
	t.Helper()
	must(t, b.View(t.Context(), func(tx *ledger.Tx) error {
		return casework.EachObject(tx, func(_, sum, what string) error {
			if what == "an index (list)" {
				sums = append(sums, sum)
			}
			return nil
		})
	}))
	return sums
}

func (b *bench) find(t *testing.T, object, key, value string) []affected.Placed {
	t.Helper()
	var found []affected.Placed
	must(t, b.Lists().Read(t.Context(), b.i.ID, object, func(l *affected.List) (err error) {
		found, err = l.Find(t.Context(), key, value)
		return err
	}))
	return found
}

// TestAListIsReadByPersonAndPlace: the index is made after a run, again where it
// is damaged or gone, and goes with the list.
func TestAListIsReadByPersonAndPlace(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	made := b.indexObjects(t)
	if len(made) != 1 {
		t.Fatalf("%d indexes after a run, want one", len(made))
	}
	list := r.Roster.Object
	check := func(when string) {
		t.Helper()
		if got := b.find(t, list, "email", "BO@mail.example"); len(got) != 1 || got[0].Place != 2 || got[0].Person.CustomerID != "c2" {
			t.Errorf("%s: %+v", when, got)
		}
		if got := b.find(t, list, "customer_id", "zz"); got != nil {
			t.Errorf("%s: found %+v", when, got)
		}
	}
	check("as it was made")

	whole, err := os.ReadFile(b.fileOf(t, made[0]))
	must(t, err)
	for _, at := range []int{20, len(whole) / 2, len(whole) - 3} {
		bad := append([]byte(nil), whole...)
		bad[at] ^= 0x10
		must(t, os.WriteFile(b.fileOf(t, made[0]), bad, 0o600))
		check(fmt.Sprintf("with byte %d changed", at))
		if now, err := b.vault.Verify(t.Context(), b.i.ID, made[0]); err != nil {
			t.Errorf("the index was not made again: %v %v", now, err)
		}
	}
	must(t, b.vault.Delete(t.Context(), b.i.ID, made[0]))
	check("with the index gone")

	// Another object in the index's place is the index of nothing here.
	other, err := b.vault.Put(t.Context(), b.i.ID, strings.NewReader(strings.Repeat("not an index ", 900)))
	must(t, err)
	must(t, b.Update(t.Context(), incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("test.swap", "incident/"+b.i.ID)
		return casework.IndexTable.Put(tx, ledger.K(b.i.ID, list, "list"), casework.Index{Object: other.SHA256})
	}))
	check("with another file for an index")
	must(t, b.vault.Delete(t.Context(), b.i.ID, other.SHA256))

	must(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, func() affected.Spec {
		spec := r.Spec
		spec.Exposures = append([]affected.Exposure(nil), spec.Exposures...)
		spec.Exposures[0].Elements = append(spec.Exposures[0].Elements, "photo") // another list
		return spec
	}()))
	b.Wait()
	if now := b.indexObjects(t); len(now) != 1 || now[0] == made[0] {
		t.Errorf("after another run: %v, before %v", now, made)
	}
	err = b.Lists().Read(t.Context(), b.i.ID, list, func(*affected.List) error { return nil })
	wantKind(t, err, incident.NotFound)
	b.allReferred(t)
}

// TestAnOlderListGetsItsIndex when somebody first looks for a person in it.
func TestAnOlderListGetsItsIndex(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	must(t, b.Update(t.Context(), incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("test.drop", "incident/"+b.i.ID)
		return casework.IndexTable.Delete(tx, ledger.K(b.i.ID, r.Roster.Object, "list"))
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Lists().Read(ctx, b.i.ID, r.Roster.Object, func(*affected.List) error { return nil }); err == nil {
		t.Error("a reading that was given up went on")
	}
	if got := b.find(t, r.Roster.Object, "name", "ann  LEE"); len(got) != 1 || got[0].Place != 1 {
		t.Errorf("%+v", got)
	}
	if len(b.indexObjects(t)) != 1 {
		t.Error("the index was not kept")
	}
}

// fileOf is where an object lies on the disk: the one file that goes when it is deleted.
func (b *bench) fileOf(t *testing.T, sum string) string {
	t.Helper()
	names := func() map[string]bool {
		all := map[string]bool{}
		must(t, b.vault.Walk(t.Context(), func(f vault.File) error { all[f.Path()] = true; return nil }))
		return all
	}
	before := names()
	r, err := b.vault.Open(t.Context(), b.i.ID, sum)
	must(t, err)
	defer r.Close()
	// Moved away and stored again, so that nothing is lost.
	body, err := io.ReadAll(r)
	must(t, err)
	must(t, b.vault.Delete(t.Context(), b.i.ID, sum))
	after := names()
	_, err = b.vault.Put(t.Context(), b.i.ID, bytes.NewReader(body))
	must(t, err)
	for name := range before {
		if !after[name] {
			return filepath.Join(b.Dir, vault.DirName, filepath.FromSlash(name))
		}
	}
	t.Fatal("the object lies nowhere")
	return ""
}

// TestALongQueueHasPages: a thousand conflicts, a page at a time.
func TestALongQueueHasPages(t *testing.T) {
	var customers, rows strings.Builder
	customers.WriteString("customer_id,email,country\n")
	rows.WriteString("mail,ssn\n")
	for n := range 1000 {
		fmt.Fprintf(&customers, "a%d,shared%d@mail.example,DE\nb%d,shared%d@mail.example,DE\n", n, n, n, n)
		fmt.Fprintf(&rows, "shared%d@mail.example,1\n", n)
	}
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"c.csv", customers.String()}, named{"e.csv", rows.String()})
	ask := func(page casework.QueuePage) *casework.Queue {
		t.Helper()
		q, err := b.Conflicts(t.Context(), ana, b.i.ID, r.ID, page)
		must(t, err)
		return q
	}
	if q := ask(casework.QueuePage{}); q.Total != 1000 || q.Rows != 1000 || len(q.Clusters) != 0 {
		t.Fatalf("%+v", q)
	}
	seen := map[int64]bool{}
	for from := 0; ; {
		q := ask(casework.QueuePage{From: from, Most: 90})
		for _, k := range q.Clusters {
			seen[k.First] = true
		}
		if from = q.Next; from == 0 {
			break
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d clusters on all pages", len(seen))
	}
	must(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, 1, casework.Verdict{Person: 2, Why: "x"}))
	must(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, 5, casework.Verdict{Skip: true, Why: "x"}))
	q := ask(casework.QueuePage{State: "open", Most: 2})
	if q.Decided != 1 || q.Skipped != 1 || q.Clusters[0].First != 3 || q.Clusters[1].First != 7 || q.Pending != 1 {
		t.Errorf("%+v", q)
	}
	if q := ask(casework.QueuePage{State: "decided", Most: 9}); len(q.Clusters) != 1 || q.Clusters[0].First != 1 || q.Next != 0 {
		t.Errorf("%+v", q)
	}
	if q := ask(casework.QueuePage{After: 1997, Most: 9}); len(q.Clusters) != 1 || q.Clusters[0].First != 1999 || len(q.Clusters[0].Numbers) != 2 {
		t.Errorf("%+v", q)
	}
	_, err := b.Conflicts(t.Context(), ana, b.i.ID, r.ID, casework.QueuePage{After: 2, Most: 9})
	wantKind(t, err, incident.NotFound)
	one, err := b.Conflict(t.Context(), ana, b.i.ID, r.ID, 1999)
	must(t, err)
	if one.Next != 3 || len(one.People) != 2 {
		t.Errorf("%+v", one)
	}
}

// TestAnExplanationUsesTheFilesIndexes: they are made after a run, a damaged one
// is made again, and those that no run has a use for any more go.
func TestAnExplanationUsesTheFilesIndexes(t *testing.T) {
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", leak})
	rows := func() (sums []string) {
		must(t, b.View(t.Context(), func(tx *ledger.Tx) error {
			return casework.EachObject(tx, func(_, sum, what string) error {
				if strings.HasPrefix(what, "an index (rows ") {
					sums = append(sums, sum)
				}
				return nil
			})
		}))
		return sums
	}
	before := rows()
	if len(before) != 2 {
		t.Fatalf("%d indexes of rows for two files", len(before))
	}
	check := func(when string) {
		t.Helper()
		got, err := b.SearchPerson(t.Context(), ana, b.i.ID, r.ID, "customer_id", "C1")
		must(t, err)
		if !got.Affected || len(got.Rows) != 2 || got.Rows[0].Place.Line != 2 {
			t.Errorf("%s: %+v", when, got)
		}
		got, err = b.SearchRow(t.Context(), ana, b.i.ID, r.ID, "leak.csv", 3)
		must(t, err)
		if len(got.Rows) != 1 || got.Rows[0].Outcome != "conflict" {
			t.Errorf("%s: %+v", when, got)
		}
		k, err := b.Conflict(t.Context(), ana, b.i.ID, r.ID, 2)
		must(t, err)
		if len(k.People) != 2 || len(k.Rows) != 1 || k.Rows[0].Place.Line != 3 {
			t.Errorf("%s: %+v", when, k)
		}
	}
	check("as they were made")
	for _, sum := range before {
		path := b.fileOf(t, sum)
		whole, err := os.ReadFile(path)
		must(t, err)
		whole[len(whole)/2] ^= 1
		must(t, os.WriteFile(path, whole, 0o600))
		check("with one damaged")
		must(t, b.vault.Delete(t.Context(), b.i.ID, sum))
		check("with one gone")
	}
	b.vault.full = func(int64) bool { return true }
	must(t, b.vault.Delete(t.Context(), b.i.ID, before[0]))
	check("with no room for one")
	b.vault.full = nil
	spec := r.Spec
	spec.Exposures = append([]affected.Exposure(nil), spec.Exposures...)
	spec.Exposures[0].Elements = append(spec.Exposures[0].Elements, "photo")
	must(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, spec))
	b.Wait()
	after := rows()
	if len(after) != 2 || after[1] == before[1] && after[0] == before[0] {
		t.Errorf("after another meaning: %v, before %v", after, before)
	}
	b.allReferred(t)
}

// TestAListMadeElsewhereTakesTwoPeople too, and what needs its files says so.
func TestAListMadeElsewhereTakesTwoPeople(t *testing.T) {
	b := newBench(t, casework.Config{})
	list := "customer_id,name,email,country,region,language,elements,sources\n1,A,a@mail.example,DE,,de,name+email,crm\n"
	_, err := b.BringRoster(t.Context(), ana, b.i.ID, incident.Roster{}, strings.NewReader("this,is\nno,list\n"), map[string]io.Reader{"unmatched.csv": strings.NewReader("x")})
	wantKind(t, err, incident.Invalid)
	if n := b.objects(t); n != 0 {
		t.Errorf("%d objects are left of what is no list", n)
	}
	r, err := b.BringRoster(t.Context(), ana, b.i.ID, incident.Roster{Conflicts: 2}, strings.NewReader(list), nil)
	must(t, err)
	_, err = b.SettleResolution(t.Context(), ana, b.i.ID, r.ID, r.Roster.Object)
	wantKind(t, err, incident.Forbidden)
	must(t, b.ReturnResolution(t.Context(), ben, b.i.ID, r.ID, "Too few."))
	must(t, b.ProposeResolution(t.Context(), ana, b.i.ID, r.ID, r.Roster.Object))
	settled, err := b.SettleResolution(t.Context(), ben, b.i.ID, r.ID, r.Roster.Object)
	must(t, err)
	if settled.People != 1 || settled.SettledBy != "ben" || settled.ProposedBy != "ana" {
		t.Errorf("%+v", settled)
	}
	_, err = b.SearchPerson(t.Context(), ana, b.i.ID, r.ID, "customer_id", "1")
	wantKind(t, err, incident.Conflict)
	_, err = b.Conflicts(t.Context(), ana, b.i.ID, r.ID, casework.QueuePage{Most: 5})
	wantKind(t, err, incident.Conflict)
	_, err = b.RepeatResolution(t.Context(), ana, b.i.ID, r.ID)
	wantKind(t, err, incident.Conflict)
	_, err = b.AddExposures(t.Context(), ana, b.i.ID, r.ID, uploads(named{"leak.csv", leak}))
	wantKind(t, err, incident.Conflict)
	wantKind(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, affected.Spec{}), incident.Conflict)
	all, err := b.Rulings(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if len(all) != 0 {
		t.Errorf("%+v", all)
	}
	if got := b.find(t, r.Roster.Object, "email", "A@mail.example"); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
