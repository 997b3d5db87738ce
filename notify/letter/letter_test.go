package letter_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"tocsin/incident"
	"tocsin/notify/letter"
)

func TestGapsStayVisibleAndStopARelease(t *testing.T) {
	l := library(t)
	for _, spec := range letters(l) {
		d := compose(t, l, spec, letter.Case{})
		if d.Complete() || len(d.Open) == 0 {
			t.Errorf("%s: an empty case leaves nothing open", spec.Letter)
		}
		for _, m := range d.Open {
			if m.Field == "" || m.Ask == "" || m.Block == "" {
				t.Errorf("%s: open entry without a field, a question or a place: %+v", spec.Letter, m)
			}
		}
		if strings.Contains(d.Source, "<no value>") || strings.Contains(d.Source, "January 1, 1") || strings.Contains(d.Source, "1 January 1.") {
			t.Errorf("%s: invents a value:\n%s", spec.Letter, d.Source)
		}
		if _, err := l.Prepare(d); incident.KindOf(err) != incident.Conflict {
			t.Errorf("%s: prepared with gaps: %v", spec.Letter, err)
		}
		if !letter.Failed(l.Lint(d, letter.Scope{})) {
			t.Errorf("%s: the lint passes an incomplete letter", spec.Letter)
		}
	}
}

func TestAnEditClosesWhatWasOpen(t *testing.T) {
	l := library(t)
	c := fullCase()
	c.Discovered = time.Time{}
	d := compose(t, l, letter.Spec{Letter: "us-fl", Jurisdiction: "US-FL", Channel: letter.Email}, c)
	if len(d.Open) != 1 || d.Open[0].Field != "incident.discovered" {
		t.Fatalf("open: %+v", d.Open)
	}
	edited, err := l.Edited(d, d.Subject, strings.ReplaceAll(d.Source, "[OPEN: "+d.Open[0].Ask+"]", "March 2, 2026"))
	if err != nil {
		t.Fatal(err)
	}
	if !edited.Complete() {
		t.Errorf("still open: %+v", edited.Open)
	}
	if edited.Digest() == d.Digest() {
		t.Error("the digest did not change with the text")
	}
	if !strings.Contains(edited.Text, "We discovered the incident on March 2, 2026.") {
		t.Error("the preview does not show the edit")
	}
}

func TestDigestIgnoresAnEditorsLineEndsOnly(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "us-ma", Jurisdiction: "US-MA"}, fullCase())
	same := d
	same.Source = strings.ReplaceAll(d.Source, "\n", "  \r\n") + "\r\n\r\n"
	if same.Digest() != d.Digest() {
		t.Error("line ends changed the digest")
	}
	for name, change := range map[string]func(*letter.Draft){
		"subject":  func(d *letter.Draft) { d.Subject += "!" },
		"source":   func(d *letter.Draft) { d.Source = strings.Replace(d.Source, "two", "three", 1) + "x" },
		"place":    func(d *letter.Draft) { d.Jurisdiction = "US-NY" },
		"language": func(d *letter.Draft) { d.Language = "de" },
		"channel":  func(d *letter.Draft) { d.Channel = letter.Mail },
	} {
		other := d
		change(&other)
		if other.Digest() == d.Digest() {
			t.Errorf("%s does not change the digest", name)
		}
	}
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back letter.Draft
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if back.Digest() != d.Digest() {
		t.Error("a stored draft has another digest")
	}
	if _, err := l.Prepare(back); err != nil {
		t.Errorf("a stored draft cannot be prepared: %v", err)
	}
}

func TestHTMLIsPlainAndLoadsNothing(t *testing.T) {
	l := library(t)
	allowed := map[string]bool{"html": true, "head": true, "meta": true, "title": true, "body": true, "main": true, "p": true, "h1": true, "h2": true,
		"ul": true, "li": true, "strong": true, "em": true, "br": true, "a": true}
	for _, spec := range letters(l) {
		d := compose(t, l, spec, fullCase())
		if got := strings.Count(d.HTML, "<h1"); got != 1 {
			t.Errorf("%s: %d first-level headings", spec.Letter, got)
		}
		z := html.NewTokenizer(strings.NewReader(d.HTML))
		var open []string
		for {
			tt := z.Next()
			if tt == html.ErrorToken {
				break
			}
			tok := z.Token()
			switch tt {
			case html.StartTagToken, html.SelfClosingTagToken:
				if !allowed[tok.Data] {
					t.Errorf("%s: <%s>", spec.Letter, tok.Data)
				}
				for _, a := range tok.Attr {
					if a.Key == "src" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("%s: %s=%q", spec.Letter, a.Key, a.Val)
					}
				}
				if tok.Data == "ul" && len(open) > 0 && open[len(open)-1] == "p" {
					t.Errorf("%s: a list within a paragraph", spec.Letter)
				}
				if tok.Data != "meta" && tok.Data != "br" && tt == html.StartTagToken {
					open = append(open, tok.Data)
				}
			case html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != tok.Data {
					t.Fatalf("%s: </%s> closes %v", spec.Letter, tok.Data, open)
				}
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%s: never closed: %v", spec.Letter, open)
		}
	}
}

