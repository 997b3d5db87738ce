package filing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/notify/letter"
)

// Case is what a filing may say: what letters know, and what only authorities
// ask. A zero value means "not known".
type Case struct {
	letter.Case
	Drill             bool              `json:"drill,omitempty"`
	Kind              string            `json:"kind,omitempty"`            // the contract's incident.kind
	Malicious         string            `json:"malicious,omitempty"`       // yes, no, suspected, unknown
	Confidentiality   string            `json:"confidentiality,omitempty"` // breached, suspected, intact, unknown
	Integrity         string            `json:"integrity,omitempty"`
	Availability      string            `json:"availability,omitempty"`
	Encryption        string            `json:"encryption,omitempty"`
	Medium            string            `json:"medium,omitempty"`
	Risk              string            `json:"risk,omitempty"`        // unlikely, risk, high: a person's conclusion
	Submission        string            `json:"submission,omitempty"`  // initial, follow_up, complete
	Previous          string            `json:"previous,omitempty"`    // the authority's number of the earlier filing
	Reporter          letter.Contact    `json:"reporter"`              // who files, with function
	PeopleTold        string            `json:"people_told,omitempty"` // yes, planned, no
	NoticeMeans       string            `json:"notice_means,omitempty"`
	NoticeCount       int               `json:"notice_count,omitempty"` // notices sent in the authority's jurisdiction
	NotToldReasons    string            `json:"not_told_reasons,omitempty"`
	CrossBorder       string            `json:"cross_border,omitempty"` // yes, no
	OtherAuthorities  []string          `json:"other_authorities,omitempty"`
	Jurisdiction      string            `json:"jurisdiction"` // of the authority
	SampleNotice      string            `json:"sample_notice,omitempty"`
	PriorMeasures     []string          `json:"prior_measures,omitempty"` // in place before the breach
	SubstituteNotice  string            `json:"substitute_notice,omitempty"`
	MediaNotice       string            `json:"media_notice,omitempty"`
	BusinessAssociate string            `json:"business_associate,omitempty"`
	EntityType        string            `json:"entity_type,omitempty"`
	Answers           map[string]string `json:"answers,omitempty"` // by field id: a person's own answer goes before the case's

	elementWords []string // Elements in plain words; Build fills it
}

// sources are where answers come from. Each gives the answer in plain words,
// or nothing when the case does not hold it.
var sources = map[string]func(Case) string{
	"submission": func(c Case) string {
		return words(map[string]string{"initial": "Initial notification; more information will follow", "follow_up": "Follow-up to an earlier notification", "complete": "Complete notification"}, c.Submission)
	},
	"previous":           func(c Case) string { return c.Previous },
	"reference":          func(c Case) string { return c.Reference },
	"organisation":       func(c Case) string { return c.Organisation.Name },
	"organisation.role":  func(c Case) string { return plain(c.Organisation.Role) },
	"organisation.where": func(c Case) string { return strings.Join(c.Organisation.Address, ", ") },
	"organisation.ways": func(c Case) string {
		return join("; ", c.Organisation.Phone, c.Organisation.Email, c.Organisation.Web)
	},
	"entity_type":    func(c Case) string { return c.EntityType },
	"reporter":       func(c Case) string { return person(c.Reporter) },
	"dpo":            func(c Case) string { return person(c.DPO) },
	"occurred_from":  func(c Case) string { return date(c.OccurredFrom) },
	"occurred_until": func(c Case) string { return date(c.OccurredUntil) },
	"discovered":     func(c Case) string { return date(c.Discovered) },
	"aware":          func(c Case) string { return instant(c.Aware) },
	"late_reasons":   func(c Case) string { return c.LateReasons },
	"what_happened":  func(c Case) string { return c.WhatHappened },
	"nature":         nature,
	"kind":           func(c Case) string { return plain(c.Kind) },
	"malicious":      func(c Case) string { return plain(c.Malicious) },
	"encryption":     func(c Case) string { return plain(c.Encryption) },
	"medium":         func(c Case) string { return plain(c.Medium) },
	"people.groups":  func(c Case) string { return list(c.Groups) },
	"people.total":   func(c Case) string { return count(c.Total()) },
	"people.here":    func(c Case) string { return count(c.here()) },
	"people.table":   table,
	"records":        func(c Case) string { return count(c.Records) },
	"elements":       func(c Case) string { return list(c.elementWords) },
	"consequences":   func(c Case) string { return list(c.Consequences) },
	"risk": func(c Case) string {
		return words(map[string]string{"unlikely": "A risk is unlikely", "risk": "A risk", "high": "A high risk"}, c.Risk)
	},
	"measures":       func(c Case) string { return list(c.Measures) },
	"prior_measures": func(c Case) string { return list(c.PriorMeasures) },
	"people_told": func(c Case) string {
		return words(map[string]string{"yes": "Yes", "planned": "Not yet, but they will be", "no": "No"}, c.PeopleTold)
	},
	"notice_sent":        func(c Case) string { return date(c.NoticeSent) },
	"notice_means":       func(c Case) string { return c.NoticeMeans },
	"notice_count":       func(c Case) string { return count(c.NoticeCount) },
	"not_told_reasons":   func(c Case) string { return c.NotToldReasons },
	"sample_notice":      func(c Case) string { return when(c.SampleNotice != "", "Enclosed: sample-notice.txt") },
	"cross_border":       func(c Case) string { return plain(c.CrossBorder) },
	"other_authorities":  func(c Case) string { return list(c.OtherAuthorities) },
	"police.reported":    func(c Case) string { return when(c.LawEnforcement.Reported, "Yes") },
	"police.agency":      func(c Case) string { return c.LawEnforcement.Agency },
	"police.delayed":     func(c Case) string { return plain(c.LawEnforcement.Delayed) },
	"monitoring":         monitoring,
	"attachments":        func(c Case) string { return list(c.Attachments) },
	"substitute_notice":  func(c Case) string { return c.SubstituteNotice },
	"media_notice":       func(c Case) string { return c.MediaNotice },
	"business_associate": func(c Case) string { return c.BusinessAssociate },
	"size500": func(c Case) string {
		return when(c.Total() > 0, map[bool]string{true: "500 or more", false: "Fewer than 500"}[c.Total() >= 500])
	},
}

