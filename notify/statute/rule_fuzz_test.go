package statute_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/incident"
	"tocsin/notify/statute"
)

// A rule file either loads, and can then be asked, or is refused with problems
// that name the file.
func FuzzRule(f *testing.F) {
	err := fs.WalkDir(statute.Builtin(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(p, ".cases.toml") || !strings.HasPrefix(p, "rules/") {
			return err
		}
		b, err := fs.ReadFile(statute.Builtin(), p)
		f.Add(b)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	facts, err := statute.ParseFacts(strings.NewReader(`{"organisation": {"role": "controller", "established_in": ["FR", "US-CA"]},
	  "milestones": {"aware": "2026-03-01T00:00:00Z", "discovered": "2026-03-01"},
	  "affected": [{"residence": "US-CA", "people": 900, "elements": ["name", "ssn"]}, {"residence": "FR"}]}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := statute.Load(fstest.MapFS{"eu-x-1.toml": {Data: text}})
		if err != nil {
			if incident.KindOf(err) != incident.Invalid || len(incident.ProblemsOf(err)) == 0 {
				t.Fatalf("%v", err)
			}
			for _, p := range incident.ProblemsOf(err) {
				if !strings.HasPrefix(p.Where, "eu-x-1.toml") {
					t.Fatalf("a problem without its file: %v", p)
				}
			}
			return
		}
		a := l.Assess(facts, asked)
		for _, o := range a.Obligations {
			if o.Recipient == "" || len(o.Stages) == 0 {
				t.Fatalf("%+v", o)
			}
		}
	})
}
