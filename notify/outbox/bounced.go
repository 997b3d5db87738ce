package outbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/bounce"
)

// returned lists whom mail did not reach, because it came back or was refused.
var returned = ledger.NewCaseTable[string]("returned_mail") // incident, mailing id, line in the list → hash of the person

// Return is what a mail server said of a letter after one had taken it. It
// holds codes and our words for them, never the server's.
type Return struct {
	Kind   bounce.Kind `json:"kind"`
	Try    int         `json:"try"`
	Status string      `json:"status,omitempty"` // RFC 3463: 5.1.1
	Code   int         `json:"code,omitempty"`
	Reason string      `json:"reason"`
	At     time.Time   `json:"at"`
}

// errNoLetter is the answer to a report on a letter that is none of ours.
func errNoLetter() error {
	return incident.Errorf(incident.NotFound, "No letter was sent under this identity.")
}

// Bounced records what a mail server says of one attempt on a delivery. A letter
// that was given up on counts as returned: its person was not told by e-mail
// and needs a letter. A delay and a confirmation are only noted. changed is
// false where nothing is new, as for a second copy of a report, or one on an attempt
// that another has followed.
//
// Errors: NotFound where no letter has this key and attempt, Forbidden unless p
// is the program itself or one of its doors for machines.
func (s *Service) Bounced(ctx context.Context, p incident.Principal, key string, try int, rep bounce.Report) (changed bool, err error) {
	if !p.System {
		return false, incident.Errorf(incident.Forbidden, "What mail servers say is taken from mail servers.")
	}
	k, err := s.sentAs(ctx, key, try, rep)
	if err != nil || k == nil {
		return false, err
	}
	err = s.DB.Update(ctx, p, func(tx *ledger.Tx) error {
		changed = false
		d, err := deliveries.Get(tx, k)
		if err != nil {
			return err
		}
		if d.news(try, rep) == nil {
			return nil
		}
		i, err := casework.Load(tx, k.Text(0))
		if err != nil {
			return err
		}
		m, err := mailingOf(tx, i.ID, d.Mailing)
		if err != nil {
			return err
		}
		changed = true
		d.Return = d.news(try, rep)
		d.Return.At = tx.Now()
		tx.Record("delivery.report", "mailing/"+m.ID)
		first, guessed := m.NeedLetter() == 0, d.State == Uncertain
		back := m.comesBack(&d)
		if err := deliveries.Put(tx, k, d); err != nil {
			return err
		}
		if !back {
			return nil // noted; nothing that is counted moved
		}
		if err := returned.Put(tx, ledger.K(i.ID, m.ID, d.Line), key); err != nil {
			return err
		}
		if err := mailings.Put(tx, ledger.K(i.ID, m.ID), m); err != nil {
			return err
		}
		return s.cameBack(tx, i, &m, first, guessed)
	})
	return changed, err
}

// sentAs finds a letter by its key, which says nothing of its incident; nil
// where the report brings nothing new. The key is 128 bits of a keyed hash, so
// that nobody who did not get the letter can name it.
func (s *Service) sentAs(ctx context.Context, key string, try int, rep bounce.Report) (ledger.Key, error) {
	var found ledger.Key
	var nothing bool
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		last := ""
		if err := mailings.ScanKeys(tx, ledger.K(), func(k ledger.Key) error {
			if k.Text(0) == last {
				return nil
			}
			last = k.Text(0)
			has, err := deliveries.Has(tx, ledger.K(last, key))
			if err == nil && has {
				found = ledger.K(last, key)
				return ledger.Stop
			}
			return err
		}); err != nil || found == nil {
			return err
		}
		d, err := deliveries.Get(tx, found)
		if incident.KindOf(err) == incident.Gone && err != nil || err == nil && try > d.Attempts {
			found = nil // destroyed with its incident, or an attempt that was never made
			return nil
		}
		nothing = err == nil && d.news(try, rep) == nil
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, errNoLetter()
	case nothing:
		return nil, nil
	}
	return found, nil
}

// news gives what a report adds to what is known; nil if that is nothing. What
// is final is not said again, and an attempt that another followed is past.
func (d *Delivery) news(try int, rep bounce.Report) *Return {
	if try != d.Attempts || d.State == Bounced || rep.Kind == bounce.Other {
		return nil
	}
	if r := d.Return; r != nil && r.Try == try && (r.Kind == bounce.Failed || r.Kind == rep.Kind && r.Status == rep.Status) {
		return nil
	}
	return &Return{Kind: rep.Kind, Try: try, Status: rep.Status, Code: rep.Code, Reason: rep.Reason()}
}

// comesBack moves a delivery that a server took, or may have taken, to bounced
// where a report says that the letter was given up on. An attempt whose outcome
// is not written yet keeps the report, and is moved as it is settled.
func (m *Mailing) comesBack(d *Delivery) bool {
	if d.Return == nil || d.Return.Kind != bounce.Failed || d.Return.Try != d.Attempts {
		return false
	}
	switch d.State {
	case Accepted:
		m.Counts.Accepted--
	case Uncertain:
		m.Counts.Uncertain--
	default:
		return false
	}
	d.State, d.Reason = Bounced, d.Return.Reason
	m.needsLetter(d)
	return true
}

