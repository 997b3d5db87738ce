package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestServeStartsAnswersAndStops(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, "")
	for _, path := range []string{"/healthz", "/readyz", "/sign-in", "/metrics"} {
		if status, body := get(t, s.url+path); status != 200 {
			t.Errorf("%s answers %d: %s", path, status, body)
		}
	}
	link := ""
	for range 200 { // the log is read beside the test
		if link = regexp.MustCompile(`http://\S+/enrol/\S+`).FindString(s.said()); link != "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if link == "" {
		t.Fatalf("no set-up link in:\n%s", s.said())
	}
	if status, body := get(t, link); status != 200 || !strings.Contains(body, "<form") {
		t.Errorf("the set-up link answers %d", status)
	}
	if status, _ := get(t, s.url+"/enrol/not-a-link"); status == 200 {
		t.Error("any set-up link works")
	}

	// A second program on the folder is told who has it.
	second := filepath.Join(dir, "second.toml")
	if err := os.WriteFile(second, []byte("listen = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := tocsin(t, dir, "serve", "--config", second)
	if code != 1 || !strings.Contains(out, "in use by process") {
		t.Errorf("second start: exit %d, %s", code, out)
	}

	// Commands at the machine reach the running program.
	backup := filepath.Join(dir, "b.tar")
	for _, args := range [][]string{{"user", "add", "ana@insurer.example"}, {"audit", "verify"}, {"fsck"}, {"backup", backup}} {
		if out, code := tocsin(t, dir, append(args, "--config", "config.toml")...); code != 0 {
			t.Errorf("%v: exit %d, %s", args, code, out)
		}
	}
	if err := s.stop(t); err != nil {
		t.Errorf("it ended with %v:\n%s", err, s.said())
	}
	if strings.Contains(s.said(), "ana@insurer.example") {
		t.Error("the log holds a person's address")
	}
	out, code = tocsin(t, dir, "user", "list", "--config", "config.toml")
	if code != 0 || !strings.Contains(out, "ana@insurer.example") {
		t.Errorf("after the stop: exit %d, %s", code, out)
	}
}

func TestOneByteChangedIsFound(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, "")
	if out, code := tocsin(t, dir, "user", "add", "ana@insurer.example", "--config", "config.toml"); code != 0 {
		t.Fatal(out)
	}
	if err := s.stop(t); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tocsin-data", "ledger.db")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// One letter of the last entry, wherever the file still has a copy of it:
	// a page that was replaced keeps its bytes until it is used again.
	entry := `{"n":7,`
	bad := []byte(strings.ReplaceAll(string(whole), entry, `{"n":8,`))
	if string(bad) == string(whole) {
		t.Fatal("the entry was not found in the file")
	}
	if err := os.WriteFile(file, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := tocsin(t, dir, "audit", "verify", "--config", "config.toml")
	if code != 3 || !strings.Contains(out, "entry") {
		t.Errorf("exit %d: %s", code, out)
	}
}
