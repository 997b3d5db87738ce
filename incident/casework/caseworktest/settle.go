// Package caseworktest does for tests of other packages what takes several
// people or several acts. It is no part of the program.
package caseworktest

import (
	"context"
	"io"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// Settle puts a list in force the way two people do: p brings it, and another puts it in force.
func Settle(ctx context.Context, d *casework.Desk, p incident.Principal, ref string, r incident.Roster, people io.Reader, reports map[string]io.Reader) (*incident.Roster, error) {
	run, err := d.BringRoster(ctx, p, ref, r, people, reports)
	if err != nil {
		return nil, err
	}
	second := incident.Principal{ID: "second", Source: p.Source, Grants: p.Grants, System: true}
	return d.SettleResolution(ctx, second, ref, run.ID, run.Roster.Object)
}
