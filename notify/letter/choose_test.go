package letter_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/letter"
)

func TestChooseMergesWhereTheLawAllowsAndSplitsWhereItDoesNot(t *testing.T) {
	l := library(t)
	for name, c := range map[string]struct {
		wanted  letter.Wanted
		letters []string
		because string
	}{
		"California and HIPAA in one": {letter.Wanted{Duties: []string{"us-hipaa-individuals", "us-ca-individuals"}, Jurisdiction: "US-CA"}, []string{"us-ca"}, ""},
		"California, its health facilities and Reg. S-P": {letter.Wanted{Duties: []string{"us-ca-cdph-patients", "us-ca-individuals", "us-reg-sp-individuals"}, Jurisdiction: "US-CA"},
			[]string{"us-ca"}, ""},
		"Massachusetts never with HIPAA": {letter.Wanted{Duties: []string{"us-ma-individuals", "us-hipaa-individuals"}, Jurisdiction: "US-MA"},
			[]string{"us-ma", "hipaa-individual"}, "does not tell"},
		"HIPAA never with Massachusetts": {letter.Wanted{Duties: []string{"us-hipaa-individuals", "us-ma-individuals"}, Jurisdiction: "US-MA"},
			[]string{"hipaa-individual", "us-ma"}, "forbids"},
		"GDPR, DORA and ePrivacy in one": {letter.Wanted{Duties: []string{"eu-gdpr-34-1", "eu-dora-19-3-clients", "eu-eprivacy-611-individuals"}, Jurisdiction: "FR", Language: "fr-BE"},
			[]string{"gdpr-34"}, ""},
		"no duty in particular": {letter.Wanted{Jurisdiction: "US-NY"}, []string{"us-ny"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := l.Choose(c.wanted)
			if err != nil {
				t.Fatal(err)
			}
			var ids, met []string
			for _, choice := range got {
				ids = append(ids, choice.Spec.Letter)
				met = append(met, choice.Spec.Duties...)
			}
			if !slices.Equal(ids, c.letters) {
				t.Errorf("letters %v, want %v", ids, c.letters)
			}
			slices.Sort(met)
			if want := slices.Sorted(slices.Values(c.wanted.Duties)); !slices.Equal(met, want) {
				t.Errorf("duties met: %v, want each of %v once", met, want)
			}
			if len(got) > 1 && !strings.Contains(got[1].Because, c.because) {
				t.Errorf("because %q, want a word of %q", got[1].Because, c.because)
			}
			if len(got) == 0 || got[0].Because != "" {
				t.Errorf("the first letter stands apart from nothing: %+v", got)
			}
		})
	}
}

// A letter that is chosen for several laws passes them all, without being told.
func TestChosenLettersPassEveryLawTheyWereChosenFor(t *testing.T) {
	l := library(t)
	for _, w := range []letter.Wanted{
		{Duties: []string{"us-hipaa-individuals", "us-ca-individuals"}, Jurisdiction: "US-CA"},
		{Duties: []string{"us-reg-sp-individuals", "us-nc-individuals"}, Jurisdiction: "US-NC"},
		{Duties: []string{"us-glba-customers", "us-or-individuals"}, Jurisdiction: "US-OR"},
		{Duties: []string{"eu-gdpr-34-1", "eu-eprivacy-611-individuals"}, Jurisdiction: "NL", Language: "nl"},
		{Duties: []string{"ca-pipeda-10-1-3", "ca-qc-3-5-individuals"}, Jurisdiction: "CA-QC"},
		{Duties: []string{"uk-gdpr-34", "uk-pecr-5a-individuals"}, Jurisdiction: "GB"},
	} {
		choices, err := l.Choose(w)
		if err != nil {
			t.Fatal(err)
		}
		if len(choices) != 1 {
			t.Errorf("%v: %d letters", w.Duties, len(choices))
		}
		spec := choices[0].Spec
		d := compose(t, l, spec, caseIn(spec.Language))
		if got := errors(l.Lint(d, letter.Scope{})); got != "" {
			t.Errorf("%v: %s", w.Duties, got)
		}
		if !slices.Equal(d.Duties, w.Duties) {
			t.Errorf("the draft says it meets %v", d.Duties)
		}
	}
	// And it is held against the law of a duty that is not its place's own.
	d := compose(t, l, letter.Spec{Letter: "us-ca", Jurisdiction: "US-CA", Duties: []string{"us-hipaa-individuals"}}, fullCase())
	e, err := l.Edited(d, d.Subject, strings.ReplaceAll(d.Source, "1-800-555-0142", "860-555-0100"))
	if err != nil {
		t.Fatal(err)
	}
	if got := errors(l.Lint(e, letter.Scope{})); !strings.Contains(got, "toll-free") {
		t.Errorf("HIPAA does not miss the toll-free number: %q", got)
	}
}

