package casework

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Upload is one file of a new resolution: a stream, or a transfer that is whole.
type Upload struct {
	Name     string // what the exposure is called; the file's name where empty
	FileName string
	Body     io.Reader // read as it comes; none is held in memory
	Transfer string    // instead of FileName and Body: its id

	source, query string // of a transfer that is a database's answer
}

// sampleRows is how many rows columns are guessed from.
const sampleRows = 200

// NewResolution takes files in as evidence, the directory first, looks at their
// beginnings and proposes what their columns mean. All of it is recorded, or
// nothing: a file that cannot be read leaves none of them. Errors: Invalid with
// what is wrong with which file.
func (d *Desk) NewResolution(ctx context.Context, p incident.Principal, ref string, files func(yield func(Upload) error) error) (*Resolution, error) {
	return d.takeIn(ctx, p, ref, nil, files)
}

// AddExposures makes a run that adds files which came late to one that has a
// list: the directory and the earlier exposures are not read again as long as
// nothing was decided about them since.
func (d *Desk) AddExposures(ctx context.Context, p incident.Principal, ref, id string, files func(yield func(Upload) error) error) (*Resolution, error) {
	before, _, err := d.Resolution(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	if err := before.ownFiles(); err != nil {
		return nil, err
	}
	if !before.Listed() {
		return nil, incident.Errorf(incident.Conflict, "That run has no list yet to which something could be added.")
	}
	return d.takeIn(ctx, p, ref, &before, files)
}

// RepeatResolution makes a run of the same files and the same mapping: after a
// list was settled, or to see that the same comes out.
func (d *Desk) RepeatResolution(ctx context.Context, p incident.Principal, ref, id string) (*Resolution, error) {
	before, _, err := d.Resolution(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	if err := before.ownFiles(); err != nil {
		return nil, err
	}
	r := &Resolution{State: ResolutionMapping, Files: before.Files, Spec: before.Spec, MadeBy: p.ID}
	return r, d.keepNew(ctx, p, ref, r, nil)
}

func (d *Desk) takeIn(ctx context.Context, p incident.Principal, ref string, before *Resolution, files func(yield func(Upload) error) error) (*Resolution, error) {
	id, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return nil, err
	}
	r := &Resolution{State: ResolutionMapping, MadeBy: p.ID}
	if before != nil {
		r.Files, r.Spec = slices.Clone(before.Files), before.Spec
		r.Spec.Exposures = slices.Clone(before.Spec.Exposures)
		r.Prior, r.PriorFiles = before.ID, len(before.Spec.Exposures)
	}
	t := &taking{desk: d, by: p, incident: id, r: r, kept: len(r.Files)}
	err = files(func(u Upload) error { return t.file(ctx, u) })
	switch {
	case err != nil:
	case before == nil && len(r.Files) < 2:
		err = incident.Errorf(incident.Invalid, "Give the customer directory and at least one exposed data set.")
	case before != nil && len(r.Files) == t.kept:
		err = incident.Errorf(incident.Invalid, "Give at least one more exposed data set.")
	default:
		err = d.keepNew(ctx, p, id, r, t)
	}
	if err != nil {
		d.forget(context.WithoutCancel(ctx), id, t.stored)
		return nil, err
	}
	d.dropWhole(context.WithoutCancel(ctx), p, id, t.transfers)
	return r, nil
}

// taking is one upload under way.
type taking struct {
	desk      *Desk
	by        incident.Principal
	incident  string
	r         *Resolution
	kept      int      // files of an earlier run
	stored    []string // objects put here
	transfers []string
}

func (t *taking) file(ctx context.Context, u Upload) error {
	object, err := t.store(ctx, &u)
	if err != nil {
		return err
	}
	f := ResolutionFile{FileName: clip(u.FileName, 200), SHA256: object.SHA256, Size: object.Size, Source: u.source, Query: u.query}
	f.Path = object.SHA256[:12] + "/" + pathName(u.FileName)
	f.Name = t.name(u)
	for _, have := range t.r.Files {
		if have.SHA256 == f.SHA256 {
			return incident.Errorf(incident.Invalid, "%s was given twice: it is the same file as %s, byte for byte.", f.FileName, have.FileName)
		}
	}
	return t.add(ctx, f, affected.Input{Path: f.Path})
}

// add looks at a file and takes it into the run.
func (t *taking) add(ctx context.Context, f ResolutionFile, in affected.Input) error {
	sample, err := affected.Look(ctx, vaultFiles{t.desk.vault, t.incident, []ResolutionFile{f}}, in, sampleRows)
	if err != nil {
		return named(err, &f)
	}
	t.r.see(len(t.r.Files), f, &sample)
	return nil
}

// see keeps what a look at file n showed, and proposes its mapping.
func (r *Resolution) see(n int, f ResolutionFile, sample *affected.Sample) {
	f.Columns, f.Sheets = sample.Names(), sample.Sheets
	if n == 0 {
		f.Guesses = affected.GuessDirectory(sample.Columns)
		r.Spec.Directory = affected.Directory{Input: sample.Input, Columns: proposed(f.Guesses.Columns)}
	} else {
		f.Guesses = affected.GuessExposure(sample.Columns, r.Spec.Directory.Columns)
		e := affected.Exposure{Name: f.Name, Input: sample.Input, Match: proposed(f.Guesses.Match), Check: proposed(f.Guesses.Check)}
		if g := f.Guesses.ElementsColumn; g != nil {
			e.ElementsColumn = g.Column
		}
		e.Columns = proposed(f.Guesses.Has)
		if n <= len(r.Spec.Exposures) {
			r.Spec.Exposures[n-1] = e
		} else {
			r.Spec.Exposures = append(r.Spec.Exposures, e)
		}
	}
	if n < len(r.Files) {
		r.Files[n] = f
	} else {
		r.Files = append(r.Files, f)
	}
}

// proposed leaves out what nobody should take for granted.
func proposed(guesses []affected.Guess) map[string]string {
	out := map[string]string{}
	for _, g := range guesses {
		if g.Confidence != affected.Unsure {
			out[g.Ours] = g.Column
		}
	}
	return out
}

func (t *taking) store(ctx context.Context, u *Upload) (vault.Object, error) {
	if u.Transfer != "" {
		whole, err := t.desk.Transfer(ctx, t.by, t.incident, u.Transfer)
		if err != nil {
			return vault.Object{}, err
		}
		if whole.SHA256 == "" {
			return vault.Object{}, incident.Errorf(incident.Conflict, "%s is not whole yet: %d of %d bytes have come.", whole.FileName, whole.Offset, whole.Size)
		}
		u.FileName, u.source, u.query = whole.FileName, whole.Source, whole.Query
		t.transfers = append(t.transfers, whole.ID)
		return vault.Object{SHA256: whole.SHA256, Size: whole.Size}, nil
	}
	object, err := t.desk.vault.Put(ctx, t.incident, u.Body)
	if err == nil {
		t.stored = append(t.stored, object.SHA256)
	}
	return object, err
}

// name keeps an exposure's name fit for people.csv, where names are joined, and unlike the others.
func (t *taking) name(u Upload) string {
	if len(t.r.Files) == 0 {
		return "directory"
	}
	name := u.Name
	if name == "" {
		name, _, _ = strings.Cut(u.FileName, ".")
	}
	name = clipped(strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}), "_"), 60)
	if name == "" || name == "directory" || slices.ContainsFunc(t.r.Files, func(f ResolutionFile) bool { return f.Name == name }) {
		return fmt.Sprintf("exposure_%d", len(t.r.Files))
	}
	return name
}

