package casework

import (
	"context"
	"errors"
	"strconv"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Leftover is a file of the vault that nothing refers to any more and that must
// go. It is written with what makes it so, and deleted after the file: whatever
// happens in between, the next start goes on with it.
type Leftover struct {
	Whole bool `json:"whole,omitempty"` // all of the scope, whose key is destroyed
}

// Eraser is what a vault does besides, for erasing. *vault.Vault does.
type Eraser interface {
	Delete(ctx context.Context, scope, sha256 string) error
	DeleteScope(scope string) error
}

func (d *Desk) eraser() (Eraser, error) {
	e, ok := d.vault.(Eraser)
	if !ok {
		return nil, incident.Errorf(incident.Internal, "casework: this vault cannot erase")
	}
	return e, nil
}

// FinishErasures deletes what an interrupted erasure has left in the vault. The
// program calls it when it starts; it does nothing where nothing is left.
func (d *Desk) FinishErasures(ctx context.Context) error {
	return d.clearLeftovers(ctx, incident.Clock(), "")
}

// clearLeftovers deletes the files of one scope that are to go; "" for all.
func (d *Desk) clearLeftovers(ctx context.Context, p incident.Principal, scope string) error {
	ctx = context.WithoutCancel(ctx)
	type left struct {
		scope, sum string
		Leftover
	}
	var todo []left
	if err := d.db.View(ctx, func(tx *ledger.Tx) error {
		prefix := ledger.K()
		if scope != "" {
			prefix = ledger.K(scope)
		}
		return leftovers.Scan(tx, prefix, func(k ledger.Key, l Leftover) error {
			todo = append(todo, left{k.Text(0), k.Text(1), l})
			return nil
		})
	}); err != nil || len(todo) == 0 {
		return err
	}
	e, err := d.eraser()
	if err != nil {
		return err
	}
	for _, l := range todo {
		used, err := d.used(ctx, l.scope, l.sum)
		switch {
		case err != nil:
			return err
		case l.Whole:
			err = e.DeleteScope(l.scope)
		case !used:
			err = e.Delete(ctx, l.scope, l.sum)
		}
		if k := incident.KindOf(err); err != nil && k != incident.NotFound && k != incident.Gone {
			return err // tried again at the next start
		}
		if err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
			tx.Record("erasure.finish", "vault/"+l.scope)
			if err := leftovers.Delete(tx, ledger.K(l.scope, l.sum)); err != nil || !l.Whole {
				return err
			}
			gone, err := erasures.Get(tx, ledger.K(l.scope))
			if incident.KindOf(err) == incident.NotFound && err != nil {
				return nil // a request, which has no line of its own here
			}
			now := tx.Now()
			gone.FinishedAt = &now
			return errors.Join(err, erasures.Put(tx, ledger.K(l.scope), gone))
		}); err != nil {
			return err
		}
	}
	return nil
}

// used reports whether something refers to an object all the same: the same
// bytes may have been stored twice, and lie there once.
func (d *Desk) used(ctx context.Context, scope, sum string) (found bool, err error) {
	err = d.db.View(ctx, func(tx *ledger.Tx) error {
		return EachObject(tx, func(id, sha256, _ string) error {
			found = found || id == scope && sha256 == sum
			return nil
		})
	})
	return found, err
}

func itoa(n int) string { return strconv.Itoa(n) }

// orNotFoundAs turns NotFound into an error of another kind with its sentence.
func orNotFoundAs(err error, kind incident.Kind, sentence string, args ...any) error {
	if incident.KindOf(err) == incident.NotFound {
		return incident.Errorf(kind, sentence, args...)
	}
	return err
}