func TestChooseByAudience(t *testing.T) {
	l := library(t)
	for audience, want := range map[letter.Audience]struct {
		letter  string
		variant letter.Variant
		says    string
	}{
		"":                      {"us-ny", letter.Adult, "Dear Jordan Ng,"},
		letter.Individual:       {"us-ny", letter.Adult, "Dear Jordan Ng,"},
		letter.Guardian:         {"us-ny", letter.Minor, "Dear parent or guardian of Jordan Ng,"},
		letter.NextOfKin:        {"us-ny", letter.Deceased, "condolences"},
		letter.Employee:         {"us-ny", letter.Adult, "personnel records"},
		letter.BusinessCustomer: {"business-customer", letter.Adult, "your company"},
	} {
		choices, err := l.Choose(letter.Wanted{Jurisdiction: "US-NY", Audience: audience, Channel: letter.Mail})
		if err != nil || len(choices) != 1 {
			t.Fatalf("%s: %v, %d letters", audience, err, len(choices))
		}
		c := choices[0]
		if c.Spec.Letter != want.letter || c.Variant != want.variant {
			t.Errorf("%s: letter %s, variant %s", audience, c.Spec.Letter, c.Variant)
		}
		m, err := l.Prepare(compose(t, l, c.Spec, fullCase()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Render(fullPerson(c.Variant))
		if err != nil || !strings.Contains(got.Text, want.says) {
			t.Errorf("%s: %v: does not say %q:\n%s", audience, err, want.says, got.Text)
		}
		if audience != letter.Employee && strings.Contains(got.Text, "personnel records") {
			t.Errorf("%s reads words for employees", audience)
		}
	}
	for audience, want := range map[letter.Audience]string{"public": "substitute-notice", "contract_partners": "contract-partner", "insurers": "insurer",
		"insurance_producers": "insurance-producer", "consumer_reporting_agencies": "us-cra", "regulator": "regulator-cover", "processor_to_controller": "processor-to-owner", "media": "media-notice", "card_brands": "card-brands", "internal": "internal", "csirt": "csirt-notice"} {
		got, err := l.Choose(letter.Wanted{Jurisdiction: "US-NY", Audience: audience})
		if err != nil || len(got) != 1 || got[0].Spec.Letter != want {
			t.Errorf("%s: %+v, %v", audience, got, err)
			continue
		}
		if d := compose(t, l, got[0].Spec, fullCase()); !d.Complete() {
			t.Errorf("%s: open: %v", audience, d.Open)
		}
	}
	if _, err := l.Choose(letter.Wanted{Jurisdiction: "US-NY", Audience: "child"}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("an unknown audience: %v", err)
	}
	if _, err := l.Choose(letter.Wanted{Jurisdiction: "US-NY", Channel: "fax"}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("an unknown channel: %v", err)
	}
	if _, err := l.Compose(letter.Spec{Letter: "us", Jurisdiction: "US-NY", Audience: "child"}, fullCase()); incident.KindOf(err) != incident.Invalid {
		t.Errorf("composed for an unknown audience: %v", err)
	}
}

func TestChooseKeepsTheLanguageThatWasWanted(t *testing.T) {
	l := library(t)
	for language, want := range map[string]string{"de-AT": "de", "pl": "pl", "pt-PT": "pt", "": "en", "en-IE": "en"} {
		got, err := l.Choose(letter.Wanted{Jurisdiction: "AT", Language: language})
		if err != nil || got[0].Spec.Language != want || got[0].Asked != "" {
			t.Errorf("%q: %+v, %v", language, got, err)
		}
	}
	got, err := l.Choose(letter.Wanted{Jurisdiction: "FI", Language: "fi"})
	if err != nil || got[0].Asked != "fi" {
		t.Fatalf("%+v, %v", got, err)
	}
	if d := compose(t, l, got[0].Spec, fullCase()); d.Language != "en" || d.Asked != "fi" {
		t.Errorf("language %q, asked %q", d.Language, d.Asked)
	}
}

func TestEachPersonReadsTheirOwnAuthority(t *testing.T) {
	l := library(t)
	m, err := l.Prepare(compose(t, l, letter.Spec{Letter: "gdpr-34", Jurisdiction: "EU", Language: "de"}, caseIn("de")))
	if err != nil {
		t.Fatal(err)
	}
	for where, want := range map[string]string{
		"DE-BY": "Bayerisches Landesamt für Datenschutzaufsicht (BayLDA), www.lda.bayern.de",
		"AT":    "Datenschutzbehörde (DSB), www.dsb.gv.at",
		"FR":    "Commission nationale de l'informatique et des libertés (CNIL), www.cnil.fr",
		"DE":    "members_de", // which Land is not known: the list
		"":      "members_de",
		"EU":    "members_de",
	} {
		p := fullPerson(letter.Adult)
		p.Jurisdiction = where
		got, err := m.Render(p)
		if err != nil || !strings.Contains(got.Text, want) {
			t.Errorf("%s: %v: no word of %s", where, err, want)
		}
		if strings.Contains(got.Text, "Supervisor") {
			t.Errorf("%s: the supervisor of the Union's own institutions is named", where)
		}
	}
	c := fullCase()
	c.Authority = letter.Contact{Name: "Datatilsynet", Web: "www.datatilsynet.dk"}
	d := compose(t, l, letter.Spec{Letter: "gdpr-34", Jurisdiction: "EU"}, c)
	if !strings.Contains(d.Text, "The authority where you live: Datatilsynet, www.datatilsynet.dk.") {
		t.Error("the case's own authority is not named")
	}
}
