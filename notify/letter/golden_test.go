package letter_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/notify/letter"
)

var update = flag.Bool("update", false, "write the golden files anew")

// place is where the people live to whom a letter's golden text goes.
func place(info letter.Info, language string) string {
	if info.ID == "gdpr-34" || info.ID == "regulator-cover" && language != "en" {
		return map[string]string{"en": "IE", "de": "DE-BY", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "pl": "PL", "pt": "PT"}[language]
	}
	if at := map[string]string{"us": "US-NC", "world": "JP", "hipaa-individual": "US-CA", "hbnr-individual": "US-CA", "hipaa-media": "US-CA",
		"hbnr-media": "US-CA", "us-cra": "US-NY", "regulator-cover": "DE", "processor-to-controller": "DE", "business-customer": "DE",
		"processor-to-owner": "US-CA", "card-brands": "US", "internal": "SG", "csirt-notice": "DE", "media-notice": "US-CA", "insurer": "DE", "substitute-notice": "DE", "contract-partner": "DE", "insurance-producer": "US-CT"}[info.ID]; at != "" {
		return at
	}
	return info.Jurisdictions[0]
}

// letters are those counsel reads in testdata: every one the library has, in
// every language.
func letters(l *letter.Library) []letter.Spec {
	var out []letter.Spec
	for _, info := range l.Letters() {
		for _, language := range info.Languages {
			out = append(out, letter.Spec{Letter: info.ID, Jurisdiction: place(info, language), Language: language, Channel: letter.Mail})
		}
	}
	return out
}

// ownText are the jurisdictions whose people get a letter that others get too,
// with what only theirs holds.
func ownText() []string {
	var out []string
	for _, s := range strings.Fields("AK AL AR AZ CO DC DE GA GU HI IA ID IN KS KY LA MD ME MI MN MO MS MT ND NE NH NJ NM NV OH OK OR PR RI SC SD TN UT VA VI VT WI WV") {
		out = append(out, "US-"+s)
	}
	return append(out, strings.Fields("AE-ADGM AE-DIFC BM CA CA-AB CN EG GG ID IM JE JO KE KY MY NG OM SA SG TH TR TW ZA")...)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(want), "\r\n", "\n") != got {
		t.Errorf("%s differs; read the change, then run go test -update\n%s", path, got)
	}
}

// lawful composes, holds the draft against its law, and compiles it.
func lawful(t *testing.T, l *letter.Library, spec letter.Spec) (letter.Draft, *letter.Mailing) {
	t.Helper()
	c := caseIn(spec.Language)
	if spec.Channel == letter.Mail && strings.Contains(spec.Letter, "gdpr") {
		c.Consequences = nil // so that counsel reads the library's own words
	}
	d := compose(t, l, spec, c)
	if !d.Complete() {
		t.Fatalf("a case in which everything is known leaves open: %v", d.Open)
	}
	for _, f := range l.Lint(d, letter.Scope{WhatHappened: c.WhatHappened}) {
		// A federal letter to Californians is told of the state's own law.
		if f.Severity == letter.Error || !strings.HasSuffix(spec.Letter, "-individual") {
			t.Errorf("%v", f)
		}
	}
	m, err := l.Prepare(d)
	if err != nil {
		t.Fatal(err)
	}
	return d, m
}

func write(t *testing.T, m *letter.Mailing, v letter.Variant, name string, page bool) {
	t.Helper()
	p := fullPerson(v)
	p.Elements = m.Elements()
	got, err := m.Render(p)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, name+".txt", "Subject: "+got.Subject+"\n\n"+got.Text)
	if page {
		golden(t, name+".html", got.HTML)
	}
}

func TestGoldenLettersReadWellAndPassTheirOwnLaw(t *testing.T) {
	l := library(t)
	for _, spec := range letters(l) {
		name := spec.Letter + "." + spec.Language
		t.Run(name, func(t *testing.T) {
			d, m := lawful(t, l, spec)
			for _, v := range d.Variants {
				file := name
				if v != letter.Adult {
					file += "." + string(v)
				}
				write(t, m, v, file, false)
			}
			spec.Channel = letter.Email
			_, m = lawful(t, l, spec)
			write(t, m, letter.Adult, name+".email", true)
			if !strings.Contains(d.Source, "dear-minor") {
				return // not a letter about a person's own data
			}
			spec.Channel, spec.Audience = letter.Mail, letter.Employee
			d, m = lawful(t, l, spec)
			if !slices.Contains(d.ContentIDs, "relation") {
				t.Error("an employee does not read why they are written to")
			}
			write(t, m, letter.Adult, name+".employee", false)
		})
	}
}

func TestGoldenLettersOfPlacesWithoutATextOfTheirOwn(t *testing.T) {
	l := library(t)
	for _, where := range ownText() {
		t.Run(where, func(t *testing.T) {
			id, ok := l.For("", "individuals", where)
			if !ok || id != "us" && id != "world" {
				t.Fatalf("letter %q", id)
			}
			_, m := lawful(t, l, letter.Spec{Letter: id, Jurisdiction: where, Channel: letter.Mail})
			write(t, m, letter.Adult, filepath.Join("places", where), false)
		})
	}
}

// No golden file is left over from a letter that is gone.
func TestGoldenFilesAllHaveALetter(t *testing.T) {
	l := library(t)
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	var ids []string
	for _, info := range l.Letters() {
		ids = append(ids, info.ID)
	}
	for _, file := range files {
		id, _, _ := strings.Cut(filepath.Base(file), ".")
		if !slices.Contains(ids, id) {
			t.Errorf("%s: there is no letter %q", file, id)
		}
	}
}

func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := letter.Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}
