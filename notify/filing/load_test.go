package filing_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/notify/filing"
)

const head = "title = \"x\"\nlaw = \"x\"\nauthority = \"x\"\nrules = [\"r-1\"]\nsources = [\"x\"]\nreviewed = \"2026-11-25\"\nconfidence = \"low\"\n"

func form(rest string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(head + rest)} }

// Every problem of every file is reported with the line it is on.
func TestLoadReportsEveryProblemWithItsLine(t *testing.T) {
	field := "[[section]]\ntitle = \"s\"\n[[section.field]]\nid = \"a\"\nlabel = \"A\"\nkind = \"text\"\n"
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"unknown key", fstest.MapFS{"a.toml": form("titel = \"y\"\n" + field)}, []string{"a.toml:8: unknown key titel"}},
		{"no TOML", fstest.MapFS{"a.toml": {Data: []byte("title = [")}}, []string{"a.toml:1"}},
		{"no head", fstest.MapFS{"a.toml": {Data: []byte(field)}}, []string{"title, law, authority and sources", "reviewed is a date", "confidence is", "names its rules"}},
		{"no field", fstest.MapFS{"a.toml": form("")}, []string{"at least one field"}},
		{"an empty section", fstest.MapFS{"a.toml": form("[[section]]\ntitle = \"s\"\n" + field)}, []string{"a.toml:8: a section has a title and fields"}},
		{"a field of nonsense", fstest.MapFS{"a.toml": form(field + "[[section.field]]\nid = \"A b\"\nkind = \"song\"\nsource = \"moon\"\nwhen = \"noon\"\noptions = [\"x\", \"x\"]\nmax = 99999\n")},
			[]string{"a.toml:14: the id \"A b\"", "no label", "song", "moon", "noon", "a choice, and only a choice", "there twice", "max is"}},
		{"twice", fstest.MapFS{"a.toml": form(field + "[[section.field]]\nid = \"a\"\nlabel = \"A\"\nkind = \"text\"\n")}, []string{"a.toml:14: the id \"a\" is used twice"}},
		{"a map to nowhere", fstest.MapFS{"a.toml": form(field + "[[section.field]]\nid = \"b\"\nlabel = \"B\"\nkind = \"choice\"\nsource = \"kind\"\noptions = [\"x\"]\nmap = { phishing = \"y\" }\n")}, []string{"a.toml:14: map.phishing gives \"y\""}},
		{"a stage there is not", fstest.MapFS{"a.toml": form("[[stage]]\nname = \"one\"\ntitle = \"One\"\nkind = \"first\"\n" + field + "from = \"two\"\nonly_at = [\"three\"]\n")},
			[]string{"a.toml:8: a stage has a name", "a.toml:14: there is no stage \"three\"", "no stage \"two\""}},
		{"hangs on nothing", fstest.MapFS{"a.toml": form(field + "only_if = { field = \"z\", is = [\"y\"] }\n")}, []string{"a.toml:10: only_if: there is no field \"z\""}},
		{"hangs on no option", fstest.MapFS{"a.toml": form(field + "only_if = { field = \"b\", is = [\"y\"] }\n[[section.field]]\nid = \"b\"\nlabel = \"B\"\nkind = \"choice\"\noptions = [\"x\"]\n")}, []string{"a.toml:10: only_if: \"y\" is no option of b"}},
		{"one id, two questions", fstest.MapFS{"a.toml": form(field), "b.toml": form(strings.Replace(field, "text", "date", 1))}, []string{"b.toml: a is another question", "b.toml: the rule r-1 has its form already: a"}},
		{"a broken question", fstest.MapFS{"questions/q.toml": {Data: []byte("[[question]]\nid = \"q\"\n\n[[question]]\nid = \"q\"\nlabel = \"Q\"\nkind = \"text\"\n")}, "a.toml": form(field)},
			[]string{"questions/q.toml:1: q has no label", "questions/q.toml:4: the question q is there twice"}},
	} {
		_, err := filing.Load(c.files, nil)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no word of %q in %v", c.name, want, err)
			}
		}
	}
	if _, err := filing.Load(fstest.MapFS{"a.toml": form(field)}, nil); err != nil {
		t.Errorf("a form as it should be: %v", err)
	}
}

func TestAFieldTakesFromItsQuestionWhatItDoesNotSay(t *testing.T) {
	l, err := filing.Load(fstest.MapFS{
		"questions/q.toml": {Data: []byte("[[question]]\nid = \"q\"\nlabel = \"Shared\"\nhelp = \"Why\"\nkind = \"choice\"\noptions = [\"x\", \"y\"]\nserves = [\"nature\"]\nonly_if = { field = \"elsewhere\", is = [\"x\"] }\n")},
		"a.toml":           form("[[section]]\ntitle = \"s\"\n[[section.field]]\nid = \"q\"\nlabel = \"Own\"\n"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Form("a")
	if err != nil {
		t.Fatal(err)
	}
	q, _ := f.Field("q")
	if q.Label != "Own" || q.Help != "Why" || q.Kind != filing.Choice || len(q.Options) != 2 || q.OnlyIf != nil || !f.Serves("nature") {
		t.Errorf("%+v", q)
	}
}

func FuzzParse(f *testing.F) {
	l, err := filing.Load(fstest.MapFS{}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(head + "[[section]]\ntitle = \"s\"\n[[section.field]]\nid = \"a\"\nlabel = \"A\"\nkind = \"text\"\n"))
	f.Add([]byte("[[section]]\n[[section.field]]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		form, problems := l.Parse("x.toml", data)
		if len(problems) == 0 && len(form.Fields()) == 0 {
			t.Error("a form without a field passes")
		}
	})
}
