package letter

import (
	"strings"
	"time"
)

// Case is what the letters of one incident may say, in public wording. A zero
// value means "not known": the letters that need it come out incomplete and
// say so. Dates count as calendar days in their own zone.
type Case struct {
	Reference      string         `json:"reference"` // the incident's number
	LetterDate     time.Time      `json:"letter_date"`
	Organisation   Organisation   `json:"organisation"`
	DPO            Contact        `json:"dpo"`         // or another contact point (GDPR 33(3)(b))
	CallCentre     Contact        `json:"call_centre"` // for people's questions; Hours in plain words
	Signatory      Contact        `json:"signatory"`   // Name and Role
	Recipient      Contact        `json:"recipient"`   // the authority, controller, bureau or newsroom written to
	WhatHappened   string         `json:"what_happened"`
	NotSource      string         `json:"not_source,omitempty"` // whose systems were breached, when not the organisation's own
	OccurredFrom   time.Time      `json:"occurred_from"`
	OccurredUntil  time.Time      `json:"occurred_until"`
	Discovered     time.Time      `json:"discovered"`
	Aware          time.Time      `json:"aware"`    // an instant: when the organisation became aware (GDPR 33)
	Elements       []string       `json:"elements"` // the contract's names; every one some recipient of this letter lost
	Acquirer       string         `json:"acquirer,omitempty"`
	Measures       []string       `json:"measures"` // what was and will be done, one sentence each
	Advice         []string       `json:"advice"`   // beyond what the elements call for
	Consequences   []string       `json:"consequences"`
	Monitoring     *Monitoring    `json:"monitoring"`
	LawEnforcement LawEnforcement `json:"law_enforcement"`
	People         []Count        `json:"people"`            // by jurisdiction
	Groups         []string       `json:"groups,omitempty"`  // categories of people: customers, patients, …
	Records        int            `json:"records,omitempty"` // number of records; 0 = not known
	LateReasons    string         `json:"late_reasons,omitempty"`
	Partial        bool           `json:"partial,omitempty"` // more information will follow (GDPR 33(4))
	Attachments    []string       `json:"attachments,omitempty"`
	NoticeSent     time.Time      `json:"notice_sent"` // when people are or were told
	Authority      Contact        `json:"authority"`   // to whom people may complain; empty = the one of where they live
	AuthorityTold  time.Time      `json:"authority_told"`
	Protection     []string       `json:"protection,omitempty"` // technical and security measures that protected the data; Brazil asks
	Place          string         `json:"place,omitempty"`      // where it happened: a system, an office; India asks
	CheckPage      string         `json:"check_page,omitempty"` // where a person enters the letter's code to see that it is genuine
}

// Organisation is who writes.
type Organisation struct {
	Name     string   `json:"name"`
	Parent   string   `json:"parent,omitempty"` // the corporation that owns it; Massachusetts wants it named
	Address  []string `json:"address"`          // lines
	Phone    string   `json:"phone"`
	TollFree string   `json:"toll_free"`
	Email    string   `json:"email"`
	Web      string   `json:"web"`
	Role     string   `json:"role,omitempty"` // controller, joint_controller, processor
}

// Contact is a person, an office or a line.
type Contact struct {
	Name    string   `json:"name,omitempty"`
	Role    string   `json:"role,omitempty"`
	Address []string `json:"address,omitempty"`
	Phone   string   `json:"phone,omitempty"`
	Email   string   `json:"email,omitempty"`
	Web     string   `json:"web,omitempty"`
	Hours   string   `json:"hours,omitempty"`
}

// Monitoring is an offer of credit monitoring or identity theft services.
type Monitoring struct {
	Provider    string    `json:"provider"`
	Service     string    `json:"service"` // what is offered, after "a membership in" or the like: "credit monitoring and identity restoration"
	Months      int       `json:"months"`
	Web         string    `json:"web"`
	Phone       string    `json:"phone"`
	EnrolBy     time.Time `json:"enrol_by"`
	PersonCodes bool      `json:"person_codes"` // each person has a code of their own
}

// LawEnforcement says whether the police know, and whether they asked for a delay.
type LawEnforcement struct {
	Reported bool   `json:"reported"`
	Delayed  string `json:"delayed"` // "yes", "no", or "" for not known
	Agency   string `json:"agency,omitempty"`
}

// Count is the affected people of one jurisdiction.
type Count struct {
	Jurisdiction string `json:"jurisdiction"`
	People       int    `json:"people"`
}

// Total adds up the affected people.
func (c Case) Total() int {
	n := 0
	for _, x := range c.People {
		n += x.People
	}
	return n
}

// peopleIn counts the people of a jurisdiction; a country counts its regions.
func (c Case) peopleIn(jurisdiction string) (int, bool) {
	n, found := 0, false
	for _, x := range c.People {
		if x.Jurisdiction == jurisdiction || strings.HasPrefix(x.Jurisdiction, jurisdiction+"-") {
			n, found = n+x.People, true
		}
	}
	return n, found
}

// Channel is how a letter goes out.
type Channel string

const (
	Email Channel = "email"
	Mail  Channel = "mail"
)

// Spec says which letter to compose.
type Spec struct {
	Letter       string  `json:"letter"`       // an id from Library.Letters; Library.For picks one
	Jurisdiction string  `json:"jurisdiction"` // of the recipients: US-CA, DE, GB
	Language     string  `json:"language"`     // BCP 47; English where there is no text in it
	Channel      Channel `json:"channel"`

	Audience Audience `json:"audience,omitempty"` // employees read why they are written to; empty = individual
	Duties   []string `json:"duties,omitempty"`   // ids of the rules it is to meet: their lint packs bind, beside those of the jurisdiction

	agencies  bool // the jurisdiction has agencies to name
	authority bool // people's data protection authority is known
}

// Missing is one thing a letter needs and the case does not hold.
type Missing struct {
	Field string `json:"field"` // the merge field: incident.discovered
	Ask   string `json:"ask"`   // the question to a person
	Block string `json:"block"` // where it is wanted
}
