package outbox

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// SettleAs is what a person says of a letter nobody knew the end of.
type SettleAs string

const (
	SettleArrived SettleAs = "arrived" // the mail server took it; its log says so
	SettleAgain   SettleAs = "again"   // it did not: it is sent once more
	SettleLetter  SettleAs = "letter"  // not known, and not to be known: a letter on paper is sent instead
)

// Settlement is a person's word on uncertain letters: on one, on those of a mailing
// that share a reason, or on all of them.
type Settlement struct {
	Mailing string   // "" is every mailing of the incident
	Key     string   // of one letter; "" is all that the other fields leave
	Reason  string   // as UncertainDelivery.Detail has it; "" is any
	Batch   uint64   // 0 is any
	As      SettleAs // what becomes of them
	Note    string   // what this person goes by, such as the line in the server's log; up to 500 characters
}

// byHand is the reason of those whom a person has a letter sent to instead.
const byHand = "nobody knew whether the e-mail arrived: a letter is sent instead"

func (st *Settlement) check() error {
	switch st.As {
	case SettleArrived, SettleAgain, SettleLetter:
	default:
		return incident.Errorf(incident.Invalid, "Say what became of them: arrived, again or letter.")
	}
	if st.Note = strings.TrimSpace(st.Note); len([]rune(st.Note)) > 500 {
		return incident.Errorf(incident.Invalid, "Keep the note under 500 characters.")
	}
	return nil
}

// covers reports whether it is about a delivery.
func (st *Settlement) covers(s *Service, key string, d *Delivery) bool {
	if d.State != Uncertain || st.Key != "" && key != st.Key || st.Mailing != "" && d.Mailing != st.Mailing || st.Batch > 0 && d.Batch != st.Batch {
		return false
	}
	return st.Reason == "" || s.uncertainOne(key, d).Detail == st.Reason
}

// Settle is a person's word on letters that nobody knows the end of. It gives how
// many it was said of. Whom a letter is sent to instead needs one from now on, like
// whoever's mail came back. Errors: Invalid for words it does not know, NotFound for a
// mailing or a letter that is not there, Conflict where nothing is uncertain (any more).
func (s *Service) Settle(ctx context.Context, p incident.Principal, ref string, st Settlement) (int, error) {
	n := 0
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		if err := st.check(); err != nil {
			return err
		}
		if st.Mailing != "" {
			if _, err := mailingOf(tx, i.ID, st.Mailing); err != nil {
				return err
			}
		}
		moved, err := s.settleAll(tx, i.ID, &st)
		if err != nil {
			return err
		}
		n = 0
		for _, all := range moved {
			n += len(all)
		}
		if n == 0 {
			return incident.Errorf(incident.Conflict, "There is nothing uncertain to settle.")
		}
		tx.Record("delivery.settle", "incident/"+i.ID)
		for id, all := range moved {
			if err := s.settled(tx, i, id, all, st.As); err != nil {
				return err
			}
		}
		text := fmt.Sprintf("%d uncertain deliveries settled: %s", n, map[SettleAs]string{
			SettleArrived: "they arrived", SettleAgain: "to be sent again", SettleLetter: "a letter is sent instead",
		}[st.As])
		if st.Note != "" {
			text += " (" + st.Note + ")"
		}
		return casework.WriteTimeline(tx, i, "delivery.settle", "incident/"+i.ID, text)
	})
	if err == nil {
		s.nudge()
	}
	return n, err
}

// settleAll moves the deliveries, and gives them by mailing.
func (s *Service) settleAll(tx *ledger.Tx, id string, st *Settlement) (map[string][]Delivery, error) {
	moved := map[string][]Delivery{}
	one := func(k ledger.Key, d Delivery) error {
		key := k.Text(1)
		if !st.covers(s, key, &d) {
			return nil
		}
		d.Settled, d.Note, d.At = tx.By().ID, st.Note, tx.Now()
		switch st.As {
		case SettleArrived:
			d.State = Accepted
		case SettleAgain:
			d.State, d.NextTry = Deferred, nil
		case SettleLetter:
			d.State, d.Reason = Bounced, byHand
			if err := returned.Put(tx, ledger.K(id, d.Mailing, d.Line), key); err != nil {
				return err
			}
		}
		moved[d.Mailing] = append(moved[d.Mailing], d)
		return deliveries.Put(tx, k, d)
	}
	if st.Key == "" {
		return moved, deliveries.Scan(tx, ledger.K(id), one)
	}
	k := ledger.K(id, st.Key)
	d, err := deliveries.Get(tx, k)
	if err != nil {
		if incident.KindOf(err) == incident.NotFound {
			return nil, incident.Errorf(incident.NotFound, "There is no such delivery.")
		}
		return nil, err
	}
	return moved, one(k, d)
}

// settled lets one mailing's numbers and its duties follow.
func (s *Service) settled(tx *ledger.Tx, i *incident.Incident, id string, all []Delivery, as SettleAs) error {
	m, err := mailingOf(tx, i.ID, id)
	if err != nil {
		return err
	}
	first := m.NeedLetter() == 0
	m.Counts.Uncertain -= len(all)
	switch as {
	case SettleArrived:
		m.Counts.Accepted += len(all)
	case SettleLetter:
		for n := range all {
			m.needsLetter(&all[n])
		}
	case SettleAgain:
		m.Counts.Deferred += len(all)
		if m.State == MailingDone {
			m.State, m.EndedAt = MailingSending, nil
		}
		m.NextPass = nil
		if m.State != MailingStopped {
			if err := sending.Put(tx, ledger.K(m.ID), i.ID); err != nil {
				return err
			}
		}
	}
	if err := mailings.Put(tx, ledger.K(i.ID, m.ID), m); err != nil {
		return err
	}
	if err := s.peopleTold(tx, i, &m); err != nil || as != SettleLetter {
		return err
	}
	return s.cameBack(tx, i, &m, first, false)
}

// needsLetter counts somebody as one whom e-mail did not reach; d says why.
func (m *Mailing) needsLetter(d *Delivery) {
	m.Counts.Bounced++
	if m.Returned == nil {
		m.Returned = map[string]int{}
	}
	if m.ReturnedFor == nil {
		m.ReturnedFor = map[string]int{}
	}
	m.Returned[d.Draft]++
	m.ReturnedFor[d.Reason]++
}
