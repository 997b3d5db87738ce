package outbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// DeliveryState is what is known of one person's letter.
type DeliveryState string

const (
	Attempting DeliveryState = "attempting" // written before it is made
	Accepted   DeliveryState = "accepted"
	Rejected   DeliveryState = "rejected"
	Deferred   DeliveryState = "deferred"
	Uncertain  DeliveryState = "uncertain"
	Excluded   DeliveryState = "excluded" // left out, with a reason
	Withheld   DeliveryState = "withheld" // a drill
	Bounced    DeliveryState = "bounced"  // taken, and came back: a letter is needed
)

// Delivery is one person's letter. It does not say who: its key is a keyed hash,
// and Line is the person's row in the list of people, which lies in the vault.
type Delivery struct {
	Mailing  string         `json:"mailing"`
	Draft    string         `json:"draft,omitempty"`
	Line     int            `json:"line"` // 1 is the first person
	State    DeliveryState  `json:"state"`
	Reason   string         `json:"reason,omitempty"`
	Attempts int            `json:"attempts,omitempty"`
	NextTry  *time.Time     `json:"next_try,omitempty"`
	At       time.Time      `json:"at"`
	Receipt  notify.Receipt `json:"receipt,omitzero"`
	Settled  string         `json:"settled_by,omitempty"` // who settled an uncertain one
	Return   *Return        `json:"return,omitempty"`     // what a mail server said of it later
}

// told reports whether this person must not be written to again by itself.
func (d *Delivery) told() bool {
	switch d.State {
	case Accepted, Uncertain, Withheld, Attempting:
		return true
	}
	return false // a later mailing may have a better address for who was refused
}

// personKey names a person's delivery. It is an HMAC under a key of the
// incident, so that whoever reads the store's keys learns nobody's number, and
// it is the same in every list, so that a later mailing knows who was told. A
// further letter to the same person (see Draft) has a delivery of its own.
func personKey(k [keys.Size]byte, p *affected.Person, line, series int) string {
	mac := hmac.New(sha256.New, k[:])
	if series > 0 {
		fmt.Fprintf(mac, "further\x00%d\x00", series)
	}
	if p.CustomerID != "" {
		fmt.Fprintf(mac, "id\x00%s", p.CustomerID)
	} else {
		fmt.Fprintf(mac, "row\x00%s\x00%s\x00%d", p.Email, p.Name, line)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// Uncertain is one letter that a person has to settle. Line is its row in the list.
type UncertainDelivery struct {
	Key     string
	Line    int
	At      time.Time
	Detail  string
	Mailing string
}

// Uncertains gives the deliveries nobody knows the end of, at most limit.
func (s *Service) Uncertains(ctx context.Context, p incident.Principal, ref string, limit int) ([]UncertainDelivery, error) {
	var out []UncertainDelivery
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return deliveries.Scan(tx, ledger.K(i.ID), func(k ledger.Key, d Delivery) error {
			if d.State == Uncertain {
				out = append(out, UncertainDelivery{Key: k.Text(1), Line: d.Line, At: d.At, Detail: d.Receipt.Detail, Mailing: d.Mailing})
			}
			if limit > 0 && len(out) == limit {
				return ledger.Stop
			}
			return nil
		})
	})
	return out, err
}

// SettleUncertain is a person's word on a delivery that nobody knows the end
// of: it arrived, or it is to be sent again. key "" settles all of the incident's.
func (s *Service) SettleUncertain(ctx context.Context, p incident.Principal, ref, key string, arrived bool) (int, error) {
	n := 0
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		n = 0
		moved := map[string]int{}
		settle := func(k ledger.Key, d Delivery) error {
			if d.State != Uncertain {
				return nil
			}
			d.Settled, d.At, d.State = p.ID, tx.Now(), Accepted
			if !arrived {
				d.State, d.NextTry = Deferred, nil
			}
			moved[d.Mailing]++
			n++
			return deliveries.Put(tx, k, d)
		}
		if key != "" {
			k := ledger.K(i.ID, key)
			d, err := deliveries.Get(tx, k)
			if err != nil {
				return err
			}
			if err := settle(k, d); err != nil {
				return err
			}
		} else if err := deliveries.Scan(tx, ledger.K(i.ID), settle); err != nil {
			return err
		}
		if n == 0 {
			return incident.Errorf(incident.Conflict, "There is nothing uncertain to settle.")
		}
		for id, k := range moved {
			m, err := mailingOf(tx, i.ID, id)
			if err != nil {
				return err
			}
			m.Counts.Uncertain -= k
			if arrived {
				m.Counts.Accepted += k
			} else {
				m.Counts.Deferred += k
				if m.State == MailingDone {
					m.State, m.EndedAt = MailingSending, nil
				}
				m.NextPass = nil
				if err := sending.Put(tx, ledger.K(m.ID), i.ID); err != nil {
					return err
				}
			}
			if err := mailings.Put(tx, ledger.K(i.ID, m.ID), m); err != nil {
				return err
			}
			if err := s.peopleTold(tx, i, &m); err != nil {
				return err
			}
		}
		tx.Record("delivery.settle", "incident/"+i.ID)
		word := "to be sent again"
		if arrived {
			word = "as arrived"
		}
		return casework.WriteTimeline(tx, i, "delivery.settle", "incident/"+i.ID, fmt.Sprintf("%d uncertain deliveries settled %s", n, word))
	})
	if err == nil {
		s.nudge()
	}
	return n, err
}
