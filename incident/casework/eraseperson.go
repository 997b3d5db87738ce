package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tocsin/incident"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
)

// ErasurePlan is what erasing one person in one incident would do, and what
// stands in its way.
type ErasurePlan struct {
	Number    string
	Lists     int      // lists in which the person has a row
	Rows      int      // rows that will be empty
	Uploads   []string // uploaded files that hold everybody's rows, and will be destroyed
	Notices   int      // deliveries and the like that will say no more than what became of them
	Marks     int      // corrections and restrictions that will be deleted
	Obstacles []Obstacle
}

// erasing is a person's erasure in one incident, read and not yet done.
type erasing struct {
	i       *incident.Incident
	who     Subject
	key     *keys.Key
	lists   []incident.Roster
	runs    []Resolution
	uploads []incident.Evidence
	places  []ListPlace
	plan    ErasurePlan
}

// PlanErasure says what erasing the person of a request in an incident would do.
func (d *Desk) PlanErasure(ctx context.Context, p incident.Principal, ref, caseRef string) (ErasurePlan, error) {
	e, err := d.readErasing(ctx, p, ref, caseRef)
	if err != nil {
		return ErasurePlan{}, err
	}
	return e.plan, nil
}

func (d *Desk) readErasing(ctx context.Context, p incident.Principal, ref, caseRef string) (*erasing, error) {
	e := &erasing{}
	if err := d.db.View(ctx, func(tx *ledger.Tx) error {
		r, a, err := openRight(tx, p, ref)
		if err != nil {
			return err
		}
		if err := confirmed(r); err != nil {
			return err
		}
		if e.i, e.who, err = subjectIn(tx, p, r, a, caseRef, incident.ErasePerson); err != nil {
			return err
		}
		return e.read(tx)
	}); err != nil {
		return nil, err
	}
	var err error
	if e.key, err = d.db.DataKey(ctx, e.i.ID); err != nil {
		return nil, err
	}
	if e.places, err = d.placesOf(ctx, e.i.ID, e.who, e.all()); err != nil {
		return nil, err
	}
	return e, d.db.View(ctx, func(tx *ledger.Tx) error {
		e.plan.Obstacles, err = d.obstacles(tx, e)
		if err != nil {
			return err
		}
		lists := map[int]bool{}
		for _, at := range e.places {
			if at.List > 0 {
				lists[at.List] = true
				e.plan.Rows++
			}
		}
		e.plan.Number, e.plan.Lists = e.i.Number, len(lists)
		for _, u := range e.uploads {
			e.plan.Uploads = append(e.plan.Uploads, fmt.Sprintf("evidence %d: %s", u.Number, u.Title))
		}
		all, err := marksOf(tx, e.i.ID)
		for _, m := range all {
			if m.Who == e.who {
				e.plan.Marks++
			}
		}
		return errors.Join(err, d.holders(func(h Holder) error {
			got, err := h.HeldOn(tx, e.i, e.key, e.places)
			e.plan.Notices += len(got)
			return err
		}))
	})
}

func (e *erasing) read(tx *ledger.Tx) error {
	e.lists, e.runs, e.uploads = nil, nil, nil
	if err := rosters.Scan(tx, ledger.K(e.i.ID), func(_ ledger.Key, r incident.Roster) error {
		e.lists = append(e.lists, r)
		return nil
	}); err != nil {
		return err
	}
	exhibit := map[string]bool{}
	if err := resolutions.Scan(tx, ledger.K(e.i.ID), func(_ ledger.Key, r Resolution) error {
		e.runs = append(e.runs, r)
		for _, f := range r.Files {
			exhibit[f.Evidence] = true
		}
		return nil
	}); err != nil {
		return err
	}
	all, err := EvidenceOf(tx, e.i.ID)
	for _, x := range all {
		if exhibit[x.ID] && !x.Destroyed {
			e.uploads = append(e.uploads, x)
		}
	}
	return err
}

// all are the settled lists, and those of runs that were not put in force, as
// list 0: they hold the person as well.
func (e *erasing) all() []incident.Roster {
	out := slices.Clone(e.lists)
	for _, r := range e.runs {
		if r.Roster != nil && !slices.ContainsFunc(out, func(have incident.Roster) bool { return have.Object == r.Roster.Object }) {
			list := *r.Roster
			list.Seq = 0
			out = append(out, list)
		}
	}
	return out
}

// obstacles name everything that stands in the way.
func (d *Desk) obstacles(tx *ledger.Tx, e *erasing) ([]Obstacle, error) {
	var out []Obstacle
	i, err := Load(tx, e.i.ID)
	if err != nil {
		return nil, err
	}
	if i.LegalHold {
		out = append(out, Obstacle{"A legal hold is set on the incident.", "legal_claims"})
	}
	for _, u := range e.uploads {
		if u.LegalHold {
			out = append(out, Obstacle{fmt.Sprintf("A legal hold is set on evidence %d, an uploaded file that holds the person.", u.Number), "legal_claims"})
		}
	}
	for _, r := range e.runs {
		if d.running.has(r.ID) {
			out = append(out, Obstacle{fmt.Sprintf("Run %d of the matching is under way: it would find the person again.", r.Seq), ""})
		}
	}
	if n, err := transfers.Count(tx, ledger.K(e.i.ID)); err != nil {
		return nil, err
	} else if n > 0 {
		out = append(out, Obstacle{"A file is being uploaded, and may hold the person. Finish it, or drop it.", ""})
	}
	if len(e.places) == 0 {
		out = append(out, Obstacle{"The person is on no list of this incident any more.", "not_held"})
	}
	return out, d.holders(func(h Holder) error {
		got, err := h.Keeps(tx, i, false)
		out = append(out, got...)
		return err
	})
}

// EraseFrom erases the person of a request in an incident: their row in every
// list becomes an empty one in a new object and the old object goes, reports lose
// their rows, the uploaded files are destroyed, deliveries keep a keyed hash and
// what became of them. Where something must be kept it is a Conflict that names
// it: refuse with that ground, and restrict instead.
func (d *Desk) EraseFrom(ctx context.Context, p incident.Principal, ref, caseRef string) (ErasurePlan, error) {
	e, err := d.readErasing(ctx, p, ref, caseRef)
	if err != nil {
		return ErasurePlan{}, err
	}
	if len(e.plan.Obstacles) > 0 {
		return e.plan, inTheWay(e.i, e.plan.Obstacles)
	}
	moved, err := d.rewriteAll(ctx, e)
	if err != nil {
		return e.plan, err
	}
	err = d.onErasing(ctx, p, ref, caseRef, e, moved)
	if err != nil {
		return e.plan, err
	}
	return e.plan, d.clearLeftovers(ctx, p, e.i.ID)
}

func inTheWay(i *incident.Incident, obstacles []Obstacle) error {
	var problems []incident.Problem
	for _, o := range obstacles {
		what := o.What
		if o.Basis != "" {
			what += " Ground: " + incident.ChoiceLabel(incident.RefusalBases(), o.Basis) + "."
		}
		problems = append(problems, incident.Problem{What: what})
	}
	return &incident.Error{Kind: incident.Conflict, Message: "The person cannot be erased from " + i.Number + " now. Refuse with the ground, and restrict their data instead.", Problems: problems}
}
