package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
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

// Plan is what a release would do now, for the page before it.
type Plan struct {
	People        int
	Jurisdictions int
	Roster        string
	Series        int            // of the letters; 0 unless only further ones are left
	Letters       []DraftView    // approved, and about to go
	Further       []DraftView    // approved, and to go in a mailing after that
	Unapproved    []DraftView    // to people, and not approved
	Reach         int            // people whom a letter that is about to go covers
	Uncovered     map[string]int // people by jurisdiction that no approved letter covers
	Blocked       string         // why nothing can go out now; empty if it can
}

// PlanRelease says what a release would do.
func (s *Service) PlanRelease(ctx context.Context, p incident.Principal, ref string) (Plan, error) {
	var out Plan
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = s.plan(tx, i)
		return err
	})
	return out, err
}

func (s *Service) plan(tx *ledger.Tx, i *incident.Incident) (Plan, error) {
	out := Plan{Uncovered: map[string]int{}}
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return out, err
	}
	if roster == nil {
		out.Blocked = "Who is affected has not been settled yet."
		return out, nil
	}
	out.People, out.Jurisdictions, out.Roster = roster.People, len(roster.ByJurisdiction), roster.Object
	all, err := draftsOf(tx, i.ID)
	if err != nil {
		return out, err
	}
	for n := range all {
		d := &all[n]
		if d.Audience != "individuals" || d.Released != nil {
			continue
		}
		v, err := s.viewOf(tx, i, d)
		if err != nil {
			return out, err
		}
		if v.Valid {
			out.Letters = append(out.Letters, v)
		} else {
			out.Unapproved = append(out.Unapproved, v)
		}
	}
	out.split()
	for j, n := range roster.ByJurisdiction {
		reached := false
		for _, l := range out.Letters {
			reached = reached || covered(l.Covers, j)
		}
		if reached {
			out.Reach += n
		} else if out.Series == 0 {
			out.Uncovered[j] = n
		}
	}
	facts, err := casework.Facts(tx, i.ID)
	if err != nil {
		return out, err
	}
	switch {
	case facts[FactPoliceDelay].Value() == "yes":
		out.Blocked = "The police asked to wait with the notice. Record it when they no longer do."
	case len(out.Letters) == 0:
		out.Blocked = "No letter to people is approved for this list."
	case i.ChannelCompromised(incident.ChannelMail):
		out.Blocked = "Mail is marked as in the attacker's hands for this incident."
	case s.Mail == nil && !i.Drill:
		out.Blocked = "No mail server is configured."
	}
	return out, nil
}

// split keeps the letters of the lowest series: nobody is sent two letters by one
// mailing, so that one mailing has one outcome a person.
func (p *Plan) split() {
	for n := range p.Letters {
		if s := p.Letters[n].Series; n == 0 || s < p.Series {
			p.Series = s
		}
	}
	all := p.Letters
	p.Letters = nil
	for _, l := range all {
		if l.Series == p.Series {
			p.Letters = append(p.Letters, l)
		} else {
			p.Further = append(p.Further, l)
		}
	}
}

// Release sends every approved letter to the people it is for. Whoever approved
// one of them may not release it. roster is the digest of the list they
// confirmed; if it moved meanwhile it is a Conflict.
func (s *Service) Release(ctx context.Context, p incident.Principal, ref, roster string) (*Mailing, error) {
	var out *Mailing
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		plan, err := s.plan(tx, i)
		if err != nil {
			return err
		}
		if plan.Blocked != "" {
			return incident.Errorf(incident.Conflict, "%s", plan.Blocked)
		}
		if plan.Roster != roster {
			return incident.Errorf(incident.Conflict, "The list of affected people changed while you read it. Look at the numbers again.")
		}
		if err := oneAtATime(tx, i.ID); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n, err := tx.Sequence("mailings-" + i.ID)
		if err != nil {
			return err
		}
		m := &Mailing{
			ID: id.String(), Seq: int(n), State: MailingCanary, Roster: plan.Roster, People: plan.People, Drill: i.Drill, Series: plan.Series,
			ReleasedBy: p.ID, ReleasedAt: tx.Now(), Excluded: map[string]int{},
		}
		for k := range plan.Letters {
			d := plan.Letters[k].Draft
			if d.Approval.By == p.ID {
				return incident.Errorf(incident.Forbidden, "You approved %s; somebody else must release it.", d.Rule)
			}
			d.Released = &Release{By: p.ID, At: tx.Now(), Mailing: m.ID}
			if err := drafts.Put(tx, ledger.K(i.ID, d.ID), d); err != nil {
				return err
			}
			m.Letters = append(m.Letters, Sent{Draft: d.ID, Obligation: d.Obligation, Version: d.Current().N, Digest: d.Current().Digest, Covers: d.Covers, Language: d.Language, Reader: d.Reader})
		}
		tx.Record("mailing.release", "mailing/"+m.ID)
		if err := mailings.Put(tx, ledger.K(i.ID, m.ID), *m); err != nil {
			return err
		}
		if err := sending.Put(tx, ledger.K(m.ID), i.ID); err != nil {
			return err
		}
		out = m
		return casework.WriteTimeline(tx, i, "mailing.release", "mailing/"+m.ID,
			fmt.Sprintf("Mailing %d released: %d letters for %d people", m.Seq, len(m.Letters), m.People))
	})
	if err == nil {
		s.nudge()
	}
	return out, err
}

