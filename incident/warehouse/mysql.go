package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// mysqlSession is a connection to MySQL or MariaDB, in the one transaction of a run.
type mysqlSession struct {
	name    string
	db      affected.Database
	pool    *sql.DB
	conn    *sql.Conn
	id      int64      // of the connection, to stop its query by
	reading *mysqlRows // whose rows are open
}

// mysqlConfig reads an address and takes out of it what would change what a query means or may do.
func mysqlConfig(name, dsn string) (*mysql.Config, error) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil { // its text can hold parts of the address
		return nil, incident.Errorf(incident.Invalid,
			"database %s: the address cannot be read; write it like user:password@tcp(host:3306)/name?tls=true", name)
	}
	cfg.MultiStatements, cfg.AllowAllFiles, cfg.ParseTime, cfg.InterpolateParams = false, false, false, false
	cfg.Params = nil // session variables: they are set below
	cfg.Collation = ""
	cfg.Logger = &mysql.NopLogger{}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if err := cfg.Apply(mysql.Charset("utf8mb4", "")); err != nil {
		return nil, incident.Errorf(incident.Invalid, "database %s: the address cannot be used", name)
	}
	return cfg, nil
}

func openMySQL(ctx context.Context, name, dsn string, db affected.Database) (*mysqlSession, error) {
	cfg, err := mysqlConfig(name, dsn)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, incident.Errorf(incident.Invalid, "database %s: the address cannot be used", name)
	}
	m := &mysqlSession{name: name, db: db, pool: sql.OpenDB(connector)}
	if m.conn, err = m.pool.Conn(ctx); err != nil {
		m.close()
		return nil, m.connectError(ctx, err)
	}
	var version string
	if err := m.conn.QueryRowContext(ctx, "SELECT CONNECTION_ID(), VERSION()").Scan(&m.id, &version); err != nil {
		m.close()
		return nil, m.failed(ctx, err)
	}
	for _, statement := range mysqlBegin(version, db.Timeout) {
		if _, err := m.conn.ExecContext(ctx, statement); err != nil {
			m.close()
			return nil, m.failed(ctx, err)
		}
	}
	return m, nil
}

// mysqlBegin are the statements by which a run begins: a limit for every
// statement, which MariaDB counts in seconds under another name, values as the same
// text everywhere, and one snapshot for the run.
func mysqlBegin(version string, timeout time.Duration) []string {
	limit := fmt.Sprintf("SET SESSION max_execution_time = %d", max(1, timeout.Milliseconds()))
	if strings.Contains(version, "MariaDB") {
		limit = fmt.Sprintf("SET SESSION max_statement_time = %.3f", max(0.001, timeout.Seconds()))
	}
	return []string{
		limit,
		"SET SESSION time_zone = '+00:00', net_write_timeout = 3600, sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')",
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
	}
}

func (m *mysqlSession) connectError(ctx context.Context, err error) error {
	var e *mysql.MySQLError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.As(err, &e):
		return incident.Errorf(incident.Unavailable, "database %s: the server cannot be reached (or its TLS certificate is not accepted)", m.name)
	case e.Number == 1045, e.Number == 1044, e.Number == 1698:
		return incident.Errorf(incident.Invalid, "database %s: the server does not accept this user and password (error %d)", m.name, e.Number)
	case e.Number == 1049:
		return incident.Errorf(incident.Invalid, "database %s: the server has no database of this name", m.name)
	}
	return incident.Errorf(incident.Unavailable, "database %s: the server refused the connection (error %d)", m.name, e.Number)
}

// failed says what an error of the server means, in its words only where these
// are about the statement: others quote values out of rows.
func (m *mysqlSession) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *mysql.MySQLError
	if !errors.As(err, &e) {
		return incident.Errorf(incident.Unavailable, "database %s: the connection was lost", m.name)
	}
	switch e.Number {
	case 3024, 1969: // MySQL, MariaDB
		return incident.Errorf(incident.Unavailable,
			"database %s: the query did not end within %s and was stopped; raise timeout in [database.%s], or ask for less", m.name, m.db.Timeout, m.name)
	case 1792:
		return incident.Errorf(incident.Invalid, "database %s: the query writes, and may only read", m.name)
	case 1142, 1143, 1227:
		return incident.Errorf(incident.Invalid, "database %s: the user of this address may not read what the query names (error %d)", m.name, e.Number)
	case 1054, 1060, 1146, 1052, 1305:
		return incident.Errorf(incident.Invalid, "database %s: the query cannot be used: %s", m.name, e.Message)
	case 1064:
		return incident.Errorf(incident.Invalid, "database %s: the server does not understand the query (error 1064)", m.name)
	}
	return incident.Errorf(incident.Unavailable, "database %s: the server stopped the query (error %d)", m.name, e.Number)
}

