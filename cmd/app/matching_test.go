package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/incident"
)

func TestMatchingLimits(t *testing.T) {
	good := MatchingConfig{Memory: "512MB", Scratch: t.TempDir(), Upload: "3GiB"}
	got, err := good.casework()
	if err != nil || got.Memory != 512e6 || got.UploadLimit != 3<<30 || got.Scratch != good.Scratch {
		t.Errorf("got %+v, %v", got, err)
	}
	bad := MatchingConfig{Memory: "lots", Scratch: "/no/such/folder", Upload: ""}
	_, err = bad.casework()
	where := map[string]bool{}
	for _, p := range incident.ProblemsOf(err) {
		where[p.Where] = true
	}
	for _, key := range []string{"matching.memory", "matching.scratch", "matching.upload"} {
		if !where[key] {
			t.Errorf("%s is wrong, and nobody says so: %v", key, err)
		}
	}
}

func TestMatchingDatabases(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "crm.dsn"), []byte("postgres://x"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := "[[matching.database]]\nname = \"crm\"\ndriver = \"postgres\"\ndsn_file = \"crm.dsn\"\ntimeout = \"90s\"\n"
	cfg, err := ParseConfig(filepath.Join(dir, "c.toml"), []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := cfg.Matching.sources()
	if err != nil || len(sources.Names()) != 1 || cfg.Matching.Databases[0].DSNFile != filepath.Join(dir, "crm.dsn") {
		t.Errorf("got %v, %v, %+v", sources, err, cfg.Matching)
	}
	bad := good + "[[matching.database]]\nname = \"crm\"\ndriver = \"oracle\"\ndsn_file = \"no.dsn\"\n[[matching.database]]\nname = \"A b\"\ndriver = \"mysql\"\n"
	_, err = ParseConfig(filepath.Join(dir, "c.toml"), []byte(bad))
	for _, want := range []string{"c.toml:7", "c.toml:8", "c.toml:9", "c.toml:11", "dsn_file: name the file"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}
