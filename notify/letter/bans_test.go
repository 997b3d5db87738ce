package letter_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/notify/letter"
)

func TestBansKnowTheWordsToo(t *testing.T) {
	l := library(t)
	for _, c := range []struct {
		spec      letter.Spec
		sentences []string
		harmless  []string
	}{
		{letter.Spec{Letter: "us-il", Jurisdiction: "US-IL"},
			[]string{"This concerns 1,204 Illinois residents.", "Hundreds of customers receive this letter.", "Forty-two people are affected.", "The number of persons affected is 12."},
			[]string{"You have 90 days to enroll.", "Call between 9 and 21."}},
		{letter.Spec{Letter: "nz", Jurisdiction: "NZ"},
			[]string{"Another customer, called Ms Doe, is affected as well.", "The other affected people are named below."},
			[]string{"Other people may have seen it."}},
		{letter.Spec{Letter: "gdpr-34", Jurisdiction: "IE", Duties: []string{"eu-eprivacy-611-individuals"}},
			[]string{"Read our newsletter for more.", "As a thank-you we give you a discount of ten per cent."},
			[]string{"We offer help free of charge."}},
	} {
		d := compose(t, l, c.spec, fullCase())
		for _, sentence := range append(c.sentences, c.harmless...) {
			e, err := l.Edited(d, d.Subject, strings.Replace(d.Source, "%% doing", "%% ps\n"+sentence+"\n\n%% doing", 1))
			if err != nil {
				t.Fatal(err)
			}
			got := errors(l.Lint(e, letter.Scope{}))
			if want := slices.Contains(c.sentences, sentence); strings.Contains(got, "may not tell") != want {
				t.Errorf("%s: %q: found %v, want found %v: %s", c.spec.Letter, sentence, !want, want, got)
			}
		}
	}
}

func TestMonitoringMonths(t *testing.T) {
	l := library(t)
	for where, want := range map[string]int{"US-CT": 24, "US-MA": 18, "US-DC": 18, "US-DE": 12, "US-PA": 12, "US-CA": 12} {
		for months, fails := range map[int]bool{want: false, want - 1: true} {
			c := fullCase()
			c.Monitoring.Months = months
			id, _ := l.For("", "individuals", where)
			got := errors(l.Lint(compose(t, l, letter.Spec{Letter: id, Jurisdiction: where}, c), letter.Scope{}))
			if strings.Contains(got, "months") != fails {
				t.Errorf("%s, %d months: %q", where, months, got)
			}
		}
	}
	c := fullCase()
	d := compose(t, l, letter.Spec{Letter: "us-ma", Jurisdiction: "US-MA"}, c)
	if got := errors(l.Lint(d, letter.Scope{RegulatedAs: []string{"consumer_reporting_agency"}})); !strings.Contains(got, "at least 42 months") {
		t.Errorf("a bureau offers 24 months in Massachusetts: %q", got)
	}
	// In Pennsylvania a bank account alone calls for the offer.
	c.Elements = []string{"name", "account_number"}
	pa := letter.Spec{Letter: "us-pa", Jurisdiction: "US-PA"}
	if got := errors(l.Lint(compose(t, l, pa, c), letter.Scope{})); got != "" {
		t.Errorf("Pennsylvania, a bank account: %s", got)
	}
	pa.Letter = "us"
	if got := errors(l.Lint(compose(t, l, pa, c), letter.Scope{})); !strings.Contains(got, "account number") {
		t.Errorf("the general letter offers nothing to who lost a bank account: %q", got)
	}
	c.NotSource = "A vendor"
	c.Monitoring, c.Elements = nil, []string{"name", "ssn"}
	d = compose(t, l, letter.Spec{Letter: "us-ca", Jurisdiction: "US-CA"}, c)
	if got := errors(l.Lint(d, letter.Scope{})); strings.Contains(got, "enroll") {
		t.Errorf("California asks an offer of who was not the source: %s", got)
	}
}
