package post_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/notify/letter"
	"tocsin/notify/post"
)

func letterCase() letter.Case {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	return letter.Case{
		Reference: "INC-2026-0001", LetterDate: date,
		Organisation: letter.Organisation{Name: "Harbour & Vale Insurance", Address: []string{"1 Quay Street", "Hartford, CT 06103"}, Phone: "860-555-0100",
			TollFree: "1-800-555-0142", Email: "privacy@harbourvale.example", Web: "https://harbourvale.example/notice", Role: "controller"},
		DPO:          letter.Contact{Name: "Dr. Ines Okafor", Address: []string{"1 Quay Street, Hartford, CT 06103"}, Phone: "+1 860 555 0117", Email: "dpo@harbourvale.example"},
		CallCentre:   letter.Contact{Phone: "1-800-555-0142", Hours: "9–18", Email: "notice@harbourvale.example", Web: "https://harbourvale.example/notice"},
		Signatory:    letter.Contact{Name: "Mara Lindqvist", Role: "CEO"},
		WhatHappened: "A caller posed as a colleague and copied records.",
		OccurredFrom: day(time.February, 27), OccurredUntil: day(time.March, 1), Discovered: day(time.March, 2), Aware: day(time.March, 2),
		Elements: []string{"name", "email", "ssn", "account_number", "medical"}, Measures: []string{"We locked the account."},
		Consequences: []string{"Forged messages that look as if they came from us."},
		Monitoring: &letter.Monitoring{Provider: "Safeline", Service: "credit monitoring", Months: 24, Web: "https://enroll.safeline.example",
			Phone: "1-800-555-0177", EnrolBy: day(time.June, 30), PersonCodes: true},
		LawEnforcement: letter.LawEnforcement{Reported: true, Delayed: "no", Agency: "State police"},
		People:         []letter.Count{{Jurisdiction: "US-CA", People: 9214}, {Jurisdiction: "DE", People: 1520}},
		Groups:         []string{"customers"}, NoticeSent: date, AuthorityTold: day(time.March, 4),
		Protection: []string{"Access was limited by role."}, Place: "our customer system", CheckPage: "https://harbourvale.example/letter",
	}
}

// What notify/letter writes prints: in each language and for each variant, the
// address block is found in the letter's words and taken into the window.
func TestLettersOfTheLibraryPrint(t *testing.T) {
	lib, err := letter.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cfg := german()
	cfg.Sender[2] = "Hartford, CT 06103"
	p := press(t, cfg)
	var all []post.Letter
	for _, l := range []struct{ id, jurisdiction string }{{"gdpr-34", "DE"}, {"us-ca", "US-CA"}, {"hipaa-individual", "US-TX"}} {
		for _, language := range []string{"en", "de", "fr", "es", "it", "nl", "pl", "pt"} {
			d, err := lib.Compose(letter.Spec{Letter: l.id, Jurisdiction: l.jurisdiction, Language: language, Channel: letter.Mail}, letterCase())
			if err != nil {
				t.Fatal(err)
			}
			if d.Language != language {
				continue // there is no text in it
			}
			m, err := lib.Prepare(d)
			if err != nil {
				t.Fatalf("%s in %s: %v", l.id, language, err)
			}
			for _, v := range d.Variants {
				msg, err := m.Render(letter.Person{ID: "p-1", Name: "Jordan Ng", Address: []string{"14 Mill Lane", "Springfield"}, Elements: []string{"name", "ssn"}, Variant: v, MonitoringCode: "SAFE-1", Reference: "AB000001", CheckCode: "7KQ2-M4TX"})
				if err != nil {
					t.Fatalf("%s in %s, %s: %v", l.id, language, v, err)
				}
				code := fmt.Sprintf("AB%06d", len(all)+1)
				all = append(all, post.Letter{ID: code, Code: code, Variant: l.id + "/" + language + "/" + string(v), Language: language,
					Address: []string{"14 Mill Lane", "Springfield"}, Country: "DE", HTML: msg.HTML})
			}
		}
	}
	s := shelf{}
	_, err = p.Run(ctx, post.Job{Name: "seam", Date: date, Excluded: func(e post.Excluded) error {
		t.Errorf("%s: %+v", all[e.Position-1].Variant, e)
		return nil
	}}, these(all...), s)
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := texts(t, s["letters-00001.pdf"])
	for n, first := range firstPages(t, s) {
		window := ""
		for _, x := range pages {
			if x.page == first && x.y > 62.7 && x.y < 90 && x.x < 105 {
				window += " " + x.words
			}
		}
		if !strings.HasSuffix(window, "Jordan Ng 14 Mill Lane Springfield") || !strings.HasSuffix(all[n].Variant, "/adult") && strings.HasPrefix(window, " Jordan") {
			t.Errorf("%s: the window shows %q", all[n].Variant, window)
		}
	}
	if len(all) < 12 {
		t.Errorf("only %d letters were printed", len(all))
	}
}

// firstPages is where each letter begins, by the manifest.
func firstPages(t *testing.T, s shelf) (out []int) {
	t.Helper()
	var list struct{ Entries []post.Row }
	if err := json.Unmarshal(s["manifest.json"], &list); err != nil {
		t.Fatal(err)
	}
	for _, e := range list.Entries {
		out = append(out, e.FirstPage)
	}
	return out
}
