package filing_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/incident"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
)

var update = flag.Bool("update", false, "write the golden files anew")

func library(t testing.TB) *filing.Library {
	t.Helper()
	letters, err := letter.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	l, err := filing.Builtin(letters)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func day(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }

// earlyCase is what is known on the second day.
func earlyCase(jurisdiction string) filing.Case {
	return filing.Case{
		Case: letter.Case{
			Reference: "INC-2026-0001", LetterDate: day(time.March, 4), Aware: time.Date(2026, time.March, 2, 17, 30, 0, 0, time.FixedZone("CET", 3600)),
			Organisation: letter.Organisation{Name: "Harbour & Vale <Insurance>", Address: []string{"1 Quay Street", "Bremen"}, Phone: "+49 421 555 0100", Email: "privacy@harbourvale.example", Role: "controller"},
			DPO:          letter.Contact{Name: "Dr. Ines Okafor", Role: "Data Protection Officer", Email: "dpo@harbourvale.example"},
			WhatHappened: "A caller posed as a colleague and persuaded our support desk to reset a password.",
			OccurredFrom: day(time.February, 27), Discovered: day(time.March, 2), Elements: []string{"name", "ssn"},
			People:   []letter.Count{{Jurisdiction: "US-CA", People: 9214}, {Jurisdiction: "DE-HB", People: 1000}, {Jurisdiction: "US-TX", People: 300}, {Jurisdiction: "DE-BY", People: 520}},
			Measures: []string{"The account is locked.", "Every reset is now verified."}, NoticeSent: day(time.March, 20),
			LawEnforcement: letter.LawEnforcement{Reported: true, Agency: "State police", Delayed: "no"},
		},
		Kind: "support_channel", Malicious: "yes", Confidentiality: "breached", Integrity: "intact", Availability: "unknown",
		Submission: "initial", PeopleTold: "planned", CrossBorder: "yes", Jurisdiction: jurisdiction,
		Reporter: letter.Contact{Name: "Mara Lindqvist", Role: "Counsel", Email: "counsel@harbourvale.example"}, SampleNotice: "Dear …\n",
	}
}

func TestGoldenPacks(t *testing.T) {
	l := library(t)
	places := map[string]string{"eu-gdpr-33": "DE", "us-ca-ag": "US-CA", "us-tx-ag": "US-TX", "us-hhs-ocr": "US"}
	for _, form := range l.Forms() {
		if places[form.ID] == "" {
			t.Fatalf("form %s has no case here", form.ID)
		}
		p, err := l.Build(form.ID, earlyCase(places[form.ID]))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", form.ID+".txt")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(p.Text()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ReplaceAll(string(want), "\r\n", "\n") != p.Text() {
			t.Errorf("%s differs; read the change, then run go test -update\n%s", path, p.Text())
		}
	}
}

func TestEveryFieldIsAnsweredOrSaysThatItIsNot(t *testing.T) {
	l := library(t)
	for _, form := range l.Forms() {
		for name, c := range map[string]filing.Case{"empty": {}, "early": earlyCase(form.Jurisdictions[0])} {
			p, err := l.Build(form.ID, c)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Fields) != len(form.Fields) {
				t.Errorf("%s, %s: %d answers to %d fields", form.ID, name, len(p.Fields), len(form.Fields))
			}
			for _, a := range p.Fields {
				if a.Answer == "" || a.Missing != (a.Answer == filing.Unknown) || strings.Contains(a.Answer, "0001-01-01") {
					t.Errorf("%s, %s: field %s: %+v", form.ID, name, a.ID, a)
				}
			}
			if name == "empty" && len(p.Missing()) == 0 {
				t.Errorf("%s: an empty case misses nothing", form.ID)
			}
		}
	}
}

func find(t *testing.T, p filing.Pack, id string) filing.Answer {
	t.Helper()
	for _, a := range p.Fields {
		if a.ID == id {
			return a
		}
	}
	t.Fatalf("no field %s", id)
	return filing.Answer{}
}

