package letter_test

import (
	"strings"
	"testing"

	"tocsin/notify/letter"
)

func errors(findings []letter.Finding) string {
	var out []string
	for _, f := range findings {
		if f.Severity == letter.Error {
			out = append(out, f.String())
		}
	}
	return strings.Join(out, "\n")
}

func TestOneNationwideLetterBreaksMassachusettsLaw(t *testing.T) {
	l := library(t)
	c := fullCase()
	d := compose(t, l, letter.Spec{Letter: "us", Jurisdiction: "US-OH", Channel: letter.Email}, c)
	if got := errors(l.Lint(d, letter.Scope{})); got != "" {
		t.Fatalf("in Ohio:\n%s", got)
	}
	got := l.Lint(d, letter.Scope{Jurisdictions: []string{"US-OH", "US-MA", "US-CA"}, WhatHappened: c.WhatHappened})
	if !strings.Contains(errors(got), "may not tell the nature of the breach") {
		t.Errorf("Massachusetts finds nothing: %v", got)
	}
	for _, f := range got {
		if f.Content == "nature" && f.Pack == "us-ma" && (f.Line == 0 && !strings.Contains(f.What, "in the subject") || f.Cite == "" || f.Law == "") {
			t.Errorf("a finding without line, citation or law: %+v", f)
		}
	}
	if !strings.Contains(errors(got), "law enforcement") {
		t.Errorf("California does not miss whether the police asked for a delay: %v", got)
	}
}

