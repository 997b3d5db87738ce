package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/cmd/app"
	"tocsin/incident"
	"tocsin/incident/casework"
)

// house is a data folder with one case in it, and a program that may run on it.
type house struct {
	t      *testing.T
	config string
	cfg    app.Config
	stop   func()
}

func housed(t *testing.T) *house {
	t.Helper()
	// A socket's path is short on some systems, so the folder is near the root.
	dir, err := os.MkdirTemp("", "tocsin")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h := &house{t: t, config: filepath.Join(dir, "config.toml")}
	if err := os.WriteFile(h.config, []byte("data_dir = \"data\"\nlisten = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h.cfg, err = app.LoadConfig(h.config); err != nil {
		t.Fatal(err)
	}
	return h
}

// start runs the program in-process until stop.
func (h *house) start() *app.App {
	h.t.Helper()
	a, err := app.New(h.cfg, app.Deps{})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := a.Start(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	h.stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			h.t.Error(err)
		}
	}
	return a
}

func (h *house) run(args ...string) (int, string, string) {
	h.t.Helper()
	var out, errs bytes.Buffer
	code := run(args, &Globals{Context: context.Background(), Stdout: &out, Stderr: &errs, Now: time.Now, Getenv: os.Getenv})
	return code, out.String(), errs.String()
}

func TestEvidenceAndRegisterLeaveTheProgram(t *testing.T) {
	h := housed(t)
	a := h.start()
	ctx := context.Background()
	ana := incident.Principal{ID: "ana", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder, incident.GrantCounsel}}
	i, err := a.Desk.OpenIncident(ctx, ana, casework.NewIncident{Title: "=2+5", Kind: "lost_device"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.log", "b.log"} {
		n := casework.NewEvidence{Title: name, Kind: "log_extract", FileName: name, Privileged: name == "b.log"}
		if _, err := a.Desk.CollectEvidence(ctx, ana, i.Number, n, strings.NewReader(strings.Repeat(name, 100_000))); err != nil {
			t.Fatal(err)
		}
	}

	// The same through the running program and, once it stopped, directly.
	for n, when := range []string{"running", "stopped"} {
		if n == 1 {
			h.stop()
		}
		bag := filepath.Join(t.TempDir(), "bag")
		code, out, errs := h.run("evidence", "export", i.Number, "--out", bag, "--config", h.config)
		if code != exitDone || !strings.Contains(out, "1 exhibits") || !strings.Contains(out, "not in it: evidence 2: legally privileged") {
			t.Fatalf("%s: %d %s%s", when, code, out, errs)
		}
		if code, out, errs := h.run("evidence", "verify", bag); code != exitDone || !strings.Contains(out, i.Number+": whole") {
			t.Errorf("%s: %d %s%s", when, code, out, errs)
		}
		if code, _, errs := h.run("evidence", "export", i.Number, "--out", bag, "--config", h.config); code != exitFailed || !strings.Contains(errs, "replaces nothing") {
			t.Errorf("%s: over a bag: %d %s", when, code, errs)
		}
		log := filepath.Join(bag, "data", "evidence", "E001", "a.log")
		if err := os.WriteFile(log, []byte("other"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, _ := h.run("evidence", "verify", bag); code != exitWanting || !strings.Contains(out, "data/evidence/E001/a.log: differs") {
			t.Errorf("%s: %d %s", when, code, out)
		}
		var report struct{ Problems []incident.Problem }
		_, out, _ = h.run("evidence", "verify", bag, "--json")
		if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Problems) == 0 {
			t.Errorf("%s: %v %s", when, err, out)
		}

		parent := t.TempDir()
		code, _, errs = h.run("evidence", "export", "INC-1999-0001", "--out", filepath.Join(parent, "none"), "--config", h.config)
		if left, _ := os.ReadDir(parent); code != exitFailed || !strings.Contains(errs, "There is no incident") || len(left) != 0 {
			t.Errorf("%s: %d %s, left %v", when, code, errs, left)
		}

		code, out, errs = h.run("register", "export", "--config", h.config)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if code != exitDone || err != nil || len(rows) != 2 || rows[1][0] != i.Number || rows[1][1] != "'=2+5" {
			t.Errorf("%s: %d %v %q %s", when, code, err, rows, errs)
		}
		var list []map[string]any
		code, out, _ = h.run("register", "export", "--format", "json", "--config", h.config)
		if err := json.Unmarshal([]byte(out), &list); code != exitDone || err != nil || len(list) != 1 || list[0]["title"] != "=2+5" {
			t.Errorf("%s: %d %v %s", when, code, err, out)
		}
	}
	if code, _, _ := h.run("register", "export", "--format", "xml", "--config", h.config); code != exitUsage {
		t.Errorf("xml: %d", code)
	}
}

func TestPlaybooksOfTheDataFolder(t *testing.T) {
	h := housed(t)
	file := filepath.Join(t.TempDir(), "own.toml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own := strings.Replace(goodPlaybook, `slug = "p"`, `slug = "own"`, 1)
	write(own)
	if code, _, errs := h.run("playbook", "export", "own", "--config", h.config); code != exitFailed || !strings.Contains(errs, "no data") && !strings.Contains(errs, "no built-in playbook") {
		t.Errorf("before: %d %s", code, errs)
	}
	if _, err := os.Stat(h.cfg.DataDir); err == nil {
		t.Error("looking for a playbook made a data folder")
	}
	code, out, errs := h.run("playbook", "import", file, "--config", h.config)
	if code != exitDone || !strings.Contains(out, "Published: own 1.0.0, 1 steps") {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	digest := strings.TrimSpace(out[strings.LastIndex(out, " "):])
	for _, id := range []string{"own", digest} {
		code, text, errs := h.run("playbook", "export", id, "--config", h.config)
		if code != exitDone || !strings.Contains(text, `slug = "own"`) {
			t.Errorf("%s: %d %s%s", id, code, text, errs)
		}
	}
	// The same again is the same; another text under the version is a conflict; a bad one names its line.
	if code, _, errs := h.run("playbook", "import", file, "--config", h.config); code != exitDone {
		t.Errorf("again: %d %s", code, errs)
	}
	write(strings.Replace(own, "Do it.", "Do it twice.", 1))
	if code, _, errs := h.run("playbook", "import", file, "--config", h.config); code != exitFailed || !strings.Contains(errs, "published with another text") {
		t.Errorf("another text: %d %s", code, errs)
	}
	write(strings.Replace(own, "needs = []", `needs = ["nothing"]`, 1))
	if code, _, errs := h.run("playbook", "import", file, "--config", h.config); code != exitFailed || !strings.Contains(errs, fmt.Sprintf("%s:11", "own.toml")) {
		t.Errorf("a bad one: %d %s", code, errs)
	}
}
