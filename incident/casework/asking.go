package casework

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Sources are databases that people may ask for exports. What they may be asked, in
// what time, and that it only reads is theirs to see to.
type Sources interface {
	Names() []string
	// Explain is the plan of a query, line by line; nothing is read.
	Explain(ctx context.Context, name, query string) ([]string, error)
	// Ask gives the answer, whose Close ends the connection.
	Ask(ctx context.Context, name, query string) (affected.Rows, error)
}

// Question is what to ask a database.
type Question struct {
	Source string `json:"source"` // one of DataSources
	Query  string `json:"query"`
	Name   string `json:"name"` // what the export is called; the source's name where empty
}

// Preview is what a question would bring: the database's plan, and its first rows, masked.
type Preview struct {
	Plan   []string
	Sample MaskedSample
}

const (
	previewRows = 20
	maxQuery    = 20_000 // characters
)

// DataSources are the databases that may be asked, by name.
func (d *Desk) DataSources() []string {
	if d.sources == nil {
		return nil
	}
	return d.sources.Names()
}

// PreviewQuestion has the plan of a query shown and its first rows. That it was asked is on
// record before it is. Errors: Invalid where the query cannot be asked, Unavailable.
func (d *Desk) PreviewQuestion(ctx context.Context, p incident.Principal, ref string, q Question) (*Preview, error) {
	if _, err := d.asking(ctx, p, ref, &q, "query.preview"); err != nil {
		return nil, err
	}
	plan, err := d.sources.Explain(ctx, q.Source, q.Query)
	if err != nil {
		return nil, atQuery(err)
	}
	rows, err := d.sources.Ask(ctx, q.Source, q.Query)
	if err != nil {
		return nil, atQuery(err)
	}
	defer rows.Close()
	var columns []affected.Column
	for _, name := range rows.Columns() {
		columns = append(columns, affected.Column{Name: name})
	}
	var lines []uint64
	for len(lines) < previewRows {
		row, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, atQuery(err)
		}
		lines = append(lines, uint64(len(lines)+2))
		for n := range columns {
			columns[n].Values = append(columns[n].Values, row[n])
		}
	}
	for n := range columns {
		columns[n].Shape = affected.ShapeOf(columns[n].Values)
	}
	return &Preview{Plan: plan, Sample: masked(columns, lines)}, nil
}

// TakeAnswer has a query answered and seals the answer as an export that is whole: a CSV
// file, from which a run is made as from any upload, and which can be read again when the database has moved on.
// Errors: Invalid, TooLarge, Unavailable; then nothing is kept.
func (d *Desk) TakeAnswer(ctx context.Context, p incident.Principal, ref string, q Question) (Transfer, error) {
	incidentID, err := d.asking(ctx, p, ref, &q, "query.ask")
	if err != nil {
		return Transfer{}, err
	}
	rows, err := d.sources.Ask(ctx, q.Source, q.Query)
	if err != nil {
		return Transfer{}, atQuery(err)
	}
	defer rows.Close()
	from, into := io.Pipe()
	go func() { into.CloseWithError(writeAnswer(ctx, into, rows)) }()
	body := &limited{r: from, left: d.cfg.UploadLimit}
	object, err := d.vault.Put(ctx, incidentID, body)
	from.CloseWithError(errors.New("nobody reads it any more")) // ends the writer where it was the vault that failed
	if err != nil {
		return Transfer{}, atQuery(noRoom(err))
	}
	t := Transfer{FileName: clip(q.Name, 80) + ".csv", Size: object.Size, Offset: object.Size, SHA256: object.SHA256, MadeBy: p.ID, Source: q.Source, Query: q.Query}
	err = d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		t.ID, t.MadeAt, t.Expires = id.String(), tx.Now(), tx.Now().Add(transferLife)
		tx.Record("query.answer", "upload/"+t.ID)
		return transfers.Put(tx, ledger.K(i.ID, t.ID), t)
	})
	if err != nil {
		d.forget(context.WithoutCancel(ctx), incidentID, []string{object.SHA256})
		return Transfer{}, err
	}
	return t, nil
}

// asking checks who asks what and puts it on record. Whoever may ask a database
// anything learns of people, so it takes the right to see them.
func (d *Desk) asking(ctx context.Context, p incident.Principal, ref string, q *Question, entry string) (incidentID string, err error) {
	var problems []incident.Problem
	if q.Query = strings.TrimSpace(q.Query); q.Query == "" {
		problems = append(problems, incident.Problem{Where: "query", What: "Write the query."})
	} else if len(q.Query) > maxQuery {
		problems = append(problems, incident.Problem{Where: "query", What: "It is longer than a query is."})
	}
	known := false
	for _, name := range d.DataSources() {
		known = known || name == q.Source
	}
	if !known {
		problems = append(problems, incident.Problem{Where: "source", What: "Choose one of the databases that are set up."})
	}
	if q.Name = pathName(strings.TrimSpace(q.Name)); q.Name == "file" {
		q.Name = q.Source
	}
	err = d.act(ctx, p, ref, incident.SeeRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		if len(problems) > 0 {
			return invalid("The question cannot be asked like that.", problems)
		}
		incidentID = i.ID
		tx.Record(entry, "source/"+q.Source)
		return nil
	})
	return incidentID, err
}

// atQuery says of what a database refused that it is about the query.
func atQuery(err error) error {
	if incident.KindOf(err) != incident.Invalid || len(incident.ProblemsOf(err)) > 0 {
		return err
	}
	return &incident.Error{Kind: incident.Invalid, Message: "The database cannot answer that.", Problems: []incident.Problem{{Where: "query", What: incident.Sentence(err)}}, Cause: err}
}

// writeAnswer writes rows as CSV with a header.
func writeAnswer(ctx context.Context, to io.Writer, rows affected.Rows) error {
	buffer := bufio.NewWriterSize(to, 64<<10)
	w := csv.NewWriter(buffer)
	if err := w.Write(rows.Columns()); err != nil {
		return err
	}
	for {
		row, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			w.Flush()
			if err := w.Error(); err != nil {
				return err
			}
			return buffer.Flush()
		}
		if err != nil {
			return err
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
}

// limited reads no more than an upload may have.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, incident.Errorf(incident.TooLarge, "The answer is larger than an upload may be on this server: ask for fewer columns or rows.")
	}
	return n, err
}
