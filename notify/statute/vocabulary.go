package statute

import (
	"slices"
	"strings"

	"tocsin/incident/condition"
)

// Vocabulary is the facts a rule's conditions may name: those of every
// condition, and those of the rule's own place. Facts milestones.<name> and
// owed.<rule> are understood beside it.
func Vocabulary() condition.Vocabulary {
	yesNo := []string{"yes", "no"}
	v := condition.Base().With(
		condition.Fact{Name: "here.people", Kind: condition.NumberKind},
		condition.Fact{Name: "here.elements", Kind: condition.SetKind, Words: condition.Elements()},
		condition.Fact{Name: "here.groups", Kind: condition.SetKind, Words: condition.Groups()},
		condition.Fact{Name: "here.established", Kind: condition.WordKind, Words: yesNo},
		condition.Fact{Name: "here.licensed", Kind: condition.WordKind, Words: yesNo},
		condition.Fact{Name: "covered.people", Kind: condition.NumberKind},
		condition.Fact{Name: "covered.people_anywhere", Kind: condition.NumberKind},
		condition.Fact{Name: "covered.people_in_one_subdivision", Kind: condition.NumberKind},
		condition.Fact{Name: "incident.risk_concluded", Kind: condition.WordKind, Words: []string{"none", "unlikely", "risk", "high"}},
		condition.Fact{Name: "incident.hipaa_low_probability_concluded", Kind: condition.WordKind, Words: []string{"none", "yes", "no"}},
		condition.Fact{Name: "incident.rrosh_concluded", Kind: condition.WordKind, Words: []string{"none", "yes", "no"}},
		condition.Fact{Name: "owed.regulator", Kind: condition.WordKind, Words: yesNo},
		condition.Fact{Name: "owed.individuals", Kind: condition.WordKind, Words: yesNo},
	)
	facts := make([]condition.Fact, 0, len(milestoneNames()))
	for _, m := range milestoneNames() {
		facts = append(facts, condition.Fact{Name: "milestones." + m, Kind: condition.WordKind, Words: []string{"set"}, Ask: askMilestone(m)})
	}
	return v.With(facts...)
}

// milestoneNames lists the milestones clocks hang on, filings aside.
func milestoneNames() []string {
	return []string{"occurred_from", "occurred_until", "detected", "suspected", "discovered", "aware", "determined",
		"classified", "material", "assessed", "contained", "recovered", "processor_aware", "processor_told_us",
		"ransom_paid", "fix_available", "individuals_notified"}
}

// cutFiling reads filed:<rule>[:<stage>].
func cutFiling(milestone string) (rule, stage string, ok bool) {
	rest, ok := strings.CutPrefix(milestone, "filed:")
	if !ok {
		return "", "", false
	}
	rule, stage, _ = strings.Cut(rest, ":")
	return rule, stage, rule != ""
}

func isMilestone(name string) bool { return slices.Contains(milestoneNames(), name) }

// milestoneWords words a milestone for "waiting for …".
func milestoneWords(name string) string {
	switch name {
	case "occurred_from":
		return "the beginning of the breach"
	case "occurred_until":
		return "the end of the breach"
	case "detected":
		return "the detection"
	case "suspected":
		return "the first suspicion"
	case "discovered":
		return "the discovery of the breach"
	case "aware":
		return "awareness of the breach"
	case "determined":
		return "the determination that a breach took place"
	case "classified":
		return "the classification of the incident"
	case "material":
		return "the determination that the incident is material"
	case "assessed":
		return "the end of the assessment"
	case "contained":
		return "containment"
	case "recovered":
		return "recovery"
	case "processor_aware":
		return "the processor's awareness"
	case "processor_told_us":
		return "the processor's notice"
	case "ransom_paid":
		return "a ransom payment"
	case "fix_available":
		return "a fix being available"
	case "individuals_notified":
		return "the notice to the people affected"
	}
	if rule, stage, ok := cutFiling(name); ok {
		if stage == "" {
			return "the filing of " + rule
		}
		return "the filing of " + rule + " (" + stage + ")"
	}
	return name
}

func askMilestone(name string) string {
	switch name {
	case "discovered":
		return "When was the breach discovered?"
	case "aware":
		return "When did the organisation become aware, with reasonable certainty, that personal data were breached?"
	case "determined":
		return "When was it determined that a breach took place?"
	case "classified":
		return "When was the incident classified (as major or significant)?"
	case "material":
		return "Has the incident been determined to be material, and when?"
	case "ransom_paid":
		return "Was a ransom paid, and when?"
	}
	return "When was " + milestoneWords(name) + "?"
}
