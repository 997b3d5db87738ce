package casework

import (
	"bufio"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Wait returns when no run is under way and what is prepared after it is ready.
func (d *Desk) Wait() { d.running.work.Wait() }

// Stop is Wait for a program that ends, which calls it before it closes the
// store: what is only prepared for later is given up.
func (d *Desk) Stop() {
	d.running.giveUp()
	d.running.work.Wait()
}

// RunResolution checks what the columns mean and begins to match in the
// background. Of spec, the mapping counts; which files there are and how they are
// read is the run's own. Errors: Invalid with every problem of the mapping,
// Conflict while another run of the incident is under way.
func (d *Desk) RunResolution(ctx context.Context, p incident.Principal, ref, id string, spec affected.Spec) error {
	var r Resolution
	var incidentID, old string
	var stale []string // objects of the list that this run had before
	f := &flight{progress: affected.Progress{Stage: "index", Input: "directory"}}
	// The run outlives the request that began it.
	runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f.cancel = cancel
	begun := false
	err := d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		if r, err = resolutionOf(tx, i, id); err != nil {
			return err
		}
		if err := r.ownFiles(); err != nil {
			return err
		}
		if r.State == ResolutionSettled {
			return incident.Errorf(incident.Conflict, "This list was put in force and does not change any more. Begin another run.")
		}
		if err := r.adopt(spec); err != nil {
			return err
		}
		before := r.Roster
		stale, old = objectsOf(before), r.Prior
		now := tx.Now()
		r.State, r.Error, r.Roster, r.RunAt, r.RunBy = ResolutionRunning, "", nil, &now, tx.By().ID
		r.ProposedAt, r.ProposedBy = nil, ""
		incidentID = i.ID
		f.incident, f.files, f.began = i.ID, r.Files, d.cfg.Clock()
		if !begun && !d.running.begin(id, f) {
			return incident.Errorf(incident.Conflict, "Another run of this incident is under way. Wait for it, or cancel it.")
		}
		begun = true
		tx.Record("resolution.run", "resolution/"+r.ID)
		if err := resolutions.Put(tx, ledger.K(i.ID, r.ID), r); err != nil {
			return err
		}
		unread, err := dropStaleRows(tx, i.ID)
		if err != nil || before == nil {
			stale = unread
			return err
		}
		stale = append(stale, unread...)
		for _, object := range objectsOf(before) {
			used, err := refersTo(tx, i.ID, object)
			if err != nil {
				return err
			}
			if used {
				continue // another run came to the same list
			}
			more, err := dropIndexesOf(tx, i.ID, object)
			if err != nil {
				return err
			}
			stale = append(stale, more...)
		}
		return nil
	})
	if err != nil {
		if begun {
			d.running.end(id)
		}
		cancel()
		return err
	}
	d.running.work.Add(1)
	go func() {
		defer d.running.work.Done()
		defer d.running.end(id)
		after := context.WithoutCancel(ctx)
		d.forget(after, incidentID, stale)
		result, err := d.match(runCtx, incidentID, &r, old)
		if kept := d.matched(after, p, incidentID, id, result, err); kept != nil {
			d.log.Error("the outcome of a matching run could not be kept", "resolution", id, "error", kept)
			return
		}
		if err == nil {
			d.running.end(id) // nobody waits for what follows
			d.prepare(after, incidentID, &r, result.roster)
		}
	}()
	return nil
}

// prepare makes the indexes of a list before anybody needs them. Where that
// fails, whoever needs one first makes it.
func (d *Desk) prepare(ctx context.Context, incidentID string, r *Resolution, list *incident.Roster) {
	ctx, done := d.running.spare(ctx)
	defer done()
	all := []indexed{d.lists.of(incidentID, list.Object), ofConflicts(incidentID, list.Reports["conflicts.csv"])}
	for n := range r.Files {
		all = append(all, d.ofRows(incidentID, r, n))
	}
	for _, of := range all {
		if ctx.Err() != nil {
			return
		}
		if _, err := d.lists.indexer.ready(ctx, of, false); err != nil && ctx.Err() == nil && incident.KindOf(err) != incident.NotFound && incident.KindOf(err) != incident.Invalid {
			d.log.Warn("an index could not be made yet", "incident", incidentID, "index", of.kind, "kind", string(incident.KindOf(err)))
		}
	}
}

