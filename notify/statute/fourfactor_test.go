package statute_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

func outcomes(steps []statute.Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, s.Outcome)
	}
	return strings.Join(out, " ")
}

// HIPAA presumes a breach: low probability is never the answer by default.
func TestFourFactors(t *testing.T) {
	l := library(t, map[string]string{
		"us-x-hhs.toml": ruleText("us-x-hhs", "US", "regulator", "[[exempt]]\nname = \"low probability\"\nwhen = { fact = \"incident.hipaa_low_probability_concluded\", is = [\"yes\"] }\n"+noticeNow),
	})
	who := `"organisation": {"established_in": ["US-CT"], "regulated_as": ["hipaa_covered_entity"]}, "affected": [{"residence": "US-CT", "people": 700, "elements": ["name", "medical"], "groups": ["patients"]}]`
	for _, tc := range []struct{ name, incident, factors, low, owed string }{
		{"nothing is known", `{}`, "medium unknown unknown unknown", "unknown", "yes"},
		{"a laptop came back, and the examination shows that nobody looked", `{"malicious": "no", "recipient": "none", "acquisition": "ruled_out", "recovered": "returned"}`, "medium low low low", "yes", "yes"},
		{"a fax to another covered entity that destroyed it", `{"malicious": "no", "recipient": "trusted", "acquisition": "confirmed", "recovered": "destroyed"}`, "medium low high low", "yes", "yes"},
		{"the same, and nobody asked what became of it", `{"malicious": "no", "recipient": "trusted", "acquisition": "confirmed"}`, "medium low high unknown", "unknown", "yes"},
		{"taken by an attacker", `{"malicious": "yes", "recipient": "attacker", "acquisition": "confirmed", "recovered": "no"}`, "medium high high high", "no", "yes"},
		{"an attacker says that it was destroyed", `{"malicious": "yes", "recipient": "attacker", "acquisition": "confirmed", "recovered": "destroyed"}`, "medium high high medium", "no", "yes"},
		{"concluded in writing", `{"malicious": "yes", "recipient": "attacker", "acquisition": "confirmed", "recovered": "no", "hipaa_low_probability": "yes"}`, "medium high high high", "yes", "no"},
		{"concluded that it is not low", `{"recipient": "none", "malicious": "no", "acquisition": "ruled_out", "recovered": "returned", "hipaa_low_probability": "no"}`, "medium low low low", "no", "yes"},
	} {
		a := l.Assess(facts(t, `{"incident": `+tc.incident+`, `+who+`}`), noon)
		c := a.Risk.HIPAA
		if got := outcomes(c.Factors); got != tc.factors || c.LowProbability != tc.low || c.Concerns != "yes" {
			t.Errorf("%s: factors %s, low probability %s, concerns %s; want %s, %s", tc.name, got, c.LowProbability, c.Concerns, tc.factors, tc.low)
		}
		if c.Proposed == strings.HasPrefix(tc.name, "concluded") {
			t.Errorf("%s: proposed %v", tc.name, c.Proposed)
		}
		if len(a.Obligations) != 1 || a.Obligations[0].Applies.String() != tc.owed {
			t.Errorf("%s: %+v, want applies %s", tc.name, a.Obligations, tc.owed)
		}
	}
}

func TestRealRiskOfSignificantHarm(t *testing.T) {
	l := library(t, map[string]string{"ca-x-1.toml": ruleText("ca-x-1", "CA", "regulator", "when = { fact = \"incident.rrosh\", is = [\"yes\"] }\n"+noticeNow)})
	for _, tc := range []struct{ name, incident, elements, factors, answer string }{
		{"nothing is known", `{}`, `["name", "email"]`, "low unknown unwanted_contact", "unknown"},
		{"health data with an attacker", `{"confidentiality": "breached", "encryption": "none", "malicious": "yes", "recipient": "attacker"}`, `["name", "medical"]`, "high high dignity", "yes"},
		{"health data sent to a stranger", `{"confidentiality": "breached", "encryption": "none", "malicious": "no", "recipient": "untrusted", "recovered": "no"}`, `["name", "medical"]`, "high medium dignity", "yes"},
		{"addresses sent to a stranger", `{"confidentiality": "breached", "encryption": "none", "malicious": "no", "recipient": "untrusted", "recovered": "no"}`, `["name", "postal_address"]`, "low medium unwanted_contact", "no"},
		{"encrypted, the key safe", `{"confidentiality": "breached", "encryption": "strong", "key": "safe", "malicious": "yes", "recipient": "attacker"}`, `["name", "ssn"]`, "high low identity_or_money", "no"},
		{"encrypted, and nobody knows of the key", `{"confidentiality": "breached", "encryption": "strong", "malicious": "yes", "recipient": "attacker"}`, `["name", "ssn"]`, "high unknown identity_or_money", "unknown"},
		{"a lawyer destroyed it", `{"confidentiality": "breached", "encryption": "none", "malicious": "no", "recipient": "trusted", "recovered": "destroyed"}`, `["name", "ssn"]`, "high low identity_or_money", "no"},
		{"concluded", `{"confidentiality": "breached", "encryption": "none", "malicious": "no", "recipient": "trusted", "recovered": "destroyed", "rrosh": "yes"}`, `["name", "ssn"]`, "high low identity_or_money", "yes"},
	} {
		a := l.Assess(facts(t, `{"incident": `+tc.incident+`, "organisation": {"established_in": ["CA-ON"]}, "affected": [{"residence": "CA-ON", "people": 12, "elements": `+tc.elements+`, "groups": []}]}`), noon)
		r := a.Risk.RROSH
		if got := outcomes(r.Factors); got != tc.factors || r.RealRisk != tc.answer {
			t.Errorf("%s: factors %s, real risk %s; want %s, %s", tc.name, got, r.RealRisk, tc.factors, tc.answer)
		}
		if len(a.Obligations) != 1 || a.Obligations[0].Applies.String() != tc.answer {
			t.Errorf("%s: the rule says %v, want %s", tc.name, a.Obligations[0].Applies, tc.answer)
		}
		if tc.answer == "unknown" && len(a.Obligations[0].Missing) == 0 {
			t.Errorf("%s: nothing is missing", tc.name)
		}
	}
}

