package main

import (
	"encoding/json"
	"fmt"
	"io"

	"tocsin/cmd/demo"
)

// DemoCmd plays the main job, whole, on a made-up insurer.
type DemoCmd struct {
	Once   bool   `help:"End after the steps."`
	JSON   bool   `help:"Print the summary as JSON; the steps go to standard error."`
	Listen string `help:"Address of the console." default:"127.0.0.1:0" placeholder:"ADDR"`
}

func (c *DemoCmd) Run(g *Globals) error {
	var steps io.Writer = g.Stdout
	if c.JSON {
		steps = g.Stderr
	}
	d, err := demo.Play(g.Context, demo.Options{Listen: c.Listen, Steps: steps})
	if err != nil {
		return err
	}
	defer d.Close()
	if c.JSON {
		if err := json.NewEncoder(g.Stdout).Encode(d.Summary); err != nil {
			return err
		}
	}
	if c.Once {
		return nil
	}
	fmt.Fprintf(steps, "\nThe console is open. This link signs you in, once, as the commander:\n%s\nIt all lies in a temporary folder and is gone when you stop it with Ctrl-C.\n", d.Link)
	<-g.Context.Done()
	return nil
}
