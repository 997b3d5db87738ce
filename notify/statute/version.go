package statute

import (
	"fmt"
	"time"

	"tocsin/incident/condition"
)

// version is the version of a rule that is in force on the day of its gate; nil
// where none is in force or enabled.
func (a *assessor) version(id string) *Rule {
	versions := a.library.byID[id]
	for i := len(versions) - 1; i >= 0; i-- {
		on, _ := a.gate(versions[i], 0)
		if before, after := outside(versions[i].InForce, on); versions[i].IsEnabled() && !before && !after {
			return versions[i]
		}
	}
	return nil
}

// dormant is what there is to say of the versions of a rule that are not
// counted: not enabled, not in force yet, or no longer. What would not concern
// the organisation, by a firm no, is not worth a word.
func (a *assessor) dormant(id string) []string {
	var notices []string
	versions := a.library.byID[id]
	for i := len(versions) - 1; i >= 0; i-- {
		r := versions[i]
		on, milestone := a.gate(r, 0)
		text := ""
		switch before, after := outside(r.InForce, on); {
		case !r.IsEnabled():
			if !after {
				text = fmt.Sprintf("%s (%s, %s) is known and not counted: %s", id, r.Regime, r.Jurisdiction, r.Reason)
			}
		case before:
			text = fmt.Sprintf("%s (%s, version %s) is not in force on %s%s: it is from %s", id, r.Citation, r.Version, on, milestone, r.InForce.From)
		case after && len(versions) == 1:
			text = fmt.Sprintf("%s (%s, version %s) is no longer in force on %s%s: it was until %s", id, r.Citation, r.Version, on, milestone, r.InForce.Until)
		}
		if text != "" && a.concerns(r) {
			notices = append(notices, text)
		}
	}
	return notices
}

// concerns reports whether a version would concern the organisation if it were
// counted: by whose duty it is; and where it is not enabled, by all it asks.
// The rule it is based on may be as dormant: that is no answer.
func (a *assessor) concerns(r *Rule) bool {
	alone := *r
	if r.IsEnabled() {
		alone.BasedOn, alone.Covered, alone.When, alone.Exempt = "", Covered{}, condition.Condition{}, nil
	} else if r.BasedOn != "" && a.answerOf(r.BasedOn) == nil {
		alone.BasedOn = ""
	}
	return a.evaluate(&alone).result.Truth != condition.No
}

func outside(f InForce, on day) (before, after bool) {
	if f.From != nil && on.before(dayOf(f.From.AsTime(time.UTC))) {
		return true, false
	}
	if f.Until != nil && dayOf(f.Until.AsTime(time.UTC)).before(on) {
		return false, true
	}
	return false, false
}

// gate is the day that decides whether a version is in force: of its gate
// milestone, else of the milestone its first stage counts from, else the
// instant asked about.
func (a *assessor) gate(r *Rule, depth int) (on day, milestone string) {
	zone := a.zone(r)
	names := []string{r.InForce.Gate}
	if r.InForce.Gate == "" && len(r.Stages) > 0 {
		first := r.Stages[0].Clock
		names = first.From
		if base := a.library.byID[cutRule(first.SameAs)]; len(base) > 0 && depth < 8 {
			return a.gate(base[len(base)-1], depth+1)
		}
	}
	for _, m := range names {
		if t := a.milestone(m); !t.IsZero() {
			return t.Day(zone), " (" + m + ")"
		}
	}
	// Only the filing of an earlier notice starts the clock: what decides is when the breach was found.
	for _, m := range []string{"discovered", "aware", "determined", "detected"} {
		if t := a.milestone(m); !t.IsZero() {
			return t.Day(zone), " (" + m + ")"
		}
	}
	return dayOf(a.at.In(zone)), ""
}

func cutRule(ref string) string {
	for i := range len(ref) {
		if ref[i] == ':' {
			return ref[:i]
		}
	}
	return ref
}

func (a *assessor) milestone(name string) Moment {
	if name == "" {
		return Moment{}
	}
	return a.facts.milestone(name, func(rule string) string {
		if versions := a.library.byID[rule]; len(versions) > 0 && len(versions[0].Stages) > 0 {
			return versions[0].Stages[0].Name
		}
		return ""
	})
}

// zone is the zone of a rule, before its recipient is known.
func (a *assessor) zone(r *Rule) *time.Location {
	if loc := world().Location(r.Zone); loc != nil {
		return loc
	}
	return world().Zone(r.Jurisdiction)
}

// calendar is the calendar of a place, made once in an assessment.
func (a *assessor) calendar(id string) *calendar {
	c, ok := a.calendars[id]
	if !ok {
		c = newCalendar(id)
		a.calendars[id] = c
	}
	return c
}

// truth evaluates a condition of a clock as the rule sees the facts.
func (ans *answer) truth(c condition.Condition) condition.Result {
	return c.Evaluate(ans.view)
}
