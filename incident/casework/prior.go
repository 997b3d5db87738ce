package casework

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// earlier is the list that a late file adds to.
type earlier struct {
	affected.Prior
	roster *incident.Roster
	list   io.ReadCloser
}

// priorOf opens the earlier run's list; nil where there is none, or where what
// was decided or mapped since then means that everything has to be read again.
func (d *Desk) priorOf(ctx context.Context, incidentID, priorID string, r *Resolution) (*earlier, error) {
	if priorID == "" || r.PriorFiles == 0 {
		return nil, nil
	}
	var before Resolution
	var decided string
	err := d.db.View(ctx, func(tx *ledger.Tx) error {
		var err error
		if before, err = resolutions.Get(tx, ledger.K(incidentID, priorID)); err != nil {
			return err
		}
		_, decided, err = decisionsOn(tx, incidentID, r.Files[0].SHA256, r.Files[1:1+r.PriorFiles])
		return err
	})
	if incident.KindOf(err) == incident.NotFound && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !before.Listed() || before.Decisions != decided || len(before.Spec.Exposures) != r.PriorFiles || !sameSpec(&before.Spec, &r.Spec, r.PriorFiles) {
		return nil, nil
	}
	e := &earlier{roster: before.Roster}
	e.Exposures, e.Conflicts = r.PriorFiles, int64(before.Roster.Conflicts)
	for n, in := range before.Roster.Inputs {
		path := before.pathOf(n, in)
		e.Inputs = append(e.Inputs, affected.InputSummary{Name: in.Name, Path: path, Rows: in.Rows, Bytes: in.Bytes, SHA256: in.SHA256,
			Matched: in.Matched, Duplicates: in.Duplicates, Unmatched: in.Unmatched, Malformed: in.Malformed})
	}
	if e.list, err = d.vault.Open(ctx, incidentID, before.Roster.Object); err != nil {
		return nil, err
	}
	e.Roster = bufferedList(e.list)
	return e, nil
}

// pathOf is the path that the spec has for an input of the list, the directory being the first.
func (r *Resolution) pathOf(n int, in incident.RosterInput) string {
	f := &r.Files[0]
	for k := range r.Spec.Exposures {
		if n > 0 && r.Spec.Exposures[k].Name == in.Name && k+1 < len(r.Files) {
			f = &r.Files[k+1]
		}
	}
	member, ok := strings.CutPrefix(in.Path, f.FileName+"/")
	if !ok {
		member = ""
	}
	return f.at(member)
}

// sameSpec reports whether the directory and the first n exposures mean the same in both.
func sameSpec(a, b *affected.Spec, n int) bool {
	text := func(s *affected.Spec) []byte {
		out, err := json.Marshal([]any{s.Directory, s.Exposures[:n]})
		if err != nil {
			return nil
		}
		return out
	}
	one := text(a)
	return one != nil && bytes.Equal(one, text(b))
}

// continued writes an earlier run's report before what is new: the earlier
// rows under the new header, each value in the column of its name.
func (d *Desk) continued(ctx context.Context, incidentID string, before *incident.Roster, name string, to io.Writer) (io.WriteCloser, error) {
	sum := before.Reports[name]
	if sum == "" {
		return nopCloser{to}, nil
	}
	list, err := d.vault.Open(ctx, incidentID, sum)
	if err != nil {
		return nil, err
	}
	return &continuing{before: list, to: to}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// continuing waits for the new header, then writes it, the earlier rows, and the rest.
type continuing struct {
	before io.ReadCloser
	to     io.Writer
	head   []byte
	begun  bool
}

func (c *continuing) Write(p []byte) (int, error) {
	if c.begun {
		return c.to.Write(p)
	}
	c.head = append(c.head, p...)
	at := bytes.IndexByte(c.head, '\n')
	if at < 0 {
		return len(p), nil
	}
	c.begun = true
	rest := c.head[at+1:]
	if err := c.copy(c.head[:at+1]); err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		if _, err := c.to.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (c *continuing) Close() error { return c.before.Close() }

func (c *continuing) copy(head []byte) error {
	names, err := csv.NewReader(bytes.NewReader(head)).Read()
	if err != nil {
		return incident.Because(incident.Internal, err, "a report has no header")
	}
	rows := csv.NewReader(bufferedList(c.before))
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	old, err := rows.Read()
	if err != nil {
		return incident.Because(incident.Internal, err, "an earlier report has no header")
	}
	place := make([]int, len(old))
	for i, name := range old {
		place[i] = slices.Index(names, name)
	}
	w := csv.NewWriter(c.to)
	if err := w.Write(names); err != nil {
		return err
	}
	out := make([]string, len(names))
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return incident.Because(incident.Internal, err, "an earlier report is damaged")
		}
		clear(out)
		for i, value := range row {
			if i < len(place) && place[i] >= 0 {
				out[place[i]] = value
			}
		}
		if err := w.Write(out); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
