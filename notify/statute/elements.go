package statute

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/incident/condition"
)

// combos is [covered] made ready: any one combination is enough; a combination
// needs all its terms; a term is met by any one of its elements.
type combos struct {
	any    []combo
	groups []string
}

type combo struct {
	text  string
	terms [][]string
}

// countsAs gives the more general elements an element also is.
func countsAs(element string) []string {
	switch element {
	case "account_with_code":
		return []string{"account_number"}
	case "card_with_code":
		return []string{"card_number"}
	case "mental_health":
		return []string{"medical"}
	case "passport", "national_id", "military_id", "tribal_id", "driver_license", "state_id":
		return []string{"gov_id"}
	}
	return nil
}

// parseCombos reads the entries of [covered] with the library's sets, and gives
// what is wrong with entry i.
func parseCombos(c Covered, sets map[string][]string) (combos, map[int]string) {
	out := combos{groups: c.OrGroups}
	wrong := map[int]string{}
	for i, entry := range c.Elements {
		cs, err := parseEntry(entry, sets, nil)
		if err != nil {
			wrong[i] = err.Error()
			continue
		}
		for _, c := range cs {
			if !slices.ContainsFunc(out.any, func(o combo) bool { return o.text == c.text }) {
				out.any = append(out.any, c)
			}
		}
	}
	return out, wrong
}

func parseEntry(entry string, sets map[string][]string, within []string) ([]combo, error) {
	if name, ok := strings.CutPrefix(entry, "@"); ok && !strings.Contains(entry, "+") {
		set, ok := sets[name]
		if !ok {
			return nil, fmt.Errorf("no set is named %q", name)
		}
		if slices.Contains(within, name) {
			return nil, fmt.Errorf("set %q holds itself", name)
		}
		var out []combo
		for _, e := range set {
			cs, err := parseEntry(e, sets, append(within[:len(within):len(within)], name))
			if err != nil {
				return nil, fmt.Errorf("in set %q: %w", name, err)
			}
			out = append(out, cs...)
		}
		return out, nil
	}
	c := combo{text: entry}
	for _, part := range strings.Split(entry, "+") {
		term, err := parseTerm(part, sets)
		if err != nil {
			return nil, err
		}
		c.terms = append(c.terms, term)
	}
	return []combo{c}, nil
}

func parseTerm(part string, sets map[string][]string) ([]string, error) {
	known := condition.Elements()
	name, isSet := strings.CutPrefix(part, "@")
	if !isSet {
		if !slices.Contains(known, part) {
			return nil, fmt.Errorf("%q is not an element", part)
		}
		return []string{part}, nil
	}
	set, ok := sets[name]
	if !ok {
		return nil, fmt.Errorf("no set is named %q", name)
	}
	for _, e := range set {
		if !slices.Contains(known, e) {
			return nil, fmt.Errorf("set %q holds %q: inside a combination a set must hold single elements", name, e)
		}
	}
	return set, nil
}

// match answers whether a person with these elements and groups is covered;
// nil is not known. by is the combination or group that decided yes.
func (c combos) match(elements, groups []string) (t condition.Truth, by string) {
	t = condition.No
	if len(c.groups) > 0 {
		switch i := slices.IndexFunc(c.groups, func(g string) bool { return slices.Contains(groups, g) }); {
		case i >= 0:
			return condition.Yes, c.groups[i]
		case groups == nil:
			t = condition.Unknown
		}
	}
	if len(c.any) == 0 {
		return t, ""
	}
	if elements == nil {
		return condition.Unknown, ""
	}
	have := slices.Clone(elements)
	for _, e := range elements {
		have = append(have, countsAs(e)...)
	}
	for _, co := range c.any {
		if co.met(have) {
			return condition.Yes, co.text
		}
	}
	return t, ""
}

func (c combo) met(have []string) bool {
	for _, term := range c.terms {
		if !slices.ContainsFunc(term, func(e string) bool { return slices.Contains(have, e) }) {
			return false
		}
	}
	return true
}
