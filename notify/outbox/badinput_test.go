package outbox_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/outbox"
)

const listHead = "customer_id,name,email,country,region,language,elements,sources\n"

func row(k int, name, email string) string {
	return fmt.Sprintf("c%d,%s,%s,DE,,de,name+email+communications+ssn,desk\n", k, name, email)
}

// sums holds a mailing to its promise, counted from the deliveries themselves.
func (h *house) sums(t *testing.T, m outbox.Mailing) {
	t.Helper()
	c, err := outbox.CountDeliveries(t.Context(), h.Service, m.ID)
	must(t, err)
	want := outbox.Counts{
		Accepted: c[outbox.Accepted], Rejected: c[outbox.Rejected], Deferred: c[outbox.Deferred], Uncertain: c[outbox.Uncertain],
		Attempting: c[outbox.Attempting], Withheld: c[outbox.Withheld], Bounced: c[outbox.Bounced], Earlier: m.Counts.Earlier,
	}
	if m.Counts != want || m.Left() != c[outbox.Excluded] {
		t.Errorf("the mailing counts %+v and %d left out, its deliveries say %v", m.Counts, m.Left(), c)
	}
	rows := 0
	for _, n := range c {
		rows += n
	}
	if rows+m.Pending()+m.Counts.Earlier != m.People {
		t.Errorf("%d deliveries, %d pending and %d told earlier are not %d people", rows, m.Pending(), m.Counts.Earlier, m.People)
	}
}

// What is no address sets its person apart, and nobody else.
func TestAddressesThatAreNone(t *testing.T) {
	bad := []string{"", "nobody", "two@at@mail.example", `"x@mail.example` + "\r\nBcc: all@mail.example\"", "a@", "@mail.example", "a b@mail.example", "a@mail..example"}
	var list strings.Builder
	list.WriteString(listHead)
	for k := 1; k <= 32; k++ {
		email := fmt.Sprintf("p%d@mail.example", k)
		if k%4 == 0 {
			email = bad[k/4-1]
		}
		list.WriteString(row(k, fmt.Sprintf("Person %d", k), email))
	}
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	h.readyFor(t, list.String())
	m := h.walk(t, h.release(t).ID, over)
	if m.Counts.Accepted != 24 || m.Left() != 8 || len(post.got) != 24 {
		t.Errorf("counts %+v, left out %v, handed over to %d", m.Counts, m.Excluded, len(post.got))
	}
	h.sums(t, m)
	for _, to := range slices.Sorted(maps.Keys(post.got)) {
		if !strings.HasPrefix(to, "p") || !strings.HasSuffix(to, "@mail.example") {
			t.Errorf("%q was handed over", to)
		}
	}
	who, err := h.NotTold(t.Context(), cora, h.ref, m.ID, outbox.NotToldQuery{Limit: 100})
	must(t, err)
	for n, r := range who.Rows {
		if r.Line != 4*(n+1) || !strings.Contains(r.Reason, "e-mail address") {
			t.Errorf("row %d: %+v", n, r)
		}
	}
	if who.People != 8 || len(who.Rows) != 8 || who.Places["DE"] != 8 {
		t.Errorf("%+v", who)
	}
}

// nameless makes a list in which some have no name, which every letter needs.
func nameless(n int, without func(k int) bool) string {
	var list strings.Builder
	list.WriteString(listHead)
	for k := 1; k <= n; k++ {
		name := fmt.Sprintf("Person %d", k)
		if without(k) {
			name = ""
		}
		list.WriteString(row(k, name, fmt.Sprintf("p%d@mail.example", k)))
	}
	return list.String()
}

// A letter that cannot be written sets its person apart, with the row and what is
// wrong, in the middle of a list; the mailing goes on.
func TestALetterThatCannotBeWritten(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.readyFor(t, nameless(80, func(k int) bool { return k == 57 }))
	m := h.walk(t, h.release(t).ID, over)
	const reason = "the letter cannot be written: no value for person.name"
	if m.Counts.Accepted != 79 || m.Excluded[reason] != 1 || m.FirstUnwritten != 57 || m.Unwritten != 1 {
		t.Errorf("counts %+v, left out %v, first row %d", m.Counts, m.Excluded, m.FirstUnwritten)
	}
	h.sums(t, m)
	who, err := h.NotTold(t.Context(), cora, h.ref, m.ID, outbox.NotToldQuery{Limit: 5, Reason: reason})
	must(t, err)
	if len(who.Rows) != 1 || who.Rows[0].Line != 57 {
		t.Errorf("%+v", who.Rows)
	}
}

