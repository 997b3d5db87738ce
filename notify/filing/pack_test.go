package filing_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/notify/filing"
)

func TestGDPRTakesPhasesAndCaliforniaDoesNot(t *testing.T) {
	l := library(t)
	p := build(t, l, "eu-gdpr-33", earlyCase("DE-HB"))
	if len(p.Missing()) == 0 || !p.Fileable() {
		t.Errorf("missing %d, fileable %v", len(p.Missing()), p.Fileable())
	}
	ca := earlyCase("US-CA")
	if a := find(t, build(t, l, "us-ca-ag", ca), "people_here"); a.Answer != "9214" {
		t.Errorf("residents: %q", a.Answer)
	}
	delete(ca.Milestones, "discovered")
	p = build(t, l, "us-ca-ag", ca)
	if p.Fileable() {
		t.Error("California's form passes without the date of discovery")
	}
	if a := find(t, p, "discovered"); !a.Missing || a.Place != (filing.Place{Kind: "milestone", Name: "discovered"}) {
		t.Errorf("where to answer it: %+v", a)
	}
}

func TestALateFilingAsksForItsReasons(t *testing.T) {
	l := library(t)
	c := earlyCase("DE-HB")
	c.Due = day(time.March, 5)
	if a := find(t, build(t, l, "eu-gdpr-33", c), "late_reasons"); a.Asked || a.Required || a.Answer != "Not applicable: the time limit has not passed" {
		t.Errorf("in time: %+v", a)
	}
	c.LetterDate = c.Due
	if build(t, l, "eu-gdpr-33", c).Late {
		t.Error("late at the very limit")
	}
	c.LetterDate = c.Due.Add(time.Second)
	for _, form := range l.Forms() {
		if _, asks := form.Field("late_reasons"); !asks {
			continue
		}
		p := build(t, l, form.ID, c)
		if a := find(t, p, "late_reasons"); !a.Missing || !a.Required || p.Fileable() {
			t.Errorf("%s, late, without reasons: %+v, fileable %v", form.ID, a, p.Fileable())
		}
	}
	c.LateReasons = "The vendor's logs came late."
	p := build(t, l, "eu-gdpr-33", c)
	if a := find(t, p, "late_reasons"); a.Answer != c.LateReasons || a.Source != "late_reasons" || !p.Fileable() || !p.Late {
		t.Errorf("late, the case knows why: %+v", a)
	}
	c.Answers["late_reasons"] = []string{"Otherwise for this authority."}
	if a := find(t, build(t, l, "eu-gdpr-33", c), "late_reasons"); a.Answer != "Otherwise for this authority." || a.CaseSays != c.LateReasons {
		t.Errorf("late, a person knows better: %+v", a)
	}
}

func TestStagesAskWhatIsTheirs(t *testing.T) {
	l := library(t)
	for _, c := range []struct {
		form, stage, field string
		asked, required    bool
	}{
		{"eu-nis2", "initial", "malicious", true, true},
		{"eu-nis2", "initial", "root_cause", true, false},
		{"eu-nis2", "incident_notification", "nis_assessment", true, true},
		{"eu-nis2", "incident_notification", "root_cause", true, false},
		{"eu-nis2", "final_report", "root_cause", true, true},
		{"eu-nis2", "initial", "nis_status", false, false},
		{"eu-nis2", "intermediate_report", "nis_status", true, true},
		{"eu-dora", "initial", "dora_root_text", true, false},
		{"eu-dora", "initial", "dora_critical", true, false},
		{"eu-dora", "updated_intermediate", "dora_critical", true, true},
		{"eu-dora", "final_report", "dora_root_text", true, true},
		{"us-nydfs", "initial", "ransom_payment", false, false},
		{"us-nydfs", "ransom_payment", "ransom_payment", true, true},
		{"us-nydfs", "ransom_payment", "ny_sanctions", false, false},
		{"us-nydfs", "ransom_explanation", "ny_sanctions", true, true},
		{"us-nydfs", "no such stage", "ny_sanctions", false, false},
	} {
		e := earlyCase("DE-HB")
		e.Stage = c.stage
		a := find(t, build(t, l, c.form, e), c.field)
		if a.Asked != c.asked || a.Required != c.required {
			t.Errorf("%s at %s: %s asked %v, required %v", c.form, c.stage, c.field, a.Asked, a.Required)
		}
	}
}

func TestAFieldHangsOnAnother(t *testing.T) {
	l := library(t)
	c := earlyCase("DE-HB")
	c.Stage = "intermediate_report"
	delete(c.Answers, "dora_criteria")
	if a := find(t, build(t, l, "eu-dora", c), "dora_reputation"); !a.Asked || a.Required {
		t.Errorf("nobody knows the criteria yet: %+v", a)
	}
	c.Answers["dora_criteria"] = []string{"Economic impact"}
	if a := find(t, build(t, l, "eu-dora", c), "dora_reputation"); a.Asked || !strings.Contains(a.Answer, "Reputational impact") {
		t.Errorf("another criterion: %+v", a)
	}
	c.Answers["dora_criteria"] = []string{"Economic impact", "Reputational impact"}
	if a := find(t, build(t, l, "eu-dora", c), "dora_reputation"); !a.Asked || !a.Required || !a.Missing {
		t.Errorf("that criterion: %+v", a)
	}
}

