package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

// AssessCmd is `tocsin assess`.
type AssessCmd struct {
	File   string   `arg:"" help:"JSON file of facts; - reads standard input."`
	JSON   bool     `name:"json" help:"Print the assessment as JSON, and nothing else."`
	At     string   `placeholder:"INSTANT" help:"Ask as of this instant (RFC 3339) instead of now."`
	Strict bool     `help:"Exit with 3 while it is not known of every rule whether it applies, or whom the breach affects where."`
	Rules  []string `name:"rules" placeholder:"DIR" help:"A folder of your own rules, on top of those shipped. May be repeated."`
}

// Run reads facts and prints the duties that follow.
func (c *AssessCmd) Run(g *Globals) error {
	at := g.Now()
	if c.At != "" {
		m, err := statute.ParseMoment(c.At)
		if err != nil {
			return incident.Errorf(incident.Invalid, "--at: %v", err)
		}
		at = m.In(time.UTC)
	}
	facts, err := c.read(g)
	if err != nil {
		return err
	}
	library, err := loadRules(g, c.Rules)
	if err != nil {
		return err
	}
	a := library.Assess(facts, at)
	if c.JSON {
		out := json.NewEncoder(g.Stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		err = out.Encode(a)
	} else {
		err = statute.WriteTable(g.Stdout, a)
	}
	if err != nil || !c.Strict {
		return err
	}
	if !a.Decided() {
		open := 0
		for _, o := range a.Obligations {
			if o.Applies == condition.Unknown {
				open++
			}
		}
		fmt.Fprintf(g.Stderr, "tocsin: of %s it is not known whether they apply; %s open\n", count(open, "rule"), count(len(a.Questions), "question"))
		return errWanting
	}
	return nil
}

func (c *AssessCmd) read(g *Globals) (statute.Facts, error) {
	var r io.Reader = g.Stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return statute.Facts{}, incident.Because(incident.Invalid, err, "the facts cannot be opened")
		}
		defer f.Close()
		r = f
	}
	return statute.ParseFacts(r)
}

// loadRules loads the shipped library with the operator's folders on top. What
// is not used of them because of a mistake is said on standard error.
func loadRules(g *Globals, dirs []string) (*statute.Library, error) {
	folders := []fs.FS{statute.Builtin()}
	for _, dir := range dirs {
		folder, err := openFolder(dir)
		if err != nil {
			return nil, err
		}
		folders = append(folders, folder)
	}
	library, err := statute.Load(folders...)
	if err != nil {
		return nil, err
	}
	for _, p := range library.Problems() {
		fmt.Fprintln(g.Stderr, "tocsin:", p)
	}
	return library, nil
}

func openFolder(dir string) (fs.FS, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "the rules folder cannot be opened")
	}
	if !info.IsDir() {
		return nil, incident.Errorf(incident.Invalid, "%s is a file, not a folder of rules", dir)
	}
	return statute.Dir(dir), nil
}
