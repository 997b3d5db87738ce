package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

// count is how many notes there are and how many entries.
func count(t testing.TB, db *ledger.DB) (rows int, entries uint64) {
	t.Helper()
	err := db.View(ctx, func(tx *ledger.Tx) error {
		var err error
		if rows, err = notes.Count(tx, ledger.K()); err != nil {
			return err
		}
		entries, err = ledger.EntryCount(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, entries
}

func TestWriteWithoutEntryIsRefused(t *testing.T) {
	writes := map[string]func(*ledger.Tx) error{
		"put":      func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a", 2), note{"x"}) },
		"delete":   func(tx *ledger.Tx) error { return notes.Delete(tx, ledger.K("a", 1)) },
		"sequence": func(tx *ledger.Tx) error { _, err := tx.Sequence("n"); return err },
		"destroy":  func(tx *ledger.Tx) error { return tx.DestroyKey("a") },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			db := ledgertest.Open(t)
			act(t, db, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a", 1), note{"x"}) })
			wantKind(t, db.Update(ctx, alice, write), incident.Internal)
			if rows, entries := count(t, db); rows != 1 || entries != 2 {
				t.Errorf("%d rows, %d entries: the write was not undone", rows, entries)
			}
			act(t, db, func(tx *ledger.Tx) error {
				if n, err := tx.Sequence("n"); n != 1 || err != nil {
					t.Errorf("sequence %d, %v: a refused one counted", n, err)
				}
				_, err := notes.Get(tx, ledger.K("a", 1))
				return err
			})
		})
	}
}

func TestNothingWrittenIsNoAct(t *testing.T) {
	db := ledgertest.Open(t)
	if err := db.Update(ctx, alice, func(*ledger.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, entries := count(t, db); entries != 1 {
		t.Errorf("%d entries, want the store's own alone", entries)
	}
}

func TestNested(t *testing.T) {
	s := ledgertest.New(t)
	update := func(ctx context.Context) error {
		return s.Update(ctx, alice, func(*ledger.Tx) error { return nil })
	}
	view := func(ctx context.Context) error { return s.View(ctx, func(*ledger.Tx) error { return nil }) }
	verify := func(ctx context.Context) error { _, err := s.Verify(ctx, nil); return err }
	elsewhere := func(inner func(context.Context) error) func(context.Context) error {
		return func(ctx context.Context) error {
			done := make(chan error)
			go func() { done <- inner(ctx) }()
			return <-done
		}
	}
	tests := []struct {
		name   string
		marked bool // the inner call gets the transaction's context
		inner  func(context.Context) error
	}{
		{"update, outer context", false, update},
		{"update, own context", true, update},
		{"view, outer context", false, view},
		{"view, own context", true, view},
		{"verify, outer context", false, verify},
		{"update on another goroutine", true, elsewhere(update)},
		{"view on another goroutine", true, elsewhere(view)},
	}
	for _, outer := range []string{"Update", "View"} {
		for _, test := range tests {
			t.Run(outer+"/"+test.name, func(t *testing.T) {
				body := func(tx *ledger.Tx) error {
					c := ctx
					if test.marked {
						c = tx.Context()
					}
					return test.inner(c)
				}
				done := make(chan error, 1)
				go func() {
					if outer == "View" {
						done <- s.View(ctx, body)
						return
					}
					done <- s.Update(ctx, alice, body)
				}()
				select {
				case err := <-done:
					wantKind(t, err, incident.Internal)
					if !strings.Contains(err.Error(), "inside another") {
						t.Errorf("the error does not say what is wrong: %v", err)
					}
				case <-time.After(10 * time.Second):
					t.Fatal("it hangs")
				}
			})
		}
	}
	// Neither mark outlives its transaction.
	var kept context.Context
	s.View(ctx, func(tx *ledger.Tx) error { kept = tx.Context(); return nil })
	if err := update(kept); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

func TestErrorUndoesEverything(t *testing.T) {
	boom := errors.New("boom")
	s := ledgertest.New(t)
	act(t, s.DB, func(tx *ledger.Tx) error {
		return errors.Join(notes.Put(tx, ledger.K("a", 1), note{"kept"}), notes.Put(tx, ledger.K("a", 2), note{"kept"}))
	})
	work := func(tx *ledger.Tx) {
		notes.Put(tx, ledger.K("a", 1), note{"changed"})
		notes.Delete(tx, ledger.K("a", 2))
		notes.Put(tx, ledger.K("b", 1), note{"new incident"})
		settings.Put(tx, ledger.K("s"), note{"new table"})
		tx.Sequence("n")
		tx.Record("test.act", "test/1")
		tx.DestroyKey("a")
		tx.Record("test.act", "test/2")
	}
	err := s.Update(ctx, alice, func(tx *ledger.Tx) error { work(tx); return boom })
	if !errors.Is(err, boom) {
		t.Fatalf("error %v", err)
	}
	func() {
		defer func() {
			if r := recover(); r != boom {
				t.Errorf("recovered %v: a panic must reach the caller", r)
			}
		}()
		s.Update(ctx, alice, func(tx *ledger.Tx) error { work(tx); panic(boom) })
	}()
	s.Reopen(t)
	if rows, entries := count(t, s.DB); rows != 2 || entries != 2 {
		t.Errorf("%d rows, %d entries", rows, entries)
	}
	act(t, s.DB, func(tx *ledger.Tx) error {
		n, err := notes.Get(tx, ledger.K("a", 1))
		if n.Text != "kept" {
			t.Errorf("value %q, %v", n.Text, err)
		}
		if _, err := settings.Get(tx, ledger.K("s")); incident.KindOf(err) != incident.NotFound {
			t.Errorf("setting: %v", err)
		}
		if n, _ := tx.Sequence("n"); n != 1 {
			t.Errorf("sequence %d", n)
		}
		return nil
	})
}

func TestRecordRefusesWhatIsNoID(t *testing.T) {
	db := ledgertest.Open(t)
	for _, r := range [][2]string{
		{"incident.open", "user/jane.roe@example.com"}, {"incident.open", "user/Jane Roe"},
		{"incident.open", "user/Jané"}, {"incident.open", "42"}, {"incident.open", ""},
		{"open", "incident/1"}, {"", "incident/1"},
	} {
		err := db.Update(ctx, alice, func(tx *ledger.Tx) error { tx.Record(r[0], r[1]); return nil })
		wantKind(t, err, incident.Internal)
		if r[1] != "" && strings.Contains(err.Error(), r[1]) {
			t.Errorf("the error repeats the object: %v", err)
		}
	}
	for _, by := range []incident.Principal{{}, {ID: "acc-1"}, {ID: "jane@example.com", Source: incident.FromAPI}} {
		wantKind(t, db.Update(ctx, by, func(*ledger.Tx) error { return nil }), incident.Internal)
	}
}

func TestViewCannotWrite(t *testing.T) {
	db := ledgertest.Open(t)
	err := db.View(ctx, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a"), note{}) })
	wantKind(t, err, incident.Internal)
	var kept *ledger.Tx
	db.View(ctx, func(tx *ledger.Tx) error { kept = tx; return nil })
	_, err = notes.Get(kept, ledger.K("a"))
	wantKind(t, err, incident.Internal)
}

func TestEntryAndWritesGoTogether(t *testing.T) {
	s := ledgertest.New(t)
	s.Clock.Advance(time.Hour)
	err := s.Update(ctx, alice, func(tx *ledger.Tx) error {
		notes.Put(tx, ledger.K("a", 1), note{"one"})
		notes.Put(tx, ledger.K("a", 1), note{"once more"}) // one change of one key
		tx.Record("note.add", "incident/a/note/1")
		settings.Put(tx, ledger.K("s"), note{"two"})
		tx.Record("setting.set", "setting/s")
		settings.Delete(tx, ledger.K("s"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.View(ctx, func(tx *ledger.Tx) error {
		all, err := ledger.Entries(tx, 2, 10)
		if err != nil || len(all) != 2 {
			t.Fatalf("entries %v, %v", all, err)
		}
		e := all[0]
		if e.Number != 2 || e.Actor != "acc-1" || e.Source != incident.FromConsole || e.Act != "note.add" ||
			e.Object != "incident/a/note/1" || !e.At.Equal(ledgertest.Start.Add(time.Hour)) || e.Writes != 2 {
			t.Errorf("entry %+v", e)
		}
		changes, err := ledger.Changes(tx, 2)
		if err != nil || len(changes) != 2 { // the incident's key and the note
			t.Fatalf("changes %v, %v", changes, err)
		}
		if c := changes[1]; c.Table != "case/notes" || c.Key != "a/1" || c.Before != "absent" || len(c.After) != 64 {
			t.Errorf("change %+v", c)
		}
		changes, _ = ledger.Changes(tx, 3) // put, recorded, then deleted: the last entry has both
		if len(changes) != 2 || changes[1].Before == "absent" || changes[1].After != "absent" {
			t.Errorf("changes %+v", changes)
		}
		return nil
	})
}
