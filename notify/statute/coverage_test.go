package statute_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/notify/statute"
)

func TestCoverage(t *testing.T) {
	file := func(id, place, audience, more string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(ruleText(id, place, audience, more+noticeNow))}
	}
	l, err := statute.Load(fstest.MapFS{
		"eu-x-1.toml":    file("eu-x-1", "EU", "regulator", "[in_force]\nfrom = 2027-01-01\n"),
		"us-ca-x.toml":   file("us-ca-x", "US-CA", "individuals", ""),
		"us-ca-y.toml":   file("us-ca-y", "US-CA", "regulator", "[in_force]\nuntil = 2020-12-31\n"),
		"br-x-1.toml":    file("br-x-1", "BR", "regulator", "enabled = false\nreason = \"a bill\"\n"),
		"ae-difc-1.toml": file("ae-difc-1", "AE-DIFC", "regulator", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range l.Coverage() {
		for _, v := range r.Versions {
			got = append(got, r.Jurisdiction+" "+v.Audience+" "+v.Rule+" "+v.Confidence+" "+v.Reviewed+" "+v.State(noon))
		}
	}
	want := []string{
		"AE-DIFC regulator ae-difc-1 high 2026-01-01 in force", "BR regulator br-x-1 high 2026-01-01 not counted",
		"EU regulator eu-x-1 high 2026-01-01 from 2027-01-01", "US-CA regulator us-ca-y high 2026-01-01 until 2020-12-31",
		"US-CA individuals us-ca-x high 2026-01-01 in force",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	uncovered := l.Uncovered()
	for place, covered := range map[string]bool{"DE": true, "NO": true, "US": true, "AE": true, "BR": false, "GB": false, "PR": true, "RE": true} {
		if slices.Contains(uncovered, place) == covered {
			t.Errorf("%s covered: want %t", place, covered)
		}
	}
	var b strings.Builder
	if err := statute.WriteCoverage(&b, l.Coverage(), uncovered, noon); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"4 rules in 3 jurisdictions", "Not in force yet: 1 version; known and not counted: 1;", "No rule for"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("the map does not say %q:\n%s", line, b.String())
		}
	}
}
