package outbox

import (
	"context"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// StaffMessage is a line to the people working a case, waiting or sent.
type StaffMessage struct {
	ID       string         `json:"id"`
	Incident string         `json:"incident"`
	Kind     string         `json:"kind"` // opened, reminder, mailing
	Text     string         `json:"text"` // no personal data
	Link     string         `json:"link,omitempty"`
	Drill    bool           `json:"drill,omitempty"`
	MadeAt   time.Time      `json:"made_at"`
	State    DeliveryState  `json:"state"` // withheld: the incident was hidden while it waited
	Attempts int            `json:"attempts"`
	NextTry  *time.Time     `json:"next_try,omitempty"`
	Receipt  notify.Receipt `json:"receipt,omitzero"`
}

// tellStaff queues a line. A restricted incident is not spoken of in a channel
// others read, nor any incident in a channel an attacker may read: the timeline
// says that it was not posted.
func (s *Service) tellStaff(tx *ledger.Tx, i *incident.Incident, kind, text string) error {
	if s.Staff == nil {
		return nil
	}
	if hidden(i) {
		return withhold(tx, i)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	m := StaffMessage{ID: id.String(), Incident: i.ID, Kind: kind, Text: text, Link: s.cfg.BaseURL + "/incidents/" + i.Number, Drill: i.Drill, MadeAt: tx.Now(), State: Deferred}
	tx.Record("staff.queue", "message/"+m.ID)
	if err := staff.Put(tx, ledger.K(m.ID), m); err != nil {
		return err
	}
	return waiting.Put(tx, ledger.K(m.ID), m.ID)
}

func hidden(i *incident.Incident) bool {
	return i.Restricted || i.ChannelCompromised(incident.ChannelSlack)
}

func withhold(tx *ledger.Tx, i *incident.Incident) error {
	return casework.WriteTimeline(tx, i, "staff.withheld", "incident/"+i.ID, "Not posted to staff: the incident is restricted or the channel is not safe")
}

// postStaff posts the lines that wait.
func (s *Service) postStaff(ctx context.Context) error {
	if s.Staff == nil {
		return nil
	}
	var ids []string
	if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return waiting.Scan(tx, ledger.K(), func(_ ledger.Key, id string) error {
			m, err := staff.Get(tx, ledger.K(id))
			if err != nil {
				return err
			}
			if m.NextTry == nil || !m.NextTry.After(tx.Now()) {
				ids = append(ids, id)
			}
			return nil
		})
	}); err != nil {
		return err
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.postOne(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// postOne writes the attempt, posts, and writes the outcome. A line that may
// have been posted is not posted again: a reminder twice is worse than one that
// the console shows anyway.
func (s *Service) postOne(ctx context.Context, id string) error {
	var m StaffMessage
	change := func(ctx context.Context, act string, fn func(tx *ledger.Tx) error) error {
		return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			var err error
			if m, err = staff.Get(tx, ledger.K(id)); err != nil {
				return err
			}
			tx.Record(act, "message/"+id)
			if err := fn(tx); err != nil {
				return err
			}
			if m.State != Deferred && m.State != Attempting {
				if err := waiting.Delete(tx, ledger.K(id)); err != nil {
					return err
				}
			}
			return staff.Put(tx, ledger.K(id), m)
		})
	}
	post := false
	if err := change(ctx, "staff.attempt", func(tx *ledger.Tx) error {
		if m.State == Attempting {
			m.State, m.Receipt = Uncertain, notify.Receipt{Outcome: notify.Uncertain, Detail: "the program ended while it was being posted"}
			return nil
		}
		i, err := casework.Load(tx, m.Incident)
		switch {
		case err != nil && incident.KindOf(err) == incident.Gone:
			m.State = Withheld
			return nil
		case err != nil:
			return err
		case hidden(i): // since it was queued
			m.State = Withheld
			return withhold(tx, i)
		}
		m.State, m.Attempts, post = Attempting, m.Attempts+1, true
		return nil
	}); err != nil || !post {
		return err
	}
	posting, cancel := context.WithTimeout(ctx, handoverLimit)
	receipt := s.Staff.Post(posting, notify.StaffMessage{Text: m.Text, Link: m.Link, Drill: m.Drill})
	cancel()
	return change(context.WithoutCancel(ctx), "staff.outcome", func(tx *ledger.Tx) error {
		m.Receipt = receipt
		switch receipt.Outcome {
		case notify.Accepted:
			m.State = Accepted
		case notify.Rejected:
			m.State = Rejected
		case notify.Deferred:
			at := tx.Now().Add(backOff(m.Attempts))
			m.State, m.NextTry = Deferred, &at
		default:
			m.State = Uncertain
		}
		return nil
	})
}
