package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Verdict is what somebody decides about a cluster: all of its rows mean one
// person, or nobody, or it is left as it is. Rows may be decided otherwise one by one.
type Verdict struct {
	Person int64 // one of the cluster's people; 0: nobody
	Skip   bool
	Rows   map[affected.Place]RowVerdict // those that differ
	Why    string
}

// RowVerdict is what one row means.
type RowVerdict struct {
	Person int64
	Skip   bool
}

// maxRulings is how many rows one decision may be about.
const maxRulings = 20_000

// DecideConflict keeps a verdict. The list changes with the next run. Errors:
// Invalid without a reason or where a person is none of the cluster's.
func (d *Desk) DecideConflict(ctx context.Context, p incident.Principal, ref, id string, cluster int64, v Verdict) error {
	v.Why = strings.TrimSpace(v.Why)
	if v.Why == "" {
		return invalid("The conflict cannot be settled like that.", []incident.Problem{{Where: "why", What: "give the reason"}})
	}
	c, err := d.lookAt(ctx, p, ref, id)
	if err != nil {
		return err
	}
	var rows []affected.Conflict
	people := 0
	err = d.queue(ctx, c, func(q *affected.Queue, _ map[int]string) error {
		at, err := q.Find(cluster)
		if err != nil {
			return err
		}
		k, err := q.At(at)
		if err != nil {
			return err
		}
		if people = k.People; k.Rows > maxRulings {
			return incident.Errorf(incident.TooLarge, "It has %d rows; more than %d cannot be settled at once. Correct the directory, and run again.", k.Rows, maxRulings)
		}
		if rows, err = q.Rows(&k, 0, k.Rows); err != nil {
			return err
		}
		return v.check(rows, func(person int64) (bool, error) { return q.Has(&k, person) })
	})
	if err != nil {
		return err
	}
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		for _, row := range rows {
			f := c.run.fileAt(row.Path)
			if f == nil {
				return incident.Errorf(incident.Internal, "a conflict is in a file that the run does not have")
			}
			member, _ := f.within(row.Path)
			r := Ruling{Path: row.Path, Member: member, Line: row.Line, Person: v.Person, Skip: v.Skip, Why: v.Why, By: tx.By().ID, At: tx.Now()}
			if own, ok := v.Rows[row.Place]; ok {
				r.Person, r.Skip = own.Person, own.Skip
			}
			key := ledger.K(i.ID, c.run.Files[0].SHA256, f.SHA256, row.Line)
			if member != "" {
				key = ledger.K(i.ID, c.run.Files[0].SHA256, f.SHA256, row.Line, member)
			}
			if err := rulings.Put(tx, key, r); err != nil {
				return err
			}
		}
		tx.Record("conflict.decide", "resolution/"+id)
		return WriteTimeline(tx, i, "conflict.decide", "resolution/"+id, fmt.Sprintf("Conflict among %d customers decided: %d rows. %s", people, len(rows), v.Why))
	})
}

// check takes only people of the conflict, which theirs says, and its rows.
func (v *Verdict) check(rows []affected.Conflict, theirs func(int64) (bool, error)) error {
	var problems []incident.Problem
	var failed error
	whom := func(where string, person int64, skip bool) {
		ok := true
		if person != 0 && !skip {
			var err error
			ok, err = theirs(person)
			failed = errors.Join(failed, err)
		}
		if person != 0 && (skip || !ok) {
			problems = append(problems, incident.Problem{Where: where, What: "is none of the people of this conflict"})
		}
	}
	whom("person", v.Person, v.Skip)
	for place, own := range v.Rows {
		where := fmt.Sprintf("row.%d", place.Line)
		whom(where, own.Person, own.Skip)
		if !slices.ContainsFunc(rows, func(r affected.Conflict) bool { return r.Place == place }) {
			problems = append(problems, incident.Problem{Where: where, What: "is no row of this conflict"})
		}
	}
	if failed != nil {
		return failed
	}
	return invalid("The conflict cannot be settled like that.", problems)
}

// fileAt is the file that a spec's path means; nil where there is none.
func (r *Resolution) fileAt(path string) *ResolutionFile {
	for n := range r.Files {
		if _, ok := r.Files[n].within(path); ok {
			return &r.Files[n]
		}
	}
	return nil
}

// Rulings gives what was decided about the files of a run, in their order.
func (d *Desk) Rulings(ctx context.Context, p incident.Principal, ref, id string) ([]Ruling, error) {
	var out []Ruling
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := resolutionOf(tx, i, id)
		if err != nil {
			return err
		}
		if r.Brought() {
			return nil
		}
		for n := range r.Files[1:] {
			f := &r.Files[n+1]
			err := rulings.Scan(tx, ledger.K(i.ID, r.Files[0].SHA256, f.SHA256), func(_ ledger.Key, one Ruling) error {
				one.Path = f.at(one.Member)
				out = append(out, one)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
