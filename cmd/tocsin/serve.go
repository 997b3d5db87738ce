package main

import (
	"context"
	"fmt"
	"time"

	"tocsin/cmd/app"
)

// ConfigFlag names the configuration file; without it the defaults run.
type ConfigFlag struct {
	Config string `help:"Configuration file (TOML). Without it: data in ./tocsin-data, 127.0.0.1:8484." placeholder:"FILE" type:"path" env:"TOCSIN_CONFIG"`
}

// ServeCmd runs the server until it is told to stop.
type ServeCmd struct{ ConfigFlag }

func (c *ServeCmd) Run(g *Globals) error {
	cfg, err := app.LoadConfig(c.Config)
	if err != nil {
		return err
	}
	a, err := app.New(cfg, app.Deps{Clock: g.Now, Logger: cfg.Log.Logger(g.Stderr)})
	if err != nil {
		return err
	}
	if err := a.Start(g.Context); err != nil {
		return joinStop(err, a)
	}
	fmt.Fprintf(g.Stderr, "Tocsin answers at %s\n", a.URL())
	link, err := a.Auth.SetupLink(g.Context)
	if err != nil {
		return joinStop(err, a)
	}
	if link != "" {
		fmt.Fprintf(g.Stderr, "Nobody can sign in yet. This link creates the first administrator, once, within 24 hours:\n%s%s\n", a.URL(), link)
	}
	return joinStop(a.Wait(g.Context), a)
}

// joinStop stops the program, giving requests and mail under way a moment to end.
func joinStop(err error, a *app.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if stop := a.Stop(ctx); err == nil {
		return stop
	}
	return err
}
