package ledger_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tocsin/incident"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

var update = flag.Bool("update", false, "write testdata anew")

const golden = "testdata/schema-1.db.gz"

// goldenKeys reads the master key that the old files in testdata are sealed
// with. It guards nothing else.
func goldenKeys(t *testing.T) *keys.Ring {
	t.Helper()
	text, err := os.ReadFile("testdata/master.key")
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestOldFile opens a file that schema 1 wrote: it is copied, migrated and
// decoded. Each later schema adds such a file, and none is ever written anew.
func TestOldFile(t *testing.T) {
	if *update {
		writeOldFile(t)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, ledger.FileName)
	old := unzip(t, golden, path)
	var log bytes.Buffer
	cfg := ledger.Config{Path: path, Keys: goldenKeys(t), Clock: ledgertest.NewClock().Now,
		Logger: slog.New(slog.NewTextHandler(&log, nil))}
	db, err := ledger.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n, err := db.Schema(); n != ledger.CurrentSchema() || err != nil {
		t.Errorf("schema %d, %v", n, err)
	}
	if r, err := db.Fsck(ctx, ledger.Checks{Tables: []ledger.Checker{notes, settings}}, nil); err != nil || !r.OK() || r.Erased != 1 {
		t.Errorf("report %+v, %v", r, err)
	}
	err = db.View(ctx, func(tx *ledger.Tx) error {
		n, err := notes.Get(tx, ledger.K("inc-1", 1))
		if err != nil || n.Text != "Grüße from schema 1" {
			t.Errorf("note %+v, %v", n, err)
		}
		if s, err := settings.Get(tx, ledger.K("s")); err != nil || s.Text != "a setting" {
			t.Errorf("setting %+v, %v", s, err)
		}
		_, err = notes.Get(tx, ledger.K("inc-2", 1))
		wantKind(t, err, incident.Gone)
		all, err := ledger.EntriesBefore(tx, 0, "incident/inc-1", 10)
		if err != nil || len(all) != 2 || all[0].Act != "note.change" || all[0].Number != 3 {
			t.Errorf("entries by object %+v, %v", all, err)
		}
		last, err := ledger.EntriesBefore(tx, 0, "", 1)
		if err != nil || len(last) != 1 || last[0].Act != "store.migrate" || last[0].Object != "store/schema-2" {
			t.Errorf("last entry %+v, %v", last, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	act(t, db, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("inc-1", 2), note{"from now"}) })

	// The copy is a store of the old schema, as good as the file was.
	copied, err := ledger.OpenSchema(ledger.Config{Path: path + ".schema-1", Keys: goldenKeys(t), Inspect: true}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if r, err := copied.Fsck(ctx, ledger.Checks{}, nil); err != nil || !r.OK() || r.Entries != 4 {
		t.Errorf("the copy: %+v, %v", r, err)
	}
	if raw, _ := os.ReadFile(path + ".schema-1"); len(raw) > len(old) || len(raw) == 0 {
		t.Errorf("the copy has %d bytes, the file had %d", len(raw), len(old))
	}
	if strings.Contains(log.String(), "Grüße") {
		t.Error("a value is in the log")
	}
}

func writeOldFile(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), ledger.FileName)
	clock := ledgertest.NewClock()
	db, err := ledger.OpenSchema(ledger.Config{Path: path, Keys: goldenKeys(t), Clock: clock.Now}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []struct {
		act, object string
		do          func(*ledger.Tx) error
	}{
		{"note.add", "incident/inc-1/note/1", func(tx *ledger.Tx) error {
			return errors.Join(notes.Put(tx, ledger.K("inc-1", 1), note{"first words"}), settings.Put(tx, ledger.K("s"), note{"a setting"}))
		}},
		{"note.change", "incident/inc-1/note/1", func(tx *ledger.Tx) error {
			return errors.Join(notes.Put(tx, ledger.K("inc-1", 1), note{"Grüße from schema 1"}), notes.Put(tx, ledger.K("inc-2", 1), note{"erased"}))
		}},
		{"incident.erase", "incident/inc-2", func(tx *ledger.Tx) error { return tx.DestroyKey("inc-2") }},
	} {
		clock.Advance(time.Minute)
		if err := db.Update(ctx, alice, func(tx *ledger.Tx) error { tx.Record(a.act, a.object); return a.do(tx) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Snapshot(ctx, path+".small"); err != nil { // without the file's unused end
		t.Fatal(err)
	}
	db.Close()
	raw, err := os.ReadFile(path + ".small")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(raw)
	w.Close()
	if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func unzip(t *testing.T, from, to string) []byte {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFailedMigration(t *testing.T) {
	s := ledgertest.New(t)
	act(t, s.DB, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a", 1), note{"x"}) })
	s.Close()
	boom := errors.New("boom")
	cfg := ledger.Config{Path: s.Path(), Keys: s.Keys, Clock: s.Clock.Now}
	if _, err := ledger.Open(ledger.FailingStep(cfg, boom)); !errors.Is(err, boom) {
		t.Fatalf("error %v", err)
	}
	s.DB = nil
	db, err := ledger.Open(cfg) // and the old program still works
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if r, err := db.Fsck(ctx, ledger.Checks{}, nil); err != nil || !r.OK() || r.Entries != 2 {
		t.Errorf("report %+v, %v", r, err)
	}
}

func TestNewerFileIsRefused(t *testing.T) {
	s := ledgertest.New(t)
	s.Damaged = true
	s.Close()
	b, err := bbolt.Open(s.Path(), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	b.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte("7")) })
	b.Close()
	before, _ := os.ReadFile(s.Path())
	_, err = ledger.Open(ledger.Config{Path: s.Path(), Keys: s.Keys})
	wantKind(t, err, incident.Invalid)
	for _, word := range []string{"newer", "schema 7", fmt.Sprint("up to ", ledger.CurrentSchema())} {
		if !strings.Contains(incident.Sentence(err), word) {
			t.Errorf("the sentence lacks %q: %s", word, incident.Sentence(err))
		}
	}
	if after, _ := os.ReadFile(s.Path()); !bytes.Equal(before, after) {
		t.Error("the refused file was changed")
	}
}

func TestNotAStore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "other.db")
	b, _ := bbolt.Open(path, 0o600, nil)
	b.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("theirs")); return err })
	b.Close()
	_, err := ledger.Open(ledger.Config{Path: path, Keys: keys.Generate()})
	wantKind(t, err, incident.Invalid)

	os.WriteFile(path, []byte("this is no database, but it is someone's"), 0o600)
	_, err = ledger.Open(ledger.Config{Path: path, Keys: keys.Generate()})
	wantKind(t, err, incident.Unavailable)
	if raw, _ := os.ReadFile(path); !bytes.HasPrefix(raw, []byte("this is no")) {
		t.Error("the file was overwritten")
	}
	_, err = ledger.Open(ledger.Config{Path: filepath.Join(dir, "none.db"), Keys: keys.Generate(), Inspect: true})
	wantKind(t, err, incident.NotFound)
}

func TestLockedFolder(t *testing.T) {
	s := ledgertest.New(t)
	cfg := ledger.Config{Path: s.Path(), Keys: s.Keys, LockTimeout: 50 * time.Millisecond}
	for _, inspect := range []bool{false, true} {
		cfg.Inspect = inspect
		_, err := ledger.Open(cfg)
		wantKind(t, err, incident.Unavailable)
		want := fmt.Sprintf("process %d, started 2 Mar 2026 09:00:00 UTC", os.Getpid())
		if !strings.Contains(incident.Sentence(err), want) {
			t.Errorf("the sentence does not say who holds it: %s", incident.Sentence(err))
		}
	}
	os.Remove(s.Path() + ".lock")
	_, err := ledger.Open(cfg)
	wantKind(t, err, incident.Unavailable)
}

func TestWrongMasterKey(t *testing.T) {
	s := ledgertest.New(t)
	s.Damaged = true
	s.Close()
	_, err := ledger.Open(ledger.Config{Path: s.Path(), Keys: keys.Generate()})
	wantKind(t, err, incident.Invalid)
	if !strings.Contains(incident.Sentence(err), "master key") {
		t.Error(incident.Sentence(err))
	}
}

func TestRotate(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, keys.FileName)
	ring, err := keys.Open(keys.Config{File: file})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ledger.FileName)
	db, err := ledger.Open(ledger.Config{Path: path, Keys: ring})
	if err != nil {
		t.Fatal(err)
	}
	act(t, db, func(tx *ledger.Tx) error {
		notes.Put(tx, ledger.K("gone", 1), note{"erase me"})
		return notes.Put(tx, ledger.K("a", 1), note{"kept"})
	})
	head, _ := db.Head(ctx)
	if _, err := db.Snapshot(ctx, filepath.Join(dir, "old-backup.db")); err != nil {
		t.Fatal(err)
	}
	act(t, db, func(tx *ledger.Tx) error { return tx.DestroyKey("gone") })
	before := ring.ID()
	if err := db.Rotate(ctx, alice); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if ring.ID() == before {
		t.Error("the master key is still the old one")
	}
	ring, err = keys.Open(keys.Config{File: file})
	if err != nil {
		t.Fatal(err)
	}
	db, err = ledger.Open(ledger.Config{Path: path, Keys: ring})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if r, err := db.Fsck(ctx, ledger.Checks{}, nil); err != nil || !r.OK() || r.Erased != 1 {
		t.Errorf("report %+v, %v", r, err)
	}
	if err := db.VerifyHead(ctx, head); err != nil {
		t.Errorf("a head from before the rotation: %v", err)
	}
	// The copy from before the erasure holds the destroyed key, wrapped by a
	// master key that is no more.
	_, err = ledger.Open(ledger.Config{Path: filepath.Join(dir, "old-backup.db"), Keys: ring})
	wantKind(t, err, incident.Invalid)
}

