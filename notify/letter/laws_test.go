package letter_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// lawful letters of a pack: where its residents live, and what letter they get.
func specOf(l *letter.Library, law letter.Law) (letter.Spec, bool) {
	for _, duty := range law.Duties {
		where := map[string]string{"eu": "EU", "uk": "GB", "us": "US-OH", "au": "AU-NSW", "ca": "CA-BC"}[duty[:2]]
		if len(law.Jurisdictions) > 0 {
			where = law.Jurisdictions[0]
		}
		switch law.Pack {
		case "us-ca-cdph":
			where = "US-CA"
		case "au-qld":
			where = "AU-QLD"
		case "ca-qc-public":
			where = "CA-QC"
		}
		if where == "EEA" {
			where = "IE"
		}
		for _, audience := range []string{"individuals", "media"} {
			if strings.HasSuffix(duty, "-media") != (audience == "media") {
				continue
			}
			if id, ok := l.For(duty, audience, where); ok {
				if where == "US-OH" && audience == "media" {
					where = "US-CA"
				}
				return letter.Spec{Letter: id, Jurisdiction: where, Channel: letter.Mail, Duties: law.Duties}, true
			}
		}
	}
	for _, info := range l.Letters() {
		if slices.Contains(info.Packs, law.Pack) {
			return letter.Spec{Letter: info.ID, Jurisdiction: place(info, "en"), Channel: letter.Mail}, true
		}
	}
	return letter.Spec{}, false
}

// everything is a case that has all that a law may hang on.
func everything() letter.Case {
	c := fullCase()
	c.LateReasons = "The list of the people concerned was not readable at first."
	c.Acquirer = "a former contractor"
	c.People = append(c.People, letter.Count{Jurisdiction: "US-OH", People: 700})
	return c
}

