package warehouse

import (
	"context"
	"fmt"
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
	called   []string // the inputs, in reports
	compiler *compiler
	read     []travel          // of the directory, then the exposures
	asks     func(what string) // told before the database is asked
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
	in := &Inside{p: p, spec: spec, called: []string{spec.Directory.Called()}, compiler: &compiler{engine: e, spec: spec}}
	for i := range spec.Exposures {
		in.called = append(in.called, spec.Exposures[i].Called())
	}
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
	c.keys = in.spec.Keys()
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
		} else if in.compiler.engine.plainOrder && strings.Contains(s.over, " NULLS ") {
			problems = append(problems, incident.Problem{Where: title, What: in.compiler.engine.name +
				" does not number rows by NULLS FIRST or NULLS LAST: order by columns that are never NULL, and leave it out"})
		}
	}
	return s, problems, nil
}

// fixedWidth are types whose text is short: bool, integers, floats, numeric, dates and times, uuid.
var fixedWidth = []uint32{oidBool, 20, 21, 23, 26, 700, 701, 1700, 1082, 1083, 1114, 1184, 1266, 2950}

// inputName is what an input is called while affected matches what travelled.
func inputName(i int) string { return "input-" + strconv.Itoa(i) }

func inputOf(name string) (int, bool) {
	i, err := strconv.Atoi(strings.TrimPrefix(name, "input-"))
	return i, err == nil && strings.HasPrefix(name, "input-")
}
