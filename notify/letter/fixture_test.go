package letter_test

import (
	"testing"
	"time"

	"tocsin/notify/letter"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// fullCase is a made-up insurer's case in which everything is known.
func fullCase() letter.Case {
	return letter.Case{
		Reference:  "INC-2026-0001",
		LetterDate: day(2026, time.March, 20),
		Organisation: letter.Organisation{Name: "Harbour & Vale Insurance", Parent: "Vale Holdings, Inc.",
			Address: []string{"1 Quay Street", "Hartford, CT 06103"}, Phone: "860-555-0100", TollFree: "1-800-555-0142",
			Email: "privacy@harbourvale.example", Web: "https://harbourvale.example/notice", Role: "controller"},
		DPO:          letter.Contact{Name: "Dr. Ines Okafor", Role: "Data Protection Officer", Address: []string{"1 Quay Street, Hartford, CT 06103"}, Phone: "+1 860 555 0117", Email: "dpo@harbourvale.example"},
		CallCentre:   letter.Contact{Phone: "1-800-555-0142", Hours: "Monday to Friday, 9:00 to 21:00 Eastern Time", Email: "notice@harbourvale.example", Web: "https://harbourvale.example/notice"},
		Signatory:    letter.Contact{Name: "Mara Lindqvist", Role: "Chief Executive Officer"},
		Recipient:    letter.Contact{Name: "Office for Data Protection", Address: []string{"2 Court Road", "Capital City"}},
		WhatHappened: "A caller posed as a colleague and persuaded our support desk to reset a password. With it, somebody signed in to our customer system and copied records.",
		OccurredFrom: day(2026, time.February, 27), OccurredUntil: day(2026, time.March, 1), Discovered: day(2026, time.March, 2),
		Aware:        time.Date(2026, time.March, 2, 16, 30, 0, 0, time.UTC),
		Elements:     []string{"name", "email", "date_of_birth", "ssn", "driver_license", "account_number", "credentials", "medical", "insurance_policy"},
		Measures:     []string{"We locked the account and ended all its sessions.", "We now verify every password reset by a call back.", "Outside specialists examined our systems."},
		Consequences: []string{"Forged messages that look as if they came from us.", "Attempts to open accounts in the name of those concerned."},
		Monitoring: &letter.Monitoring{Provider: "Safeline", Service: "credit monitoring, identity theft prevention and identity restoration", Months: 24,
			Web: "https://enroll.safeline.example", Phone: "1-800-555-0177", EnrolBy: day(2026, time.June, 30), PersonCodes: true},
		LawEnforcement: letter.LawEnforcement{Reported: true, Delayed: "no", Agency: "Federal Bureau of Investigation"},
		People:         []letter.Count{{Jurisdiction: "US-CA", People: 9214}, {Jurisdiction: "US-MA", People: 812}, {Jurisdiction: "US-NY", People: 4120}, {Jurisdiction: "US-RI", People: 90}, {Jurisdiction: "DE", People: 1520}, {Jurisdiction: "GB", People: 640}},
		Groups:         []string{"customers", "employees"},
		Records:        31077,
		Attachments:    []string{"Sample of the letter to the people concerned"},
		NoticeSent:     day(2026, time.March, 20),
	}
}

func library(t testing.TB) *letter.Library {
	t.Helper()
	l, err := letter.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func compose(t testing.TB, l *letter.Library, spec letter.Spec, c letter.Case) letter.Draft {
	t.Helper()
	d, err := l.Compose(spec, c)
	if err != nil {
		t.Fatalf("compose %s: %v", spec.Letter, err)
	}
	return d
}

func fullPerson(v letter.Variant) letter.Person {
	return letter.Person{ID: "p-1", Name: "Jordan Ng", Address: []string{"14 Mill Lane", "Springfield"},
		Elements: fullCase().Elements, Variant: v, MonitoringCode: "SAFE-4711-XY", Reference: "N-000001"}
}
