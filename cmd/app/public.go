package app

import (
	"cmp"
	"net/netip"
	"strings"

	"tocsin/web/public"
	"tocsin/web/view"
)

// PublicConfig is about the pages for people outside.
type PublicConfig struct {
	On bool `toml:"on"` // a letter's code is answered, without sign-in

	// Proxies are the networks of the proxies in front, whose X-Forwarded-For is believed.
	Proxies []string `toml:"proxies"`
}

// trusted reads the networks; a wrong one is what check says of it.
func (c PublicConfig) trusted() (out []netip.Prefix, problem string) {
	for _, s := range c.Proxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, "a network such as 10.0.0.0/8: " + s
		}
		out = append(out, p)
	}
	return out, ""
}

// checkPage is what letters name for their code: the operator's own page, or ours where
// people can reach it. Empty, letters print no code and promise no page.
func (c *Config) checkPage() string {
	own := ""
	if c.Public.On && c.PublicURL != "" {
		own = strings.TrimRight(c.PublicURL, "/") + public.Path
	}
	return cmp.Or(c.Letterhead.CheckPage, own)
}

// publicPages are nil where they are off.
func (a *App) publicPages(v *view.Renderer) (*public.Public, error) {
	if !a.cfg.Public.On {
		return nil, nil
	}
	return public.New(public.Deps{
		Outbox: a.Outbox, Desk: a.Desk, Letters: a.letters, View: v, Logger: a.log, Clock: a.deps.Clock,
	}, public.Config{Organisation: a.cfg.Letterhead.Name, Contact: a.cfg.Letterhead.CallCentre.contact()})
}
