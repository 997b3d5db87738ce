package affected

import (
	"bytes"
	"slices"
	"strings"
)

// groupNames are the groups of people that laws tell apart.
var groupNames = []string{"customers", "patients", "employees", "students", "subscribers", "minors", "vulnerable", "deceased"}

// attribute brings what the directory says into the form of people.csv. For
// protected, which keeps an address from being used, anything said but a no is a
// yes; deceased needs a yes or a date. Empty stays empty: not known.
func attribute(name string, value []byte) []byte {
	switch name {
	case "deceased":
		if known := yesOrNo(value); known != "" || parseBirth(value) == 0 {
			return []byte(known)
		}
		return []byte("yes")
	case "protected":
		if known := yesOrNo(value); known != "" || len(value) == 0 {
			return []byte(known)
		}
		return []byte("yes")
	case "groups":
		return []byte(strings.Join(parseGroups(string(value)), "+"))
	}
	return value
}

func yesOrNo(value []byte) string {
	switch string(bytes.ToLower(value)) {
	case "yes", "y", "true", "t", "1", "x", "ja", "oui", "si", "sí":
		return "yes"
	case "no", "n", "false", "f", "0", "nein", "non":
		return "no"
	}
	return ""
}

// parseGroups reads groups joined by +, commas, semicolons or bars, in the
// order of groupNames. What is no group is left out.
func parseGroups(joined string) []string {
	said := strings.FieldsFunc(strings.ToLower(joined), func(r rune) bool { return strings.ContainsRune("+,;| ", r) })
	var groups []string
	for _, name := range groupNames {
		if slices.Contains(said, name) || slices.Contains(said, strings.TrimSuffix(name, "s")) {
			groups = append(groups, name)
		}
	}
	return groups
}
