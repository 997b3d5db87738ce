package webtest

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/post"
	"tocsin/notify/statute"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/runner"
)

// Mail is the world's end of the mail: it takes every message and counts it.
type Mail struct {
	mu    sync.Mutex
	taken int
	last  string // id of the last message

	// Answer says how a message ends; nil accepts each. It is set before any is sent.
	Answer func(notify.Message) notify.Receipt
}

// Name is the channel's.
func (m *Mail) Name() string { return "test" }

// Domain is that of its Message-IDs.
func (m *Mail) Domain() string { return "kestrel.example" }

// Send accepts a message, or ends it as Answer says.
func (m *Mail) Send(_ context.Context, letter notify.Message) notify.Receipt {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taken++
	m.last = letter.ID
	if m.Answer != nil {
		return m.Answer(letter)
	}
	return notify.Receipt{Outcome: notify.Accepted}
}

// Last is the id of the message that came last.
func (m *Mail) Last() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

// Close has nothing to end.
func (m *Mail) Close() error { return nil }

// Taken is how many messages came.
func (m *Mail) Taken() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.taken
}

// parts are the desk, the outbox and the runner over one store, wired as the
// program wires them, with an insurer in Germany and Connecticut as the
// organisation and the shipped rules, letters and playbooks.
type parts struct {
	desk   *casework.Desk
	outbox *outbox.Service
	runner *runner.Runner
	mail   *Mail
}

// The shipped libraries are read once for all sites of a test run: they never
// change, and reading them takes longer than most tests.
var (
	rules   = statute.OnFirstUse(statute.Builtin())
	letters = sync.OnceValues(letter.Builtin)
	forms   = sync.OnceValues(func() (*filing.Library, error) {
		l, err := letters()
		if err != nil {
			return nil, err
		}
		return filing.Builtin(l)
	})
)

func newParts(t testing.TB, store *ledgertest.Store, log *slog.Logger) parts {
	t.Helper()
	v, err := vault.New(store.DB, vault.Config{Dir: filepath.Join(store.Dir, vault.DirName)})
	must(t, err)
	p := parts{mail: &Mail{}}
	c := post.DefaultHouse()
	c.Sender, c.Home = []string{"Kestrel Mutual Insurance", "1 Example Street", "80331 Munich"}, "DE"
	house, err := post.NewHouse(c)
	must(t, err)
	p.outbox, err = outbox.New(outbox.Deps{
		DB: store.DB, Vault: v, Rules: rules, Letters: letters, Mail: p.mail, Logger: log,
		Forms: forms, House: house, Prints: func(incident string) post.Store { return post.VaultStore{Vault: v, Scope: incident} },
	}, outbox.Config{
		Organisation: statute.Organisation{Role: "controller", EstablishedIn: []string{"DE-BY", "US-CT"}, MainEstablishment: "DE-BY", RegulatedAs: []string{"insurer"}, LicensedIn: []string{"US-CT", "US-NY"}},
		Letterhead: outbox.Letterhead{
			Organisation: letter.Organisation{Name: "Kestrel Mutual Insurance", Address: []string{"1 Example Street", "80331 Munich", "Germany"}, Phone: "+49 89 555 0100", TollFree: "+1 800 555 0100", Email: "privacy@kestrel.example", Web: "https://kestrel.example"},
			DPO:          letter.Contact{Name: "Data protection officer", Email: "dpo@kestrel.example", Phone: "+49 89 555 0101"},
			CallCentre:   letter.Contact{Phone: "+1 800 555 0102", Hours: "Monday to Friday, 8 am to 8 pm"},
			Signatory:    letter.Contact{Name: "Signatory of the test", Role: "Head of Operations"},
			CheckPage:    "https://tocsin.example/letter",
		},
		Canary: 2, Retry: []time.Duration{time.Minute},
	})
	must(t, err)
	p.runner, err = runner.New(store.DB, runner.Config{Deadlines: deadlines})
	must(t, err)
	p.desk, err = casework.New(casework.Deps{DB: store.DB, Vault: v, Logger: log, Reactors: []casework.Reactor{p.outbox, p.runner}}, casework.Config{})
	must(t, err)
	return p
}

// Playbooks publishes the shipped playbooks.
func (s *Site) Playbooks(t testing.TB) {
	t.Helper()
	all, err := builtin.All()
	must(t, err)
	must(t, s.Runner.Seed(context.Background(), all))
}

func deadlines(tx *ledger.Tx, i *incident.Incident) ([]runner.Deadline, error) {
	all, err := outbox.ObligationsOf(tx, i.ID)
	var out []runner.Deadline
	for n := range all {
		for _, st := range all[n].Stages {
			if st.Due != nil {
				out = append(out, runner.Deadline{Rule: all[n].Rule, Stage: st.Stage, Due: *st.Due, Met: st.Met != nil || !all[n].Owed()})
			}
		}
	}
	return out, err
}
