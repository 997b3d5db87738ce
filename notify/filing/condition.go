package filing

import (
	"slices"
	"strings"
)

// conditions say whether a field is asked at all, and if not, why not. What is
// not known asks the field.
var conditions = map[string]struct {
	holds  func(Case) bool
	whyNot string
}{
	"late":            {func(c Case) bool { return c.Late() || c.LateReasons != "" }, "the time limit has not passed"},
	"follow_up":       {func(c Case) bool { return c.Submission == "" || c.Submission == "follow_up" }, "this is the first filing"},
	"identity_number": {func(c Case) bool { return len(c.Elements) == 0 || slices.ContainsFunc(c.Elements, isIdentityNumber) }, "no such number was exposed"},
	"ssn":             {func(c Case) bool { return len(c.Elements) == 0 || slices.Contains(c.Elements, "ssn") }, "no Social Security number was exposed"},
	"at_least_500":    {func(c Case) bool { return c.People == nil || c.Total() >= 500 }, "fewer than 500 people"},
	"over_500":        {func(c Case) bool { return c.People == nil || c.Total() > 500 }, "not more than 500 people"},
	"abroad":          {func(c Case) bool { return !slices.Equal(crossBorder(c), []string{"no"}) }, "no other country of the area is concerned"},
	"in_eea":          {func(c Case) bool { return !slices.Equal(inEEA(c), []string{"no"}) }, "the organisation is not established in the area"},
	"outside_eea":     {func(c Case) bool { return !slices.Equal(inEEA(c), []string{"yes"}) }, "the organisation is established in the area"},
	"ransom_paid":     {func(c Case) bool { return !c.Milestones["ransom_paid"].IsZero() }, "no ransom payment is on record"},
}

func isIdentityNumber(e string) bool {
	return slices.Contains([]string{"ssn", "tax_id", "ip_pin", "driver_license", "state_id", "passport", "military_id", "gov_id", "national_id", "tribal_id"}, e)
}

// hangs says whether a field is asked given what another was answered. Where the
// other has no answer, nobody knows yet.
func (o *OnlyIf) hangs(values []string) (asked, known bool) {
	if len(values) == 0 {
		return true, false
	}
	return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(o.Is, v) }), true
}

// whyNot words why a field that hangs on another is not asked.
func (o *OnlyIf) whyNot(label string) string {
	return "asked only where “" + label + "” is " + strings.Join(o.Is, " or ")
}
