package warehouse

import (
	"slices"
	"strings"

	"tocsin/incident/affected"
)

// inForm, in the column c of keys, says that t is a composite key that the engine brought into its form.
const inForm = "'form'"

// isDated reports whether a birth date is part of a key.
func isDated(key string) bool {
	return affected.IsComposite(key) && slices.Contains(affected.KeyParts(key), "birth_date")
}

// joint is the text of a composite key as affected.KeyForm takes it, and c for it.
//
// The engine brings into form what is plainest and most frequent: two words of ASCII letters and a
// birth date as 1980-01-31. All others are read, brought into form here and given back, as
// telephone numbers are: what SQL would do to a title, a hyphen or an umlaut depends on the server.
func (c *compiler) joint(s *source, key string, columns map[string]string) (text, of string) {
	var parts []string
	for _, names := range affected.KeyColumns(key, columns) {
		var fields []string
		for _, name := range names {
			fields = append(fields, s.column(name))
		}
		parts = append(parts, "replace("+strings.Join(fields, " || ' ' || ")+", chr(31), ' ')")
	}
	text = strings.Join(parts, " || chr(31) || ")
	if key != "name+birth_date" {
		return text, "''"
	}
	name, born := parts[0], parts[1]
	plain := name + " ~ '" + plainName + "' AND " + born + " ~ '" + plainDate + "' AND NOT " + c.small(name) + " ~ '" + oddName() + "'"
	month, day := "substring("+born+", 6, 2)", "substring("+born+", 9, 2)"
	form := c.small(name) + " || chr(31) || substring(" + born + ", 1, 4) || ' ' || least(" + month + ", " + day + ") || ' ' || greatest(" + month + ", " + day + ")"
	return "CASE WHEN " + plain + " THEN " + form + " ELSE " + text + " END", "CASE WHEN " + plain + " THEN " + inForm + " ELSE '' END"
}

// What the engine brings into form. Of two words no title is dropped; a degree,
// junior or senior behind a name, and what stands for no name, are left to affected.
const (
	plainName = "^[A-Za-z]+ [A-Za-z]+$"
	plainDate = "^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
)

// oddName fits small names that are left to affected.
func oddName() string {
	behind, instead := affected.NotNames()
	return "( (" + strings.Join(behind, "|") + ")|^(" + strings.Join(instead, "|") + "))$"
}
