package filing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/notify/letter"
)

// Place is where a person goes to answer a field, or to correct its answer.
type Place struct {
	Kind string `json:"kind"` // answer, fact, milestone, people, organisation, notices, incident
	Name string `json:"name,omitempty"`
}

// Words say it to a person.
func (p Place) Words() string {
	switch p.Kind {
	case "fact":
		return "fact " + p.Name
	case "milestone":
		return "milestone " + strings.ReplaceAll(p.Name, "_", " ")
	case "people":
		return "the list of affected people"
	case "organisation":
		return "the configuration, [letterhead] or [organisation]"
	case "notices":
		return "the notices to people"
	case "incident":
		return "the incident"
	}
	return "this form"
}

// source is one thing a case may hold.
type source struct {
	place Place
	get   func(Case) []string // raw values; none where the case does not hold it
	at    func(Case) time.Time
	day   func(Case) bool // the instant is known to the day alone
}

// sourceOf finds a source: a name of named, fact:NAME or milestone:NAME.
func sourceOf(name string) (source, bool) {
	if fact, ok := strings.CutPrefix(name, "fact:"); ok {
		return source{place: Place{"fact", fact}, get: func(c Case) []string { return c.Facts[fact] }}, fact != ""
	}
	if m, ok := strings.CutPrefix(name, "milestone:"); ok {
		return source{place: Place{"milestone", m}, at: func(c Case) time.Time { return c.Milestones[m] }, day: func(c Case) bool { return c.DayOnly[m] }}, m != ""
	}
	s, ok := named[name]
	return s, ok
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func number(n int, known bool) []string {
	if !known {
		return nil
	}
	return []string{fmt.Sprint(n)}
}

// named are the sources that are neither a fact nor a milestone as it is. It is
// only ever read.
var named = sourcesByName()

func sourcesByName() map[string]source {
	organisation, people, notices := Place{Kind: "organisation"}, Place{Kind: "people"}, Place{Kind: "notices"}
	here, answer := Place{Kind: "incident"}, Place{Kind: "answer"}
	fact := func(name string) Place { return Place{"fact", name} }
	return map[string]source{
		"reference":            {place: here, get: func(c Case) []string { return one(c.Reference) }},
		"kind":                 {place: fact("incident.kind"), get: func(c Case) []string { return one(c.Kind) }},
		"submission":           {place: here, get: func(c Case) []string { return one(c.Submission) }},
		"stage":                {place: here, get: func(c Case) []string { return one(c.Stage) }},
		"previous":             {place: answer, get: func(c Case) []string { return one(c.Previous) }},
		"organisation":         {place: organisation, get: func(c Case) []string { return one(c.Organisation.Name) }},
		"organisation.where":   {place: organisation, get: func(c Case) []string { return one(strings.Join(c.Organisation.Address, ", ")) }},
		"organisation.ways":    {place: organisation, get: func(c Case) []string { return one(ways(c.Organisation)) }},
		"organisation.reached": {place: organisation, get: func(c Case) []string { return one(reached(c.Organisation)) }},
		"organisation.parent":  {place: organisation, get: func(c Case) []string { return one(c.Organisation.Parent) }},
		"organisation.phone":   {place: organisation, get: func(c Case) []string { return one(c.Organisation.Phone) }},
		"organisation.email":   {place: organisation, get: func(c Case) []string { return one(c.Organisation.Email) }},
		"organisation.role":    {place: organisation, get: func(c Case) []string { return one(c.Organisation.Role) }},
		"established":          {place: organisation, get: func(c Case) []string { return c.Established }},
		"main_office":          {place: organisation, get: func(c Case) []string { return one(c.MainOffice) }},
		"regulated_as":         {place: organisation, get: func(c Case) []string { return c.RegulatedAs }},
		"in_eea":               {place: organisation, get: inEEA},
		"reporter":             {place: organisation, get: func(c Case) []string { return one(person(c.Reporter)) }},
		"reporter.name":        {place: organisation, get: func(c Case) []string { return one(c.Reporter.Name) }},
		"reporter.role":        {place: organisation, get: func(c Case) []string { return one(c.Reporter.Role) }},
		"reporter.ways":        {place: organisation, get: func(c Case) []string { return one(contact(c.Reporter)) }},
		"reporter.email":       {place: organisation, get: func(c Case) []string { return one(c.Reporter.Email) }},
		"reporter.phone":       {place: organisation, get: func(c Case) []string { return one(c.Reporter.Phone) }},
		"dpo":                  {place: organisation, get: func(c Case) []string { return one(person(c.DPO)) }},
		"dpo.name":             {place: organisation, get: func(c Case) []string { return one(c.DPO.Name) }},
		"dpo.ways":             {place: organisation, get: func(c Case) []string { return one(contact(c.DPO)) }},
		"dpo.there":            {place: organisation, get: func(c Case) []string { return yes(c.DPO.Name != "") }},
		"what_happened":        {place: fact("notice.what_happened"), get: func(c Case) []string { return one(c.WhatHappened) }},
		"measures":             {place: fact("notice.measures"), get: func(c Case) []string { return c.Measures }},
		"advice":               {place: fact("notice.advice"), get: func(c Case) []string { return c.Advice }},
		"consequences":         {place: fact("notice.consequences"), get: func(c Case) []string { return c.Consequences }},
		"late_reasons":         {place: fact("notice.late_reasons"), get: func(c Case) []string { return one(c.LateReasons) }},
		"nature":               {place: fact("incident.confidentiality"), get: nature},
		"occurred":             {place: Place{"milestone", "occurred_from"}, get: occurred},
		"people.groups":        {place: fact("affected.groups"), get: func(c Case) []string { return c.Groups }},
		"people.total":         {place: people, get: func(c Case) []string { return number(c.Total(), c.People != nil) }},
		"people.here":          {place: people, get: func(c Case) []string { return number(c.here()) }},
		"people.table":         {place: people, get: table},
		"people.countries":     {place: people, get: countries},
		"people.eea":           {place: people, get: eeaCountries},
		"people.eea_table":     {place: people, get: eeaTable},
		"established.eea":      {place: organisation, get: eeaOffices},
		"people.size":          {place: people, get: size},
		"records":              {place: fact("notice.records"), get: func(c Case) []string { return number(c.Records, c.Records > 0) }},
		"elements":             {place: people, get: func(c Case) []string { return c.elementWords }},
		"element.ids":          {place: people, get: func(c Case) []string { return c.Elements }},
		"people_told":          {place: notices, get: func(c Case) []string { return one(c.PeopleTold) }},
		"notice_sent":          {place: notices, at: func(c Case) time.Time { return c.NoticeSent }},
		"sample_notice":        {place: notices, get: func(c Case) []string { return enclosed(c.SampleNotice) }},
		"notice_text":          {place: notices, get: func(c Case) []string { return one(c.SampleNotice) }},
		"cross_border":         {place: people, get: crossBorder},
		"filed":                {place: here, get: filed},
		"filed.there":          {place: here, get: func(c Case) []string { return yes(len(c.Filed) > 0) }},
		"police.delayed":       {place: fact("notice.police_delay"), get: func(c Case) []string { return one(c.LawEnforcement.Delayed) }},
		"police.agency":        {place: answer, get: func(c Case) []string { return one(c.LawEnforcement.Agency) }},
		"monitoring":           {place: organisation, get: func(c Case) []string { return one(monitoring(c.Monitoring)) }},
		"monitoring.there":     {place: organisation, get: func(c Case) []string { return yes(c.Monitoring != nil && c.Monitoring.Months > 0) }},
		"monitoring.provider":  {place: organisation, get: func(c Case) []string { return offered(c, func(m *letter.Monitoring) string { return m.Provider }) }},
		"monitoring.service":   {place: organisation, get: func(c Case) []string { return offered(c, func(m *letter.Monitoring) string { return m.Service }) }},
		"monitoring.months": {place: organisation, get: func(c Case) []string {
			return offered(c, func(m *letter.Monitoring) string { return fmt.Sprint(m.Months) })
		}},
		"attachments": {place: answer, get: func(c Case) []string { return c.Attachments }},
	}
}

// yes answers only what is known to be so: that something is not on record does
// not mean that it is not.
func yes(is bool) []string {
	if is {
		return []string{"yes"}
	}
	return nil
}

func enclosed(sample string) []string {
	if sample == "" {
		return nil
	}
	return []string{"Enclosed: sample-notice.txt"}
}

// nature is which of confidentiality, integrity and availability were breached
// or are suspected to be.
func nature(c Case) []string {
	var out []string
	for _, part := range []string{"confidentiality", "integrity", "availability"} {
		if is := c.fact("incident." + part); is == "breached" || is == "suspected" {
			out = append(out, part)
		}
	}
	return out
}

// occurred says how well the time is known.
func occurred(c Case) []string {
	switch {
	case c.OccurredFrom.IsZero():
		return nil
	case c.OccurredUntil.IsZero():
		return []string{"ongoing"}
	case c.OccurredFrom.Format(time.DateOnly) == c.OccurredUntil.Format(time.DateOnly):
		return []string{"day"}
	}
	return []string{"range"}
}

func table(c Case) []string {
	var out []string
	for _, x := range c.People {
		out = append(out, fmt.Sprintf("%s: %d", x.Jurisdiction, x.People))
	}
	slices.Sort(out)
	return out
}

// countries are those where affected people live, once each.
func countries(c Case) []string {
	var out []string
	for _, x := range c.People {
		country, _, _ := strings.Cut(x.Jurisdiction, "-")
		if country != "unknown" {
			out = append(out, country)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// crossBorder is known as soon as the people are: more than one country of the
// European Economic Area, whose law asks it.
func crossBorder(c Case) []string {
	if c.People == nil {
		return nil
	}
	n := 0
	for _, country := range countries(c) {
		if eea(country) {
			n++
		}
	}
	if n > 1 {
		return []string{"yes"}
	}
	return []string{"no"}
}

func inEEA(c Case) []string {
	if c.Established == nil {
		return nil
	}
	for _, place := range c.Established {
		country, _, _ := strings.Cut(place, "-")
		if eea(country) {
			return []string{"yes"}
		}
	}
	return []string{"no"}
}

// eea: the Union, and Iceland, Liechtenstein and Norway (EEA Agreement; GDPR by
// Joint Committee Decision 154/2018).
func eea(country string) bool {
	return slices.Contains([]string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}, country)
}

// eeaCountries are the countries of the area in which affected people live.
func eeaCountries(c Case) []string {
	return slices.DeleteFunc(countries(c), func(country string) bool { return !eea(country) })
}

// eeaTable counts them by country, regions together.
func eeaTable(c Case) []string {
	n := map[string]int{}
	for _, x := range c.People {
		country, _, _ := strings.Cut(x.Jurisdiction, "-")
		n[country] += x.People
	}
	var out []string
	for _, country := range eeaCountries(c) {
		out = append(out, fmt.Sprintf("%s: %d", country, n[country]))
	}
	return out
}

// eeaOffices are the countries of the area in which the organisation is established.
func eeaOffices(c Case) []string {
	var out []string
	for _, place := range c.Established {
		country, _, _ := strings.Cut(place, "-")
		if eea(country) && !slices.Contains(out, country) {
			out = append(out, country)
		}
	}
	return out
}

// size is the threshold of 45 CFR 164.408.
func size(c Case) []string {
	switch {
	case c.People == nil:
		return nil
	case c.Total() >= 500:
		return []string{"500"}
	}
	return []string{"fewer"}
}

func filed(c Case) []string {
	var out []string
	for _, f := range c.Filed {
		line := f.Recipient
		if f.Reference != "" {
			line += ", reference " + f.Reference
		}
		out = append(out, line)
	}
	return out
}

func monitoring(m *letter.Monitoring) string {
	if m == nil || m.Provider == "" || m.Months == 0 {
		return ""
	}
	return fmt.Sprintf("%s by %s, %d months, free of charge", m.Service, m.Provider, m.Months)
}

func offered(c Case, part func(*letter.Monitoring) string) []string {
	if c.Monitoring == nil || c.Monitoring.Months == 0 {
		return nil
	}
	return one(part(c.Monitoring))
}

func ways(o letter.Organisation) string { return join("; ", o.Phone, o.Email, o.Web) }

func reached(o letter.Organisation) string {
	return join("; ", strings.Join(o.Address, ", "), ways(o))
}

func person(p letter.Contact) string { return join("; ", p.Name, p.Role, contact(p)) }

func contact(p letter.Contact) string {
	return join("; ", strings.Join(p.Address, ", "), p.Phone, p.Email)
}

func join(sep string, in ...string) string {
	return strings.Join(slices.DeleteFunc(in, func(s string) bool { return s == "" }), sep)
}
