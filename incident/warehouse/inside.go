package warehouse

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// Inside is the matching of one spec inside the database that all of its inputs are in.
type Inside struct {
	p        *postgres
	spec     affected.Spec
	called   string // the database, in reports
	compiler *compiler
	read     []travel          // of the directory, then the exposures
	asks     func(what string) // told before the database is asked
}

// Step is one statement of the matching, for an operator to look at before it runs.
type Step struct {
	Title string   // what it is for
	SQL   string   // $1 … are keys that SQL cannot fold, which are read first
	Plan  []string // EXPLAIN of it
}

// Inside has a spec matched by the database that its directory and all of its
// exposures are in. It connects and has the queries described; nothing is read
// yet. Errors are Invalid where the spec cannot be matched there, and those of Query.
func (d *Databases) Inside(ctx context.Context, spec affected.Spec) (*Inside, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	name, err := oneDatabase(&spec)
	if err != nil {
		return nil, err
	}
	if d.open[name] != nil {
		return nil, incident.Errorf(incident.Internal, "database %s: is being read already", name)
	}
	db := d.all[name]
	if db.Timeout == 0 {
		db.Timeout = defaultTimeout
	}
	p, err := openPostgres(ctx, name, d.dsn[name], db)
	if err != nil {
		return nil, err
	}
	d.open[name] = p
	e, err := p.engine(ctx)
	if err != nil {
		return nil, err
	}
	if p.db.TemporaryTables = db.TemporaryTables && e.arrays; p.db.TemporaryTables {
		// Before the transaction: one that only reads fills temporary tables, but makes none.
		if err := p.exec(ctx, fmt.Sprintf(wordsOfServer, e.text, e.collate)); err != nil {
			return nil, err
		}
	}
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	in := &Inside{p: p, spec: spec, called: spec.Directory.Called(), compiler: &compiler{engine: e, spec: spec}}
	return in, in.describe(ctx)
}

// oneDatabase is the database that everything is in.
func oneDatabase(spec *affected.Spec) (string, error) {
	name := spec.Directory.Database
	inputs := []affected.Input{spec.Directory.Input}
	for _, e := range spec.Exposures {
		inputs = append(inputs, e.Input)
	}
	for i, input := range inputs {
		what := "the directory"
		if i > 0 {
			what = "exposure " + spec.Exposures[i-1].Name
		}
		switch {
		case input.Path != "":
			return "", incident.Errorf(incident.Invalid, "%s is a file: only what is in one database can be matched inside it", what)
		case input.Database != name:
			return "", incident.Errorf(incident.Invalid, "%s is in another database than the directory: only what is in one can be matched inside it", what)
		}
	}
	if spec.Databases[name].Driver != "postgres" {
		return "", incident.Errorf(incident.Invalid, "database %s: only databases that speak PostgreSQL's protocol can match; this is %s", name, spec.Databases[name].Driver)
	}
	if spec.Decisions != "" {
		return "", incident.Errorf(incident.Invalid, "decisions on conflicts are about single rows, which do not all travel: match without --inside")
	}
	return name, nil
}

// describe has the server say which columns the queries have, and prepares the SQL.
func (in *Inside) describe(ctx context.Context) error {
	c := in.compiler
	for _, key := range affected.MatchKeys() {
		if slices.ContainsFunc(in.spec.Exposures, func(e affected.Exposure) bool { return e.Match[key] != "" }) {
			c.keys = append(c.keys, key)
		}
	}
	var wanted []string
	for _, name := range affected.DirectoryColumns() {
		wanted = appendNew(wanted, in.spec.Directory.Columns[name])
	}
	var problems []incident.Problem
	source := func(title, name, query string, wanted []string) (*source, error) {
		s, found, err := in.source(ctx, title, name, query, wanted)
		problems = append(problems, found...)
		return s, err
	}
	var err error
	if c.directory, err = source("the directory", "directory", in.spec.Directory.Query, wanted); err != nil {
		return err
	}
	for i := range in.spec.Exposures {
		e := &in.spec.Exposures[i]
		s, err := source("exposure "+e.Name, "exposure_"+strconv.Itoa(i+1), e.Query, exposureColumns(e))
		if err != nil {
			return err
		}
		c.exposures = append(c.exposures, s)
	}
	if len(problems) > 0 {
		return &incident.Error{Kind: incident.Invalid, Message: "the queries do not fit the spec", Problems: problems}
	}
	in.read = make([]travel, 1+len(c.exposures))
	return nil
}

