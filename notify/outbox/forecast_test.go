package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify/outbox"
)

// awkward is a list with everybody that letters have gone wrong for.
const awkward = "customer_id,name,email,country,region,language,elements,sources,guardian,deceased,protected,groups,street,city,postal_code\n" +
	"C1,Ada Abel,ada@mail.example,DE,,en,name+email,crm,,,,,1 Main Street,Berlin,10115\n" +
	"C2,ada abel,ada@mail.example,DE,,en,name+account_number,crm,,,,,,,\n" +
	"C3,Maximiliane von und zu Hohenfels-Weilburg,mx@mail.example,DE,,de,name+email+ssn+medical,crm,,,,,,,\n" +
	"C4,Zoë Łukasiewicz,zoe@mail.example,DE,,de,name+email,crm,,,,,,,\n" +
	"C5,ليلى,layla@mail.example,DE,,en,name+email,crm,,,,,,,\n" +
	"C6,Ольга,olga@mail.example,DE,,de,name+email,crm,,,,,,,\n" +
	"C7,,nobody@mail.example,DE,,de,name+email,crm,,,,,,,\n" +
	"C8,Kim Kind,kim@mail.example,DE,,de,name+email,crm,Pat Kind,,,minors,,,\n" +
	"C9,Dee Dead,dee@mail.example,DE,,de,name+email,crm,,yes,,,,,\n" +
	"C10,No Mail,,DE,,de,name+email,crm,,,,,,,\n" +
	"C11,Far Away,far@mail.example,JP,,en,name+email,crm,,,,,,,\n"

func TestAForecastIsWhatTheMailingDoes(t *testing.T) {
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	h.open(t, false)
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(awkward), nil)
	must(t, err)
	none, err := h.ForecastRelease(t.Context(), otto, h.ref)
	must(t, err)
	if none.Blocked == "" || none.Recipients != 0 || none.Samples != nil {
		t.Fatalf("before any letter: %+v", none)
	}
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	f, err := h.ForecastRelease(t.Context(), otto, h.ref)
	must(t, err)
	left := 0
	for _, n := range f.Excluded {
		left += n
	}
	if f.Recipients+f.Accounts+f.Earlier+left != f.People {
		t.Errorf("%d recipients, %d accounts, %d told, %d left out do not make %d", f.Recipients, f.Accounts, f.Earlier, left, f.People)
	}
	sum := func(m map[string]int) (n int) {
		for _, k := range m {
			n += k
		}
		return n
	}
	if f.Accounts != 1 || sum(f.ByJurisdiction) != f.Recipients || sum(f.ByLetter) != f.Recipients {
		t.Errorf("accounts %d, by jurisdiction %v, by letter %v", f.Accounts, f.ByJurisdiction, f.ByLetter)
	}

	of := func(why string) outbox.Sample {
		for _, s := range f.Samples {
			if slices.ContainsFunc(s.Why, func(w string) bool { return strings.HasPrefix(w, why) }) {
				return s
			}
		}
		t.Errorf("there is no sample of %s", why)
		return outbox.Sample{}
	}
	if s := of("the longest name"); !strings.Contains(s.Message.Text, "Maximiliane von und zu Hohenfels-Weilburg") || s.To != "m•••@mail.example" {
		t.Errorf("the longest name reads %.80q, to %s", s.Message.Text, s.To)
	}
	for _, why := range []string{"a name with accents", "a name written from right to left", "a name in another script", "somebody with several accounts", "the most kinds", "the fewest kinds", "this letter, in de", "this letter, in en"} {
		of(why)
	}
	if s := of("somebody with several accounts"); !strings.Contains(strings.ToLower(s.Message.Text), "account") {
		t.Error("the letter of two accounts does not name what the other exposed")
	}
	if s := of("a minor"); s.LeftOut == "" || s.Message.Text == "" {
		t.Errorf("a minor: left out %q, %.60q", s.LeftOut, s.Message.Text)
	}
	if s := of("no name on the list"); s.Problem == "" && s.LeftOut == "" && s.Message.Text == "" {
		t.Errorf("nobody's letter: %+v", s)
	}
	for _, s := range f.Samples {
		if all := fmt.Sprint(s); strings.Contains(all, "ada@mail.example") || strings.Contains(all, "Main Street") {
			t.Errorf("an address is not masked: %s", all)
		}
	}

	// Who may not see names gets the numbers alone.
	lea := person("lea", incident.GrantAuditor)
	blind, err := h.ForecastRelease(t.Context(), lea, h.ref)
	must(t, err)
	if blind.Samples != nil || blind.Recipients != f.Recipients {
		t.Errorf("an auditor sees %d samples and %d recipients", len(blind.Samples), blind.Recipients)
	}

	// What somebody confirmed goes out only while it stands.
	e, err := h.desk.ProposeExclusion(t.Context(), ana, h.ref, casework.Exclusion{Kind: "other", Why: "asked by phone", CustomerIDs: []string{"C4"}})
	must(t, err)
	must(t, h.desk.ApproveExclusion(t.Context(), cora, h.ref, e.Seq))
	_, err = h.ReleaseAs(t.Context(), otto, h.ref, f.Roster, f.Digest)
	wantKind(t, err, incident.Conflict)
	f, err = h.ForecastRelease(t.Context(), otto, h.ref)
	must(t, err)
	m, err := h.ReleaseAs(t.Context(), otto, h.ref, f.Roster, f.Digest)
	must(t, err)
	done := h.run(t, m.ID, over)
	if done.Counts.Accepted != f.Recipients || done.Excluded["told with another account of the same name and address"] != f.Accounts {
		t.Errorf("the mailing: %+v, left out %v; forecast %d and %v", done.Counts, done.Excluded, f.Recipients, f.Excluded)
	}
	for reason, n := range f.Excluded {
		if done.Excluded[reason] != n {
			t.Errorf("%s: %d were foreseen, %d left out: %v", reason, n, done.Excluded[reason], done.Excluded)
		}
	}
}
