package warehouse

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/incident"
)

// connectError says why there is no connection. What the driver says can hold
// the user's name and the host, so only what kind of failure it is gets out.
func connectError(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return incident.Errorf(incident.Unavailable, "database %s: the server cannot be reached (or its TLS certificate is not accepted)", name)
	}
	switch {
	case strings.HasPrefix(e.Code, "28"):
		return incident.Errorf(incident.Invalid, "database %s: the server does not accept this user and password (SQLSTATE %s)", name, e.Code)
	case e.Code == "3D000":
		return incident.Errorf(incident.Invalid, "database %s: the server has no database of this name", name)
	case strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57"):
		return incident.Errorf(incident.Unavailable, "database %s: the server takes no more connections now (SQLSTATE %s)", name, e.Code)
	}
	return incident.Errorf(incident.Unavailable, "database %s: the server refused the connection (SQLSTATE %s)", name, e.Code)
}

// failed says what an error of the server means. Its own words are repeated
// only where they are about the statement (class 42 names tables and columns): others quote
// values out of rows.
func (p *postgres) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return incident.Errorf(incident.Unavailable, "database %s: the connection was lost", p.name)
	}
	switch {
	case e.Code == "57014":
		return incident.Errorf(incident.Unavailable,
			"database %s: the query did not end within %s and was stopped; raise timeout in [database.%s], or ask for less", p.name, p.db.Timeout, p.name)
	case strings.HasPrefix(e.Code, "25"):
		return incident.Errorf(incident.Invalid, "database %s: the query writes, or changes its transaction, and may only read (SQLSTATE %s)", p.name, e.Code)
	case e.Code == "42501":
		return incident.Errorf(incident.Invalid, "database %s: the user of this address may not read what the query names: %s", p.name, e.Message)
	case strings.HasPrefix(e.Code, "42"):
		return incident.Errorf(incident.Invalid, "database %s: the query cannot be used: %s%s", p.name, e.Message, place(e.Position))
	case strings.HasPrefix(e.Code, "0A"):
		return incident.Errorf(incident.Invalid, "database %s: the query asks for what this server cannot do (SQLSTATE %s)", p.name, e.Code)
	case strings.HasPrefix(e.Code, "22"):
		return incident.Errorf(incident.Invalid, "database %s: the query fails on a value of a row (SQLSTATE %s)", p.name, e.Code)
	case strings.HasPrefix(e.Code, "53"):
		return incident.Errorf(incident.Unavailable, "database %s: the server has no room for this query (SQLSTATE %s)", p.name, e.Code)
	}
	return incident.Errorf(incident.Unavailable, "database %s: the server stopped the query (SQLSTATE %s)", p.name, e.Code)
}

func place(position int32) string {
	if position <= 0 {
		return ""
	}
	return " (character " + strconv.Itoa(int(position)) + ")"
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
