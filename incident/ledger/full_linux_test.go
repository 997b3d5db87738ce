package ledger_test

import (
	"math"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

// TestFullDisk fills the disk for a process of its own: the limit on the size of
// files makes the same writes fail that a full disk does, at the same place.
func TestFullDisk(t *testing.T) {
	if os.Getenv("TOCSIN_TEST_FULL_DISK") != "" {
		fullDisk(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "TOCSIN_TEST_FULL_DISK=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fullDisk(t *testing.T) {
	s := ledgertest.New(t)
	act(t, s.DB, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a", 1), note{"before"}) })
	head, _ := s.Head(ctx)
	info, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	full := limit
	write := func(bytes int) error {
		return s.Update(ctx, alice, func(tx *ledger.Tx) error {
			tx.Record("note.add", "note/2")
			return notes.Put(tx, ledger.K("a", 2), note{strings.Repeat("x", bytes)})
		})
	}
	for _, test := range []struct {
		size  int64
		bytes int
	}{
		{info.Size(), 4 << 20}, // the file cannot grow
		{16 << 10, 40 << 10},   // pages inside it cannot be written, or only some of them
		{1, 10},                // not even the first
	} {
		full.Cur = uint64(test.size)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
			t.Fatal(err)
		}
		err = write(test.bytes)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		wantKind(t, err, incident.Unavailable)
		if !strings.Contains(incident.Sentence(err), "disk is full") {
			t.Errorf("error %v", err)
		}
		if now, _ := s.Head(ctx); now != head {
			t.Error("the log has moved on")
		}
		if r, err := s.Fsck(ctx, ledger.Checks{}, nil); err != nil || !r.OK() {
			t.Errorf("limit %d: %v, %v", test.size, r.Problems, err)
		}
	}
	if rows, entries := count(t, s.DB); rows != 1 || entries != 2 {
		t.Errorf("%d rows, %d entries", rows, entries)
	}
	if limit.Cur < math.MaxInt32 {
		t.Skip("the machine itself limits the size of files")
	}
	if err := write(4 << 20); err != nil {
		t.Errorf("after space was freed: %v", err)
	}
	s.Reopen(t)
	if rows, entries := count(t, s.DB); rows != 2 || entries != 3 {
		t.Errorf("after a restart: %d rows, %d entries", rows, entries)
	}
}
