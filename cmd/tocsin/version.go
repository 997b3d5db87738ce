package main

import (
	"fmt"
	"runtime/debug"

	"tocsin/incident/ledger"
)

// VersionCmd prints what this binary is: its version, the schema of the stores
// it writes, and the edition of the rules it was built with.
type VersionCmd struct{}

// Run prints one line for each of the three.
func (VersionCmd) Run(g *Globals) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	library, err := loadRules(g, nil)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.Stdout, "tocsin %s\nschema %d\nrules %s\n", version, ledger.CurrentSchema(), library.Edition())
	return err
}
