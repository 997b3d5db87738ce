package letter_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/notify/letter"
)

// sides puts the two texts of a comparison together again.
func sides(list []letter.Change) (was, is string) {
	for _, c := range list {
		if c.Op != letter.Added {
			was += c.Text
		}
		if c.Op != letter.Removed {
			is += c.Text
		}
	}
	return was, is
}

func TestDiffShowsTheWordsThatChanged(t *testing.T) {
	for _, c := range []struct{ was, is, want string }{
		{"", "", ""},
		{"same\n", "same\n", "same\n"},
		{"", "new", "{+new+}"},
		{"gone", "", "[-gone-]"},
		{"We found it on 2 May.\nCall us.\n", "We found it on 3 May.\nCall us.\n", "We found it on [-2-]{+3+} May.\nCall us.\n"},
		{"one\ntwo\nthree\n", "one\nthree\n", "one\n[-two\n-]three\n"},
		{"Ihre Prüfnummer", "Ihre Prüfziffer", "Ihre [-Prüfnummer-]{+Prüfziffer+}"},
		{"a, b", "a; b", "a[-,-]{+;+} b"},
	} {
		if got := letter.DiffText(letter.Diff(c.was, c.is)); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.was, c.is, got, c.want)
		}
	}
}

// Texts that have nothing in common are not taken apart for minutes.
func TestDiffOfTextsFarApart(t *testing.T) {
	var a, b strings.Builder
	for n := range 4000 {
		fmt.Fprintf(&a, "was %d\n", n)
		fmt.Fprintf(&b, "is %d\n", n)
	}
	got := letter.Diff(a.String(), b.String())
	if was, is := sides(got); was != a.String() || is != b.String() {
		t.Fatalf("%d changes do not make up the texts", len(got))
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("one two\nthree", "one three\ntwo")
	f.Add("a\xffb", "ab\r\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		got := letter.Diff(a, b)
		if was, is := sides(got); was != a || is != b {
			t.Fatalf("%q and %q came out as %q and %q", a, b, was, is)
		}
		for n, c := range got {
			if c.Text == "" || n > 0 && got[n-1].Op == c.Op {
				t.Fatalf("change %d of %v is not one", n, got)
			}
		}
	})
}

func TestPassagesCoverTheSource(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "us-ca", Jurisdiction: "US-CA"}, fullCase())
	all := d.Passages()
	if len(all) < 5 || all[0].From != 1 || all[len(all)-1].To != strings.Count(strings.TrimRight(d.Source, "\n"), "\n")+1 {
		t.Fatalf("passages %+v", all)
	}
	for n := 1; n < len(all); n++ {
		if all[n].From != all[n-1].To+1 {
			t.Errorf("%s ends on line %d and %s begins on %d", all[n-1].Key, all[n-1].To, all[n].Key, all[n].From)
		}
	}
	if line := d.Quotes("persuaded our support   desk"); line == 0 || !strings.Contains(strings.Split(d.Source, "\n")[line-1], "persuaded") {
		t.Errorf("the words are on line %d", line)
	}
	if d.Quotes("not in it") != 0 || d.Quotes(" ") != 0 {
		t.Error("words that are not there were found")
	}
}

func TestValuesSayWhatChanged(t *testing.T) {
	l := library(t)
	spec := letter.Spec{Letter: "gdpr-34", Jurisdiction: "DE", Language: "de"}
	c := caseIn("de")
	d := compose(t, l, spec, c)
	now := func() []string {
		v, err := l.Values(spec, c)
		if err != nil {
			t.Fatal(err)
		}
		return letter.Changed(d.Values, v)
	}
	if got := now(); got != nil {
		t.Fatalf("nothing changed, and it says %v", got)
	}
	c.LetterDate = c.LetterDate.AddDate(0, 0, 1)
	if got := now(); got != nil {
		t.Errorf("a day passed: %v", got)
	}
	c.WhatHappened += " Mehr ist nicht bekannt."
	if got := fmt.Sprint(now()); got != "[incident: what happened]" {
		t.Errorf("changed: %s", got)
	}
	c.Elements = append(c.Elements, "genetic")
	if got := strings.Join(now(), "; "); !strings.Contains(got, "which kinds of data were exposed") {
		t.Errorf("changed: %s", got)
	}
	if letter.Changed(nil, d.Values) != nil {
		t.Error("a draft of old is said to have changed")
	}
}
