package warehouse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident/affected"
)

// source is one query of the spec, described.
type source struct {
	title   string // for people
	name    string // in the SQL: directory, exposure_1, …
	query   string
	columns []string // wanted ones, in order; c0, c1, … in the SQL
	types   []uint32 // of those
	widths  []string // all columns that hold texts of any length
	over    string   // the order in which rows are numbered; "" for that of the query
}

func (s *source) column(name string) string {
	return "c" + strconv.Itoa(slices.Index(s.columns, name))
}

// compiler writes the SQL of one spec for one engine.
//
// The SQL joins; it does not decide what is not plain. A row of an exposure is
// plain where each of its keys that anybody has belongs to one and the same person alone,
// none of its primary keys is unknown, its birth date is that person's as written, and its elements are
// known. Of plain rows with the same person and elements one stands for
// all, with their number. All other rows travel as they are, and so do the people whose
// keys they have. What affected.Resolve makes of this is what it makes of everything.
type compiler struct {
	engine    engine
	spec      affected.Spec
	keys      []string // that some exposure matches by; their places are numbers in the SQL
	directory *source
	exposures []*source
}

// maxSharers is how many of the people who share a key travel, the first ones.
// It is far more than affected ever looks at.
const maxSharers = 1000

// ctes writes WITH and its parts.
type ctes struct{ parts []string }

func (c *ctes) add(format string, args ...any) {
	c.parts = append(c.parts, fmt.Sprintf(format, args...))
}

func (c *ctes) then(selection string) string {
	return "WITH " + strings.Join(c.parts, ",\n") + "\n" + selection
}

// rows makes a source's rows: numbered from 1 in the order of its query, its
// wanted columns as text.
func (c *compiler) rows(w *ctes, s *source) {
	as := "AS"
	if c.engine.materialized {
		as = "AS MATERIALIZED" // planned by itself, whatever is asked of it: its order is always the same
	}
	w.add("%s_query %s (\n%s\n)", s.name, as, s.query)
	list := make([]string, len(s.columns))
	for i, name := range s.columns {
		list[i] = c.asText(name, s.types[i]) + " AS c" + strconv.Itoa(i)
	}
	w.add("%s AS (\n  SELECT row_number() OVER (%s) AS n, %s\n  FROM %s_query\n)", s.name, s.over, strings.Join(list, ", "), s.name)
}

// asText is a column as the same text as a query's rows have when they are read; ” for NULL.
func (c *compiler) asText(name string, oid uint32) string {
	column := quoteName(name)
	if oid == oidBool {
		return "CASE WHEN " + column + " THEN 'true' WHEN NOT " + column + " THEN 'false' ELSE '' END"
	}
	return "COALESCE(CAST(" + column + " AS " + c.engine.text + "), '')" + c.engine.collate
}

// keysOf makes the keys of a source's rows, blanks around them gone: one row for each.
// columns is a directory's Columns or an exposure's Match. c says in which country a telephone number
// without a prefix would be (= and what the directory says of the person, or the source's name), and which
// composite keys are in their form already.
func (c *compiler) keysOf(w *ctes, s *source, keys []string, columns map[string]string) {
	var parts []string
	for k, key := range c.keys {
		if !slices.Contains(keys, key) {
			continue
		}
		text, of := "", "''"
		switch country := c.spec.Directory.Columns["country"]; {
		case affected.IsComposite(key):
			text, of = c.joint(s, key, columns)
		case key == "phone" && s != c.directory:
			of = "'" + s.name + "'"
		case key == "phone" && country != "":
			of = "'=' || " + s.column(country)
		case key == "phone":
			of = "'='"
		}
		if text == "" {
			text = fmt.Sprintf("btrim(%s, %s)", s.column(columns[key]), blanks)
		}
		parts = append(parts, fmt.Sprintf("  SELECT n, %d AS k, %s AS t, %s AS c FROM %s", k, text, of, s.name))
	}
	w.add("%s_keys AS (\n%s\n)", s.name, strings.Join(parts, "\n  UNION ALL\n"))
}

// forms makes the forms under which keys are compared: small letters, or what
// this program made of a key that SQL cannot fold as it does (see words).
func (c *compiler) forms(w *ctes, s *source) {
	w.add("%[1]s_forms AS (\n  SELECT x.n, x.k, x.form FROM (\n    SELECT y.n, y.k, COALESCE(w.form, %[2]s) AS form\n"+
		"    FROM %[1]s_keys y LEFT JOIN words w ON w.k = y.k AND w.t = y.t AND w.c = y.c\n    WHERE y.t <> ''\n  ) x WHERE x.form <> ''\n)",
		s.name, c.small("y.t"))
}

// small writes ASCII small, and nothing else: what lower does to other
// characters depends on the server, and in Turkish even what it does to an I.
func (c *compiler) small(text string) string {
	if c.engine.collate != "" { // the texts are compared by bytes, in which lower knows ASCII alone
		return "lower(" + text + ")"
	}
	return "translate(" + text + ", '" + capitals + "', '" + strings.ToLower(capitals) + "')"
}

const (
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	blanks   = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)"
)
