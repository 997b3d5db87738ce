package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/backup"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

var (
	ctx    = context.Background()
	people = ledger.NewCaseTable[string]("people")
)

type folder struct {
	*ledgertest.Store
	vault *vault.Vault
}

func open(t *testing.T) folder {
	t.Helper()
	s := ledgertest.New(t)
	v, err := vault.New(s.DB, vault.Config{Dir: filepath.Join(s.Dir, vault.DirName)})
	if err != nil {
		t.Fatal(err)
	}
	return folder{s, v}
}

func (f folder) put(t *testing.T, id, value string) {
	t.Helper()
	f.do(t, func(tx *ledger.Tx) error { return people.Put(tx, ledger.K(id, 1), value) })
}

func (f folder) do(t *testing.T, fn func(*ledger.Tx) error) {
	t.Helper()
	err := f.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		tx.Record("test.act", "test/1")
		return fn(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (f folder) evidence(t *testing.T, id, content string) vault.Object {
	t.Helper()
	o, err := f.vault.Put(ctx, id, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (f folder) backup(t *testing.T) ([]byte, backup.Manifest) {
	t.Helper()
	var out bytes.Buffer
	m, err := backup.Write(ctx, backup.Source{Ledger: f.DB, Vault: f.vault, Clock: f.Clock.Now}, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), m
}

func (f folder) target(dir string) backup.Target {
	return backup.Target{Dir: dir, Keys: f.Keys, Clock: f.Clock.Now, Tables: []ledger.Checker{people}}
}

// reopen opens a restored folder.
func (f folder) reopen(t *testing.T, dir string) folder {
	t.Helper()
	db, err := ledger.Open(ledger.Config{Path: filepath.Join(dir, ledger.FileName), Keys: f.Keys, Clock: f.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r, err := db.Fsck(ctx, ledger.Checks{}, nil); err != nil || !r.OK() {
			t.Errorf("after the restore: %v, %v", r.Problems, err)
		}
		db.Close()
	})
	v, err := vault.New(db, vault.Config{Dir: filepath.Join(dir, vault.DirName)})
	if err != nil {
		t.Fatal(err)
	}
	return folder{&ledgertest.Store{DB: db, Clock: f.Clock, Keys: f.Keys, Dir: dir}, v}
}

func (f folder) get(t *testing.T, id string) (value string, err error) {
	t.Helper()
	f.View(ctx, func(tx *ledger.Tx) error {
		value, err = people.Get(tx, ledger.K(id, 1))
		return nil
	})
	return value, err
}

func wantKind(t *testing.T, err error, kind incident.Kind) {
	t.Helper()
	var e *incident.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
}

// contents is every file below dir with its digest.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		fmt.Fprintf(&out, "%s %x\n", path, sha256.Sum256(raw))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestThereAndBack(t *testing.T) {
	f := open(t)
	f.put(t, "a", "before")
	o := f.evidence(t, "a", "what the camera saw")
	head, _ := f.Head(ctx)
	archive, m := f.backup(t)
	if m.Head != head || m.Schema != ledger.CurrentSchema() || len(m.Files) != 2 {
		t.Errorf("manifest %+v", m)
	}
	for _, secret := range []string{"before", "camera"} {
		if bytes.Contains(archive, []byte(secret)) {
			t.Errorf("the archive shows %q", secret)
		}
	}
	dir := filepath.Join(t.TempDir(), "new")
	res, err := backup.Restore(ctx, bytes.NewReader(archive), f.target(dir))
	if err != nil {
		t.Fatal(err)
	}
	if res.Kept != "" || len(res.Erased) != 0 {
		t.Errorf("result %+v", res)
	}
	r := f.reopen(t, dir)
	if v, err := r.get(t, "a"); v != "before" || err != nil {
		t.Errorf("value %q, %v", v, err)
	}
	if _, err := r.vault.Verify(ctx, "a", o.SHA256); err != nil {
		t.Error(err)
	}
	if err := r.VerifyHead(ctx, head); err != nil {
		t.Errorf("the head from before: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOverAFolder(t *testing.T) {
	f := open(t)
	f.put(t, "a", "before")
	f.put(t, "erased", "before")
	damagedLater := f.evidence(t, "a", "evidence that goes bad")
	f.evidence(t, "erased", "evidence of the erased")
	archive, _ := f.backup(t)

	f.put(t, "a", "after")
	f.do(t, func(tx *ledger.Tx) error { return tx.DestroyKey("erased") })
	later := f.evidence(t, "a", "collected after the backup")
	f.Clock.Advance(time.Hour)
	_, err := backup.Restore(ctx, bytes.NewReader(archive), f.target(f.Dir))
	wantKind(t, err, incident.Unavailable) // the store is open
	if !strings.Contains(incident.Sentence(err), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("it does not say who holds the folder: %v", err)
	}
	f.Damaged = true // not verified at the end: it is closed and replaced
	f.Close()
	if err := os.RemoveAll(filepath.Join(f.Dir, vault.DirName, "erased")); err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(filepath.Join(f.Dir, vault.DirName, "a"), func(path string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			os.Truncate(path, 100)
		}
		return nil
	})
	res, err := backup.Restore(ctx, bytes.NewReader(archive), f.target(f.Dir))
	if err != nil {
		t.Fatal(err)
	}
	r := f.reopen(t, f.Dir)
	if v, err := r.get(t, "a"); v != "before" || err != nil {
		t.Errorf("value %q, %v", v, err)
	}
	if _, err := r.vault.Verify(ctx, "a", damagedLater.SHA256); err != nil {
		t.Errorf("the damaged evidence is not healed: %v", err)
	}
	if has, _ := r.vault.Has(ctx, "a", later.SHA256); !has {
		t.Error("evidence that the archive lacks was taken away")
	}
	_, err = r.get(t, "erased")
	wantKind(t, err, incident.Gone)
	if fmt.Sprint(res.Erased) != "[erased]" {
		t.Errorf("erased again: %v", res.Erased)
	}
	if _, err := os.Stat(filepath.Join(f.Dir, vault.DirName, "erased")); err == nil {
		t.Error("the evidence of an erased incident is back")
	}
	old, err := ledger.Open(ledger.Config{Path: res.Kept, Keys: f.Keys, Inspect: true})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if v, err := (folder{&ledgertest.Store{DB: old}, nil}).get(t, "a"); v != "after" || err != nil {
		t.Errorf("the store of before was not kept: %q, %v", v, err)
	}
}

// TestDamagedArchive: whatever is wrong with an archive, nothing is changed.
func TestDamagedArchive(t *testing.T) {
	f := open(t)
	f.put(t, "a", strings.Repeat("v", 5000))
	f.evidence(t, "a", strings.Repeat("e", 70000))
	archive, _ := f.backup(t)
	// A folder that exists and is in order, with another state of the same store.
	dir := t.TempDir()
	if _, err := backup.Restore(ctx, bytes.NewReader(archive), f.target(dir)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	try := func(what string, bad []byte) {
		t.Helper()
		_, err := backup.Restore(ctx, bytes.NewReader(bad), f.target(dir))
		if err == nil {
			t.Fatalf("%s: it is restored", what)
		}
		if kind := incident.KindOf(err); kind != incident.Invalid {
			t.Errorf("%s: kind %s: %v", what, kind, err)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		n := r.IntN(len(archive))
		try(fmt.Sprint("cut to ", n), archive[:n])
	}
	try("cut by one", archive[:len(archive)-1])
	try("empty", nil)
	try("with more behind it", append(bytes.Clone(archive), 'x'))
	try("no archive", bytes.Repeat([]byte("not a tar file "), 100))
	used := content(t, archive)
	for range 150 {
		at := used[r.IntN(len(used))]
		bad := bytes.Clone(archive)
		bad[at] ^= byte(1 << r.IntN(8))
		try(fmt.Sprint("byte ", at), bad)
	}
	if after := contents(t, dir); after != before {
		t.Errorf("the folder was changed:\n%s\n%s", before, after)
	}
	other := f.target(dir)
	other.Keys = keys.Generate()
	_, err := backup.Restore(ctx, bytes.NewReader(archive), other)
	wantKind(t, err, incident.Invalid)
	if !strings.Contains(incident.Sentence(err), "master key") {
		t.Errorf("it does not say that the key is wrong: %v", err)
	}
}

// content lists the bytes that are a file's content, not tar's own padding.
func content(t *testing.T, archive []byte) []int {
	t.Helper()
	in := bytes.NewReader(archive)
	r := tar.NewReader(in)
	var out []int
	for {
		h, err := r.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		start := len(archive) - in.Len()
		for i := range int(h.Size) {
			out = append(out, start+i)
		}
	}
}

func TestForgedManifest(t *testing.T) {
	// Two good stores: the files of one under the manifest of the other, and a
	// manifest signed by neither.
	f, g := open(t), open(t)
	f.put(t, "a", "one")
	g.put(t, "a", "two")
	one, _ := f.backup(t)
	two, _ := g.backup(t)
	forged := replace(t, one, "manifest", entry(t, two, "manifest"))
	_, err := backup.Restore(ctx, bytes.NewReader(forged), f.target(t.TempDir()))
	wantKind(t, err, incident.Invalid)
	msg := bytes.Replace(entry(t, one, "manifest"), []byte(`"schema":`), []byte(`"schema":1`), 1)
	_, err = backup.Restore(ctx, bytes.NewReader(replace(t, one, "manifest", msg)), f.target(t.TempDir()))
	wantKind(t, err, incident.Invalid)
	for _, name := range []string{"../escape", "vault/../../escape", "/etc/passwd", "vault/a/short", "ledger.db"} {
		_, err = backup.Restore(ctx, bytes.NewReader(replace(t, one, "manifest", nil, name)), f.target(t.TempDir()))
		wantKind(t, err, incident.Invalid)
	}
}

func entry(t *testing.T, archive []byte, name string) []byte {
	t.Helper()
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == name {
			b, _ := io.ReadAll(r)
			return b
		}
	}
}

// replace writes an archive anew with other content, and another name, for one entry.
func replace(t *testing.T, archive []byte, name string, content []byte, as ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		b, _ := io.ReadAll(r)
		if h.Name == name {
			b, h.Size = content, int64(len(content))
			for _, other := range as {
				h.Name = other
			}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		w.Write(b)
	}
	w.Close()
	return out.Bytes()
}

func TestWhileWriting(t *testing.T) {
	f := open(t)
	f.put(t, "a", "x")
	var stop atomic.Bool
	done := make(chan error, 2)
	go func() {
		for i := 0; !stop.Load(); i++ {
			err := f.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
				tx.Record("test.act", "test/1")
				return people.Put(tx, ledger.K("a", i), strings.Repeat("w", i%4000))
			})
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	go func() {
		for i := 0; !stop.Load(); i++ {
			o, err := f.vault.Put(ctx, "a", strings.NewReader(fmt.Sprint("evidence ", i)))
			if err == nil && i%3 == 0 {
				err = f.vault.Delete(ctx, "a", o.SHA256)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 4 {
		archive, m := f.backup(t)
		dir := t.TempDir()
		res, err := backup.Restore(ctx, bytes.NewReader(archive), f.target(dir))
		if err != nil {
			t.Fatal(err)
		}
		if res.Head != m.Head {
			t.Error("another state was restored")
		}
	}
	stop.Store(true)
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
}

func TestStopped(t *testing.T) {
	f := open(t)
	f.put(t, "a", "x")
	for i := range 5 {
		f.evidence(t, "a", fmt.Sprint(i, strings.Repeat("e", 100<<10)))
	}
	ended, cancel := context.WithCancel(ctx)
	var out bytes.Buffer
	_, err := backup.Write(ended, backup.Source{Ledger: f.DB, Vault: f.vault, Clock: f.Clock.Now, Progress: func(n int64) {
		if n > 300<<10 {
			cancel()
		}
	}}, &out)
	wantKind(t, err, incident.Unavailable)
	_, err = backup.Restore(ctx, &out, f.target(t.TempDir()))
	wantKind(t, err, incident.Invalid)
	if left, _ := filepath.Glob(filepath.Join(f.Dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