// When it is not one person but many, somebody looks before it goes on.
func TestManyLettersThatCannotBeWritten(t *testing.T) {
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	staff := &wall{now: h.store.Clock.Now}
	h.Staff = staff
	h.readyFor(t, nameless(200, func(k int) bool { return k > 40 && k%3 == 0 }))
	id := h.release(t).ID
	pauses := 0
	m := h.walk(t, id, func(m outbox.Mailing) bool {
		if m.State == outbox.MailingPaused {
			pauses++
			if !strings.Contains(m.Note, "row 42 ") || m.Unwritten < 10 || pauses == 1 && m.Unwritten > 20 {
				t.Errorf("paused with %d set apart: %q", m.Unwritten, m.Note)
			}
			h.sums(t, m)
			must(t, h.Resume(t.Context(), otto, h.ref, id))
		}
		return over(m)
	})
	must(t, h.Tick(t.Context()))
	if n := len(staff.about("waits for a person", "row 42 ")); n != pauses || len(h.timeline(t, "mailing.pause")) != pauses {
		t.Errorf("paused %d times: staff were told %d times, the timeline %d", pauses, n, len(h.timeline(t, "mailing.pause")))
	}
	if pauses < 1 || pauses > 3 || m.Unwritten != 53 || m.Counts.Accepted != 147 {
		t.Errorf("paused %d times, %d set apart, counts %+v", pauses, m.Unwritten, m.Counts)
	}
	h.sums(t, m)
}

// biggest is the sealed list in the vault.
func (h *house) biggest(t *testing.T) string {
	t.Helper()
	best, size := "", int64(0)
	must(t, filepath.WalkDir(filepath.Join(h.store.Dir, vault.DirName), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil && info.Size() > size {
			best, size = p, info.Size()
		}
		return nil
	}))
	return best
}

// flip turns one byte over.
func flip(t *testing.T, path string, part float64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	info, err := f.Stat()
	must(t, err)
	at := int64(float64(info.Size()) * part)
	one := make([]byte, 1)
	_, err = f.ReadAt(one, at)
	must(t, err)
	one[0] ^= 0x40
	_, err = f.WriteAt(one, at)
	must(t, err)
}

// A list that is damaged pauses the mailing, which says after which row; once it
// is restored it goes on, and nobody is written to twice.
func TestADamagedList(t *testing.T) {
	const people = 9000
	paused := func(m outbox.Mailing) bool { return m.State == outbox.MailingPaused }
	for _, c := range []struct {
		name  string
		after int // letters handed over before the damage
	}{{"before it began", 0}, {"while it was under way", 1}} {
		t.Run(c.name, func(t *testing.T) {
			var h *house
			var once sync.Once
			post := &postman{got: map[string]int{}}
			post.answer = func(notify.Message) notify.Outcome {
				if c.after > 0 {
					once.Do(func() { flip(t, h.biggest(t), 0.9) })
				}
				return notify.Accepted
			}
			h = buildWith(t, post, func(o *outbox.Config) { o.Batch = 500 })
			h.readyFor(t, nameless(people, func(int) bool { return false }))
			id := h.release(t).ID
			if c.after == 0 {
				flip(t, h.biggest(t), 0.9)
			}
			m := h.walk(t, id, paused)
			var row int
			if _, err := fmt.Sscanf(m.Note, "the list of people cannot be read after row %d,", &row); err != nil || row < people/2 || row >= people {
				t.Fatalf("paused with %q", m.Note)
			}
			if n := len(post.got); c.after == 0 && n != 0 || n > row {
				t.Errorf("%d were written to, and %d rows can be read", n, row)
			}
			h.sums(t, m)
			flip(t, h.biggest(t), 0.9)
			must(t, h.Resume(t.Context(), otto, h.ref, id))
			m = h.walk(t, id, over)
			if m.Counts.Accepted != people || len(post.got) != people {
				t.Errorf("counts %+v", m.Counts)
			}
			for to, n := range post.got {
				if n != 1 {
					t.Fatalf("%s was handed over %d times", to, n)
				}
			}
			h.sums(t, m)
		})
	}
}

