package statute_test

import (
	"strings"
	"testing"
)

func TestRiskProposal(t *testing.T) {
	l := library(t, map[string]string{"eu-x-1.toml": ruleText("eu-x-1", "EU", "regulator", noticeNow)})
	for _, tc := range []struct{ name, facts, level, unknown string }{
		{"identity data with an attacker", `"incident": {"confidentiality": "breached", "encryption": "none", "recipient": "attacker"}, "affected": [{"people": 900, "elements": ["name", "ssn"]}]`, "high", ""},
		{"the same, strongly encrypted and the key safe", `"incident": {"confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "strong", "key": "safe", "recipient": "attacker", "acquisition": "confirmed"}, "affected": [{"people": 900, "elements": ["name", "ssn"]}]`, "unlikely", ""},
		{"the same, and the key went too", `"incident": {"confidentiality": "breached", "encryption": "strong", "key": "compromised", "recipient": "attacker"}, "affected": [{"people": 900, "elements": ["name", "ssn"]}]`, "high", ""},
		{"the same, and nobody knows of the key", `"incident": {"confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "strong", "recipient": "attacker"}, "affected": [{"people": 900, "elements": ["name", "ssn"]}]`, "unknown", "incident.key"},
		{"a list of names with an attacker", `"incident": {"confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none", "recipient": "attacker"}, "affected": [{"people": 9, "elements": ["name", "email"], "groups": []}]`, "risk", ""},
		{"hashed passwords and the addresses beside them", `"incident": {"confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "hashed_salted", "key": "safe", "recipient": "attacker"}, "affected": [{"people": 1200, "elements": ["credentials", "email"], "groups": []}]`, "high", ""},
		{"a letter to a trusted partner who destroyed it", `"incident": {"malicious": "no", "confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none", "recipient": "trusted", "recovered": "destroyed"}, "affected": [{"people": 1, "elements": ["name", "medical"], "groups": []}]`, "unlikely", ""},
		{"a letter to a stranger that came back unopened", `"incident": {"malicious": "no", "confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none", "recipient": "untrusted", "recovered": "unopened"}, "affected": [{"people": 1, "elements": ["name", "medical"], "groups": []}]`, "unlikely", ""},
		{"a health letter to a stranger", `"incident": {"malicious": "no", "confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none", "recipient": "untrusted", "recovered": "no"}, "affected": [{"people": 1, "elements": ["name", "medical"], "groups": []}]`, "high", ""},
		{"an address to a stranger", `"incident": {"malicious": "no", "confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none", "recipient": "untrusted", "recovered": "no"}, "affected": [{"people": 10, "elements": ["name", "postal_address"], "groups": ["customers"]}]`, "unlikely", ""},
		{"eleven addresses to a stranger", `"incident": {"malicious": "no", "confidentiality": "breached", "integrity": "intact", "availability": "intact", "encryption": "none", "recipient": "untrusted", "recovered": "no"}, "affected": [{"people": 11, "elements": ["name", "postal_address"], "groups": ["customers"]}]`, "risk", ""},
		{"an outage of an hour with a backup", `"incident": {"malicious": "no", "confidentiality": "intact", "acquisition": "ruled_out", "integrity": "intact", "availability": "breached", "unavailable_for": "1h", "backup": "available"}, "affected": [{"people": 9000, "elements": ["name"], "groups": ["customers"]}]`, "unlikely", ""},
		{"a day without the data", `"incident": {"malicious": "no", "confidentiality": "intact", "acquisition": "ruled_out", "integrity": "intact", "availability": "breached", "unavailable_for": "24h", "backup": "available"}, "affected": [{"people": 9000, "elements": ["name"], "groups": ["customers"]}]`, "risk", ""},
		{"a hospital without its records", `"incident": {"malicious": "yes", "confidentiality": "intact", "acquisition": "ruled_out", "integrity": "intact", "availability": "breached", "unavailable_for": "60h", "backup": "none"}, "affected": [{"people": 9000, "elements": ["name", "medical"], "groups": ["patients"]}]`, "high", ""},
		{"nothing is known", `"incident": {}`, "unknown", "incident.confidentiality"},
		{"nothing happened", `"incident": {"confidentiality": "intact", "acquisition": "ruled_out", "integrity": "intact", "availability": "intact"}`, "unlikely", ""},
	} {
		a := l.Assess(facts(t, "{"+tc.facts+"}"), noon)
		if a.Risk.Level != tc.level || !a.Risk.Proposed || a.Risk.Proposal != tc.level {
			t.Errorf("%s: %s (%v), want %s", tc.name, a.Risk.Level, a.Risk.Because, tc.level)
		}
		if tc.unknown != "" && !strings.Contains(strings.Join(a.Risk.Unknown, " "), tc.unknown) {
			t.Errorf("%s: unknown %v lacks %s", tc.name, a.Risk.Unknown, tc.unknown)
		}
		if len(a.Risk.Because) == 0 && tc.level != "unknown" {
			t.Errorf("%s: no reason", tc.name)
		}
	}
	a := l.Assess(facts(t, `{"incident": {"risk": "high", "confidentiality": "intact", "acquisition": "ruled_out", "integrity": "intact", "availability": "intact"}}`), noon)
	if a.Risk.Level != "high" || a.Risk.Proposed || a.Risk.Proposal != "unlikely" {
		t.Errorf("a person's conclusion became %s, proposed %v, beside the proposal %s", a.Risk.Level, a.Risk.Proposed, a.Risk.Proposal)
	}
}

// The steps are named, and each says why and who reasons so.
func TestRiskSteps(t *testing.T) {
	l := library(t, map[string]string{"eu-x-1.toml": ruleText("eu-x-1", "EU", "regulator", noticeNow)})
	r := l.Assess(facts(t, `{"incident": {"malicious": "yes", "confidentiality": "breached", "acquisition": "confirmed", "integrity": "intact", "availability": "breached",
		"unavailable_for": "30h", "backup": "available", "encryption": "strong", "recipient": "attacker", "recovered": "no"},
		"affected": [{"people": 900, "elements": ["name", "ssn"], "groups": ["minors"]}]}`), noon).Risk
	want := map[string]string{"encryption": "unknown", "exfiltration": "taken", "availability": "lost", "recipient": "hostile", "sensitivity": "personal",
		"misuse": "identity", "vulnerable": "among_them", "volume": "many", "reversibility": "unknown"}
	var order []string
	for _, s := range r.Steps {
		order = append(order, s.Key)
		if s.Outcome != want[s.Key] {
			t.Errorf("%s: %s, want %s", s.Key, s.Outcome, want[s.Key])
		}
		if s.Source == "" || s.Reason == "" || s.Title == "" {
			t.Errorf("%s: no reason or source: %+v", s.Key, s)
		}
		if s.Open() && (strings.Join(s.Unknown, " ") != "incident.key" || len(s.Possible) < 2) {
			t.Errorf("%s: open for %v, possible %v", s.Key, s.Unknown, s.Possible)
		}
	}
	if got := strings.Join(order, " "); got != "encryption exfiltration availability recipient sensitivity misuse vulnerable volume reversibility" {
		t.Errorf("the steps are %s", got)
	}
	if r.Level != "unknown" || len(r.Could) != 2 || r.Could[0] != (statuteCould("incident.key", "safe", "risk")) || r.Could[1] != (statuteCould("incident.key", "compromised", "high")) {
		t.Errorf("level %s, could be %v", r.Level, r.Could)
	}
}
