package letter_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/notify/letter"
)

var update = flag.Bool("update", false, "write the golden files anew")

// letters are those counsel reads in testdata: every one the library has, in
// every language, once for each variant it speaks to.
func letters(l *letter.Library) []letter.Spec {
	places := map[string]string{"gdpr-34": "IE", "uk-gdpr-34": "GB", "us": "US-NC", "world": "BR", "hipaa-individual": "US-CA",
		"hipaa-media": "US-CA", "us-cra": "US-NY", "regulator-cover": "DE", "processor-to-controller": "DE"}
	var out []letter.Spec
	for _, info := range l.Letters() {
		place := places[info.ID]
		if place == "" {
			place = info.Jurisdictions[0]
		}
		for _, language := range info.Languages {
			if home := map[string]string{"fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "pl": "PL", "pt": "PT", "de": "DE-BY"}[language]; home != "" && place == "IE" {
				place := home
				out = append(out, letter.Spec{Letter: info.ID, Jurisdiction: place, Language: language, Channel: letter.Mail})
				continue
			}
			out = append(out, letter.Spec{Letter: info.ID, Jurisdiction: place, Language: language, Channel: letter.Mail})
		}
	}
	return out
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Join("testdata", "golden"), 0o755); err != nil {
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

func TestGoldenLettersReadWellAndPassTheirOwnLaw(t *testing.T) {
	l := library(t)
	c := fullCase()
	for _, spec := range letters(l) {
		t.Run(spec.Letter+"."+spec.Language, func(t *testing.T) {
			d := compose(t, l, spec, c)
			if !d.Complete() {
				t.Fatalf("a case in which everything is known leaves open: %v", d.Open)
			}
			for _, f := range l.Lint(d, letter.Scope{WhatHappened: c.WhatHappened}) {
				if f.Severity == letter.Error || spec.Letter != "hipaa-individual" {
					t.Errorf("%v", f)
				}
			}
			m, err := l.Prepare(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range d.Variants {
				got, err := m.Render(fullPerson(v))
				if err != nil {
					t.Fatal(err)
				}
				name := spec.Letter + "." + spec.Language
				if v != letter.Adult {
					name += "." + string(v)
				}
				golden(t, name+".txt", "Subject: "+got.Subject+"\n\n"+got.Text)
				if v == letter.Adult && (spec.Letter == "us-ca" || spec.Letter == "gdpr-34") {
					golden(t, name+".html", got.HTML)
				}
			}
		})
	}
}
