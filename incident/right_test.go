package incident

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestRightClocks(t *testing.T) {
	for _, tt := range []struct{ regime, received, zone, due, latest, extended string }{
		// The day of the same number, its end, in the zone of the days.
		{"eu-gdpr", "2026-03-02T09:00:00Z", "Europe/Berlin", "2026-04-02T23:59:59+02:00", "2026-04-02T23:59:59+02:00", "2026-06-02T23:59:59+02:00"},
		// 23:30 UTC is the next day in Berlin.
		{"eu-gdpr", "2026-03-02T23:30:00Z", "Europe/Berlin", "2026-04-03T23:59:59+02:00", "2026-04-03T23:59:59+02:00", "2026-06-03T23:59:59+02:00"},
		// No 31st: the month's last day. A Saturday moves the lawful limit alone.
		{"eu-gdpr", "2026-01-31T12:00:00Z", "Europe/Brussels", "2026-02-28T23:59:59+01:00", "2026-03-02T23:59:59+01:00", "2026-04-30T23:59:59+02:00"},
		{"eu-gdpr", "2027-12-31T12:00:00Z", "Europe/Brussels", "2028-01-31T23:59:59+01:00", "2028-01-31T23:59:59+01:00", "2028-03-31T23:59:59+02:00"},
		{"uk-gdpr", "2028-01-30T12:00:00Z", "Europe/London", "2028-02-29T23:59:59Z", "2028-02-29T23:59:59Z", "2028-04-30T23:59:59+01:00"},
		// The day of receipt counts in the strict reading.
		{"us-ca-ccpa", "2026-03-02T18:00:00Z", "America/Los_Angeles", "2026-04-15T23:59:59-07:00", "2026-04-16T23:59:59-07:00", "2026-05-30T23:59:59-07:00"},
		{"br-lgpd", "2026-03-02T12:00:00Z", "America/Sao_Paulo", "2026-03-17T23:59:59-03:00", "2026-03-17T23:59:59-03:00", "2026-03-17T23:59:59-03:00"},
		{"ch-fadp", "2026-03-02T12:00:00Z", "Europe/Zurich", "2026-04-01T23:59:59+02:00", "2026-04-01T23:59:59+02:00", "2026-04-01T23:59:59+02:00"},
		{"us-va-privacy", "2026-03-02T18:00:00Z", "America/New_York", "2026-04-15T23:59:59-04:00", "2026-04-16T23:59:59-04:00", "2026-05-30T23:59:59-04:00"},
		{"us-ia-privacy", "2026-03-02T18:00:00Z", "America/Chicago", "2026-05-30T23:59:59-05:00", "2026-05-31T23:59:59-05:00", "2026-07-14T23:59:59-05:00"},
		{"us-hipaa-access", "2026-03-02T18:00:00Z", "America/New_York", "2026-04-01T23:59:59-04:00", "2026-04-01T23:59:59-04:00", "2026-05-01T23:59:59-04:00"},
		// A Wednesday; twenty weekdays later is a Wednesday again.
		{"nz-privacy-act", "2026-03-04T01:00:00Z", "Pacific/Auckland", "2026-04-01T23:59:59+13:00", "2026-04-01T23:59:59+13:00", "2026-04-01T23:59:59+13:00"},
		{"kr-pipa", "2026-03-02T18:00:00Z", "Asia/Seoul", "2026-03-13T23:59:59+09:00", "2026-03-13T23:59:59+09:00", "2026-03-13T23:59:59+09:00"},
	} {
		r, ok := RegimeOf(tt.regime)
		zone, err := time.LoadLocation(tt.zone)
		at, aerr := time.Parse(time.RFC3339, tt.received)
		if !ok || err != nil || aerr != nil {
			t.Fatal(tt, err, aerr)
		}
		due, latest, extended := r.Clock(at, zone)
		for name, pair := range map[string][2]string{
			"due": {due.In(zone).Format(time.RFC3339), tt.due}, "latest": {latest.In(zone).Format(time.RFC3339), tt.latest}, "extended": {extended.In(zone).Format(time.RFC3339), tt.extended},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s of %s: %s is %s, want %s", tt.regime, tt.received, name, pair[0], pair[1])
			}
		}
	}
}

func TestRegimesFor(t *testing.T) {
	for place, want := range map[string]string{
		"DE": "eu-gdpr none", "DE-BY": "eu-gdpr none", "GB": "uk-gdpr none", "US-CA": "us-ca-ccpa us-hipaa-access us-hipaa-amendment none",
		"US-WY": "us-hipaa-access us-hipaa-amendment none", "CA-QC": "ca-qc-private-sector ca-pipeda none", "CA": "ca-pipeda none", "JP": "none", "": "none",
	} {
		var got []string
		for _, r := range RegimesFor(place) {
			got = append(got, r.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", place, got, want)
		}
	}
}

func TestRegimesAreSourced(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range RightRegimes() {
		if seen[r.ID] || r.Label == "" || r.Citation == "" || r.Note == "" || r.Amount < 1 || len(r.Rights) == 0 || r.ToldWithin == "" {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
		if _, err := time.LoadLocation(r.Zone); err != nil {
			t.Error(err)
		}
		if _, err := time.Parse(time.DateOnly, r.Reviewed); err != nil {
			t.Error(err)
		}
		if r.ID != "none" && len(r.Sources) == 0 {
			t.Errorf("%s has no source", r.ID)
		}
		for _, s := range r.Sources {
			if !strings.HasPrefix(s, "https://") {
				t.Errorf("%s: %s", r.ID, s)
			}
		}
		for right := range r.Rights {
			if !right.Valid() {
				t.Errorf("%s: %s", r.ID, right)
			}
		}
	}
}

func TestRightStates(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := RightRequest{Due: at.AddDate(0, 1, 0)}
	if r.State() != RightOpen || r.Ended() || !r.Remind().Equal(at.AddDate(0, 1, -7)) {
		t.Error(r.State(), r.Remind())
	}
	r.Decision = &RightDecision{Outcome: "refused", Basis: "legal_claims"}
	if r.State() != RightDecided || r.Ended() { // a refusal is told within the same time
		t.Error(r.State())
	}
	r.AnsweredAt = &at
	if r.State() != RightAnswered || !r.Ended() {
		t.Error(r.State())
	}
	r.Withdrawn = &at
	if r.State() != RightWithdrawn {
		t.Error(r.State())
	}
}
