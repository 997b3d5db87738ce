package outbox_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
)

// Who is left out by decision is counted with the reason: the list is sent and
// excluded together.
func TestExcludedPeopleAreLeftOutWithTheReason(t *testing.T) {
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	h.ready(t, 12)
	e, err := h.desk.ProposeExclusion(t.Context(), ana, h.ref, casework.Exclusion{Kind: "test_account", Why: "Made by our testers.", CustomerIDs: []string{"c5", "C6"}})
	must(t, err)
	if e.People != 2 {
		t.Errorf("%d people", e.People)
	}
	open, err := h.desk.ProposeExclusion(t.Context(), ana, h.ref, casework.Exclusion{Kind: "told", Why: "By telephone.", Emails: []string{"p7@mail.example"}})
	must(t, err)
	must(t, h.desk.ApproveExclusion(t.Context(), cora, h.ref, e.Seq))
	if open.InForce() {
		t.Error("nobody approved it")
	}
	m := h.run(t, h.release(t).ID, over)
	if m.Excluded[e.Reason()] != 2 || m.Counts.Accepted != 9 || m.People != m.Counts.Accepted+m.Left() || post.got["p5@mail.example"] != 0 || post.got["p7@mail.example"] != 1 {
		t.Errorf("counts %+v, left out %v, of %d", m.Counts, m.Excluded, m.People)
	}
}

// What the directory says people are goes before the fact about all of them.
func TestGroupsOfTheDirectoryReachTheRules(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.open(t, false)
	list := "customer_id,name,email,country,region,language,elements,sources,groups\n" +
		"1,A,a@mail.example,US,CA,en,name+medical,desk,patients\n2,B,b@mail.example,US,CA,en,name+medical,desk,\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	all, err := h.desk.Rosters(t.Context(), ana, h.ref)
	must(t, err)
	// A list that is not settled is only supposed: nothing is on record of it.
	unsettled := all[0]
	unsettled.Groups = []incident.RosterGroup{{Jurisdiction: "FR", Elements: []string{"name"}, People: 5, Groups: []string{"minors"}}}
	before, after, err := h.Suppose(t.Context(), ana, h.ref, outbox.Supposition{List: &unsettled})
	must(t, err)
	california := func(a statute.Assessment) bool {
		for _, o := range a.Obligations {
			if o.Rule == "us-ca-individuals" && fmt.Sprint(o.Applies) == "yes" {
				return true
			}
		}
		return false
	}
	if !california(before) || california(after) {
		t.Errorf("California is owed before %v, after %v; want true, false", california(before), california(after))
	}
	if g := all[0].Groups; len(g) != 2 || g[0].Groups != nil || len(g[1].Groups) != 1 || g[1].Groups[0] != "patients" {
		t.Errorf("%+v", all[0].Groups)
	}
}
