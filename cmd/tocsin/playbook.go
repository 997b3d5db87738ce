package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/cacao"
)

// PlaybookCmd works with playbook files and the library that comes with the program.
type PlaybookCmd struct {
	List   PlaybookListCmd   `cmd:"" help:"List the playbooks that come with the program."`
	Show   PlaybookShowCmd   `cmd:"" help:"Print a playbook as it is read."`
	Lint   PlaybookLintCmd   `cmd:"" help:"Check a playbook file; every problem with its line."`
	Diff   PlaybookDiffCmd   `cmd:"" help:"Say what changed between two playbooks."`
	Import PlaybookImportCmd `cmd:"" help:"Publish a playbook file, TOML or CACAO 2.0 JSON, in the data folder's library."`
	Export PlaybookExportCmd `cmd:"" help:"Write a playbook as a file."`
}

// readPlaybook finds a playbook by what a person types: a built-in slug, or a file.
func readPlaybook(name string) (*playbooks.Playbook, error) {
	if data, ok := builtin.Source(name); ok {
		return playbooks.Parse(name+".toml", data)
	}
	data, err := readPlaybookFile(name)
	if err != nil {
		return nil, err
	}
	if cacao.Is(data) {
		p, _, err := cacao.Import(name, data)
		return p, err
	}
	return playbooks.Parse(name, data)
}

// maxPlaybookFile is more than playbooks.Parse accepts, so that the refusal is its own.
const maxPlaybookFile = 2 << 20

func readPlaybookFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		if os.IsNotExist(err) {
			return nil, incident.Errorf(incident.NotFound, "%s is neither a file nor the slug of a built-in playbook", name)
		}
		return nil, fmt.Errorf("open playbook: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPlaybookFile))
	if err != nil {
		return nil, fmt.Errorf("read playbook: %w", err)
	}
	return data, nil
}

// PlaybookListCmd lists the built-in library.
type PlaybookListCmd struct {
	JSON bool `help:"Print JSON."`
}

type playbookLine struct {
	Slug    string                `json:"slug"`
	Version string                `json:"version"`
	Title   string                `json:"title"`
	Steps   int                   `json:"steps"`
	Kinds   []incident.BreachKind `json:"kinds"`
	Digest  string                `json:"digest"`
}

func (c PlaybookListCmd) Run(g *Globals) error {
	all, err := builtin.All()
	if err != nil {
		return err
	}
	lines := make([]playbookLine, 0, len(all))
	for _, p := range all {
		lines = append(lines, playbookLine{p.Slug, p.Version, p.Title, len(p.Steps), p.Kinds, p.Digest()})
	}
	if c.JSON {
		return writePlaybookJSON(g.Stdout, lines)
	}
	w := tabwriter.NewWriter(g.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PLAYBOOK\tVERSION\tSTEPS\tDIGEST\tTITLE")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", l.Slug, l.Version, l.Steps, l.Digest[:12], l.Title)
	}
	return w.Flush()
}

// PlaybookLintCmd checks one file.
type PlaybookLintCmd struct {
	File string `arg:"" help:"Playbook file."`
	JSON bool   `help:"Print the problems as JSON."`
}

// Run prints every problem as file:line: key: what. Warnings alone are not found wanting.
func (c PlaybookLintCmd) Run(g *Globals) error {
	data, err := readPlaybookFile(c.File)
	if err != nil {
		return err
	}
	found := playbooks.Lint(data)
	if cacao.Is(data) {
		if _, found, err = cacao.Import(c.File, data); err != nil {
			found = nil
			for _, q := range incident.ProblemsOf(err) {
				found = append(found, playbooks.Problem{Key: q.Where, What: q.What, Severity: playbooks.Error})
			}
		}
	}
	wanting := false
	for _, p := range found {
		wanting = wanting || p.Severity == playbooks.Error
	}
	switch {
	case c.JSON:
		if found == nil {
			found = []playbooks.Problem{}
		}
		if err := writePlaybookJSON(g.Stdout, found); err != nil {
			return err
		}
	case len(found) == 0:
		p, err := readPlaybook(c.File)
		if err != nil {
			return err
		}
		fmt.Fprintf(g.Stdout, "%s: %s %s, %d steps, no problems\n", c.File, p.Slug, p.Version, len(p.Steps))
	default:
		for _, p := range found {
			if p.Line == 0 { // of JSON, whose places are paths
				fmt.Fprintln(g.Stdout, noteLine(p))
				continue
			}
			fmt.Fprintf(g.Stdout, "%s:%s\n", c.File, p)
		}
	}
	if wanting {
		return errWanting
	}
	return nil
}

