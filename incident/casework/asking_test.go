package casework_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

// database is one that answers what it is told to.
type database struct {
	rows   [][]string
	broken error // after the rows
	open   int
}

func (d *database) Names() []string { return []string{"crm"} }

func (d *database) Explain(_ context.Context, name, query string) ([]string, error) {
	if strings.HasPrefix(query, "delete") {
		return nil, incident.Errorf(incident.Invalid, "the query must begin with SELECT")
	}
	return []string{"Seq Scan on " + name}, nil
}

func (d *database) Ask(_ context.Context, _, query string) (affected.Rows, error) {
	if strings.HasPrefix(query, "delete") {
		return nil, incident.Errorf(incident.Invalid, "the query must begin with SELECT")
	}
	d.open++
	return &answer{of: d}, nil
}

type answer struct {
	of *database
	at int
}

func (a *answer) Columns() []string { return a.of.rows[0] }

func (a *answer) Next(context.Context) ([]string, error) {
	if a.at++; a.at < len(a.of.rows) {
		return a.of.rows[a.at], nil
	}
	if a.of.broken != nil {
		return nil, a.of.broken
	}
	return nil, io.EOF
}

func (a *answer) Close() error { a.of.open--; return nil }

// A database is asked, its answer looked at, taken in, and matched like any file.
func TestADatabaseIsAsked(t *testing.T) {
	db := &database{rows: [][]string{{"id", "note"}, {"c1", "said \"no\",\nthen yes"}, {"c2", ""}}}
	b := newBench(t, casework.Config{UploadLimit: 2000})
	var err error
	b.Desk, err = casework.New(casework.Deps{DB: b.DB, Vault: b.vault, Sources: db}, casework.Config{UploadLimit: 2000})
	must(t, err)
	q := casework.Question{Source: "crm", Query: "select id, note from leaked", Name: "Leaked notes"}
	shown, err := b.PreviewQuestion(t.Context(), ana, b.i.ID, q)
	must(t, err)
	if fmt.Sprint(shown.Plan) != "[Seq Scan on crm]" || len(shown.Sample.Rows) != 2 || strings.Contains(fmt.Sprint(shown.Sample.Rows), "then yes") || fmt.Sprint(shown.Sample.Columns) != "[id note]" {
		t.Errorf("%+v", shown)
	}
	for what, bad := range map[string]casework.Question{"source": {Source: "other", Query: "select 1"}, "query": {Source: "crm", Query: " "}, "query ": {Source: "crm", Query: "delete from x"}} {
		_, err := b.PreviewQuestion(t.Context(), ana, b.i.ID, bad)
		wantKind(t, err, incident.Invalid)
		if problems := incident.ProblemsOf(err); len(problems) == 0 || problems[0].Where != strings.TrimSpace(what) {
			t.Errorf("%s: %v", what, problems)
		}
		_, err = b.TakeAnswer(t.Context(), ana, b.i.ID, bad)
		wantKind(t, err, incident.Invalid)
	}
	_, err = b.TakeAnswer(t.Context(), ben, b.i.ID, q)
	wantKind(t, err, incident.Forbidden)
	leaked, err := b.TakeAnswer(t.Context(), ana, b.i.ID, q)
	must(t, err)
	db.rows = [][]string{{"customer_id", "email", "name", "country"}, {"c1", "ann@mail.example", "Ann Lee", "DE"}, {"c2", "", "Bo", ""}}
	people, err := b.TakeAnswer(t.Context(), ana, b.i.ID, casework.Question{Source: "crm", Query: "table customers"})
	must(t, err)
	if leaked.FileName != "Leaked_notes.csv" || people.FileName != "crm.csv" || leaked.SHA256 == "" || db.open != 0 {
		t.Errorf("%+v %+v, %d open", leaked, people, db.open)
	}
	r, err := b.NewResolution(t.Context(), ana, b.i.ID, func(yield func(casework.Upload) error) error {
		for _, id := range []string{people.ID, leaked.ID} {
			if err := yield(casework.Upload{Transfer: id}); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	if r.Files[1].Source != "crm" || r.Files[1].Query != q.Query || len(r.Files[1].Columns) != 2 {
		t.Errorf("%+v", r.Files)
	}
	spec := r.Spec
	spec.Exposures[0].Elements = []string{"communications"}
	must(t, b.RunResolution(t.Context(), ana, b.i.ID, r.ID, spec))
	b.Wait()
	done, _, err := b.Resolution(t.Context(), ana, b.i.ID, r.ID)
	must(t, err)
	if done.Roster == nil || done.Roster.People != 2 || done.Roster.Rows() != 2 {
		t.Errorf("%s %s %+v", done.State, done.Error, done.Roster)
	}
	before := b.objects(t)
	for what, fail := range map[string]func(){
		"too much": func() { db.rows = [][]string{{"x"}, {strings.Repeat("x", 3000)}} },
		"broken":   func() { db.rows, db.broken = [][]string{{"x"}}, incident.Errorf(incident.Unavailable, "gone") },
	} {
		fail()
		if _, err := b.TakeAnswer(t.Context(), ana, b.i.ID, q); err == nil || b.objects(t) != before || db.open != 0 {
			t.Errorf("%s: %v; %d objects, were %d; %d open", what, err, b.objects(t), before, db.open)
		}
	}
	b.noPersonInTheLog(t)
}
