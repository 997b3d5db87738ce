package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/web/webtest"
)

// manyDuties is a case with people in so many states that at least so many
// obligations are listed.
func manyDuties(t testing.TB, least int) (*webtest.Browser, string) {
	t.Helper()
	site := webtest.New(t, webtest.Options{})
	_, ada := site.Person(t, "Ada Lind", incident.GrantResponder, incident.GrantCounsel)
	form := url.Values{"title": {"A share was open to anybody"}, "kind": {"misconfiguration"}, "severity": {"high"}}
	base := ada.Post("/incidents/new", form).Location
	at := site.Store.Clock.Now().Add(-3 * 3600e9).UTC().Format("2006-01-02T15:04")
	for _, m := range []string{"discovered", "aware", "occurred_from"} {
		ada.Post(base+"/milestones/"+m, url.Values{"at": {at}, "zone": {"UTC"}, "precision": {"instant"}, "reason": {"the logs"}})
	}
	facts := url.Values{}
	for name, value := range map[string]string{"acquisition": "confirmed", "access": "yes", "encryption": "none", "medium": "electronic", "malicious": "yes", "recipient": "attacker", "recovered": "no"} {
		facts.Set("value.incident."+name, value)
		facts.Set("certainty.incident."+name, "known")
	}
	ada.Post(base+"/facts", facts)
	var people strings.Builder
	people.WriteString("customer_id,name,email,country,region,language,elements,sources\n")
	for n, state := range strings.Fields("AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC") {
		fmt.Fprintf(&people, "c%d,Person %d,p%d@example.org,US,%s,en,name+ssn,share\n", n, n, n, state)
	}
	i, err := caseworktest.Settle(t.Context(), site.Desk, incident.Operator(), strings.TrimPrefix(base, "/incidents/"), incident.Roster{}, strings.NewReader(people.String()), nil)
	if err != nil {
		t.Fatal(i, err)
	}
	if got := strings.Count(ada.Get(base+"/obligations").Body, `class="duty`); got < least {
		t.Fatalf("only %d obligations are shown", got)
	}
	return ada, base
}

func BenchmarkObligationsPage(b *testing.B) {
	ada, base := manyDuties(b, 120)
	size := 0
	for b.Loop() {
		got := ada.Get(base + "/obligations")
		if got.Status != 200 {
			b.Fatal(got.Status)
		}
		size = len(got.Body)
	}
	b.ReportMetric(float64(size)/1024, "KiB/page")
}

func BenchmarkClocksPage(b *testing.B) {
	ada, base := manyDuties(b, 120)
	for b.Loop() {
		if got := ada.Get(base + "/clocks"); got.Status != 200 {
			b.Fatal(got.Status)
		}
	}
}

func BenchmarkLibraryPages(b *testing.B) {
	ada, _ := manyDuties(b, 120)
	for _, path := range []string{"/rules", "/rules?text=encrypted", "/rules/coverage", "/rules/eu-gdpr-33-1"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if got := ada.Get(path); got.Status != 200 {
					b.Fatal(got.Status)
				}
			}
		})
	}
}