// untagged is a letter as a person may paste it: the words without the tags.
func untagged(d letter.Draft) string {
	var out []string
	for _, line := range strings.Split(d.Source, "\n") {
		if !strings.HasPrefix(line, "%%") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func TestMassachusettsFindsTheNatureHoweverItIsWritten(t *testing.T) {
	l := library(t)
	c := fullCase()
	d := compose(t, l, letter.Spec{Letter: "us-ma", Jurisdiction: "US-MA", Channel: letter.Mail}, c)
	clean := l.Lint(d, letter.Scope{WhatHappened: c.WhatHappened})
	if len(clean) > 0 {
		t.Fatalf("the letter itself: %v", clean)
	}
	for i, sentence := range []string{
		"An unauthorized party accessed our network.",
		"On March 1, hackers entered our systems.",
		"We were the victim of a ransomware attack.",
		"An employee mailed your file to the wrong person; an employee\nsent the documents to a stranger.",
		"A laptop was stolen from a car.",
		"Your records were downloaded from our server.",
		"Somebody gained access to a mailbox.",
		"A caller tricked our staff.",
		"This data breach affects you.",
		"A caller posed as a colleague and persuaded our support desk to help.",
		"This concerns 812 Massachusetts residents.",
		"About 1,200 people are affected.",
		"Thousands of customers receive this letter.",
		"Twenty-four residents are affected.",
		"The number of people affected is 812.",
	} {
		// Where it stands takes turns; what it says is what is tried.
		place, source := "in a block", strings.Replace(d.Source, "## What You Can Do", "## What You Can Do\n\n"+sentence, 1)
		switch i % 3 {
		case 1:
			place, source = "without tags", untagged(d)+"\n\n"+sentence
		case 2:
			place, source = "its own block", d.Source+"\n%% ps\n"+sentence+"\n"
		}
		e, err := l.Edited(d, d.Subject, source)
		if err != nil {
			t.Fatal(err)
		}
		found := l.Lint(e, letter.Scope{WhatHappened: c.WhatHappened})
		ok := false
		for _, f := range found {
			if f.Severity == letter.Error && strings.HasPrefix(f.What, "may not tell") {
				lines := strings.Split(source, "\n")
				first := strings.Fields(sentence)[0]
				if at := strings.Join(lines[max(0, f.Line-2):min(len(lines), f.Line)], " "); strings.Contains(at, first) {
					ok = true
				}
			}
		}
		if !ok {
			t.Errorf("%s: %q passes: %v", place, sentence, found)
		}
	}
	tagged, err := l.Edited(d, d.Subject, d.Source+"\n%% story: nature\nIt was nobody's fault.\n")
	if err != nil {
		t.Fatal(err)
	}
	if !letter.Failed(l.Lint(tagged, letter.Scope{})) {
		t.Error("a block tagged nature passes")
	}
	inSubject, err := l.Edited(d, "Ransomware at Harbour", d.Source)
	if err != nil {
		t.Fatal(err)
	}
	if !letter.Failed(l.Lint(inSubject, letter.Scope{})) {
		t.Error("a subject that tells the nature passes")
	}
}

func TestWhatIsTakenOutIsMissed(t *testing.T) {
	l := library(t)
	type edit struct{ letter, place, old, new, want string }
	for _, c := range []edit{
		{"us-ca", "US-CA", "# Notice of Data Breach", "# About your data", `the heading "Notice of Data Breach"`},
		{"us-ca", "US-CA", "## What Happened", "## The incident", `the heading "What Happened"`},
		{"us-ca", "US-CA", "## What Information Was Involved", "## Data", `the heading "What Information Was Involved"`},
		{"us-ca", "US-CA", "## What We Are Doing", "## Our work", `the heading "What We Are Doing"`},
		{"us-ca", "US-CA", "## What You Can Do", "## Advice", `the heading "What You Can Do"`},
		{"us-ca", "US-CA", "## For More Information", "## Questions", `the heading "For More Information"`},
		{"us-ca", "US-CA", "1-888-397-3742", "", "consumer reporting agencies"},
		{"us-ca", "US-CA", "Woodlyn, PA 19094, ", "", "consumer reporting agencies"},
		{"us-ca", "US-CA", "for 24 months", "for 6 months", "at least 12 months"},
		{"us-ca", "US-CA", "was not delayed as a result of a law enforcement investigation", "is late", "delayed by law enforcement"},
		{"us-ct", "US-CT", "for 24 months", "for 12 months", "at least 24 months"},
		{"us-ma", "US-MA", "for 24 months", "for one year", "at least 18 months"},
		{"us-ma", "US-MA", "police report", "paper", "police report"},
		{"us-ma", "US-MA", "There is no charge to place", "You may pay to place", "free of charge"},
		{"us-ny", "US-NY", "Federal Trade Commission", "government", "state and federal agencies"},
		{"us-wa", "US-WA", "We discovered the breach on March 2, 2026.", "", "discovered"},
		{"us-fl", "US-FL", "It took place between February 27, 2026 and March 1, 2026.", "", "range of dates"},
		{"us-il", "US-IL", "fraud alert", "note", "fraud alerts"},
		{"us", "US-RI", "About 16,706 people are affected.", "", "number of affected"},
		{"us", "US-MD", "Maryland Attorney General", "state", "attorney general"},
		{"gdpr-34", "FR", "Our data protection officer or contact point|Data Protection Officer", "Somebody", "data protection officer"},
		{"gdpr-34", "FR", "dpo@harbourvale.example|+1 860 555 0117", "", "data protection officer"},
		{"hipaa-individual", "US-OH", "1-800-555-0142", "", "toll-free"},
	} {
		t.Run(c.letter+" "+c.place+" "+c.old, func(t *testing.T) {
			d := compose(t, l, letter.Spec{Letter: c.letter, Jurisdiction: c.place, Channel: letter.Mail}, fullCase())
			if got := errors(l.Lint(d, letter.Scope{})); got != "" {
				t.Fatalf("before the edit: %s", got)
			}
			source := d.Source
			for _, old := range strings.Split(c.old, "|") {
				if !strings.Contains(source, old) {
					t.Fatalf("the letter does not hold %q:\n%s", old, d.Source)
				}
				source = strings.ReplaceAll(strings.ReplaceAll(source, old, c.new), strings.ToUpper(old[:1])+old[1:], c.new)
			}
			e, err := l.Edited(d, d.Subject, source)
			if err != nil {
				t.Fatal(err)
			}
			if got := errors(l.Lint(e, letter.Scope{})); !strings.Contains(got, c.want) {
				t.Errorf("want a word of %q, got %q", c.want, got)
			}
		})
	}
}

func TestAHeadingAloneTellsNothing(t *testing.T) {
	l := library(t)
	c := fullCase()
	c.LawEnforcement.Reported = false // or that sentence would be something that is done
	for key, want := range map[string]string{"what-happened": "the nature of the breach", "doing": "the measures"} {
		d := compose(t, l, letter.Spec{Letter: "gdpr-34", Jurisdiction: "IE", Channel: letter.Email}, c)
		before, rest, found := strings.Cut(d.Source, "%% "+key)
		if !found {
			t.Fatalf("no block %s", key)
		}
		tag, rest, _ := strings.Cut(rest, "\n")
		_, after, _ := strings.Cut(rest, "\n%% ")
		e, err := l.Edited(d, d.Subject, before+"%% "+key+tag+"\n## A heading alone\n\n%% "+after)
		if err != nil {
			t.Fatal(err)
		}
		if got := errors(l.Lint(e, letter.Scope{})); !strings.Contains(got, want) {
			t.Errorf("emptying %s: %q", key, got)
		}
	}
}

func TestLintOfTheProgramItself(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "us-tx", Jurisdiction: "US-TX", Channel: letter.Email}, fullCase())
	for _, bad := range []string{"![logo](https://e.example/x.png)", "<img src=x >", "[OPEN: when?]", "See https://e.example/notice?utm_source=letter.", "https://e.example/n?a=1&uid=7"} {
		e := d
		e.Source += "\n" + bad + "\n"
		found := l.Lint(e, letter.Scope{})
		if !letter.Failed(found) || found[0].Line == 0 {
			t.Errorf("%q passes: %v", bad, found)
		}
	}
	e := d
	e.Source += "\n{{person.shoe}}\n"
	if !letter.Failed(l.Lint(e, letter.Scope{})) {
		t.Error("an unknown field passes")
	}
	asked := compose(t, l, letter.Spec{Letter: "gdpr-34", Jurisdiction: "FI", Language: "fi"}, fullCase())
	if asked.Language != "en" || asked.Asked != "fi" {
		t.Errorf("language %q, asked %q", asked.Language, asked.Asked)
	}
	found := l.Lint(asked, letter.Scope{})
	if len(found) == 0 || found[0].Content != "language" {
		t.Errorf("no warning about the language: %v", found)
	}
}

