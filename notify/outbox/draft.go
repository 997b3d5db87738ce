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
	// Reviews are what was decided on its versions, oldest first.
	Reviews  []DraftReview `json:"reviews,omitempty"`
	Released *Release      `json:"released,omitempty"`
	MadeAt   time.Time     `json:"made_at"`
}

// Version is one text of a draft.
type Version struct {
	N      int          `json:"n"`
	By     string       `json:"by"`
	At     time.Time    `json:"at"`
	Letter letter.Draft `json:"letter"`
	Digest string       `json:"digest"`        // of the text
	Act    string       `json:"act,omitempty"` // written, edited, refreshed, widened; empty in drafts of old
	Why    string       `json:"why,omitempty"` // in the words of who made it
}

// Current is the newest version.
func (d *Draft) Current() *Version { return &d.Versions[len(d.Versions)-1] }

// Meets reports whether the letter is for a duty.
func (d *Draft) Meets(obligation string) bool {
	return d.Obligation == obligation || slices.Contains(d.Obligations, obligation)
}

// CreateDraft composes the letter for an obligation. language is a BCP 47 tag;
// English where there is no text in it. Empty, an authority is written to in its own. What the case does not hold is open in it.
func (s *Service) CreateDraft(ctx context.Context, p incident.Principal, ref, obligation, language string) (*Draft, error) {
	var out *Draft
	err := s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if language == "" && o.Audience == "individuals" {
			language = "en"
		}
		l, err := s.letterFor(tx, i, &o, language)
		if err != nil {
			return err
		}
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		d, err := s.compose(tx, i, &l, b)
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
		var b *caseBasis
		for k := range all {
			d := &all[k]
			if d.Released != nil {
				continue
			}
			if d.Approval != nil && b == nil {
				if b, err = caseBasisOf(tx, i); err != nil {
					return err
				}
			}
			holds, err := s.holds(i, d, tx.Now(), b)
			if err != nil {
				return err
			}
			if !holds {
				n++
			}
		}
		return nil
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
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		out, err = s.viewFrom(tx, p, i, &d, b)
		return err
	})
	return out, err
}

// mostReason bounds what somebody writes about an act.
const mostReason = 2000

func tooLong(where, text string, most int) error {
	if len(text) <= most {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: "It is too long.", Problems: []incident.Problem{{Where: where, What: fmt.Sprintf("Keep it under %d characters.", most)}}}
}

// EditDraft adds a version with a person's words, and why they changed it, which
// may be empty. An approval is void by it. Invalid: the text is no letter.
func (s *Service) EditDraft(ctx context.Context, p incident.Principal, ref, id, subject, source, why string) error {
	if err := tooLong("why", why, mostReason); err != nil {
		return err
	}
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
		return s.addVersion(tx, i, &d, Version{Letter: text, Act: "edited", Why: strings.TrimSpace(why)}, "draft.edit", "Draft edited")
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
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		text, err := s.text(i, &o, specOf(&d), d.Covers, tx.Now(), b)
		if err != nil {
			return err
		}
		return s.addVersion(tx, i, &d, Version{Letter: text, Act: "refreshed"}, "draft.refresh", "Draft written anew from the facts")
	})
}

// addVersion puts a new text on a draft. What was approved was another text.
func (s *Service) addVersion(tx *ledger.Tx, i *incident.Incident, d *Draft, v Version, act, said string) error {
	v.N, v.By, v.At, v.Digest = len(d.Versions)+1, tx.By().ID, tx.Now(), v.Letter.Digest()
	if v.Digest == d.Current().Digest {
		return incident.Errorf(incident.Conflict, "Nothing in the text changed.")
	}
	text := fmt.Sprintf("%s: %s, %s, version %d", said, d.Rule, d.Language, v.N)
	if a := d.Approval; a != nil && a.Text == d.Current().Digest {
		d.Reviews = append(d.Reviews, DraftReview{Act: "voided", By: v.By, At: v.At, Version: d.Current().N, Digest: a.Text, Reason: "The text changed."})
		text += "; the approval of the text before is void"
	}
	d.Versions = append(d.Versions, v)
	tx.Record(act, "draft/"+d.ID)
	if err := drafts.Put(tx, ledger.K(i.ID, d.ID), *d); err != nil {
		return err
	}
	return casework.WriteTimeline(tx, i, act, "draft/"+d.ID, text)
}
