package statute

import (
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	for _, tc := range []struct {
		name         string
		amount       int
		unit, policy string
		calendar     string
		from, zone   string
		due, latest  string
	}{
		{"hours elapse", 72, "hours", "", "", "2026-03-02T10:30:00+01:00", "Europe/Berlin", "2026-03-05T10:30:00+01:00", ""},
		{"hours across the change to summer time", 72, "hours", "", "", "2026-03-28T10:30:00+01:00", "Europe/Berlin", "2026-03-31T11:30:00+02:00", ""},
		{"hours across the change to winter time", 72, "hours", "", "", "2026-10-24T10:30:00+02:00", "Europe/Berlin", "2026-10-27T09:30:00+01:00", ""},
		{"hours given in another zone", 6, "hours", "", "", "2026-03-02T20:00:00-08:00", "Asia/Kolkata", "2026-03-03T15:30:00+05:30", ""},
		{"a bare date and hours", 72, "hours", "", "", "2026-03-02", "America/New_York", "2026-03-05T00:00:00-05:00", ""},
		{"a bare date whose midnight does not exist", 1, "hours", "", "", "2026-04-24", "Africa/Cairo", "2026-04-24T02:00:00+03:00", ""},
		{"a bare date whose midnight comes twice", 1, "hours", "", "", "2026-11-01", "America/Havana", "2026-11-01T00:00:00-05:00", ""},
		{"no hours", 0, "hours", "", "", "2026-03-02T10:30:00Z", "UTC", "2026-03-02T10:30:00Z", ""},
		{"1182/71 leaves out the hour of the event", 72, "hours", "eu_1182_71", "", "2026-03-02T10:30:00+01:00", "Europe/Berlin", "2026-03-05T10:30:00+01:00", "2026-03-05T11:00:00+01:00"},
		{"1182/71 on the hour", 24, "hours", "eu_1182_71", "", "2026-03-02T10:00:00+01:00", "Europe/Berlin", "2026-03-03T10:00:00+01:00", "2026-03-03T11:00:00+01:00"},
		{"1182/71 does not move hours off a Sunday", 24, "hours", "eu_1182_71", "DE", "2026-03-07T10:00:00+01:00", "Europe/Berlin", "2026-03-08T10:00:00+01:00", "2026-03-08T11:00:00+01:00"},
		{"1182/71 where the zone is half an hour off", 24, "hours", "eu_1182_71", "", "2026-03-02T10:15:00+05:30", "Asia/Kolkata", "2026-03-03T10:15:00+05:30", "2026-03-03T11:00:00+05:30"},
		{"days", 30, "calendar_days", "", "", "2026-01-15", "America/Los_Angeles", "2026-02-14T23:59:59-08:00", ""},
		{"days do not move off a weekend", 30, "calendar_days", "", "", "2026-01-16T08:00:00-08:00", "America/Los_Angeles", "2026-02-15T23:59:59-08:00", ""},
		{"days across the change to summer time", 30, "calendar_days", "", "", "2026-02-20T12:00:00-08:00", "America/Los_Angeles", "2026-03-22T23:59:59-07:00", ""},
		{"an instant is the day it is there", 30, "calendar_days", "", "", "2026-01-16T02:00:00Z", "America/Los_Angeles", "2026-02-14T23:59:59-08:00", ""},
		{"days over a leap day", 60, "calendar_days", "", "", "2027-12-31", "America/New_York", "2028-02-29T23:59:59-05:00", ""},
		{"the last day of a day that ends twice", 1, "calendar_days", "", "", "2026-10-28", "Africa/Cairo", "2026-10-29T23:59:59+02:00", ""},
		{"year end", 60, "calendar_days", "year_end", "", "2025-03-04", "America/New_York", "2026-03-01T23:59:59-05:00", ""},
		{"year end before a leap year", 60, "calendar_days", "year_end", "", "2027-12-31T23:00:00-05:00", "America/New_York", "2028-02-29T23:59:59-05:00", ""},
		{"year end is the year it is there", 60, "calendar_days", "year_end", "", "2026-01-01T03:00:00Z", "America/New_York", "2026-03-01T23:59:59-05:00", ""},
		{"1182/71 moves days to the next working day", 14, "calendar_days", "eu_1182_71", "DE-BY", "2026-04-20", "Europe/Berlin", "2026-05-04T23:59:59+02:00", ""},
		{"1182/71 over a weekend and a holiday", 3, "calendar_days", "eu_1182_71", "FR", "2026-04-29", "Europe/Paris", "2026-05-02T23:59:59+02:00", "2026-05-04T23:59:59+02:00"},
		{"a month", 1, "months", "", "", "2026-03-15T10:00:00Z", "Europe/Paris", "2026-04-15T23:59:59+02:00", ""},
		{"31 January and a month", 1, "months", "", "", "2026-01-31", "Europe/Paris", "2026-02-28T23:59:59+01:00", ""},
		{"31 January and a month in a leap year", 1, "months", "", "", "2028-01-31", "Europe/Paris", "2028-02-29T23:59:59+01:00", ""},
		{"a month over the end of the year", 1, "months", "", "", "2026-12-31", "Europe/Paris", "2027-01-31T23:59:59+01:00", ""},
		{"DORA: a month that ends on a Sunday", 1, "months", "dora", "DE", "2026-02-15T09:00:00+01:00", "Europe/Berlin", "2026-03-15T23:59:59+01:00", "2026-03-16T12:00:00+01:00"},
		{"DORA: hours that end on a Saturday", 72, "hours", "dora", "DE", "2026-03-04T09:00:00+01:00", "Europe/Berlin", "2026-03-07T09:00:00+01:00", "2026-03-09T12:00:00+01:00"},
		{"DORA: hours that end before Easter", 4, "hours", "dora", "DE", "2026-04-03T09:00:00+02:00", "Europe/Berlin", "2026-04-03T13:00:00+02:00", "2026-04-07T12:00:00+02:00"},
		{"DORA: a working day", 4, "hours", "dora", "DE", "2026-03-04T09:00:00+01:00", "Europe/Berlin", "2026-03-04T13:00:00+01:00", ""},
		{"business days", 4, "business_days", "", "US", "2026-03-02T12:00:00-05:00", "America/New_York", "2026-03-06T23:59:59-05:00", ""},
		{"business days over a weekend", 4, "business_days", "", "US", "2026-03-05", "America/New_York", "2026-03-11T23:59:59-04:00", ""},
		{"business days from a Saturday", 4, "business_days", "", "US", "2026-03-07", "America/New_York", "2026-03-12T23:59:59-04:00", ""},
		{"business days over Thanksgiving", 4, "business_days", "", "US", "2026-11-25", "America/New_York", "2026-12-02T23:59:59-05:00", ""},
		{"Independence Day on a Saturday is observed on Friday", 3, "business_days", "", "US", "2026-07-01", "America/New_York", "2026-07-07T23:59:59-04:00", ""},
		{"a state without a calendar of its own has the federal one", 3, "business_days", "", "US-SC", "2026-01-16", "America/New_York", "2026-01-22T23:59:59-05:00", ""},
		{"a state's own holiday", 3, "business_days", "", "US-CT", "2026-02-10", "America/New_York", "2026-02-17T23:59:59-05:00", ""},
		{"Saturdays counted", 3, "business_days", "business_saturday", "US-CO", "2026-03-05", "America/Denver", "2026-03-09T23:59:59-06:00", ""},
		{"a week that ends on Thursday", 3, "business_days", "", "EG", "2026-03-04", "Africa/Cairo", "2026-03-09T23:59:59+02:00", ""},
		{"a holiday the library lacks", 1, "business_days", "", "DE-MV", "2027-03-07", "Europe/Berlin", "2027-03-09T23:59:59+01:00", ""},
		{"no business days", 0, "business_days", "", "US", "2026-03-07", "America/New_York", "2026-03-07T23:59:59-05:00", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			zone, err := time.LoadLocation(tc.zone)
			if err != nil {
				t.Fatal(err)
			}
			m, err := ParseMoment(tc.from)
			if err != nil {
				t.Fatal(err)
			}
			p := period{amount: tc.amount, unit: tc.unit, policy: tc.policy, calendar: newCalendar(tc.calendar)}
			e := p.count(m, zone)
			if got := e.due.Format(time.RFC3339); got != tc.due {
				t.Errorf("due %s, want %s (%s)", got, tc.due, e.counted)
			}
			latest := ""
			if e.latest != nil {
				latest = e.latest.Format(time.RFC3339)
			}
			if latest != tc.latest {
				t.Errorf("latest %q, want %q", latest, tc.latest)
			}
			if e.counted == "" {
				t.Error("nothing says how it was counted")
			}
		})
	}
}

