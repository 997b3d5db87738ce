package playbooks

import (
	"strings"

	"tocsin/incident"
)

// Anchor names the instant that a due time is counted from:
//
//	incident.opened        the incident was opened here
//	incident.declared      it left triage
//	incident.discovered    and any other milestone, as incident.<milestone>
//	run.started            this playbook was started
//	step:<key>.done        a step ended
//	milestone:<name>       a milestone was set; filed:<rule> too
//	fact:<name>.known      a fact became known
//	obligation:<rule>.due  a duty's deadline; <rule>:<stage> for one stage
//	obligation:earliest.due  the nearest deadline of all duties not yet met
type Anchor string

const (
	IncidentOpened   Anchor = "incident.opened"
	IncidentDeclared Anchor = "incident.declared"
	RunStarted       Anchor = "run.started"
	EarliestDuty     Anchor = "obligation:earliest.due"
)

// StepDone is the anchor of the end of step key.
func StepDone(key string) Anchor { return Anchor("step:" + key + ".done") }

// MilestoneSet is the anchor of milestone m.
func MilestoneSet(m incident.Milestone) Anchor { return Anchor("milestone:" + string(m)) }

// FactKnown is the anchor of the moment a fact became known.
func FactKnown(name string) Anchor { return Anchor("fact:" + name + ".known") }

// ObligationDue is the anchor of a duty's deadline; rule may carry ":<stage>".
func ObligationDue(rule string) Anchor { return Anchor("obligation:" + rule + ".due") }

// Step gives the key of a step:<key>.done anchor.
func (a Anchor) Step() (key string, ok bool) { return a.between("step:", ".done") }

// Fact gives the name of a fact:<name>.known anchor.
func (a Anchor) Fact() (name string, ok bool) { return a.between("fact:", ".known") }

// Obligation gives the rule of an obligation:<rule>.due anchor, with its
// stage, if it names one, after a colon.
func (a Anchor) Obligation() (rule string, ok bool) { return a.between("obligation:", ".due") }

// Milestone gives the milestone a waits for, also where it is written
// incident.<milestone>.
func (a Anchor) Milestone() (incident.Milestone, bool) {
	if m, ok := strings.CutPrefix(string(a), "milestone:"); ok {
		return incident.Milestone(m), m != ""
	}
	m, ok := strings.CutPrefix(string(a), "incident.")
	if !ok || a == IncidentOpened || a == IncidentDeclared {
		return "", false
	}
	return incident.Milestone(m), m != ""
}

func (a Anchor) between(prefix, suffix string) (string, bool) {
	rest, ok := strings.CutPrefix(string(a), prefix)
	if !ok {
		return "", false
	}
	mid, ok := strings.CutSuffix(rest, suffix)
	return mid, ok && mid != ""
}

// Waiting is what a clock hung on a waits for, in words that fit after
// "waiting for".
func (a Anchor) Waiting() string {
	switch a {
	case IncidentOpened:
		return "the incident to be opened"
	case IncidentDeclared:
		return "the incident to be declared"
	case RunStarted:
		return "the playbook to be started"
	case EarliestDuty:
		return "the first legal deadline to be known"
	}
	if key, ok := a.Step(); ok {
		return "step " + key + " to be done"
	}
	if name, ok := a.Fact(); ok {
		return "fact " + name + " to be known"
	}
	if rule, ok := a.Obligation(); ok {
		return "the deadline of " + rule + " to be known"
	}
	if m, ok := a.Milestone(); ok {
		return "milestone " + string(m) + " to be set"
	}
	return string(a)
}

// problem says what is wrong with a as such; "" if nothing is.
func (a Anchor) problem() string {
	switch a {
	case IncidentOpened, IncidentDeclared, RunStarted, EarliestDuty:
		return ""
	}
	if _, ok := a.Step(); ok {
		return "" // whether there is such a step is for the playbook to say
	}
	if name, ok := a.Fact(); ok {
		if !knownFact(name) {
			return "no fact is called " + quote(name)
		}
		return ""
	}
	if rule, ok := a.Obligation(); ok {
		rule, stage, staged := strings.Cut(rule, ":")
		if !ruleName.MatchString(rule) || staged && !stageName.MatchString(stage) {
			return quote(rule) + " cannot be the id of a rule"
		}
		return ""
	}
	if m, ok := a.Milestone(); ok {
		if !m.Known() {
			return "no milestone is called " + quote(string(m)) + nearest(string(m), milestoneNames())
		}
		return ""
	}
	return quote(string(a)) + " is no anchor: use incident.opened, incident.declared, run.started, " +
		"step:<key>.done, milestone:<name>, fact:<name>.known or obligation:<rule>.due"
}
