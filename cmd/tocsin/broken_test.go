package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A broken rule in the operator's folder is said by whoever reads it and
// stops nobody.
func TestBrokenRuleOfTheOperator(t *testing.T) {
	dir := t.TempDir()
	rules := filepath.Join(dir, "rules")
	if err := os.Mkdir(rules, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("rules/us-ca-own.toml", "id = \"us-ca-own\"\nversion = \"1\"\naudience = \"police\"\n")
	want := filepath.ToSlash(rules) + "/us-ca-own.toml:3: audience: \"police\" is not one of"

	facts := write("facts.json", `{"affected": [{"residence": "US-CA"}]}`)
	g, out, errs := globals("")
	if err := (&AssessCmd{File: facts, Rules: []string{rules}}).Run(g); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(errs.String(), want) || !strings.Contains(out.String(), "us-ca-individuals") || !strings.Contains(out.String(), "us-ca-own.toml) has") {
		t.Errorf("assess: %s\n%s", errs, out)
	}

	config := &ConfigCheckCmd{}
	config.Config = write("config.toml", "[rules]\nfolders = [\""+filepath.ToSlash(rules)+"\"]\n")
	g, _, errs = globals("")
	if err := config.Run(g); !errors.Is(err, errWanting) || !strings.Contains(errs.String(), want) {
		t.Errorf("config check: %v\n%s", err, errs)
	}
	if err := os.Remove(filepath.Join(rules, "us-ca-own.toml")); err != nil {
		t.Fatal(err)
	}
	if err := config.Run(g); err != nil {
		t.Errorf("config check of an empty folder: %v", err)
	}
}
