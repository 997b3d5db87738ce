package outbox

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// MailingState is where a mailing stands.
type MailingState string

const (
	MailingCanary  MailingState = "canary" // the first few, to see how it goes
	MailingSending MailingState = "sending"
	MailingPaused  MailingState = "paused"
	MailingStopped MailingState = "stopped" // for good; what was sent stays sent
	MailingDone    MailingState = "done"
)

// Active reports whether there may still be something to send by itself.
func (s MailingState) Active() bool { return s == MailingCanary || s == MailingSending }

// Mailing is one release of letters to the people on one list. It names no one.
type Mailing struct {
	ID         string         `json:"id"`
	Seq        int            `json:"seq"`
	State      MailingState   `json:"state"`
	Note       string         `json:"note,omitempty"`   // why it is paused
	Series     int            `json:"series,omitempty"` // of its letters; see Draft
	Letters    []Sent         `json:"letters"`
	Roster     string         `json:"roster"` // digest of the list
	People     int            `json:"people"`
	Counts     Counts         `json:"counts"`
	Excluded   map[string]int `json:"excluded,omitempty"` // by reason
	Drill      bool           `json:"drill,omitempty"`
	ReleasedBy string         `json:"released_by"`
	ReleasedAt time.Time      `json:"released_at"`
	EndedAt    *time.Time     `json:"ended_at,omitempty"`
	NextPass   *time.Time     `json:"next_pass,omitempty"` // when deferred ones are tried again

	Returned    map[string]int `json:"returned,omitempty"`     // by draft: letters that came back
	ReturnedFor map[string]int `json:"returned_for,omitempty"` // the same by reason
	Posted      map[string]int `json:"posted,omitempty"`       // by draft: of them, people told otherwise since

	Batches        uint64  `json:"batches,omitempty"`         // written so far
	Recent         []tally `json:"recent,omitempty"`          // outcomes of the last minutes
	Held           []Hold  `json:"held,omitempty"`            // who waits for a limit an hour, as of the last pass
	Unwritten      int     `json:"unwritten,omitempty"`       // people for whom no letter could be written
	FirstUnwritten int     `json:"first_unwritten,omitempty"` // the row of the first of them
	LookedAt       int     `json:"looked_at,omitempty"`       // of them, before a person let it go on

	Outlook *Outlook `json:"outlook,omitempty"` // of now; never stored
}

// Sent is one approved text of a mailing.
type Sent struct {
	Draft      string   `json:"draft"`
	Obligation string   `json:"obligation"`
	Version    int      `json:"version"`
	Digest     string   `json:"digest"`
	Covers     []string `json:"covers"`
	Language   string   `json:"language"`

	Reader letter.Audience `json:"reader,omitempty"` // employee where only they get it
}

// Counts add up: People = Accepted + Rejected + Deferred + Uncertain + Attempting
// + Withheld + Bounced + excluded + Earlier + Pending().
type Counts struct {
	Accepted   int `json:"accepted"`
	Rejected   int `json:"rejected"`
	Deferred   int `json:"deferred"`
	Uncertain  int `json:"uncertain"`
	Attempting int `json:"attempting"`
	Withheld   int `json:"withheld"` // a drill: would have been sent
	Earlier    int `json:"earlier"`  // told by an earlier mailing already
	Bounced    int `json:"bounced"`  // taken, and came back
}

// tried is how many letters have an end, good or bad, or one that nobody knows.
func (m *Mailing) tried() int {
	c := m.Counts
	return c.Accepted + c.Rejected + c.Uncertain + c.Bounced
}

// Left is how many were left out with a reason.
func (m *Mailing) Left() int {
	n := 0
	for _, k := range m.Excluded {
		n += k
	}
	return n
}

// Pending is how many were not reached yet.
func (m *Mailing) Pending() int {
	c := m.Counts
	return m.People - c.Accepted - c.Rejected - c.Deferred - c.Uncertain - c.Attempting - c.Withheld - c.Earlier - c.Bounced - m.Left()
}

// Mailings gives every mailing of an incident, oldest first.
func (s *Service) Mailings(ctx context.Context, p incident.Principal, ref string) ([]Mailing, error) {
	var out []Mailing
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return mailings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, m Mailing) error {
			m.Outlook = m.outlook(s.now(tx))
			out = append(out, m)
			return nil
		})
	})
	return out, err
}

// Mailing gives one mailing as it stands.
func (s *Service) Mailing(ctx context.Context, p incident.Principal, ref, id string) (Mailing, error) {
	var out Mailing
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		if out, err = mailingOf(tx, i.ID, id); err == nil {
			out.Outlook = out.outlook(s.now(tx))
		}
		return err
	})
	return out, err
}

func mailingOf(tx *ledger.Tx, incidentID, id string) (Mailing, error) {
	m, err := mailings.Get(tx, ledger.K(incidentID, id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return m, incident.Errorf(incident.NotFound, "There is no such mailing.")
	}
	return m, err
}
