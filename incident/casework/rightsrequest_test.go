package casework_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

var outsider = incident.Principal{ID: "letter-page", Source: incident.FromPublic, System: true}

func fromLetter(id string, ask casework.LetterAsk, country, region string) casework.LetterRequest {
	return casework.LetterRequest{Incident: id, Letter: "00112233445566778899aabbccddeeff", Ask: ask, Words: "please",
		Person: affected.Person{CustomerID: "C-1001", Name: "Ann Example", Email: "ann@mail.example", Country: country, Region: region}}
}

// Every ask becomes a request under the first law of the place that knows it, with its clock.
func TestAsksFromALetterRunOnTheirClocks(t *testing.T) {
	o := open(t)
	i := o.listed(t, mia)
	for _, c := range []struct {
		ask             casework.LetterAsk
		country, region string
		right           incident.Right
		regime          string
	}{
		{casework.AskAccess, "DE", "", incident.RightAccess, "eu-gdpr"},
		{casework.AskCorrect, "US", "CA", incident.RightRectify, "us-ca-ccpa"},
		{casework.AskErase, "GB", "", incident.RightErase, "uk-gdpr"},
		{casework.AskRestrict, "US", "CA", incident.RightRestrict, "none"}, // California knows no restriction
		{casework.AskObject, "CH", "", incident.RightObject, "ch-fadp"},
		{casework.AskByPost, "FR", "", incident.RightObject, "eu-gdpr"},
	} {
		r, again, err := o.ReceiveFromLetter(t.Context(), outsider, fromLetter(i.ID, c.ask, c.country, c.region))
		must(t, err)
		if again || r.Right != c.right || r.Regime != c.regime || r.Channel != "page" || r.Identity != nil || !r.Due.After(r.ReceivedAt) {
			t.Errorf("%s in %s%s: %+v", c.ask, c.country, c.region, r)
		}
		twice, again, err := o.ReceiveFromLetter(t.Context(), outsider, fromLetter(i.ID, c.ask, c.country, c.region))
		must(t, err)
		if !again || twice.Number != r.Number {
			t.Errorf("%s asked twice is %s and %s", c.ask, r.Number, twice.Number)
		}
		file, err := o.RightFile(t.Context(), rita, r.Number)
		must(t, err)
		if len(file.Asker.Subjects) != 1 || file.Asker.Subjects[0].CustomerID != "C-1001" || !strings.Contains(file.Asker.Words, "please") || !strings.Contains(file.Asker.Words, "code alone") {
			t.Errorf("%+v", file.Asker)
		}
	}
	all, err := o.Rights(t.Context(), rita)
	must(t, err)
	if len(all) != 6 {
		t.Errorf("%d requests of six asks made twice", len(all))
	}
}

func TestAnAnsweredAskCanBeMadeAgain(t *testing.T) {
	o := open(t)
	i := o.listed(t, mia)
	first, _, err := o.ReceiveFromLetter(t.Context(), outsider, fromLetter(i.ID, casework.AskAccess, "DE", ""))
	must(t, err)
	must(t, o.WithdrawRight(t.Context(), rita, first.Number))
	second, again, err := o.ReceiveFromLetter(t.Context(), outsider, fromLetter(i.ID, casework.AskAccess, "DE", ""))
	must(t, err)
	if again || second.Number == first.Number {
		t.Errorf("%s again", second.Number)
	}
}

func TestBadAsksAreRefused(t *testing.T) {
	o := open(t)
	i := o.listed(t, mia)
	bad := fromLetter(i.ID, "everything", "DE", "")
	long := fromLetter(i.ID, casework.AskErase, "DE", "")
	long.Words = strings.Repeat("ä", casework.MaxLetterWords+1)
	for name, in := range map[string]casework.LetterRequest{"no such ask": bad, "too long": long} {
		if _, _, err := o.ReceiveFromLetter(t.Context(), outsider, in); incident.KindOf(err) != incident.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := fromLetter("00000000-0000-0000-0000-000000000000", casework.AskErase, "DE", "")
	if _, _, err := o.ReceiveFromLetter(t.Context(), outsider, gone); incident.KindOf(err) != incident.NotFound || err == nil {
		t.Errorf("no incident: %v", err)
	}
}
