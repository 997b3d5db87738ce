package warehouse

import (
	"context"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// travel is what came of one input: of each row that travelled its number in the database.
type travel struct {
	sql     string
	params  [][]byte
	types   []uint32
	rows    int64   // in the database
	numbers []int64 // from 1
	extra   int64   // rows for which others stand
}

// What the database is asked for, as plans and progress call it.
const (
	askedWords = "keys that only this program can fold"
	askedSize  = "the size of "
	askedRows  = "what travels of "
)

// Resolve does what affected.Resolve does, with the database joining. The
// outputs are the same bytes, and so is the summary, but for bytes and sha256 of the
// inputs and warnings about them: nobody here has seen all of their rows. Progress
// has the stage "ask" besides, whose input is what the database works on.
func (in *Inside) Resolve(ctx context.Context, to affected.Outputs, opt affected.Options) (affected.Summary, error) {
	if len(opt.Decisions) > 0 || opt.Prior != nil {
		return affected.Summary{}, incident.Errorf(incident.Invalid,
			"decisions and earlier results are about single rows, which do not all travel: match without --inside")
	}
	in.asks = func(what string) {
		if opt.Progress != nil {
			opt.Progress(affected.Progress{Stage: "ask", Input: what, Total: -1})
		}
	}
	if err := in.prepare(ctx); err != nil {
		return affected.Summary{}, err
	}
	opt.Query = in.query
	sum, err := affected.Resolve(ctx, in.travelled(), nil, in.outputs(to), opt)
	if err != nil {
		return affected.Summary{}, err
	}
	err = in.account(&sum)
	return sum, err
}

// ResolveToFolder is Resolve with its result in the folder dir; see [affected.WriteToFolder].
func (in *Inside) ResolveToFolder(ctx context.Context, dir string, opt affected.Options) (affected.Summary, error) {
	return affected.WriteToFolder(dir, func(to affected.Outputs) (affected.Summary, error) { return in.Resolve(ctx, to, opt) })
}

// prepare reads what the statements need to be told, and how much there is.
func (in *Inside) prepare(ctx context.Context) error {
	in.asks(askedWords)
	w, err := in.readWords(ctx)
	if err != nil {
		return err
	}
	words, params, types, err := in.place(ctx, w)
	if err != nil {
		return err
	}
	for i := range in.read {
		s := in.compiler.directory
		if i > 0 {
			s = in.compiler.exposures[i-1]
		}
		t := &in.read[i]
		*t = travel{sql: in.sql(i, words), params: params, types: types}
		in.asks(askedSize + s.title)
		if t.rows, err = in.sizeOf(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// travelled is the spec of what travels: the same, each input under a name of
// its own, so that the rows of outputs can be traced.
func (in *Inside) travelled() affected.Spec {
	spec := in.spec
	spec.Databases = map[string]affected.Database{}
	name := func(i int, from affected.Input) affected.Input {
		spec.Databases[inputName(i)] = affected.Database{Driver: "postgres", DSNEnv: "-"}
		return affected.Input{Database: inputName(i), Query: "select", PhoneCountry: from.PhoneCountry}
	}
	spec.Directory.Input = name(0, in.spec.Directory.Input)
	spec.Exposures = nil
	for i, e := range in.spec.Exposures {
		e.Input = name(i+1, e.Input)
		spec.Exposures = append(spec.Exposures, e)
	}
	return spec
}

// query gives affected the rows of an input that travel.
func (in *Inside) query(_ context.Context, database, _ string) (affected.Rows, error) {
	i, ok := inputOf(database)
	if !ok || i < 0 || i >= len(in.read) {
		return nil, incident.Errorf(incident.Internal, "the matching asks for an input that is not there")
	}
	if in.p.reading {
		return nil, incident.Errorf(incident.Internal, "database %s: a query was asked while the rows of another are open", in.p.name)
	}
	s, skip := in.compiler.directory, 1
	if i > 0 {
		s, skip = in.compiler.exposures[i-1], 2
	}
	t := &in.read[i]
	asked := &statement{sql: t.sql, params: t.params, paramTypes: t.types, columns: make([]string, skip+len(s.columns)), types: make([]uint32, skip+len(s.columns))}
	return &travelRows{rows: &postgresRows{p: in.p, statement: asked}, travel: t, asks: func() { in.asks(askedRows + s.title) }, columns: s.columns, skip: skip}, nil
}

// travelRows gives rows without their numbers, which it keeps.
type travelRows struct {
	rows    *postgresRows
	travel  *travel
	asks    func()
	columns []string
	skip    int // columns that say where the row is, and for how many it stands
}

func (r *travelRows) Columns() []string { return r.columns }

func (r *travelRows) Next(ctx context.Context) ([]string, error) {
	if r.rows.result == nil {
		r.asks() // before any row, so nobody else reports progress now
		r.travel.numbers, r.travel.extra = r.travel.numbers[:0], 0
	}
	row, err := r.rows.Next(ctx)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(row[0], 10, 64)
	times := int64(1)
	if err == nil && r.skip == 2 {
		times, err = strconv.ParseInt(row[1], 10, 64)
	}
	if err != nil {
		return nil, incident.Errorf(incident.Internal, "database %s: the server numbered a row with what is no number", r.rows.p.name)
	}
	r.travel.numbers, r.travel.extra = append(r.travel.numbers, n), r.travel.extra+times-1
	return row[r.skip:], nil
}

func (r *travelRows) Close() error { return r.rows.Close() }

// outputs writes what comes out with the numbers that rows and people have in the database.
func (in *Inside) outputs(to affected.Outputs) affected.Outputs {
	place := func(input string, line int64) (string, int64, bool) {
		name, _, _ := strings.Cut(strings.TrimPrefix(input, "database "), ":")
		i, ok := inputOf(name)
		if !ok || i < 0 || i >= len(in.read) || line < 2 || line-2 >= int64(len(in.read[i].numbers)) {
			return "", 0, false
		}
		return in.called[i], in.read[i].numbers[line-2] + 1, true
	}
	person := func(n int64) (int64, bool) {
		people := in.read[0].numbers
		if n < 1 || n > int64(len(people)) {
			return 0, false
		}
		return people[n-1], true
	}
	if to.Unmatched != nil {
		to.Unmatched = &renumber{to: to.Unmatched, place: place}
	}
	if to.Rejected != nil {
		to.Rejected = &renumber{to: to.Rejected, place: place}
	}
	if to.Conflicts != nil {
		to.Conflicts = &renumber{to: to.Conflicts, place: place, person: person}
	}
	return to
}

// account makes the summary that of all rows, and sees to it that none is missing.
func (in *Inside) account(sum *affected.Summary) error {
	sum.Warnings = nil // they are about how a file goes on from line to line, and not all lines were here
	for i := range sum.Inputs {
		s, t := &sum.Inputs[i], &in.read[i]
		s.Path, s.Bytes, s.SHA256 = in.called[i], 0, ""
		if i == 0 {
			s.Rows = t.rows
			continue
		}
		s.Rows += t.extra
		s.Duplicates += t.extra
		sum.Duplicates += t.extra
		if s.Rows != t.rows {
			return incident.Errorf(incident.Internal, "%s: %d of %d rows are accounted for", s.Name, s.Rows, t.rows)
		}
	}
	return nil
}