// conditions say whether a field is asked at all, and if not, why not. A fact that
// is not known asks the field. "late" counts to the end of the letter's day:
// it may go out at any hour of it.
var conditions = map[string]struct {
	holds  func(Case) bool
	whyNot string
}{
	"late": {func(c Case) bool {
		return c.Aware.IsZero() || c.LetterDate.IsZero() || c.LetterDate.AddDate(0, 0, 1).Sub(c.Aware) > 72*time.Hour || c.LateReasons != ""
	}, "notified within 72 hours of becoming aware"},
	"follow_up":         {func(c Case) bool { return c.Submission == "" || c.Submission == "follow_up" }, "this is no follow-up"},
	"told":              {func(c Case) bool { return c.PeopleTold != "no" }, "the people concerned are not told"},
	"not_told":          {func(c Case) bool { return c.PeopleTold == "no" }, "the people concerned are or will be told"},
	"cross_border":      {func(c Case) bool { return c.CrossBorder != "no" }, "no other country is concerned"},
	"reported":          {func(c Case) bool { return c.LawEnforcement.Reported }, "not reported to law enforcement"},
	"identity_number":   {func(c Case) bool { return len(c.Elements) == 0 || slices.ContainsFunc(c.Elements, isIdentityNumber) }, "no such number was exposed"},
	"five_hundred":      {func(c Case) bool { return c.Total() == 0 || c.Total() > 500 }, "not more than 500 people"},
	"has_other_parties": {func(c Case) bool { return c.BusinessAssociate != "" }, "no business associate is named in the case"},
}

func isIdentityNumber(e string) bool {
	return slices.Contains([]string{"ssn", "tax_id", "ip_pin", "driver_license", "state_id", "passport", "military_id", "gov_id", "national_id", "tribal_id"}, e)
}

// here counts the people of the authority's jurisdiction, its regions included.
func (c Case) here() int {
	n := 0
	for _, x := range c.People {
		if x.Jurisdiction == c.Jurisdiction || strings.HasPrefix(x.Jurisdiction, c.Jurisdiction+"-") {
			n += x.People
		}
	}
	return n
}

func nature(c Case) string {
	var out []string
	for _, part := range []struct{ name, is string }{{"confidentiality", c.Confidentiality}, {"integrity", c.Integrity}, {"availability", c.Availability}} {
		if part.is != "" && part.is != "unknown" {
			out = append(out, part.name+" "+part.is)
		}
	}
	return strings.Join(out, "; ")
}

func table(c Case) string {
	var out []string
	for _, x := range c.People {
		out = append(out, fmt.Sprintf("%s: %d", x.Jurisdiction, x.People))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func monitoring(c Case) string {
	if m := c.Monitoring; m != nil && m.Provider != "" && m.Months > 0 {
		return fmt.Sprintf("%s by %s, %d months, free of charge", m.Service, m.Provider, m.Months)
	}
	return ""
}

func person(p letter.Contact) string {
	return join("; ", p.Name, p.Role, strings.Join(p.Address, ", "), p.Phone, p.Email)
}

func list(in []string) string { return strings.Join(in, "\n") }

func join(sep string, in ...string) string {
	return strings.Join(slices.DeleteFunc(in, func(s string) bool { return s == "" }), sep)
}

// plain writes a fact's code as words; unknown is no answer.
func plain(s string) string {
	if s == "unknown" {
		return ""
	}
	return strings.ReplaceAll(s, "_", " ")
}

func words(table map[string]string, s string) string { return table[s] }

func when(holds bool, s string) string {
	if holds {
		return s
	}
	return ""
}

func count(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02")
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04 -07:00")
}
