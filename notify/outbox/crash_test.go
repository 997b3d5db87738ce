package outbox_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify"
	"tocsin/notify/filing"
	"tocsin/notify/outbox"
	smtpchannel "tocsin/notify/smtp"
	"tocsin/notify/statute"
)

// mailbox is a real SMTP server that counts what each recipient got.
type mailbox struct {
	mu  sync.Mutex
	got map[string]int
}

func (b *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{b: b}, nil }

func (b *mailbox) count() (n, most int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range b.got {
		n += k
		most = max(most, k)
	}
	return n, most
}

type delivery struct {
	b  *mailbox
	to []string
}

func (d *delivery) Reset()                               { d.to = nil }
func (d *delivery) Logout() error                        { return nil }
func (d *delivery) Mail(string, *smtp.MailOptions) error { d.to = nil; return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}
func (d *delivery) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	d.b.mu.Lock()
	defer d.b.mu.Unlock()
	for _, to := range d.to {
		d.b.got[to]++
	}
	return nil
}

func startMailbox(t testing.TB) (*mailbox, int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	b := &mailbox{got: map[string]int{}}
	s := smtp.NewServer(b)
	s.Domain = "mail.example"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return b, l.Addr().(*net.TCPAddr).Port
}

// openHouse opens a data folder with a channel to the mail server on port; to
// nobody, which takes everything, where port is 0.
func openHouse(dir string, port int, clock func() time.Time) (*outbox.Service, *casework.Desk, *ledger.DB, error) {
	ring, err := keys.Open(keys.Config{File: filepath.Join(dir, keys.FileName)})
	if err != nil {
		return nil, nil, nil, err
	}
	db, err := ledger.Open(ledger.Config{Path: filepath.Join(dir, ledger.FileName), Keys: ring, Clock: clock})
	if err != nil {
		return nil, nil, nil, err
	}
	v, err := vault.New(db, vault.Config{Dir: filepath.Join(dir, vault.DirName)})
	if err != nil {
		return nil, nil, nil, err
	}
	cfg := smtpchannel.Default()
	cfg.Host, cfg.Port, cfg.TLS, cfg.From, cfg.Connections = "127.0.0.1", port, "none", "Insurer <privacy@insurer.example>", 4
	var channel notify.Channel = taker{}
	if port != 0 {
		if channel, err = smtpchannel.New(cfg, smtpchannel.Deps{Clock: clock}); err != nil {
			return nil, nil, nil, err
		}
	}
	s, err := outbox.New(outbox.Deps{
		DB: db, Vault: v, Rules: rules, Letters: letters, Mail: channel,
		Forms: func() (*filing.Library, error) {
			l, err := letters()
			if err != nil {
				return nil, err
			}
			return filing.Builtin(l)
		},
	}, outbox.Config{
		Organisation: statute.Organisation{Role: "controller", EstablishedIn: []string{"DE"}, MainEstablishment: "DE-BY", RegulatedAs: []string{"insurer"}, LicensedIn: []string{}},
		Letterhead:   letterhead(), Canary: 20, Batch: 50,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := casework.New(casework.Deps{DB: db, Vault: v, Reactors: []casework.Reactor{s}}, casework.Config{})
	return s, d, db, err
}

// taker is a channel that takes every letter at once.
type taker struct{}

func (taker) Name() string     { return "taker" }
func (taker) Close() error     { return nil }
func (taker) Connections() int { return 4 }
func (taker) Send(context.Context, notify.Message) notify.Receipt {
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}

// The variables that make this test's binary the program that is killed.
const (
	crashDir  = "TOCSIN_CRASH_DIR"
	crashPort = "TOCSIN_CRASH_PORT"
)

// TestSenderProcess is the program that TestKilledMailing kills; alone it does nothing.
func TestSenderProcess(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Skip("it is the process that TestKilledMailing starts")
	}
	var port int
	fmt.Sscan(os.Getenv(crashPort), &port)
	s, _, _, err := openHouse(dir, port, time.Now)
	must(t, err)
	must(t, s.Run(context.Background()))
}

// killing is how a mailing is killed.
type killing struct {
	people, kills int
	port          int      // of the server that is mailed to
	box           *mailbox // where every letter it took ends
	drain         func()   // waits until they are there
}

// TestKilledMailing kills the process in the middle of a mailing, at random
// moments and without warning. Nobody is mailed twice, and nobody is lost: everyone was
// accepted, or is uncertain and waits for a person.
func TestKilledMailing(t *testing.T) {
	box, port := startMailbox(t)
	killing{people: 1200, kills: 3, port: port, box: box, drain: func() {}}.run(t)
}

// TestKilledMailingToPostfix is the same to a Postfix with a queue of its own, which
// goes on with what it took when the sender dies. TOCSIN_KILLS=50 and
// TOCSIN_KILL_PEOPLE=20000 is the long form.
func TestKilledMailingToPostfix(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes many seconds")
	}
	box, next := startMailbox(t)
	p := startPostfix(t, next)
	killing{people: number("TOCSIN_KILL_PEOPLE", 1500), kills: number("TOCSIN_KILLS", 2), port: p.port, box: box, drain: func() { p.drain(t) }}.run(t)
}

