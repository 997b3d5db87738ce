package post

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"time"

	"tocsin/incident"
)

// Job names a run.
type Job struct {
	Name string    // small letters, figures and hyphens: it becomes a file name; no personal data
	Date time.Time // of the files; no clock is read
	// Excluded is told of each letter that was set apart, in the order of the
	// source; nil where nobody listens. Its error ends the run.
	Excluded func(Excluded) error
}

// Excluded is a letter that was not printed.
type Excluded struct {
	Position int    `json:"position"` // in the source, from 1
	ID       string `json:"id"`
	Reason   Reason `json:"reason"`
	Detail   string `json:"detail"` // names places, never what stands there
}

// Report is what a run made. Letters and the numbers of Excluded together are
// the letters the source gave.
type Report struct {
	Job      string         `json:"job"`
	Date     string         `json:"date"`
	Letters  int            `json:"letters"`
	Pages    int            `json:"pages"`  // printed
	Sheets   int            `json:"sheets"` // of paper
	Excluded map[Reason]int `json:"excluded,omitempty"`
	Files    []File         `json:"files"`
	// Digest is the SHA-256 of manifest.json, which holds those of all files:
	// what a mail house repeats to say that it has the package.
	Digest string `json:"digest"`
}

var jobName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// Run prints letters into files of the store. An Invalid error beside a letter
// sets that letter apart, any other ends the run: so does a store that fails or
// a ctx that ends (Unavailable). The report beside an error has no Digest and
// lists the files stored so far: they are in the store, and the caller's to
// remove, because a store that goes by content may hold them for an earlier run.
func (p *Press) Run(ctx context.Context, job Job, letters iter.Seq2[Letter, error], into Store) (Report, error) {
	if err := p.check(job); err != nil {
		return Report{}, err
	}
	r := &running{p: p, job: job, into: into, ids: seen{}, codes: seen{}, out: Report{
		Job: job.Name, Date: job.Date.UTC().Format(time.RFC3339), Excluded: map[Reason]int{}}}
	for l, err := range letters {
		if ctx.Err() != nil {
			return r.out, incident.Because(incident.Unavailable, context.Cause(ctx), "printing was stopped after letter %d", r.position)
		}
		r.position++
		if err := r.take(ctx, l, err); err != nil {
			return r.out, err
		}
	}
	return r.finish(ctx)
}

func (p *Press) check(job Job) error {
	switch {
	case !jobName.MatchString(job.Name):
		return incident.Errorf(incident.Invalid, "a job's name is small letters, figures and hyphens")
	case job.Date.IsZero():
		return incident.Errorf(incident.Invalid, "a job has a date")
	}
	return nil
}

type running struct {
	p          *Press
	job        Job
	into       Store
	out        Report
	position   int
	ids, codes seen
	open       *drawing
	rows       []Row // of the open file
	manifest   spool
	excluded   spool
}

func (r *running) take(ctx context.Context, l Letter, failed error) error {
	if failed != nil {
		if incident.KindOf(failed) != incident.Invalid {
			return failed
		}
		return r.exclude(l, refuse(BadContents, "%s", incident.Sentence(failed)))
	}
	if r.ids.has(l.ID) || r.codes.has(l.Code) {
		return r.exclude(l, refuse(Duplicate, "a letter with this id or this code is printed already"))
	}
	s, no := r.p.set(l)
	if no != nil {
		return r.exclude(l, no)
	}
	r.ids.add(l.ID)
	r.codes.add(l.Code)
	if r.open == nil {
		r.open = r.p.draw(r.fileName(), r.job.Date)
	}
	row := Row{Sequence: r.out.Letters + 1, File: r.fileName(), FirstPage: r.open.pages() + 1, Code: l.Code, Country: l.Country, Class: r.p.class(l)}
	row.Pages = r.open.letter(s)
	row.Sheets = row.Pages
	if r.p.cfg.Duplex {
		row.Sheets = (row.Pages + 1) / 2
	}
	r.rows = append(r.rows, row)
	r.out.Letters++
	r.out.Pages += row.Pages
	r.out.Sheets += row.Sheets
	if len(r.rows) >= r.p.cfg.Batch || r.open.pages() >= maxPages {
		return r.close(ctx)
	}
	return nil
}

func (p *Press) class(l Letter) string {
	switch {
	case l.Class != "":
		return l.Class
	case l.Country == p.cfg.Home:
		return p.cfg.Domestic
	}
	return p.cfg.Abroad
}

func (r *running) exclude(l Letter, no *refusal) error {
	e := Excluded{Position: r.position, ID: l.ID, Reason: no.reason, Detail: no.detail}
	r.out.Excluded[e.Reason]++
	if err := r.excluded.add(e.cells()); err != nil {
		return err
	}
	if r.job.Excluded != nil {
		return r.job.Excluded(e)
	}
	return nil
}

func (r *running) fileName() string { return fmt.Sprintf("letters-%05d.pdf", len(r.out.Files)+1) }

// close stores the open file, and then its rows: with its checksum.
func (r *running) close(ctx context.Context) error {
	if r.open == nil {
		return nil
	}
	f, err := r.open.store(ctx, r.into, r.fileName())
	if err != nil {
		return err
	}
	f.Letters, f.Pages = len(r.rows), r.open.pages()
	r.out.Files = append(r.out.Files, f)
	for _, row := range r.rows {
		row.SHA256 = f.SHA256
		if err := r.manifest.add(row.cells()); err != nil {
			return err
		}
	}
	r.open, r.rows = nil, r.rows[:0]
	return nil
}

// finish stores the last file, the manifests and the list of those set apart.
func (r *running) finish(ctx context.Context) (Report, error) {
	if err := r.close(ctx); err != nil {
		return r.out, err
	}
	table, err := put(ctx, r.into, "manifest.csv", r.manifest.csv(columns))
	if err != nil {
		return r.out, err
	}
	r.out.Files = append(r.out.Files, table)
	list, err := put(ctx, r.into, "manifest.json", r.p.manifestJSON(r.out, &r.manifest))
	if err != nil {
		return r.out, err
	}
	apart, err := put(ctx, r.into, "excluded.csv", r.excluded.csv(excludedColumns))
	if err != nil {
		return r.out, err
	}
	apart.Private = true
	r.out.Files = append(r.out.Files, list, apart)
	r.out.Digest = list.SHA256
	return r.out, nil
}