// noteLine is a problem whose place is a path and not a line.
func noteLine(p playbooks.Problem) string {
	if p.Severity == playbooks.Warning {
		return "warning: " + p.Key + ": " + p.What
	}
	return p.Key + ": " + p.What
}

// PlaybookDiffCmd compares two playbooks.
type PlaybookDiffCmd struct {
	A    string `arg:"" help:"Older: a file, or the slug of a built-in playbook."`
	B    string `arg:"" help:"Newer: a file, or the slug of a built-in playbook."`
	JSON bool   `help:"Print JSON."`
}

func (c PlaybookDiffCmd) Run(g *Globals) error {
	a, err := readPlaybook(c.A)
	if err != nil {
		return err
	}
	b, err := readPlaybook(c.B)
	if err != nil {
		return err
	}
	d := playbooks.Diff(a, b)
	if c.JSON {
		return writePlaybookJSON(g.Stdout, d)
	}
	_, err = io.WriteString(g.Stdout, d.Text())
	return err
}

// PlaybookExportCmd writes a playbook as a file.
type PlaybookExportCmd struct {
	ConfigFlag
	ID     string `arg:"" help:"The slug of a built-in playbook, a file, or the slug or digest of one in the data folder's library."`
	Format string `default:"toml" help:"toml, or cacao: OASIS CACAO 2.0 JSON."`
}

// Run writes to standard output. A built-in playbook comes with its comments.
func (c PlaybookExportCmd) Run(g *Globals) error {
	switch c.Format {
	case "toml":
	case "cacao":
		return c.cacao(g)
	default:
		return incident.Errorf(incident.Invalid, "cannot export as %q: toml or cacao", c.Format)
	}
	if data, ok := builtin.Source(c.ID); ok {
		_, err := g.Stdout.Write(data)
		return err
	}
	p, err := readPlaybook(c.ID)
	if incident.KindOf(err) == incident.NotFound {
		return c.stored(g)
	}
	if err != nil {
		return err
	}
	_, err = g.Stdout.Write(p.TOML())
	return err
}

// cacao writes the playbook for other tools.
func (c PlaybookExportCmd) cacao(g *Globals) error {
	p, err := readPlaybook(c.ID)
	if incident.KindOf(err) == incident.NotFound {
		var text bytes.Buffer
		kept := *g
		kept.Stdout = &text
		if err = c.stored(&kept); err == nil {
			p, err = playbooks.Parse(c.ID, text.Bytes())
		}
	}
	if err != nil {
		return err
	}
	out, err := cacao.Export(p, g.Now())
	if err != nil {
		return err
	}
	_, err = g.Stdout.Write(out)
	return err
}

// PlaybookShowCmd prints a playbook for reading.
type PlaybookShowCmd struct {
	ID   string `arg:"" help:"The slug of a built-in playbook, or a file."`
	JSON bool   `help:"Print the canonical form."`
}

func (c PlaybookShowCmd) Run(g *Globals) error {
	p, err := readPlaybook(c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err := fmt.Fprintf(g.Stdout, "%s\n", p.Canonical())
		return err
	}
	_, err = io.WriteString(g.Stdout, playbookText(p))
	return err
}

// playbookText is p by phase, as it is worked.
func playbookText(p *playbooks.Playbook) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s %s)\n%s\nsha256 %s\n", p.Title, p.Slug, p.Version, p.Summary, p.Digest())
	for _, phase := range incident.Phases() {
		heading := "\n" + strings.ToUpper(phase.Label) + "\n"
		for i := range p.Steps {
			s := &p.Steps[i]
			if string(s.Phase) != phase.Value {
				continue
			}
			b.WriteString(heading)
			heading = ""
			fmt.Fprintf(&b, "\n  %s  [%s, %s, %s]\n", s.Title, s.Key, s.Kind, s.Role.Label())
			for _, line := range s.Terms() {
				fmt.Fprintf(&b, "    - %s\n", line)
			}
			for _, line := range strings.Split(s.Instructions, "\n") {
				fmt.Fprintf(&b, "    %s\n", line)
			}
		}
	}
	return strings.ReplaceAll(b.String(), "    \n", "\n")
}

func writePlaybookJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
