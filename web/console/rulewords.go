package console

import (
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/condition"
)

// clause is a condition in words: a sentence, and what stands below it.
type clause struct {
	Text string
	Sub  []clause
}

// clauses words a condition for a counsel. The zero condition has none.
func clauses(c condition.Condition) []clause {
	switch {
	case c.All != nil:
		var out []clause
		for _, sub := range c.All {
			out = append(out, clauses(sub)...)
		}
		return out
	case c.Any != nil:
		if len(c.Any) == 1 {
			return clauses(c.Any[0])
		}
		any := clause{Text: "At least one of these:"}
		for _, sub := range c.Any {
			any.Sub = append(any.Sub, joined(sub))
		}
		return []clause{any}
	case c.Not != nil:
		if c.Not.Fact != "" {
			return []clause{{Text: leafWords(*c.Not, true)}}
		}
		return []clause{{Text: "Not the case:", Sub: clauses(*c.Not)}}
	case c.Fact != "":
		return []clause{{Text: leafWords(c, false)}}
	case c.Use != "":
		return []clause{{Text: "What is called “" + words(c.Use) + "”."}}
	}
	return nil
}

// joined makes one entry of a condition that may be several.
func joined(c condition.Condition) clause {
	list := clauses(c)
	if len(list) == 1 {
		return list[0]
	}
	return clause{Text: "All of these:", Sub: list}
}

// leafWords words what is asked of one fact.
func leafWords(c condition.Condition, not bool) string {
	is, has := "is", "includes"
	if not {
		is, has = "is not", "does not include"
	}
	var asks []string
	if c.Is != nil {
		asks = append(asks, is+" "+orWords(c.Is))
	}
	if c.HasAny != nil {
		asks = append(asks, has+" "+orWords(c.HasAny))
	}
	if c.HasAll != nil {
		asks = append(asks, has+" "+andWords(c.HasAll))
	}
	for _, b := range []struct {
		bound any
		text  string
	}{{c.AtLeast, "at least"}, {c.MoreThan, "more than"}, {c.AtMost, "at most"}, {c.LessThan, "less than"}} {
		if b.bound != nil {
			asks = append(asks, fmt.Sprintf("%s %s %v", is, b.text, b.bound))
		}
	}
	if name, ok := strings.CutPrefix(c.Fact, "milestones."); ok {
		set := "is set"
		if not {
			set = "is not set"
		}
		return "The milestone “" + incident.Milestone(name).Label() + "” " + set + "."
	}
	return sentenceCase(factPhrase(c.Fact)) + " " + strings.Join(asks, " and ") + "."
}

// factPhrase names a fact in the middle of a sentence.
func factPhrase(fact string) string {
	if p, ok := factPhrases()[fact]; ok {
		return p
	}
	if rule, ok := strings.CutPrefix(fact, "owed."); ok {
		return "whether " + rule + " is owed"
	}
	return "the fact " + fact
}

func factPhrases() map[string]string {
	return map[string]string{
		"organisation.role": "the organisation’s role", "organisation.established_in": "where the organisation is established",
		"organisation.main_establishment": "the main establishment", "organisation.regulated_as": "what the organisation is regulated as",
		"organisation.licensed_in": "where the organisation is licensed",
		"incident.kind":            "the kind of incident", "incident.malicious": "whether harm was meant", "incident.confidentiality": "confidentiality",
		"incident.integrity": "integrity", "incident.availability": "availability", "incident.unavailable_for": "how long the data were out of reach",
		"incident.access": "access without right", "incident.acquisition": "the taking or viewing of data", "incident.encryption": "the encryption of the data",
		"incident.key": "the decryption key", "incident.medium": "the form of the data", "incident.recipient": "who got the data", "incident.recovered": "what became of the data",
		"incident.backup": "the backup", "incident.severity": "the severity", "incident.risk": "the risk to the people affected",
		"incident.risk_concluded": "the written conclusion on the risk", "incident.processor_is_agent": "whether the processor is an agent",
		"contract.notice_within": "the time the contract gives",
		"affected.people":        "the number of people affected, wherever they live", "affected.elements": "the data exposed", "affected.groups": "the groups of people affected",
		"affected.residence": "where the people affected live", "here.people": "the number of people affected here", "here.elements": "the data of people here",
		"here.groups": "the groups of people here", "here.established": "whether the organisation is established here", "here.licensed": "whether the organisation is licensed here",
		"covered.people": "the number of people here whom this rule counts", "covered.people_anywhere": "the number of people whom this rule counts, wherever they live",
		"covered.people_in_one_subdivision": "the largest number of such people in one state or province",
		"owed.regulator":                    "whether a notice to a government body is owed", "owed.individuals": "whether a notice to individuals is owed",
	}
}

func orWords(list []string) string  { return wordList(list, " or ") }
func andWords(list []string) string { return wordList(list, " and ") }

func wordList(list []string, last string) string {
	out := make([]string, len(list))
	for n, w := range list {
		out[n] = words(w)
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + last + out[len(out)-1]
}
