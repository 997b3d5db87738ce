package warehouse

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// postgres is a connection to PostgreSQL or to what speaks its protocol.
type postgres struct {
	name    string // of the database in the spec
	db      affected.Database
	conn    *pgconn.PgConn
	reading bool // rows are open
}

// settings make the text of values the same whatever the server's defaults, and
// the same query give its rows in the same order each time: a sequential
// scan must not begin where another one happens to be, and parallel workers hand
// their rows over in no order. Kin that do not know one of them go without.
var settings = [...][2]string{
	{"standard_conforming_strings", "on"},
	{"DateStyle", "ISO, YMD"}, {"IntervalStyle", "postgres"}, {"TimeZone", "UTC"}, {"extra_float_digits", "1"},
	{"synchronize_seqscans", "off"}, {"max_parallel_workers_per_gather", "0"},
	{"lock_timeout", "10s"}, {"idle_in_transaction_session_timeout", "0"},
}

func openPostgres(ctx context.Context, name, dsn string, db affected.Database) (*postgres, error) {
	cfg, err := pgconn.ParseConfig(dsn)
	if err != nil { // its text can hold parts of the address
		return nil, incident.Errorf(incident.Invalid,
			"database %s: the address cannot be read; write it like postgres://user:password@host/name?sslmode=verify-full, or host=… user=… dbname=…", name)
	}
	cfg.RuntimeParams["application_name"] = "tocsin"
	cfg.RuntimeParams["client_encoding"] = "UTF8"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 30 * time.Second
	}
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 5 * time.Second}
	}
	conn, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, connectError(ctx, name, err)
	}
	p := &postgres{name: name, db: db, conn: conn}
	for _, s := range settings {
		if err := p.exec(ctx, "SET "+s[0]+" = '"+s[1]+"'"); err != nil && incident.KindOf(err) != incident.Invalid {
			p.close()
			return nil, err
		}
	}
	if err := p.exec(ctx, "SET statement_timeout = "+strconv.FormatInt(db.Timeout.Milliseconds(), 10)); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// begin opens the transaction of the run. CockroachDB and Redshift know no
// repeatable read of this name, but what they have instead is as strict.
func (p *postgres) begin(ctx context.Context) error {
	return p.exec(ctx, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
}

func (p *postgres) exec(ctx context.Context, sql string) error { return p.run(ctx, sql, nil, nil) }

func (p *postgres) run(ctx context.Context, sql string, params [][]byte, types []uint32) error {
	_, err := p.conn.ExecParams(ctx, sql, params, types, nil, nil).Close()
	return p.failed(ctx, err)
}

// each calls fn with every row, whose values are only good until it returns.
func (p *postgres) each(ctx context.Context, sql string, params [][]byte, types []uint32, fn func(row [][]byte) error) error {
	result := p.conn.ExecParams(ctx, sql, params, types, nil, nil)
	for result.NextRow() {
		if err := fn(result.Values()); err != nil {
			p.reading = true // so that closing does not wait for the rest
			return err
		}
	}
	_, err := result.Close()
	return p.failed(ctx, err)
}

func (p *postgres) query(ctx context.Context, query string) (affected.Rows, error) {
	s, err := p.describe(ctx, query)
	if err != nil {
		return nil, err
	}
	return &postgresRows{p: p, statement: s}, nil
}

// statement is a query whose columns the server has told.
type statement struct {
	sql        string
	params     [][]byte
	paramTypes []uint32
	columns    []string
	types      []uint32 // object identifiers of the columns' types
}

// OIDs of types whose text is not what a person would have written.
const (
	oidBool  = 16
	oidBytea = 17
)

// describe has the server say which columns a query has, without running it.
func (p *postgres) describe(ctx context.Context, query string) (*statement, error) {
	if p.reading {
		return nil, incident.Errorf(incident.Internal, "database %s: a query was asked while the rows of another are open", p.name)
	}
	d, err := p.conn.Prepare(ctx, "", query, nil)
	if err != nil {
		return nil, p.failed(ctx, err)
	}
	s := &statement{sql: query}
	for _, f := range d.Fields {
		if f.DataTypeOID == oidBytea {
			return nil, incident.Errorf(incident.Invalid,
				"database %s: column %q holds bytes (bytea), which are no text: leave it out, or write encode(…, 'hex')", p.name, f.Name)
		}
		s.columns, s.types = append(s.columns, f.Name), append(s.types, f.DataTypeOID)
	}
	if len(s.columns) == 0 {
		return nil, incident.Errorf(incident.Invalid, "database %s: the query gives no columns", p.name)
	}
	return s, nil
}

func (p *postgres) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if p.reading { // the server is still sending: do not wait for the rest
		_ = p.conn.CancelRequest(ctx)
	}
	return p.conn.Close(ctx)
}

// postgresRows runs its query when the first row is wanted.
type postgresRows struct {
	p         *postgres
	statement *statement
	result    *pgconn.ResultReader
	row       []string
}

func (r *postgresRows) Columns() []string { return r.statement.columns }

func (r *postgresRows) Next(ctx context.Context) ([]string, error) {
	if r.result == nil {
		r.result = r.p.conn.ExecParams(ctx, r.statement.sql, r.statement.params, r.statement.paramTypes, nil, nil)
		r.p.reading = true
		r.row = make([]string, len(r.statement.columns))
	}
	if !r.result.NextRow() {
		_, err := r.result.Close()
		r.p.reading = false
		if err != nil {
			return nil, r.p.failed(ctx, err)
		}
		return nil, io.EOF
	}
	for i, v := range r.result.Values() {
		switch {
		case r.statement.types[i] != oidBool || len(v) != 1:
			r.row[i] = string(v)
		case v[0] == 't':
			r.row[i] = "true"
		default:
			r.row[i] = "false"
		}
	}
	return r.row, nil
}

// Close gives the connection up where rows are left: reading the rest could
// take hours, and breaking it off ends the transaction in any case.
func (r *postgresRows) Close() error {
	if r.p.reading && r.result != nil {
		return r.p.close()
	}
	return nil
}
