package outbox

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// recover marks what was being attempted when the program ended as uncertain:
// it may have been taken, so nobody is written to a second time by a machine.
func (s *Service) recover(ctx context.Context) error {
	jobs, err := s.jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if err := s.recoverJob(ctx, j); err != nil && incident.KindOf(err) != incident.Gone {
			return err
		}
	}
	return nil
}

// recoverJob does so for one mailing. A pass begins with it, too: when the disk
// was full as outcomes were to be written, what is left of that batch is as
// uncertain as after a crash.
func (s *Service) recoverJob(ctx context.Context, j job) error {
	left := false
	if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return inFlight.Scan(tx, ledger.K(j.incident, j.mailing), func(ledger.Key, []string) error {
			left = true
			return ledger.Stop
		})
	}); err != nil || !left {
		return err
	}
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		var batches []ledger.Key
		var people []string
		if err := inFlight.Scan(tx, ledger.K(j.incident, j.mailing), func(k ledger.Key, left []string) error {
			batches, people = append(batches, k), append(people, left...)
			return nil
		}); err != nil || len(batches) == 0 {
			return err
		}
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		tx.Record("mailing.recover", "mailing/"+m.ID)
		for _, key := range people {
			k := ledger.K(j.incident, key)
			d, err := deliveries.Get(tx, k)
			if err != nil {
				return err
			}
			if d.State != Attempting {
				continue
			}
			d.State, d.At = Uncertain, tx.Now()
			d.Receipt = notify.Receipt{Outcome: notify.Uncertain, Detail: "its outcome could not be written down"}
			m.Counts.Attempting--
			m.Counts.Uncertain++
			if err := m.settled(tx, j.incident, k, &d); err != nil {
				return err
			}
			if err := deliveries.Put(tx, k, d); err != nil {
				return err
			}
		}
		if err := mailings.Put(tx, ledger.K(j.incident, m.ID), m); err != nil {
			return err
		}
		for _, k := range batches {
			if err := inFlight.Delete(tx, k); err != nil {
				return err
			}
		}
		return nil
	})
}
