package outbox_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/notify"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

func TestAddressee(t *testing.T) {
	for name, c := range map[string]struct {
		who     affected.Person
		variant letter.Variant
		address []string
	}{
		"whoever the directory says nothing of": {affected.Person{Name: "Ada", Country: "DE"}, letter.Adult, nil},
		"in Germany":                            {affected.Person{Street: "Hauptstr. 1", City: "München", PostalCode: "80331", Country: "DE", Region: "BY"}, letter.Adult, []string{"Hauptstr. 1", "80331 München"}},
		"in the United States":                  {affected.Person{Street: "1 Elm St", City: "Boston", PostalCode: "02108", Country: "US", Region: "MA"}, letter.Adult, []string{"1 Elm St", "Boston MA 02108"}},
		"in the United Kingdom":                 {affected.Person{Street: "1 Elm Road", City: "London", PostalCode: "SW1A 1AA", Country: "GB"}, letter.Adult, []string{"1 Elm Road", "London SW1A 1AA"}},
		"in one column":                         {affected.Person{PostalAddress: "1 Elm Road, Leeds , LS1 1AA", Country: "GB"}, letter.Adult, []string{"1 Elm Road", "Leeds", "LS1 1AA"}},
		"in one column, over lines":             {affected.Person{PostalAddress: "Flat 2, 1 Elm Road\nLeeds", Country: "GB"}, letter.Adult, []string{"Flat 2, 1 Elm Road", "Leeds"}},
		"a child":                               {affected.Person{Guardian: "Fay Ebert", City: "Bonn", Country: "DE"}, letter.Minor, []string{"Fay Ebert", "Bonn"}},
		"a child without an address":            {affected.Person{Guardian: "Fay Ebert", Country: "DE"}, letter.Minor, nil},
		"a child whose guardian nobody named":   {affected.Person{Groups: []string{"minors"}, City: "Bonn", Country: "DE"}, letter.Minor, []string{"Bonn"}},
		"one who died":                          {affected.Person{Deceased: "yes", City: "Bonn", Country: "DE"}, letter.Deceased, []string{"Bonn"}},
		"a child who died":                      {affected.Person{Guardian: "Fay", Deceased: "yes", City: "Bonn", Country: "DE"}, letter.Deceased, []string{"Bonn"}},
		"one who is alive":                      {affected.Person{Deceased: "no", Country: "DE"}, letter.Adult, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := outbox.Addressee(&c.who, "CODE")
			if got.Variant != c.variant || !slices.Equal(got.Address, c.address) || got.CheckCode != "CODE" || got.Jurisdiction != c.who.Jurisdiction() {
				t.Errorf("%+v; want variant %s to %q", got, c.variant, c.address)
			}
		})
	}
}

// Everybody has a code of their own in their letter, the same in every letter
// and in their copy of it, and no code where there is no page to enter it.
func TestLettersCarryACheckCode(t *testing.T) {
	mail := &postman{got: map[string]int{}}
	texts := map[string]string{}
	mail.answer = func(m notify.Message) notify.Outcome {
		texts[m.To] = m.Text
		return notify.Accepted
	}
	const page = "https://insurer.example/check"
	h := buildWith(t, mail, func(c *outbox.Config) { c.Letterhead.CheckPage = page })
	h.ready(t, 6)
	h.run(t, h.release(t).ID, over)
	code := regexp.MustCompile(`\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b`)
	seen := map[string]bool{}
	for to, text := range texts {
		got := code.FindAllString(text, -1)
		if len(got) != 1 || seen[got[0]] || !strings.Contains(text, page) {
			t.Errorf("%s: codes %v", to, got)
			continue
		}
		seen[got[0]] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d codes for 5 people", len(seen))
	}
	said := h.copyOf(t, h.request(t, incident.RightAccess, "c1"))
	if own := code.FindString(texts["p1@mail.example"]); own == "" || !strings.Contains(said, own) {
		t.Error("the copy of the letter has another code")
	}
}
