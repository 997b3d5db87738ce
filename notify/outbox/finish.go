package outbox

import (
	"context"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// forget takes a mailing that is over off the sender's list.
func (s *Service) forget(ctx context.Context, j job) error {
	s.accounts.drop(j.mailing)
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("mailing.end", "mailing/"+j.mailing)
		return sending.Delete(tx, ledger.K(j.mailing))
	})
}

// judge looks at how the first ones ended: if many were refused or are uncertain,
// the mailing waits for a person.
func (p *pass) judge(ctx context.Context) (on bool, err error) {
	err = p.s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, p.j.incident, p.j.mailing)
		if err != nil {
			return err
		}
		if m.State != MailingCanary {
			on = m.State.Active()
			return nil
		}
		bad := m.Counts.Rejected + m.Counts.Uncertain + m.Counts.Bounced
		all := m.Counts.Accepted + m.Counts.Deferred + bad
		if m.Counts.Deferred == all && all > 0 {
			// Nothing is known yet: a server that puts off whoever it does not
			// know takes them a minute later.
			at := p.s.now(tx).Add(p.s.soonest())
			m.NextPass, on = &at, false
			tx.Record("mailing.canary", "mailing/"+m.ID)
			return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
		}
		tx.Record("mailing.canary", "mailing/"+m.ID)
		if bad*5 > all {
			i, err := casework.Load(tx, p.j.incident)
			if err != nil {
				return err
			}
			return p.s.pauseItself(tx, i, &m, fmt.Sprintf("%d of the first %d were not taken", all-m.Counts.Accepted, all))
		}
		m.State, on = MailingSending, true
		return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
	})
	return on, err
}

// finish ends a mailing whose list was gone through, or says when the others are
// written to: whoever was put off, and whom a limit an hour held back.
func (s *Service) finish(ctx context.Context, p *pass) error {
	j := p.j
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil || !m.State.Active() {
			return err
		}
		i, err := casework.Load(tx, j.incident)
		if err != nil {
			return err
		}
		tx.Record("mailing.pass", "mailing/"+m.ID)
		m.Held = p.held.lines(m.Pending() + m.Counts.Deferred)
		if p.down.Load() {
			at := s.now(tx).Add(s.soonest())
			m.Held = []Hold{{All: true, Down: true, People: m.Pending() + m.Counts.Deferred, Until: at, Clear: at}}
		}
		if m.Counts.Deferred > 0 || len(m.Held) > 0 {
			m.goOn(s.now(tx), s.soonest())
			return mailings.Put(tx, ledger.K(j.incident, m.ID), m)
		}
		now := tx.Now()
		m.State, m.NextPass, m.EndedAt = MailingDone, nil, &now
		if err := mailings.Put(tx, ledger.K(j.incident, m.ID), m); err != nil {
			return err
		}
		if err := sending.Delete(tx, ledger.K(m.ID)); err != nil {
			return err
		}
		text := fmt.Sprintf("Mailing %d is done: %d accepted, %d rejected, %d uncertain, %d left out of %d", m.Seq, m.Counts.Accepted, m.Counts.Rejected, m.Counts.Uncertain, m.Left(), m.People)
		if m.Counts.Bounced > 0 {
			text += fmt.Sprintf(", %d came back", m.Counts.Bounced)
		}
		if err := casework.WriteTimeline(tx, i, "mailing.end", "mailing/"+m.ID, text); err != nil {
			return err
		}
		if err := s.peopleTold(tx, i, &m); err != nil {
			return err
		}
		return casework.Save(tx, i)
	})
}

// goOn says when the next pass is: when a limit lets somebody through, or when
// those who were put off may be due.
func (m *Mailing) goOn(now time.Time, wait time.Duration) {
	at := now.Add(wait)
	if next := soonestOf(m.Held); next != nil && (m.Counts.Deferred == 0 || next.Before(at)) {
		at = *next
	}
	if soon := now.Add(breath); at.Before(soon) {
		at = soon
	}
	if len(m.Held) == 0 {
		m.State = MailingSending // a list too short for a canary
	}
	m.NextPass = &at
}

// breath is the least between two passes over one list.
const breath = 5 * time.Second

// peopleTold sets the milestone that duties count from, once a mailing is done
// and nothing in it is uncertain: a clock must not stop on a guess.
func (s *Service) peopleTold(tx *ledger.Tx, i *incident.Incident, m *Mailing) error {
	if m.State != MailingDone || m.Counts.Uncertain > 0 || m.Counts.Accepted+m.Counts.Withheld == 0 {
		return nil
	}
	if _, err := casework.PutMilestone(tx, i, casework.SetMilestone{Milestone: incident.IndividualsNotified, At: tx.Now(), Reason: fmt.Sprintf("mailing %d is done", m.Seq)}); err != nil {
		return err
	}
	return s.reassess(tx, i, "people were told")
}

// soonest is how long the sender sleeps before it looks at deferred letters again.
func (s *Service) soonest() time.Duration {
	if len(s.cfg.Retry) == 0 {
		return time.Minute
	}
	return min(s.cfg.Retry[0], time.Minute)
}
