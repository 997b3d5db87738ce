package casework

import (
	"context"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Answer says whether somebody is affected, and by what, or what became of a
// row: which rows of which files, by hash and line.
type Answer struct {
	Run      int           `json:"run"`
	Affected bool          `json:"affected"`
	Elements []string      `json:"elements"`
	Excluded string        `json:"excluded,omitempty"` // why the person gets no letter
	People   []AnswerMatch `json:"people"`
	Rows     []AnswerRow   `json:"rows"`
}

// AnswerMatch is a row of the directory, masked.
type AnswerMatch struct {
	Person int64  `json:"person"`
	Line   uint64 `json:"line"`
	Asked  bool   `json:"asked"`
	ID     string `json:"customer_id"`
	Name   string `json:"name"`
	Email  string `json:"email"`
}

// AnswerRow is a row of an exposure and what became of it.
type AnswerRow struct {
	affected.RowAt
	FileName string `json:"file_name"`
	SHA256   string `json:"sha256"`
}

// SearchPerson says whether whoever has this key is affected, by the files of a
// run. What was asked for is neither logged nor in the audit entry. Errors:
// NotFound where the directory has nobody with that key.
func (d *Desk) SearchPerson(ctx context.Context, p incident.Principal, ref, id, key, value string) (*Answer, error) {
	return d.explain(ctx, p, ref, id, affected.Asked{Key: key, Value: value})
}

// SearchRow says what became of a row: line is its place in the file whose
// digest, or name in the run, is file.
func (d *Desk) SearchRow(ctx context.Context, p incident.Principal, ref, id, file string, line uint64) (*Answer, error) {
	return d.explain(ctx, p, ref, id, affected.Asked{Row: affected.Place{Path: file, Line: line}})
}

func (d *Desk) explain(ctx context.Context, p incident.Principal, ref, id string, asked affected.Asked) (*Answer, error) {
	var r Resolution
	var incidentID string
	var decisions []affected.Decision
	var excluded func(*affected.Person) string
	var hide *Marks
	err := d.act(ctx, p, ref, incident.SeeRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		incidentID = i.ID
		if r, err = resolutionOf(tx, i, id); err != nil {
			return err
		}
		if !r.Listed() {
			return incident.Errorf(incident.Conflict, "This run has no list.")
		}
		if err := r.ownFiles(); err != nil {
			return err
		}
		if excluded, err = Excluded(tx, i.ID); err != nil {
			return err
		}
		if hide, err = hidden(tx, p, i); err != nil {
			return err
		}
		decisions, _, err = decisionsOn(tx, i.ID, r.Files[0].SHA256, r.Files[1:])
		tx.Record("roster.search", "resolution/"+r.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if asked.Key == "" {
		if err := r.locate(&asked.Row); err != nil {
			return nil, err
		}
	}
	var got affected.Explanation
	err = d.withRows(ctx, incidentID, &r, func(rows *affected.RowIndexes) (err error) {
		got, err = affected.Explain(ctx, r.Spec, vaultFiles{d.vault, incidentID, r.Files}, asked, affected.Options{Decisions: decisions, Rows: rows})
		return err
	})
	if err != nil {
		return nil, r.named(err)
	}
	if hide != nil {
		if err := hide.hide(&got); err != nil {
			return nil, err
		}
	}
	return r.answer(got, excluded), nil
}

// locate finds the file that was meant by its digest or name.
func (r *Resolution) locate(row *affected.Place) error {
	for n := range r.Files[1:] {
		f := &r.Files[n+1]
		for _, name := range []string{f.SHA256, f.Name, f.FileName, f.called()} {
			if row.Path == name {
				row.Path = f.called()
				return nil
			}
			if member, ok := strings.CutPrefix(row.Path, name+"/"); ok { // of an archive
				row.Path = f.at(member)
				return nil
			}
		}
	}
	return incident.Errorf(incident.NotFound, "There is no such data set in this run.")
}

func (r *Resolution) named(err error) error {
	for n := range r.Files {
		err = named(err, &r.Files[n])
	}
	return err
}

func (r *Resolution) answer(got affected.Explanation, excluded func(*affected.Person) string) *Answer {
	out := &Answer{Run: r.Seq, People: []AnswerMatch{}, Rows: []AnswerRow{}}
	asked := map[int64]bool{}
	for _, p := range got.People {
		asked[p.Person] = p.Asked
		if p.Asked && out.Excluded == "" {
			out.Excluded = excluded(&affected.Person{CustomerID: p.ID, Email: p.Email})
		}
		out.People = append(out.People, AnswerMatch{Person: p.Person, Line: p.Place.Line, Asked: p.Asked,
			ID: maskAs("customer_id", p.ID), Name: maskAs("name", p.Name), Email: maskAs("email", p.Email)})
	}
	whole := !slices.ContainsFunc(out.People, func(m AnswerMatch) bool { return m.Asked })
	var elements []string
	for _, row := range got.Rows {
		a := AnswerRow{RowAt: row}
		if f := r.fileAt(row.Place.Path); f != nil {
			a.FileName, a.SHA256 = f.title(row.Place.Path), f.SHA256
		}
		out.Rows = append(out.Rows, a)
		if row.Person > 0 && (whole || asked[row.Person]) {
			out.Affected = true
			elements = append(elements, row.Elements...)
		}
	}
	out.Elements = []string{}
	for _, name := range affected.ElementNames() {
		if slices.Contains(elements, name) {
			out.Elements = append(out.Elements, name)
		}
	}
	return out
}
