package letter

import (
	"fmt"
	"slices"
	"strings"
)

// Terms are words that must all hold; "no-" before a word turns it round.
//
// On a case: an element group (identity, tax, credentials, …) holds when the
// letter's elements include one of it; the other words are in caseWords. On a
// person: adult, minor, deceased, or an element group of that person.
type Terms []string

func (t Terms) String() string { return strings.Join(t, " ") }

func (t Terms) hold(one func(word string) bool) bool {
	for _, term := range t {
		word, negated := strings.CutPrefix(term, "no-")
		if one(word) == negated {
			return false
		}
	}
	return true
}

func parseTerms(s string, known func(string) bool) (Terms, error) {
	terms := Terms(strings.Fields(s))
	if len(terms) == 0 {
		return nil, fmt.Errorf("a condition without a word")
	}
	for _, term := range terms {
		if !known(strings.TrimPrefix(term, "no-")) {
			return nil, fmt.Errorf("%q is not a word conditions know", term)
		}
	}
	return terms, nil
}

func caseTerm(word string) bool { _, ok := caseWords[word]; return ok || isGroup(word) }

func personTerm(word string) bool { return Variant(word).known() || isGroup(word) }

// caseWords are the words a template's "when" may use beside element groups.
var caseWords = map[string]func(Case, Spec) bool{
	"email":            func(_ Case, s Spec) bool { return s.Channel == Email },
	"mail":             func(_ Case, s Spec) bool { return s.Channel == Mail },
	"monitoring":       func(c Case, _ Spec) bool { return c.Monitoring != nil },
	"monitoring_codes": func(c Case, _ Spec) bool { return c.Monitoring != nil && c.Monitoring.PersonCodes },
	"monitoring_until": func(c Case, _ Spec) bool { return c.Monitoring != nil && !c.Monitoring.EnrolBy.IsZero() },
	"call_centre":      func(c Case, _ Spec) bool { return c.CallCentre.Phone != "" },
	"dpo":              func(c Case, _ Spec) bool { return c.DPO.Email != "" || c.DPO.Phone != "" || c.DPO.Name != "" },
	"owned":            func(c Case, _ Spec) bool { return c.Organisation.Parent != "" },
	"delayed":          func(c Case, _ Spec) bool { return c.LawEnforcement.Delayed == "yes" },
	"not_delayed":      func(c Case, _ Spec) bool { return c.LawEnforcement.Delayed == "no" },
	"police":           func(c Case, _ Spec) bool { return c.LawEnforcement.Reported },
	"source":           func(c Case, _ Spec) bool { return c.NotSource == "" },
	"extra_advice":     func(c Case, _ Spec) bool { return len(c.Advice) > 0 },
	"own_consequences": func(c Case, _ Spec) bool { return len(c.Consequences) > 0 },
	"attachments":      func(c Case, _ Spec) bool { return len(c.Attachments) > 0 },
	"recipients_known": func(c Case, _ Spec) bool { return c.Acquirer != "" },
	"late":             func(c Case, _ Spec) bool { return c.LateReasons != "" },
	"partial":          func(c Case, _ Spec) bool { return c.Partial },
	"number_wanted":    func(_ Case, s Spec) bool { return s.Jurisdiction == "US-RI" },
	"agencies":         func(_ Case, s Spec) bool { return s.agencies },
	"authority":        func(_ Case, s Spec) bool { return s.authority },
	"check_page":       func(c Case, _ Spec) bool { return c.CheckPage != "" },
	"employee":         func(_ Case, s Spec) bool { return s.Audience == Employee },
}

// groupsOf is the set of element groups that elements touch.
func groupsOf(elements []string) map[string]bool {
	out := map[string]bool{}
	for _, e := range elements {
		for _, g := range elementGroups[e] {
			out[g] = true
		}
	}
	return out
}

func isGroup(word string) bool { return slices.Contains(groupNames, word) }
