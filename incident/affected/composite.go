package affected

import (
	"slices"
	"strings"
)

// A composite key is several columns that name a person only together: a name
// and what is known of the person besides. It is called by its parts, joined by "+", in the
// order of compositeParts: name+birth_date, name+street+postal_code, ….
//
// An exposure has at most one, made of everything in its match that describes a
// person; see [Exposure.Keys]. A name alone is none, because namesakes are many, and an address without a
// name is none, because it names a household.
var compositeParts = [...]string{"name", "birth_date", "postal_address", "street", "house_number", "postal_code"}

// jointColumns are the names by which match gives the parts. given_name and
// family_name make the name together; a house number beside a street is part of the street.
var jointColumns = []string{"name", "given_name", "family_name", "birth_date", "postal_address", "street", "house_number", "postal_code"}

// maxKeys bounds the keys of one exposure.
const maxKeys = len(naming) + 1

// partSeparator stands between the parts of a composite key's text; see [KeyForm].
const partSeparator = "\x1f"

// IsComposite reports whether a key is made of several parts.
func IsComposite(key string) bool { return strings.Contains(key, "+") }

// KeyParts are the parts of a key: itself, or those of a composite one.
func KeyParts(key string) []string { return strings.Split(key, "+") }

// KeyColumns are, for each part of a key, the columns of a table that hold it,
// whose values are joined by a blank. columns is a directory's Columns or an exposure's Match;
// a part that these do not name has none.
func KeyColumns(key string, columns map[string]string) [][]string {
	var all [][]string
	for _, part := range KeyParts(key) {
		var of []string
		for _, name := range partNames(part, columns) {
			if columns[name] != "" {
				of = append(of, columns[name])
			}
		}
		all = append(all, of)
	}
	return all
}

// partNames are our names of the columns that hold a part.
func partNames(part string, columns map[string]string) []string {
	switch {
	case part == "name" && columns["name"] == "":
		return []string{"given_name", "family_name"}
	case part == "street":
		return []string{"street", "house_number"}
	case part == "house_number" && columns["house_number"] == "":
		return []string{"street"} // a line with one number in it holds the number
	}
	return []string{part}
}

// compositeOf is the composite key of a match table; "" where it has none.
func compositeOf(match map[string]string) string {
	var parts []string
	for _, part := range compositeParts {
		switch {
		case part == "name" && match["name"] == "" && match["given_name"] == "" && match["family_name"] == "":
		case part != "name" && match[part] == "", part == "house_number" && match["street"] != "":
		default:
			parts = append(parts, part)
		}
	}
	if len(parts) < 2 || parts[0] != "name" {
		return ""
	}
	return strings.Join(parts, "+")
}

// Keys are the keys by which an exposure's rows name a person, the strongest
// first: numbers given to one person, a name with a birth date, e-mail, phone, a name
// with an address.
func (e *Exposure) Keys() []string {
	keys := make([]string, 0, len(e.Match))
	for _, key := range naming {
		if e.Match[key] != "" {
			keys = append(keys, key)
		}
	}
	if key := compositeOf(e.Match); key != "" {
		keys = append(keys, key)
	}
	slices.SortStableFunc(keys, stronger)
	return keys
}

// Keys are the keys that some exposure matches by, the strongest first.
func (s *Spec) Keys() []string {
	var keys []string
	for i := range s.Exposures {
		for _, key := range s.Exposures[i].Keys() {
			keys = appendNew(keys, key)
		}
	}
	slices.SortStableFunc(keys, stronger)
	return keys
}

// stronger orders keys by strength.
func stronger(a, b string) int {
	if d := strength(a) - strength(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func strength(key string) int {
	switch {
	case !IsComposite(key):
		return 2 * slices.Index(naming[:], key)
	case strings.Contains(key, "birth_date"):
		return 2*slices.Index(naming[:], "email") - 1
	}
	return 2 * len(naming)
}

// keyLabel is how a key is called in sentences.
func keyLabel(key string) string {
	return strings.ReplaceAll(strings.Replace(key, "+", " with ", 1), "+", " and ")
}

// BornColumn is the column of an exposure with birth dates that must not be another's: one that is
// part of a key is compared as one that is only checked.
func (e *Exposure) BornColumn() string {
	if column := e.Check["birth_date"]; column != "" {
		return column
	}
	if IsComposite(compositeOf(e.Match)) {
		return e.Match["birth_date"]
	}
	return ""
}

// listed are the columns of keys that unmatched.csv has: those that name one
// person, then those that do so together.
func (s *Spec) listed() []string {
	var names []string
	for _, key := range s.Keys() {
		if !IsComposite(key) {
			names = append(names, key)
		}
	}
	for _, name := range jointColumns {
		if slices.ContainsFunc(s.Exposures, func(e Exposure) bool { return e.Match[name] != "" && compositeOf(e.Match) != "" }) {
			names = append(names, name)
		}
	}
	return names
}
