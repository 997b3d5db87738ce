package casework

import (
	"context"
	"fmt"
	"slices"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// onErasing writes it all in one transaction, if nothing moved meanwhile.
func (d *Desk) onErasing(ctx context.Context, p incident.Principal, ref, caseRef string, e *erasing, moved map[string]string) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		r, a, err := openRight(tx, p, ref)
		if err != nil {
			return err
		}
		if err := confirmed(r); err != nil {
			return err
		}
		i, who, err := subjectIn(tx, p, r, a, caseRef, incident.ErasePerson)
		if err != nil {
			return err
		}
		now := &erasing{i: i, who: who}
		if err := now.read(tx); err != nil {
			return err
		}
		now.places = e.places
		if !slices.EqualFunc(now.all(), e.all(), func(a, b incident.Roster) bool { return a.Object == b.Object && a.Seq == b.Seq }) || who != e.who {
			return incident.Errorf(incident.Conflict, "The lists of %s changed meanwhile. Look at them again.", i.Number)
		}
		obstacles, err := d.obstacles(tx, now)
		if err != nil {
			return err
		}
		if len(obstacles) > 0 {
			return inTheWay(i, obstacles)
		}
		if err := saveRight(tx, r, "rights.erase", i.ID); err != nil {
			return err
		}
		if err := d.eraseRows(tx, now, moved); err != nil {
			return err
		}
		if err := d.destroyUploads(tx, now); err != nil {
			return err
		}
		all, err := marksOf(tx, i.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.Who == who {
				if err := marks.Delete(tx, ledger.K(i.ID, m.ID)); err != nil {
					return err
				}
			}
		}
		if err := d.holders(func(h Holder) error {
			_, err := h.PersonErased(tx, i, e.key, e.places, moved)
			return err
		}); err != nil {
			return err
		}
		if err := forgetExcluded(tx, i.ID, e.places); err != nil {
			return err
		}
		if err := leave(tx, i.ID, moved); err != nil {
			return err
		}
		return WriteTimeline(tx, i, "rights.erase", "rights/"+r.ID, fmt.Sprintf("One person erased on request %s: %d lists rewritten, %d uploaded files destroyed", r.Number, len(moved), len(now.uploads)))
	})
}

// eraseRows points lists and runs to their new objects and counts one person less.
func (d *Desk) eraseRows(tx *ledger.Tx, e *erasing, moved map[string]string) error {
	gone, seen := map[string][]affected.Person{}, map[string]map[int]bool{} // by object
	for _, at := range e.places {
		if seen[at.Object] == nil {
			seen[at.Object] = map[int]bool{}
		}
		if !seen[at.Object][at.Line] { // a list settled twice stands in two places
			seen[at.Object][at.Line] = true
			gone[at.Object] = append(gone[at.Object], at.Person)
		}
	}
	change := func(r *incident.Roster) bool {
		changed := false
		if to := moved[r.Object]; to != "" {
			for n := range gone[r.Object] {
				countOut(r, &gone[r.Object][n])
			}
			r.Object, changed = to, true
		}
		for name, sum := range r.Reports {
			if to := moved[sum]; to != "" {
				r.Reports[name], changed = to, true
			}
		}
		return changed
	}
	for _, r := range e.lists {
		if change(&r) {
			if err := rosters.Put(tx, ledger.K(e.i.ID, r.Seq), r); err != nil {
				return err
			}
		}
	}
	for _, r := range e.runs {
		if r.Roster != nil && change(r.Roster) {
			if err := resolutions.Put(tx, ledger.K(e.i.ID, r.ID), r); err != nil {
				return err
			}
		}
	}
	return nil
}

// destroyUploads takes the uploaded files out of custody: each holds everybody's
// rows, and the list was made from them.
func (d *Desk) destroyUploads(tx *ledger.Tx, e *erasing) error {
	for _, u := range e.uploads {
		x, err := exhibits.Get(tx, ledger.K(e.i.ID, u.ID))
		if err != nil {
			return err
		}
		x.Destroyed = true
		tx.Record("evidence.destroy", "evidence/"+x.ID)
		if err := takeCustody(tx, e.i, &x, incident.CustodyEvent{Kind: incident.CustodyDestroyed, SHA256: x.SHA256, Purpose: "a person in it was erased on request"}); err != nil {
			return err
		}
		if x.SHA256 != "" {
			if err := leaveOne(tx, e.i.ID, x.SHA256); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave puts old objects on the list of what goes.
func leave(tx *ledger.Tx, id string, moved map[string]string) error {
	for old := range moved {
		if err := leaveOne(tx, id, old); err != nil {
			return err
		}
	}
	return nil
}

// leaveOne puts an object, and every index of it, on the list of what goes.
func leaveOne(tx *ledger.Tx, id, sum string) error {
	all, err := dropIndexesOf(tx, id, sum)
	for _, one := range append(all, sum) {
		if err == nil {
			err = leftovers.Put(tx, ledger.K(id, one), Leftover{})
		}
	}
	return err
}
