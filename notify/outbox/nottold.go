package outbox

import (
	"context"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// NotTold is who on a mailing's list was not told by it, and why.
type NotTold struct {
	People  int             // in all
	Reasons []NotToldReason // most first; they add up to People
	Places  map[string]int  // by jurisdiction
	Duties  []string        // what stays owed to them, where the mailing was stopped
	Rows    []NotToldRow    // by row of the list
}

// NotToldReason is how many were not told for one reason.
type NotToldReason struct {
	Reason string
	People int
}

// NotToldRow is one person. Name and Email are masked, and empty unless whoever
// asks may see the list.
type NotToldRow struct {
	Line         int // of the list, from 1
	Reason       string
	Jurisdiction string
	Name, Email  string
}

// NotToldQuery says which rows are wanted beside the numbers.
type NotToldQuery struct {
	Reason string // "" is any
	After  int    // rows after this one
	Limit  int    // 0 is none
}

// Reasons of those whom a mailing has not reached, or had not when it was stopped.
const (
	notReached = "not reached yet"
	notBefore  = "the mailing was stopped before them"
	notAgain   = "put off, and the mailing was stopped before another try"
	notTaken   = "the mail server did not take it"
	notYet     = "put off; tried again by itself"
	notKnown   = "nobody knows whether it arrived"
)

// toldLines are the lines of a list by what is known of them: an index into reasons, 0 for
// who was told.
type toldLines struct {
	of      []uint16
	reasons []string
}

func (t *toldLines) set(line int, reason string) {
	if line < 1 || line >= len(t.of) {
		return
	}
	at := slices.Index(t.reasons, reason)
	if at < 0 && len(t.reasons) < 60000 {
		at, t.reasons = len(t.reasons), append(t.reasons, reason)
	}
	t.of[line] = uint16(max(at, 1))
}

// NotTold reads a mailing's list and says who was not told. It takes as long as
// reading the list does: seconds for a million people. Errors: NotFound.
func (s *Service) NotTold(ctx context.Context, p incident.Principal, ref, id string, q NotToldQuery) (NotTold, error) {
	out := NotTold{Places: map[string]int{}}
	var m Mailing
	var lines toldLines
	var owner string
	people := false
	if err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		owner, people = i.ID, incident.Can(p, incident.SeeRoster, i)
		if m, err = mailingOf(tx, i.ID, id); err != nil {
			return err
		}
		if m.State == MailingStopped {
			if out.Duties, err = owedBy(tx, i.ID, &m); err != nil {
				return err
			}
		}
		lines, err = linesOf(tx, i.ID, &m)
		return err
	}); err != nil {
		return out, err
	}
	count := make([]int, len(lines.reasons))
	err := s.eachRow(ctx, owner, m.Roster, func(line int, person *affected.Person) bool {
		if line >= len(lines.of) || lines.of[line] == 0 {
			return true
		}
		reason := lines.reasons[lines.of[line]]
		place := person.Jurisdiction()
		count[lines.of[line]]++
		out.People++
		out.Places[place]++
		if len(out.Rows) < q.Limit && line > q.After && (q.Reason == "" || q.Reason == reason) {
			row := NotToldRow{Line: line, Reason: strings.Clone(reason), Jurisdiction: place}
			if people {
				row.Name, row.Email = affected.Mask(affected.TextShape, person.Name), affected.Mask(affected.EmailShape, person.Email)
			}
			out.Rows = append(out.Rows, row)
		}
		return true
	})
	if err != nil {
		return out, err
	}
	for n, k := range count {
		if k > 0 {
			out.Reasons = append(out.Reasons, NotToldReason{lines.reasons[n], k})
		}
	}
	slices.SortStableFunc(out.Reasons, func(a, b NotToldReason) int { return b.People - a.People })
	return out, nil
}

// linesOf says of every line of a mailing's list what is known: two bytes a person.
func linesOf(tx *ledger.Tx, incidentID string, m *Mailing) (toldLines, error) {
	never := notReached
	if m.State == MailingStopped {
		never = notBefore
	}
	t := toldLines{of: make([]uint16, m.People+1), reasons: []string{"", never}}
	for n := range t.of {
		t.of[n] = 1
	}
	if err := deliveries.Scan(tx, ledger.K(incidentID), func(_ ledger.Key, d Delivery) error {
		if d.Mailing != m.ID || d.Line < 1 || d.Line >= len(t.of) {
			return nil
		}
		switch d.State {
		case Accepted, Withheld, Attempting:
			t.of[d.Line] = 0
		case Uncertain:
			t.set(d.Line, notKnown)
		case Deferred:
			if m.State == MailingStopped {
				t.set(d.Line, notAgain)
			} else {
				t.set(d.Line, notYet)
			}
		case Rejected:
			t.set(d.Line, notTaken)
		default: // excluded, bounced
			t.set(d.Line, d.Reason)
		}
		return nil
	}); err != nil {
		return t, err
	}
	return t, earlier.Scan(tx, ledger.K(incidentID, m.ID), func(k ledger.Key, line int) error {
		d, err := deliveries.Get(tx, ledger.K(incidentID, k.Text(2)))
		switch {
		case err != nil && incident.KindOf(err) == incident.NotFound:
			return nil
		case err != nil:
			return err
		case d.State == Bounced:
			t.set(line, cameBackReason)
		case line >= 1 && line < len(t.of):
			t.of[line] = 0
		}
		return nil
	})
}
