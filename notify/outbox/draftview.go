package outbox

import (
	"context"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// DraftView is a draft as it stands now.
type DraftView struct {
	Draft
	Valid    bool             `json:"valid"`           // the approval holds
	Void     []string         `json:"void,omitempty"`  // what the approval no longer fits, a sentence each
	Stale    []string         `json:"stale,omitempty"` // what the case says otherwise than when the text was made
	Findings []letter.Finding `json:"findings,omitempty"`
	People   int              `json:"people"`   // of the list in force, whom it is for
	Comments int              `json:"comments"` // open ones that the reader may see
	// Recipient is whom a letter that is not to people is addressed to.
	Recipient letter.Contact `json:"recipient,omitzero"`
}

// Ready reports whether nothing in the text stands in the way of approval.
func (d *DraftView) Ready() bool {
	return d.Current().Letter.Complete() && !letter.Failed(d.Findings)
}

// DraftIndex gives every draft of an incident without holding it against the law:
// for pages that only say that there is one.
func (s *Service) DraftIndex(ctx context.Context, p incident.Principal, ref string) ([]Draft, error) {
	var out []Draft
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		out, err = draftsOf(tx, i.ID)
		return err
	})
	return out, err
}

// Drafts gives every draft of an incident with what the lint finds.
func (s *Service) Drafts(ctx context.Context, p incident.Principal, ref string) ([]DraftView, error) {
	var out []DraftView
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		all, err := draftsOf(tx, i.ID)
		if err != nil || len(all) == 0 {
			return err
		}
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		for n := range all {
			v, err := s.viewFrom(tx, p, i, &all[n], b)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// viewFrom is a draft as it stands, with the comments that p may read.
func (s *Service) viewFrom(tx *ledger.Tx, p incident.Principal, i *incident.Incident, d *Draft, b *caseBasis) (DraftView, error) {
	v, err := s.standing(i, d, tx.Now(), b)
	if err != nil {
		return v, err
	}
	notes, err := commentsOf(tx, i.ID, d.ID)
	for n := range notes {
		if notes[n].Resolved == nil && incident.Sees(p, i, notes[n].Privileged) {
			v.Comments++
		}
	}
	return v, err
}

func (s *Service) standing(i *incident.Incident, d *Draft, now time.Time, b *caseBasis) (DraftView, error) {
	v := DraftView{Draft: *d}
	values, err := s.valuesNow(i, d, now, b)
	if err != nil {
		return v, err
	}
	if d.Released == nil {
		v.Void = b.voids(d, values)
		v.Valid = d.Approval != nil && len(v.Void) == 0
		v.Stale = letter.Changed(d.Current().Letter.Values, values)
	} else {
		v.Valid = d.Approval != nil && d.Approval.Text == d.Current().Digest && d.Approval.Roster == rosterDigest(b.roster)
	}
	if v.Findings, err = s.lint(d, b); err != nil {
		return v, err
	}
	if o := b.byID[d.Obligation]; o != nil && d.Audience != "individuals" && d.Audience != AudiencePublic {
		v.Recipient = b.recipient(o)
	}
	if b.roster != nil && d.Audience == "individuals" {
		for j, n := range b.roster.ByJurisdiction {
			if covered(d.Covers, j) {
				v.People += n
			}
		}
	}
	return v, nil
}

// holds reports whether a draft is approved as it stands. b may be nil where it
// was not approved at all.
func (s *Service) holds(i *incident.Incident, d *Draft, now time.Time, b *caseBasis) (bool, error) {
	if d.Approval == nil {
		return false, nil
	}
	values, err := s.valuesNow(i, d, now, b)
	return len(b.voids(d, values)) == 0, err
}

func (s *Service) lint(d *Draft, b *caseBasis) ([]letter.Finding, error) {
	lib, err := s.Letters()
	if err != nil {
		return nil, err
	}
	text := d.Current().Letter
	scope := letter.Scope{Elements: text.Elements, WhatHappened: b.facts[FactWhatHappened].Value()}
	switch d.Audience {
	case "individuals":
		scope.RegulatedAs = s.cfg.Organisation.RegulatedAs
		scope.Duties = b.lawsOf(d)
	case "regulator", "csirt":
		// Their form has what their law asks for; the letter goes with it.
	default:
		scope.Duties = b.lawsOf(d)
	}
	if b.roster != nil && d.Audience == "individuals" {
		for j := range b.roster.ByJurisdiction {
			if covered(d.Covers, j) {
				scope.Jurisdictions = append(scope.Jurisdictions, j)
			}
		}
		slices.Sort(scope.Jurisdictions)
	}
	if len(scope.Jurisdictions) == 0 {
		scope.Jurisdictions = []string{text.Jurisdiction}
	}
	return s.linted.of(lib, text, scope)
}

// lawsOf is what the rules of a draft's duties say its letter holds.
func (b *caseBasis) lawsOf(d *Draft) []letter.Duty {
	var out []letter.Duty
	for _, name := range append([]string{d.Obligation}, d.Obligations...) {
		o := b.byID[name]
		if o == nil || slices.ContainsFunc(out, func(l letter.Duty) bool { return l.Rule == o.Rule }) {
			continue
		}
		out = append(out, letter.Duty{Rule: o.Rule, Law: o.Regime, Cite: o.Citation, Required: o.Required, Forbidden: o.Forbidden})
	}
	return out
}

// Preview is a draft as one variant of recipient would read it.
func (s *Service) Preview(ctx context.Context, p incident.Principal, ref, id string, v letter.Variant) (letter.Message, error) {
	d, err := s.Draft(ctx, p, ref, id)
	if err != nil {
		return letter.Message{}, err
	}
	lib, err := s.Letters()
	if err != nil {
		return letter.Message{}, err
	}
	return lib.Preview(d.Current().Letter, v)
}
