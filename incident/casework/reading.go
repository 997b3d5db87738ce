package casework

import (
	"context"
	"fmt"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// SetReading says how the files of a run are to be read, in their order, where
// the guess was wrong; columns are then guessed anew for those that changed.
// Errors: Invalid where a file cannot be read so, Conflict after the list was settled.
func (d *Desk) SetReading(ctx context.Context, p incident.Principal, ref, id string, inputs []affected.Input) error {
	r, _, err := d.Resolution(ctx, p, ref, id)
	if err != nil {
		return err
	}
	incidentID, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return err
	}
	if len(inputs) != len(r.Files) {
		return incident.Errorf(incident.Invalid, "There are %d files, and %d ways to read them were given.", len(r.Files), len(inputs))
	}
	var problems []incident.Problem
	for n := range inputs {
		if n > 0 && n <= r.PriorFiles || n == 0 && r.PriorFiles > 0 {
			continue
		}
		f, in := r.Files[n], inputs[n]
		in.Path, in.Database, in.Query = f.called(), "", ""
		sample, err := affected.Look(ctx, vaultFiles{d.vault, incidentID, r.Files}, in, sampleRows)
		if k := incident.KindOf(err); err != nil && k != incident.Invalid && k != incident.TooLarge {
			return err
		}
		if err != nil {
			problems = append(problems, incident.Problem{Where: place(n), What: incident.Sentence(named(err, &f))})
			continue
		}
		r.see(n, f, &sample)
	}
	if len(problems) > 0 {
		return &incident.Error{Kind: incident.Invalid, Message: "A file cannot be read like that.", Problems: problems}
	}
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		now, err := resolutionOf(tx, i, id)
		if err != nil {
			return err
		}
		if now.State == ResolutionSettled || now.State == ResolutionRunning && d.running.has(id) {
			return incident.Errorf(incident.Conflict, "It cannot be changed now.")
		}
		now.Files, now.Spec = r.Files, r.Spec
		tx.Record("resolution.reading", "resolution/"+id)
		return resolutions.Put(tx, ledger.K(i.ID, id), now)
	})
}

// place names a file in problems: d is the directory, e0 the first exposure.
func place(n int) string {
	if n == 0 {
		return "d.format"
	}
	return fmt.Sprintf("e%d.format", n-1)
}

// MaskedSample is the beginning of a file as anybody who works on the case may see it.
type MaskedSample struct {
	Columns []string
	Shapes  []affected.Shape
	Lines   []uint64
	Rows    [][]string // masked
	Problem string     // why nothing can be shown
}

// Samples gives the first rows of each file of a run, masked.
func (d *Desk) Samples(ctx context.Context, p incident.Principal, ref, id string, most int) ([]MaskedSample, error) {
	r, _, err := d.Resolution(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	incidentID, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return nil, err
	}
	out := make([]MaskedSample, len(r.Files))
	for n := range r.Files {
		in := r.Spec.Directory.Input
		if n > 0 {
			in = r.Spec.Exposures[n-1].Input
		}
		sample, err := affected.Look(ctx, vaultFiles{d.vault, incidentID, r.Files}, in, most)
		if err != nil {
			if k := incident.KindOf(err); k != incident.Invalid && k != incident.TooLarge {
				return nil, err
			}
			out[n].Problem = incident.Sentence(named(err, &r.Files[n]))
			continue
		}
		out[n] = masked(sample.Columns, sample.Lines)
	}
	return out, nil
}

// masked shows columns to whoever needs only their form.
func masked(columns []affected.Column, lines []uint64) MaskedSample {
	out := MaskedSample{Lines: lines}
	for range lines {
		out.Rows = append(out.Rows, make([]string, len(columns)))
	}
	for k, c := range columns {
		out.Columns, out.Shapes = append(out.Columns, c.Name), append(out.Shapes, c.Shape)
		for row, value := range c.Values {
			out.Rows[row][k] = affected.Mask(c.Shape, value)
		}
	}
	return out
}
