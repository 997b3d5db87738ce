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
// match says by which key and column. c says in which country a telephone number
// without a prefix would be: = and what the directory says of the person, or the source's name.
func (c *compiler) keysOf(w *ctes, s *source, match map[string]string) {
	var parts []string
	for k, key := range c.keys {
		if match[key] == "" {
			continue
		}
		of := "''"
		if country := c.spec.Directory.Columns["country"]; key == "phone" && s != c.directory {
			of = "'" + s.name + "'"
		} else if key == "phone" && country != "" {
			of = "'=' || " + s.column(country)
		} else if key == "phone" {
			of = "'='"
		}
		parts = append(parts, fmt.Sprintf("  SELECT n, %d AS k, btrim(%s, %s) AS t, %s AS c FROM %s", k, s.column(match[key]), blanks, of, s.name))
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

// anyBlanks are those that affected trims off values, outside ASCII too.
func anyBlanks() string {
	all := blanks
	for _, r := range []rune{0x85, 0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
		0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF} {
		all += fmt.Sprintf(" || chr(%d)", r)
	}
	return all
}

// asked are the keys that SQL cannot fold by itself.
func (c *compiler) asked() string {
	w := &ctes{}
	c.rows(w, c.directory)
	c.keysOf(w, c.directory, c.matched())
	parts := []string{"SELECT k, t, c FROM directory_keys"}
	for i, s := range c.exposures {
		c.rows(w, s)
		c.keysOf(w, s, c.spec.Exposures[i].Match)
		parts = append(parts, "SELECT k, t, c FROM "+s.name+"_keys")
	}
	odd := "octet_length(x.t) <> char_length(x.t) OR strpos(x.t, chr(10)) > 0 OR strpos(x.t, chr(13)) > 0"
	if k := slices.Index(c.keys, "email"); k >= 0 {
		odd += fmt.Sprintf(" OR x.k = %d AND strpos(%s, 'xn--') > 0", k, c.small("x.t"))
	}
	if k := slices.Index(c.keys, "phone"); k >= 0 {
		odd += fmt.Sprintf(" OR x.k = %d", k)
	}
	return w.then("SELECT DISTINCT x.k, x.t, x.c FROM (\n  " + strings.Join(parts, "\n  UNION ALL ") + "\n) x\nWHERE x.t <> '' AND (" + odd + ")")
}

// matched are the directory's columns of keys that some exposure matches by.
func (c *compiler) matched() map[string]string {
	columns := map[string]string{}
	for _, key := range c.keys {
		columns[key] = c.spec.Directory.Columns[key]
	}
	return columns
}

// size is how many rows a source has, and the most bytes of text in one of them.
func (c *compiler) size(s *source) string {
	octets := []string{"0"}
	for _, name := range s.widths {
		octets = append(octets, "COALESCE(octet_length(CAST("+quoteName(name)+" AS "+c.engine.text+")), 0)")
	}
	return "SELECT count(*), COALESCE(max(" + strings.Join(octets, " + ") + "), 0) FROM (\n" + s.query + "\n) x"
}

// people are the rows of the directory that have a key of any row of any exposure.
func (c *compiler) people(words string) string {
	w := &ctes{}
	w.add("words AS (%s)", words)
	c.rows(w, c.directory)
	c.keysOf(w, c.directory, c.matched())
	c.forms(w, c.directory)
	var parts []string
	for i, s := range c.exposures {
		c.rows(w, s)
		c.keysOf(w, s, c.spec.Exposures[i].Match)
		c.forms(w, s)
		parts = append(parts, "  SELECT k, form FROM "+s.name+"_forms")
	}
	w.add("wanted AS (\n%s\n)", strings.Join(parts, "\n  UNION\n"))
	if len(parts) == 1 {
		w.parts[len(w.parts)-1] = "wanted AS (\n  SELECT DISTINCT k, form FROM " + c.exposures[0].name + "_forms\n)"
	}
	w.add("ranked AS (\n  SELECT f.n, row_number() OVER (PARTITION BY f.k, f.form ORDER BY f.n) AS place\n" +
		"  FROM directory_forms f JOIN wanted a ON a.k = f.k AND a.form = f.form\n)")
	w.add("chosen AS (\n  SELECT DISTINCT n FROM ranked WHERE place <= %d\n)", maxSharers)
	return w.then("SELECT d.n" + list("d", c.directory, nil) + "\nFROM directory d JOIN chosen p ON p.n = d.n\nORDER BY d.n")
}

// exposure are the rows of an exposure that travel, each with how many it stands for.
func (c *compiler) exposure(i int, words string) string {
	e, s := &c.spec.Exposures[i], c.exposures[i]
	w := &ctes{}
	w.add("words AS (%s)", words)
	c.rows(w, c.directory)
	held := map[string]string{}
	var primary []string
	for k, key := range c.keys {
		if e.Match[key] != "" {
			held[key] = c.spec.Directory.Columns[key]
			if affected.IsPrimaryKey(key) {
				primary = append(primary, strconv.Itoa(k))
			}
		}
	}
	c.keysOf(w, c.directory, held)
	c.forms(w, c.directory)
	w.add("holders AS (\n  SELECT k, form, min(n) AS n, count(*) AS people FROM directory_forms GROUP BY k, form\n)")
	c.rows(w, s)
	c.keysOf(w, s, e.Match)
	c.forms(w, s)
	strange := "0"
	if len(primary) > 0 {
		strange = "max(CASE WHEN h.n IS NULL AND f.k IN (" + strings.Join(primary, ", ") + ") THEN 1 ELSE 0 END)"
	}
	w.add("found AS (\n  SELECT f.n, min(h.n) AS low, max(h.n) AS high, max(h.people) AS people, %s AS strange\n"+
		"  FROM %s_forms f LEFT JOIN holders h ON h.k = f.k AND h.form = f.form\n  GROUP BY f.n\n)", strange, s.name)
	plain, join := "f.low = f.high AND f.people = 1 AND f.strange = 0", ""
	if e.ElementsColumn != "" {
		plain += "\n      AND " + c.small("x."+s.column(e.ElementsColumn)) + " ~ '" + elementsPattern() + "'"
	}
	if column := e.Check["birth_date"]; column != "" {
		x, d := "btrim(x."+s.column(column)+", "+blanks+")", "btrim(d."+c.directory.column(c.spec.Directory.Columns["birth_date"])+", "+blanks+")"
		plain += "\n      AND (" + x + " = '' OR " + d + " = '' OR " + x + " = " + d + ")"
		join = " LEFT JOIN directory d ON d.n = f.low"
	}
	w.add("judged AS (\n  SELECT x.n%s,\n    CASE WHEN %s\n      THEN f.low END AS person\n  FROM %s x LEFT JOIN found f ON f.n = x.n%s\n)", list("x", s, flagsOnly(e)), plain, s.name, join)
	group := []string{"person"}
	for _, name := range elementColumns(e) {
		if name == e.ElementsColumn || flagsOnly(e)[name] {
			group = append(group, s.column(name))
		} else { // a key that is exposed itself: only whether there is one matters
			group = append(group, filled(s.column(name)))
		}
	}
	w.add("grouped AS (\n  SELECT min(n) AS n, count(*) AS times FROM judged WHERE person IS NOT NULL\n  GROUP BY %s\n)", strings.Join(group, ", "))
	return w.then("SELECT j.n, COALESCE(g.times, 1)" + list("j", s, nil) +
		"\nFROM judged j LEFT JOIN grouped g ON g.n = j.n\nWHERE j.person IS NULL OR g.n IS NOT NULL\nORDER BY j.n")
}

// list names a source's columns; of those in flags only whether they hold something.
func list(table string, s *source, flags map[string]bool) string {
	var b strings.Builder
	for i, name := range s.columns {
		column := table + ".c" + strconv.Itoa(i)
		if flags[name] {
			column = filled(column) + " AS c" + strconv.Itoa(i)
		}
		b.WriteString(", " + column)
	}
	return b.String()
}

// filled is 'x' where a text holds more than blanks.
func filled(column string) string {
	return "CASE WHEN btrim(" + column + ", " + anyBlanks() + ") <> '' THEN 'x' ELSE '' END"
}

// elementColumns are the columns by which an exposure says what a row exposed.
func elementColumns(e *affected.Exposure) []string {
	var names []string
	if e.ElementsColumn != "" {
		names = append(names, e.ElementsColumn)
	}
	for _, element := range affected.ElementNames() {
		if column := e.Columns[element]; column != "" && !slices.Contains(names, column) {
			names = append(names, column)
		}
	}
	return names
}

// flagsOnly are the columns of which nothing is needed but whether they hold
// something: the numbers and secrets that were exposed. Their values stay where they are.
func flagsOnly(e *affected.Exposure) map[string]bool {
	flags := map[string]bool{}
	for _, column := range e.Columns {
		flags[column] = column != e.ElementsColumn
	}
	for _, m := range []map[string]string{e.Match, e.Check} {
		for _, column := range m {
			delete(flags, column)
		}
	}
	return flags
}

// elementsPattern fits names of elements joined by +. What it does not fit is
// left to affected.ParseElements.
func elementsPattern() string {
	names := "(" + strings.Join(affected.ElementNames(), "|") + ")?"
	return "^ *" + names + " *([+] *" + names + " *)*$"
}