func TestParseMoment(t *testing.T) {
	for _, good := range []string{"2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T09:30:00+01:00", "2026-03-01T09:30:00.123Z", "2026-03-01T09:30Z"} {
		if _, err := ParseMoment(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "2026-02-30", "2026-03-01T09:30:00", "01.03.2026", "2026-3-1", "tomorrow", "0001-01-01T00:00:00Z"} {
		if m, err := ParseMoment(bad); err == nil {
			t.Errorf("%q was read as %s", bad, m)
		}
	}
}

func TestPlaces(t *testing.T) {
	w := world()
	for _, tc := range []struct{ place, area, want string }{
		{"US-CA", "US-CA", "yes"}, {"US-CA", "US", "yes"}, {"US", "US-CA", "unknown"}, {"US-NY", "US-CA", "no"},
		{"DE-BY", "EU", "yes"}, {"NO", "EU", "yes"}, {"GB", "EU", "no"}, {"CH", "EU", "no"}, {"RE", "EU", "yes"}, {"RE", "FR", "yes"},
		{"EU", "FR", "unknown"}, {"EU", "GB", "no"}, {"", "FR", "unknown"}, {"PR", "US-PR", "yes"}, {"PR", "US", "yes"}, {"JE", "GB", "no"},
	} {
		if got := w.Within(tc.place, tc.area).String(); got != tc.want {
			t.Errorf("%q within %s: %s, want %s", tc.place, tc.area, got, tc.want)
		}
	}
	for place, name := range w.Zones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", place, err)
		}
		if what := w.Check(place); what != "" {
			t.Errorf("zones: %s", what)
		}
	}
	for _, bad := range []string{"UK", "XX", "ZZ", "US-ZZ", "DE-XX", "Germany", "us-ca", ""} {
		if w.Check(bad) == "" {
			t.Errorf("%q passes as a place", bad)
		}
	}
}

