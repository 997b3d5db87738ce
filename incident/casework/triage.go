package casework

import (
	"regexp"
	"strings"

	"tocsin/incident"
)

// TriageRule says what to do with an alert. The first rule that matches decides.
type TriageRule struct {
	Name       string            `toml:"name"`
	Severities []string          `toml:"severities"` // any, if empty
	Title      string            `toml:"title"`      // regular expression; any, if empty
	Labels     map[string]string `toml:"labels"`     // each must be equal
	Do         string            `toml:"do"`         // open, join or list

	// For open; join takes the newest incident a rule of the same name opened and that is not ended.
	Kind     incident.BreachKind `toml:"kind"`
	Severity incident.Severity   `toml:"severity"`
	Playbook string              `toml:"playbook"`
	Headline string              `toml:"headline"` // title of the incident; the alert's, if empty

	// SetsAware is the operator's explicit word that an alert of this kind is
	// awareness. Without it an alert starts no legal clock.
	SetsAware bool `toml:"sets_aware"`
}

// Check gives every problem of the rule.
func (r TriageRule) Check() []incident.Problem {
	var out []incident.Problem
	add := func(where, what string) { out = append(out, incident.Problem{Where: where, What: what}) }
	switch r.Do {
	case "open", "join", "list":
	default:
		add("do", "one of open, join, list")
	}
	if _, err := regexp.Compile(r.Title); err != nil {
		add("title", "not a regular expression: "+err.Error())
	}
	for _, s := range r.Severities {
		if !alertSeverities[s] {
			add("severities", "not a severity of alerts: "+clip(s, 40))
		}
	}
	if r.Kind != "" && !r.Kind.Valid() {
		add("kind", "one of "+values(incident.BreachKinds()))
	}
	if r.Severity != "" && !r.Severity.Valid() {
		add("severity", "one of "+values(incident.Severities()))
	}
	return out
}

var alertSeverities = map[string]bool{"critical": true, "high": true, "medium": true, "low": true, "info": true, "unknown": true}

// Matches reports whether the rule is for this alert.
func (r TriageRule) Matches(a *incident.Alert) bool {
	if len(r.Severities) > 0 && !has(r.Severities, a.Severity) {
		return false
	}
	if r.Title != "" {
		re, err := regexp.Compile(r.Title)
		if err != nil || !re.MatchString(a.Title) {
			return false
		}
	}
	for k, v := range r.Labels {
		if a.Labels[k] != v {
			return false
		}
	}
	return true
}

func has(list []string, s string) bool {
	for _, have := range list {
		if strings.EqualFold(have, s) {
			return true
		}
	}
	return false
}
