package ledger

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/incident"
	"tocsin/incident/keys"
)

var (
	people = NewCaseTable[string]("people")
	users  = NewSystemTable[string]("users")
	bg     = context.Background()
)

// specimen is a closed store with some of everything in it.
type specimen struct {
	path string
	ring *keys.Ring
	head string // after the first half of the entries
}

func newSpecimen(t testing.TB, dir string) specimen {
	t.Helper()
	s := specimen{path: filepath.Join(dir, FileName), ring: keys.Generate()}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	db := s.open(t, Config{Clock: func() time.Time { now = now.Add(time.Second); return now }})
	defer db.Close()
	do := func(object string, fn func(*Tx) error) {
		t.Helper()
		err := db.Update(bg, incident.Operator(), func(tx *Tx) error {
			tx.Record("test.act", object)
			return fn(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 6 {
		do(fmt.Sprintf("incident/%c", 'a'+i%3), func(tx *Tx) error {
			for j := range 25 {
				if err := people.Put(tx, K(string(rune('a'+i%3)), j), strings.Repeat("x", i*j)); err != nil {
					return err
				}
			}
			_, err := tx.Sequence("INC-2026")
			return err
		})
	}
	s.head, _ = db.Head(bg)
	do("user/1", func(tx *Tx) error { return users.Put(tx, K("1"), strings.Repeat("long ", 2000)) })
	do("user/2", func(tx *Tx) error { return users.Put(tx, K("2"), "short") })
	do("user/2", func(tx *Tx) error { return users.Delete(tx, K("2")) })
	do("incident/c", func(tx *Tx) error { return tx.DestroyKey("c") })
	return s
}

func (s specimen) open(t testing.TB, cfg Config) *DB {
	t.Helper()
	cfg.Path, cfg.Keys = s.path, s.ring
	db, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// examine opens the file as fsck does. An error of Open counts as noticed.
func (s specimen) examine(t testing.TB, path string) (Report, error) {
	t.Helper()
	db, err := Open(Config{Path: path, Keys: s.ring, Inspect: true})
	if err != nil {
		return Report{}, err
	}
	defer db.Close()
	r, err := db.Fsck(bg, Checks{Tables: []Checker{people, users}}, nil)
	if err != nil {
		t.Fatalf("it could not look: %v", err)
	}
	return r, nil
}

func TestVerifyWhole(t *testing.T) {
	s := newSpecimen(t, t.TempDir())
	r, err := s.examine(t, s.path)
	if err != nil || !r.OK() {
		t.Fatalf("%v, %v", r.Problems, err)
	}
	if r.Entries != 11 || r.Values != 2+5+1+75+1 || r.Opened != 51 || r.Erased != 25 {
		t.Errorf("report %+v", r)
	}
}

// usedBytes is where the file holds anything, found apart from the page check:
// by asking bbolt what each page is, and by where a page's last element ends.
func usedBytes(t testing.TB, path string, raw []byte) []bool {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, PreLoadFreelist: true, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	size := db.Info().PageSize
	used := make([]bool, len(raw))
	err = db.View(func(tx *bbolt.Tx) error {
		for id := 0; ; {
			p, err := tx.Page(id)
			if err != nil || p == nil {
				return err
			}
			if p.Type == "free" {
				id++
				continue
			}
			page := raw[id*size : (id+1+p.OverflowCount)*size]
			end := len(page)
			switch p.Type {
			case "freelist":
				end = pageHeader + 8*p.Count
			case "leaf", "branch":
				end = pageHeader + elementSize*p.Count
				parse := leafElements
				if p.Type == "branch" {
					parse = branchElements
				}
				items, err := parse(page)
				if err != nil {
					t.Fatalf("page %d: %v", id, err)
				}
				for _, it := range items {
					end += len(it.key) + len(it.value)
				}
			}
			for i := range end {
				used[id*size+i] = true
			}
			id += 1 + p.OverflowCount
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// TestFlippedByte changes one byte at many places of the file: each change is
// noticed, unless nothing is stored there.
func TestFlippedByte(t *testing.T) {
	dir := t.TempDir()
	s := newSpecimen(t, dir)
	raw, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	used := usedBytes(t, s.path, raw)
	var inUse, unused []int
	for at, u := range used {
		if u {
			inUse = append(inUse, at)
		} else {
			unused = append(unused, at)
		}
	}
	t.Logf("%d bytes, %d of them in use", len(raw), len(inUse))
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from []int, n int) []int {
		var out []int
		for range n {
			out = append(out, from[r.IntN(len(from))])
		}
		return out
	}
	path := filepath.Join(dir, "flipped.db")
	flip := func(at int) (noticed bool) {
		bad := bytes.Clone(raw)
		bad[at] ^= byte(1 << r.IntN(8))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := s.examine(t, path)
		return err != nil || !report.OK()
	}
	tried := pick(inUse, 1500)
	if os.Getenv("TOCSIN_FLIP_ALL") != "" { // half a minute
		tried = inUse
	}
	for _, at := range tried {
		if !flip(at) {
			t.Errorf("a flip of byte %d (page %d, offset %d) goes unnoticed", at, at/os.Getpagesize(), at%os.Getpagesize())
		}
	}
	// The other way round: what is called unused really means nothing.
	for _, at := range pick(unused, 100) {
		if flip(at) {
			t.Errorf("byte %d was taken for unused, and a flip of it is noticed", at)
		}
	}
}

func TestCutFile(t *testing.T) {
	dir := t.TempDir()
	s := newSpecimen(t, dir)
	raw, _ := os.ReadFile(s.path)
	used := usedBytes(t, s.path, raw)
	last := len(used) - 1
	for !used[last] {
		last--
	}
	path := filepath.Join(dir, "cut.db")
	for n := 1; n <= last; n += 1009 {
		os.WriteFile(path, raw[:n], 0o600)
		if r, err := s.examine(t, path); err == nil && r.OK() {
			t.Errorf("the file cut to %d of %d bytes goes unnoticed", n, len(raw))
		}
	}
}

// TestTampering changes the file with bbolt's own means, which leaves the pages
// whole, and looks for the place in the report.
func TestTampering(t *testing.T) {
	get := func(b *bbolt.Tx, bucket string, k []byte) []byte { return bytes.Clone(b.Bucket([]byte(bucket)).Get(k)) }
	put := func(b *bbolt.Tx, bucket string, k, v []byte) error { return b.Bucket([]byte(bucket)).Put(k, v) }
	turn := func(b *bbolt.Tx, bucket string, k []byte) error {
		v := get(b, bucket, k)
		v[len(v)/2] ^= 1
		return put(b, bucket, k, v)
	}
	tests := []struct {
		name   string
		change func(b *bbolt.Tx) error
		where  string
		what   string
	}{
		{"value changed", func(b *bbolt.Tx) error { return turn(b, "case/people", K("a", 7)) }, "case/people a/7", "not the one that entry 5 wrote"},
		{"value taken away", func(b *bbolt.Tx) error { return b.Bucket([]byte("case/people")).Delete(K("b", 3)) }, "case/people b/3", "entry 6 wrote is gone"},
		{"value added", func(b *bbolt.Tx) error { return put(b, "case/people", K("b", 99), get(b, "case/people", K("b", 3))) }, "case/people b/99", "no entry"},
		{"value moved", func(b *bbolt.Tx) error { return put(b, "case/people", K("b", 3), get(b, "case/people", K("b", 4))) }, "case/people b/3", "not the one"},
		{"two values exchanged", func(b *bbolt.Tx) error {
			v3, v4 := get(b, "case/people", K("b", 3)), get(b, "case/people", K("b", 4))
			put(b, "case/people", K("b", 3), v4)
			return put(b, "case/people", K("b", 4), v3)
		}, "case/people b/4", "not the one"},
		{"deleted value is back", func(b *bbolt.Tx) error { return put(b, "system/users", K("2"), []byte("x")) }, "system/users 2", "entry 10 deleted"},
		{"sequence set back", func(b *bbolt.Tx) error { return put(b, "sequences", []byte("INC-2026"), number(1)) }, `sequences "INC-2026"`, "not the one"},
		{"destroyed key is back", func(b *bbolt.Tx) error { return put(b, "keys", []byte("case/c"), get(b, "keys", []byte("case/a"))) }, `keys "case/c"`, "not the one that entry 11 wrote"},
		{"wrapped key changed", func(b *bbolt.Tx) error { return turn(b, "keys", []byte("case/a")) }, `keys "case/a"`, "not the one"},
		{"log's key changed", func(b *bbolt.Tx) error { return turn(b, "keys", []byte("log")) }, `keys "log"`, "not the one"},
		{"store's id changed", func(b *bbolt.Tx) error { return put(b, "meta", []byte("store"), []byte("other")) }, `meta "store"`, "not the one"},
		{"entry changed", func(b *bbolt.Tx) error {
			return put(b, entryBucket, number(4), bytes.Replace(get(b, entryBucket, number(4)), []byte("cli"), []byte("api"), 1))
		}, "entry 4", "it was changed"},
		{"entry taken away", func(b *bbolt.Tx) error { return b.Bucket([]byte(entryBucket)).Delete(number(4)) }, "entry 4", "missing"},
		{"last entry taken away", func(b *bbolt.Tx) error { return b.Bucket([]byte(entryBucket)).Delete(number(11)) }, "log", "11 entries, there are 10"},
		{"entry added", func(b *bbolt.Tx) error { return put(b, entryBucket, number(12), get(b, entryBucket, number(11))) }, "entry 12", ""},
		{"list of writes changed", func(b *bbolt.Tx) error { return turn(b, writeBucket, number(5)) }, "entry 5", "list of writes"},
		{"list of writes added", func(b *bbolt.Tx) error { return put(b, writeBucket, number(50), []byte{1}) }, writeBucket, "there are 12"},
		{"leaf hash changed", func(b *bbolt.Tx) error { return turn(b, hashBucket, number(uint64(tlog.StoredHashIndex(0, 3)))) }, "hash 4 of the log", "entries 4 to 4"},
		{"inner hash changed", func(b *bbolt.Tx) error { return turn(b, hashBucket, number(uint64(tlog.StoredHashIndex(2, 1)))) }, "hash 13 of the log", "entries 5 to 8"},
		{"hash taken away", func(b *bbolt.Tx) error { return b.Bucket([]byte(hashBucket)).Delete(number(3)) }, hashBucket, "there are 18"},
		{"index row taken away", func(b *bbolt.Tx) error { return b.Bucket([]byte(objectBucket)).Delete(objectKey("incident/a", 2)) }, "entry 2", "index"},
		{"index row added", func(b *bbolt.Tx) error { return put(b, objectBucket, objectKey("incident/z", 2), nil) }, objectBucket, "rows"},
		{"checkpoint changed", func(b *bbolt.Tx) error { return turn(b, headBucket, []byte(headName)) }, headBucket, "signed"},
		{"checkpoint of before", func(b *bbolt.Tx) error {
			old := get(b, headBucket, []byte(headName))
			return put(b, headBucket, []byte(headName), append(old, "— other AAAAAAAA\n"...))
		}, headBucket, ""},
		{"table added", func(b *bbolt.Tx) error { _, err := b.CreateBucket([]byte("extra")); return err }, "extra", "no such table"},
		{"table of the log taken away", func(b *bbolt.Tx) error { return b.DeleteBucket([]byte(hashBucket)) }, hashBucket, "gone"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSpecimen(t, t.TempDir())
			b, err := bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			if err := errorsJoin(b.Update(test.change), b.Close()); err != nil {
				t.Fatal(err)
			}
			r, err := s.examine(t, s.path)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(r.Problems, func(p incident.Problem) bool {
				return p.Where == test.where && strings.Contains(p.What, test.what)
			}) {
				t.Errorf("want %q at %q; the report has:", test.what, test.where)
				for _, p := range r.Problems {
					t.Log(p)
				}
			}
		})
	}
}

func errorsJoin(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestChangedAndOverwritten: a value changed behind the log's back does not get
// away with being overwritten by a proper act later.
func TestChangedAndOverwritten(t *testing.T) {
	s := newSpecimen(t, t.TempDir())
	b, _ := bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: time.Second})
	b.Update(func(b *bbolt.Tx) error { return b.Bucket([]byte("case/people")).Put(K("a", 7), []byte("altered")) })
	b.Close()
	db := s.open(t, Config{})
	err := db.Update(bg, incident.Operator(), func(tx *Tx) error {
		tx.Record("test.act", "incident/a")
		return people.Put(tx, K("a", 7), "proper")
	})
	if err := errorsJoin(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := s.examine(t, s.path)
	if err != nil || len(r.Problems) != 1 || r.Problems[0].Where != "case/people a/7" || !strings.Contains(r.Problems[0].What, "entry 12 replaced") {
		t.Errorf("report %v, %v", r.Problems, err)
	}
}

// TestRewrittenLog: who holds the master key can write another past and sign it.
// Verify cannot see that; a head kept elsewhere does.
func TestRewrittenLog(t *testing.T) {
	s := newSpecimen(t, t.TempDir())
	db := s.open(t, Config{})
	if err := db.VerifyHead(bg, s.head); err != nil {
		t.Fatalf("an honest log: %v", err)
	}
	whole, _ := db.Head(bg)
	err := db.bolt.Update(func(b *bbolt.Tx) error {
		log, _ := readLog(b)
		var entries []Entry
		eachEntry(b, func(e Entry) error { entries = append(entries, e); return nil })
		for _, name := range []string{entryBucket, hashBucket} {
			b.DeleteBucket([]byte(name))
			b.CreateBucket([]byte(name))
		}
		for _, e := range entries {
			if e.Number == 3 {
				e.Actor = "someone-else"
			}
			list := bytes.Clone(b.Bucket([]byte(writeBucket)).Get(number(e.Number)))
			if err := appendEntry(b, e, list); err != nil {
				return err
			}
		}
		return log.sign(b, db.signer)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := db.Verify(bg, nil); err != nil || !r.OK() {
		t.Fatalf("the rewritten log must be consistent in itself: %v, %v", r.Problems, err)
	}
	for _, head := range []string{s.head, whole} {
		if err := db.VerifyHead(bg, head); incident.KindOf(err) != incident.Conflict {
			t.Errorf("the rewriting goes unnoticed: %v", err)
		}
	}
	db.Close()
}

func TestHeadsThatAreNone(t *testing.T) {
	s, other := newSpecimen(t, t.TempDir()), newSpecimen(t, t.TempDir())
	db := s.open(t, Config{})
	defer db.Close()
	head, _ := db.Head(bg)
	for name, text := range map[string]string{
		"empty": "", "of another store": other.head, "with another size": strings.Replace(head, "\n11\n", "\n9\n", 1), "unsigned": head[:strings.Index(head, "\n\n")+2],
	} {
		if err := db.VerifyHead(bg, text); incident.KindOf(err) != incident.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := db.VerifyHead(bg, head); err != nil {
		t.Error(err)
	}
}

func TestLargerHead(t *testing.T) {
	dir := t.TempDir()
	s := newSpecimen(t, dir)
	before, _ := os.ReadFile(s.path)
	db := s.open(t, Config{})
	db.Update(bg, incident.Operator(), func(tx *Tx) error { tx.Record("test.act", "test/1"); return nil })
	head, _ := db.Head(bg)
	db.Close()
	os.WriteFile(s.path, before, 0o600) // the whole file as it was
	db = s.open(t, Config{})
	defer db.Close()
	if err := db.VerifyHead(bg, head); incident.KindOf(err) != incident.Conflict {
		t.Errorf("an older file in place of the newer goes unnoticed: %v", err)
	}
}

func TestExport(t *testing.T) {
	s := newSpecimen(t, t.TempDir())
	db := s.open(t, Config{})
	defer db.Close()
	var out bytes.Buffer
	head, err := db.Export(bg, &out)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever has the export and the head needs nothing of ours to check them.
	c, err := openCheckpoint([]byte(head), db.signer.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var h []tlog.Hash
		for _, i := range at {
			h = append(h, stored[i])
		}
		return h, nil
	})
	lines := bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
	for i, line := range lines {
		h, err := tlog.StoredHashes(int64(i), line, read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, h...)
	}
	root, err := tlog.TreeHash(int64(len(lines)), read)
	if err != nil || root != c.Root || uint64(len(lines)) != c.Size {
		t.Errorf("the export of %d lines does not make the head's root: %v", len(lines), err)
	}
}

// TestPageCheckFindsNoFault: the page check is stricter than bbolt's; real files
// of every shape pass it.
func TestPageCheckFindsNoFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 120 {
		err := b.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte{'b', byte(r.IntN(3))})
			if err != nil {
				return err
			}
			for range r.IntN(400) {
				k := number(uint64(r.IntN(3000)))
				if r.IntN(3) < round%3 {
					err = bucket.Delete(k)
				} else {
					err = bucket.Put(append(k, make([]byte, r.IntN(60))...), make([]byte, r.IntN(1+round*30)))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if rep := inspectPages(path, nil); !rep.OK() {
			t.Fatalf("round %d: %v", round, rep.Problems)
		}
	}
}

func TestVerifyWhileWriting(t *testing.T) {
	s := newSpecimen(t, t.TempDir())
	db := s.open(t, Config{})
	defer db.Close()
	stop := make(chan struct{})
	done := make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			err := db.Update(bg, incident.Operator(), func(tx *Tx) error {
				tx.Record("test.act", "incident/b")
				return people.Put(tx, K("b", i), strings.Repeat("y", i%3000))
			})
			if err != nil {
				done <- err
				return
			}
		}
	}()
	for range 30 {
		r, err := db.Fsck(bg, Checks{}, nil)
		if err != nil || !r.OK() {
			t.Fatalf("%v, %v", r.Problems, err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func FuzzCheckpoint(f *testing.F) {
	f.Add([]byte("tocsin/x\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseCheckpoint(text)
		if err == nil && (c.Origin == "" || strings.Contains(c.Origin, "\n")) {
			t.Errorf("origin %q", c.Origin)
		}
	})
}

func FuzzWrites(f *testing.F) {
	f.Add(encodeWrites([]write{{"case/x", K("a", 1), Digest{}, Digest{1}}, {"case/x", K("b"), Digest{2}, Digest{}}, {"keys", Key("k"), Digest{3}, Digest{4}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var list []write
		if decodeWrites(b, func(w write) { list = append(list, w) }) != nil {
			return
		}
		var again []write
		if err := decodeWrites(encodeWrites(list), func(w write) { again = append(again, w) }); err != nil || fmt.Sprint(list) != fmt.Sprint(again) {
			t.Errorf("%x: %v, %v, %v", b, list, again, err)
		}
	})
}

func FuzzPages(f *testing.F) {
	s := newSpecimen(f, f.TempDir())
	raw, err := os.ReadFile(s.path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw[:32<<10])
	f.Add(raw[:8<<10])
	f.Fuzz(func(t *testing.T, file []byte) {
		in := bytes.NewReader(file)
		if m, _ := readMetas(in); m.pageSize != 0 {
			walkPages(bg, in, int64(len(file)), m, &Report{}, nil)
		}
	})
}
