package outbox

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

// Contract is a partner's notice clause as it stands and as it stood. The person
// to be told is in here and nowhere else: no key, no rule and no message to staff
// names them.
type Contract struct {
	ID       string            `json:"id"`   // "1", "2", …
	Rule     string            `json:"rule"` // "de-contract-1"; the same through every version
	Versions []ContractVersion `json:"versions"`
	Document *ContractDocument `json:"document,omitempty"`
}

// ContractVersion is the clause for a time. A later one takes its place from its
// own first day; one from the same day corrects it.
type ContractVersion struct {
	N         int           `json:"n"` // 1, 2, 3 …
	Terms     ContractTerms `json:"terms"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
	EndedBy   string        `json:"ended_by,omitempty"`
	EndedWhy  string        `json:"ended_why,omitempty"`
	Corrected bool          `json:"corrected,omitempty"` // a later version of the same day took its place
}

// ContractTerms is what somebody types in. Days are dates, YYYY-MM-DD, both included.
type ContractTerms struct {
	Partner      string   `json:"partner"`
	Contact      string   `json:"contact"`
	Email        string   `json:"email"`
	Jurisdiction string   `json:"jurisdiction"` // where the partner sits: its zone and holidays count
	Clause       string   `json:"clause"`       // "Framework agreement of 2024, clause 14.2"
	Amount       int      `json:"amount"`
	Unit         string   `json:"unit"` // hours, calendar_days, business_days
	From         string   `json:"from"` // milestone
	Kinds        []string `json:"kinds"`
	Elements     []string `json:"elements"`
	Groups       []string `json:"groups"`
	AtLeast      int      `json:"at_least"` // people affected; 0: any number
	ValidFrom    string   `json:"valid_from"`
	ValidUntil   string   `json:"valid_until"` // empty: open
	Notes        string   `json:"notes"`
}

// ContractDocument is the agreement itself, or the page with the clause.
type ContractDocument struct {
	Name   string    `json:"name"`
	Size   int       `json:"size"`
	SHA256 string    `json:"sha256"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// ContractUnits lists the units a clause may count in.
func ContractUnits() []string { return []string{"hours", "calendar_days", "business_days"} }

// ContractMilestones lists what a clause may count from.
func ContractMilestones() []string {
	return []string{"aware", "discovered", "suspected", "detected", "determined", "processor_aware", "contained"}
}

// Current is the newest version.
func (c *Contract) Current() *ContractVersion { return &c.Versions[len(c.Versions)-1] }

// Ended reports whether the contract binds no more on a day.
func (c *Contract) Ended(day time.Time) bool {
	until := c.Current().Terms.ValidUntil
	return until != "" && day.Format(time.DateOnly) > until
}

// check puts terms in order and gives every mistake, by field.
func (t *ContractTerms) check() error {
	var problems []incident.Problem
	say := func(where, format string, args ...any) {
		problems = append(problems, incident.Problem{Where: where, What: fmt.Sprintf(format, args...)})
	}
	text := func(where string, s *string, most int, need string) {
		*s = strings.TrimSpace(*s)
		switch {
		case *s == "" && need != "":
			say(where, "%s", need)
		case len(*s) > most:
			say(where, "Keep it under %d characters.", most)
		case !utf8.ValidString(*s) || strings.ContainsFunc(*s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
			say(where, "It holds characters that cannot be printed.")
		}
	}
	text("partner", &t.Partner, 200, "Name the partner.")
	text("contact", &t.Contact, 200, "Name the contact: a person, or a desk.")
	text("email", &t.Email, 250, "Give the address the notice goes to.")
	text("clause", &t.Clause, 300, "Say where the clause stands.")
	text("notes", &t.Notes, 4000, "")
	if t.Email != "" {
		if a, err := mail.ParseAddress(t.Email); err != nil || a.Address != t.Email {
			say("email", "It is not an e-mail address.")
		}
	}
	t.Jurisdiction = strings.ToUpper(strings.TrimSpace(t.Jurisdiction))
	if what := statute.CheckPlace(t.Jurisdiction); what != "" {
		say("jurisdiction", "Give a country or state as an ISO 3166 code, such as DE or US-CA: %s.", what)
	}
	most := map[string]int{"hours": 24 * 365, "calendar_days": 365, "business_days": 260}[t.Unit]
	switch {
	case most == 0:
		say("unit", "It is one of %s.", strings.Join(ContractUnits(), ", "))
	case t.Amount < 1 || t.Amount > most:
		say("amount", "It is a whole number from 1 to %d.", most)
	}
	if !slices.Contains(ContractMilestones(), t.From) {
		say("from", "It is one of %s.", strings.Join(ContractMilestones(), ", "))
	}
	each := func(where string, list *[]string, known []string) {
		*list = unique(*list)
		for _, w := range *list {
			if !slices.Contains(known, w) {
				say(where, "%q is not one of them.", clipped(w))
			}
		}
	}
	each("kinds", &t.Kinds, condition.IncidentKinds())
	each("elements", &t.Elements, condition.Elements())
	each("groups", &t.Groups, condition.Groups())
	if t.AtLeast < 0 || t.AtLeast > 1_000_000_000 {
		say("at_least", "It is a number of people, 0 for any.")
	}
	if _, err := time.Parse(time.DateOnly, t.ValidFrom); err != nil {
		say("valid_from", "Give the first day, such as 2026-01-31.")
	}
	if t.ValidUntil != "" {
		if _, err := time.Parse(time.DateOnly, t.ValidUntil); err != nil {
			say("valid_until", "Give the last day, such as 2026-12-31, or leave it empty.")
		} else if t.ValidUntil < t.ValidFrom {
			say("valid_until", "It lies before the first day.")
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: "The clause cannot be kept as it is.", Problems: problems}
}

func unique(list []string) []string {
	var out []string
	for _, w := range list {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func clipped(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