func (m *mysqlSession) query(ctx context.Context, query string) (affected.Rows, error) {
	if m.reading != nil {
		return nil, incident.Errorf(incident.Internal, "database %s: a query was asked while the rows of another are open", m.name)
	}
	// As a subselect it cannot write a file (INTO OUTFILE) either, and LIMIT 0
	// is not run. Its rows are asked for without: a subselect keeps no order.
	rows, err := m.conn.QueryContext(ctx, "SELECT * FROM (\n"+query+"\n) AS tocsin LIMIT 0")
	if err != nil {
		return nil, m.failed(ctx, err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, m.failed(ctx, err)
	}
	r := &mysqlRows{m: m, sql: query}
	for _, t := range types {
		switch name := t.DatabaseTypeName(); name {
		case "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "BIT", "GEOMETRY", "VECTOR":
			return nil, incident.Errorf(incident.Invalid,
				"database %s: column %q holds bytes (%s), which are no text: leave it out, or write HEX(…)", m.name, t.Name(), strings.ToLower(name))
		}
		r.columns = append(r.columns, t.Name())
	}
	return r, m.failed(ctx, rows.Close())
}

func (m *mysqlSession) close() error {
	if m.reading != nil {
		m.reading.stop()
	}
	if m.conn != nil {
		_ = m.conn.Close() // ends the transaction
	}
	return m.pool.Close()
}

// mysqlRows runs its query when the first row is wanted.
type mysqlRows struct {
	m       *mysqlSession
	sql     string
	columns []string
	rows    *sql.Rows
	cancel  context.CancelFunc
	values  []sql.NullString
	into    []any
	row     []string
}

func (r *mysqlRows) Columns() []string { return r.columns }

func (r *mysqlRows) Next(ctx context.Context) ([]string, error) {
	if r.rows == nil {
		if err := r.start(ctx); err != nil {
			return nil, err
		}
	}
	if !r.rows.Next() {
		err := r.rows.Err()
		if ctx.Err() != nil {
			r.stop()
			return nil, ctx.Err()
		}
		err = errors.Join(err, r.rows.Close())
		r.cancel()
		r.m.reading = nil
		if err != nil {
			return nil, r.m.failed(ctx, err)
		}
		return nil, io.EOF
	}
	if err := r.rows.Scan(r.into...); err != nil {
		return nil, r.m.failed(ctx, err)
	}
	for i, v := range r.values {
		r.row[i] = v.String
	}
	return r.row, nil
}

func (r *mysqlRows) start(ctx context.Context) error {
	ctx, r.cancel = context.WithCancel(ctx)
	r.m.reading = r
	var err error
	if r.rows, err = r.m.conn.QueryContext(ctx, r.sql); err != nil {
		if ctx.Err() != nil {
			r.stop()
		}
		r.cancel()
		r.m.reading = nil
		return r.m.failed(ctx, err)
	}
	n := len(r.columns)
	r.values, r.into, r.row = make([]sql.NullString, n), make([]any, n), make([]string, n)
	for i := range r.values {
		r.into[i] = &r.values[i]
	}
	return nil
}

// stop ends a query whose rows nobody wants any more. The server is told so by
// another connection: by itself it notices that its client is gone only when it sends the
// next row, and a query that sorts for ever never does.
func (r *mysqlRows) stop() {
	r.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, _ = r.m.pool.ExecContext(ctx, fmt.Sprintf("KILL %d", r.m.id))
	if r.rows != nil {
		_ = r.rows.Close()
	}
	r.m.reading = nil
}

// Close gives the connection up where rows are left: see postgresRows.
func (r *mysqlRows) Close() error {
	if r.m.reading == r {
		r.stop()
	}
	return nil
}
