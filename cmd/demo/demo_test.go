package demo

import (
	"bytes"
	"net/http"
	"testing"
)

// The demo is the whole case walked without JavaScript; what it says happened is
// held against what the mail server counted.
func TestPlay(t *testing.T) {
	if testing.Short() {
		t.Skip("plays a whole case")
	}
	var steps bytes.Buffer
	d, err := Play(t.Context(), Options{Steps: &steps})
	if err != nil {
		t.Fatalf("%v\n%s", err, steps.String())
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	t.Logf("%s%+v", steps.String(), d.Summary)
	s := d.Summary
	if s.Affected.People < 25_000 || s.Affected.Jurisdictions < 20 {
		t.Errorf("%d people in %d jurisdictions", s.Affected.People, s.Affected.Jurisdictions)
	}
	if s.Mail.Accepted == 0 {
		t.Error("no letter was accepted")
	}
	if sum := s.Mail.Accepted + s.Mail.Rejected + s.Mail.Uncertain + s.Affected.Excluded; sum != s.Affected.People {
		t.Errorf("of %d people, %d are accounted for", s.Affected.People, sum)
	}
	if messages, recipients, most := d.mail.counts(); messages != s.Mail.Accepted || recipients != messages || most != 1 {
		t.Errorf("the mail server took %d letters for %d mailboxes, at most %d each; the demo says %d", messages, recipients, most, s.Mail.Accepted)
	}
	if !s.Audit.Verified || s.Audit.Entries == 0 {
		t.Errorf("the log was not proved: %+v", s.Audit)
	}
	if s.Obligations.Owed == 0 || s.Drafts == 0 || s.Released == 0 || s.Evidence == 0 || s.Tasks.Done == 0 {
		t.Errorf("a part of the job did not happen: %+v", s)
	}
	if s.Tasks.Done > s.Tasks.Total || s.Released > s.Drafts {
		t.Errorf("more done than there was: %+v", s)
	}
	resp, err := http.Get(d.Link)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the link it prints answers %s", resp.Status)
	}
}
