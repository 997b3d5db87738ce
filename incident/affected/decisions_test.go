package affected

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

// Every conflict that is decided is none any more, the row goes where it was
// decided, and the sum of the rows stays.
func TestDecisions(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := sharing(rand.New(rand.NewPCG(21, 22)), 60, 400)
	lim := limits{block: 512, record: 1 << 12}
	open := resolveAll(t, spec, from, Options{}, lim)
	decisions, err := ReadDecisions(strings.NewReader(open.conflicts))
	if err != nil || len(decisions) < 50 {
		t.Fatalf("%d decisions: %v", len(decisions), err)
	}
	nobody := int64(0)
	for i := range decisions {
		if i%3 == 0 {
			decisions[i].Person = 0
			nobody++
		} else {
			decisions[i].Person = 7
		}
	}
	var want result
	for _, narrow := range []bool{false, true} {
		lim.narrow = narrow
		got := resolveAll(t, spec, from, Options{Decisions: decisions, Workers: 3}, lim)
		if got.sum.Conflicts != 0 || body(got.conflicts) != "" {
			t.Errorf("%d conflicts are left", got.sum.Conflicts)
		}
		if n := int64(strings.Count(got.unmatched, "somebody decided that it names nobody")); n != nobody || got.sum.Unmatched != open.sum.Unmatched+nobody {
			t.Errorf("%d rows were decided to name nobody, %d are listed", nobody, n)
		}
		if narrow {
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Error(diff)
			}
		}
		want = got
	}
	_, err = Resolve(t.Context(), spec, from, Outputs{}, Options{Decisions: []Decision{{Place{"a.csv", 2}, 5000}}})
	if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), "a.csv, line 2") {
		t.Errorf("got %v", err)
	}
	from["d.csv"] = "file,line,person\na.csv,2,0\n"
	spec.Decisions = "d.csv"
	if got := resolveAll(t, spec, from, Options{}, lim); !strings.Contains(got.unmatched, "a.csv,2,somebody decided") {
		t.Error("the file of decisions was not read")
	}
	from["d.csv"] = "\xEF\xBB\xBFfile;line;why;person;others\r\na.csv;2;two, or three;0;\r\n"
	if got := resolveAll(t, spec, from, Options{}, lim); !strings.Contains(got.unmatched, "a.csv,2,somebody decided") {
		t.Error("what a spreadsheet saved was not read")
	}
	from["d.csv"] = "file,line,person\nA.csv,2,0\n"
	if _, err := Resolve(t.Context(), spec, from, Outputs{}, Options{}); incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), "about A.csv") {
		t.Errorf("a file that is none: got %v", err)
	}
	for _, bad := range []string{"", "file,line\n", "file,line,person\na,0,1\n", "file,line,person\na,1,-1\n", "file,line,person\na,1\n"} {
		if _, err := ReadDecisions(strings.NewReader(bad)); incident.KindOf(err) != incident.Invalid {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
