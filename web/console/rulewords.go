package console

import (
	"fmt"
	"slices"
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
	if text, ok := yesNoWords(c.Fact, c.Is, not); ok {
		return text
	}
	if name, ok := strings.CutPrefix(c.Fact, "milestones."); ok {
		if not {
			return "The milestone “" + incident.Milestone(name).Label() + "” is not set."
		}
		return "The milestone “" + incident.Milestone(name).Label() + "” is set."
	}
	if c.Fact == "organisation.regulated_as" && len(c.HasAny) > 0 {
		if not {
			return "The organisation is not regulated as " + orWords(c.HasAny) + "."
		}
		return "The organisation is regulated as " + orWords(c.HasAny) + "."
	}
	includes := "includes "
	if not {
		includes = "does not include " // a set is asked for its members alone
	}
	var asks []string
	if c.Is != nil {
		asks = append(asks, orWords(c.Is))
	}
	if c.HasAny != nil {
		asks = append(asks, includes+orWords(c.HasAny))
	}
	if c.HasAll != nil {
		asks = append(asks, includes+andWords(c.HasAll))
	}
	for _, b := range []struct {
		bound any
		text  string
	}{{c.AtLeast, "at least"}, {c.MoreThan, "more than"}, {c.AtMost, "at most"}, {c.LessThan, "less than"}} {
		if b.bound != nil {
			asks = append(asks, fmt.Sprintf("%s %v", b.text, b.bound))
		}
	}
	text := strings.Join(asks, " and ")
	if not && c.HasAny == nil && c.HasAll == nil {
		text = "not " + text
	}
	return sentenceCase(factPhrase(c.Fact)) + ": " + text + "."
}

// yesNoWords words what is asked of a fact that somebody affirms or denies.
func yesNoWords(fact string, is []string, not bool) (string, bool) {
	yes, no := slices.Contains(is, "yes"), slices.Contains(is, "no")
	affirmed, denied, ok := assertion(fact)
	if !ok || len(is) == 0 || yes == no {
		return "", false
	}
	if no != not {
		affirmed, denied = denied, affirmed
	}
	if !slices.Contains(is, "suspected") {
		return affirmed + ".", true
	}
	if not {
		return affirmed + ", not even by suspicion.", true
	}
	if no {
		return affirmed + ", or the opposite is only suspected.", true
	}
	return affirmed + ", or that is suspected.", true
}

// assertion gives the sentence that a fact affirms when it is yes, and denies
// when it is no.
func assertion(fact string) (affirmed, denied string, ok bool) {
	switch fact {
	case "here.established":
		return "The organisation is established here", "The organisation is not established here", true
	case "here.licensed":
		return "The organisation is licensed here", "The organisation is not licensed here", true
	case "incident.malicious":
		return "Harm was meant", "No harm was meant", true
	case "incident.access":
		return "Somebody got access without right", "Nobody got access without right", true
	case "incident.processor_is_agent":
		return "The processor is an agent of the organisation", "The processor is no agent of the organisation", true
	case "owed.regulator":
		return "A notice to a government body is owed", "No notice to a government body is owed", true
	case "owed.individuals":
		return "A notice to individuals is owed", "No notice to individuals is owed", true
	}
	if rule, found := strings.CutPrefix(fact, "owed."); found {
		return "The notice of " + rule + " is owed", "The notice of " + rule + " is not owed", true
	}
	return "", "", false
}

// factPhrase names a fact in the middle of a sentence.
func factPhrase(fact string) string {
	if p, ok := factPhrases()[fact]; ok {
		return p
	}
	_, name, _ := strings.Cut(fact, ".")
	return words(name)
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
		"incident.rrosh": "a real risk of significant harm", "incident.rrosh_concluded": "the written conclusion on a real risk of significant harm",
		"incident.hipaa_low_probability": "a low probability of compromise by HIPAA’s four factors", "incident.hipaa_low_probability_concluded": "the written four-factor assessment finding a low probability",
		"contract.notice_within": "the time the contract gives",
		"affected.people":        "the number of people affected, wherever they live", "affected.elements": "the data exposed", "affected.groups": "the groups of people affected",
		"affected.residence": "where the people affected live", "here.people": "the number of people affected here", "here.elements": "the data of people here",
		"here.groups": "the groups of people here", "here.established": "whether the organisation is established here", "here.licensed": "whether the organisation is licensed here",
		"covered.people": "the number of people here whom this rule counts", "covered.people_anywhere": "the number of people whom this rule counts, wherever they live",
		"covered.people_in_one_subdivision": "the largest number of such people in one state or province",
		"owed.regulator":                    "whether a notice to a government body is owed", "owed.individuals": "whether a notice to individuals is owed",
	}
}

// capitals writes the names of laws and authorities as they are written.
func capitals(s string) string {
	parts := strings.Split(s, " ")
	for n, p := range parts {
		switch p {
		case "dora", "nis2", "hipaa", "sec", "nydfs", "glba", "phr", "apra":
			parts[n] = strings.ToUpper(p)
		}
	}
	return strings.Join(parts, " ")
}

func orWords(list []string) string  { return wordList(list, " or ") }
func andWords(list []string) string { return wordList(list, " and ") }

func wordList(list []string, last string) string {
	out := make([]string, len(list))
	for n, w := range list {
		out[n] = capitals(words(w))
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + last + out[len(out)-1]
}
