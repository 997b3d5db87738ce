package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// Draft is a letter to one recipient or group of recipients, with its versions.
// A version is never changed; the newest is the draft.
type Draft struct {
	ID         string    `json:"id"`
	Obligation string    `json:"obligation"`
	Rule       string    `json:"rule"`
	Audience   string    `json:"audience"`
	Covers     []string  `json:"covers"` // areas whose people or authority it is for
	Language   string    `json:"language"`
	Versions   []Version `json:"versions"` // oldest first
	Approval   *Approval `json:"approval,omitempty"`
	Released   *Release  `json:"released,omitempty"`
	MadeAt     time.Time `json:"made_at"`
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

// CreateDraft composes the letter for an obligation. language is a BCP 47 tag;
// English where there is no text in it. What the case does not hold is open in it.
func (s *Service) CreateDraft(ctx context.Context, p incident.Principal, ref, obligation, language string) (*Draft, error) {
	var out *Draft
	err := s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		d, err := s.compose(tx, i, &o, language)
		if err != nil {
			return err
		}
		all, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		for _, have := range all {
			if have.Obligation == d.Obligation && have.Language == d.Language && have.Released == nil {
				return incident.Errorf(incident.Conflict, "There is a draft for it already.")
			}
		}
		out = d
		return s.keepDraft(tx, i, d)
	})
	return out, err
}

// CreateDrafts composes every letter that is owed and has none yet, in each
// language there are words for among the people's own. It gives how many.
func (s *Service) CreateDrafts(ctx context.Context, p incident.Principal, ref string) (int, error) {
	n := 0
	err := s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		n = 0
		list, err := ObligationsOf(tx, i.ID)
		if err != nil {
			return err
		}
		have, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		// A letter that went to the people of an earlier list does not serve
		// those who were found since.
		roster, err := casework.CurrentRoster(tx, i.ID)
		if err != nil {
			return err
		}
		inForce := rosterDigest(roster)
		lib, err := s.Letters()
		if err != nil {
			return err
		}
		for k := range list {
			o := &list[k]
			if !o.Owed() {
				continue
			}
			id, ok := lib.For(o.Rule, o.Audience, o.Jurisdiction)
			if !ok {
				continue
			}
			for _, language := range languagesOf(lib, id, o) {
				if slices.ContainsFunc(have, func(d Draft) bool {
					return d.Obligation == o.ID && d.Language == language && (d.Released == nil || d.Approval.Roster == inForce)
				}) {
					continue
				}
				d, err := s.compose(tx, i, o, language)
				if err != nil {
					return err
				}
				if err := s.keepDraft(tx, i, d); err != nil {
					return err
				}
				n++
			}
		}
		if n == 0 {
			return incident.Errorf(incident.Conflict, "Every obligation that is owed has its draft.")
		}
		return nil
	})
	return n, err
}

// languagesOf are the languages a letter is written in: all there are for
// letters to people, one the recipient accepts for others.
func languagesOf(lib *letter.Library, id string, o *Obligation) []string {
	for _, info := range lib.Letters() {
		if info.ID != id {
			continue
		}
		if o.Audience == "individuals" && len(info.Languages) > 0 {
			return info.Languages
		}
	}
	return []string{"en"}
}

func (s *Service) compose(tx *ledger.Tx, i *incident.Incident, o *Obligation, language string) (*Draft, error) {
	lib, err := s.Letters()
	if err != nil {
		return nil, err
	}
	name, ok := lib.For(o.Rule, o.Audience, o.Jurisdiction)
	if !ok {
		return nil, incident.Errorf(incident.NotFound, "There is no letter for this obligation; its filing pack has the answers.")
	}
	covers := []string{o.Jurisdiction}
	c, err := s.caseOf(tx, i, o, covers)
	if err != nil {
		return nil, err
	}
	if language == "" {
		language = "en"
	}
	text, err := lib.Compose(letter.Spec{Letter: name, Jurisdiction: o.Jurisdiction, Language: language, Channel: letter.Email}, c.Case)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return &Draft{
		ID: id.String(), Obligation: o.ID, Rule: o.Rule, Audience: o.Audience, Covers: covers, Language: text.Language, MadeAt: tx.Now(),
		Versions: []Version{{N: 1, By: tx.By().ID, At: tx.Now(), Letter: text, Digest: text.Digest()}},
	}, nil
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
		fresh, err := s.compose(tx, i, &o, d.Language)
		if err != nil {
			return err
		}
		return s.addVersion(tx, i, &d, fresh.Current().Letter, "draft.refresh", "Draft written anew from the facts")
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
