package statute_test

import (
	"testing"
	_ "time/tzdata" // the cases count in the zones of the recipients, also on a machine without a zone database

	"tocsin/incident"
	"tocsin/notify/statute"
)

func TestShippedLibraryIsClean(t *testing.T) {
	problems, err := statute.Lint(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestShippedCases(t *testing.T) {
	results, err := statute.Test(nil, "")
	if err != nil {
		t.Fatalf("%v\n%v", err, incident.ProblemsOf(err))
	}
	if len(results) == 0 {
		t.Fatal("there are no cases")
	}
	for _, r := range results {
		for _, f := range r.Failed {
			t.Errorf("%s: %s: %s: %s", r.Where, r.Rule, r.Case, f)
		}
	}
}
