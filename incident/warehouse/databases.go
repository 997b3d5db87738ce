package warehouse

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// defaultTimeout ends a statement where the spec gives no timeout.
const defaultTimeout = 10 * time.Minute

// maxDSN bounds the file that holds an address.
const maxDSN = 64 << 10

// Databases are the databases of one spec during one run. It is used by one goroutine at a time.
type Databases struct {
	all  map[string]affected.Database
	dsn  map[string]string
	open map[string]session
}

// session is one connection in its read-only transaction.
type session interface {
	query(ctx context.Context, query string) (affected.Rows, error)
	explain(ctx context.Context, query string) (lines []string, err error) // the plan; the query does not run
	close() error
}

// Config is where the addresses of databases come from.
type Config struct {
	Folder string                   // dsn_file is relative to it
	Getenv func(name string) string // dsn_env; nil: the environment is not asked
}

// Open reads the addresses of the databases whose inputs the spec names, and
// checks the spec's queries. Nothing is connected before the first query. Errors are Invalid, every
// problem at once, and never hold an address.
func Open(spec affected.Spec, cfg Config) (*Databases, error) {
	d := &Databases{all: spec.Databases, dsn: map[string]string{}, open: map[string]session{}}
	var problems []incident.Problem
	check := func(where string, in affected.Input) {
		db, ok := spec.Databases[in.Database]
		if in.Database == "" || !ok {
			return // affected says so, with the line
		}
		if _, err := checkStatement(in.Query, db.Driver); err != nil {
			problems = append(problems, incident.Problem{Where: where, What: err.Error()})
		}
		if _, have := d.dsn[in.Database]; have {
			return
		}
		dsn, err := cfg.address(db)
		if err != nil {
			problems = append(problems, incident.Problem{Where: "database." + in.Database, What: err.Error()})
		}
		d.dsn[in.Database] = dsn
	}
	check("directory.query", spec.Directory.Input)
	for _, e := range spec.Exposures {
		check("exposure "+e.Name+".query", e.Input)
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "the databases of the spec cannot be used", Problems: problems}
	}
	return d, nil
}

// address reads the address of a database from where the spec says.
func (c Config) address(db affected.Database) (string, error) {
	if db.DSNEnv != "" {
		if c.Getenv != nil {
			if dsn := strings.TrimSpace(c.Getenv(db.DSNEnv)); dsn != "" {
				return dsn, nil
			}
		}
		return "", incident.Errorf(incident.Invalid, "the environment has no %s, which dsn_env names", db.DSNEnv)
	}
	path := db.DSNFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.Folder, filepath.FromSlash(path))
	}
	file, err := os.Open(path) //nolint:gosec // the operator's own spec names the file
	if err != nil {
		return "", incident.Errorf(incident.Invalid, "the file %s, which dsn_file names, cannot be opened: %v", db.DSNFile, errors.Unwrap(err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxDSN+1))
	switch {
	case err != nil:
		return "", incident.Errorf(incident.Invalid, "the file %s, which dsn_file names, cannot be read", db.DSNFile)
	case len(text) > maxDSN:
		return "", incident.Errorf(incident.Invalid, "the file %s is too long for the address of a database", db.DSNFile)
	case strings.TrimSpace(string(text)) == "":
		return "", incident.Errorf(incident.Invalid, "the file %s, which dsn_file names, is empty", db.DSNFile)
	}
	return strings.TrimSpace(string(text)), nil
}

// Query asks one of the databases, in the one transaction that a run has there,
// so that the same query gives the same rows however often it is asked. It is
// affected.Options.Query. The query does not run before the first row is wanted.
// Rows must be closed before the next query of that database; rows closed before their end
// give the connection up. Errors are Invalid (the address, the query, a type
// that is no text), Unavailable (the server, the timeout), or ctx's.
func (d *Databases) Query(ctx context.Context, database, query string) (affected.Rows, error) {
	db, ok := d.all[database]
	if !ok {
		return nil, incident.Errorf(incident.Invalid, "there is no [database.%s]", database)
	}
	query, err := checkStatement(query, db.Driver)
	if err != nil {
		return nil, err
	}
	s, err := d.session(ctx, database)
	if err != nil {
		return nil, err
	}
	return s.query(ctx, query)
}

func (d *Databases) session(ctx context.Context, database string) (session, error) {
	if s := d.open[database]; s != nil {
		return s, nil
	}
	db := d.all[database]
	if db.Timeout == 0 {
		db.Timeout = defaultTimeout
	}
	var s session
	var err error
	if db.Driver == "mysql" {
		s, err = openMySQL(ctx, database, d.dsn[database], db)
	} else {
		var p *postgres
		if p, err = openPostgres(ctx, database, d.dsn[database], db); err == nil {
			s, err = p, p.begin(ctx)
		}
	}
	if err != nil {
		if s != nil {
			s.close()
		}
		return nil, err
	}
	d.open[database] = s
	return s, nil
}

// Close ends the transactions and gives the connections up. Nothing is left behind.
func (d *Databases) Close() error {
	var all error
	for _, name := range slices.Sorted(maps.Keys(d.open)) {
		all = errors.Join(all, d.open[name].close())
	}
	clear(d.open)
	return all
}
