package outbox

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// unreachedEach is how many letters in a row find no mail server, for each that is under
// way at once, before the others of their batch are put off untried and the pass ends: a
// server that does not answer would keep each of them waiting for half a minute.
const unreachedEach = 2

// send makes the attempts, as many at once as the channel has connections.
func (p *pass) send(ctx context.Context, todo []*recipient) {
	workers := 1
	if c, ok := p.s.Mail.(interface{ Connections() int }); ok {
		workers = max(1, c.Connections())
	}
	letters := p.s.counter(todo)
	var inRow atomic.Int64
	most := int64(unreachedEach * workers)
	var wg sync.WaitGroup
	for range min(workers, len(todo)) {
		wg.Go(func() {
			for r := letters.next(); r != nil; r = letters.next() {
				if inRow.Load() >= most {
					r.untried = true
					r.receipt = notify.Receipt{Outcome: notify.Deferred, Detail: "not tried: the mail server could not be reached just before"}
				} else {
					r.receipt = p.s.Mail.Send(ctx, notify.Message{
						ID: messageID(r.key, r.try), To: r.person.Email,
						Subject: r.message.Subject, Text: r.message.Text, HTML: r.message.HTML,
					})
				}
				if r.receipt.Outcome == notify.Deferred && r.receipt.Code == 0 {
					inRow.Add(1)
				} else {
					inRow.Store(0)
				}
				letters.back(r)
			}
		})
	}
	wg.Wait()
	if inRow.Load() < most {
		return
	}
	p.down.Store(true)
	for _, r := range todo { // nobody is given up for that
		r.untried = r.untried || r.receipt.Outcome == notify.Deferred && r.receipt.Code == 0
	}
}

// messageID is the local part of a letter's Message-ID: the delivery's name and the
// attempt, from 1.
func messageID(key string, try int) string { return fmt.Sprintf("%s.%d", key, try) }

// keep writes the outcomes, and tries for a while when the store cannot take
// them: what is known now would otherwise be uncertain.
func (p *pass) keep(ctx context.Context, b *batch) (err error) {
	for wait := 50 * time.Millisecond; wait < 5*time.Second; wait *= 2 {
		if err = p.end(ctx, b); err == nil || incident.KindOf(err) != incident.Unavailable {
			return err
		}
		time.Sleep(wait)
	}
	return err
}

// end writes the outcomes.
func (p *pass) end(ctx context.Context, b *batch) error {
	return p.s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, p.j.incident, p.j.mailing)
		if err != nil {
			return err
		}
		tx.Record("mailing.outcome", "mailing/"+m.ID)
		now := p.s.now(tx)
		m.tally(now, len(b.todo))
		if err := p.s.heard(tx, b.todo); err != nil {
			return err
		}
		for _, r := range b.todo {
			k := ledger.K(p.j.incident, r.key)
			d, err := deliveries.Get(tx, k)
			if err != nil {
				return err
			}
			m.Counts.Attempting--
			if r.untried {
				d.Attempts--
			}
			p.s.settle(&m, &d, r.receipt, now)
			if err := m.settled(tx, p.j.incident, k, &d); err != nil {
				return err
			}
			if err := deliveries.Put(tx, k, d); err != nil {
				return err
			}
		}
		if err := inFlight.Delete(tx, ledger.K(p.j.incident, m.ID, b.number)); err != nil {
			return err
		}
		return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
	})
}

// settle puts an outcome on record.
func (s *Service) settle(m *Mailing, d *Delivery, r notify.Receipt, now time.Time) {
	d.Receipt, d.At, d.NextTry = r, now, nil
	switch r.Outcome {
	case notify.Accepted:
		d.State = Accepted
		m.Counts.Accepted++
	case notify.Rejected:
		d.State = Rejected
		m.Counts.Rejected++
	case notify.Deferred:
		if d.Attempts > len(s.cfg.Retry) {
			d.State, d.Reason = Rejected, "put off too often"
			m.Counts.Rejected++
			return
		}
		at := now.Add(s.cfg.Retry[max(d.Attempts-1, 0)])
		d.State, d.NextTry = Deferred, &at
		m.Counts.Deferred++
	default:
		d.State = Uncertain
		m.Counts.Uncertain++
	}
}
