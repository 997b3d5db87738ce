package vault_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/iotest"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

var (
	ctx   = context.Background()
	cases = ledger.NewCaseTable[string]("cases")
)

type fixture struct {
	*vault.Vault
	db  *ledger.DB
	dir string
}

// open gives a vault over a real store that knows incidents a and b.
func open(t *testing.T) fixture {
	t.Helper()
	s := ledgertest.New(t)
	update(t, s.DB, func(tx *ledger.Tx) error {
		return errors.Join(cases.Put(tx, ledger.K("a"), "one"), cases.Put(tx, ledger.K("b"), "two"))
	})
	dir := filepath.Join(s.Dir, vault.DirName)
	v, err := vault.New(s.DB, vault.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return fixture{v, s.DB, dir}
}

func update(t *testing.T, db *ledger.DB, fn func(*ledger.Tx) error) {
	t.Helper()
	err := db.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		tx.Record("test.act", "test/1")
		return fn(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (f fixture) put(t *testing.T, scope string, data []byte) vault.Object {
	t.Helper()
	o, err := f.Put(ctx, scope, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// files lists the vault's files, temporary ones included.
func (f fixture) files(t *testing.T) []string {
	t.Helper()
	var out []string
	filepath.WalkDir(f.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	return out
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

func wantKind(t *testing.T, err error, kind incident.Kind) {
	t.Helper()
	var e *incident.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
}

func TestPutAndOpen(t *testing.T) {
	f := open(t)
	const chunk = 64 << 10
	for _, size := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3*chunk + 17} {
		data := random(size)
		o := f.put(t, "a", data)
		sum := sha256.Sum256(data)
		if o.SHA256 != hex.EncodeToString(sum[:]) || o.Size != int64(size) {
			t.Errorf("size %d: stored as %+v", size, o)
		}
		r, err := f.Open(ctx, "a", o.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("size %d: read %d bytes, %v", size, len(got), err)
		}
		r.Seek(int64(size/2), io.SeekStart)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data[size/2:]) {
			t.Errorf("size %d: from the middle, read %d bytes, %v", size, len(got), err)
		}
		r.Close()
		if _, err := f.Verify(ctx, "a", o.SHA256); err != nil {
			t.Errorf("size %d: verify: %v", size, err)
		}
	}
}

func TestReadsInPieces(t *testing.T) {
	f := open(t)
	data := random(1000)
	r, err := f.Open(ctx, "a", f.put(t, "a", data).SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := iotest.TestReader(r, data); err != nil { // odd pieces, seeks, reads at a place
		t.Error(err)
	}
}

func TestSameBytesOnce(t *testing.T) {
	f := open(t)
	data := []byte("the same bytes in two incidents")
	o := f.put(t, "a", data)
	f.put(t, "a", data)
	f.put(t, "b", data)
	files := f.files(t)
	if len(files) != 2 {
		t.Fatalf("files %v, want one for each incident", files)
	}
	if filepath.Base(files[0]) == filepath.Base(files[1]) {
		t.Error("the names show that two incidents hold the same bytes")
	}
	for _, path := range files {
		raw, _ := os.ReadFile(path)
		if filepath.Base(path) == o.SHA256 || bytes.Contains(raw, data) {
			t.Errorf("%s shows what it holds", path)
		}
	}
}

func TestEveryByteCounts(t *testing.T) {
	f := open(t)
	o := f.put(t, "a", []byte("a short piece of evidence"))
	path := f.files(t)[0]
	good, _ := os.ReadFile(path)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		os.WriteFile(path, bad, 0o600)
		_, err := f.Verify(ctx, "a", o.SHA256)
		wantKind(t, err, incident.Internal)
	}
	for n := range good {
		os.WriteFile(path, good[:n], 0o600)
		_, err := f.Open(ctx, "a", o.SHA256)
		wantKind(t, err, incident.Internal)
	}
	os.WriteFile(path, append(bytes.Clone(good), 0), 0o600)
	_, err := f.Open(ctx, "a", o.SHA256)
	wantKind(t, err, incident.Internal)

	f.put(t, "a", []byte("a short piece of evidence")) // heals it
	if _, err := f.Verify(ctx, "a", o.SHA256); err != nil {
		t.Error(err)
	}
}

func TestCutAtAChunk(t *testing.T) {
	f := open(t)
	o := f.put(t, "a", random(4*64<<10))
	path := f.files(t)[0]
	info, _ := os.Stat(path)
	// Without the last whole chunk every remaining one is authentic.
	if err := os.Truncate(path, info.Size()-(64<<10+16)); err != nil {
		t.Fatal(err)
	}
	_, err := f.Open(ctx, "a", o.SHA256)
	wantKind(t, err, incident.Internal)
}

func TestRenamedFile(t *testing.T) {
	f := open(t)
	one := f.put(t, "a", []byte("one"))
	path := f.files(t)[0]
	two := f.put(t, "a", []byte("two"))
	for _, p := range f.files(t) {
		if p != path {
			raw, _ := os.ReadFile(p)
			os.WriteFile(path, raw, 0o600)
		}
	}
	_, err := f.Open(ctx, "a", one.SHA256)
	wantKind(t, err, incident.Internal)
	if _, err := f.Open(ctx, "a", two.SHA256); err != nil {
		t.Error(err)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	f := open(t)
	o := f.put(t, "a", []byte("x"))
	_, err := f.Open(ctx, "b", o.SHA256)
	wantKind(t, err, incident.NotFound)
	_, err = f.Put(ctx, "unheard-of", bytes.NewReader(nil))
	wantKind(t, err, incident.NotFound)
	for _, scope := range []string{"", "..", "a/b", "tmp", `a\b`} {
		_, err = f.Put(ctx, scope, bytes.NewReader(nil))
		wantKind(t, err, incident.Invalid)
	}
	for _, digest := range []string{"", "../../etc/passwd", o.SHA256[:62]} {
		_, err = f.Open(ctx, "a", digest)
		wantKind(t, err, incident.Invalid)
	}
}

func TestDelete(t *testing.T) {
	f := open(t)
	o := f.put(t, "a", []byte("x"))
	if err := f.Delete(ctx, "a", o.SHA256); err != nil {
		t.Fatal(err)
	}
	wantKind(t, f.Delete(ctx, "a", o.SHA256), incident.NotFound)
	if has, err := f.Has(ctx, "a", o.SHA256); has || err != nil {
		t.Errorf("has = %v, %v", has, err)
	}
}

func TestDestroyedKey(t *testing.T) {
	f := open(t)
	o := f.put(t, "a", []byte("erase me"))
	kept := f.put(t, "b", []byte("keep me"))
	update(t, f.db, func(tx *ledger.Tx) error { return tx.DestroyKey("a") })
	_, err := f.Open(ctx, "a", o.SHA256)
	wantKind(t, err, incident.Gone)
	if err := f.DeleteScope("a"); err != nil {
		t.Fatal(err)
	}
	if files := f.files(t); len(files) != 1 {
		t.Errorf("files left: %v", files)
	}
	if _, err := f.Verify(ctx, "b", kept.SHA256); err != nil {
		t.Error(err)
	}
}

func TestFailedPutLeavesNothing(t *testing.T) {
	f := open(t)
	boom := errors.New("the line dropped")
	_, err := f.Put(ctx, "a", io.MultiReader(bytes.NewReader(random(1<<20)), iotest.ErrReader(boom)))
	if !errors.Is(err, boom) {
		t.Errorf("error %v, want the reader's own", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = f.Put(ended, "a", bytes.NewReader(random(100)))
	wantKind(t, err, incident.Unavailable)
	if files := f.files(t); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestLeftoversAreCleared(t *testing.T) {
	f := open(t)
	os.WriteFile(filepath.Join(f.dir, "tmp", "put-1"), []byte("half"), 0o600)
	if _, err := vault.New(f.db, vault.Config{Dir: f.dir}); err != nil {
		t.Fatal(err)
	}
	if files := f.files(t); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

// endless gives n bytes without holding them.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.n))
	e.n -= int64(n)
	return n, nil
}

func TestMemoryStaysSmall(t *testing.T) {
	f := open(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o, err := f.Put(ctx, "a", &endless{64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Verify(ctx, "a", o.SHA256); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	// The heap grows by what is held at once; what is freed on the way is reused.
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 24<<20 {
		t.Errorf("64 MiB of evidence took %d MiB of memory", grown>>20)
	}
}

func TestConcurrentPuts(t *testing.T) {
	f := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			data := []byte{byte(i % 2)} // every second one the same
			o, err := f.Put(ctx, "a", bytes.NewReader(data))
			if err == nil {
				_, err = f.Verify(ctx, "a", o.SHA256)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if files := f.files(t); len(files) != 2 {
		t.Errorf("files %v, want 2", files)
	}
}

func TestWalkAndPutBack(t *testing.T) {
	f := open(t)
	f.put(t, "a", []byte("one"))
	o := f.put(t, "b", []byte("two"))
	var found []vault.File
	if err := f.Walk(ctx, func(file vault.File) error { found = append(found, file); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[1].Scope != "b" {
		t.Fatalf("found %v", found)
	}
	in, err := f.OpenFile(found[1])
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(in)
	in.Close()
	f.Delete(ctx, "b", o.SHA256)
	parsed, err := vault.ParsePath(found[1].Path())
	if err != nil {
		t.Fatal(err)
	}
	back := filepath.Join(t.TempDir(), "back")
	os.WriteFile(back, raw, 0o600)
	if err := f.Adopt(parsed, back); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Verify(ctx, "b", o.SHA256); err != nil {
		t.Error(err)
	}
	if err := f.VerifyFile(ctx, parsed); err != nil {
		t.Error(err)
	}
	raw[len(raw)-1] ^= 1
	os.WriteFile(back, raw, 0o600)
	f.Adopt(parsed, back)
	wantKind(t, f.VerifyFile(ctx, parsed), incident.Internal)
}

func FuzzParsePath(f *testing.F) {
	f.Add("a/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	f.Add("../x")
	f.Fuzz(func(t *testing.T, path string) {
		file, err := vault.ParsePath(path)
		if err == nil && (file.Path() != path || !filepath.IsLocal(path)) {
			t.Errorf("%q reads as %q", path, file.Path())
		}
	})
}
