package outbox

import (
	"context"
	"slices"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Reminders gives the open reminders of p, the nearest deadline first. Those
// whose deadline is gone are left out, before they are withdrawn too.
func (s *Service) Reminders(ctx context.Context, p incident.Principal) ([]Reminder, error) {
	var out []Reminder
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		if p.ID == "" {
			return nil
		}
		return inboxes.Scan(tx, ledger.K(p.ID), func(k ledger.Key, id string) error {
			r, i, err := reminderFor(tx, p, id, k.Text(1))
			if err != nil {
				if incident.KindOf(err) == incident.NotFound || incident.KindOf(err) == incident.Gone {
					return nil
				}
				return err
			}
			d := r.Deadline
			if ok, err := stands(tx, i, &d); err != nil || !ok {
				return err
			}
			out = append(out, r)
			return nil
		})
	})
	slices.SortStableFunc(out, func(a, b Reminder) int { return a.Deadline.Due.Compare(b.Deadline.Due) })
	return out, err
}

// CaseReminders gives every reminder made for an incident that p may see, the
// newest first: to whom, over what, and how it ended.
func (s *Service) CaseReminders(ctx context.Context, p incident.Principal, ref string) ([]Reminder, error) {
	var out []Reminder
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return reminders.ScanBack(tx, ledger.K(i.ID), func(_ ledger.Key, r Reminder) error {
			if incident.Sees(p, i, r.Deadline.Privileged) {
				out = append(out, r)
			}
			return nil
		})
	})
	return out, err
}

// AcknowledgeReminder is p's word that they have seen a reminder and see to it.
// Only somebody it went to can say so; once said, it stays said, and doing it
// again changes nothing. It stops the next one from going further up the ladder;
// it does not stop reminders. Errors: NotFound, Conflict (replaced, withdrawn).
func (s *Service) AcknowledgeReminder(ctx context.Context, p incident.Principal, id string) (Reminder, error) {
	var out Reminder
	err := s.DB.Update(ctx, p, func(tx *ledger.Tx) error {
		of, err := inboxes.Get(tx, ledger.K(p.ID, id))
		if err != nil {
			if incident.KindOf(err) == incident.NotFound {
				return incident.Errorf(incident.NotFound, "You have no such reminder: it was replaced by a later one, or what it was about is settled.")
			}
			return err
		}
		r, i, err := reminderFor(tx, p, of, id)
		if err != nil {
			return err
		}
		if !incident.Can(p, incident.WorkIncident, i) {
			return incident.Errorf(incident.Forbidden, "You may not do this on %s.", i.Number)
		}
		out = r
		if r.AcknowledgedAt != nil {
			return nil
		}
		at := tx.Now()
		r.AcknowledgedBy, r.AcknowledgedAt = p.ID, &at
		out = r
		tx.Record("reminder.acknowledge", "reminder/"+r.ID)
		if err := keepReminder(tx, &r); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "reminder.acknowledge", r.Deadline.object(), "Reminder acknowledged: "+r.Deadline.words()+", "+r.RungWords())
	})
	return out, err
}

// reminderFor is a reminder with its incident, if p may see both.
func reminderFor(tx *ledger.Tx, p incident.Principal, of, id string) (Reminder, *incident.Incident, error) {
	i, err := casework.Authorised(tx, p, of, incident.SeeIncident)
	if err != nil {
		return Reminder{}, nil, err
	}
	r, err := reminders.Get(tx, ledger.K(i.ID, id))
	if err == nil && !incident.Sees(p, i, r.Deadline.Privileged) {
		err = incident.Errorf(incident.NotFound, "You have no such reminder.")
	}
	return r, i, err
}
