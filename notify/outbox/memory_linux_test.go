package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/notify/outbox"
)

// rowsOf writes a list of people without holding it; one in a hundred has two accounts.
type rowsOf struct {
	left, at int
	buf      bytes.Buffer
}

func (r *rowsOf) Read(p []byte) (int, error) {
	for r.buf.Len() < len(p) && r.left > 0 {
		if r.at == 0 {
			r.buf.WriteString(listHead)
		}
		r.at++
		r.left--
		k := r.at
		if k%100 == 0 {
			k--
		}
		fmt.Fprintf(&r.buf, "c%d,Person %d,p%d@d%d.example,DE,,de,name+email+communications+ssn,desk\n", r.at, k, k, k%50000)
	}
	if r.buf.Len() == 0 {
		return 0, io.EOF
	}
	return r.buf.Read(p)
}

// memoryDir makes this test's binary the program whose memory is measured.
const memoryDir = "TOCSIN_MEMORY_DIR"

// TestMemoryOfAMailing measures what a mailing takes, in a process that does nothing
// else: a million people within 150 MB (TOCSIN_MEMORY_PEOPLE=1000000), and not much less
// for fewer, because next to nothing of it grows with the list. What the kernel keeps of
// the store's file in memory is not counted: it gives that back when somebody needs it.
func TestMemoryOfAMailing(t *testing.T) {
	if dir := os.Getenv(memoryDir); dir != "" {
		sendMeasured(t, dir)
		return
	}
	if testing.Short() {
		t.Skip("it takes many seconds")
	}
	people := number("TOCSIN_MEMORY_PEOPLE", 20000)
	dir, clock := t.TempDir(), ledgertest.NewClock()
	s, d, db, err := openHouse(dir, 0, clock.Now)
	must(t, err)
	h := &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: clock, Dir: dir}}
	h.open(t, false)
	_, err = caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, &rowsOf{left: people}, nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	id := h.release(t).ID
	must(t, db.Close())

	run := exec.Command(os.Args[0], "-test.run=^TestMemoryOfAMailing$", "-test.v", "-test.count=1")
	run.Env = append(os.Environ(), memoryDir+"="+dir, "TOCSIN_MEMORY_REF="+h.ref, "TOCSIN_MEMORY_MAILING="+id)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var own, heap, done int
	for line := range strings.Lines(string(out)) {
		_, _ = fmt.Sscanf(strings.TrimSpace(line), "measured: %d MB of its own, %d MB heap, %d letters", &own, &heap, &done)
	}
	if done != people-people/100 || own == 0 || own > 150 {
		t.Errorf("%d of %d letters with %d MB of memory, want 150 at most\n%s", done, people, own, out)
	}
	t.Logf("%d people: %d MB at most, of them %d MB heap", people, own, heap)
}

func sendMeasured(t *testing.T, dir string) {
	s, _, db, err := openHouse(dir, 0, time.Now)
	must(t, err)
	defer db.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	own, heap := 0, 0
	var mem runtime.MemStats
	var m outbox.Mailing
	for n := 0; m.State != outbox.MailingDone; n++ {
		raw, err := os.ReadFile("/proc/self/status")
		must(t, err)
		for line := range strings.Lines(string(raw)) {
			var kb int
			if k, _ := fmt.Sscanf(line, "RssAnon: %d kB", &kb); k == 1 {
				own = max(own, kb>>10)
			}
		}
		if n%50 == 0 {
			runtime.ReadMemStats(&mem)
			heap = max(heap, int(mem.HeapInuse>>20))
			m, err = s.Mailing(t.Context(), otto, os.Getenv("TOCSIN_MEMORY_REF"), os.Getenv("TOCSIN_MEMORY_MAILING"))
			must(t, err)
		}
		time.Sleep(5 * time.Millisecond)
		if file := os.Getenv("TOCSIN_MEMORY_PROFILE"); file != "" && m.Counts.Accepted > m.People/2 {
			f, err := os.Create(file)
			must(t, err)
			runtime.GC()
			must(t, pprof.Lookup("heap").WriteTo(f, 0))
			must(t, f.Close())
			must(t, os.Unsetenv("TOCSIN_MEMORY_PROFILE"))
		}
	}
	cancel()
	must(t, <-ended)
	fmt.Printf("measured: %d MB of its own, %d MB heap, %d letters\n", own, heap, m.Counts.Accepted)
}
