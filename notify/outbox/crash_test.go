package outbox_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify/filing"
	"tocsin/notify/outbox"
	smtpchannel "tocsin/notify/smtp"
	"tocsin/notify/statute"
)

// crashPeople is the size of the mailing that is killed.
const crashPeople = 2000

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

// openHouse opens a data folder with a channel to the mail server on port.
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
	channel, err := smtpchannel.New(cfg, smtpchannel.Deps{Clock: clock})
	if err != nil {
		return nil, nil, nil, err
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

// TestKilledMailing kills the process in the middle of a mailing, several times
// and without warning. Nobody is mailed twice, and nobody is lost: everyone was
// accepted, or is uncertain and waits for a person.
func TestKilledMailing(t *testing.T) {
	box, port := startMailbox(t)
	dir := t.TempDir()
	clock := ledgertest.NewClock()
	s, d, db, err := openHouse(dir, port, clock.Now)
	must(t, err)
	h := &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: clock, Dir: dir}}
	h.ready(t, crashPeople)
	m := h.release(t)
	must(t, db.Close())

	kills := 0
	for round := range 4 {
		run := exec.Command(os.Args[0], "-test.run=^TestSenderProcess$", "-test.count=1")
		run.Env = append(os.Environ(), crashDir+"="+dir, fmt.Sprintf("%s=%d", crashPort, port))
		must(t, run.Start())
		before, _ := box.count()
		for range 2000 { // until it is well into it
			if n, _ := box.count(); n > before+150 {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
		must(t, run.Process.Kill())
		_ = run.Wait()
		if n, _ := box.count(); n < crashPeople-1 && n > before {
			kills++
		}
		_ = round
	}
	if kills < 2 {
		t.Fatalf("it was killed in the middle %d times only", kills)
	}

	s, d, db, err = openHouse(dir, port, time.Now)
	must(t, err)
	defer db.Close()
	h = &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: ledgertest.NewClock(), Dir: dir}, ref: h.ref}
	m2 := h.run(t, m.ID, over)
	arrived, most := box.count()
	c := m2.Counts
	if most != 1 {
		t.Errorf("somebody got %d letters", most)
	}
	if sum := c.Accepted + c.Uncertain + c.Rejected + m2.Left(); sum != crashPeople || m2.Pending() != 0 {
		t.Errorf("%d of %d people are accounted for: %+v", sum, crashPeople, c)
	}
	if c.Uncertain == 0 || arrived < c.Accepted || arrived > c.Accepted+c.Uncertain {
		t.Errorf("%d arrived, %d accepted, %d uncertain", arrived, c.Accepted, c.Uncertain)
	}
	report, err := db.Verify(t.Context(), nil)
	must(t, err)
	if !report.OK() {
		t.Errorf("the log does not hold: %v", report.Problems)
	}
	t.Logf("killed %d times: %d arrived, %d accepted, %d uncertain, %d left out", kills, arrived, c.Accepted, c.Uncertain, m2.Left())
}
