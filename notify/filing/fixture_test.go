package filing_test

import (
	"testing"
	"time"

	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

func library(t testing.TB) *filing.Library {
	t.Helper()
	letters, err := letter.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	l, err := filing.Builtin(letters)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func rules(t testing.TB) *statute.Library {
	t.Helper()
	l, err := statute.Load(statute.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func day(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }

// earlyCase is what is known on the second day of a made-up breach.
func earlyCase(jurisdiction string) filing.Case {
	bremen := time.FixedZone("CET", 3600)
	return filing.Case{
		Case: letter.Case{
			Reference: "INC-2026-0001", LetterDate: day(time.March, 4), Aware: time.Date(2026, time.March, 2, 17, 30, 0, 0, bremen),
			Organisation: letter.Organisation{Name: "Harbour & Vale <Insurance>", Address: []string{"1 Quay Street", "Bremen"}, Phone: "+49 421 555 0100", Email: "privacy@harbourvale.example", Role: "controller"},
			DPO:          letter.Contact{Name: "Dr. Ines Okafor", Role: "Data Protection Officer", Email: "dpo@harbourvale.example"},
			WhatHappened: "A caller posed as a colleague and persuaded our support desk to reset a password.",
			OccurredFrom: day(time.February, 27), Discovered: day(time.March, 2), Elements: []string{"name", "ssn"},
			People:   []letter.Count{{Jurisdiction: "US-CA", People: 9214}, {Jurisdiction: "DE-HB", People: 1000}, {Jurisdiction: "US-TX", People: 300}, {Jurisdiction: "FR", People: 520}},
			Measures: []string{"The account is locked.", "Every reset is now verified."}, NoticeSent: day(time.March, 20),
			Groups: []string{"customers"}, Recipient: letter.Contact{},
		},
		Kind: "support_channel", Submission: "initial", PeopleTold: "planned", Jurisdiction: jurisdiction,
		Reporter: letter.Contact{Name: "Mara Lindqvist", Role: "Counsel", Phone: "+49 421 555 0101", Email: "counsel@harbourvale.example"}, SampleNotice: "Dear customer\n",
		Established: []string{"DE-HB"}, MainOffice: "DE-HB", RegulatedAs: []string{"insurer"},
		Facts: map[string][]string{
			"incident.malicious": {"yes"}, "incident.confidentiality": {"breached"}, "incident.integrity": {"intact"},
			"incident.acquisition": {"suspected"}, "incident.severity": {"high"}, "incident.risk": {"high"}, "notice.police": {"yes"},
		},
		Milestones: map[string]time.Time{
			"occurred_from": day(time.February, 27), "discovered": time.Date(2026, time.March, 2, 9, 0, 0, 0, bremen),
			"detected": time.Date(2026, time.March, 2, 8, 40, 0, 0, bremen), "aware": time.Date(2026, time.March, 2, 17, 30, 0, 0, bremen),
			"classified": time.Date(2026, time.March, 2, 20, 0, 0, 0, bremen), "determined": day(time.March, 3),
		},
		Filed: []filing.Elsewhere{{Recipient: "State police of Bremen", Reference: "HB-77"}},
		Answers: map[string][]string{
			"edpb_subtype": {"Incomplete"}, "discovered_by": {"Detection by the data controller"}, "dora_criteria": {"Reputational impact", "Economic impact"},
			"security_program": {"Yes"}, "nis_cross_border": {"No"},
		},
	}
}

// place is where the authority of a form sits in these tests.
func place(form filing.Form) string {
	if form.Jurisdictions[0] == "EU" {
		return "DE-HB"
	}
	return form.Jurisdictions[0]
}

func find(t testing.TB, p filing.Pack, id string) filing.Answer {
	t.Helper()
	for _, a := range p.Fields {
		if a.ID == id {
			return a
		}
	}
	t.Fatalf("no field %s", id)
	return filing.Answer{}
}

func build(t testing.TB, l *filing.Library, form string, c filing.Case) filing.Pack {
	t.Helper()
	p, err := l.Build(form, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
