package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A broken rule of the operator's is in the log once the server has started,
// with its line, and the server runs.
func TestBrokenRuleIsLogged(t *testing.T) {
	dir := t.TempDir()
	rules := filepath.Join(dir, "rules")
	if err := os.Mkdir(rules, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"rules/us-ca-own.toml": "id = \"us-ca-own\"\nversion = \"1\"\naudience = \"police\"\n",
		"config.toml":          "data_dir = \"data\"\nlisten = \"127.0.0.1:0\"\n[rules]\nfolders = [\"rules\"]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	cfg, err := LoadConfig("config.toml")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer // written by one goroutine at a time, read when all have ended
	a, err := New(cfg, Deps{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	if library, err := a.rules(); err != nil || len(library.Broken()) != 1 || len(library.Versions("eu-gdpr-33-1")) == 0 {
		t.Errorf("the library with a broken rule: %v", err)
	}
	if err := a.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `us-ca-own.toml:3`) || !strings.Contains(log.String(), "the file is not used") {
		t.Errorf("the log does not name the broken rule:\n%s", log.String())
	}
}