// A mail server that lies, stalls and hangs up in every way the channel knows of, in
// the middle of a mailing: whoever is accepted is there once, who is not is not, and
// only who is uncertain may be.
func TestALyingMailServer(t *testing.T) {
	var script []notifytest.Move
	for _, move := range []notifytest.Move{
		notifytest.AcceptThenDrop, notifytest.AnswerTwice, notifytest.DropAfterDot, notifytest.TakeAnyway, notifytest.TakeAtData, notifytest.OddCode, notifytest.GarbageAtEnd,
		notifytest.ShutDown, notifytest.ShutDownAfterDot, notifytest.PutOff, notifytest.PutOffContent, notifytest.RefuseMailbox, notifytest.RefuseContent, notifytest.DropAtData,
	} {
		script = append(script, notifytest.Accept, notifytest.Accept, move, notifytest.AnswerTwice, notifytest.Accept)
	}
	server := notifytest.StartSafe(t, notifytest.Safety{Limit: 25}, script...)
	dir, clock := t.TempDir(), ledgertest.NewClock()
	s, d, db, err := openHouse(dir, server.Port, clock.Now)
	must(t, err)
	defer db.Close()
	h := &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: clock, Dir: dir}}
	// Two addresses that only the channel sees to be none.
	list := nameless(300, func(int) bool { return false }) + row(301, "Person 301", "a@[127.0.0.1") + row(302, "Person 302", strings.Repeat("x", 300)+"@mail.example")
	h.readyFor(t, list)
	m := h.walk(t, h.release(t).ID, func(m outbox.Mailing) bool {
		if m.State == outbox.MailingPaused {
			must(t, h.Resume(t.Context(), otto, h.ref, m.ID))
		}
		return over(m)
	})
	h.sums(t, m)
	held := map[string]int{} // by person
	for id, n := range server.Held() {
		key, _, _ := strings.Cut(id, ".")
		held[key] += n
	}
	of, err := outbox.DeliveryStates(t.Context(), s, m.ID)
	must(t, err)
	for key, state := range of {
		n := held[key]
		if ok := state == outbox.Accepted && n == 1 || state == outbox.Uncertain && n <= 1 || state == outbox.Rejected && n == 0; !ok {
			t.Errorf("somebody is %s, and the server holds %d letters for them", state, n)
		}
	}
	lines, err := outbox.LineStates(t.Context(), s, m.ID)
	must(t, err)
	for _, line := range []int{301, 302} {
		if lines[line] != outbox.Rejected {
			t.Errorf("an address that is none, in row %d, is %s", line, lines[line])
		}
	}
	if m.Counts.Uncertain == 0 || m.Counts.Rejected == 0 || m.Pending() != 0 || m.Counts.Accepted < 280 {
		t.Errorf("counts %+v", m.Counts)
	}
}

// When the clock is set back by a month, nobody waits for a month.
func TestTheClockGoesBack(t *testing.T) {
	post := &postman{got: map[string]int{}}
	post.answer = func(m notify.Message) notify.Outcome {
		if post.got[m.To] < 3 {
			return notify.Deferred
		}
		return notify.Accepted
	}
	h := buildWith(t, post, func(c *outbox.Config) {
		c.Throttle.DomainPerHour = 120
		c.Retry = []time.Duration{time.Minute, 5 * time.Minute, time.Hour}
	})
	h.readyFor(t, nameless(24, func(int) bool { return false }))
	id := h.release(t).ID
	h.walk(t, id, func(m outbox.Mailing) bool { return m.Counts.Deferred > 0 })
	h.store.Clock.Advance(-30 * 24 * time.Hour)
	from := h.store.Clock.Now()
	m := h.walk(t, id, over)
	if took := h.store.Clock.Now().Sub(from); m.Counts.Accepted != 24 || took > 6*time.Hour {
		t.Errorf("counts %+v after %s", m.Counts, took)
	}
	h.sums(t, m)
}

// Stopping says who was not told, and that they are still owed it.
func TestAStopSaysWhoWasNotTold(t *testing.T) {
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	h.readyFor(t, nameless(50, func(int) bool { return false }))
	id := h.release(t).ID
	var once sync.Once
	post.answer = func(notify.Message) notify.Outcome {
		if len(post.got) >= 20 {
			once.Do(func() { must(t, h.Stop(t.Context(), otto, h.ref, id)) })
		}
		return notify.Accepted
	}
	must(t, outbox.Round(t.Context(), h.Service))
	must(t, outbox.Round(t.Context(), h.Service))
	m, err := h.Mailing(t.Context(), otto, h.ref, id)
	must(t, err)
	left := m.Pending()
	if m.State != outbox.MailingStopped || left == 0 || len(post.got)+left != 50 {
		t.Fatalf("it is %s with counts %+v", m.State, m.Counts)
	}
	h.sums(t, m)
	who, err := h.NotTold(t.Context(), cora, h.ref, id, outbox.NotToldQuery{Limit: 100})
	must(t, err)
	if who.People != left || len(who.Rows) != left || len(who.Duties) == 0 || who.Reasons[0].Reason != "the mailing was stopped before them" {
		t.Errorf("%+v, %d pending", who, left)
	}
	if !strings.Contains(m.Note, "those duties stay open") || h.told(t) {
		t.Errorf("note %q, told %v", m.Note, h.told(t))
	}
	wantKind(t, h.Resume(t.Context(), otto, h.ref, id), incident.Conflict)
}
