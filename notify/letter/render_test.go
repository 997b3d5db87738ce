package letter_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"tocsin/incident"
	"tocsin/notify/letter"
)

func TestRenderIsStrictAboutOnePerson(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "us-ct", Jurisdiction: "US-CT", Channel: letter.Mail}, fullCase())
	m, err := l.Prepare(d)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		change func(*letter.Person)
		want   string
	}{
		"no name":            {func(p *letter.Person) { p.Name = "" }, "person.name"},
		"spaces for a name":  {func(p *letter.Person) { p.Name = " \t\u200b " }, "person.name"},
		"a spreadsheet's":    {func(p *letter.Person) { p.Name = "#N/A" }, "person.name"},
		"a template's":       {func(p *letter.Person) { p.Name = "<no value>" }, "person.name"},
		"no address":         {func(p *letter.Person) { p.Address = nil }, "person.address"},
		"no elements":        {func(p *letter.Person) { p.Elements = nil }, "person.elements"},
		"no code":            {func(p *letter.Person) { p.MonitoringCode = "" }, "person.monitoring_code"},
		"no code to check":   {func(p *letter.Person) { p.CheckCode = "" }, "person.check_code"},
		"an unknown variant": {func(p *letter.Person) { p.Variant = "child" }, "variant"},
		"an unknown element": {func(p *letter.Person) { p.Elements = []string{"shoe_size"} }, "element"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := fullPerson(letter.Adult)
			c.change(&p)
			_, err := m.Render(p)
			if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "p-1") {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "Jordan") {
				t.Errorf("the error tells a name: %v", err)
			}
		})
	}
}

func TestVariantComesOnlyFromTheRoster(t *testing.T) {
	l := library(t)
	m, err := l.Prepare(compose(t, l, letter.Spec{Letter: "us-ny", Jurisdiction: "US-NY", Channel: letter.Mail}, fullCase()))
	if err != nil {
		t.Fatal(err)
	}
	wants := map[letter.Variant]string{"": "Dear Jordan Ng,", letter.Adult: "Dear Jordan Ng,",
		letter.Minor: "To the parent or guardian of Jordan Ng", letter.Deceased: "To the next of kin or personal representative of Jordan Ng"}
	for v, want := range wants {
		got, err := m.Render(fullPerson(v))
		if err != nil {
			t.Fatal(err)
		}
		for other, words := range wants {
			if has := strings.Contains(got.Text, words); has != (words == want) {
				t.Errorf("variant %q: %q (of %q) there: %v", v, words, other, has)
			}
		}
	}
}

func TestEachPersonReadsWhatTheyLost(t *testing.T) {
	l := library(t)
	m, err := l.Prepare(compose(t, l, letter.Spec{Letter: "us", Jurisdiction: "US-OH", Channel: letter.Email}, fullCase()))
	if err != nil {
		t.Fatal(err)
	}
	p := letter.Person{ID: "p-2", Name: "A. Person", Elements: []string{"email", "name"}, CheckCode: "AB12"}
	got, err := m.Render(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"Social Security number\n", "activation code", "Equifax", "Change the password"} {
		if strings.Contains(got.Text, no) {
			t.Errorf("somebody who lost a name and an e-mail address reads %q", no)
		}
	}
	if !strings.Contains(got.Text, "- name\n- e-mail address\n") || !strings.Contains(got.HTML, "<ul><li>name</li><li>e-mail address</li></ul>") {
		t.Errorf("the list of elements is missing:\n%s", got.Text)
	}
}

func TestAPersonsValuesAreNeverMarkup(t *testing.T) {
	l := library(t)
	m, err := l.Prepare(compose(t, l, letter.Spec{Letter: "us-tx", Jurisdiction: "US-TX", Channel: letter.Mail}, fullCase()))
	if err != nil {
		t.Fatal(err)
	}
	p := fullPerson(letter.Adult)
	p.Name = "**Eve** <img src=//x> {{person.address}} \u202egro\r\nBcc: all"
	got, err := m.Render(p)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Text, "Dear **Eve** <img src=//x> {{person.address}} gro Bcc: all,") {
		t.Errorf("the text changed the name:\n%s", got.Text[:600])
	}
	if !strings.Contains(got.HTML, "Dear **Eve** &lt;img src=//x&gt; {{person.address}} gro Bcc: all,") {
		t.Errorf("the HTML is open to a name:\n%s", got.HTML[:1500])
	}
}

func TestTheHTMLIsLargeEnoughForCalifornia(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "us-ca", Jurisdiction: "US-CA"}, fullCase())
	// Ten points are 13.3 pixels; nothing in the page makes a letter smaller.
	if strings.Count(d.HTML, "font-size") != 1 || !strings.Contains(d.HTML, "font-size:16px") || strings.Contains(d.HTML, "<small") {
		t.Error("the size of the letters is not the one set for the whole page")
	}
	for _, remote := range []string{"<img", "<link", "<script", "<style", "url(", "src=", "@import"} {
		if strings.Contains(d.HTML, remote) {
			t.Errorf("the page holds %s", remote)
		}
	}
}

func TestRenderFromManyGoroutines(t *testing.T) {
	l := library(t)
	m, err := l.Prepare(compose(t, l, letter.Spec{Letter: "us-ca", Jurisdiction: "US-CA", Channel: letter.Mail}, fullCase()))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				p := fullPerson(letter.Variants()[j%3])
				p.Name = fmt.Sprintf("Person %d-%d", i, j)
				got, err := m.Render(p)
				if err != nil || !strings.Contains(got.Text, p.Name) || strings.Count(got.Text, "Person ") != strings.Count(got.Text, p.Name) {
					cancel(fmt.Errorf("%s: %v", p.Name, err))
				}
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		t.Error(err)
	}
}

func BenchmarkRender(b *testing.B) {
	l := library(b)
	m, err := l.Prepare(compose(b, l, letter.Spec{Letter: "us-ca", Jurisdiction: "US-CA", Channel: letter.Mail}, fullCase()))
	if err != nil {
		b.Fatal(err)
	}
	p := fullPerson(letter.Adult)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Render(p); err != nil {
			b.Fatal(err)
		}
	}
}
