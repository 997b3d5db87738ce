package casework_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

// A ZIP of exports is one data set: its rows are decided on file by file, found
// by file and line, and a late file adds to its list.
func TestAnArchiveIsOneDataSet(t *testing.T) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range []string{"may/b.csv", "april.csv"} {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte("id,mail,what\nc1,,name+ssn\n,bo@mail.example,email\n"))
		must(t, err)
	}
	must(t, z.Close())
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"Help desk.zip", buf.String()})
	if r.State != casework.ResolutionDone {
		t.Fatalf("%s: %s", r.State, r.Error)
	}
	k := r.Roster
	if k.Rows() != 4 || k.Matched != 2 || k.Duplicates != 2 || k.Conflicts != 2 || len(r.Files) != 2 || len(k.Inputs) != 3 || k.BySources["help_desk"] != 2 {
		t.Fatalf("%+v", k)
	}
	if k.Inputs[1].Path != "Help desk.zip/april.csv" || k.Inputs[2].Path != "Help desk.zip/may/b.csv" || k.Inputs[1].Name != "help_desk" {
		t.Errorf("%+v", k.Inputs)
	}
	one, err := b.Conflict(t.Context(), ana, b.i.ID, r.ID, 2)
	must(t, err)
	if len(one.Rows) != 2 || one.Rows[0].FileName != "Help desk.zip/april.csv" || one.Rows[1].FileName != "Help desk.zip/may/b.csv" {
		t.Fatalf("%+v", one.Rows)
	}
	verdict := casework.Verdict{Person: 2, Why: "He called us."}
	verdict.Rows = map[affected.Place]casework.RowVerdict{one.Rows[1].Place: {Person: 3}}
	must(t, b.DecideConflict(t.Context(), ana, b.i.ID, r.ID, 2, verdict))
	list, err := b.Rulings(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if len(list) != 2 || list[0].Person == list[1].Person || !strings.HasSuffix(list[0].Path, ".zip/april.csv") {
		t.Errorf("%+v", list)
	}
	r = b.match(t, r.ID)
	if r.Roster.Conflicts != 0 || r.Roster.Decided != 2 || r.Roster.People != 3 {
		t.Errorf("%+v", r.Roster)
	}
	for _, path := range []string{"Help desk.zip/may/b.csv", "help_desk/may/b.csv"} {
		got, err := b.SearchRow(t.Context(), ana, b.i.ID, r.ID, path, 3)
		must(t, err)
		if len(got.Rows) != 1 || got.Rows[0].Outcome != "decided" || got.Rows[0].FileName != "Help desk.zip/may/b.csv" {
			t.Errorf("%s: %+v", path, got.Rows)
		}
	}
	late, err := b.AddExposures(t.Context(), ana, b.i.ID, r.ID, uploads(named{"late.csv", "id,ssn\nc2,1\nnobody,3\n"}))
	must(t, err)
	if added := b.match(t, late.ID); added.State != casework.ResolutionDone || added.Roster.Rows() != 6 || added.Roster.Conflicts != 0 || len(added.Roster.Inputs) != 4 ||
		added.Roster.Inputs[2].Path != "Help desk.zip/may/b.csv" {
		t.Errorf("%s %s %+v", added.State, added.Error, added.Roster)
	}
	b.noPersonInTheLog(t)
}
