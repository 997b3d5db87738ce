package statute

import (
	"fmt"
	"strings"
	"time"
)

// Moment is when a milestone was reached: an instant, or a day where only the
// day is known. The zero Moment is not set.
type Moment struct {
	instant time.Time
	day     day
}

// day is a date without a zone.
type day struct {
	year  int
	month time.Month
	dom   int
}

// At is the moment of an exact instant.
func At(t time.Time) Moment { return Moment{instant: t} }

// OnDay is the moment of which only the day is known.
func OnDay(year int, month time.Month, dom int) Moment { return Moment{day: day{year, month, dom}} }

// ParseMoment reads an RFC 3339 instant with offset, or a date YYYY-MM-DD.
func ParseMoment(s string) (Moment, error) {
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return Moment{day: dayOf(t)}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		if t, err = time.Parse("2006-01-02T15:04Z07:00", s); err != nil {
			return Moment{}, fmt.Errorf("%q is neither an instant with offset (2026-03-01T09:30:00+01:00) nor a date (2026-03-01)", s)
		}
	}
	if t.Year() < 1900 || t.Year() > 9000 {
		return Moment{}, fmt.Errorf("%q lies outside the years 1900 to 9000", s)
	}
	return At(t), nil
}

// IsZero reports whether the milestone is not set.
func (m Moment) IsZero() bool { return m == Moment{} }

// IsDay reports whether only the day is known.
func (m Moment) IsDay() bool { return m.day != day{} }

// In is the instant in a zone; the first moment of the day where only that is known.
func (m Moment) In(zone *time.Location) time.Time {
	if m.IsDay() {
		return m.day.first(zone)
	}
	return m.instant.In(zone)
}

// Last is the instant in a zone; the last second of the day where only that is known.
func (m Moment) Last(zone *time.Location) time.Time {
	if m.IsDay() {
		return m.day.last(zone)
	}
	return m.instant.In(zone)
}

// Day is the day in a zone.
func (m Moment) Day(zone *time.Location) day {
	if m.IsDay() {
		return m.day
	}
	return dayOf(m.instant.In(zone))
}

func (m Moment) String() string {
	switch {
	case m.IsZero():
		return ""
	case m.IsDay():
		return m.day.String()
	}
	return m.instant.Format(time.RFC3339)
}

// MarshalText writes the form ParseMoment reads.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMoment reads; empty text is not set.
func (m *Moment) UnmarshalText(b []byte) error {
	if strings.TrimSpace(string(b)) == "" {
		*m = Moment{}
		return nil
	}
	p, err := ParseMoment(string(b))
	if err == nil {
		*m = p
	}
	return err
}

func dayOf(t time.Time) day { return day{t.Year(), t.Month(), t.Day()} }

func (d day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.dom) }

// noon is the middle of the day in UTC, where day arithmetic meets no clock change.
func (d day) noon() time.Time { return time.Date(d.year, d.month, d.dom, 12, 0, 0, 0, time.UTC) }

func (d day) add(days int) day { return dayOf(d.noon().AddDate(0, 0, days)) }

func (d day) before(o day) bool { return d.noon().Before(o.noon()) }

// addMonths is the same day so many months on, or the last of the month where
// it has no such day (31 January plus one is 28 or 29 February).
func (d day) addMonths(n int) day {
	first := time.Date(d.year, d.month+time.Month(n), 1, 12, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return day{first.Year(), first.Month(), min(d.dom, last)}
}

// first is the first moment of the day in a zone. Where the clocks change at
// midnight, that is not 00:00.
func (d day) first(zone *time.Location) time.Time {
	t := time.Date(d.year, d.month, d.dom, 0, 0, 0, 0, zone)
	if dayOf(t).before(d) { // 00:00 does not exist, and Date fell on the day before
		_, end := t.ZoneBounds()
		return end.In(zone)
	}
	// 00:00 may exist twice; the day begins at the first of the two.
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		earlier := start.Add(-time.Second).In(zone)
		_, was := earlier.Zone()
		_, is := t.Zone()
		if u := t.Add(time.Duration(is-was) * time.Second).In(zone); was > is && u.Before(start) && dayOf(u) == d && u.Hour() == 0 {
			return u
		}
	}
	return t
}

// last is 23:59:59 of the day in a zone, the later one where the clock shows it twice.
func (d day) last(zone *time.Location) time.Time {
	return d.add(1).first(zone).Add(-time.Second)
}

// at is a time of day in a zone.
func (d day) at(hour int, zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.dom, hour, 0, 0, 0, zone)
}
