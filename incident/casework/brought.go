package casework

import (
	"context"
	"fmt"
	"io"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// BringRoster takes in a list that was made elsewhere (by the command line, by
// another tool) and puts it forward: as with any list, somebody else puts it in force, with
// SettleResolution, or sends it back. people is people.csv, whose people are counted here;
// reports are the lists of rows nobody matched, by file name. All are sealed in the vault
// first. What the list was made from stays elsewhere, so it cannot be matched again or
// explained here. Errors: Invalid for what is no list.
func (d *Desk) BringRoster(ctx context.Context, p incident.Principal, ref string, r incident.Roster, people io.Reader, reports map[string]io.Reader) (*Resolution, error) {
	id, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return nil, err
	}
	r.Object, r.Reports = "", map[string]string{}
	if err := d.bring(ctx, id, &r, people, reports); err != nil {
		d.forget(context.WithoutCancel(ctx), id, brought(&r))
		return nil, err
	}
	run := &Resolution{State: ResolutionProposed, MadeBy: p.ID, ProposedBy: p.ID, Roster: &r}
	if err := d.keepNew(ctx, p, id, run, nil); err != nil {
		d.forget(context.WithoutCancel(ctx), id, brought(&r))
		return nil, err
	}
	return run, nil
}

func (d *Desk) bring(ctx context.Context, id string, r *incident.Roster, people io.Reader, reports map[string]io.Reader) error {
	list, err := d.vault.Put(ctx, id, people)
	if err != nil {
		return err
	}
	r.Object, r.Size = list.SHA256, list.Size
	for name, body := range reports {
		report, err := d.vault.Put(ctx, id, body)
		if err != nil {
			return err
		}
		r.Reports[name] = report.SHA256
	}
	return d.count(ctx, id, r)
}

// brought are the objects that came with a list.
func brought(r *incident.Roster) (sums []string) {
	if r.Object != "" {
		sums = append(sums, r.Object)
	}
	for _, sum := range r.Reports {
		sums = append(sums, sum)
	}
	return sums
}

// Brought reports whether the list was made elsewhere.
func (r *Resolution) Brought() bool { return len(r.Files) == 0 }

// ownFiles refuses what needs the files that a list was made from.
func (r *Resolution) ownFiles() error {
	if r.Brought() {
		return incident.Errorf(incident.Conflict, "This list was made elsewhere, and the files it was made from are not here.")
	}
	return nil
}

// announce says of a list that was brought what ProposeResolution says of others.
func announce(tx *ledger.Tx, i *incident.Incident, r *Resolution) error {
	if !r.Brought() {
		return nil
	}
	now := tx.Now()
	r.ProposedAt = &now
	tx.Record("roster.propose", "resolution/"+r.ID)
	return WriteTimeline(tx, i, "roster.propose", "resolution/"+r.ID, fmt.Sprintf("List of affected people, made elsewhere, put forward: %d people in %d jurisdictions", r.Roster.People, len(r.Roster.ByJurisdiction)))
}
