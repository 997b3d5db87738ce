package outbox_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

// What New Zealand's and Brazil's letters say of the authority, of protection and of
// the place comes from the case, and is open in them until it is known.
func TestLettersSayWhatTheCaseHolds(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	list := "customer_id,name,email,country,region,language,elements,sources\n" +
		"n1,Nia,n1@mail.example,NZ,,en,name+email+ssn+medical,desk\nb1,Bia,b1@mail.example,BR,,en,name+email+ssn+medical,desk\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	nz, br := h.draftFor(t, "NZ"), h.draftFor(t, "BR")
	open := func(d outbox.DraftView, field string) bool {
		for _, m := range d.Current().Letter.Open {
			if m.Field == field {
				return true
			}
		}
		return false
	}
	if !open(nz, "authority.told") || !open(br, "incident.protection") {
		t.Fatalf("open before anything is known: %v and %v", nz.Current().Letter.Open, br.Current().Letter.Open)
	}

	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{
		{Name: outbox.FactProtection, Values: []string{"The files lay behind a second sign-in."}, Source: "IT"},
	}))
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	filed := 0
	at := time.Date(2026, 3, 3, 21, 0, 0, 0, time.UTC)
	if now := h.store.Clock.Now(); at.After(now) {
		at = now
	}
	for _, o := range all {
		if o.Jurisdiction == "NZ" && o.Audience == "regulator" && o.Applies == "yes" {
			must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: at}))
			filed++
		}
	}
	if filed == 0 {
		t.Fatal("New Zealand's commissioner is owed nothing")
	}
	must(t, h.RefreshDraft(t.Context(), ana, h.ref, nz.ID))
	must(t, h.RefreshDraft(t.Context(), ana, h.ref, br.ID))
	nz, br = h.draftFor(t, "NZ"), h.draftFor(t, "BR")
	auckland, err := time.LoadLocation("Pacific/Auckland")
	must(t, err)
	day := at.In(auckland).Format("2 January 2006")
	if text := nz.Current().Letter.Text; open(nz, "authority.told") || !strings.Contains(text, "We notified the Privacy Commissioner on "+day) {
		t.Errorf("no word of %s, their day:\n%s", day, text)
	}
	if open(br, "incident.protection") || !strings.Contains(br.Current().Letter.Text, "behind a second sign-in") {
		t.Errorf("Brazil's letter lacks what protected the data:\n%s", br.Current().Letter.Text)
	}
	if _, err := h.Preview(t.Context(), ana, h.ref, nz.ID, letter.Minor); err != nil {
		t.Errorf("no words for parents: %v", err)
	}
}

func (h *house) draftFor(t *testing.T, place string) outbox.DraftView {
	t.Helper()
	all, err := h.Drafts(t.Context(), ana, h.ref)
	must(t, err)
	for _, d := range all {
		if d.Audience == "individuals" && d.Current().Letter.Jurisdiction == place && d.Language == "en" {
			return d
		}
	}
	t.Fatalf("no letter for %s among %d drafts", place, len(all))
	return outbox.DraftView{}
}
