package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"
)

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
