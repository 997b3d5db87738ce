package cacao_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/cacao"
)

var update = flag.Bool("update", false, "write the golden files anew")

var published = time.Date(2026, 11, 22, 14, 5, 6, 7_000_000, time.UTC)

// everything is a playbook that uses every key of the format.
func everything(t testing.TB) *playbooks.Playbook {
	t.Helper()
	data, err := os.ReadFile("testdata/everything.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := playbooks.Parse("everything.toml", data)
	if err != nil {
		t.Fatal(err, incident.ProblemsOf(err))
	}
	return p
}

func TestOurOwnComesBackAsItWas(t *testing.T) {
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(all, everything(t)) {
		text, err := cacao.Export(p, published)
		if err != nil {
			t.Fatal(err)
		}
		back, notes, err := cacao.Import(p.Slug+".json", text)
		if err != nil {
			t.Fatalf("%s: %v %v", p.Slug, err, incident.ProblemsOf(err))
		}
		if back.Digest() != p.Digest() {
			t.Errorf("%s comes back as\n%s\nnot\n%s", p.Slug, back.Canonical(), p.Canonical())
		}
		if len(notes) > 0 {
			t.Errorf("%s: %v", p.Slug, notes)
		}
		again, err := cacao.Export(back, published)
		if err != nil || string(again) != string(text) {
			t.Errorf("%s is not written the same twice: %v", p.Slug, err)
		}
	}
}

// TestWhatIsWrittenKeepsTheRules holds an export against the rules of CACAO 2.0 that
// can be checked without its schemas.
func TestWhatIsWrittenKeepsTheRules(t *testing.T) {
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	identifier := regexp.MustCompile(`^[a-z][a-z0-9-]+[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	stamp := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	for _, p := range append(all, everything(t)) {
		text, err := cacao.Export(p, published)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Type, ID, Created, Modified string
			Spec                        string `json:"spec_version"`
			By                          string `json:"created_by"`
			Start                       string `json:"workflow_start"`
			Workflow                    map[string]struct {
				Type, Name, Condition, Agent string
				OnCompletion                 string   `json:"on_completion"`
				OnTrue                       string   `json:"on_true"`
				NextSteps                    []string `json:"next_steps"`
				PlaybookID                   string   `json:"playbook_id"`
				Commands                     []struct{ Type, Command string }
				OutArgs                      []string `json:"out_args"`
			}
			Variables map[string]struct{ Type string } `json:"playbook_variables"`
			Agents    map[string]struct{ Type, Name string }
		}
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		if d.Type != "playbook" || d.Spec != "cacao-2.0" || !identifier.MatchString(d.ID) || !identifier.MatchString(d.By) || !stamp.MatchString(d.Created) || !stamp.MatchString(d.Modified) {
			t.Errorf("%s: head %+v", p.Slug, d)
		}
		ends := map[string]int{}
		actions := 0
		for at, s := range d.Workflow {
			if !identifier.MatchString(at) || !strings.HasPrefix(at, s.Type+"--") {
				t.Errorf("%s: %s of type %s", p.Slug, at, s.Type)
			}
			for _, to := range append([]string{s.OnCompletion, s.OnTrue}, s.NextSteps...) {
				if to == "" {
					continue
				}
				if _, ok := d.Workflow[to]; !ok {
					t.Errorf("%s: %s leads to %s, which is not there", p.Slug, at, to)
				}
				ends[to]++
			}
			switch s.Type {
			case "parallel":
				if len(s.NextSteps) < 2 {
					t.Errorf("%s: %s has %d ways", p.Slug, at, len(s.NextSteps))
				}
			case "action":
				actions++
				if len(s.Commands) == 0 || s.Agent == "" {
					t.Errorf("%s: %s has no command or nobody to do it", p.Slug, at)
				}
				for _, v := range s.OutArgs {
					if _, ok := d.Variables[v]; !ok {
						t.Errorf("%s: %s is not declared", p.Slug, v)
					}
				}
			case "playbook-action":
				actions++
				if !identifier.MatchString(s.PlaybookID) {
					t.Errorf("%s: %s starts %q", p.Slug, at, s.PlaybookID)
				}
			case "if-condition":
				name, _, ok := strings.Cut(s.Condition, ":value")
				if _, declared := d.Variables[name]; !ok || !declared {
					t.Errorf("%s: condition %q", p.Slug, s.Condition)
				}
			}
		}
		if actions != len(p.Steps) {
			t.Errorf("%s: %d actions of %d steps", p.Slug, actions, len(p.Steps))
		}
		for at, s := range d.Workflow {
			if s.Type != "start" && ends[at] != 1 {
				t.Errorf("%s: %d ways lead to %s", p.Slug, ends[at], at)
			}
		}
	}
}

func TestSomebodyElses(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 3 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		p, notes, err := cacao.Import(name, data)
		var b strings.Builder
		if err != nil {
			b.WriteString(err.Error() + "\n")
			for _, q := range incident.ProblemsOf(err) {
				b.WriteString(q.Where + ": " + q.What + "\n")
			}
		} else {
			b.Write(p.TOML())
			for _, n := range notes {
				b.WriteString("# " + n.Key + ": " + n.What + "\n")
			}
			if again, err := playbooks.Parse(name, p.TOML()); err != nil || again.Digest() != p.Digest() {
				t.Errorf("%s: what it became is not a playbook: %v %v", name, err, incident.ProblemsOf(err))
			}
		}
		golden := strings.TrimSuffix(file, ".json") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, b.String(), want)
		}
	}
}

// TestEditedElsewhere changes an export as another tool would.
func TestEditedElsewhere(t *testing.T) {
	p := everything(t)
	text, err := cacao.Export(p, published)
	if err != nil {
		t.Fatal(err)
	}
	title := p.Steps[0].Title
	renamed := strings.Replace(string(text), `"name": "`+title+`"`, `"name": "Said otherwise"`, 1)
	back, notes, err := cacao.Import("x.json", []byte(renamed))
	if err != nil || back.Steps[0].Title != "Said otherwise" || back.Steps[0].Key != p.Steps[0].Key || len(notes) != 0 {
		t.Errorf("%v %v %+v", err, notes, back)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for _, s := range d["workflow"].(map[string]any) {
		if s := s.(map[string]any); s["type"] == "parallel" {
			next := s["next_steps"].([]any)
			next[0], next[1] = next[1], next[0]
			break
		}
	}
	moved, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	back, notes, err = cacao.Import("x.json", moved)
	if err != nil || back.Digest() != p.Digest() || len(notes) != 1 {
		t.Errorf("moved: %v %v", err, notes)
	}
}

// TestPublicPlaybooks runs over playbooks that others have published, where
// TOCSIN_CACAO names a folder of them with an INDEX.csv that says what to expect.
func TestPublicPlaybooks(t *testing.T) {
	dir := os.Getenv("TOCSIN_CACAO")
	if dir == "" {
		t.Skip("TOCSIN_CACAO names no folder")
	}
	index, err := os.ReadFile(filepath.Join(dir, "INDEX.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		name, _, _ := strings.Cut(line, ",")
		want := strings.TrimSpace(line[strings.LastIndexByte(line, ',')+1:])
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		p, notes, err := cacao.Import(name, data)
		switch {
		case (err != nil) != (want == "reject"):
			t.Errorf("%s: %v %v, want %s", name, err, incident.ProblemsOf(err), want)
		case err == nil:
			t.Logf("%s: %d steps, %v", name, len(p.Steps), notes)
		default:
			t.Logf("%s: %v", name, incident.ProblemsOf(err))
		}
	}
}

func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, _, err := cacao.Import("x.json", data)
		if err != nil {
			if incident.KindOf(err) != incident.Invalid {
				t.Fatal(err)
			}
			return
		}
		text, err := cacao.Export(p, published)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := cacao.Import("y.json", text)
		if err != nil || back.Digest() != p.Digest() {
			t.Fatalf("what was imported does not survive: %v\n%s\n%s", err, p.Canonical(), text)
		}
	})
}