// without takes every block out that is tagged with a content.
func without(d letter.Draft, content string) string {
	var out []string
	keep := true
	for _, line := range strings.Split(d.Source, "\n") {
		if rest, ok := strings.CutPrefix(line, "%%"); ok {
			_, contents, _ := strings.Cut(rest, ":")
			contents, _, _ = strings.Cut(contents, ";")
			keep = !slices.Contains(strings.FieldsFunc(contents, func(r rune) bool { return r == ',' || r == ' ' }), content)
		}
		if keep {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// Every must of every law: the letter as it comes passes, and without the
// blocks that tell it, it does not. Every ban: a block that tells it is found.
func TestEveryMustTakenOutAndEveryBanPutInIsCaught(t *testing.T) {
	l := library(t)
	musts, bans := 0, 0
	for i, law := range l.Laws() {
		if testing.Short() && i%3 != 0 && len(law.Bans) == 0 {
			continue // every law's turn comes in the full run; the race detector makes each thirty times as slow
		}
		t.Run(law.Pack, func(t *testing.T) {
			spec, ok := specOf(l, law)
			if !ok {
				t.Fatalf("no letter is held against it")
			}
			d := compose(t, l, spec, everything())
			scope := letter.Scope{RegulatedAs: []string{"nothing"}}
			if got := errors(l.Lint(d, scope)); got != "" {
				t.Fatalf("as it comes: %s", got)
			}
			caught := func(source string, f func(letter.Finding) bool) bool {
				e := d
				e.Source = source
				return slices.ContainsFunc(l.Lint(e, scope), func(x letter.Finding) bool { return x.Pack == law.Pack && f(x) })
			}
			for _, m := range law.Musts {
				if m.Heading != "" || m.Sender != "" {
					continue // tried by their words elsewhere
				}
				musts++
				want := letter.Error
				if m.Advice {
					want = letter.Warning
				}
				if !caught(without(d, m.Content), func(f letter.Finding) bool {
					return f.Severity == want && f.Content == m.Content && f.Cite == m.Cite && strings.HasPrefix(f.What, "missing: ")
				}) {
					t.Errorf("without %s it passes: %s", m.Content, m.What)
				}
			}
			for _, b := range law.Bans {
				bans++
				if !caught(d.Source+"\n%% forbidden-words: "+b.Content+"\nHere it is told.\n", func(f letter.Finding) bool {
					return f.Severity == letter.Error && f.Content == b.Content && f.Line > 0 && strings.HasPrefix(f.What, "may not tell")
				}) {
					t.Errorf("with %s it passes", b.Content)
				}
			}
		})
	}
	if !testing.Short() && musts < 300 || bans < 6 {
		t.Errorf("only %d musts and %d bans were tried", musts, bans)
	}
}

// What the rules of the library ask a notice to hold, the lint holds it to: by
// a pack, or by the rule's own list.
func TestTheLintKnowsWhatTheRulesAskFor(t *testing.T) {
	l := library(t)
	rules, err := statute.Load(statute.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	packs := map[string][]letter.Law{}
	for _, law := range l.Laws() {
		for _, duty := range law.Duties {
			packs[duty] = append(packs[duty], law)
		}
	}
	seen := map[string]bool{}
	for _, summary := range rules.List() {
		if summary.Audience != "individuals" || seen[summary.ID] {
			continue
		}
		seen[summary.ID] = true
		versions := rules.Versions(summary.ID)
		rule := versions[len(versions)-1]
		held := packs[rule.ID]
		for _, word := range rule.Content.Required {
			if word == "other" && rule.ID == "jp-appi-26-individuals" {
				continue // "other matters of reference": nothing a lint could look for
			}
			id, known := l.ContentID(word)
			if !known {
				t.Errorf("%s: letters have no word for %s", rule.ID, word)
			}
			if len(held) > 0 && !slices.ContainsFunc(held, func(law letter.Law) bool {
				return slices.ContainsFunc(law.Musts, func(m letter.Must) bool { return m.Content == id && !m.Advice })
			}) {
				t.Errorf("%s: its pack does not ask for %s (%s)", rule.ID, word, id)
			}
		}
		for _, word := range rule.Content.Forbidden {
			id, _ := l.ContentID(word)
			if !slices.ContainsFunc(held, func(law letter.Law) bool {
				return slices.ContainsFunc(law.Bans, func(b letter.Ban) bool { return b.Content == id })
			}) {
				t.Errorf("%s: its pack does not forbid %s", rule.ID, word)
			}
		}
	}
	for duty := range packs {
		if !seen[duty] && !strings.HasSuffix(duty, "-media") {
			t.Errorf("a pack is for %s, which is no rule about people", duty)
		}
	}
	if len(packs) < 100 {
		t.Errorf("only %d rules have a pack", len(packs))
	}
}

func TestAuthoritiesAreThoseOfTheRuleLibrary(t *testing.T) {
	l := library(t)
	rules, err := statute.Load(statute.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, a := range l.Authorities() {
		record, ok := rules.Authority(a.ID)
		if !ok || record.Name != a.Name || record.Place() != a.Jurisdiction {
			t.Errorf("%s: %q in %s; the record: %+v", a.ID, a.Name, a.Jurisdiction, record)
		}
		n++
	}
	for _, country := range strings.Fields("AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK") {
		if !slices.ContainsFunc(l.Authorities(), func(a letter.Authority) bool { return a.Jurisdiction == country && a.Web != "" }) {
			t.Errorf("%s: no authority", country)
		}
	}
	if n < 60 {
		t.Errorf("only %d authorities", n)
	}
}

// A law somebody added as a rule, without a pack, is held by its own lists.
func TestARuleWithoutAPackIsHeldByItsOwnLists(t *testing.T) {
	l := library(t)
	d := compose(t, l, letter.Spec{Letter: "world", Jurisdiction: "XX"}, fullCase())
	duty := letter.Duty{Rule: "xx-law-1", Law: "A new law", Cite: "section 1", Required: []string{"kinds_of_information", "measures", "shoe_size"}, Forbidden: []string{"number_of_people"}}
	found := l.Lint(d, letter.Scope{Duties: []letter.Duty{duty}})
	if letter.Failed(found) || len(found) != 1 || found[0].Content != "shoe_size" {
		t.Fatalf("as it comes: %v", found)
	}
	e, err := l.Edited(d, d.Subject, without(d, "data_types")+"\n%% count\nIn all, 4,120 people are affected.\n")
	if err != nil {
		t.Fatal(err)
	}
	got := errors(l.Lint(e, letter.Scope{Duties: []letter.Duty{duty}}))
	for _, want := range []string{"kinds of personal information", `may not tell the number of people affected: "4,120 people"`, "[section 1]"} {
		if !strings.Contains(got, want) {
			t.Errorf("no word of %q in %q", want, got)
		}
	}
	known := letter.Duty{Rule: "us-ma-individuals", Required: []string{"nature"}}
	if got := errors(l.Lint(d, letter.Scope{Duties: []letter.Duty{known}})); got != "" {
		t.Errorf("a rule with a pack is held twice: %s", got)
	}
}

func TestLoadChecksContentsAndPacks(t *testing.T) {
	_, err := letter.Load(fstest.MapFS{
		"contacts.toml":      {Data: []byte("reviewed = \"x\"\n")},
		"contents.toml":      {Data: []byte("[[content]]\nid = \"a\"\nwhat = \"x\"\n[[content]]\nid = \"b\"\nalso = [\"a\"]\nwhat = \"x\"\n")},
		"rules/us-xx.toml":   {Data: []byte("law = \"x\"\nreviewed = \"y\"\ntells = [\"shoe\"]\n")},
		"rules/us-yy.toml":   {Data: []byte("law = \"x\"\nreviewed = \"y\"\n[[require]]\ncontent = \"a\"\nwhat = \"w\"\ncite = \"c\"\nany = [\"shoe\"]\n")},
		"rules/us-zz.toml":   {Data: []byte("law = \"x\"\nreviewed = \"y\"\nhides = [\"shoe\"]\n")},
		"rules/us-none.toml": {Data: []byte("law = \"x\"\nreviewed = \"y\"\n")},
	})
	for _, want := range []string{`content "a" is there twice`, `us-xx.toml: "shoe" is not in contents.toml`, `us-yy.toml: require 1: any: "shoe"`, `us-zz.toml: "shoe"`, "us-none.toml: law, reviewed"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in\n%v", want, err)
		}
	}
}