// settled is comesBack for an outcome just written, whose report came before
// it. Whom no mail reaches is listed.
func (m *Mailing) settled(tx *ledger.Tx, incidentID string, k ledger.Key, d *Delivery) error {
	if !m.comesBack(d) && d.State != Rejected {
		return nil
	}
	return returned.Put(tx, ledger.K(incidentID, m.ID, d.Line), k.Text(1))
}

// cameBack lets the duties follow: at the first letter that comes back, those
// towards the people it was for are open again. guessed says that nobody had
// known the end of this one: the mailing's others may have waited for it.
func (s *Service) cameBack(tx *ledger.Tx, i *incident.Incident, m *Mailing, first, guessed bool) error {
	if guessed && !i.Status.Ended() {
		if err := s.peopleTold(tx, i, m); err != nil {
			return err
		}
	}
	if !first {
		return casework.Save(tx, i)
	}
	text := fmt.Sprintf("Mail of mailing %d comes back: who did not get it needs a letter", m.Seq)
	if err := casework.WriteTimeline(tx, i, "delivery.bounce", "mailing/"+m.ID, text); err != nil {
		return err
	}
	if i.Status.Ended() {
		return nil
	}
	if err := s.reassess(tx, i, "mail came back"); err != nil {
		return err
	}
	return casework.Save(tx, i)
}

// NeedLetter is how many people's e-mail came back and who were not written to
// by letter since.
func (m *Mailing) NeedLetter() int {
	n := 0
	for draft, k := range m.Returned {
		n += k - m.Posted[draft]
	}
	return n
}

// notTold lists the places whose people had their e-mail come back and no letter since.
func notTold(tx *ledger.Tx, id string) ([]string, error) {
	var out []string
	err := mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		for _, l := range m.Letters {
			if m.Returned[l.Draft] <= m.Posted[l.Draft] {
				continue
			}
			out = append(out, l.Covers...)
			// The duty's own place, too, where it is smaller than what the letter covers.
			if _, place, ok := strings.Cut(l.Obligation, "@"); ok {
				place, _, _ = strings.Cut(place, "/")
				out = append(out, place)
			}
		}
		return nil
	})
	return out, err
}

// LettersPosted is a person's word that everyone whose e-mail came back was
// written to by letter, or told as the law has it where there is no address.
// how says which, for the record; the duties towards them are met from now on.
// It gives how many people it was said of. Errors: Conflict where nobody needs
// a letter, Invalid without how.
func (s *Service) LettersPosted(ctx context.Context, p incident.Principal, ref, id, how string) (int, error) {
	n := 0
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		m, err := mailingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		switch n = m.NeedLetter(); {
		case n == 0:
			return incident.Errorf(incident.Conflict, "Nobody's mail came back that was not dealt with.")
		case how == "":
			return incident.Errorf(incident.Invalid, "Say how they were told: by which letter, when, or which substitute notice.")
		case len(how) > 500:
			return incident.Errorf(incident.Invalid, "Keep it under 500 characters.")
		}
		m.Posted = map[string]int{}
		for draft, k := range m.Returned {
			m.Posted[draft] = k
		}
		tx.Record("mailing.posted", "mailing/"+m.ID)
		if err := mailings.Put(tx, ledger.K(i.ID, m.ID), m); err != nil {
			return err
		}
		text := fmt.Sprintf("%d people whose e-mail came back were told otherwise: %s", n, how)
		if err := casework.WriteTimeline(tx, i, "mailing.posted", "mailing/"+m.ID, text); err != nil {
			return err
		}
		if m.State != MailingDone || m.Counts.Uncertain > 0 {
			return s.reassess(tx, i, "letters were posted")
		}
		if _, err := casework.PutMilestone(tx, i, casework.SetMilestone{Milestone: incident.IndividualsNotified, At: tx.Now(), Reason: how}); err != nil {
			return err
		}
		return s.reassess(tx, i, "letters were posted")
	})
	return n, err
}

// cameBackReason is why a later mailing leaves somebody out.
const cameBackReason = "e-mail came back before: a letter is needed"

// leaveReturned counts somebody whose mail from an earlier mailing came back,
// once. Their record stays with that mailing, which keeps who needs a letter.
func (p *pass) leaveReturned(tx *ledger.Tx, m *Mailing, r *recipient) error {
	k := ledger.K(p.j.incident, m.ID, r.key)
	counted, err := earlier.Has(tx, k)
	if err != nil || counted {
		return err
	}
	if m.Excluded == nil {
		m.Excluded = map[string]int{}
	}
	m.Excluded[cameBackReason]++
	return earlier.Put(tx, k, r.line)
}
