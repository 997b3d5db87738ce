package affected

import (
	"slices"
	"strings"
	"unicode"
)

func (c *checker) exposure(path string, e *Exposure, s *Spec) {
	switch {
	case strings.TrimSpace(e.Name) == "":
		c.add(path+".name", "an exposure needs a name")
	case strings.ContainsRune(e.Name, '+') || strings.IndexFunc(e.Name, unicode.IsControl) >= 0:
		c.add(path+".name", "the name of an exposure cannot hold + (which joins names in people.csv) or control characters")
	}
	c.input(path, &e.Input, s.Databases, "an exposure needs a path: its file")
	c.match(path+".match", e.Match, s.Directory.Columns)
	for _, name := range sortedKeys(e.Check) {
		where := path + ".check." + name
		switch {
		case !slices.Contains(CheckColumns(), name):
			c.add(where, "%q cannot be checked; known are %s", name, strings.Join(CheckColumns(), ", "))
		case s.Directory.Columns[name] == "":
			c.add(where, "the directory has no %s to check against: name its column in [directory.columns]", name)
		}
		if strings.TrimSpace(e.Check[name]) == "" {
			c.add(where, "%s must name a column", name)
		}
	}
	c.exposed(path, e)
}

// match checks how rows name a person.
func (c *checker) match(path string, match, directory map[string]string) {
	if len(match) == 0 {
		c.add(path, "an exposure needs match: how its rows name a person, such as match = { email = \"mail\" }")
	}
	for _, key := range sortedKeys(match) {
		where := path + "." + key
		switch {
		case slices.Contains(jointColumns, key):
			if why := partProblem(key, match, directory); why != "" {
				c.add(where, "%s", why)
			}
		case slices.Contains(describing, key):
			c.add(where, "%s does not name one person, so rows cannot be matched by it", key)
		case !slices.Contains(naming[:], key):
			c.add(where, "%q is not a key to match by; known are %s, and together %s", key, strings.Join(naming[:], ", "), strings.Join(jointColumns, ", "))
		case directory[key] == "":
			c.add(where, "the directory has no %s to match by: name its column in [directory.columns]", key)
		}
		if strings.TrimSpace(match[key]) == "" {
			c.add(where, "%s must name a column", key)
		}
	}
}

// partProblem says why a column cannot be part of the composite key; "" where it can.
func partProblem(name string, match, directory map[string]string) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return match[n] != "" })
	}
	named, placed := has("name", "given_name", "family_name"), has("birth_date", "postal_address", "postal_code")
	isName := name == "name" || strings.HasSuffix(name, "_name")
	switch {
	case isName && !placed:
		return name + " does not name one person, so rows cannot be matched by it alone: put birth_date, postal_address or postal_code beside it, and they are matched together"
	case !named:
		return name + " does not name one person, so rows cannot be matched by it: put a name beside it, and they are matched together"
	case name == "name" && has("given_name", "family_name"):
		return "name stands beside given_name or family_name: a name is in one column or in two, so leave one way out"
	case name == "given_name" && !has("family_name"), name == "family_name" && !has("given_name"):
		return name + " is half a name: given_name and family_name go together"
	case (name == "street" || name == "house_number") && !has("postal_code"):
		return name + " is in every town: it needs postal_code beside it"
	case name == "postal_address" && has("street", "house_number", "postal_code"):
		return "postal_address is the whole address, so street, house_number and postal_code beside it say it twice: leave one way out"
	}
	return lackingPart(name, directory)
}

// lackingPart says what the directory has to have for a part to be matched by.
func lackingPart(name string, directory map[string]string) string {
	lacks := ""
	switch {
	case name == "name" || name == "given_name" || name == "family_name":
		if directory["name"] == "" && (directory["given_name"] == "" || directory["family_name"] == "") {
			lacks = "name (or given_name and family_name)"
		}
	case name == "house_number":
		if directory["house_number"] == "" && directory["street"] == "" {
			lacks = "house_number (or street)"
		}
	case directory[name] == "":
		lacks = name
	}
	if lacks == "" {
		return ""
	}
	return "the directory has no " + lacks + " to match by: name its column in [directory.columns]"
}
