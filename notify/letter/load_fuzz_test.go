package letter_test

import (
	"os"
	"testing"
	"testing/fstest"

	"tocsin/incident"
	"tocsin/notify/letter"
)

// FuzzLoad reads a folder as an operator may have written it: whatever is in
// it, the answer is a library or an Invalid error with places.
func FuzzLoad(f *testing.F) {
	f.Add([]byte("[[content]]\nid = \"nature\"\nwhat = \"x\"\nwords.en = ['(']\n"), []byte("law = \"x\"\nreviewed = \"y\"\ntells = [\"nature\"]\n"),
		[]byte("+++\ntitle = \"x\"\naudience = \"individuals\"\nsubject = \"s\"\n+++\n%% a: nature; for minor\n{{person.name}}\n"))
	f.Add([]byte(""), []byte("law = \"x\"\nreviewed = \"y\"\n[[require]]\ncontent = \"a\"\nwhat = \"b\"\ncite = \"c\"\nwords.en = ['[']\n"), []byte("+++\n+++\n%% use x\n"))
	phrases, err := os.ReadFile("templates/en/phrases.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, contents, pack, base []byte) {
		l, err := letter.Load(fstest.MapFS{
			"contacts.toml":    {Data: []byte("reviewed = \"2026-01-01\"\n")},
			"contents.toml":    {Data: contents},
			"rules/xx.toml":    {Data: pack},
			"en/phrases.toml":  {Data: phrases},
			"en/base/one.tmpl": {Data: base},
		})
		if err == nil {
			l.Laws()
			l.Letters()
			return
		}
		if incident.KindOf(err) != incident.Invalid || len(incident.ProblemsOf(err)) == 0 {
			t.Errorf("%v", err)
		}
	})
}
