package outbox_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
)

// People of whom nothing exposed counts under the laws of their place are told with the
// others, until two people decide that they are not.
func TestPeopleOfWhomNothingCounts(t *testing.T) {
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	h.open(t, false)
	list := "customer_id,name,email,country,region,language,elements,sources\n" +
		"C1,Ada Abel,ada@mail.example,US,TX,en,name+ssn,crm\n" +
		"C2,Bob Burr,bob@mail.example,US,TX,en,name+email,crm\n" +
		"C3,Cy Cole,cy@mail.example,DE,,en,name+email,crm\n" +
		"C4,Di Dean,di@mail.example,US,TX,en,name,crm\n" +
		"C5,Di Dean,di@mail.example,US,TX,en,name+driver_license,desk\n" +
		"C6,Ed Ebert,ed@mail.example,US,WY,en,name+email,crm\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)

	n, err := h.NotCounted(t.Context(), ana, h.ref)
	must(t, err)
	// C4 is counted by its row here; that another account of hers counts is known when
	// the letters are written. Nobody in Wyoming is owed a letter at all.
	if n["US-TX"] != 2 || n["DE"] != 0 || n["US-WY"] != 0 {
		t.Errorf("not counted: %v", n)
	}
	before, err := h.ForecastRelease(t.Context(), ana, h.ref)
	must(t, err)
	if before.Recipients != 4 {
		t.Errorf("%d would get a letter, %v", before.Recipients, before.Excluded)
	}

	_, err = h.desk.ProposeExclusion(t.Context(), ana, h.ref, casework.Exclusion{Kind: "not_counted", Why: "x", CustomerIDs: []string{"C1"}})
	if incident.KindOf(err) != incident.Invalid {
		t.Errorf("named one by one: %v", err)
	}
	e, err := h.desk.ProposeExclusion(t.Context(), ana, h.ref, casework.Exclusion{Kind: "not_counted", Why: "Their address alone was exposed.", People: n["US-TX"]})
	must(t, err)
	same, err := h.ForecastRelease(t.Context(), ana, h.ref)
	must(t, err)
	if same.Recipients != 4 {
		t.Errorf("it counts before it is approved: %d", same.Recipients)
	}
	must(t, h.desk.ApproveExclusion(t.Context(), cora, h.ref, e.Seq))
	after, err := h.ForecastRelease(t.Context(), ana, h.ref)
	must(t, err)
	if after.Recipients != 3 || after.Excluded[casework.NotCounted] != 1 {
		t.Errorf("%d would get a letter, %v", after.Recipients, after.Excluded)
	}
	m := h.run(t, h.release(t).ID, over)
	if m.Excluded[casework.NotCounted] != 1 || m.Counts.Accepted != 3 || m.People != m.Counts.Accepted+m.Left() {
		t.Errorf("counts %+v, left out %v", m.Counts, m.Excluded)
	}
	for _, told := range []string{"ada@mail.example", "cy@mail.example", "di@mail.example"} {
		if post.got[told] != 1 {
			t.Errorf("%s got %d", told, post.got[told])
		}
	}
	if post.got["bob@mail.example"] != 0 {
		t.Error("somebody of whom nothing counts was written to")
	}
}
