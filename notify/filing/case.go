package filing

import (
	"strings"
	"time"

	"tocsin/notify/letter"
)

// Case is what a filing may say: what letters know, and what only authorities
// ask. A zero value means "not known".
type Case struct {
	letter.Case
	Drill        bool                 `json:"drill,omitempty"`
	Jurisdiction string               `json:"jurisdiction"` // of the authority
	Stage        string               `json:"stage"`        // the rule's
	Content      []string             `json:"content"`      // what the rule asks for: ids of the rule library
	Due          time.Time            `json:"due"`          // of this filing; zero where there is no number, or it was made in time
	Submission   string               `json:"submission"`   // initial, follow_up, complete
	Previous     string               `json:"previous"`     // the authority's number of the earlier filing
	Reporter     letter.Contact       `json:"reporter"`     // who files, with function
	Kind         string               `json:"kind"`         // the contract's incident.kind
	PeopleTold   string               `json:"people_told"`  // yes, planned, no
	SampleNotice string               `json:"sample_notice"`
	Filed        []Elsewhere          `json:"filed"`      // with other authorities
	Facts        map[string][]string  `json:"facts"`      // in force; "suspected" is a value of its own
	Milestones   map[string]time.Time `json:"milestones"` // in force, in their zones
	DayOnly      map[string]bool      `json:"day_only"`   // milestones of which the day alone is known
	RegulatedAs  []string             `json:"regulated_as"`
	Established  []string             `json:"established"`
	MainOffice   string               `json:"main_office"`
	Answers      map[string][]string  `json:"answers"` // by field id: a person's own answer goes before the case's

	elementWords []string // Elements in plain words; Build fills it
}

// Elsewhere is a filing of the same incident with another authority.
type Elsewhere struct {
	Recipient string `json:"recipient"`
	Reference string `json:"reference,omitempty"`
}

// Late reports whether the filing is made after its limit. The letter's date is
// the instant it is made.
func (c Case) Late() bool {
	return !c.Due.IsZero() && c.LetterDate.After(c.Due)
}

// here counts the people of the authority's jurisdiction, its regions included;
// false where nobody has counted people yet.
func (c Case) here() (int, bool) {
	n := 0
	for _, x := range c.People {
		if x.Jurisdiction == c.Jurisdiction || strings.HasPrefix(x.Jurisdiction, c.Jurisdiction+"-") {
			n += x.People
		}
	}
	return n, c.People != nil
}

// fact is the one value of a fact; empty where it is not known.
func (c Case) fact(name string) string {
	if v := c.Facts[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