// exposureColumns are the columns of an exposure that the spec names.
func exposureColumns(e *affected.Exposure) []string {
	var columns []string
	for _, key := range affected.MatchKeys() {
		columns = appendNew(columns, e.Match[key])
	}
	for _, name := range elementColumns(e) {
		columns = appendNew(columns, name)
	}
	for _, name := range affected.CheckColumns() {
		columns = appendNew(columns, e.Check[name])
	}
	return columns
}

func appendNew(list []string, name string) []string {
	if name == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// source describes one query and lists what does not fit.
func (in *Inside) source(ctx context.Context, title, name, query string, wanted []string) (*source, []incident.Problem, error) {
	query, err := checkStatement(query, "postgres")
	if err != nil {
		return nil, nil, err
	}
	d, err := in.p.describe(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	s := &source{title: title, name: name, query: query, columns: wanted}
	var problems []incident.Problem
	for _, column := range wanted {
		at := slices.Index(d.columns, column)
		switch {
		case at < 0:
			problems = append(problems, incident.Problem{Where: title, What: fmt.Sprintf("has no column called %q", column)})
			continue
		case slices.Contains(d.columns[at+1:], column):
			problems = append(problems, incident.Problem{Where: title, What: fmt.Sprintf("has more than one column called %q", column)})
		}
		s.types = append(s.types, d.types[at])
	}
	for i, column := range d.columns {
		if !slices.Contains(fixedWidth, d.types[i]) && !slices.Contains(s.widths, column) {
			s.widths = append(s.widths, column)
		}
		if slices.Contains(d.columns[i+1:], column) {
			problems = append(problems, incident.Problem{Where: title, What: fmt.Sprintf("has more than one column called %q", column)})
		}
	}
	if !in.compiler.engine.keepsOrder {
		var ok bool
		if s.over, ok = orderOf(query, d.columns); !ok {
			problems = append(problems, incident.Problem{Where: title, What: in.compiler.engine.name +
				" gives rows in no order of their own: end the query in ORDER BY with names of its columns"})
		}
	}
	return s, problems, nil
}

// fixedWidth are types whose text is short: bool, integers, floats, numeric, dates and times, uuid.
var fixedWidth = []uint32{oidBool, 20, 21, 23, 26, 700, 701, 1700, 1082, 1083, 1114, 1184, 1266, 2950}

// Plan is every statement that the matching will run, with the engine's plan for
// it. Nothing has been read when it is shown.
func (in *Inside) Plan(ctx context.Context) ([]Step, error) {
	words, params, types, err := in.place(ctx, &words{})
	if err != nil {
		return nil, err
	}
	c := in.compiler
	steps := []Step{{Title: askedWords, SQL: c.asked()}}
	sources := append([]*source{c.directory}, c.exposures...)
	for _, s := range sources {
		steps = append(steps, Step{Title: askedSize + s.title, SQL: c.size(s)})
	}
	for i, s := range sources {
		steps = append(steps, Step{Title: askedRows + s.title, SQL: in.sql(i, words)})
	}
	for i := range steps {
		with, of := params, types
		if i <= len(sources) {
			with, of = nil, nil
		}
		err := in.p.each(ctx, "EXPLAIN "+steps[i].SQL, with, of, func(row [][]byte) error {
			steps[i].Plan = append(steps[i].Plan, string(row[0]))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// WritePlan prints steps so that the whole can be kept and run as SQL.
func WritePlan(w io.Writer, steps []Step) error {
	var b strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&b, "-- step %d of %d: %s\n%s;\n-- its plan:\n", i+1, len(steps), s.Title, s.SQL)
		for _, lines := range s.Plan {
			for line := range strings.Lines(lines) {
				fmt.Fprintf(&b, "--   %s\n", strings.TrimRight(line, "\r\n"))
			}
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sql is what travels of the directory (0) or an exposure.
func (in *Inside) sql(i int, words string) string {
	if i == 0 {
		return in.compiler.people(words)
	}
	return in.compiler.exposure(i-1, words)
}

// inputName is what an input is called while affected matches what travelled.
func inputName(i int) string { return "input-" + strconv.Itoa(i) }

func inputOf(name string) (int, bool) {
	i, err := strconv.Atoi(strings.TrimPrefix(name, "input-"))
	return i, err == nil && strings.HasPrefix(name, "input-")
}
