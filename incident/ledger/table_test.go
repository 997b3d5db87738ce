package ledger_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

func TestKeyOrder(t *testing.T) {
	at := ledgertest.Start
	ordered := []ledger.Key{
		ledger.K(""), ledger.K("", 1), ledger.K("\x00"), ledger.K("\x00\x00"), ledger.K("a"), ledger.K("a", -5), ledger.K("a", -1),
		ledger.K("a", 0), ledger.K("a", 0, "z"), ledger.K("a", 9), ledger.K("a", 10), ledger.K("a", uint64(1<<63)), ledger.K("a", time.Unix(-9, 0)),
		ledger.K("a", at), ledger.K("a", at.Add(1)), ledger.K("a", at.Add(time.Hour)), ledger.K("a\x00"), ledger.K("ab"), ledger.K("b"), ledger.K(1),
	}
	if !slices.IsSortedFunc(ordered, func(a, b ledger.Key) int { return bytes.Compare(a, b) }) {
		t.Errorf("not in order: %v", ordered)
	}
	if bytes.HasPrefix(ledger.K("inc-10"), ledger.K("inc-1")) {
		t.Error("a key is a prefix of another in the middle of a part")
	}
	k := ledger.K("a", 7, at.In(time.FixedZone("x", 3600)))
	if k.Text(0) != "a" || k.Number(1) != 7 || k.Time(2) != at || k.Text(1) != "" || k.Number(9) != 0 || len(k.Parts()) != 3 {
		t.Errorf("parts %v", k.Parts())
	}
	if got := k.String(); got != "a/7/2026-03-02T09:00:00Z" {
		t.Errorf("shown as %s", got)
	}
}

func FuzzKey(f *testing.F) {
	f.Add([]byte(ledger.K("a\x00b", 1, -1, ledgertest.Start)))
	f.Add([]byte{2, 0, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		parts := ledger.Key(b).Parts()
		if parts == nil {
			return
		}
		if again := ledger.K(parts...); !bytes.Equal(again, b) {
			t.Errorf("%x reads as %v, which is %x", b, parts, []byte(again))
		}
	})
}

// TestTableIsAMap compares a table with a map through random work, half of which
// is undone.
func TestTableIsAMap(t *testing.T) {
	db := ledgertest.Open(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		id := fmt.Sprint("run-", run)
		model := map[int]string{}
		for range rapid.IntRange(1, 8).Draw(rt, "transactions") {
			trial := map[int]string{}
			for k, v := range model {
				trial[k] = v
			}
			keep := rapid.Bool().Draw(rt, "keep")
			err := db.Update(ctx, alice, func(tx *ledger.Tx) error {
				for range rapid.IntRange(0, 20).Draw(rt, "writes") {
					k := rapid.IntRange(0, 12).Draw(rt, "key")
					if rapid.Bool().Draw(rt, "put") {
						v := rapid.StringN(0, 300, 600).Draw(rt, "value")
						if err := notes.Put(tx, ledger.K(id, k), note{v}); err != nil {
							return err
						}
						trial[k] = v
					} else {
						if err := notes.Delete(tx, ledger.K(id, k)); err != nil {
							return err
						}
						delete(trial, k)
					}
				}
				compare(rt, tx, id, trial)
				tx.Record("test.act", "test/1")
				if !keep {
					return errUndo
				}
				return nil
			})
			if keep && err == nil {
				model = trial
			} else if err != errUndo {
				rt.Fatal(err)
			}
			db.View(ctx, func(tx *ledger.Tx) error { compare(rt, tx, id, model); return nil })
		}
	})
}

var errUndo = fmt.Errorf("undo")

func compare(rt *rapid.T, tx *ledger.Tx, id string, want map[int]string) {
	got := map[int]string{}
	var up, down []uint64
	err := notes.Scan(tx, ledger.K(id), func(k ledger.Key, n note) error {
		got[int(k.Number(1))] = n.Text
		up = append(up, k.Number(1))
		return nil
	})
	if err != nil {
		rt.Fatal(err)
	}
	notes.ScanBack(tx, ledger.K(id), func(k ledger.Key, _ note) error { down = append(down, k.Number(1)); return nil })
	if fmt.Sprint(got) != fmt.Sprint(want) {
		rt.Fatalf("table %v, want %v", got, want)
	}
	slices.Reverse(down)
	if !slices.IsSorted(up) || !slices.Equal(up, down) {
		rt.Fatalf("up %v, down %v", up, down)
	}
}