func TestGenericLetterPassesInEveryStateWithoutOne(t *testing.T) {
	l := library(t)
	states := strings.Fields("AK AL AR AZ CO DC DE GA GU HI IA ID IN KS KY LA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV OH OK OR PR RI SC SD TN UT VA VI VT WI WV")
	for _, s := range states {
		id, ok := l.For("", "individuals", "US-"+s)
		if !ok || id != "us" {
			t.Fatalf("%s: %s", s, id)
		}
		d := compose(t, l, letter.Spec{Letter: id, Jurisdiction: "US-" + s, Channel: letter.Mail}, fullCase())
		if got := errors(l.Lint(d, letter.Scope{})); got != "" {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func FuzzEdited(f *testing.F) {
	l := library(f)
	d := compose(f, l, letter.Spec{Letter: "us-ma", Jurisdiction: "US-MA", Channel: letter.Mail}, fullCase())
	f.Add(d.Subject, d.Source)
	f.Add("x", "%% a: b; for minor\n{{person.name}}\n- {{person.elements}}\n\n> q\n")
	f.Fuzz(func(t *testing.T, subject, source string) {
		e, err := l.Edited(d, subject, source)
		if err != nil {
			l.Lint(letter.Draft{Letter: "us-ma", Jurisdiction: "US-MA", Subject: subject, Source: source}, letter.Scope{})
			return
		}
		again, err := l.Edited(e, e.Subject, e.Source)
		if err != nil || again.Digest() != e.Digest() || again.Text != e.Text {
			t.Errorf("a second edit without a change changes the draft: %v", err)
		}
		l.Lint(e, letter.Scope{})
	})
}
