package warehouse

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"tocsin/incident"
)

// engine says what a server that speaks PostgreSQL's protocol can do. What is
// written for all of them is what all of them know; the rest is only used where
// the server has been asked what it is.
type engine struct {
	name         string
	materialized bool   // WITH … AS MATERIALIZED
	keepsOrder   bool   // rows of a subselect come in its order and are numbered in it
	arrays       bool   // unnest of several arrays
	text         string // the type that holds any text
	plainOrder   bool   // numbers rows without NULLS FIRST and NULLS LAST
	collate      string // makes texts equal only where their bytes are
}

var postgresVersion = regexp.MustCompile(`^PostgreSQL (\d+)[. ]`)

// engineOf tells an engine by what it says of itself.
func engineOf(version string, citus bool) engine {
	plain := engine{name: "this server", text: "text"}
	switch m := postgresVersion.FindStringSubmatch(version); {
	case strings.Contains(version, "CockroachDB"):
		return engine{name: "CockroachDB", materialized: true, arrays: true, text: "text"}
	case strings.Contains(version, "Redshift"):
		return engine{name: "Redshift", text: "varchar(65535)", plainOrder: true} // text is varchar(256) there
	case m == nil || strings.Contains(version, "Greenplum") || strings.Contains(version, "-YB-"):
		return plain
	default:
		major, err := strconv.Atoi(m[1])
		if err != nil || major < 10 {
			return plain
		}
		e := engine{name: "PostgreSQL", materialized: major >= 12, keepsOrder: true, arrays: true, text: "text", collate: ` COLLATE "C"`}
		if citus { // rows come from many nodes
			e.name, e.keepsOrder = "Citus", false
		}
		return e
	}
}

// engine asks the server what it is.
func (p *postgres) engine(ctx context.Context) (engine, error) {
	version, err := p.one(ctx, "SELECT version()")
	if err != nil {
		return engine{}, err
	}
	e := engineOf(version, false)
	if e.name == "PostgreSQL" {
		citus, err := p.one(ctx, "SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
		if err != nil {
			return engine{}, err
		}
		e = engineOf(version, citus != "0")
	}
	if encoding := p.conn.ParameterStatus("server_encoding"); encoding != "" && !strings.EqualFold(encoding, "UTF8") && !strings.EqualFold(encoding, "UNICODE") {
		return e, incident.Errorf(incident.Invalid,
			"database %s: its texts are kept as %s, in which keys cannot be compared as they are here; match without --inside", p.name, encoding)
	}
	return e, nil
}

// one gives the first value of the first row.
func (p *postgres) one(ctx context.Context, sql string) (string, error) {
	result := p.conn.ExecParams(ctx, sql, nil, nil, nil, nil).Read()
	if result.Err != nil {
		return "", p.failed(ctx, result.Err)
	}
	if len(result.Rows) == 0 || len(result.Rows[0]) == 0 {
		return "", incident.Errorf(incident.Unavailable, "database %s: the server gave no answer", p.name)
	}
	return string(result.Rows[0][0]), nil
}
