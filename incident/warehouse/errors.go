package warehouse

import (
	"context"
	"errors"
	"strconv"
	"strings"

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