// TestScanWhileWriting deletes, changes and adds rows from inside a scan. Rows
// written earlier in the same transaction are the hard case: bbolt then changes
// in place what its cursor is walking.
func TestScanWhileWriting(t *testing.T) {
	db := ledgertest.Open(t)
	type scan func(*ledger.Tx, ledger.Key, func(ledger.Key, note) error) error
	for name, scan := range map[string]scan{"up": notes.Scan, "down": notes.ScanBack} {
		for _, fresh := range []bool{false, true} {
			id := fmt.Sprint(name, fresh)
			fill := func(tx *ledger.Tx) error {
				for i := range 500 {
					if err := notes.Put(tx, ledger.K(id, i), note{"old"}); err != nil {
						return err
					}
				}
				return nil
			}
			if !fresh {
				act(t, db, fill)
			}
			act(t, db, func(tx *ledger.Tx) error {
				if fresh {
					if err := fill(tx); err != nil {
						return err
					}
				}
				seen := map[uint64]int{}
				err := scan(tx, ledger.K(id), func(k ledger.Key, _ note) error {
					n := k.Number(1)
					seen[n]++
					switch n % 3 {
					case 0:
						return notes.Delete(tx, k)
					case 1:
						return notes.Put(tx, k, note{"new, and much longer than it was before, so that pages are full"})
					}
					return notes.Put(tx, ledger.K(id+"-aside", n), note{"aside"})
				})
				for n := range uint64(500) {
					if seen[n] != 1 {
						t.Errorf("%s: row %d seen %d times", id, n, seen[n])
					}
				}
				if left, _ := notes.Count(tx, ledger.K(id)); left != 333 {
					t.Errorf("%s: %d rows left, want 333", id, left)
				}
				return err
			})
		}
	}
}

func TestScanPages(t *testing.T) {
	db := ledgertest.Open(t)
	act(t, db, func(tx *ledger.Tx) error {
		for _, id := range []string{"a", "ab", "b"} {
			for i := range 5 {
				notes.Put(tx, ledger.K(id, i), note{fmt.Sprint(id, i)})
			}
		}
		return nil
	})
	collect := func(scan func(fn func(ledger.Key, note) error) error) string {
		var got []string
		if err := scan(func(_ ledger.Key, n note) error { got = append(got, n.Text); return nil }); err != nil {
			t.Error(err)
		}
		return fmt.Sprint(got)
	}
	db.View(ctx, func(tx *ledger.Tx) error {
		type fn = func(ledger.Key, note) error
		for _, test := range []struct {
			name, want string
			scan       func(fn) error
		}{
			{"prefix", "[a0 a1 a2 a3 a4]", func(f fn) error { return notes.Scan(tx, ledger.K("a"), f) }},
			{"from", "[a3 a4]", func(f fn) error { return notes.ScanFrom(tx, ledger.K("a", 3), ledger.K("a"), f) }},
			{"from before the prefix", "[b0 b1 b2 b3 b4]", func(f fn) error { return notes.ScanFrom(tx, ledger.K("a", 3), ledger.K("b"), f) }},
			{"back", "[b4 b3 b2 b1 b0]", func(f fn) error { return notes.ScanBack(tx, ledger.K("b"), f) }},
			{"back from", "[ab1 ab0]", func(f fn) error { return notes.ScanBackFrom(tx, ledger.K("ab", 2), ledger.K("ab"), f) }},
			{"back from beyond", "[a4 a3 a2 a1 a0]", func(f fn) error { return notes.ScanBackFrom(tx, ledger.K("b", 2), ledger.K("a"), f) }},
			{"nothing", "[]", func(f fn) error { return notes.Scan(tx, ledger.K("c"), f) }},
		} {
			if got := collect(test.scan); got != test.want {
				t.Errorf("%s: %s, want %s", test.name, got, test.want)
			}
		}
		n := 0
		err := notes.Scan(tx, ledger.K(), func(ledger.Key, note) error { n++; return ledger.Stop })
		if n != 1 || err != nil {
			t.Errorf("stopped after %d, %v", n, err)
		}
		return nil
	})
}

