package statute_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tocsin/incident/condition"
)

func TestCovers(t *testing.T) {
	l := shippedLibrary(t)
	version := func(id string) string {
		v := l.Versions(id)
		if len(v) == 0 {
			t.Fatalf("%s is not in the library", id)
		}
		return v[len(v)-1].Version
	}
	for _, c := range []struct {
		what, rule       string
		elements, groups []string
		want             condition.Truth
	}{
		{"a name alone is no data of California's", "us-ca-individuals", []string{"name"}, []string{"customers"}, condition.No},
		{"a name and an e-mail address neither", "us-ca-individuals", []string{"name", "email"}, []string{"customers"}, condition.No},
		{"a name with a social security number is", "us-ca-individuals", []string{"name", "ssn"}, []string{"customers"}, condition.Yes},
		{"a passport counts as a government number", "us-ca-individuals", []string{"name", "passport"}, []string{"customers"}, condition.Yes},
		{"what is not known leaves it open", "us-ca-individuals", nil, []string{"customers"}, condition.Unknown},
		{"nothing is known to be exposed", "us-ca-individuals", []string{}, []string{"customers"}, condition.No},
		{"a patient's name says that they are one", "us-hipaa-individuals", []string{"name"}, []string{"patients"}, condition.Yes},
		{"a customer's name does not", "us-hipaa-individuals", []string{"name"}, []string{"customers"}, condition.No},
		{"the GDPR counts all personal data", "eu-gdpr-34-1", []string{"email"}, []string{"customers"}, condition.Yes},
	} {
		if got := l.Covers(c.rule, version(c.rule), c.elements, c.groups); got != c.want {
			t.Errorf("%s: %s of %v, %v = %v, want %v", c.what, c.rule, c.elements, c.groups, got, c.want)
		}
	}
	if l.Covers("us-ca-individuals", "1999-01-01", []string{}, nil) != condition.Yes || l.Covers("no-such-rule", "1", []string{}, nil) != condition.Yes {
		t.Error("somebody is left out by a version that is not there")
	}
}

// TestNobodyOwedIsLeftOut asks about one person at a time: where the law says that
// they are to be told, Covers may not say that nothing of theirs counts.
func TestNobodyOwedIsLeftOut(t *testing.T) {
	l := shippedLibrary(t)
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		f := whole(t)
		f["affected"] = []any{tree{
			"residence": rapid.SampledFrom(residences()).Draw(t, "lives in"),
			"people":    1,
			"elements":  rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Elements()), 0, 6, rapid.ID).Draw(t, "of theirs"),
			"groups":    rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Groups()), 0, 2, rapid.ID).Draw(t, "they are"),
		}}
		facts := f.facts(t)
		person := facts.Affected[0]
		for _, o := range l.Assess(facts, asked).Obligations {
			if !slices.Contains([]string{"individuals", "parents"}, o.Audience) || o.Applies != condition.Yes {
				continue
			}
			compared++
			if l.Covers(o.Rule, o.Version, person.Elements, person.Groups) == condition.No {
				t.Fatalf("%s is owed to somebody in %s with %v (%v), and Covers says that nothing counts", o.Rule, person.Residence, person.Elements, person.Groups)
			}
		}
	})
	if compared == 0 {
		t.Error("no duty towards anybody was asked about")
	}
}
