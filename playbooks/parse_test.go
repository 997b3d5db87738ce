package playbooks_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/playbooks"
)

const sample = `# a comment
slug = "ransomware"
title = "Ransomware"
version = "1.2.0"
summary = "What to do."
applies = { kind = ["ransomware", "intrusion"] }

[[step]]
key = "scope"
title = "Find the scope"
phase = "detect_analyze"
kind = "task"
role = "forensics"
instructions = """
Look.

Then write it down.
"""

[[step]]
key = "pay"
title = "Pay or not"
phase = "contain"
kind = "decision"
role = "commander"
needs = ["scope"]
mandatory = true
options = [{ key = "yes", title = "Pay" }, { key = "no", title = "Do not pay", note = "Default." }]
instructions = "Decide."

[[step]]
key = "isolate"
title = "Isolate hosts"
phase = "contain"
kind = "task"
role = "forensics"
due = { after = "incident.opened", within = "4h" }
needs = ["scope", "pay"]
when = { fact = "incident.availability", is = ["breached"] }
chosen = { step = "pay", option = ["no"] }
evidence = [{ kind = "screenshot", min = 1, note = "console" }]
obligations = ["eu-gdpr-33-1"]
attack = ["T1486"]
skip = { allowed = true, reason_required = false }
instructions = "Pull the \"plug\"."
`

