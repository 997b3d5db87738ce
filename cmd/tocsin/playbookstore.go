package main

import (
	"fmt"
	"path/filepath"

	"tocsin/cmd/app"
	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/cacao"
)

// PlaybookImportCmd publishes a playbook file in the library of the data folder.
type PlaybookImportCmd struct {
	ConfigFlag
	File string `arg:"" help:"Playbook file." type:"path"`
}

// Run reads the file here, so that its problems have its name as it was typed;
// the library checks it again.
func (c *PlaybookImportCmd) Run(g *Globals) error {
	data, err := readPlaybookFile(c.File)
	if err != nil {
		return err
	}
	name := filepath.Base(c.File)
	if cacao.Is(data) {
		p, notes, err := cacao.Import(name, data)
		if err != nil {
			return err
		}
		for _, n := range notes {
			fmt.Fprintln(g.Stderr, noteLine(n))
		}
		data = p.TOML()
	}
	if _, err := playbooks.Parse(name, data); err != nil {
		return err
	}
	return c.operate(g, "playbook-import", app.PlaybookArgs{Name: name, Text: string(data)}, g.Stdout)
}

// stored writes a playbook of the data folder's library.
func (c PlaybookExportCmd) stored(g *Globals) error {
	err := c.operate(g, "playbook-export", app.PlaybookArgs{ID: c.ID}, g.Stdout)
	if incident.KindOf(err) == incident.NotFound {
		return incident.Because(incident.NotFound, err, "%s is no built-in playbook, no file, and not in the library of the data folder", c.ID)
	}
	return err
}