// adopt takes the mapping over into the run's spec. What an earlier run has
// read keeps the meaning it was read with.
func (r *Resolution) adopt(spec affected.Spec) error {
	if len(spec.Exposures) != len(r.Spec.Exposures) {
		return incident.Errorf(incident.Invalid, "The mapping names %d data sets; there are %d.", len(spec.Exposures), len(r.Spec.Exposures))
	}
	own := r.Spec.Directory.Input
	own.PhoneCountry = strings.ToUpper(strings.TrimSpace(spec.Directory.PhoneCountry))
	spec.Directory.Input = own
	spec.Exposures = slices.Clone(spec.Exposures) // the caller's stays as it is
	for n := range spec.Exposures {
		e, have := &spec.Exposures[n], r.Spec.Exposures[n]
		if n < r.PriorFiles {
			*e = have
			continue
		}
		own, country := have.Input, strings.ToUpper(strings.TrimSpace(e.PhoneCountry))
		own.PhoneCountry = country
		e.Name, e.Input = have.Name, own
	}
	spec.Decisions, spec.Databases = "", nil
	if r.PriorFiles > 0 {
		spec.Directory = r.Spec.Directory
	}
	if err := spec.Validate(); err != nil {
		return err
	}
	r.Spec = spec
	return nil
}

// CancelResolution stops a run that is under way. Nothing is left of it; the
// files and the mapping stay. Conflict where none is under way.
func (d *Desk) CancelResolution(ctx context.Context, p incident.Principal, ref, id string) error {
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := resolutionOf(tx, i, id)
		if err != nil {
			return err
		}
		if r.State != ResolutionRunning || !d.running.stop(id) {
			return incident.Errorf(incident.Conflict, "It is not running.")
		}
		tx.Record("resolution.cancel", "resolution/"+r.ID)
		return resolutions.Put(tx, ledger.K(i.ID, r.ID), r)
	})
}

// reports are the lists beside people.csv, in the order the engine has them.
var reportNames = []string{"unmatched.csv", "rejected.csv", "conflicts.csv"}

// result is what a run leaves.
type result struct {
	roster    *incident.Roster
	decisions string
	elapsed   int64
}

// match runs the engine from the vault into the vault: no plain text touches
// the disk. After an error nothing of it is left there.
func (d *Desk) match(ctx context.Context, incidentID string, r *Resolution, priorID string) (*result, error) {
	decisions, digest, err := d.decisionsFor(ctx, incidentID, r)
	if err != nil {
		return nil, err
	}
	opt := affected.Options{
		Memory: d.cfg.Memory, Scratch: d.cfg.Scratch, Decisions: decisions, Now: d.cfg.Clock,
		Progress: func(p affected.Progress) { d.running.set(r.ID, p) },
	}
	prior, err := d.priorOf(ctx, incidentID, priorID, r)
	if err != nil {
		return nil, err
	}
	if prior != nil {
		defer prior.list.Close()
		opt.Prior = &prior.Prior
		d.running.skips(r.ID, prior.Exposures)
	}
	files := vaultFiles{d.vault, incidentID, r.Files}
	objects, summary, err := d.into(ctx, incidentID, append([]string{"people.csv"}, reportNames...), func(writers []io.Writer) (affected.Summary, error) {
		if prior != nil {
			for n, name := range reportNames {
				w, err := d.continued(ctx, incidentID, prior.roster, name, writers[n+1])
				if err != nil {
					return affected.Summary{}, err
				}
				defer w.Close()
				writers[n+1] = w
			}
		}
		return affected.Resolve(ctx, r.Spec, files, affected.Outputs{People: writers[0], Unmatched: writers[1], Rejected: writers[2], Conflicts: writers[3]}, opt)
	})
	if err != nil {
		return nil, err
	}
	roster := rosterOf(&summary, r)
	roster.Object, roster.Size, roster.Reports = objects[0].SHA256, objects[0].Size, map[string]string{}
	for n, name := range reportNames {
		roster.Reports[name] = objects[n+1].SHA256
	}
	roster.Decided = len(decisions)
	if prior != nil {
		roster.Warnings = append(slices.Clone(prior.roster.Warnings), roster.Warnings...)
	}
	if err := d.count(ctx, incidentID, roster); err != nil {
		d.forget(context.WithoutCancel(ctx), incidentID, objectsOf(roster))
		return nil, err
	}
	return &result{roster: roster, decisions: digest, elapsed: summary.ElapsedMS}, nil
}