func TestGDPRTakesPhasesAndCaliforniaDoesNot(t *testing.T) {
	l := library(t)
	c := earlyCase("DE")
	p, err := l.Build("eu-gdpr-33", c)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Missing()) == 0 || !p.Fileable() {
		t.Errorf("missing %d, fileable %v", len(p.Missing()), p.Fileable())
	}
	if a := find(t, p, "late_reasons"); !strings.HasPrefix(a.Answer, "Not applicable") || a.Required {
		t.Errorf("within 72 hours: %+v", a)
	}
	c.LetterDate = day(time.March, 9)
	p, _ = l.Build("eu-gdpr-33", c)
	if a := find(t, p, "late_reasons"); !a.Missing || !a.Required {
		t.Errorf("after 72 hours: %+v", a)
	}
	if a := find(t, p, "aware"); a.Answer != "2026-03-02 17:30 +01:00" {
		t.Errorf("aware: %q", a.Answer)
	}
	ca := earlyCase("US-CA")
	ca.Discovered = time.Time{}
	p, _ = l.Build("us-ca-ag", ca)
	if p.Fileable() {
		t.Error("California's form passes without the date of discovery")
	}
	if a := find(t, p, "residents"); a.Answer != "9214" {
		t.Errorf("residents: %q", a.Answer)
	}
}

func TestAPersonsAnswerGoesFirst(t *testing.T) {
	l := library(t)
	c := earlyCase("US")
	c.Answers = map[string]string{"type": "Hacking/IT incident", "number": "10,000 (estimate)"}
	p, err := l.Build("us-hhs-ocr", c)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range c.Answers {
		if a := find(t, p, id); a.Answer != want || a.Source != "a person" || a.Missing {
			t.Errorf("%s: %+v", id, a)
		}
	}
	if _, err := l.Build("no-such-form", c); incident.KindOf(err) != incident.NotFound {
		t.Errorf("no such form: %v", err)
	}
}

func TestZipIsWholeAndTheSameEveryTime(t *testing.T) {
	l := library(t)
	c := earlyCase("DE")
	c.Drill = true
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		p, err := l.Build("eu-gdpr-33", c)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Zip(out); err != nil {
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
	var back filing.Pack
	if err := json.Unmarshal([]byte(got["pack.json"]), &back); err != nil || len(back.Fields) != 38 {
		t.Errorf("pack.json: %v, %d fields", err, len(back.Fields))
	}
	page := got["pack.html"]
	if strings.Contains(page, "<Insurance>") || !strings.Contains(page, "&lt;Insurance&gt;") {
		t.Error("the page does not escape an answer")
	}
	for _, remote := range []string{"<script", "src=", "<link", "url("} {
		if strings.Contains(page, remote) {
			t.Errorf("the page loads something: %s", remote)
		}
	}
	for _, name := range []string{"pack.html", "pack.txt"} {
		if !strings.Contains(got[name], "DRILL") || !strings.Contains(got[name], "Not yet known") {
			t.Errorf("%s does not say DRILL, or what is not known", name)
		}
	}
	if got["sample-notice.txt"] != "Dear …\n" {
		t.Errorf("sample notice: %q", got["sample-notice.txt"])
	}
}

func TestForFindsTheFormOfARule(t *testing.T) {
	l := library(t)
	for rule, want := range map[string]string{"eu-gdpr-33-1": "eu-gdpr-33", "uk-gdpr-33": "eu-gdpr-33", "us-ca-ag": "us-ca-ag", "us-tx-ag": "us-tx-ag", "us-hipaa-hhs": "us-hhs-ocr", "us-oh-ag": ""} {
		if f, _ := l.For(rule); f.ID != want {
			t.Errorf("For(%s) = %q, want %q", rule, f.ID, want)
		}
	}
}

func TestLoadReportsEveryProblem(t *testing.T) {
	_, err := filing.Load(fstest.MapFS{
		"a.toml": {Data: []byte("title = \"x\"\ntitel = \"y\"\n")},
		"b.toml": {Data: []byte("title = \"x\"\nlaw = \"x\"\nauthority = \"x\"\nreviewed = \"x\"\n[[field]]\nid = \"A b\"\nkind = \"song\"\nsource = \"moon\"\nwhen = \"noon\"\noptions = [\"x\"]\n")},
		"c.toml": {Data: []byte("title = [")},
	}, nil)
	for _, want := range []string{"a.toml:2: unknown key titel", "malformed", "label and section", "song", "moon", "noon", "options", "c.toml:1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("title = \"x\"\n[[field]]\nid = \"a\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		form, problems := filing.Parse("x.toml", data)
		if len(problems) == 0 && len(form.Fields) == 0 {
			t.Error("a form without a field passes")
		}
	})
}