func oneAtATime(tx *ledger.Tx, id string) error {
	return mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		if m.State.Active() || m.State == MailingPaused {
			return incident.Errorf(incident.Conflict, "Mailing %d is not over yet.", m.Seq)
		}
		return nil
	})
}

// Mailings gives every mailing of an incident, oldest first.
func (s *Service) Mailings(ctx context.Context, p incident.Principal, ref string) ([]Mailing, error) {
	var out []Mailing
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return mailings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, m Mailing) error {
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
		out, err = mailingOf(tx, i.ID, id)
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

// steer changes a mailing's state by a person's hand.
func (s *Service) steer(ctx context.Context, p incident.Principal, ref, id, act, said string, change func(*Mailing) error) error {
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		m, err := mailingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		if err := change(&m); err != nil {
			return err
		}
		tx.Record(act, "mailing/"+m.ID)
		if m.State == MailingStopped {
			now := tx.Now()
			m.EndedAt, m.NextPass = &now, nil
		}
		if err := mailings.Put(tx, ledger.K(i.ID, m.ID), m); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, act, "mailing/"+m.ID, fmt.Sprintf("Mailing %d %s", m.Seq, said))
	})
	if err == nil {
		s.nudge()
	}
	return err
}

// Pause holds a mailing; what is on the wire is finished.
func (s *Service) Pause(ctx context.Context, p incident.Principal, ref, id, reason string) error {
	return s.steer(ctx, p, ref, id, "mailing.pause", "paused", func(m *Mailing) error {
		if !m.State.Active() {
			return incident.Errorf(incident.Conflict, "The mailing is %s.", m.State)
		}
		m.State, m.Note = MailingPaused, reason
		return nil
	})
}

// Resume lets a paused mailing go on.
func (s *Service) Resume(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.steer(ctx, p, ref, id, "mailing.resume", "resumed", func(m *Mailing) error {
		if m.State != MailingPaused {
			return incident.Errorf(incident.Conflict, "The mailing is %s.", m.State)
		}
		m.State, m.Note, m.NextPass = MailingSending, "", nil
		return nil
	})
}

// Stop ends a mailing for good.
func (s *Service) Stop(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.steer(ctx, p, ref, id, "mailing.stop", "stopped", func(m *Mailing) error {
		if m.State == MailingDone || m.State == MailingStopped {
			return incident.Errorf(incident.Conflict, "The mailing is over.")
		}
		m.State = MailingStopped
		return nil
	})
}

// noLetter begins the reason of those who are left out because no letter for
// where they live was approved.
const noLetter = "no approved letter for "

// noFurther is the reason of those whom a mailing of further letters has none for.
const noFurther = "one letter meets every law that protects them"

// unreached lists the places whose people a mailing left out for want of a
// letter, and that no mailing has had a letter for since.
func unreached(tx *ledger.Tx, id string) ([]string, error) {
	out := map[string]bool{}
	err := mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		if m.Series > 0 {
			return nil
		}
		for place := range out {
			for _, l := range m.Letters {
				if covered(l.Covers, place) {
					delete(out, place)
				}
			}
		}
		for reason := range m.Excluded {
			if place, ok := strings.CutPrefix(reason, noLetter); ok {
				out[place] = true
			}
		}
		return nil
	})
	return slices.Sorted(maps.Keys(out)), err
}

// furtherOwed are the duties that no first letter meets and whose further letter
// is not through yet: that people were told of the first does not meet them.
func furtherOwed(tx *ledger.Tx, id string) (map[string]bool, error) {
	all, err := draftsOf(tx, id)
	if err != nil {
		return nil, err
	}
	out, met := map[string]bool{}, map[string]bool{}
	for n := range all {
		d := &all[n]
		if d.Series == 0 {
			continue
		}
		sent := false
		if d.Released != nil {
			m, err := mailingOf(tx, id, d.Released.Mailing)
			if err != nil {
				return nil, err
			}
			sent = m.State == MailingDone && m.Counts.Uncertain == 0 && m.Counts.Accepted+m.Counts.Withheld > 0
		}
		for _, o := range d.Obligations {
			out[o], met[o] = true, met[o] || sent
		}
	}
	maps.DeleteFunc(out, func(o string, _ bool) bool { return met[o] })
	return out, nil
}
