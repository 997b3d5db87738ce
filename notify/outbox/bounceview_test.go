package outbox_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

// mixed is a list of people in Germany and twelve in Kansas, of whom every third can be
// written to by letter and nobody by mail.
func mixed() string {
	var b strings.Builder
	b.WriteString("customer_id,name,email,country,region,language,elements,sources,street,city\n")
	for k := 1; k <= 10; k++ {
		fmt.Fprintf(&b, "c%d,Person %d,p%d@mail.example,DE,,de,name+email+communications+ssn,desk,,\n", k, k, k)
	}
	for k := 11; k <= 22; k++ {
		street, city := "", ""
		if k%3 == 0 {
			street, city = "1 Example Street", "Topeka"
		}
		fmt.Fprintf(&b, "c%d,Person %d,,US,KS,en,name+ssn,desk,%s,%s\n", k, k, street, city)
	}
	return b.String()
}

func TestWhoIsNotReachedAndWhatTheLawHasForThem(t *testing.T) {
	post := &identities{of: map[string]string{}, take: func(m notify.Message) notify.Outcome {
		if m.To == "p9@mail.example" {
			return notify.Rejected
		}
		return notify.Accepted
	}}
	h := build(t, post)
	h.open(t, false)
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(mixed()), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	all, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	for _, d := range all {
		if d.Rule == "eu-gdpr-34-1" {
			must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest))
		}
	}
	m := h.run(t, h.release(t).ID, over)
	h.bounce(t, returnedMail(post.of["p7@mail.example"], "p7@mail.example", "failed", "5.1.1"))

	got, err := h.Unreached(t.Context(), otto, h.ref, m.ID, 0)
	must(t, err)
	if got.Returned != 1 || got.Refused != 1 || got.NeedLetter != 1 || len(got.Letters) != 2 {
		t.Fatalf("%+v", got)
	}
	if l := got.Letters[0]; l.Line != 7 || l.State != outbox.Bounced || l.Status != "5.1.1" || l.Reason != "there is no such mailbox" {
		t.Errorf("%+v", l)
	}
	if l := got.Letters[1]; l.Line != 9 || l.State != outbox.Rejected {
		t.Errorf("%+v", l)
	}
	found := false
	for _, s := range got.Substitutes {
		if strings.HasPrefix(s.Obligation, "us-ks-individuals@") {
			found = true
			if s.NoAddress != 8 || s.From != 0 || s.Public() || !strings.HasPrefix(s.Says, "Substitute notice") || s.Citation == "" {
				t.Errorf("%+v", s)
			}
		}
		if strings.HasPrefix(s.Obligation, "eu-") {
			t.Errorf("a law that has no substitute notice: %+v", s)
		}
	}
	if !found {
		t.Errorf("nothing of Kansas among %+v", got.Substitutes)
	}
	if some, err := h.Unreached(t.Context(), otto, h.ref, m.ID, 1); err != nil || len(some.Letters) != 1 {
		t.Errorf("%+v (%v)", some.Letters, err)
	}
	_, err = h.Unreached(t.Context(), otto, h.ref, "none", 0)
	wantKind(t, err, incident.NotFound)
}

// TestThresholdsAreTheLaws holds the numbers to the notes of the rules they belong to.
func TestThresholdsAreTheLaws(t *testing.T) {
	lib, err := rules()
	must(t, err)
	for _, rule := range []string{"us-hipaa-individuals", "us-hbnr-individuals"} {
		from, at := outbox.Counted(rule)
		versions := lib.Versions(rule)
		if len(versions) == 0 || from != 10 || at == "" {
			t.Fatalf("%s: %d %s, %d versions", rule, from, at, len(versions))
		}
		says := false // a version for old records refers to today's
		for _, r := range versions {
			says = says || strings.Contains(r.Notes, "Substitute notice") && (strings.Contains(r.Notes, "from 10") || strings.Contains(r.Notes, "from ten"))
		}
		if !says {
			t.Errorf("no version of %s says anything of ten", rule)
		}
	}
	if from, _ := outbox.Counted("us-ks-individuals"); from != 0 {
		t.Error("Kansas counts who is without an address")
	}
	for people, want := range map[int]bool{0: false, 9: false, 10: true, 11: true} {
		if got := (outbox.Substitute{From: 10, NoAddress: people}).Public(); got != want {
			t.Errorf("%d people: %v", people, got)
		}
	}
	if (outbox.Substitute{NoAddress: 1000}).Public() {
		t.Error("a law that does not count asks for a public notice")
	}
}
