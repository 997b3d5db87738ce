package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// Source is a database that whoever runs the program has set up for others to
// ask. Its address is a secret in a file.
type Source struct {
	Name    string        // by which people choose it
	Driver  string        // postgres (and what speaks its protocol) or mysql
	DSNFile string        // an absolute path, or relative to the working folder
	Timeout time.Duration // of one statement; 0: ten minutes
}

// Sources are the databases that may be asked one query at a time, each in a
// read-only transaction of its own. They are safe for concurrent use.
type Sources struct{ all []Source }

// NewSources checks what was configured, without connecting. Errors are Invalid, with every problem.
func NewSources(all []Source) (*Sources, error) {
	var problems []incident.Problem
	for n, s := range all {
		where := fmt.Sprintf("matching.database[%d]", n)
		add := func(key, what string) {
			problems = append(problems, incident.Problem{Where: where + "." + key, What: what})
		}
		if s.Name == "" || strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			add("name", "a short name of small letters, digits, - and _")
		}
		if slices.ContainsFunc(all[:n], func(o Source) bool { return o.Name == s.Name }) {
			add("name", "is that of an earlier one")
		}
		if s.Driver != "postgres" && s.Driver != "mysql" {
			add("driver", "one of postgres, mysql")
		}
		if s.DSNFile == "" {
			add("dsn_file", "name the file that holds the address of the database")
		}
		if s.Timeout < 0 {
			add("timeout", "cannot be negative")
		}
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The databases cannot be used.", Problems: problems}
	}
	return &Sources{all: slices.Clone(all)}, nil
}

// Names are the databases that may be asked.
func (s *Sources) Names() []string {
	names := make([]string, 0, len(s.all))
	for _, one := range s.all {
		names = append(names, one.Name)
	}
	return names
}

// one is a source as a run's databases, with its query checked.
func (s *Sources) one(name, query string) (*Databases, string, error) {
	at := slices.IndexFunc(s.all, func(one Source) bool { return one.Name == name })
	if at < 0 {
		return nil, "", incident.Errorf(incident.NotFound, "There is no such database to ask.")
	}
	of := s.all[at]
	query, err := checkStatement(query, of.Driver)
	if err != nil {
		return nil, "", err
	}
	db := affected.Database{Driver: of.Driver, DSNFile: of.DSNFile, Timeout: of.Timeout}
	dsn, err := Config{}.address(db)
	if err != nil { // whose fault it is and where the file lies is not for everybody who asks
		return nil, "", incident.Because(incident.Unavailable, err, "Database %s: its address cannot be read on this server. Whoever runs it can see why in its log.", name)
	}
	return &Databases{all: map[string]affected.Database{name: db}, dsn: map[string]string{name: dsn}, open: map[string]session{}}, query, nil
}

// Ask gives the answer to one query. Closing it ends the transaction and the
// connection. Errors: Invalid (the query), NotFound, Unavailable, or ctx's.
func (s *Sources) Ask(ctx context.Context, name, query string) (affected.Rows, error) {
	d, query, err := s.one(name, query)
	if err != nil {
		return nil, err
	}
	rows, err := d.Query(ctx, name, query)
	if err != nil {
		_ = d.Close() // it only read
		return nil, err
	}
	return &asked{rows, d}, nil
}

// asked is an answer that is the only thing its connection is for.
type asked struct {
	affected.Rows
	of *Databases
}

func (a *asked) Close() error {
	_ = a.Rows.Close() // the connection goes too
	return a.of.Close()
}

// Explain is the database's plan for a query, line by line. The query does not run.
func (s *Sources) Explain(ctx context.Context, name, query string) ([]string, error) {
	d, query, err := s.one(name, query)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // it only read
	of, err := d.session(ctx, name)
	if err != nil {
		return nil, err
	}
	return of.explain(ctx, query)
}

func (p *postgres) explain(ctx context.Context, query string) (lines []string, err error) {
	err = p.each(ctx, "EXPLAIN "+query, nil, nil, func(row [][]byte) error {
		lines = append(lines, string(row[0]))
		return nil
	})
	return lines, err
}

// explain gives a line for each table, name and value of what the server says of it.
func (m *mysqlSession) explain(ctx context.Context, query string) (lines []string, err error) {
	rows, err := m.conn.QueryContext(ctx, "EXPLAIN "+query)
	if err != nil {
		return nil, m.failed(ctx, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, m.failed(ctx, err)
	}
	for rows.Next() {
		values := make([]any, len(names))
		texts := make([]*string, len(names))
		for n := range values {
			values[n] = &texts[n]
		}
		if err := rows.Scan(values...); err != nil {
			return nil, m.failed(ctx, err)
		}
		var parts []string
		for n, text := range texts {
			if text != nil {
				parts = append(parts, names[n]+" "+*text)
			}
		}
		lines = append(lines, strings.Join(parts, ", "))
	}
	return lines, m.failed(ctx, rows.Err())
}
