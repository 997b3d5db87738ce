package outbox_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify"
)

// Whoever has several accounts gets one letter that names what all of them
// exposed; households that share an address get one each. Nobody is written to whom the
// directory says not to.
func TestOneLetterForSeveralAccounts(t *testing.T) {
	post := &postman{got: map[string]int{}}
	texts := map[string]string{}
	post.answer = func(m notify.Message) notify.Outcome {
		texts[m.To] += m.Text
		return notify.Accepted
	}
	h := build(t, post)
	h.open(t, false)
	list := "customer_id,name,email,country,region,language,elements,sources,guardian,deceased,protected,groups\n" +
		"C1,Ada Abel,ada@mail.example,DE,,en,name+email,crm,,,,\n" +
		"C2,Bob Abel,ada@mail.example,DE,,en,name+email,crm,,,,\n" +
		"C3,ada  ABEL,Ada@mail.example,DE,,en,name+account_number,crm,,,,\n" +
		"C4,Cy Cole,cy@mail.example,DE,,en,name+email,crm,,yes,,\n" +
		"C5,Di Dean,di@mail.example,DE,,en,name+email,crm,,,yes,\n" +
		"C6,Ed Ebert,ed@mail.example,DE,,en,name+email,crm,Fay Ebert,,,\n" +
		"C7,Gil Gray,gil@mail.example,DE,,en,name+email,crm,,no,no,customers\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	m := h.run(t, h.release(t).ID, over)
	if m.Counts.Accepted != 3 || m.Left() != 4 || m.Pending() != 0 {
		t.Errorf("counts %+v, left out %v", m.Counts, m.Excluded)
	}
	if post.got["ada@mail.example"] != 2 || post.got["Ada@mail.example"] != 0 || post.got["gil@mail.example"] != 1 {
		t.Errorf("handed over %v", post.got)
	}
	for _, reason := range []string{
		"told with another account of the same name and address", "deceased: their representative is to be written to",
		"the address is protected", "a minor: the parent or guardian is to be written to",
	} {
		if m.Excluded[reason] != 1 {
			t.Errorf("%d are left out because %q: %v", m.Excluded[reason], reason, m.Excluded)
		}
	}
	if both := texts["ada@mail.example"]; strings.Count(both, "account number") == 0 && strings.Count(strings.ToLower(both), "account") == 0 {
		t.Errorf("the letter leaves out what the other account exposed:\n%s", both)
	}
}
