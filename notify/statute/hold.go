package statute

import (
	"fmt"
	"slices"
	"time"
)

// hold moves latest where law enforcement asked for a delay that the rule
// allows: to the end of the hold, or of the days an oral request lasts at most,
// and of the time the law gives after that. The strict deadline stays where it is.
func (a *assessor) hold(r *Rule, s *StageOut, to recipient) {
	for _, h := range a.facts.Holds {
		if !slices.Contains(r.Hold.Forms, h.Form) {
			continue
		}
		if !h.From.IsZero() && h.From.In(s.Zone).After(*s.Due) {
			continue // asked for when the notice was already due
		}
		who := h.Authority
		if who == "" {
			who = "law enforcement"
		}
		until, open := held(r.Hold, h, s.Zone)
		if open {
			s.Counted += fmt.Sprintf("; held by %s (%s) until it is lifted%s", who, h.Form, thenWords(r.Hold.Then))
			continue
		}
		s.Counted += fmt.Sprintf("; held by %s (%s) until %s", who, h.Form, until.Format(time.RFC3339))
		if then := r.Hold.Then; then != nil {
			id := then.Calendar
			if id == "" {
				id = to.place
			}
			p := period{amount: then.Amount, unit: then.Unit, calendar: a.calendar(id)}
			end := p.count(At(until), s.Zone)
			until = end.due
			s.Counted += ", then " + end.counted
		}
		if until.After(*s.Due) && (s.Latest == nil || until.After(*s.Latest)) {
			s.Latest = &until
		}
	}
}

// held is when a hold ends; open where no end is known. An oral request lasts
// no longer than the rule says, whatever end it names.
func held(r HoldRule, h Hold, zone *time.Location) (until time.Time, open bool) {
	until, open = h.Until.Last(zone), h.Until.IsZero()
	if h.Form != "oral" {
		return until, open
	}
	most := h.From.Day(zone).add(r.OralDays).last(zone)
	if !h.From.IsDay() {
		most = h.From.In(zone).AddDate(0, 0, r.OralDays)
	}
	if open || most.Before(until) {
		return most, false
	}
	return until, false
}

func thenWords(t *HoldThen) string {
	if t == nil {
		return ""
	}
	unit := map[string]string{"hours": "hour", "calendar_days": "calendar day", "business_days": "business day"}[t.Unit]
	return ", then " + plural(t.Amount, unit)
}