func TestCombos(t *testing.T) {
	c, wrong := parseCombos(Covered{
		Elements: []string{"name+ssn", "credentials", "@id+medical", "name+account_number", "name+gov_id"}, OrGroups: []string{"patients"},
	}, map[string][]string{"id": {"email", "phone"}})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for _, tc := range []struct {
		elements, groups []string
		want             string
	}{
		{[]string{"name", "ssn"}, []string{}, "yes"},
		{[]string{"ssn"}, []string{}, "no"},
		{[]string{"credentials"}, nil, "yes"},
		{[]string{"phone", "medical"}, []string{}, "yes"},
		{[]string{"phone", "mental_health"}, []string{}, "yes"},
		{[]string{"name", "account_with_code"}, []string{}, "yes"},
		{[]string{"name", "passport"}, []string{}, "yes"},
		{[]string{"name"}, []string{"patients"}, "yes"},
		{nil, []string{"patients"}, "yes"},
		{[]string{"name"}, nil, "unknown"},
		{nil, []string{}, "unknown"},
		{[]string{}, []string{}, "no"},
	} {
		if got, _ := c.match(tc.elements, tc.groups); got.String() != tc.want {
			t.Errorf("%v %v: %s, want %s", tc.elements, tc.groups, got, tc.want)
		}
	}
	_, wrong = parseCombos(Covered{Elements: []string{"name+snn", "@nothing", "@loop", "@pairs+ssn", ""}},
		map[string][]string{"loop": {"@loop"}, "pairs": {"name+ssn"}})
	if len(wrong) != 5 {
		t.Errorf("of five mistakes %d were found: %v", len(wrong), wrong)
	}
}
