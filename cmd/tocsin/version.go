package main

import (
	"fmt"
	"runtime/debug"
)

// VersionCmd prints what this binary is.
type VersionCmd struct{}

func (VersionCmd) Run(g *Globals) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintf(g.Stdout, "tocsin %s\n", version)
	return err
}
