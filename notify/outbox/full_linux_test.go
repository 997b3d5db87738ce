package outbox_test

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"tocsin/notify"
	"tocsin/notify/outbox"
)

// The disk is full in the middle of a mailing, for a while: nobody is written to who
// is not on record, and when there is room again it goes on. Whose outcome could not be
// written is uncertain. The limit on the size of files makes the same writes fail that a
// full disk does; it holds for a whole process, so this is one of its own.
func TestTheDiskIsFullInTheMiddle(t *testing.T) {
	const child = "TOCSIN_TEST_FULL_DISK"
	if os.Getenv(child) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheDiskIsFullInTheMiddle$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestTheDiskIsFullInTheMiddle") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	const people = 60
	post := &postman{got: map[string]int{}}
	h := buildWith(t, post, func(c *outbox.Config) { c.Batch = 10 })
	h.readyFor(t, nameless(people, func(int) bool { return false }))
	id := h.release(t).ID
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	var once sync.Once
	var at int
	post.answer = func(notify.Message) notify.Outcome {
		if len(post.got) == 25 {
			once.Do(func() {
				full := limit
				full.Cur = 16 << 10
				must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
			})
		}
		return notify.Accepted
	}
	for round := range 3 { // all of them fail, and nobody new is written to once the first has
		if err := outbox.Round(t.Context(), h.Service); err != nil {
			t.Log(err)
		}
		post.mu.Lock()
		if n := len(post.got); round > 0 && n != at || n >= people {
			t.Errorf("round %d: %d letters although nothing can be written", round, n)
		}
		at = len(post.got)
		post.mu.Unlock()
	}
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	m := h.walk(t, id, over)
	h.sums(t, m)
	if m.Counts.Uncertain == 0 || m.Counts.Accepted+m.Counts.Uncertain != people || len(post.got) != people {
		t.Errorf("counts %+v, %d letters", m.Counts, len(post.got))
	}
	for to, n := range post.got {
		if n != 1 {
			t.Errorf("%s was handed over %d times", to, n)
		}
	}
}
