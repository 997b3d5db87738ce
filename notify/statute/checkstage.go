package statute

import (
	"fmt"
	"slices"
	"strings"
)

// checkStages gives every mistake of a rule's stages and their clocks.
func (ld *loader) checkStages(r *Rule) {
	if len(r.Stages) == 0 {
		ld.say(r.file, "stage", "is missing: a rule has one stage or more")
	}
	seen := map[string]bool{}
	for i := range r.Stages {
		s := &r.Stages[i]
		key := fmt.Sprintf("stage[%d]", i)
		switch {
		case !stageName.MatchString(s.Name):
			ld.say(r.file, key+".name", "%q is not a name such as final_report", s.Name)
		case seen[s.Name]:
			ld.say(r.file, key+".name", "there are two stages named %q", s.Name)
		}
		seen[s.Name] = true
		ld.checkClock(r, key, s.Clock)
		for j, c := range s.Clocks {
			ld.checkClock(r, fmt.Sprintf("%s.clock[%d]", key, j), c)
		}
	}
}

// checkClock gives every mistake of one clock, milestones and policies included.
func (ld *loader) checkClock(r *Rule, key string, c Clock) {
	say := func(field, format string, args ...any) {
		k := key
		if field != "" {
			k += "." + field
		}
		ld.say(r.file, k, format, args...)
	}
	for i, m := range c.From {
		if _, _, filing := cutFiling(m); !filing && !isMilestone(m) {
			say(fmt.Sprintf("from[%d]", i), "%q is not a milestone", m)
		}
	}
	if c.UnlessAfter != "" && !isMilestone(c.UnlessAfter) {
		say("unless_after", "%q is not a milestone", c.UnlessAfter)
	}
	var ways []string
	for _, w := range []struct {
		set  bool
		name string
	}{{c.Unit != "", "unit"}, {c.Within != "", "within"}, {c.SameAs != "", "same_as"}, {c.WaitsFor != "", "waits_for"}} {
		if w.set {
			ways = append(ways, w.name)
		}
	}
	if len(ways) != 1 {
		if len(ways) == 0 {
			say("", "a clock needs one of unit, within, same_as and waits_for")
		} else {
			say("", "%s stand side by side; a clock has one of them", strings.Join(ways, " and "))
		}
		return
	}
	if (c.Unit != "" || c.Within != "") && len(c.From) == 0 {
		say("from", "is missing: the milestone the clock counts from")
	}
	if c.Within != "" && c.Within != "contract.notice_within" {
		say("within", "%q is not a fact that holds a length of time (contract.notice_within)", c.Within)
	}
	if c.Unit == "" {
		if c.Amount != nil || c.Policy != "" {
			say("", "amount and policy belong to a unit")
		}
		return
	}
	policies, ok := unitPolicies()[c.Unit]
	switch {
	case !ok:
		say("unit", "%q is not one of hours, calendar_days, business_days, months, none", c.Unit)
		return
	case c.Unit == "none" && c.Amount != nil:
		say("amount", "unit none has no amount")
	case c.Unit != "none" && (c.Amount == nil || *c.Amount < 0):
		say("amount", "is missing: a whole number, 0 or more")
	}
	if c.Policy != "" && !slices.Contains(policies, c.Policy) {
		say("policy", "%q does not count %s; it is one of %s", c.Policy, c.Unit, strings.Join(policies, ", "))
	}
	if c.Calendar != "" {
		if what := checkCalendar(c.Calendar); what != "" {
			say("calendar", "%s", what)
		}
	}
}
