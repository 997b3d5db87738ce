package outbox

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// steer changes a mailing's state by a person's hand; change says what it did.
func (s *Service) steer(ctx context.Context, p incident.Principal, ref, id, act string, change func(*ledger.Tx, *incident.Incident, *Mailing) (string, error)) error {
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		m, err := mailingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		said, err := change(tx, i, &m)
		if err != nil {
			return err
		}
		tx.Record(act, "mailing/"+m.ID)
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
	return s.steer(ctx, p, ref, id, "mailing.pause", func(_ *ledger.Tx, _ *incident.Incident, m *Mailing) (string, error) {
		if !m.State.Active() {
			return "", incident.Errorf(incident.Conflict, "The mailing is %s.", m.State)
		}
		m.State, m.Note = MailingPaused, reason
		return "paused", nil
	})
}

// Resume lets a paused mailing go on. What it was paused for by itself has been
// looked at by then, and does not pause it again unless there is more of it.
func (s *Service) Resume(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.steer(ctx, p, ref, id, "mailing.resume", func(_ *ledger.Tx, _ *incident.Incident, m *Mailing) (string, error) {
		if m.State != MailingPaused {
			return "", incident.Errorf(incident.Conflict, "The mailing is %s.", m.State)
		}
		m.State, m.Note, m.NextPass, m.LookedAt = MailingSending, "", nil, m.Unwritten
		if m.tried() == 0 {
			m.State = MailingCanary // nobody was written to yet
		}
		return "resumed", nil
	})
}

// Stop ends a mailing for good. Whoever was not written to is still owed it: the
// mailing and the timeline say how many they are and under which duties.
func (s *Service) Stop(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.steer(ctx, p, ref, id, "mailing.stop", func(tx *ledger.Tx, i *incident.Incident, m *Mailing) (string, error) {
		if m.State == MailingDone || m.State == MailingStopped {
			return "", incident.Errorf(incident.Conflict, "The mailing is over.")
		}
		left := m.Pending() + m.Counts.Deferred
		owed, err := owedBy(tx, i.ID, m)
		if err != nil {
			return "", err
		}
		now := tx.Now()
		m.State, m.EndedAt, m.NextPass, m.Held = MailingStopped, &now, nil, nil
		m.Note = stopNote(left, m.People, owed)
		return "stopped for good: " + m.Note, nil
	})
}

// stopNote says what a stop leaves open.
func stopNote(left, people int, owed []string) string {
	if left == 0 {
		return "everybody on the list was written to or left out with a reason before"
	}
	text := fmt.Sprintf("%d of %d people were not written to", left, people)
	if len(owed) > 0 {
		text += ", and are still owed it under " + strings.Join(owed, ", ") + ": those duties stay open until another mailing or a letter tells them"
	}
	return text
}

// owedBy are the regimes of the duties that a mailing's letters were to meet and
// that are still owed.
func owedBy(tx *ledger.Tx, incidentID string, m *Mailing) ([]string, error) {
	of := map[string]bool{}
	for _, l := range m.Letters {
		of[l.Obligation] = true
		d, err := drafts.Get(tx, ledger.K(incidentID, l.Draft))
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return nil, err
		}
		for _, o := range d.Obligations {
			of[o] = true
		}
	}
	all, err := ObligationsOf(tx, incidentID)
	if err != nil {
		return nil, err
	}
	var out []string
	for n := range all {
		o := &all[n]
		met := len(o.Stages) > 0
		for _, st := range o.Stages {
			met = met && st.Met != nil
		}
		if of[o.ID] && o.Owed() && !met {
			out = append(out, o.Regime)
		}
	}
	return out, nil
}
