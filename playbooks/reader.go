package playbooks

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"tocsin/incident"
)

// reader takes one table of the file apart, key by key, noting what is wrong.
// A key that is never asked for is unknown.
type reader struct {
	table *value
	path  string
	found *problems
	asked []string
}

func (r *reader) key(name string) string {
	if r.path == "" {
		return name
	}
	return r.path + "." + name
}

func (r *reader) bad(name, format string, args ...any) {
	r.found.add(r.line(name), r.key(name), format, args...)
}

// line is where name stands, or where its table does.
func (r *reader) line(name string) int {
	if v, ok := r.table.entries[name]; ok {
		return v.line
	}
	return r.table.line
}

// take gives the value of name if it has the shape wanted.
func (r *reader) take(name string, want shape) (*value, bool) {
	r.asked = append(r.asked, name)
	v, ok := r.table.entries[name]
	if !ok {
		return nil, false
	}
	if v.shape != want {
		r.bad(name, "must be %s, not %s", want, v.shape)
		return nil, false
	}
	return v, true
}

func (r *reader) has(name string) bool { _, ok := r.table.entries[name]; return ok }

// text gives a string, cleaned: line ends as \n, no blank lines around it.
func (r *reader) text(name string) string {
	v, ok := r.take(name, isString)
	if !ok {
		return ""
	}
	return clean(v.text)
}

// word gives a one-line string.
func (r *reader) word(name string) string {
	s := r.text(name)
	if strings.ContainsFunc(s, unicode.IsControl) {
		r.bad(name, "must be a single line without control characters")
	}
	return s
}

// required gives a one-line string that has to be there.
func (r *reader) required(name string) string {
	s := r.word(name)
	if s == "" {
		r.missing(name, "")
	}
	return s
}

// missing reports that name is absent or empty, unless a syntax error hides it.
func (r *reader) missing(name, why string) {
	v, there := r.table.entries[name]
	switch {
	case there && v.shape == isString && clean(v.text) == "":
		r.bad(name, "must not be empty%s", why)
	case !there && !r.table.cut:
		r.bad(name, "missing%s", why)
	}
}

// choice gives a string that is one of choices, or "" after reporting.
func (r *reader) choice(name string, choices []incident.Choice) string {
	s := r.word(name)
	if s == "" {
		r.missing(name, ": use one of "+strings.Join(valuesOf(choices), ", "))
		return ""
	}
	if !slices.Contains(valuesOf(choices), s) {
		r.bad(name, "%s is not one of %s%s", quote(s), strings.Join(valuesOf(choices), ", "), nearest(s, valuesOf(choices)))
		return ""
	}
	return s
}

func (r *reader) flag(name string) bool {
	v, ok := r.take(name, isBool)
	return ok && v.text == "true"
}

// count gives a whole number of at least 1, or the default where name is absent.
func (r *reader) count(name string, absent int) int {
	v, ok := r.take(name, isInteger)
	if !ok {
		return absent
	}
	n, err := v.integer()
	if err != nil || n < 1 || n > 1000 {
		r.bad(name, "must be between 1 and 1000, not %s", clip(v.text))
		return absent
	}
	return int(n)
}

// member is one element of a list of strings, with its line.
type member struct {
	text string
	line int
}

// list gives a list of strings without duplicates, in the order of the file.
func (r *reader) list(name string) []member {
	v, ok := r.take(name, isArray)
	if !ok {
		return nil
	}
	var out []member
	for i, e := range v.list {
		at := r.key(name) + "[" + strconv.Itoa(i) + "]"
		s := clean(e.text)
		switch {
		case e.shape != isString:
			r.found.add(e.line, at, "must be a string, not %s", e.shape)
		case s == "":
			r.found.add(e.line, at, "must not be empty")
		case slices.ContainsFunc(out, func(m member) bool { return m.text == s }):
			r.found.add(e.line, at, "%s is listed twice", quote(s))
		default:
			out = append(out, member{s, e.line})
		}
	}
	return out
}

// set gives a list whose order means nothing, sorted, keeping what ok accepts;
// ok gives the reason to refuse an element.
func (r *reader) set(name string, refuse func(string) string) []string {
	var out []string
	for _, m := range r.list(name) {
		if why := refuse(m.text); why != "" {
			r.found.add(m.line, r.key(name), "%s", why)
			continue
		}
		out = append(out, m.text)
	}
	sort.Strings(out)
	return out
}

// sub gives a reader for the table under name.
func (r *reader) sub(name string) (*reader, bool) {
	v, ok := r.take(name, isTable)
	if !ok {
		return nil, false
	}
	return &reader{table: v, path: r.key(name), found: r.found}, true
}

// each gives a reader for every table of the list under name.
func (r *reader) each(name string) []*reader {
	v, ok := r.take(name, isArray)
	if !ok {
		return nil
	}
	var out []*reader
	for i, e := range v.list {
		at := r.key(name) + "[" + strconv.Itoa(i) + "]"
		if e.shape != isTable {
			r.found.add(e.line, at, "must be %s, not %s", isTable, e.shape)
			continue
		}
		out = append(out, &reader{table: e, path: at, found: r.found})
	}
	return out
}

// done reports every key nobody asked for.
func (r *reader) done() {
	for _, k := range r.table.order {
		if !slices.Contains(r.asked, k) {
			r.bad(k, "unknown key%s", nearest(k, r.asked))
		}
	}
}

// clean makes texts equal that only differ in how the file was saved.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	return strings.Trim(strings.TrimRightFunc(strings.Join(lines, "\n"), unicode.IsSpace), "\n")
}

func valuesOf(choices []incident.Choice) []string {
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = c.Value
	}
	return out
}

func milestoneNames() []string {
	var out []string
	for _, m := range incident.Milestones() {
		out = append(out, string(m.Name))
	}
	return out
}