func TestValuesThatLookLikeMarkdownStayWords(t *testing.T) {
	l := library(t)
	c := fullCase()
	c.Organisation.Name = "A*B_C & <Sons>"
	c.Organisation.Address = []string{"# 12 Main Road", "1. Etage"}
	c.CallCentre.Phone, c.CallCentre.Hours = "+49 30 5550100", "9*17"
	c.LetterDate = day(2026, time.March, 20)
	d := compose(t, l, letter.Spec{Letter: "gdpr-34", Jurisdiction: "DE", Language: "de-AT", Channel: letter.Mail}, c)
	if want := "A*B_C & <Sons>\n# 12 Main Road\n1. Etage\n\n20. März 2026\n"; !strings.HasPrefix(d.Text, want) {
		t.Errorf("text: %q", d.Text[:120])
	}
	for _, id := range []string{"gdpr-34", "substitute-notice"} {
		d := compose(t, l, letter.Spec{Letter: id, Jurisdiction: "DE", Language: "en", Channel: letter.Mail}, c)
		if !strings.Contains(d.Text, "+49 30 5550100 (9*17)") || strings.Contains(d.Text, `\`) {
			t.Errorf("the telephone line of %s: %s", id, d.Text)
		}
	}
	if want := "<p><strong>A*B_C &amp; &lt;Sons&gt;</strong><br>\n# 12 Main Road<br>\n1. Etage</p>\n<p>20. März 2026</p>"; !strings.Contains(d.HTML, want) {
		t.Errorf("HTML: %s", d.HTML[500:900])
	}
}

func TestForPicksTheLetter(t *testing.T) {
	l := library(t)
	for _, c := range []struct{ rule, audience, jurisdiction, want string }{
		{"us-ca-individuals", "individuals", "US-CA", "us-ca"},
		{"us-oh-individuals", "individuals", "US-OH", "us"},
		{"us-hipaa-individuals", "individuals", "US-CA", "hipaa-individual"},
		{"us-hipaa-media", "media", "US", "hipaa-media"},
		{"eu-gdpr-34-1", "individuals", "DE-BY", "gdpr-34"},
		{"eu-gdpr-34-1", "individuals", "EU", "gdpr-34"},
		{"uk-gdpr-34", "individuals", "GB", "uk-gdpr-34"},
		{"br-lgpd-48", "individuals", "BR", "br"},
		{"sg-pdpa-26d-individuals", "individuals", "SG", "world"},
		{"au-nsw-ppip-59n", "individuals", "AU-NSW", "au-nsw"},
		{"au-ndb-26wl", "individuals", "AU-NSW", "au"},
		{"us-hbnr-individuals", "individuals", "US", "hbnr-individual"},
		{"us-reg-sp-individuals", "individuals", "US-OH", "us"},
		{"", "business_customers", "FR", "business-customer"},
		{"eu-gdpr-33-2", "processor_to_controller", "EU", "processor-to-controller"},
		{"us-ny-cra", "consumer_reporting_agencies", "US-NY", "us-cra"},
		{"us-ny-ag", "regulator", "US-NY", "regulator-cover"},
		{"us-card-visa", "card_brands", "US", "card-brands"},
		{"us-ca-processor", "processor_to_controller", "US-CA", "processor-to-owner"},
		{"sg-pdpa-26c", "internal", "SG", "internal"},
		{"eu-nis2-23-4", "csirt", "DE", "csirt-notice"},
		{"", "media", "US-CA", "media-notice"},
		{"", "astronauts", "US", ""},
	} {
		if got, _ := l.For(c.rule, c.audience, c.jurisdiction); got != c.want {
			t.Errorf("For(%s, %s, %s) = %q, want %q", c.rule, c.audience, c.jurisdiction, got, c.want)
		}
	}
}

func TestEveryElementHasPlainWordsInEveryLanguage(t *testing.T) {
	l := library(t)
	languages := map[string]bool{}
	for _, spec := range letters(l) {
		languages[spec.Language] = true
	}
	for language := range languages {
		words := l.Words(language, letter.Elements())
		for i, e := range letter.Elements() {
			if strings.Contains(words[i], "_") || language != "en" && strings.Contains(e, "_") && words[i] == strings.ReplaceAll(e, "_", " ") {
				t.Errorf("%s: %s stands in a letter as a code", language, e)
			}
			if language != "en" && !strings.HasPrefix(language, "pt") && words[i] == l.Words("en", []string{e})[0] && len(e) > 6 {
				t.Errorf("%s: %s stands in a letter in English", language, e)
			}
		}
	}
	if n := len(letter.Elements()); n != 52 {
		t.Errorf("%d elements, the contract has 52", n)
	}
}

func TestComposeRefuses(t *testing.T) {
	l := library(t)
	for name, c := range map[string]struct {
		spec   letter.Spec
		change func(*letter.Case)
		kind   incident.Kind
	}{
		"no such letter":      {letter.Spec{Letter: "us-xx"}, func(*letter.Case) {}, incident.NotFound},
		"no such channel":     {letter.Spec{Letter: "us", Channel: "fax"}, func(*letter.Case) {}, incident.Invalid},
		"an unknown element":  {letter.Spec{Letter: "us"}, func(c *letter.Case) { c.Elements = []string{"shoe_size"} }, incident.Invalid},
		"braces in a value":   {letter.Spec{Letter: "us"}, func(c *letter.Case) { c.WhatHappened = "{{person.name}}" }, incident.Invalid},
		"a tag line in a val": {letter.Spec{Letter: "us"}, func(c *letter.Case) { c.Measures = []string{"x\n%% nature"} }, incident.Invalid},
	} {
		cs := fullCase()
		c.change(&cs)
		if _, err := l.Compose(c.spec, cs); incident.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEditedRefusesWithLines(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "us", Jurisdiction: "US-OH"}, fullCase())
	for name, c := range map[string]struct{ subject, source, where string }{
		"unknown field":     {"x", "%% a\nDear {{person.nmae}},\n", "line 2"},
		"case field":        {"x", "%% a\n\n{{incident.discovered}}\n", "line 1"},
		"stray braces":      {"x", "%% a\ntext\nmore {{ text\n", "line 3"},
		"broken tag":        {"x", "%% A B\ntext\n", "line 1"},
		"unknown condition": {"x", "%% a; for everybody\ntext\n", "line 1"},
		"twice":             {"x", "%% a\ntext\n%% a\ntext\n", "line 3"},
		"field in subject":  {"For {{person.name}}", "%% a\ntext\n", "subject"},
		"field in a link":   {"x", "%% a\n[x](https://e.example/{{person.name}})\n", "line 1"},
	} {
		_, err := l.Edited(d, c.subject, c.source)
		problems := incident.ProblemsOf(err)
		if incident.KindOf(err) != incident.Invalid || len(problems) == 0 || problems[0].Where != c.where {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadReportsEveryProblemWithFileAndLine(t *testing.T) {
	_, err := letter.Load(fstest.MapFS{
		"contacts.toml":         {Data: []byte("reviewed = \"x\"\nfax = 1\n")},
		"rules/us-xx.toml":      {Data: []byte("law = \"x\"\nreviewed = \"y\"\n")},
		"en/phrases.toml":       {Data: []byte("months = []\n")},
		"en/base/a.tmpl":        {Data: []byte("+++\ntitel = \"x\"\n+++\n%% x\ntext\n")},
		"en/base/b.tmpl":        {Data: []byte("+++\ntitle = \"x\"\nsubject = \"s\"\n+++\n%% x\n{{who}}\n%% y; when monday\n%% use none\n")},
		"en/blocks/us-xx.tmpl":  {Data: []byte("+++\nbase = \"b\"\nforbid = [\"nature\"]\n+++\n%% z: nature; after x\ntext\n%% q\ntext\n")},
		"en/blocks/us-zz.tmpl":  {Data: []byte("+++\nbase = \"zz\"\n+++\n\n")},
		"en/shared/unused.tmpl": {Data: []byte("text\n")},
	})
	if incident.KindOf(err) != incident.Invalid {
		t.Fatal(err)
	}
	for _, want := range []string{"contacts.toml: line 2", "rules/us-xx.toml", "en/phrases.toml", "line 1: unknown key titel", "b.tmpl:6: {{who}}",
		"b.tmpl:7: \"monday\"", "b.tmpl:8: there is no shared file", "us-xx.tmpl:5: tells nature", "us-xx.tmpl:7: the base has no block", "no base \"zz\"", "unused.tmpl:1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in\n%v", want, err)
		}
	}
}
