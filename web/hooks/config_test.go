package hooks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func TestConfigFromTOML(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "siem.secret"), []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const file = `
[[source]]
name = "siem"
parser = "generic"
[source.verifier]
kind = "hmac"
secret_file = "siem.secret"
second_secret_env = "SIEM_NEXT"
[source.paths]
title = '$.rule["display.name"]'
severities = { "5" = "critical" }
[[source.rule]]
name = "grave"
severities = ["critical"]
do = "open"
kind = "intrusion"
playbook = "ransomware"
`
	var c Config
	d := toml.NewDecoder(strings.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	c.Relative(dir)
	if p := c.Check(); len(p) != 0 {
		t.Fatal(p)
	}
	env := map[string]string{"SIEM_NEXT": "two"}
	if _, err := New(Deps{Desk: new(casework.Desk), Env: func(k string) string { return env[k] }}, c); err != nil {
		t.Fatal(err)
	}
	_, err := New(Deps{Desk: new(casework.Desk), Env: func(string) string { return "" }}, c)
	want := []incident.Problem{{Where: "source[0].verifier.second_secret_env", What: "the secret is empty"}}
	if d := cmp.Diff(want, incident.ProblemsOf(err)); d != "" {
		t.Error(d)
	}
}

func TestCheckFindsEverything(t *testing.T) {
	c := Config{Sources: []Source{
		{Name: "Bad Name", Parser: "smoke", DeliveryHeader: "a b", Verifier: Verifier{Kind: "none"}},
		{Name: "a", Parser: "generic", Verifier: Verifier{Kind: "bearer", SecretFile: "x", SecretEnv: "X", Algorithm: "sha1"},
			Paths: Paths{Title: "a..b", Severities: map[string]string{"5": "awful"}}, Rules: []casework.TriageRule{{Do: "wake"}}},
		{Name: "a", Parser: "alertmanager", Verifier: Verifier{Kind: "hmac", SecretFile: "x", Algorithm: "md5", Encoding: "rot13",
			Signed: "timestamp.body", Window: "2 days"}},
	}}
	var got []string
	for _, p := range c.Check() {
		got = append(got, p.Where)
	}
	want := []string{
		"source[0].name", "source[0].parser", "source[0].delivery_header", "source[0].verifier.kind", "source[0].verifier.secret_file",
		"source[0].verifier.window",
		"source[1].paths.title", "source[1].paths.severities.5", "source[1].verifier.algorithm", "source[1].verifier.secret_env",
		"source[1].rule[0].name", "source[1].rule[0].do",
		"source[2].verifier.algorithm", "source[2].verifier.encoding", "source[2].verifier.timestamp_header", "source[2].verifier.window",
		"source[2].name",
	}
	want = append(want[:5], want[6:]...) // an empty window is the default, even of a verifier of no kind
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNoErrorHoldsASecret(t *testing.T) {
	src := bearerSource(t)
	src.Verifier.SecondSecretFile = filepath.Join(t.TempDir(), "absent")
	_, err := New(Deps{Desk: new(casework.Desk)}, Config{Sources: []Source{src}})
	if err == nil || strings.Contains(err.Error(), theSecret) || !strings.Contains(err.Error(), "second_secret_file") {
		t.Errorf("%v", err)
	}
}