func TestSnapshotWhileWriting(t *testing.T) {
	s := ledgertest.New(t)
	var stop atomic.Bool
	done := make(chan error)
	go func() {
		for i := 0; !stop.Load(); i++ {
			err := s.Update(ctx, alice, func(tx *ledger.Tx) error {
				tx.Record("note.add", "note/1")
				return notes.Put(tx, ledger.K("a", i), note{strings.Repeat("z", i%5000)})
			})
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for i := range 10 {
		path := filepath.Join(s.Dir, fmt.Sprint("copy-", i))
		snap, err := s.Snapshot(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		db, err := ledger.Open(ledger.Config{Path: path, Keys: s.Keys, Inspect: true})
		if err != nil {
			t.Fatal(err)
		}
		r, err := db.Fsck(ctx, ledger.Checks{}, nil)
		if err != nil || !r.OK() || r.Head != snap.Head {
			t.Errorf("copy %d: %v, %v", i, r.Problems, err)
		}
		db.Close()
	}
	stop.Store(true)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	_, err := s.Snapshot(ctx, filepath.Join(s.Dir, "copy-0"))
	wantKind(t, err, incident.Conflict)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.Snapshot(ended, filepath.Join(s.Dir, "never"))
	wantKind(t, err, incident.Unavailable)
	if _, err := os.Stat(filepath.Join(s.Dir, "never")); err == nil {
		t.Error("half a copy was left")
	}
}

func TestInspectWritesNothing(t *testing.T) {
	s := ledgertest.New(t)
	s.Damaged = true
	s.Close()
	before, _ := os.ReadFile(s.Path())
	db, err := ledger.Open(ledger.Config{Path: s.Path(), Keys: s.Keys, Inspect: true})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, db.Update(ctx, alice, func(*ledger.Tx) error { return nil }), incident.Unavailable)
	db.Close()
	if after, _ := os.ReadFile(s.Path()); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
	if _, err := os.Stat(s.Path() + ".lock"); err == nil {
		t.Error("a lock file was written")
	}
}

func TestCrash(t *testing.T) {
	s := ledgertest.New(t)
	act(t, s.DB, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a", 1), note{"confirmed"}) })
	inside := false
	s.Update(ctx, alice, func(tx *ledger.Tx) error {
		tx.Record("note.add", "note/2")
		notes.Put(tx, ledger.K("a", 2), note{"not confirmed"})
		after := s.AfterCrash(t) // the machine stops here
		rows, entries := count(t, after.DB)
		inside = rows == 1 && entries == 2
		return nil
	})
	if !inside {
		t.Error("after a crash inside an act, not all before it and nothing of it is there")
	}
}

func TestStartIsQuick(t *testing.T) {
	s := ledgertest.New(t)
	begun := time.Now()
	s.Reopen(t)
	if d := time.Since(begun); d > 500*time.Millisecond { // a few ms; the limit allows for a busy machine
		t.Errorf("opening an empty store took %v", d)
	}
	if info, _ := os.Stat(s.Path()); info.Size() > 2<<20 {
		t.Errorf("an empty store is %d bytes", info.Size())
	}
}
