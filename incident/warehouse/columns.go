package warehouse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident/affected"
)

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

// anyBlanks are those that affected trims off values, outside ASCII too.
func anyBlanks() string {
	all := blanks
	for _, r := range []rune{0x85, 0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
		0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF} {
		all += fmt.Sprintf(" || chr(%d)", r)
	}
	return all
}

// exposureColumns are the columns of an exposure that the spec names.
func exposureColumns(e *affected.Exposure) []string {
	var columns []string
	for _, key := range append(affected.MatchKeys(), affected.JointColumns()...) {
		columns = appendNew(columns, e.Match[key])
	}
	for _, name := range elementColumns(e) {
		columns = appendNew(columns, name)
	}
	for _, name := range affected.CheckColumns() {
		columns = appendNew(columns, e.Check[name])
	}
	return columns
}

func appendNew(list []string, name string) []string {
	if name == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
