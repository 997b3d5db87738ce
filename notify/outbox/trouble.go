package outbox

import (
	"context"
	"errors"
	"fmt"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// unreadable is a list of people that cannot be read to its end.
type unreadable struct {
	after int // rows that could be
	cause error
}

func (u *unreadable) Error() string {
	return fmt.Sprintf("the list after row %d: %v", u.after, u.cause)
}
func (u *unreadable) Unwrap() error { return u.cause }

// unprepared is a mailing whose list or texts cannot be opened.
type unprepared struct{ cause error }

func (u *unprepared) Error() string { return u.cause.Error() }
func (u *unprepared) Unwrap() error { return u.cause }

// trouble is what a pass could not go on for. What may mend itself is tried again
// by the next pass. What does not (a list that is damaged or gone, a text that is not the
// one approved) pauses the mailing and says which: a person has to see to it, and nobody
// is lost meanwhile.
func (s *Service) trouble(ctx context.Context, j job, err error) error {
	switch incident.KindOf(err) {
	case incident.Unavailable, incident.Gone:
		return err
	}
	if ctx.Err() != nil {
		return err
	}
	var list *unreadable
	note := "something went wrong that another try does not mend; the program's log says what"
	switch {
	case errors.As(err, &list):
		note = fmt.Sprintf("the list of people cannot be read after row %d, it is damaged there; restore it from a backup, then go on", list.after)
	case errors.As(err, new(*unprepared)):
		note = "it cannot be prepared: the list of people or an approved text is damaged or missing; restore it from a backup, then go on"
	}
	s.Logger.ErrorContext(ctx, "a mailing is paused", "mailing", j.mailing, "error", err)
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		tx.Record("mailing.pause", "mailing/"+m.ID)
		if !m.State.Active() {
			return nil
		}
		i, err := casework.Load(tx, j.incident)
		if err != nil {
			return err
		}
		return s.pauseItself(tx, i, &m, note)
	})
}

// pauseItself pauses a mailing that a person has to look at, and says so on the
// timeline and to staff. note holds no personal data.
func (s *Service) pauseItself(tx *ledger.Tx, i *incident.Incident, m *Mailing, note string) error {
	m.State, m.Note = MailingPaused, note
	if err := mailings.Put(tx, ledger.K(i.ID, m.ID), *m); err != nil {
		return err
	}
	if err := casework.WriteTimeline(tx, i, "mailing.pause", "mailing/"+m.ID, fmt.Sprintf("Mailing %d paused by itself: %s", m.Seq, note)); err != nil {
		return err
	}
	if err := s.tellStaff(tx, i, "mailing", fmt.Sprintf("%s: mailing %d waits for a person: %s.", i.Number, m.Seq, note)); err != nil {
		return err
	}
	return casework.Save(tx, i)
}
