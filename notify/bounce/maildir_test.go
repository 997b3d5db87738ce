package bounce_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tocsin/incident"
	"tocsin/notify/bounce"
)

func TestMaildir(t *testing.T) {
	dir := t.TempDir()
	if bounce.Maildir(dir).Check() == "" {
		t.Error("an empty folder is a Maildir")
	}
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if what := bounce.Maildir(dir).Check(); what != "" {
		t.Error(what)
	}
	for _, name := range []string{"good", "bad", "later"} {
		if err := os.WriteFile(filepath.Join(dir, "new", name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(os.WriteFile(outside, []byte("good"), 0o600), os.Symlink(outside, filepath.Join(dir, "new", "link"))); err != nil {
		t.Fatal(err)
	}
	full := incident.Errorf(incident.Unavailable, "disk full")
	var seen []string
	take := func(r io.Reader) error {
		b, err := io.ReadAll(r)
		seen = append(seen, string(b))
		switch string(b) {
		case "bad":
			return incident.Errorf(incident.Invalid, "no")
		case "later":
			return full
		}
		return err
	}
	n, err := bounce.Maildir(dir).Empty(t.Context(), take)
	if n != 2 || !errors.Is(err, full) || len(seen) != 3 {
		t.Fatalf("moved %d, saw %v: %v", n, seen, err)
	}
	if got, want := names(t, dir, "cur"), []string{"bad:2,F", "good:2,S"}; !slices.Equal(got, want) {
		t.Errorf("cur holds %v", got)
	}
	full = nil
	if n, err = bounce.Maildir(dir).Empty(t.Context(), func(io.Reader) error { return nil }); n != 1 || err != nil {
		t.Errorf("the second time: %d, %v", n, err)
	}
	if got, want := names(t, dir, "new"), []string{"link"}; !slices.Equal(got, want) {
		t.Errorf("new holds %v", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bounce.Maildir(dir).Empty(ended, take); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := bounce.Maildir(filepath.Join(dir, "none")).Empty(t.Context(), take); incident.KindOf(err) != incident.Unavailable {
		t.Error(err)
	}
}

func names(t *testing.T, dir, sub string) []string {
	t.Helper()
	all, err := os.ReadDir(filepath.Join(dir, sub))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		out = append(out, e.Name())
	}
	return out
}
