package main

import "tocsin/cmd/app"

// ErasureCmd shows what is kept and until when. Erasing takes two people, in the console.
type ErasureCmd struct {
	List ErasureListCmd `cmd:"" help:"List ended incidents by the date until which they are kept, and those erased."`
}

// ErasureListCmd lists them.
type ErasureListCmd struct {
	ConfigFlag
	JSON bool `help:"Print the list as JSON."`
}

func (c *ErasureListCmd) Run(g *Globals) error {
	return c.operate(g, "erasure-list", app.ErasureArgs{JSON: c.JSON}, g.Stdout)
}
