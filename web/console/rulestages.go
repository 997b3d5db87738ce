package console

import (
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/notify/statute"
)

// ladderRow is one stage of a rule in words.
type ladderRow struct {
	Name, Note string
	Binding    bool
	Clocks     []ladderClock // the earliest end wins
}

// ladderClock is one way a stage's deadline is counted, and where it is.
type ladderClock struct {
	Text string
	When []clause
}

func ladderOf(r *statute.Rule) []ladderRow {
	var out []ladderRow
	for _, s := range r.Stages {
		row := ladderRow{Name: sentenceCase(words(s.Name)), Note: s.Note, Binding: s.Binding == nil || *s.Binding}
		for _, k := range append([]statute.Clock{s.Clock}, s.Clocks...) {
			row.Clocks = append(row.Clocks, ladderClock{clockWords(k), clauses(k.When)})
		}
		out = append(out, row)
	}
	return out
}

// clockWords says how a deadline is counted: "72 hours after: aware (as Regulation
// 1182/71 counts)".
func clockWords(k statute.Clock) string {
	start := ""
	if len(k.From) > 0 {
		names := make([]string, len(k.From))
		for n, m := range k.From {
			names[n] = milestoneWords(m)
		}
		start = " from " + strings.Join(names, ", else from ")
	}
	text := ""
	switch {
	case k.WaitsFor != "":
		text = "When this happens: " + k.WaitsFor
	case k.SameAs != "":
		rule, stage, _ := strings.Cut(k.SameAs, ":")
		text = "No later than the deadline of " + rule
		if stage != "" {
			text += " (" + words(stage) + ")"
		}
	case k.Within != "":
		text = sentenceCase(factPhrase(k.Within)) + start
	case k.Amount == nil || k.Unit == "none":
		text = "Without undue delay" + start + "; the law names no number"
	case *k.Amount == 0:
		text = "At the latest together with " + strings.TrimPrefix(start, " from ")
	default:
		text = strconv.Itoa(*k.Amount) + " " + unitWords(k.Unit, *k.Amount) + start
	}
	if p := policyWords(k.Policy, k.Unit); p != "" {
		text += "; " + p
	}
	if k.Calendar != "" {
		text += "; holidays of " + placeName(k.Calendar)
	}
	if k.UnlessAfter != "" {
		text += "; this clock falls away where " + milestoneWords(k.UnlessAfter) + " comes after its end"
	}
	return text + "."
}

// milestoneWords names what a clock counts from.
func milestoneWords(m string) string {
	if rest, ok := strings.CutPrefix(m, "filed:"); ok {
		rule, stage, _ := strings.Cut(rest, ":")
		if stage != "" {
			return "the filing of " + rule + " (" + words(stage) + ")"
		}
		return "the filing of " + rule
	}
	return "“" + incident.Milestone(m).Label() + "”"
}

func unitWords(unit string, n int) string {
	u := words(unit)
	if n == 1 {
		return strings.TrimSuffix(u, "s")
	}
	return u
}

func policyWords(policy, unit string) string {
	switch policy {
	case "eu_1182_71":
		return "counted as Regulation (EEC, Euratom) No 1182/71 says, the strict instant first"
	case "dora":
		return "a limit on a weekend or holiday may move to noon of the next working day"
	case "year_end":
		return "counted from 31 December of that year"
	case "business_saturday":
		return "Saturdays count as business days"
	}
	switch unit {
	case "hours":
		return "elapsed hours, across clock changes"
	case "calendar_days":
		return "the day itself excluded, to the end of the last day"
	case "business_days":
		return "the day itself, weekends and holidays excluded"
	case "months":
		return "to the same day of the month, or its last day"
	}
	return ""
}

// coveredWords lists which data make a person count, combinations that differ in
// one part only drawn together.
func (c *Console) coveredWords(r *statute.Rule) []string {
	var out []string
	together := map[string][]string{} // name → what goes with it
	var order []string
	for _, combo := range r.Combinations() {
		if len(combo) == 1 {
			out = append(out, sentenceCase(c.alternatives(combo[0])))
			continue
		}
		first := c.alternatives(combo[0])
		var rest []string
		for _, term := range combo[1:] {
			rest = append(rest, c.alternatives(term))
		}
		if together[first] == nil {
			order = append(order, first)
		}
		together[first] = append(together[first], strings.Join(rest, " and "))
	}
	for _, first := range order {
		list := together[first]
		text := sentenceCase(first) + ", together with "
		if len(list) > 1 {
			text += "any of: "
		}
		out = append(out, text+strings.Join(list, "; "))
	}
	return out
}

func (c *Console) alternatives(term []string) string {
	names := make([]string, len(term))
	for n, e := range term {
		names[n] = c.elementWord(e)
		if proper := strings.HasPrefix(names[n], "Social Security"); len(names[n]) > 1 && !proper && (names[n][1] >= 'a' && names[n][1] <= 'z' || names[n][1] == '-') {
			names[n] = strings.ToLower(names[n][:1]) + names[n][1:]
		}
	}
	return wordList(names, " or ")
}