func mustParse(t *testing.T, text string) *playbooks.Playbook {
	t.Helper()
	p, err := playbooks.Parse("test.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParse(t *testing.T) {
	p := mustParse(t, sample)
	if p.Slug != "ransomware" || p.Version != "1.2.0" || len(p.Steps) != 3 {
		t.Fatalf("got %+v", p)
	}
	s, ok := p.Step("isolate")
	if !ok {
		t.Fatal("no step isolate")
	}
	if s.Due == nil || s.Due.After != playbooks.IncidentOpened || s.Due.Within != 4*time.Hour {
		t.Errorf("due %+v", s.Due)
	}
	if s.When == nil || s.When.Fact != "incident.availability" {
		t.Errorf("when %+v", s.When)
	}
	if len(s.Evidence) != 1 || s.Evidence[0] != (playbooks.Evidence{Kind: "screenshot", Min: 1, Note: "console"}) {
		t.Errorf("evidence %+v", s.Evidence)
	}
	if got := s.Skipping(); !got.Allowed || got.ReasonRequired {
		t.Errorf("skipping %+v", got)
	}
	if s.Instructions != `Pull the "plug".` {
		t.Errorf("instructions %q", s.Instructions)
	}
	if d, _ := p.Step("pay"); d.Skipping().Allowed {
		t.Error("a mandatory step may be skipped")
	}
	if d, _ := p.Step("scope"); !d.Skipping().ReasonRequired {
		t.Error("a skip needs no reason by default")
	}
	if !p.Suits("intrusion") || p.Suits("vendor") {
		t.Error("suits the wrong kinds")
	}
	if found := playbooks.Lint([]byte(sample)); len(found) != 0 {
		t.Errorf("lint: %v", found)
	}
}

func TestParseErrorNamesFileAndLine(t *testing.T) {
	_, err := playbooks.Parse("my.toml", []byte(strings.Replace(sample, "needs = [\"scope\"]", "nedes = [\"scope\"]", 1)))
	var e *incident.Error
	if !errors.As(err, &e) || e.Kind != incident.Invalid {
		t.Fatalf("got %v", err)
	}
	if len(e.Problems) != 1 || e.Problems[0].Where != "my.toml:26" || !strings.Contains(e.Problems[0].What, `unknown key; did you mean "needs"?`) {
		t.Errorf("problems %v", e.Problems)
	}
}

// step is a whole step, for tests that break one thing.
func step(key, more string) string {
	s := "[[step]]\nkey = \"" + key + "\"\ntitle = \"T\"\nphase = \"contain\"\nrole = \"scribe\"\ninstructions = \"I.\"\n"
	if !strings.Contains(more, "kind = \"") || strings.Contains(more, "{ kind") {
		s += "kind = \"task\"\n"
	}
	return s + more + "\n"
}

const head = "slug = \"p\"\ntitle = \"P\"\nversion = \"1.0.0\"\nsummary = \"S\"\n"

func TestLint(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string // "line: key: part of what", in order
	}{
		{"empty", "", []string{"1: slug: missing", "1: title: missing", "1: version: missing", "1: step: there is no", "1: summary: missing"}},
		{"unknown key, wrong case", head + "Owner = \"x\"\n" + step("a", ""), []string{"5: Owner: unknown key"}},
		{"unknown key in a step", head + step("a", "duee = 1"), []string{`12: step.a.duee: unknown key; did you mean "due"?`}},
		{"key twice", head + step("a", "title = \"again\""), []string{"12: title: given twice: first on line 7"}},
		{"inline key twice", head + step("a", "due = { after = \"run.started\", after = \"run.started\", within = \"1h\" }"), []string{"12: after: given twice"}},
		{"step key twice", head + step("a", "") + step("a", ""), []string{"14: step.a.key: step \"a\" is given twice: first on line 5"}},
		{"single brackets", head + "[step]\nkey = \"a\"\n", []string{"5: step: must be an array, not a table"}},
		{"bad names", "slug = \"Not Good\"\ntitle = \"P\"\nversion = \"1.0\"\nsummary=\"S\"\n" + step("A_b", ""), []string{"1: slug: must be lower-case", "3: version: must be a semantic version", "6: step[1].key: must be lower-case"}},
		{"bad enums", head + "[[step]]\nkey=\"a\"\ntitle=\"T\"\nphase=\"contian\"\nkind=\"tsk\"\nrole=\"boss\"\ninstructions=\"I\"\n",
			[]string{`8: step.a.phase: "contian" is not one of`, `9: step.a.kind: "tsk" is not one of`, `10: step.a.role: "boss" is not one of`}},
		{"missing in step", head + "[[step]]\nkey = \"a\"\n", []string{"5: step.a.title: missing", "5: step.a.phase: missing", "5: step.a.kind: missing", "5: step.a.role: missing", "5: step.a.instructions: missing"}},
		{"empty instructions", head + strings.Replace(step("a", ""), "I.", "  ", 1), []string{"10: step.a.instructions: must not be empty"}},
		{"wrong types", head + step("a", "mandatory = \"yes\"\nneeds = \"b\"\nevidence = { kind = \"file\" }"), []string{"12: step.a.mandatory: must be true or false, not a string", "13: step.a.needs: must be an array", "14: step.a.evidence: must be an array, not a table"}},
		{"unknown need", head + step("scope", "") + step("a", "needs = [\n  \"scope\",\n  \"scpoe\",\n]"), []string{`22: step.a.needs: no step is called "scpoe"; did you mean "scope"?`}},
		{"need twice", head + step("a", "") + step("b", "needs = [\"a\", \"a\"]"), []string{"20: step.b.needs[1]: \"a\" is listed twice"}},
		{"self", head + step("a", "needs = [\"a\"]"), []string{"12: step.a.needs: a step cannot need itself"}},
		{"cycle", head + step("a", "needs = [\"c\"]") + step("b", "needs = [\"a\"]") + step("c", "needs = [\"b\"]") + step("d", "needs = [\"c\"]"),
			[]string{"20: step.b.needs: these steps wait for each other for ever: a → c → b → a", "29: step.d: can never start: it waits for c"}},
		{"two cycles", head + step("a", "needs = [\"b\"]") + step("b", "needs = [\"a\"]") + step("c", "needs = [\"d\"]") + step("d", "needs = [\"c\"]"),
			[]string{"20: step.b.needs: these steps wait", "36: step.d.needs: these steps wait"}},
		{"bad due", head + step("a", "due = { after = \"incident.opned\", within = \"4 hours\" }"), []string{"12: step.a.due.after: no milestone is called \"opned\"", "12: step.a.due.within: \"4 hours\" is not a duration"}},
		{"due without within", head + step("a", "[step.due]\nafter = \"run.started\""), []string{"12: step.a.due.within: missing"}},
		{"negative", head + step("a", "due = { after = \"milestone:aware\", within = \"-4h\" }"), []string{"12: step.a.due.within: only a deadline"}},
		{"after a deadline", head + step("a", "due = { after = \"obligation:eu-gdpr-33-1.due\", within = \"4h\" }"), []string{"12: step.a.due.within: this is after the legal deadline"}},
		{"anchor nonsense", head + step("a", "due = { after = \"yesterday\", within = \"4h\" }"), []string{"12: step.a.due.after: \"yesterday\" is no anchor"}},
		{"anchor step", head + step("a", "due = { after = \"step:b.done\", within = \"4h\" }"), []string{"12: step.a.due.after: no step is called \"b\""}},
		{"anchor itself", head + step("a", "due = { after = \"step:a.done\", within = \"4h\" }"), []string{"12: step.a.due.after: a step's due time cannot hang on its own end"}},
		{"anchor fact", head + step("a", "due = { after = \"fact:incident.color.known\", within = \"4h\" }"), []string{"12: step.a.due.after: no fact is called"}},
		{"when on unknown fact", head + step("a", "when = { fact = \"incident.encrypton\", is = [\"none\"] }"), []string{"12: step.a.when.fact: no fact is named"}},
		{"when deep", head + step("a", "[step.when]\nall = [\n { fact = \"incident.kind\", is = [\"outage\"] },\n { not = { fact = \"incident.key\",\n   is = [\"lost\"] } },\n]"), []string{"16: step.a.when.all[1].not.is[0]: \"lost\" is not one of"}},
		{"when unknown key", head + step("a", "when = { fact = \"incident.kind\", equals = \"outage\" }"), []string{"12: step.a.when.equals: unknown key"}},
		{"when empty", head + step("a", "when = {}"), []string{"12: step.a.when: the condition is empty"}},
		{"bad evidence", head + step("a", "evidence = [\n { kind = \"selfie\" },\n { kind = \"file\", min = 0 },\n { min = 1 },\n]"),
			[]string{"13: step.a.evidence[0].kind: \"selfie\" is not one of", "14: step.a.evidence[1].min: must be between 1", "15: step.a.evidence[2].kind: missing"}},
		{"decision", head + step("a", "kind = \"decision\"") + step("b", "kind = \"decision\"\noptions = [{ key = \"x\", title = \"X\" }]") + step("c", "options = [{ key = \"x\", title = \"X\" }, { key = \"x\", title = \"Y\" }]"),
			[]string{"5: step.a.options: missing", "19: step.b.options: a decision needs at least two", "27: step.c.options[1].key: option \"x\" is given twice", "27: step.c.options: belongs to a step of kind decision, and this one is a task"}},
		{"chosen", head + step("d", "kind = \"decision\"\noptions = [{ key = \"yes\", title = \"Y\" }, { key = \"no\", title = \"N\" }]") +
			step("a", "chosen = { step = \"d\", option = [\"yse\"] }") + step("b", "chosen = { step = \"a\", option = [\"yes\"] }") + step("c", "chosen = { step = \"x\", option = [] }"),
			[]string{`20: step.a.chosen.option: d (line 5) has no option "yse"`, "28: step.b.chosen.step: a (line 13) is not a decision", "36: step.c.chosen.option: an empty list", "36: step.c.chosen.step: no step is called"}},
		{"kinds", head + step("a", "kind = \"approval\"") + step("b", "kind = \"approval\"\napproval = { roles = [\"king\"] }") + step("c", "kind = \"wait\"") + step("d", "kind = \"automation\"") + step("e", "kind = \"subplaybook\"\nplaybook = \"No\"") + step("f", "kind = \"notify\""),
			[]string{"5: step.a.approval: missing", "19: step.b.approval.roles: \"king\" is no role", "19: step.b.approval.roles: names nobody", "20: step.c.due: missing", "27: step.d.action: missing", "41: step.e.playbook: \"No\" cannot be", "42: step.f.obligations: a notice that names no obligation"}},
		{"skip of mandatory", head + step("a", "mandatory = true\nskip = { allowed = true }"), []string{"13: step.a.skip.allowed: a mandatory step cannot be skipped"}},
		{"ids", head + step("a", "attack = [\"1486\"]\nobligations = [\"GDPR 33\"]"), []string{"12: step.a.attack: \"1486\" is not an ATT&CK", "13: step.a.obligations: \"GDPR 33\" cannot be the id"}},
		{"applies", "applies = { kind = [\"ransomwear\"] }\n" + head + step("a", ""), []string{`1: applies.kind: "ransomwear" is no kind of incident; did you mean "ransomware"?`}},
		{"syntax, and reading goes on", head + step("a", "due = { after = ") + step("b", "phase2 = \"x\""), []string{"12: not TOML", "20: step.b.phase2: unknown key"}},
		{"table by two means", head + "applies.kind = [\"outage\"]\n[applies]\n" + step("a", ""), []string{"6: applies: not TOML"}},
		{"syntax hides nothing else", head + "[[step]]\nkey = \"a\"\ntitle = oops\nphase = \"contain\"\n" + step("b", "needs = [\"a\"]"), []string{"7: not TOML"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := playbooks.Lint([]byte(tt.text))
			ok := len(got) == len(tt.want)
			for i := 0; ok && i < len(got); i++ {
				line, rest, _ := strings.Cut(got[i].String(), ": ")
				wantLine, wantRest, _ := strings.Cut(tt.want[i], ": ")
				rest = strings.TrimPrefix(rest, "warning: ")
				ok = strings.HasPrefix(rest, wantRest) && line == wantLine
			}
			if !ok {
				t.Errorf("got:")
				for _, g := range got {
					t.Errorf("  %s", g)
				}
				t.Errorf("want: %q\n%s", tt.want, tt.text)
			}
		})
	}
}

func TestLintWarningsDoNotStopParse(t *testing.T) {
	text := head + step("f", "kind = \"notify\"")
	if found := playbooks.Lint([]byte(text)); len(found) != 1 || found[0].Severity != playbooks.Warning {
		t.Fatalf("found %v", found)
	}
	mustParse(t, text)
}

func TestTooLarge(t *testing.T) {
	if _, err := playbooks.Parse("big.toml", make([]byte, 1<<20+1)); incident.KindOf(err) != incident.Invalid {
		t.Errorf("got %v", err)
	}
}
