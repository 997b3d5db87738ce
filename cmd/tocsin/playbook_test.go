package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/playbooks"
)

func playbookFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const goodPlaybook = `slug = "p"
title = "P"
version = "1.0.0"
summary = "S"
[[step]]
key = "a"
title = "A"
phase = "contain"
kind = "task"
role = "scribe"
needs = []
instructions = "Do it."
`

func TestPlaybookLint(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
		wanting          bool
	}{
		{"good", goodPlaybook, ": p 1.0.0, 1 steps, no problems\n", false},
		{"cycle", strings.Replace(goodPlaybook, "needs = []", `needs = ["a"]`, 1), ":11: step.a.needs: a step cannot need itself\n", true},
		{"warning", strings.Replace(goodPlaybook, `kind = "task"`, `kind = "notify"`, 1), ":5: warning: step.a.obligations: ", false},
	} {
		var out bytes.Buffer
		path := playbookFile(t, tt.text)
		err := PlaybookLintCmd{File: path}.Run(&Globals{Stdout: &out})
		if errors.Is(err, errWanting) != tt.wanting || err != nil && !tt.wanting {
			t.Errorf("%s: error %v", tt.name, err)
		}
		if !strings.HasPrefix(out.String(), path+tt.want) {
			t.Errorf("%s: printed %q", tt.name, out.String())
		}
	}
	if err := (PlaybookLintCmd{File: "no/such.toml"}).Run(&Globals{}); incident.KindOf(err) != incident.NotFound {
		t.Errorf("missing file: %v", err)
	}
}

func TestPlaybookLibraryCommands(t *testing.T) {
	var out bytes.Buffer
	g := &Globals{Stdout: &out}
	if err := (PlaybookListCmd{JSON: true}).Run(g); err != nil {
		t.Fatal(err)
	}
	var list []playbookLine
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || len(list) < 2 {
		t.Fatalf("%v: %s", err, out.String())
	}
	for _, l := range list {
		out.Reset()
		if err := (PlaybookExportCmd{ID: l.Slug, Format: "toml"}).Run(g); err != nil {
			t.Fatal(err)
		}
		p, err := playbooks.Parse("exported.toml", out.Bytes())
		if err != nil || p.Digest() != l.Digest {
			t.Errorf("%s: exported another playbook: %v", l.Slug, err)
		}
		out.Reset()
		if err := (PlaybookShowCmd{ID: l.Slug}).Run(g); err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			if !strings.Contains(out.String(), s.Title+"  ["+s.Key+", ") {
				t.Errorf("%s: show leaves out %s", l.Slug, s.Key)
			}
		}
	}
	out.Reset()
	if err := (PlaybookDiffCmd{A: list[0].Slug, B: list[0].Slug}).Run(g); err != nil || out.String() != "No difference.\n" {
		t.Errorf("%v: %s", err, out.String())
	}
	if err := (PlaybookExportCmd{ID: list[0].Slug, Format: "xml"}).Run(g); incident.KindOf(err) != incident.Invalid {
		t.Errorf("xml: %v", err)
	}
	if err := (PlaybookShowCmd{ID: "nothing"}).Run(g); incident.KindOf(err) != incident.NotFound {
		t.Errorf("nothing: %v", err)
	}
}
