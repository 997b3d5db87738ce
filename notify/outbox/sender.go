package outbox

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Run sends until ctx ends: first it settles what a crash left without an
// outcome, then it looks in the store for what is to be sent, whenever it is
// nudged and now and then. What was handed over when ctx ends is still recorded.
func (s *Service) Run(ctx context.Context) error {
	if err := s.recover(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // it was over before it began
		}
		return err
	}
	var press sync.WaitGroup
	press.Go(func() { s.runPress(ctx) })
	defer press.Wait()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	defer s.passes.wg.Wait() // what is on the wire is finished and written down
	for {
		err := s.round(ctx)
		if err == nil {
			err = s.sweep(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.Error("sending failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-ticker.C:
		}
	}
}

// job is one mailing to look after.
type job struct{ mailing, incident string }

func (s *Service) jobs(ctx context.Context) ([]job, error) {
	var out []job
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return sending.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
			out = append(out, job{mailing: k.Text(0), incident: id})
			return nil
		})
	})
	return out, err
}

// pass goes once over a mailing's list and sends what is due; again says that
// something was done, so that others who waited for their turn are looked at.
func (s *Service) pass(ctx context.Context, j job) (again bool, err error) {
	if err := s.recoverJob(ctx, j); err != nil {
		return false, err
	}
	p, due, err := s.open(ctx, j)
	if err != nil {
		return false, s.trouble(ctx, j, &unprepared{err})
	}
	if !due {
		return false, nil
	}
	defer p.list.Close()
	on, err := p.all(ctx)
	if e := p.land(); err == nil || e != nil {
		err = e
	}
	if err != nil {
		return false, s.trouble(ctx, j, err)
	}
	if !on {
		return false, nil
	}
	return true, s.finish(ctx, p)
}

// all goes through the list; on is false where the mailing is no longer to go on.
func (p *pass) all(ctx context.Context) (on bool, err error) {
	line := 0
	for person, err := range affected.ReadRoster(p.list) {
		if err != nil {
			return false, &unreadable{after: line, cause: err}
		}
		line++
		if casework.Erased(&person) {
			continue // at its place, so that everybody else keeps theirs
		}
		p.add(person, line)
		if len(p.batch) < p.room() {
			continue
		}
		if on, err := p.flush(ctx); err != nil || !on {
			return false, err
		}
		if p.held.all != nil || p.down.Load() {
			return true, nil // nobody else can be written to before there was a wait
		}
	}
	return p.flush(ctx)
}

// pass is one run over a list.
type pass struct {
	s        *Service
	j        job
	m        Mailing
	list     io.ReadCloser
	key      [32]byte
	codes    [32]byte // of the codes in the letters
	choose   *chooser
	marks    casework.Marks // corrections and restrictions that people asked for
	accounts *accounts
	canary   int // how many are still to be sent before the mailing looks at itself
	batch    []recipient
	codeless bool                          // somebody's letter shows a code, and there are none left
	left     func(*affected.Person) string // why somebody is left out by decision; "" otherwise
	counts   *counting                     // nil unless those of whom nothing counts are left out
	held     holds                         // whom a limit an hour holds back
	down     atomic.Bool                   // the mail server cannot be reached
	line     *line                         // where batches go once the canary is over
}

// open reads what a pass needs; due is false where there is nothing to do now.
func (s *Service) open(ctx context.Context, j job) (*pass, bool, error) {
	p := &pass{s: s, j: j, canary: -1}
	var texts []Draft
	var over bool
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		p.m = m
		over = m.State == MailingDone || m.State == MailingStopped
		if !m.State.Active() || m.NextPass != nil && m.NextPass.After(s.now(tx)) {
			return ledger.Stop
		}
		if p.marks, err = casework.PersonMarks(tx, j.incident); err != nil {
			return err
		}
		if p.left, err = casework.Excluded(tx, j.incident); err != nil {
			return err
		}
		for _, l := range m.Letters {
			d, err := drafts.Get(tx, ledger.K(j.incident, l.Draft))
			if err != nil {
				return err
			}
			texts = append(texts, d)
		}
		p.counts, err = s.leftUncounted(tx, j.incident, texts)
		return err
	})
	if over || incident.KindOf(err) == incident.Gone && err != nil {
		return nil, false, s.forget(ctx, j)
	}
	if err != nil || len(texts) == 0 {
		if err == ledger.Stop {
			err = nil
		}
		return nil, false, err
	}
	if p.m.State == MailingCanary {
		p.canary = max(1, s.cfg.Canary-p.m.tried())
	}
	lib, err := s.Letters()
	if err != nil {
		return nil, false, err
	}
	if p.choose, err = newChooser(lib, p.m.Letters, texts); err != nil {
		return nil, false, err
	}
	k, err := s.DB.DataKey(ctx, j.incident)
	if err != nil {
		return nil, false, err
	}
	p.key, p.codes = k.Derive("deliveries"), codesOf(k)
	p.accounts, err = s.accounts.get(p.m.ID, func() (*accounts, error) { return p.findAccounts(ctx) })
	if err != nil {
		return nil, false, err
	}
	p.list, err = s.Vault.Open(ctx, j.incident, p.m.Roster)
	return p, err == nil, err
}

func (p *pass) room() int {
	if p.canary > 0 {
		return min(p.canary, p.s.cfg.Batch)
	}
	return p.s.cfg.Batch
}

// flush writes the attempts of a batch, makes them, and writes their outcomes.
// After the canary it waits for none of that but the attempts: the next batch is written
// down while this one is on the wire. on is false where the mailing is no longer to go on.
func (p *pass) flush(ctx context.Context) (on bool, err error) {
	b := &batch{all: p.batch}
	p.batch = nil
	if len(b.all) == 0 {
		return ctx.Err() == nil, nil
	}
	if on, err := p.begin(ctx, b); err != nil || !on {
		return false, err
	}
	if len(b.todo) == 0 {
		return ctx.Err() == nil, nil
	}
	if p.canary <= 0 {
		if p.line == nil {
			p.line = p.newLine(ctx)
		}
		return p.line.take(b) && ctx.Err() == nil, nil
	}
	p.send(ctx, b.todo)
	if err := p.keep(context.WithoutCancel(ctx), b); err != nil {
		return false, err
	}
	if p.canary -= len(b.todo); p.canary <= 0 {
		if ok, err := p.judge(context.WithoutCancel(ctx)); err != nil || !ok {
			return false, err
		}
	}
	return ctx.Err() == nil, nil
}