func TestENISASeverity(t *testing.T) {
	l := library(t, map[string]string{"eu-x-1.toml": ruleText("eu-x-1", "EU", "regulator", noticeNow)})
	for _, tc := range []struct{ name, incident, who, arithmetic, band, flags string }{
		{"a list of customers to one known stranger", `{"malicious": "no", "confidentiality": "breached", "recipient": "untrusted", "integrity": "intact", "availability": "intact", "encryption": "none"}`, `{"people": 100, "elements": ["name", "phone"], "groups": []}`, "1 × 1 + (0.25 + 0 + 0 + 0) = 1.25", "low", ""},
		{"bank data with an attacker", `{"malicious": "yes", "confidentiality": "breached", "recipient": "attacker", "integrity": "intact", "availability": "intact", "encryption": "none"}`, `{"people": 101, "elements": ["name", "account_number"], "groups": []}`, "3 × 1 + (0.5 + 0 + 0 + 0.5) = 4", "very_high", "more than 100 individuals"},
		{"test results without a name", `{"malicious": "no", "confidentiality": "breached", "recipient": "trusted", "integrity": "intact", "availability": "intact", "encryption": "none"}`, `{"people": 5, "elements": ["medical"], "groups": []}`, "4 × 0.25 + (0.25 + 0 + 0 + 0) = 1.25", "low", ""},
		{"records lost for good", `{"malicious": "no", "confidentiality": "intact", "acquisition": "ruled_out", "integrity": "intact", "availability": "breached", "backup": "none", "encryption": "none"}`, `{"people": 5, "elements": ["name", "email", "behaviour"], "groups": []}`, "2 × 1 + (0 + 0 + 0.5 + 0) = 2.5", "medium", ""},
		{"altered, and a backup at hand", `{"malicious": "yes", "confidentiality": "intact", "acquisition": "ruled_out", "integrity": "breached", "availability": "intact", "backup": "available", "encryption": "none"}`, `{"people": 5, "elements": ["name", "email", "location"], "groups": []}`, "2 × 1 + (0 + 0.25 + 0 + 0.5) = 2.75", "medium", ""},
		{"card numbers that can be used", `{"malicious": "no", "confidentiality": "breached", "recipient": "untrusted", "integrity": "intact", "availability": "intact", "encryption": "none"}`, `{"people": 5, "elements": ["card_with_code"], "groups": []}`, "4 × 0.5 + (0.25 + 0 + 0 + 0) = 2.25", "medium", ""},
		{"encrypted, the key safe", `{"malicious": "yes", "confidentiality": "breached", "recipient": "attacker", "integrity": "intact", "availability": "intact", "encryption": "strong", "key": "safe"}`, `{"people": 5, "elements": ["name", "medical"], "groups": []}`, "4 × 0.75 + (0.5 + 0 + 0 + 0.5) = 4", "very_high", "unintelligible data"},
		{"who has it is not known", `{"malicious": "no", "confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none"}`, `{"people": 5, "elements": ["name", "location", "email"], "groups": []}`, "2 × 1 + (0–0.5 + 0 + 0 + 0) = 2–2.5", "medium", ""},
		{"nothing is known", `{}`, `{"people": 5}`, "1–4 × 0.25–1 + (0–0.5 + 0–0.5 + 0–0.5 + 0–0.5) = 0.25–6", "unknown", ""},
	} {
		s := l.Assess(facts(t, `{"incident": `+tc.incident+`, "affected": [`+tc.who+`]}`), noon).Risk.Severity
		if s.Arithmetic != tc.arithmetic || s.Band != tc.band || strings.Join(s.Flags, ", ") != tc.flags {
			t.Errorf("%s: %s %s %v, want %s %s %s", tc.name, s.Arithmetic, s.Band, s.Flags, tc.arithmetic, tc.band, tc.flags)
		}
		if (s.Score == nil) != (len(s.Unknown) > 0) {
			t.Errorf("%s: score %v, unknown %v", tc.name, s.Score, s.Unknown)
		}
	}
}

// Every step of every ladder gives a source and a reason for each outcome it can
// have: nobody is asked to believe a word.
func TestEveryStepOfEveryAssessmentIsSourced(t *testing.T) {
	l := library(t, map[string]string{"eu-x-1.toml": ruleText("eu-x-1", "EU", "regulator", noticeNow)})
	words := condition.Base()
	for _, fact := range []string{"encryption", "key", "recipient", "recovered", "acquisition", "availability", "integrity", "backup", "malicious", "confidentiality"} {
		for _, w := range append(slices.Clone(words["incident."+fact].Words), "unknown") {
			r := l.Assess(facts(t, `{"incident": {"`+fact+`": "`+w+`"}, "affected": [{"people": 12, "elements": ["name"], "groups": []}]}`), noon).Risk
			for _, s := range slices.Concat(r.Steps, r.Severity.Parts, r.HIPAA.Factors, r.RROSH.Factors) {
				if s.Source == "" || s.Reason == "" || s.Open() == (len(s.Unknown) == 0) || s.Open() == (len(s.Possible) == 0) {
					t.Errorf("%s is %s: step %s: %+v", fact, w, s.Key, s)
				}
			}
		}
	}
}
