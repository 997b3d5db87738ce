package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tocsin/cmd/app"
	"tocsin/incident"
	"tocsin/incident/bundle"
)

// EvidenceCmd takes evidence out of the program, and checks what was taken out.
type EvidenceCmd struct {
	Export EvidenceExportCmd `cmd:"" help:"Write an incident's evidence, custody and timeline as a BagIt bag."`
	Verify EvidenceVerifyCmd `cmd:"" help:"Check a bag; needs no server and no keys."`
}

// EvidenceExportCmd writes a bag.
type EvidenceExportCmd struct {
	ConfigFlag
	Incident string `arg:"" help:"Number of the incident, such as INC-2026-0001."`
	Out      string `required:"" help:"Folder to write; it must not exist yet, or be empty." placeholder:"DIR" type:"path"`
}

// Run unpacks beside DIR what the program streams and renames it at the end, so
// that half a bag never has the name of one.
func (c *EvidenceExportCmd) Run(g *Globals) (err error) {
	if there, err := os.ReadDir(c.Out); err == nil && len(there) > 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
		return incident.Errorf(incident.Conflict, "%s is there already and is not an empty folder; a bundle replaces nothing.", c.Out)
	}
	part, err := os.MkdirTemp(filepath.Dir(c.Out), ".bundle-*")
	if err != nil {
		return incident.Because(incident.Unavailable, err, "No folder can be made in %s.", filepath.Dir(c.Out))
	}
	defer os.RemoveAll(part)
	from, to := io.Pipe()
	streamed := make(chan error, 1)
	go func() {
		err := c.operate(g, "evidence-export", app.EvidenceArgs{Incident: c.Incident}, to)
		to.CloseWithError(err) // nil is io.EOF
		streamed <- err
	}()
	steps := &steps{g: g}
	unpacked := bundle.Unpack(from, filepath.Join(part, "bag"), steps.file)
	if unpacked == nil {
		_, _ = io.Copy(io.Discard, from) // whatever follows the archive's end
	}
	from.CloseWithError(unpacked)
	if err := <-streamed; err != nil && (unpacked == nil || !errors.Is(err, unpacked)) {
		return err // the reason; what unpacking says follows from it
	}
	if unpacked != nil {
		return unpacked
	}
	report, err := bundle.Verify(filepath.Join(part, "bag"), "", nil)
	if err != nil {
		return err
	}
	if !report.OK() {
		return incident.Errorf(incident.Internal, "The bag that was written does not verify: %s.", report.Problems[0])
	}
	_ = os.Remove(c.Out) // an empty folder of that name makes room
	if err := os.Rename(filepath.Join(part, "bag"), c.Out); err != nil {
		return incident.Because(incident.Unavailable, err, "The bag cannot be given its name %s.", c.Out)
	}
	fmt.Fprintf(g.Stdout, "%s: %d exhibits, %d files, %d bytes in %s\n", report.Incident, report.Exhibits, report.Files, report.Bytes, c.Out)
	return withheld(g.Stdout, c.Out)
}

// withheld prints what the bag says it lacks.
func withheld(out io.Writer, dir string) error {
	info, err := os.ReadFile(filepath.Join(dir, "bag-info.txt"))
	if err != nil {
		return incident.Because(incident.Unavailable, err, "The bag cannot be read again.")
	}
	for _, line := range strings.Split(string(info), "\n") {
		if item, ok := strings.CutPrefix(line, "Tocsin-Withheld: "); ok {
			fmt.Fprintf(out, "not in it: %s\n", item)
		}
	}
	return nil
}

// steps says what is being worked on, once it takes more than a second.
type steps struct {
	g     *Globals
	begun time.Time
	last  time.Time
	files int
}

func (s *steps) file(name string, _ int64) {
	now := s.g.Now()
	if s.begun.IsZero() {
		s.begun, s.last = now, now
	}
	s.files++
	if now.Sub(s.last) >= time.Second {
		s.last = now
		fmt.Fprintf(s.g.Stderr, "file %d: %s\n", s.files, name)
	}
}

// EvidenceVerifyCmd checks a bag.
type EvidenceVerifyCmd struct {
	Dir  string `arg:"" help:"Folder of the bag." type:"path"`
	Key  string `help:"Verifier key kept elsewhere, or a file that holds it; the bag must be signed by it." placeholder:"KEY"`
	JSON bool   `help:"Print the report as JSON."`
}

func (c *EvidenceVerifyCmd) Run(g *Globals) error {
	key := c.Key
	if raw, err := os.ReadFile(key); err == nil && key != "" {
		key = string(raw)
	}
	steps := &steps{g: g}
	report, err := bundle.Verify(c.Dir, key, func(name string) { steps.file(name, 0) })
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		if err := json.NewEncoder(g.Stdout).Encode(report); err != nil {
			return err
		}
	case report.OK():
		fmt.Fprintf(g.Stdout, "%s: whole. %d exhibits, %d files, %d bytes, as they were signed.\nSigned by %s\n", report.Incident, report.Exhibits, report.Files, report.Bytes, report.Signed)
		if c.Key == "" {
			fmt.Fprintln(g.Stdout, "Compare that key with one you keep elsewhere, or give it with --key.")
		}
	default:
		for _, p := range report.Problems {
			fmt.Fprintln(g.Stdout, p)
		}
	}
	if !report.OK() {
		return errWanting
	}
	return nil
}