func TestTheCaseAnswersInTheFormsOwnOptions(t *testing.T) {
	l := library(t)
	c := earlyCase("DE-HB")
	p := build(t, l, "eu-gdpr-33", c)
	for id, want := range map[string]string{
		"edpb_nature":          "Confidentiality breach",
		"confidentiality_type": "Personal data are likely exfiltrated or disclosed (no evidence)",
		"edpb_people":          "Customers (current and prospects)",
		"edpb_data":            "Basic data (e.g. name, surname, date of birth)\nIdentification data (e.g. national identification number, ID number)",
		"risk_outcome":         "High risk is likely",
		"police":               "Yes",
		"cross_border":         "Yes",
		"eea_establishments":   "DE",
		"aware_time":           "2026-03-02T17:30:00+01:00",
		"people_by_place":      "DE: 1000\nFR: 520",
		"people_countries":     "DE\nFR",
		"other_authorities":    "State police of Bremen, reference HB-77",
		"edpb_type":            "New notification",
	} {
		if a := find(t, p, id); a.Answer != want {
			t.Errorf("%s: %q, want %q", id, a.Answer, want)
		}
	}
	if a := find(t, build(t, l, "eu-dora", c), "dora_classified"); a.Answer != "2026-03-02T19:00:00Z" {
		t.Errorf("DORA counts in UTC: %q", a.Answer)
	}
	c.DayOnly = map[string]bool{"aware": true}
	if a := find(t, build(t, l, "eu-gdpr-33", c), "aware_time"); a.Answer != "2026-03-02" {
		t.Errorf("of a day an instant was made: %q", a.Answer)
	}
	c.Kind = "other"
	if a := find(t, build(t, l, "eu-gdpr-33", c), "edpb_incident"); !a.Missing {
		t.Errorf("a word without an option: %+v", a)
	}
	none := earlyCase("US-WA")
	none.People = none.People[:0]
	if a := find(t, build(t, l, "us-wa-ag", none), "people_here"); a.Answer != "0" {
		t.Errorf("known to be nobody: %q", a.Answer)
	}
	none.People = nil
	if a := find(t, build(t, l, "us-wa-ag", none), "people_here"); !a.Missing {
		t.Errorf("not counted: %q", a.Answer)
	}
}

func TestAPersonsAnswerGoesFirst(t *testing.T) {
	l := library(t)
	c := earlyCase("US")
	c.Answers = map[string][]string{"hhs_type": {"Theft"}, "people_number": {"10000"}, "hhs_entity": {"Bakery"}}
	p := build(t, l, "us-hhs-ocr", c)
	if a := find(t, p, "hhs_type"); a.Answer != "Theft" || a.Source != "a person" || a.Missing || a.CaseSays != "Unauthorized access/disclosure" {
		t.Errorf("%+v", a)
	}
	if a := find(t, p, "people_number"); a.Answer != "10000" || a.CaseSays != "11034" {
		t.Errorf("%+v", a)
	}
	if a := find(t, p, "hhs_entity"); !a.Missing {
		t.Errorf("an answer that is no option of the form any more: %+v", a)
	}
	if _, err := l.Build("no-such-form", c); incident.KindOf(err) != incident.NotFound {
		t.Errorf("no such form: %v", err)
	}
}

func TestOneAnswerFillsManyForms(t *testing.T) {
	l := library(t)
	asked := map[string]int{}
	for _, form := range l.Forms() {
		for _, f := range form.Fields() {
			asked[f.ID]++
		}
	}
	c := earlyCase("US-MA")
	c.Answers["measures_to_come"] = []string{"A second look at every reset."}
	for _, form := range []string{"us-ma-ag", "us-ma-ocabr", "us-tx-ag", "us-nydfs", "eu-nis2"} {
		if a := find(t, build(t, l, form, c), "measures_to_come"); a.Answer != "A second look at every reset." {
			t.Errorf("%s: %+v", form, a)
		}
	}
	for _, id := range []string{"what_happened", "measures", "organisation_name", "people_here", "late_reasons", "other_authorities"} {
		if asked[id] < 5 {
			t.Errorf("%s is asked by %d forms only", id, asked[id])
		}
	}
}

func TestCompareSaysWhatChanged(t *testing.T) {
	l := library(t)
	c := earlyCase("DE-HB")
	first := build(t, l, "eu-gdpr-33", c)
	if d := filing.Compare(first, first); len(d) != 0 || d == nil {
		t.Errorf("a pack differs from itself: %v", d)
	}
	c.Answers["measures_before"], c.SampleNotice = []string{"Training."}, "Dear all\n"
	d := filing.Compare(first, build(t, l, "eu-gdpr-33", c))
	if len(d) != 2 || d[0].ID != "measures_before" || d[0].Was != filing.Unknown || d[0].Is != "Training." || d[1].ID != "sample-notice.txt" {
		t.Errorf("%+v", d)
	}
	other := filing.Compare(first, build(t, l, "uk-ico", c))
	if len(other) == 0 || other[len(other)-1].ID != "sample-notice.txt" {
		t.Errorf("%+v", other)
	}
}

func TestZipIsWholeAndTheSameEveryTime(t *testing.T) {
	l := library(t)
	c := earlyCase("DE-HB")
	c.Drill = true
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := build(t, l, "eu-gdpr-33", c).Zip(out, filing.File{Name: "pack.pdf", Body: []byte("%PDF")}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two zips of one pack differ")
	}
	z, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name] = string(body)
	}
	if len(got) != 5 || got["pack.pdf"] != "%PDF" || got["sample-notice.txt"] != "Dear customer\n" {
		t.Errorf("%d files; sample notice %q", len(got), got["sample-notice.txt"])
	}
	for _, name := range []string{"pack.html", "pack.txt"} {
		if !strings.Contains(got[name], "DRILL") || !strings.Contains(got[name], "Not yet known") || !strings.Contains(got[name], "answer it in this form") {
			t.Errorf("%s does not say DRILL, or what is not known and where to answer it", name)
		}
	}
}