func number(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return usual
}

func (k killing) run(t *testing.T) {
	dir := t.TempDir()
	clock := ledgertest.NewClock()
	s, d, db, err := openHouse(dir, k.port, clock.Now)
	must(t, err)
	h := &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: clock, Dir: dir}}
	h.ready(t, k.people)
	id := h.release(t).ID
	must(t, db.Close())
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	killed, uncertain := 0, 0
	for killed < k.kills {
		run := exec.Command(os.Args[0], "-test.run=^TestSenderProcess$", "-test.count=1")
		run.Env = append(os.Environ(), crashDir+"="+dir, fmt.Sprintf("%s=%d", crashPort, k.port))
		must(t, run.Start())
		// Somewhere in its share of the list, and a little later.
		before, _ := k.box.count()
		enough := before + 1 + random.IntN(k.people/(k.kills+1))
		for range 20000 {
			if n, _ := k.box.count(); n >= enough || n >= k.people-1 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		must(t, run.Process.Kill())
		_ = run.Wait()
		m := k.look(t, dir, h.ref, id)
		if m.State == outbox.MailingDone {
			break
		}
		killed++
		uncertain = max(uncertain, m.Counts.Uncertain+m.Counts.Attempting)
	}
	if killed < min(k.kills, max(2, k.kills*3/4)) {
		t.Fatalf("it was killed in the middle %d times only", killed)
	}

	s, d, db, err = openHouse(dir, k.port, time.Now)
	must(t, err)
	defer db.Close()
	h = &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: ledgertest.NewClock(), Dir: dir}, ref: h.ref}
	m := k.finish(t, h, id)
	k.drain()
	h.sums(t, m)
	k.agrees(t, h, m)
	if m.Counts.Uncertain == 0 || m.Pending() != 0 {
		t.Errorf("counts %+v, %d pending", m.Counts, m.Pending())
	}
	report, err := db.Verify(t.Context(), nil)
	must(t, err)
	if !report.OK() {
		t.Errorf("the log does not hold: %v", report.Problems)
	}
	arrived, most := k.box.count()
	t.Logf("killed %d times among %d people: %d arrived, at most %d for one; %d accepted, %d uncertain, %d left out",
		killed, k.people, arrived, most, m.Counts.Accepted, m.Counts.Uncertain, m.Left())
}

// finish lets the mailing go on to its end.
func (k killing) finish(t *testing.T, h *house, id string) outbox.Mailing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	defer func() {
		cancel()
		must(t, <-ended)
	}()
	for range 6000 {
		m, err := h.Mailing(t.Context(), otto, h.ref, id)
		must(t, err)
		switch m.State {
		case outbox.MailingDone:
			return m
		case outbox.MailingPaused: // many of the first few are uncertain: a person lets it go on
			must(t, h.Resume(t.Context(), otto, h.ref, id))
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the mailing does not come to its end")
	return outbox.Mailing{}
}

// look opens the store of a sender that was killed and adds up; a mailing that
// paused because many were uncertain goes on, as a person would let it.
func (k killing) look(t *testing.T, dir, ref, id string) outbox.Mailing {
	t.Helper()
	s, d, db, err := openHouse(dir, k.port, time.Now)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	h := &house{Service: s, desk: d, ref: ref}
	m, err := h.Mailing(t.Context(), otto, ref, id)
	must(t, err)
	h.sums(t, m)
	if m.State == outbox.MailingPaused {
		must(t, h.Resume(t.Context(), otto, ref, id))
	}
	return m
}

// agrees holds what is known of each person against what the server took.
func (k killing) agrees(t *testing.T, h *house, m outbox.Mailing) {
	t.Helper()
	states, err := outbox.LineStates(t.Context(), h.Service, m.ID)
	must(t, err)
	k.box.mu.Lock()
	defer k.box.mu.Unlock()
	wrong := 0
	for line := 1; line <= k.people; line++ {
		n, state := k.box.got[fmt.Sprintf("p%d@mail.example", line)], states[line]
		switch {
		case state == outbox.Accepted && n == 1, state == outbox.Uncertain && n <= 1, (state == outbox.Excluded || state == outbox.Rejected) && n == 0:
		default:
			if wrong++; wrong <= 10 {
				t.Errorf("the person in row %d is %q, and the server took %d letters", line, state, n)
			}
		}
	}
	if wrong > 10 {
		t.Errorf("and so for %d people", wrong)
	}
}