func clipped(s string, n int) string { return s[:min(len(s), n)] }

// pathName keeps of a file's name what tells its format and means no pattern.
func pathName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_", r) {
			return r
		}
		return '_'
	}, name)
	if len(name) > 60 {
		name = name[len(name)-60:]
	}
	if name == "" {
		name = "file"
	}
	return name
}

// named says a file's problem with the name people know it by.
func named(err error, f *ResolutionFile) error {
	if k := incident.KindOf(err); k != incident.Invalid && k != incident.TooLarge {
		return err
	}
	text := strings.ReplaceAll(incident.Sentence(err), f.Path, f.FileName)
	return &incident.Error{Kind: incident.KindOf(err), Message: text, Problems: incident.ProblemsOf(err), Cause: err}
}

// keepNew records the run and, where files came with it, each as evidence.
func (d *Desk) keepNew(ctx context.Context, p incident.Principal, ref string, r *Resolution, t *taking) error {
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		if t != nil {
			for n := t.kept; n < len(r.Files); n++ {
				f := &r.Files[n]
				kind := "Exposed data set"
				if n == 0 {
					kind = "Customer directory"
				}
				source, method := "export "+clip(f.FileName, 80), "uploaded for matching"
				if f.Source != "" {
					source, method = "database "+f.Source, "the answer to a query, for matching"
				}
				e, err := d.addExhibit(tx, p, i, NewEvidence{
					Title: kind + ": " + f.Name, Kind: "file", Source: source, FileName: f.FileName, MediaType: "application/octet-stream", Method: method,
				}, vault.Object{SHA256: f.SHA256, Size: f.Size})
				if err != nil {
					return err
				}
				f.Evidence = e.ID
			}
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n, err := tx.Sequence("resolutions-" + i.ID)
		if err != nil {
			return err
		}
		r.ID, r.Seq, r.MadeAt = id.String(), int(n), tx.Now()
		tx.Record("resolution.create", "resolution/"+r.ID)
		if err := announce(tx, i, r); err != nil {
			return err
		}
		return resolutions.Put(tx, ledger.K(i.ID, r.ID), *r)
	})
}

// incidentFor gives the id of the incident on which p may do a.
func (d *Desk) incidentFor(ctx context.Context, p incident.Principal, ref string, a incident.Action) (string, error) {
	var id string
	err := d.read(ctx, p, ref, a, func(_ *ledger.Tx, i *incident.Incident) error {
		id = i.ID
		return nil
	})
	return id, err
}
