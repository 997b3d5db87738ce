package casework

import (
	"context"
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
	q, err := d.Conflicts(ctx, p, ref, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(q.Clusters, func(k QueuedCluster) bool { return k.People[0] == cluster })
	if at < 0 {
		return incident.Errorf(incident.NotFound, "There is no such conflict in this run.")
	}
	people := q.Clusters[at].People
	c, err := d.lookAt(ctx, p, ref, id)
	if err != nil {
		return err
	}
	rows, err := d.conflictRows(ctx, c, people)
	if err != nil {
		return err
	}
	if len(rows) > maxRulings {
		return incident.Errorf(incident.TooLarge, "It has %d rows; more than %d cannot be settled at once. Correct the directory, and run again.", len(rows), maxRulings)
	}
	if err := v.check(people, rows); err != nil {
		return err
	}
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		for _, row := range rows {
			f := c.run.fileAt(row.Path)
			if f == nil {
				return incident.Errorf(incident.Internal, "a conflict is in a file that the run does not have")
			}
			r := Ruling{Path: row.Path, Line: row.Line, Person: v.Person, Skip: v.Skip, Why: v.Why, By: tx.By().ID, At: tx.Now()}
			if own, ok := v.Rows[row.Place]; ok {
				r.Person, r.Skip = own.Person, own.Skip
			}
			if err := rulings.Put(tx, ledger.K(i.ID, c.run.Files[0].SHA256, f.SHA256, row.Line), r); err != nil {
				return err
			}
		}
		tx.Record("conflict.decide", "resolution/"+id)
		return WriteTimeline(tx, i, "conflict.decide", "resolution/"+id, fmt.Sprintf("Conflict among %d customers decided: %d rows. %s", len(people), len(rows), v.Why))
	})
}

func (v *Verdict) check(people []int64, rows []affected.Conflict) error {
	var problems []incident.Problem
	whom := func(where string, person int64, skip bool) {
		if person != 0 && (skip || !slices.Contains(people, person)) {
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
	return invalid("The conflict cannot be settled like that.", problems)
}

// fileAt is the file that a spec's path means; nil where there is none.
func (r *Resolution) fileAt(path string) *ResolutionFile {
	for n := range r.Files {
		if r.Files[n].called() == path {
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
		for n := range r.Files[1:] {
			f := &r.Files[n+1]
			err := rulings.Scan(tx, ledger.K(i.ID, r.Files[0].SHA256, f.SHA256), func(_ ledger.Key, one Ruling) error {
				one.Path = f.called()
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
