package outbox_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/notify/letter"
)

// Every law and contract with a notice to an office, a partner or the press has a
// letter, and the letter holds what the rule itself asks for.
func TestLettersToOfficesHoldWhatTheirRulesAsk(t *testing.T) {
	law, err := rules()
	must(t, err)
	lib, err := letters()
	must(t, err)
	c := letterhead()
	full := letter.Case{Reference: "INC-2026-0001", Organisation: c.Organisation, DPO: c.DPO, CallCentre: c.CallCentre, Signatory: c.Signatory, Recipient: letter.Contact{Name: "Whoever is told"},
		WhatHappened: "Somebody copied records.", Elements: []string{"name", "ssn", "card_number", "medical"}, Measures: []string{"We closed it."}, Consequences: []string{"Somebody may use them."},
		Place: "the customer system", Groups: []string{"customers"}, People: []letter.Count{{Jurisdiction: "US-CA", People: 900}, {Jurisdiction: "DE", People: 30}}, Records: 930}
	full.LetterDate, full.OccurredFrom, full.Discovered, full.Aware, full.NoticeSent = on(20), on(1), on(2), on(2), on(21)
	seen := map[string]int{}
	for _, one := range law.List() {
		all := law.Versions(one.ID)
		r := all[len(all)-1]
		audience := r.Audience
		if !slices.Contains([]string{"media", "consumer_reporting_agencies", "processor_to_controller", "card_brands", "internal", "contract", "insurer"}, audience) {
			continue
		}
		place := r.Jurisdiction
		id, ok := lib.For(r.ID, audience, place)
		if !ok {
			t.Errorf("%s: there is no letter to %s in %s", r.ID, audience, place)
			continue
		}
		seen[audience]++
		full.People = []letter.Count{{Jurisdiction: place, People: 930}}
		d, err := lib.Compose(letter.Spec{Letter: id, Jurisdiction: place, Language: "en", Duties: []string{r.ID}}, full)
		must(t, err)
		if !d.Complete() {
			t.Errorf("%s: %s leaves open %v", r.ID, id, d.Open)
		}
		for _, f := range lib.Lint(d, letter.Scope{Jurisdictions: []string{place}, Duties: []letter.Duty{{Rule: r.ID, Law: r.Regime, Cite: r.Citation, Required: r.Content.Required, Forbidden: r.Content.Forbidden}}}) {
			if f.Severity == letter.Error {
				t.Errorf("%s, letter %s: %v", r.ID, id, f)
			}
		}
	}
	for _, audience := range []string{"media", "consumer_reporting_agencies", "processor_to_controller", "card_brands", "internal"} {
		if seen[audience] == 0 {
			t.Errorf("no rule has a notice to %s", audience)
		}
	}
}

func on(day int) time.Time { return time.Date(2026, time.March, day, 9, 0, 0, 0, time.UTC) }
