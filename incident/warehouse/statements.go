package warehouse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident/affected"
)

// asked are the keys that SQL cannot fold by itself.
func (c *compiler) asked() string {
	w := &ctes{}
	c.rows(w, c.directory)
	c.keysOf(w, c.directory, c.keys, c.spec.Directory.Columns)
	parts := []string{"SELECT k, t, c FROM directory_keys"}
	for i, s := range c.exposures {
		c.rows(w, s)
		c.keysOf(w, s, c.spec.Exposures[i].Keys(), c.spec.Exposures[i].Match)
		parts = append(parts, "SELECT k, t, c FROM "+s.name+"_keys")
	}
	odd := "octet_length(x.t) <> char_length(x.t) OR strpos(x.t, chr(10)) > 0 OR strpos(x.t, chr(13)) > 0"
	if k := slices.Index(c.keys, "email"); k >= 0 {
		odd += fmt.Sprintf(" OR x.k = %d AND strpos(%s, 'xn--') > 0", k, c.small("x.t"))
	}
	if k := slices.Index(c.keys, "phone"); k >= 0 {
		odd += fmt.Sprintf(" OR x.k = %d", k)
	}
	for k, key := range c.keys {
		if affected.IsComposite(key) {
			odd += fmt.Sprintf(" OR x.k = %d AND x.c = ''", k)
		}
	}
	return w.then("SELECT DISTINCT x.k, x.t, x.c FROM (\n  " + strings.Join(parts, "\n  UNION ALL ") + "\n) x\nWHERE x.t <> '' AND (" + odd + ")")
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
	c.keysOf(w, c.directory, c.keys, c.spec.Directory.Columns)
	c.forms(w, c.directory)
	var parts []string
	for i, s := range c.exposures {
		c.rows(w, s)
		c.keysOf(w, s, c.spec.Exposures[i].Keys(), c.spec.Exposures[i].Match)
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
	keys := e.Keys()
	var primary []string
	for _, key := range keys {
		if affected.IsPrimaryKey(key) {
			primary = append(primary, strconv.Itoa(slices.Index(c.keys, key)))
		}
	}
	c.keysOf(w, c.directory, keys, c.spec.Directory.Columns)
	c.forms(w, c.directory)
	w.add("holders AS (\n  SELECT k, form, min(n) AS n, count(*) AS people FROM directory_forms GROUP BY k, form\n)")
	c.rows(w, s)
	c.keysOf(w, s, keys, e.Match)
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
	if column := e.BornColumn(); column != "" {
		x, d := "btrim(x."+s.column(column)+", "+blanks+")", "btrim(d."+c.directory.column(c.spec.Directory.Columns["birth_date"])+", "+blanks+")"
		plain += "\n      AND (" + x + " = '' OR " + d + " = '' OR " + x + " = " + d + ")"
		if slices.ContainsFunc(keys, isDated) {
			plain += " AND " + x + " <> ''"
		}
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
