package casework

import (
	"context"
	"errors"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Drop gives up an upload and deletes what has come.
func (d *Desk) Drop(ctx context.Context, p incident.Principal, ref, id string) error {
	incidentID, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return err
	}
	return d.drop(ctx, p, incidentID, id)
}

func (d *Desk) drop(ctx context.Context, p incident.Principal, incidentID, id string) error {
	var t Transfer
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		var err error
		if t, err = transfers.Get(tx, ledger.K(incidentID, id)); err != nil {
			return orNotFound(err, "There is no such upload.")
		}
		tx.Record("upload.drop", "upload/"+id)
		return transfers.Delete(tx, ledger.K(incidentID, id))
	})
	if err != nil {
		return err
	}
	left := sumsOf(t.Pieces)
	if t.SHA256 != "" {
		left = append(left, t.SHA256)
	}
	d.forget(context.WithoutCancel(ctx), incidentID, left)
	return nil
}

// dropWhole clears away transfers whose files are evidence now.
func (d *Desk) dropWhole(ctx context.Context, p incident.Principal, incidentID string, ids []string) {
	for _, id := range ids {
		if err := d.drop(ctx, p, incidentID, id); err != nil {
			d.log.Warn("an upload that was used could not be cleared away", "upload", id, "error", err)
		}
	}
}

// ExpireTransfers deletes uploads that nobody went on with. The program calls
// it every now and then.
func (d *Desk) ExpireTransfers(ctx context.Context) error {
	type late struct{ incident, id string }
	var all []late
	err := d.db.View(ctx, func(tx *ledger.Tx) error {
		return transfers.Scan(tx, ledger.K(), func(k ledger.Key, t Transfer) error {
			if !t.Expires.After(tx.Now()) {
				all = append(all, late{k.Text(0), t.ID})
			}
			return nil
		})
	})
	for _, l := range all {
		// One that was taken up again, used or dropped meanwhile is nobody's to expire.
		if one := d.drop(ctx, incident.Clock(), l.incident, l.id); one != nil && incident.KindOf(one) != incident.NotFound {
			err = errors.Join(err, one)
		}
	}
	return err
}
