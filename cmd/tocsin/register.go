package main

import "tocsin/cmd/app"

// RegisterCmd works with the breach register.
type RegisterCmd struct {
	Export RegisterExportCmd `cmd:"" help:"Print every breach on record, those that were not notified included."`
}

// RegisterExportCmd prints the breach register.
type RegisterExportCmd struct {
	ConfigFlag
	Format string `default:"csv" enum:"csv,json" help:"csv or json."`
}

func (c *RegisterExportCmd) Run(g *Globals) error {
	return c.operate(g, "register-export", app.RegisterArgs{Format: c.Format}, g.Stdout)
}
