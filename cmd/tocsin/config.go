package main

import (
	"fmt"

	"tocsin/cmd/app"
)

// ConfigCmd works with configuration files.
type ConfigCmd struct {
	Check ConfigCheckCmd `cmd:"" help:"Read everything, open nothing, report every problem with its line."`
}

// ConfigCheckCmd checks a configuration file.
type ConfigCheckCmd struct{ ConfigFlag }

func (c *ConfigCheckCmd) Run(g *Globals) error {
	if _, err := app.LoadConfig(c.Config); err != nil {
		fmt.Fprintln(g.Stderr, err)
		return errWanting
	}
	fmt.Fprintln(g.Stdout, "The configuration is fine.")
	return nil
}
