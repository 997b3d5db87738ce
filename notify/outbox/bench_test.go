package outbox_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

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

// The benchmarks send the same letters to the same people through the outbox and
// with its rivals (see rival_test.go): what the outbox adds is choosing and writing each
// letter, and every attempt and outcome durable and on the audit log. README.md says how
// to run them.

const (
	// benchPeople is how many people a benchmark writes to.
	benchPeople = 20000
	// benchConnections is how many connections to the mail server it has.
	benchConnections = 50
)

// benchHouse has a mailing ready for release, to be sent by channel.
func benchHouse(b *testing.B, channel notify.Channel) *house {
	b.Helper()
	dir := b.TempDir()
	ring, err := keys.Open(keys.Config{File: filepath.Join(dir, keys.FileName)})
	must(b, err)
	db, err := ledger.Open(ledger.Config{Path: filepath.Join(dir, ledger.FileName), Keys: ring})
	must(b, err)
	b.Cleanup(func() { _ = db.Close() })
	v, err := vault.New(db, vault.Config{Dir: filepath.Join(dir, vault.DirName)})
	must(b, err)
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
		Letterhead:   letterhead(),
	})
	must(b, err)
	d, err := casework.New(casework.Deps{DB: db, Vault: v, Reactors: []casework.Reactor{s}}, casework.Config{})
	must(b, err)
	clock := ledgertest.NewClock()
	clock.Set(time.Now())
	h := &house{Service: s, desk: d, store: &ledgertest.Store{DB: db, Clock: clock, Dir: dir}}
	h.ready(b, benchPeople)
	return h
}

// mail runs a mailing to its end and gives how many were accepted.
func (h *house) mail(b *testing.B, m *outbox.Mailing) int {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	defer func() {
		cancel()
		must(b, <-ended)
	}()
	for {
		now, err := h.Mailing(b.Context(), otto, h.ref, m.ID)
		must(b, err)
		switch now.State {
		case outbox.MailingDone:
			return now.Counts.Accepted
		case outbox.MailingPaused, outbox.MailingStopped:
			b.Fatalf("the mailing is %s: %s", now.State, now.Note)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// benchChannel sends to the mail server on port.
func benchChannel(b *testing.B, port int) *smtpchannel.Channel {
	b.Helper()
	cfg := smtpchannel.Default()
	cfg.Host, cfg.Port, cfg.TLS, cfg.From, cfg.Connections = "127.0.0.1", port, "none", "Example Insurance <privacy@insurer.example>", benchConnections
	channel, err := smtpchannel.New(cfg, smtpchannel.Deps{})
	must(b, err)
	return channel
}

// BenchmarkMailingWithoutMail is what of a mailing is not mail: the channel takes
// every letter at once.
func BenchmarkMailingWithoutMail(b *testing.B) {
	for range b.N {
		b.StopTimer()
		h := benchHouse(b, &drawer{})
		m := h.release(b)
		b.StartTimer()
		h.mail(b, m)
	}
	perSecond(b)
}

func perSecond(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.N*(benchPeople-1))/b.Elapsed().Seconds(), "letters/s")
}

// drawer is a channel that takes every letter at once, and keeps it if it is to.
type drawer struct {
	keeps bool

	mu      sync.Mutex
	letters []notify.Message
}

func (*drawer) Name() string     { return "drawer" }
func (*drawer) Close() error     { return nil }
func (*drawer) Connections() int { return benchConnections }
func (d *drawer) Send(_ context.Context, m notify.Message) notify.Receipt {
	if d.keeps {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.letters = append(d.letters, m)
	}
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}
