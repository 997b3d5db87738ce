package statute_test

import (
	"fmt"
	"testing"
	"time"
)

// The counting policies at their edges, through the law that uses them. Every
// date was counted by hand.
func TestClocksOfTheLaw(t *testing.T) {
	l := shippedLibrary(t)
	const (
		eu   = `"established_in": ["DE"], "main_establishment": "DE-BY"`
		bank = eu + `, "regulated_as": ["dora_financial_entity", "bank"]`
		fin  = eu + `, "regulated_as": ["dora_financial_entity", "payment_institution"]`
		nis2 = eu + `, "regulated_as": ["nis2_essential"]`
		cra  = eu + `, "regulated_as": ["product_manufacturer"]`
		sec  = `"established_in": ["US-DE"], "regulated_as": ["sec_registrant", "bank"]`
		few  = `"established_in": ["US-DE"], "regulated_as": ["hipaa_covered_entity"]`
	)
	for _, tc := range []struct {
		name, org, milestones, rule, stage string
		want                               string // due, or the state and what it waits for
		latest                             string
		version                            string
	}{
		// Hours: so many elapse, whatever the clocks do; 1182/71 leaves the hour of the event out.
		{"72 hours into summer time", eu, `"aware": "2026-03-28T10:30:00+01:00"`, "eu-gdpr-33-1", "initial", "2026-03-31T11:30:00+02:00", "2026-03-31T12:00:00+02:00", ""},
		{"72 hours into winter time", eu, `"aware": "2026-10-24T10:30:00+02:00"`, "eu-gdpr-33-1", "initial", "2026-10-27T09:30:00+01:00", "2026-10-27T10:00:00+01:00", ""},
		{"72 hours over Easter do not move", eu, `"aware": "2026-04-02T09:00:00+02:00"`, "eu-gdpr-33-1", "initial", "2026-04-05T09:00:00+02:00", "2026-04-05T10:00:00+02:00", ""},
		{"of the day only the date is known", eu, `"aware": "2026-03-02"`, "eu-gdpr-33-1", "initial", "2026-03-05T00:00:00+01:00", "2026-03-05T01:00:00+01:00", ""},
		{"36 hours into summer time", sec, `"determined": "2026-03-07T20:00:00-05:00"`, "us-bank-36h", "notice", "2026-03-09T09:00:00-04:00", "", ""},
		{"6 hours where the clocks never change", eu, `"aware": "2026-03-29T00:30:00+01:00"`, "in-certin-6h", "notice", "2026-03-29T11:00:00+05:30", "", ""},

		// Ladders that hang on a filing.
		{"NIS2: nothing filed, the final report waits", nis2, `"aware": "2026-01-28T09:00:00Z"`, "eu-nis2-23-4", "final_report", "waiting: not started: waiting for the filing of eu-nis2-23-4 (incident_notification)", "", ""},
		{"NIS2: a month after the 72-hour filing, from 31 January", nis2, `"aware": "2026-01-28T09:00:00Z", "filed:eu-nis2-23-4:incident_notification": "2026-01-31T08:00:00Z"`, "eu-nis2-23-4", "final_report", "2026-02-28T23:59:59+01:00", "2026-03-02T23:59:59+01:00", ""},
		{"NIS2: in a leap year", nis2, `"aware": "2028-01-28T09:00:00Z", "filed:eu-nis2-23-4:incident_notification": "2028-01-31T08:00:00Z"`, "eu-nis2-23-4", "final_report", "2028-02-29T23:59:59+01:00", "", ""},
		{"NIS2: the early warning does not start it", nis2, `"aware": "2026-01-28T09:00:00Z", "filed:eu-nis2-23-4:initial": "2026-01-29T08:00:00Z"`, "eu-nis2-23-4", "final_report", "waiting: not started: waiting for the filing of eu-nis2-23-4 (incident_notification)", "", ""},
		{"CRA: no fix yet", cra, `"aware": "2026-12-01T09:00:00Z"`, "eu-cra-14-vuln", "final_report", "waiting: not started: waiting for a fix being available", "", ""},
		{"CRA: 14 days after the fix end on New Year's Day", cra, `"aware": "2026-12-01T09:00:00Z", "fix_available": "2026-12-18"`, "eu-cra-14-vuln", "final_report", "2027-01-01T23:59:59+01:00", "2027-01-04T23:59:59+01:00", ""},

		// DORA: 4 hours from classification, not later than 24 from awareness; noon of the next working day.
		{"DORA: 4 hours after classification", fin, `"aware": "2026-03-02T08:00:00Z", "classified": "2026-03-02T10:00:00Z"`, "eu-dora-19-4", "initial", "2026-03-02T15:00:00+01:00", "", ""},
		{"DORA: 24 hours after awareness are earlier", fin, `"aware": "2026-03-02T08:00:00Z", "classified": "2026-03-03T07:00:00Z"`, "eu-dora-19-4", "initial", "2026-03-03T09:00:00+01:00", "", ""},
		{"DORA: classified only after them", fin, `"aware": "2026-03-02T08:00:00Z", "classified": "2026-03-03T08:00:01Z"`, "eu-dora-19-4", "initial", "2026-03-03T13:00:01+01:00", "", ""},
		{"DORA: not classified, the 24 hours run", fin, `"aware": "2026-03-02T08:00:00Z"`, "eu-dora-19-4", "initial", "2026-03-03T09:00:00+01:00", "", ""},
		{"DORA: Good Friday moves to noon on Tuesday", fin, `"aware": "2026-04-03T08:00:00+02:00", "classified": "2026-04-03T09:00:00+02:00"`, "eu-dora-19-4", "initial", "2026-04-03T13:00:00+02:00", "2026-04-07T12:00:00+02:00", ""},
		{"DORA: not for a bank", bank, `"aware": "2026-04-03T08:00:00+02:00", "classified": "2026-04-03T09:00:00+02:00"`, "eu-dora-19-4", "initial", "2026-04-03T13:00:00+02:00", "", ""},
		{"DORA: 72 hours after the first report, on a Sunday", fin, `"aware": "2026-03-05T08:00:00Z", "classified": "2026-03-05T08:00:00Z", "filed:eu-dora-19-4:initial": "2026-03-05T10:00:00+01:00"`, "eu-dora-19-4", "intermediate_report", "2026-03-08T10:00:00+01:00", "2026-03-09T12:00:00+01:00", ""},
		{"DORA: 72 hours on a Sunday, not for a bank", bank, `"aware": "2026-03-05T08:00:00Z", "classified": "2026-03-05T08:00:00Z", "filed:eu-dora-19-4:initial": "2026-03-05T10:00:00+01:00"`, "eu-dora-19-4", "intermediate_report", "2026-03-08T10:00:00+01:00", "", ""},
		{"DORA: the final report, for a bank too", bank, `"aware": "2026-01-28T08:00:00Z", "classified": "2026-01-28T08:00:00Z", "filed:eu-dora-19-4:intermediate_report": "2026-01-31T10:00:00+01:00"`, "eu-dora-19-4", "final_report", "2026-02-28T23:59:59+01:00", "2026-03-02T12:00:00+01:00", ""},
		{"DORA: from the updated report where there is one", bank, `"aware": "2026-01-28T08:00:00Z", "classified": "2026-01-28T08:00:00Z", "filed:eu-dora-19-4:intermediate_report": "2026-01-31T10:00:00+01:00", "filed:eu-dora-19-4:updated_intermediate": "2026-02-10T10:00:00+01:00"`, "eu-dora-19-4", "final_report", "2026-03-10T23:59:59+01:00", "", ""},

		// Days: day 0 excluded, no moving off weekends and holidays.
		{"30 days that end on a Saturday", eu, `"discovered": "2026-01-15"`, "us-ca-individuals", "notice", "2026-02-14T23:59:59-08:00", "", "2026-01-01"},
		{"30 days into summer time", eu, `"discovered": "2026-02-20T12:00:00-08:00"`, "us-ca-individuals", "notice", "2026-03-22T23:59:59-07:00", "", "2026-01-01"},
		{"an instant is the day it is there", eu, `"discovered": "2026-02-01T02:00:00Z"`, "us-ca-individuals", "notice", "2026-03-02T23:59:59-08:00", "", "2026-01-01"},
		{"15 days after the letters", eu, `"discovered": "2026-01-15", "individuals_notified": "2026-02-13"`, "us-ca-ag", "notice", "2026-02-28T23:59:59-08:00", "", ""},
		{"the letters have not gone out", eu, `"discovered": "2026-01-15"`, "us-ca-ag", "notice", "waiting: not started: waiting for the notice to the people affected", "", ""},

		// Before and after an amendment: the day of discovery there decides.
		{"the last day of the old law", eu, `"discovered": "2025-12-31"`, "us-ca-individuals", "notice", "running: without undue delay after 2025-12-31, no number in the law", "", "2022-01-01"},
		{"still the old law in California, although the new year began in Europe", eu, `"discovered": "2026-01-01T07:59:59Z"`, "us-ca-individuals", "notice", "running: without undue delay after 2026-01-01T07:59:59Z, no number in the law", "", "2022-01-01"},
		{"the first day of the new one", eu, `"discovered": "2026-01-01T08:00:00Z"`, "us-ca-individuals", "notice", "2026-01-31T23:59:59-08:00", "", "2026-01-01"},

		// 60 days after the end of the year in which it was discovered.
		{"year end", few, `"discovered": "2025-03-04"`, "us-hipaa-hhs", "notice", "2026-03-01T23:59:59-05:00", "", ""},
		{"year end before a leap year", few, `"discovered": "2027-01-01"`, "us-hipaa-hhs", "notice", "2028-02-29T23:59:59-05:00", "", ""},
		{"the last minute of the year", few, `"discovered": "2026-12-31T23:59:00-05:00"`, "us-hipaa-hhs", "notice", "2027-03-01T23:59:59-05:00", "", ""},
		{"the first minute of the next", few, `"discovered": "2027-01-01T00:00:00-05:00"`, "us-hipaa-hhs", "notice", "2028-02-29T23:59:59-05:00", "", ""},

		// Business days.
		{"four business days over Thanksgiving", sec, `"material": "2026-11-25"`, "us-sec-105", "notice", "2026-12-02T23:59:59-05:00", "", ""},
		{"four business days from a Saturday", sec, `"material": "2026-03-07"`, "us-sec-105", "notice", "2026-03-12T23:59:59-04:00", "", ""},
		{"Independence Day on a Saturday is kept on Friday", sec, `"material": "2026-06-30"`, "us-sec-105", "notice", "2026-07-07T23:59:59-04:00", "", ""},
		{"not material yet", sec, `"discovered": "2026-06-30"`, "us-sec-105", "notice", "waiting: not started: waiting for the determination that the incident is material", "", ""},
		{"three of Brazil's, carnival counted", eu, `"aware": "2026-02-13T12:00:00-03:00"`, "br-lgpd-48-anpd", "initial", "2026-02-18T23:59:59-03:00", "", ""},
		{"three of Brazil's over Black Awareness Day", eu, `"aware": "2026-11-18T12:00:00-03:00"`, "br-lgpd-48-anpd", "initial", "2026-11-24T23:59:59-03:00", "", ""},
		{"ten of Australia's over Easter and the day of the Anzacs", `"established_in": ["AU"], "regulated_as": ["apra_regulated"]`, `"aware": "2026-04-01T09:00:00+11:00"`, "au-cps234-10bd", "notice", "2026-04-17T23:59:59+10:00", "", ""},
	} {
		people := 900
		if tc.org == few {
			people = 400
		}
		f := facts(t, fmt.Sprintf(`{"organisation": {"role": "controller", %s}, "milestones": {%s},
		  "affected": [{"residence": "DE-BY", "people": 9}, {"residence": "US-CA", "people": %d, "elements": ["name", "ssn", "medical"]}, {"residence": "BR", "people": 9}, {"residence": "IN", "people": 9}]}`, tc.org, tc.milestones, people))
		o := only(t, l.Assess(f, noon), tc.rule)
		if got := due(o, tc.stage); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
		latest := ""
		for _, s := range o.Stages {
			if s.Stage == tc.stage && s.Latest != nil {
				latest = s.Latest.Format(time.RFC3339)
			}
		}
		if latest != tc.latest {
			t.Errorf("%s: latest %q, want %q", tc.name, latest, tc.latest)
		}
		if tc.version != "" && o.Version != tc.version {
			t.Errorf("%s: version %s, want %s", tc.name, o.Version, tc.version)
		}
	}
}
