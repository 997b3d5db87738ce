package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// Draft is a letter to one recipient or group of recipients, with its versions.
// A version is never changed; the newest is the draft.
type Draft struct {
	ID         string   `json:"id"`
	Obligation string   `json:"obligation"`
	Rule       string   `json:"rule"`
	Audience   string   `json:"audience"`
	Covers     []string `json:"covers"` // areas whose people or authority it is for
	// Obligations are all the duties it meets, Obligation among them; empty in drafts of old.
	Obligations []string `json:"obligations,omitempty"`
	// Reader is employee where only those read it; empty for everybody of the audience.
	Reader letter.Audience `json:"reader,omitempty"`
	// Series is 0 for the first letter somebody gets. A further one meets duties whose law
	// cannot be met by the first, for the reason in Apart, and goes in a mailing of its own.
	Series   int       `json:"series,omitempty"`
	Apart    string    `json:"apart,omitempty"`
	Language string    `json:"language"`
	Versions []Version `json:"versions"` // oldest first
	Approval *Approval `json:"approval,omitempty"`
	Released *Release  `json:"released,omitempty"`
	MadeAt   time.Time `json:"made_at"`
}

// Version is one text of a draft.
type Version struct {
	N      int          `json:"n"`
	By     string       `json:"by"`
	At     time.Time    `json:"at"`
	Letter letter.Draft `json:"letter"`
	Digest string       `json:"digest"` // of the text
}

// Current is the newest version.
func (d *Draft) Current() *Version { return &d.Versions[len(d.Versions)-1] }

// Meets reports whether the letter is for a duty.
func (d *Draft) Meets(obligation string) bool {
	return d.Obligation == obligation || slices.Contains(d.Obligations, obligation)
}

// CreateDraft composes the letter for an obligation. language is a BCP 47 tag;
// English where there is no text in it. What the case does not hold is open in it.
func (s *Service) CreateDraft(ctx context.Context, p incident.Principal, ref, obligation, language string) (*Draft, error) {
	var out *Draft
	err := s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		l, err := s.letterFor(tx, i, &o, language)
		if err != nil {
			return err
		}
		d, err := s.compose(tx, i, &l)
		if err != nil {
			return err
		}
		all, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		for n := range all {
			if have := &all[n]; have.Released == nil && have.to(&l) && have.Meets(o.ID) {
				return incident.Errorf(incident.Conflict, "There is a draft for it already.")
			}
		}
		out = d
		return s.keepDraft(tx, i, d)
	})
	return out, err
}

func (s *Service) keepDraft(tx *ledger.Tx, i *incident.Incident, d *Draft) error {
	tx.Record("draft.create", "draft/"+d.ID)
	if err := drafts.Put(tx, ledger.K(i.ID, d.ID), *d); err != nil {
		return err
	}
	return casework.WriteTimeline(tx, i, "draft.create", "draft/"+d.ID, fmt.Sprintf("Draft written: %s, %s", d.Rule, d.Language))
}

func draftsOf(tx *ledger.Tx, id string) ([]Draft, error) {
	var out []Draft
	err := drafts.Scan(tx, ledger.K(id), func(_ ledger.Key, d Draft) error {
		out = append(out, d)
		return nil
	})
	return out, err
}

func draftOf(tx *ledger.Tx, i *incident.Incident, id string) (Draft, error) {
	d, err := drafts.Get(tx, ledger.K(i.ID, id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return d, incident.Errorf(incident.NotFound, "There is no such draft on %s.", i.Number)
	}
	return d, err
}

// ToApprove counts the drafts of an incident that are neither released nor
// approved for the list in force. Unlike Drafts it holds no text against the law.
func (s *Service) ToApprove(ctx context.Context, p incident.Principal, ref string) (int, error) {
	n := 0
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		all, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		roster, err := casework.CurrentRoster(tx, i.ID)
		for k := range all {
			if all[k].Released == nil && !all[k].Valid(roster) {
				n++
			}
		}
		return err
	})
	return n, err
}

// Draft gives one draft.
func (s *Service) Draft(ctx context.Context, p incident.Principal, ref, id string) (DraftView, error) {
	var out DraftView
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, id)
		if err != nil {
			return err
		}
		out, err = s.viewOf(tx, i, &d)
		return err
	})
	return out, err
}

// EditDraft adds a version with a person's words. An approval is void by it.
func (s *Service) EditDraft(ctx context.Context, p incident.Principal, ref, id, subject, source string) error {
	return s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, id)
		if err != nil {
			return err
		}
		if d.Released != nil {
			return incident.Errorf(incident.Conflict, "It has been released; a sent notice never changes. Write a new draft.")
		}
		lib, err := s.Letters()
		if err != nil {
			return err
		}
		text, err := lib.Edited(d.Current().Letter, subject, strings.ReplaceAll(source, "\r\n", "\n"))
		if err != nil {
			return err
		}
		return s.addVersion(tx, i, &d, text, "draft.edit", "Draft edited")
	})
}

// RefreshDraft composes the letter anew from what is known now, as a new version.
func (s *Service) RefreshDraft(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, id)
		if err != nil {
			return err
		}
		if d.Released != nil {
			return incident.Errorf(incident.Conflict, "It has been released; a sent notice never changes.")
		}
		o, err := obligationOf(tx, i, d.Obligation)
		if err != nil {
			return err
		}
		text, err := s.text(tx, i, &o, specOf(&d), d.Covers)
		if err != nil {
			return err
		}
		return s.addVersion(tx, i, &d, text, "draft.refresh", "Draft written anew from the facts")
	})
}

func (s *Service) addVersion(tx *ledger.Tx, i *incident.Incident, d *Draft, text letter.Draft, act, said string) error {
	v := Version{N: len(d.Versions) + 1, By: tx.By().ID, At: tx.Now(), Letter: text, Digest: text.Digest()}
	if v.Digest == d.Current().Digest {
		return incident.Errorf(incident.Conflict, "Nothing in the text changed.")
	}
	d.Versions = append(d.Versions, v)
	tx.Record(act, "draft/"+d.ID)
	if err := drafts.Put(tx, ledger.K(i.ID, d.ID), *d); err != nil {
		return err
	}
	return casework.WriteTimeline(tx, i, act, "draft/"+d.ID, fmt.Sprintf("%s: %s, %s, version %d", said, d.Rule, d.Language, v.N))
}
