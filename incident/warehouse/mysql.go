package warehouse

import (
	"context"
	"database/sql"
	"fmt"
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
