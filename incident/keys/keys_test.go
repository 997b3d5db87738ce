package keys_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"tocsin/incident"
	"tocsin/incident/keys"
)

func wantKind(t testing.TB, err error, kind incident.Kind) {
	t.Helper()
	var e *incident.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
}

func TestSealOpen(t *testing.T) {
	k := keys.New()
	for _, plain := range []string{"", "x", strings.Repeat("long ", 10000)} {
		sealed := k.Seal([]byte("here"), []byte(plain))
		if len(sealed) != len(plain)+keys.Overhead {
			t.Errorf("%d bytes sealed to %d", len(plain), len(sealed))
		}
		if bytes.Equal(sealed, k.Seal([]byte("here"), []byte(plain))) {
			t.Error("sealing twice gives the same bytes")
		}
		got, err := k.Open([]byte("here"), sealed)
		if err != nil || string(got) != plain {
			t.Errorf("opened to %d bytes, %v", len(got), err)
		}
		if _, err := k.Open([]byte("there"), sealed); err == nil {
			t.Error("it opens in another place")
		}
		if _, err := keys.New().Open([]byte("here"), sealed); err == nil {
			t.Error("it opens with another key")
		}
	}
	sealed := k.Seal(nil, []byte("some words"))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open(nil, bad); err == nil {
			t.Errorf("a change of byte %d goes unnoticed", i)
		}
		if _, err := k.Open(nil, sealed[:i]); err == nil {
			t.Errorf("a cut to %d bytes goes unnoticed", i)
		}
	}
}

func TestWrap(t *testing.T) {
	ring, k := keys.Generate(), keys.New()
	wrapped := ring.Wrap("case/1", k)
	got, err := ring.Unwrap("case/1", wrapped)
	if err != nil || got.Derive("x") != k.Derive("x") {
		t.Fatalf("it unwraps to another key, %v", err)
	}
	_, err = ring.Unwrap("case/2", wrapped)
	wantKind(t, err, incident.Internal)
	_, err = keys.Generate().Unwrap("case/1", wrapped)
	wantKind(t, err, incident.Unavailable)
	for i := range wrapped {
		bad := bytes.Clone(wrapped)
		bad[i] ^= 1
		if _, err := ring.Unwrap("case/1", bad); err == nil {
			t.Errorf("a change of byte %d goes unnoticed", i)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", keys.FileName)
	first, err := keys.Open(keys.Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	again, err := keys.Open(keys.Config{File: path})
	if err != nil || again.ID() != first.ID() {
		t.Errorf("opened again: %v, %v", again, err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".master-*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if runtime.GOOS != "windows" {
		os.Chmod(path, 0o640)
		_, err = keys.Open(keys.Config{File: path})
		wantKind(t, err, incident.Invalid)
		if !strings.Contains(incident.Sentence(err), "chmod 600") {
			t.Error(incident.Sentence(err))
		}
		os.Chmod(path, 0o600)
	}
	os.WriteFile(path, []byte("nothing of the sort\n"), 0o600)
	_, err = keys.Open(keys.Config{File: path})
	wantKind(t, err, incident.Invalid)
	_, err = keys.Open(keys.Config{})
	wantKind(t, err, incident.Invalid)
}

// TestFirstStartTwice: two first starts at once end up with one key.
func TestFirstStartTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), keys.FileName)
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			r, err := keys.Open(keys.Config{File: path})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = r.ID()
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("different keys: %v", ids)
		}
	}
}

func TestEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), keys.FileName)
	text := keys.NewText()
	lookup := func(value string) func(string) (string, bool) {
		return func(name string) (string, bool) { return value, name == keys.Variable }
	}
	ring, err := keys.Open(keys.Config{File: path, Lookup: lookup(text)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key file was made although the environment has the key")
	}
	wantKind(t, ring.Begin(), incident.Invalid)
	both, err := keys.Open(keys.Config{Lookup: lookup(keys.NewText() + " " + text)})
	if err != nil {
		t.Fatal(err)
	}
	wrapped := ring.Wrap("p", keys.New())
	if _, err := both.Unwrap("p", wrapped); err != nil || both.Current(wrapped) || both.Begin() != nil {
		t.Errorf("with the new key in front: %v", err)
	}
	for _, bad := range []string{text[:len(text)-1], text + "A", strings.ToLower(text), "TOCSIN-MASTER-KEY-1-", text + " " + text, "hunter2"} {
		_, err := keys.Open(keys.Config{Lookup: lookup(bad)})
		wantKind(t, err, incident.Invalid)
		if strings.Contains(fmt.Sprint(err), text[30:40]) || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), keys.FileName)
	ring, err := keys.Open(keys.Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	old := ring.Wrap("p", keys.New())
	if err := ring.Begin(); err != nil {
		t.Fatal(err)
	}
	// A crash here: the file has both keys, and going on does not make a third.
	ring, err = keys.Open(keys.Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	k, err := ring.Unwrap("p", old)
	if err != nil || ring.Current(old) {
		t.Fatalf("after Begin: %v", err)
	}
	id := ring.ID()
	if err := ring.Begin(); err != nil || ring.ID() != id {
		t.Errorf("Begin twice: %v", err)
	}
	renewed := ring.Wrap("p", k)
	if err := ring.Retire(); err != nil {
		t.Fatal(err)
	}
	ring, _ = keys.Open(keys.Config{File: path})
	if _, err := ring.Unwrap("p", renewed); err != nil || !ring.Current(renewed) {
		t.Errorf("after Retire: %v", err)
	}
	_, err = ring.Unwrap("p", old)
	wantKind(t, err, incident.Unavailable)
}

func TestSecretsDoNotPrint(t *testing.T) {
	text := keys.NewText()
	ring, err := keys.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(verb, ring); len(out) > 40 {
			t.Errorf("%s prints %s", verb, out)
		}
		if out := fmt.Sprintf(verb, keys.New()); len(out) > 40 {
			t.Errorf("%s prints a key as %s", verb, out)
		}
	}
}

func TestSigner(t *testing.T) {
	k := keys.New()
	one, err := keys.NewSigner("tocsin/x", k)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := keys.NewSigner("tocsin/x", k)
	if one.VerifierKey() != two.VerifierKey() {
		t.Error("the same key makes different signers")
	}
	msg, err := note.Sign(&note.Note{Text: "tocsin/x\n1\n"}, one)
	if err != nil {
		t.Fatal(err)
	}
	// Checked by the public half's text alone, as anyone would.
	v, err := note.NewVerifier(one.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(msg, note.VerifierList(v)); err != nil {
		t.Error(err)
	}
	other, _ := keys.NewSigner("tocsin/x", keys.New())
	if _, err := note.Open(msg, note.VerifierList(other.Verifier())); err == nil {
		t.Error("another key's verifier accepts it")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(keys.NewText())
	f.Add("# c\n\n" + keys.NewText() + "\t" + keys.NewText())
	f.Fuzz(func(t *testing.T, text string) {
		ring, err := keys.Parse(text)
		if err != nil {
			wantKind(t, err, incident.Invalid)
			return
		}
		if _, err := ring.Unwrap("p", ring.Wrap("p", keys.New())); err != nil {
			t.Error(err)
		}
	})
}
