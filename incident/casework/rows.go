package casework

import (
	"context"
	"io"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// rowsKind begins the kind of an index of a file's rows; what the file's columns
// mean in the run follows, because the rows are found by it.
const rowsKind = "rows "

// ofRows is the index of a file of a run: 0 the directory, n exposure n-1.
func (d *Desk) ofRows(incidentID string, r *Resolution, n int) indexed {
	of := indexed{incident: incidentID, object: r.Files[n].SHA256, kind: rowsKind + affected.RowsName(&r.Spec, n)}
	of.build = func(ctx context.Context, _ io.Reader, w io.Writer, _ [32]byte) error {
		key, err := d.rowsKey(ctx, incidentID)
		if err != nil {
			return err
		}
		return affected.IndexRows(ctx, r.Spec, vaultFiles{d.vault, incidentID, r.Files}, n, of.object, w, key, affected.Options{Scratch: d.cfg.Scratch})
	}
	return of
}

// rowsKey is one for all files of a case: a row of one leads to those of another.
func (d *Desk) rowsKey(ctx context.Context, incidentID string) (out [32]byte, err error) {
	k, err := d.db.DataKey(ctx, incidentID)
	if err != nil {
		return out, err
	}
	return k.Derive("index/rows"), nil
}

// withRows calls fn with the indexes of a run's files, which are made where they
// are missing. A file that none can be made of is read to its end. Where one
// turns out damaged all are made again and fn is called once more.
func (d *Desk) withRows(ctx context.Context, incidentID string, r *Resolution, fn func(*affected.RowIndexes) error) error {
	for again := false; ; again = true {
		err := d.tryRows(ctx, incidentID, r, again, fn)
		if again || !damagedIndex(err) {
			return err
		}
	}
}

func (d *Desk) tryRows(ctx context.Context, incidentID string, r *Resolution, again bool, fn func(*affected.RowIndexes) error) error {
	key, err := d.rowsKey(ctx, incidentID)
	if err != nil {
		return err
	}
	out := &affected.RowIndexes{Key: key}
	for n := range r.Files {
		of := d.ofRows(incidentID, r, n)
		sum, err := d.lists.indexer.ready(ctx, of, again)
		switch k := incident.KindOf(err); {
		case err == nil:
		case ctx.Err() == nil && (k == incident.Unavailable || k == incident.TooLarge || k == incident.Invalid):
			out.Of = append(out.Of, nil) // no room for it, or an archive; what is wrong with the file its reading says
			continue
		default:
			return err
		}
		index, size, err := d.lists.indexer.open(ctx, incidentID, sum)
		if err != nil {
			return err
		}
		defer index.Close()
		rows, err := affected.OpenRows(index, size, of.object, strings.TrimPrefix(of.kind, rowsKind), key)
		if err != nil {
			return err
		}
		out.Of = append(out.Of, rows)
	}
	return fn(out)
}

// dropStaleRows forgets indexes of rows that no run of a case has a use for any
// more, because columns got another meaning, and gives their objects.
func dropStaleRows(tx *ledger.Tx, incidentID string) ([]string, error) {
	used := map[string]bool{}
	if err := resolutions.Scan(tx, ledger.K(incidentID), func(_ ledger.Key, r Resolution) error {
		for n := range r.Files {
			if n <= len(r.Spec.Exposures) {
				used[r.Files[n].SHA256+rowsKind+affected.RowsName(&r.Spec, n)] = true
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return dropIndexes(tx, ledger.K(incidentID), func(of, kind string) bool { return strings.HasPrefix(kind, rowsKind) && !used[of+kind] })
}
