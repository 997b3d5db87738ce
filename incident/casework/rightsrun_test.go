package casework_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// What lists do not hold, the directories they were made from do: phone numbers,
// and birth dates that tell namesakes apart. Erasing somebody destroys these too.
func TestAListMadeHereIsSearchedToItsDirectory(t *testing.T) {
	const directory = "customer_id,name,email,phone,birth_date,country,region,segment\n" +
		"K-1,Ann Other,ann@one.example,+49 89 555 0101,1980-02-01,DE,BY,patients\n" +
		"K-2,Ann Other,ann@two.example,+49 89 555 0102,1991-12-24,DE,BY,patients\n" +
		"K-3,Bob Third,bob@three.example,,,US,CA,\n"
	b := newBench(t, casework.Config{})
	ctx := t.Context()
	r := b.list(t, named{"customers.csv", directory}, named{"tickets.csv", "customer_id,ssn\nK-1,x\nK-2,x\nK-3,x\nK-9,ann@one.example\n"})
	if r.State != casework.ResolutionDone || r.Roster.People != 3 {
		t.Fatalf("%s %s %+v", r.State, r.Error, r.Roster)
	}
	must(t, b.ProposeResolution(ctx, ana, b.i.ID, r.ID, r.Roster.Object))
	must(t, second(b.SettleResolution(ctx, ben, b.i.ID, r.ID, r.Roster.Object)))
	for name, tt := range map[string]struct {
		q    casework.PersonQuery
		want string
		sure bool
	}{
		"phone, written otherwise": {casework.PersonQuery{Phone: "0049895550102"}, "K-2", true},
		"name and birth date":      {casework.PersonQuery{Name: "ann  other", BirthDate: "1980-02-01"}, "K-1", true},
		"birth date not on record": {casework.PersonQuery{Name: "Bob Third", BirthDate: "1980-02-01"}, "K-3", false},
	} {
		s := b.search(t, tt.q)
		if len(s.Hits) != 1 || s.Hits[0].Person.CustomerID != tt.want || s.Hits[0].Sure != tt.sure {
			t.Errorf("%s: %+v", name, s.Hits)
		}
	}
	if s := b.search(t, casework.PersonQuery{Name: "Ann Other", BirthDate: "1970-01-01"}); len(s.Hits) != 0 {
		t.Errorf("namesakes with other birth dates: %+v", s.Hits)
	}

	number := b.linked(t, incident.RightErase, casework.PersonQuery{CustomerID: "K-1"})
	up, err := b.NewTransfer(ctx, ana, b.i.ID, "more.csv", 10)
	must(t, err)
	wantKind(t, second(b.EraseFrom(ctx, rita, number, b.i.Number)), incident.Conflict)
	must(t, b.Drop(ctx, ana, b.i.ID, up.ID))
	plan, err := b.EraseFrom(ctx, rita, number, b.i.Number)
	must(t, err)
	if plan.Rows != 1 || len(plan.Uploads) != 2 {
		t.Errorf("%+v", plan)
	}
	b.nowhere(t, b.i.ID, "K-1", "ann@one.example")
	if text := b.people(t, b.i.Number, "people.csv"); !strings.Contains(text, "ann@two.example") || !strings.Contains(text, "bob@three.example") {
		t.Errorf("others are gone\n%s", text)
	}
	all, err := b.Rosters(ctx, cora, b.i.Number)
	must(t, err)
	people := 0
	for _, g := range all[0].Groups {
		people += g.People
	}
	if all[0].People != 2 || people != 2 || all[0].BySources["tickets"] != 2 || all[0].ByJurisdiction["DE-BY"] != 1 {
		t.Errorf("%+v", all[0])
	}
	shown, err := b.Exhibits(ctx, cora, b.i.Number)
	must(t, err)
	for _, x := range shown {
		if !x.Destroyed || x.Broken != 0 || x.Custody[len(x.Custody)-1].Kind != incident.CustodyDestroyed {
			t.Errorf("evidence %d: destroyed %v, custody broken at %d", x.Number, x.Destroyed, x.Broken)
		}
	}
	// A run whose list was rewritten names the new one, and cannot be run again.
	run, _, err := b.Resolution(ctx, ana, b.i.ID, r.ID)
	must(t, err)
	if run.Roster.Object != all[0].Object {
		t.Error("the run names the list as it was")
	}
}
