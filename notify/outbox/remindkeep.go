package outbox

import (
	"context"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

func uuidV7() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// keepReminder writes r and the lines of the indexes it belongs in: those of its
// readers and of what is open while it is, that of what is handed over while
// something of it waits.
func keepReminder(tx *ledger.Tx, r *Reminder) error {
	if err := reminders.Put(tx, ledger.K(r.Incident, r.ID), *r); err != nil {
		return err
	}
	waits := false
	readers := map[string]bool{}
	for n := range r.Hands {
		waits = waits || r.Hands[n].waits()
		readers[r.Hands[n].Account] = true
	}
	open := r.Ended == ""
	for account := range readers {
		if err := index(tx, inboxes, ledger.K(account, r.ID), r.Incident, open); err != nil {
			return err
		}
	}
	if err := index(tx, remindersOpen, ledger.K(r.Incident, r.ID), r.Deadline.name(), open); err != nil {
		return err
	}
	return index(tx, remindersHeld, ledger.K(r.ID), r.Incident, waits)
}

func index(tx *ledger.Tx, t ledger.Table[string], k ledger.Key, v string, on bool) error {
	if on {
		return t.Put(tx, k, v)
	}
	return t.Delete(tx, k)
}

// openReminder is the open reminder of a deadline; nil where there is none.
func openReminder(tx *ledger.Tx, id, deadline string) (*Reminder, error) {
	var out *Reminder
	err := remindersOpen.Scan(tx, ledger.K(id), func(k ledger.Key, name string) error {
		if name != deadline {
			return nil
		}
		r, err := reminders.Get(tx, ledger.K(id, k.Text(1)))
		if err == nil {
			out = &r
			err = ledger.Stop
		}
		return err
	})
	return out, err
}

// endReminder says that it is over with a reminder. What of it still waits is
// not handed over any more.
func endReminder(tx *ledger.Tx, r *Reminder, how string) error {
	at := tx.Now()
	r.Ended, r.EndedAt = how, &at
	for n := range r.Hands {
		if h := &r.Hands[n]; h.State == Deferred {
			h.State, h.At, h.NextTry, h.Receipt.Detail = Withheld, at, nil, "the reminder was "+how
		}
	}
	tx.Record("reminder."+how, "reminder/"+r.ID)
	return keepReminder(tx, r)
}

// withdrawGone withdraws the open reminders whose deadline was met, moved or
// dropped, or whose incident has ended.
func (s *Service) withdrawGone(ctx context.Context) error {
	type row struct{ incident, id string }
	var gone []row
	if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return remindersOpen.Scan(tx, ledger.K(), func(k ledger.Key, _ string) error {
			r := row{k.Text(0), k.Text(1)}
			ok, err := reminderStands(tx, r.incident, r.id)
			if err == nil && !ok {
				gone = append(gone, r)
			}
			return err
		})
	}); err != nil {
		return err
	}
	for _, g := range gone {
		if err := s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			if ok, err := reminderStands(tx, g.incident, g.id); err != nil || ok {
				return err // it is back
			}
			r, err := reminders.Get(tx, ledger.K(g.incident, g.id))
			if err != nil {
				return err
			}
			i, err := casework.Load(tx, g.incident)
			if err != nil {
				return err
			}
			if err := endReminder(tx, &r, "withdrawn"); err != nil {
				return err
			}
			return casework.WriteTimeline(tx, i, "reminder.withdrawn", r.Deadline.object(), "Reminder withdrawn: "+r.Deadline.words()+" is met, moved or no longer owed")
		}); err != nil {
			return err
		}
	}
	return nil
}

func reminderStands(tx *ledger.Tx, id, reminder string) (bool, error) {
	r, err := reminders.Get(tx, ledger.K(id, reminder))
	if err != nil {
		return false, err
	}
	i, err := casework.Load(tx, id)
	if err != nil {
		return false, err
	}
	return stands(tx, i, &r.Deadline)
}

// forgetReminders deletes what of an incident's reminders lies outside its key.
func forgetReminders(tx *ledger.Tx, id string) error {
	if err := remindersOpen.ScanKeys(tx, ledger.K(id), func(k ledger.Key) error { return remindersOpen.Delete(tx, k) }); err != nil {
		return err
	}
	for _, t := range []ledger.Table[string]{inboxes, remindersHeld} {
		if err := t.Scan(tx, ledger.K(), func(k ledger.Key, of string) error {
			if of != id {
				return nil
			}
			return t.Delete(tx, k)
		}); err != nil {
			return err
		}
	}
	return nil
}
