package main

import (
	"fmt"
	"time"

	"tocsin/cmd/app"
)

// ConfigCmd works with configuration files.
type ConfigCmd struct {
	Check ConfigCheckCmd `cmd:"" help:"Read everything, open nothing, report every problem with its line."`
}

// ConfigCheckCmd checks a configuration file.
type ConfigCheckCmd struct{ ConfigFlag }

func (c *ConfigCheckCmd) Run(g *Globals) error {
	cfg, err := app.LoadConfig(c.Config)
	if err != nil {
		fmt.Fprintln(g.Stderr, err)
		return errWanting
	}
	for _, w := range cfg.Mail.Warnings(time.Now()) {
		fmt.Fprintf(g.Stderr, "Warning: %s: %s\n", w.Where, w.What)
	}
	library, err := loadRules(g, cfg.Rules.Folders)
	if err != nil {
		return err
	}
	if broken := len(library.Broken()); broken > 0 {
		fmt.Fprintf(g.Stderr, "tocsin: %s of the rules folders will not be used\n", count(broken, "file"))
		return errWanting
	}
	fmt.Fprintln(g.Stdout, "The configuration is fine.")
	return nil
}