// into runs work with one writer for each name, each sealed in the vault as it
// is written. After an error, the first that happened is given and none of the objects stays.
func (d *Desk) into(ctx context.Context, incidentID string, names []string, work func([]io.Writer) (affected.Summary, error)) ([]vault.Object, affected.Summary, error) {
	var once sync.Once
	var first error
	fail := func(err error) { once.Do(func() { first = err }) }
	objects := make([]vault.Object, len(names))
	kept := make([]bool, len(names))
	writers := make([]io.Writer, len(names))
	pipes := make([]*io.PipeWriter, len(names))
	var done sync.WaitGroup
	for n := range names {
		read, write := io.Pipe()
		writers[n], pipes[n] = write, write
		done.Add(1)
		go func() {
			defer done.Done()
			object, err := d.vault.Put(ctx, incidentID, read)
			if err != nil {
				fail(err)
			}
			read.CloseWithError(err)
			objects[n], kept[n] = object, err == nil
		}()
	}
	summary, err := work(writers)
	if err != nil {
		fail(err)
	}
	for _, w := range pipes {
		w.CloseWithError(err) // nil ends the file
	}
	done.Wait()
	if first == nil {
		return objects, summary, nil
	}
	var left []string
	for n, o := range objects {
		if kept[n] {
			left = append(left, o.SHA256)
		}
	}
	d.forget(context.WithoutCancel(ctx), incidentID, left)
	return nil, summary, first
}

// rosterOf takes a run's summary over, with the names people gave the files.
func rosterOf(summary *affected.Summary, r *Resolution) *incident.Roster {
	out := &incident.Roster{
		Run: r.ID, Matched: int(summary.Matched), Duplicates: int(summary.Duplicates), Unmatched: int(summary.Unmatched),
		Malformed: int(summary.Malformed), Conflicts: int(summary.Conflicts), NoContact: int(summary.NoContact),
		Residence: incident.RosterResidence{Directory: int(summary.Residence.Directory), LastAddress: int(summary.Residence.LastAddress),
			Default: int(summary.Residence.Default), Unknown: int(summary.Residence.Unknown), Reason: summary.Residence.Reason},
	}
	for _, w := range summary.Warnings {
		for n := range r.Files {
			w = strings.ReplaceAll(w, r.Files[n].called(), r.Files[n].FileName)
		}
		out.Warnings = append(out.Warnings, w)
	}
	for _, in := range summary.Inputs {
		name := in.Path
		if f := r.fileAt(in.Path); f != nil {
			name = f.title(in.Path)
		}
		out.Inputs = append(out.Inputs, incident.RosterInput{
			Name: in.Name, Path: name, Rows: in.Rows, Bytes: in.Bytes, SHA256: in.SHA256,
			Matched: in.Matched, Duplicates: in.Duplicates, Unmatched: in.Unmatched, Malformed: in.Malformed,
		})
	}
	return out
}

// matched keeps what came of a run.
func (d *Desk) matched(ctx context.Context, p incident.Principal, incidentID, id string, got *result, failed error) error {
	stopped := d.running.wasStopped(id)
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		r, err := resolutions.Get(tx, ledger.K(incidentID, id))
		if err != nil {
			return err
		}
		switch {
		case failed != nil && stopped:
			r.State, r.Error = ResolutionMapping, "The run was cancelled. Nothing of it was kept; the files and what the columns mean are still here."
		case failed != nil:
			// What went wrong may name a file; the log gets its kind alone.
			d.log.Warn("a matching run failed", "resolution", id, "kind", string(incident.KindOf(failed)))
			r.State, r.Error = ResolutionFailed, runError(failed)
		default:
			r.State, r.Roster, r.Decisions, r.ElapsedMS = ResolutionDone, got.roster, got.decisions, got.elapsed
			r.Versions = map[string]string{"go": runtime.Version()}
		}
		tx.Record("resolution.end", "resolution/"+id)
		return resolutions.Put(tx, ledger.K(incidentID, id), r)
	})
}

// runError says what went wrong, with every problem on a line of its own.
func runError(err error) string {
	if errors.Is(err, context.Canceled) {
		return "The program ended while it ran. Run it again: the files are kept."
	}
	text := incident.Sentence(err)
	for _, problem := range incident.ProblemsOf(err) {
		text += "\n" + problem.String()
	}
	return text
}

// forget deletes objects that nothing of the case refers to (any more).
func (d *Desk) forget(ctx context.Context, incidentID string, sums []string) {
	for _, sum := range sums {
		used := false
		err := d.db.View(ctx, func(tx *ledger.Tx) error {
			return objectsIn(tx, incidentID, func(have, _ string) error {
				if used = used || have == sum; used {
					return ledger.Stop
				}
				return nil
			})
		})
		if err == nil && !used {
			err = d.vault.Delete(ctx, incidentID, sum)
		}
		if err != nil && incident.KindOf(err) != incident.NotFound {
			d.log.Warn("an object that is no longer needed could not be deleted", "error", err)
		}
	}
}

func objectsOf(r *incident.Roster) []string {
	if r == nil {
		return nil
	}
	out := []string{r.Object}
	for _, name := range reportNames {
		if sum := r.Reports[name]; sum != "" {
			out = append(out, sum)
		}
	}
	return out
}

func bufferedList(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 256<<10) }
