package casework

import (
	"errors"
	"fmt"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// EachObject calls fn for every object of the vault that a case refers to.
// what says what the object is, without saying what it holds.
func EachObject(tx *ledger.Tx, fn func(incidentID, sha256, what string) error) error {
	return eachObject(tx, ledger.K(), fn)
}

// objectsIn is EachObject for one case.
func objectsIn(tx *ledger.Tx, incidentID string, fn func(sha256, what string) error) error {
	return eachObject(tx, ledger.K(incidentID), func(_, sum, what string) error { return fn(sum, what) })
}

func eachObject(tx *ledger.Tx, in ledger.Key, fn func(incidentID, sha256, what string) error) error {
	stopped := false
	call := func(id, sum, what string) error {
		err := fn(id, sum, what)
		stopped = stopped || errors.Is(err, ledger.Stop)
		return err
	}
	list := func(id string, r *incident.Roster, what string) error {
		if err := call(id, r.Object, what); err != nil {
			return err
		}
		for name, sum := range r.Reports {
			if err := call(id, sum, name+" of "+what); err != nil {
				return err
			}
		}
		return nil
	}
	for _, scan := range []func() error{
		func() error {
			return exhibits.Scan(tx, in, func(k ledger.Key, e incident.Evidence) error {
				if e.SHA256 == "" || e.Destroyed {
					return nil
				}
				return call(k.Text(0), e.SHA256, fmt.Sprintf("evidence %d", e.Number))
			})
		},
		func() error {
			return rosters.Scan(tx, in, func(k ledger.Key, r incident.Roster) error {
				return list(k.Text(0), &r, fmt.Sprintf("roster %d", r.Seq))
			})
		},
		func() error {
			return resolutions.Scan(tx, in, func(k ledger.Key, r Resolution) error {
				if r.Roster == nil {
					return nil
				}
				return list(k.Text(0), r.Roster, fmt.Sprintf("the list of run %d", r.Seq))
			})
		},
		func() error {
			return indexes.Scan(tx, in, func(k ledger.Key, x Index) error {
				return call(k.Text(0), x.Object, "an index ("+k.Text(2)+")")
			})
		},
		func() error {
			return transfers.Scan(tx, in, func(k ledger.Key, t Transfer) error {
				for _, piece := range t.Pieces {
					if err := call(k.Text(0), piece.SHA256, "a piece of an upload"); err != nil {
						return err
					}
				}
				if t.SHA256 == "" {
					return nil
				}
				return call(k.Text(0), t.SHA256, "an upload")
			})
		},
	} {
		if err := scan(); err != nil || stopped {
			return err
		}
	}
	return nil
}
