package filing_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/notify/filing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")), got) {
		t.Errorf("%s differs; read the change, then run go test -update", path)
	}
}

// Each form at each of its stages, as it is printed and as machines read it, so
// that a change of a form is read as a difference.
func TestGoldenPacks(t *testing.T) {
	l := library(t)
	for _, form := range l.Forms() {
		stages := form.Stages
		if len(stages) == 0 {
			stages = []filing.Stage{{Name: "notice"}}
		}
		for n, stage := range stages {
			c := earlyCase(place(form))
			c.Stage = stage.Name
			if n > 0 {
				c.Submission, c.Previous = "follow_up", "REF-1"
			}
			if form.Generic {
				c.Content = []string{"nature", "number_of_people", "likely_consequences", "measures", "reasons_for_delay", "root_cause"}
			}
			checkGolden(t, build(t, l, form.ID, c), form.ID+"/"+stage.Name)
		}
	}
	few := earlyCase("US")
	few.People = few.People[1:2] // 1,000 become 300
	few.People[0].People = 300
	checkGolden(t, build(t, l, "us-hhs-ocr", few), "us-hhs-ocr/fewer-than-500")
}

func checkGolden(t *testing.T, p filing.Pack, name string) {
	t.Helper()
	page, err := p.HTML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, name+".html", []byte(page))
	data, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, name+".json", data)
	var back filing.Pack
	if err := json.Unmarshal(data, &back); err != nil || len(back.Fields) != len(p.Fields) || back.Form.ID != p.Form.ID {
		t.Errorf("%s does not read back: %v, %d of %d fields", name, err, len(back.Fields), len(p.Fields))
	}
	again, err := back.JSON()
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("%s reads back as something else: %v", name, err)
	}
	for _, remote := range []string{"<script", "src=", "<link", "url(", "<Insurance>"} {
		if strings.Contains(page, remote) {
			t.Errorf("%s holds %s", name, remote)
		}
	}
}

// The counts the forms themselves state, or their readers do.
func TestEveryFieldOfTheFormIsThere(t *testing.T) {
	l := library(t)
	for _, c := range []struct {
		form     string
		numbered int
	}{{"eu-gdpr-33", 100}, {"eu-dora", 76}} {
		form, err := l.Form(c.form)
		if err != nil {
			t.Fatal(err)
		}
		numbers := map[string]bool{}
		for _, f := range form.Fields() {
			if f.Number != "" && numbers[f.Number] {
				t.Errorf("%s: number %s is there twice", c.form, f.Number)
			}
			if f.Number != "" {
				numbers[f.Number] = true
			}
		}
		if len(numbers) != c.numbered {
			t.Errorf("%s has %d numbered fields, want %d", c.form, len(numbers), c.numbered)
		}
	}
}

func TestEveryFieldIsAnsweredOrSaysThatItIsNot(t *testing.T) {
	l := library(t)
	for _, form := range l.Forms() {
		for name, c := range map[string]filing.Case{"empty": {}, "early": earlyCase(place(form))} {
			p := build(t, l, form.ID, c)
			if !form.Generic && len(p.Fields) != len(form.Fields()) {
				t.Errorf("%s, %s: %d answers to %d fields", form.ID, name, len(p.Fields), len(form.Fields()))
			}
			for _, a := range p.Fields {
				if a.Answer == "" || a.Missing != (a.Answer == filing.Unknown) || strings.Contains(a.Answer, "0001-01-01") ||
					a.Asked == strings.HasPrefix(a.Answer, filing.NotAsked) || a.Required && !a.Asked {
					t.Errorf("%s, %s: field %s: %+v", form.ID, name, a.ID, a)
				}
				if a.Missing && a.Place.Kind == "" {
					t.Errorf("%s, %s: nobody says where to answer %s", form.ID, name, a.ID)
				}
			}
			if name == "empty" && len(p.Missing()) == 0 {
				t.Errorf("%s: an empty case misses nothing", form.ID)
			}
		}
	}
}