func TestDestroyKey(t *testing.T) {
	s := ledgertest.New(t)
	act(t, s.DB, func(tx *ledger.Tx) error {
		notes.Put(tx, ledger.K("a", 1), note{"erase me"})
		return notes.Put(tx, ledger.K("b", 1), note{"keep me"})
	})
	s.Clock.Advance(time.Hour)
	act(t, s.DB, func(tx *ledger.Tx) error {
		notes.Get(tx, ledger.K("a", 1)) // its key is at hand in this very transaction
		if err := tx.DestroyKey("a"); err != nil {
			return err
		}
		_, err := notes.Get(tx, ledger.K("a", 1))
		wantKind(t, err, incident.Gone)
		return nil
	})
	s.Reopen(t)
	act(t, s.DB, func(tx *ledger.Tx) error {
		_, err := notes.Get(tx, ledger.K("a", 1))
		wantKind(t, err, incident.Gone)
		wantKind(t, notes.Put(tx, ledger.K("a", 2), note{"again"}), incident.Gone)
		wantKind(t, notes.Scan(tx, ledger.K("a"), func(ledger.Key, note) error { return nil }), incident.Gone)
		var left []string
		err = notes.Scan(tx, ledger.K(), func(_ ledger.Key, n note) error { left = append(left, n.Text); return nil })
		if fmt.Sprint(left) != "[keep me]" || err != nil {
			t.Errorf("left %v, %v", left, err)
		}
		return tx.DestroyKey("a") // twice is no error
	})
	_, err := s.DataKey(ctx, "a")
	wantKind(t, err, incident.Gone)
	r, err := s.Fsck(ctx, ledger.Checks{}, nil)
	if err != nil || !r.OK() || r.Erased != 1 {
		t.Errorf("report %+v, %v", r, err)
	}
}

func TestNothingIsInTheClear(t *testing.T) {
	s := ledgertest.New(t)
	secret := "Jane Roe, 12 Elm Street"
	act(t, s.DB, func(tx *ledger.Tx) error {
		settings.Put(tx, ledger.K("s"), note{secret})
		return notes.Put(tx, ledger.K("a", 1), note{secret})
	})
	raw, _ := os.ReadFile(s.Path())
	if bytes.Contains(raw, []byte("Elm Street")) {
		t.Error("a value is in the file as it is")
	}
}

func TestEntriesByObject(t *testing.T) {
	db := ledgertest.Open(t)
	for i := range 30 {
		err := db.Update(ctx, alice, func(tx *ledger.Tx) error {
			tx.Record("task.add", fmt.Sprintf("incident/%d/task/%d", i%3, i))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	db.View(ctx, func(tx *ledger.Tx) error {
		numbers := func(before uint64, object string, n int) string {
			all, err := ledger.EntriesBefore(tx, before, object, n)
			if err != nil {
				t.Error(err)
			}
			var out []uint64
			for _, e := range all {
				out = append(out, e.Number)
			}
			return fmt.Sprint(out)
		}
		for _, test := range []struct {
			before uint64
			object string
			n      int
			want   string
		}{
			{0, "", 3, "[31 30 29]"}, {3, "", 9, "[2 1]"}, {0, "incident/1", 3, "[30 27 24]"}, {24, "incident/1/", 2, "[21 18]"},
			{0, "incident", 2, "[31 30]"}, {0, "incident/1/task/4", 5, "[6]"}, {0, "incident/11", 5, "[]"}, {0, "store", 5, "[1]"},
		} {
			if got := numbers(test.before, test.object, test.n); got != test.want {
				t.Errorf("before %d of %q: %s, want %s", test.before, test.object, got, test.want)
			}
		}
		return nil
	})
}
