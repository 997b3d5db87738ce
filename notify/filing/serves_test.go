package filing_test

import (
	"slices"
	"testing"

	"tocsin/notify/statute"
)

// regulators gives every enabled rule, in each of its versions, whose notice
// goes to an authority.
func regulators(t testing.TB) []*statute.Rule {
	t.Helper()
	l := rules(t)
	var out []*statute.Rule
	for _, s := range l.List() {
		for _, r := range l.Versions(s.ID) {
			if r.IsEnabled() && (r.Audience == "regulator" || r.Audience == "csirt") && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	if len(out) < 150 {
		t.Fatalf("only %d rules towards authorities", len(out))
	}
	return out
}

// Whatever the law wants a notice to an authority to hold, some field of that
// authority's form holds it.
func TestEveryContentOfEveryRuleIsServed(t *testing.T) {
	l := library(t)
	for _, r := range regulators(t) {
		form, ok := l.For(r.ID, r.Audience)
		if !ok {
			t.Errorf("%s has no form", r.ID)
			continue
		}
		for _, id := range r.Content.Required {
			if !form.Serves(id) {
				t.Errorf("%s, version %s, wants %s; no field of %s serves it", r.ID, r.Version, id, form.ID)
			}
		}
		c := earlyCase(r.Jurisdiction)
		c.Content, c.Stage = r.Content.Required, r.Stages[0].Name
		p := build(t, l, form.ID, c)
		for _, a := range p.Fields {
			if a.Section == "Also asked by the rule" {
				t.Errorf("%s: %s is made up for want of a field", r.ID, a.ID)
			}
		}
	}
}

// A form names only rules there are, and its stages are those of its rules.
func TestFormsNameRulesAndStagesThereAre(t *testing.T) {
	l, law := library(t), rules(t)
	for _, form := range l.Forms() {
		for _, id := range form.Rules {
			versions := law.Versions(id)
			if len(versions) == 0 {
				t.Errorf("%s names %s, which is no rule", form.ID, id)
				continue
			}
			newest := versions[len(versions)-1]
			for _, s := range form.Stages {
				if !slices.ContainsFunc(newest.Stages, func(x statute.Stage) bool { return x.Name == s.Name }) {
					t.Errorf("%s has a stage %s, which %s has not", form.ID, s.Name, id)
				}
			}
			for _, s := range newest.Stages {
				if len(form.Stages) > 0 && form.Stage(s.Name).Name != s.Name {
					t.Errorf("%s has no stage for %s of %s", form.ID, s.Name, id)
				}
			}
		}
	}
}

// What a field serves is a content id that some rule asks for, and every field
// is served by a case or by a person, never by a word nobody sets.
func TestEveryWordOfTheFormsIsUsed(t *testing.T) {
	asked := map[string]bool{}
	l := rules(t)
	for _, s := range l.List() {
		for _, r := range l.Versions(s.ID) { // those not enabled yet too
			for _, id := range r.Content.Required {
				asked[id] = true
			}
		}
	}
	for _, form := range library(t).Forms() {
		for _, f := range form.Fields() {
			for _, id := range f.Serves {
				if !asked[id] {
					t.Errorf("%s: %s serves %s, which no rule asks for", form.ID, f.ID, id)
				}
			}
		}
	}
}

func TestTheGenericFormAsksWhatTheRuleAsks(t *testing.T) {
	l := library(t)
	c := earlyCase("CH")
	c.Content = []string{"number_of_records", "flux_capacitor"}
	p := build(t, l, "authority", c)
	if a := find(t, p, "record_number"); !a.Required || !a.Missing {
		t.Errorf("what the rule asks: %+v", a)
	}
	a := find(t, p, "content.flux_capacitor")
	if a.Label != "Flux capacitor" || !a.Required || a.Section != "Also asked by the rule" {
		t.Errorf("what no field answers: %+v", a)
	}
	for _, a := range p.Fields {
		if a.ID == "symptoms" {
			t.Error("it asks what neither the rule nor everybody asks")
		}
	}
	c.Answers["content.flux_capacitor"] = []string{"1.21 GW"}
	if a := find(t, build(t, l, "authority", c), "content.flux_capacitor"); a.Answer != "1.21 GW" || a.Missing {
		t.Errorf("its answer: %+v", a)
	}
}

func TestForFindsTheFormOfARule(t *testing.T) {
	l := library(t)
	for _, c := range []struct{ rule, audience, want string }{
		{"eu-gdpr-33-1", "regulator", "eu-gdpr-33"}, {"uk-gdpr-33", "regulator", "uk-ico"}, {"us-ca-ag", "regulator", "us-ca-ag"},
		{"us-tx-ag", "regulator", "us-tx-ag"}, {"us-hipaa-hhs", "regulator", "us-hhs-ocr"}, {"us-ma-ocabr", "regulator", "us-ma-ocabr"},
		{"us-nydfs-500.17", "regulator", "us-nydfs"}, {"eu-nis2-23-4", "csirt", "eu-nis2"}, {"eu-dora-19-4", "regulator", "eu-dora"},
		{"us-oh-ag", "regulator", "authority"}, {"ch-isa-74a", "csirt", "authority"}, {"us-ca-individuals", "individuals", ""}, {"contract-1", "contract", ""},
	} {
		if f, ok := l.For(c.rule, c.audience); ok != (c.want != "") || ok && f.ID != c.want {
			t.Errorf("For(%s, %s) = %q, %v", c.rule, c.audience, f.ID, ok)
		}
	}
	if _, err := l.Form("no-such-form"); err == nil {
		t.Error("a form that is not there is found")
	}
}
