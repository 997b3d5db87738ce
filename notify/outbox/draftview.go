package outbox

import (
	"context"
	"slices"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// DraftView is a draft as it stands now.
type DraftView struct {
	Draft
	Valid    bool             `json:"valid"` // the approval holds
	Findings []letter.Finding `json:"findings,omitempty"`
	People   int              `json:"people"` // of the list in force, whom it is for
}

// Ready reports whether nothing in the text stands in the way of approval.
func (d *DraftView) Ready() bool {
	return d.Current().Letter.Complete() && !letter.Failed(d.Findings)
}

// Drafts gives every draft of an incident with what the lint finds.
func (s *Service) Drafts(ctx context.Context, p incident.Principal, ref string) ([]DraftView, error) {
	var out []DraftView
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		all, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		for n := range all {
			v, err := s.viewOf(tx, i, &all[n])
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

func (s *Service) viewOf(tx *ledger.Tx, i *incident.Incident, d *Draft) (DraftView, error) {
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return DraftView{}, err
	}
	v := DraftView{Draft: *d, Valid: d.Valid(roster)}
	if v.Findings, err = s.lint(tx, i, d, roster); err != nil {
		return v, err
	}
	if roster != nil && d.Audience == "individuals" {
		for j, n := range roster.ByJurisdiction {
			if covered(d.Covers, j) {
				v.People += n
			}
		}
	}
	return v, nil
}

func (s *Service) lint(tx *ledger.Tx, i *incident.Incident, d *Draft, roster *incident.Roster) ([]letter.Finding, error) {
	lib, err := s.Letters()
	if err != nil {
		return nil, err
	}
	facts, err := casework.Facts(tx, i.ID)
	if err != nil {
		return nil, err
	}
	text := d.Current().Letter
	scope := letter.Scope{Elements: text.Elements, WhatHappened: facts[FactWhatHappened].Value()}
	if d.Audience == "individuals" {
		scope.RegulatedAs = s.cfg.Organisation.RegulatedAs
		if scope.Duties, err = lawsOf(tx, i.ID, d); err != nil {
			return nil, err
		}
	}
	if roster != nil && d.Audience == "individuals" {
		for j := range roster.ByJurisdiction {
			if covered(d.Covers, j) {
				scope.Jurisdictions = append(scope.Jurisdictions, j)
			}
		}
		slices.Sort(scope.Jurisdictions)
	}
	if len(scope.Jurisdictions) == 0 {
		scope.Jurisdictions = []string{text.Jurisdiction}
	}
	return lib.Lint(text, scope), nil
}

// lawsOf is what the rules of a draft's duties say its letter holds.
func lawsOf(tx *ledger.Tx, id string, d *Draft) ([]letter.Duty, error) {
	var out []letter.Duty
	for _, name := range append([]string{d.Obligation}, d.Obligations...) {
		o, err := obligations.Get(tx, ledger.K(id, name))
		if err != nil && incident.KindOf(err) == incident.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(l letter.Duty) bool { return l.Rule == o.Rule }) {
			continue
		}
		out = append(out, letter.Duty{Rule: o.Rule, Law: o.Regime, Cite: o.Citation, Required: o.Required, Forbidden: o.Forbidden})
	}
	return out, nil
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
