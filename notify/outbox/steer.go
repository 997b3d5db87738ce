package outbox

import (
	"context"
	"fmt"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// steer changes a mailing's state by a person's hand.
func (s *Service) steer(ctx context.Context, p incident.Principal, ref, id, act, said string, change func(*Mailing) error) error {
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		m, err := mailingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		if err := change(&m); err != nil {
			return err
		}
		tx.Record(act, "mailing/"+m.ID)
		if m.State == MailingStopped {
			now := tx.Now()
			m.EndedAt, m.NextPass = &now, nil
		}
		if err := mailings.Put(tx, ledger.K(i.ID, m.ID), m); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, act, "mailing/"+m.ID, fmt.Sprintf("Mailing %d %s", m.Seq, said))
	})
	if err == nil {
		s.nudge()
	}
	return err
}

// Pause holds a mailing; what is on the wire is finished.
func (s *Service) Pause(ctx context.Context, p incident.Principal, ref, id, reason string) error {
	return s.steer(ctx, p, ref, id, "mailing.pause", "paused", func(m *Mailing) error {
		if !m.State.Active() {
			return incident.Errorf(incident.Conflict, "The mailing is %s.", m.State)
		}
		m.State, m.Note = MailingPaused, reason
		return nil
	})
}

// Resume lets a paused mailing go on.
func (s *Service) Resume(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.steer(ctx, p, ref, id, "mailing.resume", "resumed", func(m *Mailing) error {
		if m.State != MailingPaused {
			return incident.Errorf(incident.Conflict, "The mailing is %s.", m.State)
		}
		m.State, m.Note, m.NextPass = MailingSending, "", nil
		return nil
	})
}

// Stop ends a mailing for good.
func (s *Service) Stop(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.steer(ctx, p, ref, id, "mailing.stop", "stopped", func(m *Mailing) error {
		if m.State == MailingDone || m.State == MailingStopped {
			return incident.Errorf(incident.Conflict, "The mailing is over.")
		}
		m.State = MailingStopped
		return nil
	})
}
