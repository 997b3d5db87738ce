package statute

import (
	"strings"

	"tocsin/incident/condition"
)

// Option is one answer a person can pick; "not known yet" is always possible
// beside them.
type Option struct {
	Value string `json:"value"` // as the facts write it
	Label string `json:"label"` // in plain language
}

// momentKind is the kind of a milestone's question: an instant or a day.
const momentKind condition.Kind = "moment"

// interview is what is asked of a person about a fact; nil options where it is
// typed in (a number, a length, a place, an instant).
func interview(vocabulary condition.Vocabulary, fact string) (kind condition.Kind, why string, options []Option) {
	f := vocabulary[fact]
	kind = f.Kind
	if name, ok := strings.CutPrefix(fact, "milestones."); ok {
		return momentKind, whyMilestone(name), nil
	}
	if f.Kind == condition.WordKind || f.Kind == condition.SetKind {
		options = make([]Option, len(f.Words))
		for i, w := range f.Words {
			options[i] = Option{Value: w, Label: label(fact, w)}
		}
	}
	return kind, whyFact(fact), options
}

// whyFact says in a sentence what the law makes of a fact.
func whyFact(fact string) string {
	switch fact {
	case "organisation.role":
		return "Who decides about the data tells authorities and people; who works for others tells them instead."
	case "organisation.established_in":
		return "Many laws bind whoever is established in their country, wherever the people live."
	case "organisation.main_establishment":
		return "It names the lead authority in Europe, and so whether there is one notice or one for each country."
	case "organisation.regulated_as":
		return "Banks, insurers, hospitals, telecoms and others have supervisors and clocks of their own, and are free of others."
	case "organisation.licensed_in":
		return "Insurance and licensing laws ask for a notice in each state that gave a licence."
	case "incident.kind":
		return "Some laws name the kinds of incident they are about, or leave mistakes inside the house out."
	case "incident.malicious":
		return "An honest mistake by an employee is no breach under many laws; harm on purpose always counts, and raises the risk."
	case "incident.confidentiality":
		return "Most laws are about data that others have seen; some count data that were changed or lost too."
	case "incident.integrity":
		return "European and sector laws count data that were changed without right as breached."
	case "incident.availability":
		return "European and sector laws count data that were lost or out of reach as breached."
	case "incident.unavailable_for":
		return "Some sector laws count an outage from a certain length on."
	case "incident.access":
		return "Under some laws it is enough that somebody could get at the data; under others they must have been taken."
	case "incident.acquisition":
		return "Most US laws begin where data were taken or viewed, or it is reasonable to believe so."
	case "incident.encryption":
		return "Encrypted data are no breach under most laws, as long as the key is safe."
	case "incident.key":
		return "Encryption protects only while nobody else has the key: if it went with the data, the duty is back."
	case "incident.medium":
		return "Most US laws are about computer data; some count paper too."
	case "incident.recipient":
		return "A trusted recipient can make harm unlikely; an attacker or the public makes it likely."
	case "incident.recovered":
		return "Data that came back unopened, or were destroyed for certain, are free of some duties."
	case "incident.backup":
		return "Data that can be restored soon are a smaller risk to people than data that are gone."
	case "incident.severity":
		return "Laws on the security of networks ask for a notice from a certain severity on."
	case "incident.risk":
		return "The law leaves the conclusion to a person: notice to authorities hangs on a risk, notice to people on a high one."
	case "incident.hipaa_low_probability":
		return "Under HIPAA a documented assessment of four factors can show that health information was probably not compromised; until there is one, the duty stands."
	case "incident.rrosh":
		return "Canada's laws ask for notice where there is a real risk of significant harm."
	case "incident.processor_is_agent":
		return "What an agent knows counts as known to the organisation, so the clock may have started with the agent."
	case "contract.notice_within":
		return "The contract sets the deadline, often shorter than any law."
	case "affected.people":
		return "Numbers decide: from a certain number of residents on, authorities, agencies or the media must be told."
	case "affected.residence":
		return "Each law protects the people who live where it is in force: without their homes it is not known which laws to look at."
	case "affected.elements":
		return "Each law lists the data it protects: a name with a social security number counts nearly everywhere, an e-mail address hardly anywhere."
	case "affected.groups":
		return "Patients, pupils, minors and others have laws of their own, and the vulnerable raise the risk."
	}
	return "A law that may apply asks for it."
}

// whyMilestone says what counts from a milestone.
func whyMilestone(name string) string {
	switch name {
	case "material":
		return "For listed companies four business days run from the day the incident is found to be material."
	case "classified":
		return "In finance the first report is counted from the classification of the incident."
	case "determined":
		return "Some laws count from the day it was determined that a breach took place, not from its discovery."
	case "discovered":
		return "Most US laws count from the day of discovery."
	case "aware":
		return "European clocks, 72 hours among them, count from reasonable certainty that data were breached."
	case "processor_aware", "processor_told_us":
		return "What a processor knew, and when it said so, moves the clocks of both sides."
	case "ransom_paid":
		return "A payment has a clock of its own in some countries."
	case "fix_available":
		return "The final report on a vulnerability is counted from the day a fix is available."
	}
	if _, _, ok := cutFiling(name); ok {
		return "A later report is counted from the day this one was filed."
	}
	return "A deadline is counted from it: until it is known, the clock waits."
}

// label words one answer. What needs no more than its own word is that word.
func label(fact, word string) string {
	if text, ok := answerLabels(fact)[word]; ok {
		return text
	}
	if text, ok := abbreviations()[word]; ok {
		return text
	}
	return strings.ReplaceAll(word, "_", " ")
}
