package statute

import (
	"fmt"
	"time"
)

// unitPolicies lists which policies count which unit; the first is the default.
func unitPolicies() map[string][]string {
	return map[string][]string{
		"hours":         {"elapsed", "eu_1182_71", "dora"},
		"calendar_days": {"calendar", "year_end", "eu_1182_71"},
		"business_days": {"business", "business_saturday"},
		"months":        {"months", "eu_1182_71", "dora"},
		"none":          {},
	}
}

// period is a length of time and how it is counted.
type period struct {
	amount   int
	unit     string
	policy   string
	calendar *calendar
}

// end is where a period ends.
type end struct {
	due     time.Time  // the strict instant, in the zone of the recipient
	latest  *time.Time // a later lawful limit, or nil
	counted string     // in words
}

// count gives the end of a period that begins with m, in the recipient's zone.
// The strict instant is always due; what a policy allows beyond it is latest.
//
//   - Hours elapse from the exact instant, or from the first moment of the day
//     where only the day is known: a clock change does not move them.
//   - Days exclude the day of the milestone and end at the end of the last day.
//   - Months end on the same day of the month, or its last (31 January → 28 February).
//   - Regulation (EEC, Euratom) No 1182/71: article 3(1) leaves the hour of the
//     event out; article 3(4) moves the end of days and months, not of hours, to
//     the end of the next working day.
//   - DORA, Delegated Regulation (EU) 2025/301 article 5: a limit on a weekend
//     or holiday moves to noon of the next working day.
func (p period) count(m Moment, zone *time.Location) end {
	policy := p.policy
	if policy == "" {
		policy = unitPolicies()[p.unit][0]
	}
	from := m.Day(zone)
	switch p.unit {
	case "hours":
		return p.hours(m.In(zone), policy, zone)
	case "business_days":
		return p.businessDays(from, policy, zone)
	case "months":
		return p.days(from.addMonths(p.amount), fmt.Sprintf("%s after %s", plural(p.amount, "month"), from), policy, zone)
	}
	if policy == "year_end" {
		from = day{from.year, time.December, 31}
		return p.days(from.add(p.amount), fmt.Sprintf("%s after %s, the end of the calendar year", plural(p.amount, "calendar day"), from), policy, zone)
	}
	return p.days(from.add(p.amount), fmt.Sprintf("%s after %s, day 0 excluded", plural(p.amount, "calendar day"), from), policy, zone)
}

func (p period) hours(from time.Time, policy string, zone *time.Location) end {
	length := time.Duration(p.amount) * time.Hour
	e := end{due: from.Add(length).In(zone)}
	e.counted = fmt.Sprintf("%s after %s", plural(p.amount, "elapsed hour"), from.Format(time.RFC3339))
	if p.amount == 0 {
		e.counted = "at " + from.Format(time.RFC3339)
	}
	switch policy {
	case "eu_1182_71":
		next := from.Truncate(time.Hour).Add(time.Hour)
		if _, offset := from.Zone(); offset%3600 != 0 { // the hour of the clock on the wall, not of UTC
			shift := time.Duration(offset) * time.Second
			next = from.Add(shift).Truncate(time.Hour).Add(time.Hour - shift)
		}
		latest := next.Add(length).In(zone)
		e.latest = &latest
	case "dora":
		e.latest = p.noonOfNextWorkingDay(e.due, zone)
	}
	return e
}

func (p period) days(last day, counted, policy string, zone *time.Location) end {
	e := end{due: last.last(zone), counted: counted}
	switch policy {
	case "eu_1182_71":
		if !p.calendar.working(last, false) {
			latest := p.nextWorking(last).last(zone)
			e.latest = &latest
		}
	case "dora":
		e.latest = p.noonOfNextWorkingDay(e.due, zone)
	}
	return e
}

func (p period) businessDays(from day, policy string, zone *time.Location) end {
	saturdays := policy == "business_saturday"
	d := from
	for n := 0; n < p.amount; {
		d = d.add(1)
		if p.calendar.working(d, saturdays) {
			n++
		}
	}
	words := p.calendar.words()
	if saturdays {
		words += ", Saturdays counted"
	}
	return end{due: d.last(zone), counted: fmt.Sprintf("%s after %s, day 0 excluded, %s", plural(p.amount, "business day"), from, words)}
}

func (p period) noonOfNextWorkingDay(due time.Time, zone *time.Location) *time.Time {
	d := dayOf(due.In(zone))
	if p.calendar.working(d, false) {
		return nil
	}
	t := p.nextWorking(d).at(12, zone)
	return &t
}

func (p period) nextWorking(d day) day {
	for d = d.add(1); !p.calendar.working(d, false); d = d.add(1) {
	}
	return d
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
