package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
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

// rewriteAll writes every list and report that holds the person anew, without
// them, and gives old → new names. What is not used in the end is nobody's and
// goes with the incident's key.
func (d *Desk) rewriteAll(ctx context.Context, e *erasing) (map[string]string, error) {
	moved := map[string]string{}
	lines := map[string]map[int]bool{}
	for _, at := range e.places {
		if lines[at.Object] == nil {
			lines[at.Object] = map[int]bool{}
		}
		lines[at.Object][at.Line] = true
	}
	for object, gone := range lines {
		to, err := d.rewrite(ctx, e.i.ID, object, func(s *records, record []byte) (bool, bool) { return !gone[s.line], true })
		if err != nil {
			return nil, err
		}
		moved[object] = to
	}
	texts := identifiers(e)
	for _, r := range e.all() {
		for _, sum := range r.Reports {
			if moved[sum] != "" {
				continue
			}
			dropped, lower := false, []byte(nil)
			to, err := d.rewrite(ctx, e.i.ID, sum, func(s *records, record []byte) (bool, bool) {
				lower = lowered(lower, record)
				for _, t := range texts {
					if s.line > 0 && bytes.Contains(lower, t) {
						dropped = true
						return false, false
					}
				}
				return true, false
			})
			if err != nil {
				return nil, err
			}
			if dropped {
				moved[sum] = to
			}
		}
	}
	return moved, nil
}

// identifiers are the texts by which a report's row is known to be the person's.
func identifiers(e *erasing) [][]byte {
	var out [][]byte
	add := func(s string) {
		if s = strings.ToLower(s); len(s) >= 4 {
			for _, w := range []string{s, strings.ReplaceAll(s, `"`, `""`)} {
				if !slices.ContainsFunc(out, func(b []byte) bool { return string(b) == w }) {
					out = append(out, []byte(w))
				}
			}
		}
	}
	add(e.who.CustomerID)
	for _, at := range e.places {
		add(at.Person.Email)
		add(at.Person.Name)
	}
	return out
}

// rewrite copies an object of the vault record by record. keep says whether a
// record stays, and if not whether an empty one stands in its place.
func (d *Desk) rewrite(ctx context.Context, id, object string, keep func(*records, []byte) (stays, empty bool)) (string, error) {
	from, err := d.vault.Open(ctx, id, object)
	if err != nil {
		return "", err
	}
	defer from.Close()
	s, err := newRecords(from)
	if err != nil {
		return "", err
	}
	read, write := io.Pipe()
	defer read.Close()
	go func() { write.CloseWithError(copyRecords(write, s, keep)) }()
	made, err := d.vault.Put(ctx, id, read)
	return made.SHA256, err
}

func copyRecords(w io.Writer, s *records, keep func(*records, []byte) (stays, empty bool)) error {
	columns := 1 + bytes.Count(s.header, []byte{','})
	blank := []byte(strings.Repeat(",", max(columns-1, 0)) + "\n")
	out := bytes.NewBuffer(nil)
	out.Write(s.header)
	for {
		record, err := s.next()
		if errors.Is(err, io.EOF) {
			_, err = w.Write(out.Bytes())
			return err
		}
		if err != nil {
			return err
		}
		if s.empty {
			out.Write(record)
		} else if stays, empty := keep(s, record); stays {
			out.Write(record)
		} else if empty {
			out.Write(blank)
		}
		if out.Len() > 256<<10 {
			if _, err := w.Write(out.Bytes()); err != nil {
				return err
			}
			out.Reset()
		}
	}
}
