package casework

import (
	"fmt"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// EachObject calls fn for every object of the vault that a case refers to.
// what says what the object is, without saying what it holds.
func EachObject(tx *ledger.Tx, fn func(incidentID, sha256, what string) error) error {
	if err := exhibits.Scan(tx, ledger.K(), func(k ledger.Key, e incident.Evidence) error {
		if e.SHA256 == "" || e.Destroyed {
			return nil
		}
		return fn(k.Text(0), e.SHA256, fmt.Sprintf("evidence %d", e.Number))
	}); err != nil {
		return err
	}
	return rosters.Scan(tx, ledger.K(), func(k ledger.Key, r incident.Roster) error {
		if err := fn(k.Text(0), r.Object, fmt.Sprintf("roster %d", r.Seq)); err != nil {
			return err
		}
		for name, sum := range r.Reports {
			if err := fn(k.Text(0), sum, fmt.Sprintf("%s of roster %d", name, r.Seq)); err != nil {
				return err
			}
		}
		return nil
	})
}
