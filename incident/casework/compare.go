package casework

import (
	"context"
	"io"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Comparison is what differs between the lists of two runs.
type Comparison struct {
	affected.Difference
	Changes []MaskedChange `json:"changes"` // the first of them
}

// MaskedChange is one person who is new, gone or changed.
type MaskedChange struct {
	affected.Change
	ID   string `json:"customer_id"` // masked, as are the others
	Name string `json:"name"`
}

// changesShown bounds how many changes a comparison lists; all are counted.
const changesShown = 200

// CompareResolutions says who is new, who fell out and whose data differ
// between the list of one run and that of a later one.
func (d *Desk) CompareResolutions(ctx context.Context, p incident.Principal, ref, before, after string) (*Comparison, error) {
	var lists [2]string
	var incidentID string
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		incidentID = i.ID
		for n, id := range []string{before, after} {
			r, err := resolutionOf(tx, i, id)
			if err != nil {
				return err
			}
			if !r.Listed() {
				return incident.Errorf(incident.Conflict, "Run %d has no list to compare.", r.Seq)
			}
			lists[n] = r.Roster.Object
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	open := func(object string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			r, err := d.vault.Open(ctx, incidentID, object)
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{bufferedList(r), r}, nil
		}
	}
	out := &Comparison{Changes: []MaskedChange{}}
	out.Difference, err = affected.Diff(open(lists[0]), open(lists[1]), func(c affected.Change) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(out.Changes) < changesShown {
			m := MaskedChange{Change: c, ID: maskAs("customer_id", c.Person.CustomerID), Name: maskAs("name", c.Person.Name)}
			m.Person = affected.Person{}
			out.Changes = append(out.Changes, m)
		}
		return nil
	})
	return out, err
}
