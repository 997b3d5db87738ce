package console

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/web/view"
)

// rosterPicture is a list in numbers and pictures, each with its table.
type rosterPicture struct {
	Facts     []view.Fact
	Sum       rowSum
	Places    view.Chart
	What      view.Chart
	Residence view.Chart
	Reason    string // why some are taken to live somewhere
	Overlap   *overlap
	Inputs    []inputLine
	Groups    []groupLine // what the rules are asked with
	More      int         // groups that are not shown
	Warnings  []string
}

// rowSum is where every row went: the parts are always the whole.
type rowSum struct{ In, Matched, Duplicates, Unmatched, Malformed int }

type groupLine struct {
	Place, What, Who string
	People           int
}

// inputLine is one file with its counts; the directory's rows are matched with, not matched.
type inputLine struct {
	Name, Path, SHA256                              string
	Rows, Matched, Duplicates, Unmatched, Malformed string
}

func inputLines(list []incident.RosterInput) []inputLine {
	var out []inputLine
	n := func(v int64) string { return view.Thousands(int(v)) }
	for _, in := range list {
		l := inputLine{Name: in.Name, Path: in.Path, SHA256: in.SHA256, Rows: n(in.Rows), Matched: "–", Duplicates: "–", Unmatched: "–", Malformed: n(in.Malformed)}
		if in.Name != "directory" {
			l.Matched, l.Duplicates, l.Unmatched = n(in.Matched), n(in.Duplicates), n(in.Unmatched)
		}
		out = append(out, l)
	}
	return out
}

// groupsShown bounds the table of groups; all of them count.
const groupsShown = 100

func (c *Console) picture(k *incident.Roster) rosterPicture {
	d := rosterPicture{
		Facts: rosterFacts(k), Sum: rowSum{k.Rows(), k.Matched, k.Duplicates, k.Unmatched, k.Malformed},
		Places: placeChart(k), What: c.elementChart(k), Overlap: newOverlap(k.BySources), Inputs: inputLines(k.Inputs), Warnings: k.Warnings, Reason: k.Residence.Reason,
	}
	if home := k.Residence; home.Directory+home.LastAddress+home.Default+home.Unknown > 0 {
		d.Residence = view.Chart{Title: "How it is known where they live", Label: "From", Unit: "People", Bars: []view.Bar{
			{Label: "The directory", Value: home.Directory}, {Label: "A last address", Value: home.LastAddress},
			{Label: "Taken for granted", Value: home.Default}, {Label: "Not known", Value: home.Unknown, Note: share(home.Unknown, k.People)},
		}}
	}
	groups := slices.Clone(k.Groups)
	slices.SortStableFunc(groups, func(a, b incident.RosterGroup) int { return b.People - a.People })
	d.More = max(0, len(groups)-groupsShown)
	for _, g := range groups[:min(len(groups), groupsShown)] {
		var what []string
		for _, e := range g.Elements {
			what = append(what, c.elementWord(e))
		}
		d.Groups = append(d.Groups, groupLine{Place: g.Jurisdiction, What: strings.Join(what, ", "), Who: strings.Join(g.Groups, ", "), People: g.People})
	}
	return d
}

func share(n, of int) string {
	if of == 0 {
		return ""
	}
	tenths := (1000*n + of/2) / of
	if n > 0 && tenths == 0 {
		return "less than 0.1 %"
	}
	return itoa(tenths/10) + "." + itoa(tenths%10) + " %"
}

func rosterFacts(k *incident.Roster) []view.Fact {
	facts := []view.Fact{
		{Name: "People", Value: view.Thousands(k.People)}, {Name: "Jurisdictions", Value: view.Thousands(len(k.ByJurisdiction))},
		{Name: "Residence not known", Value: view.Thousands(k.ByJurisdiction["unknown"]) + " (" + orNone(share(k.ByJurisdiction["unknown"], k.People)) + ")"},
		{Name: "No way to reach", Value: view.Thousands(k.NoContact)},
		{Name: "Conflicts", Value: view.Thousands(k.Conflicts)},
	}
	if k.Decided > 0 {
		facts = append(facts, view.Fact{Name: "Decided by a person", Value: view.Thousands(k.Decided)})
	}
	return facts
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func placeChart(k *incident.Roster) view.Chart {
	return view.Chart{Title: "People by jurisdiction", Label: "Jurisdiction", Unit: "People", Bars: bars(k.ByJurisdiction)}
}

func (c *Console) elementChart(k *incident.Roster) view.Chart {
	return view.Chart{Title: "People by what was exposed", Label: "Element", Unit: "People", Bars: c.elementBars(k.ByElement)}
}

func bars(counts map[string]int) []view.Bar {
	out := make([]view.Bar, 0, len(counts))
	for name, n := range counts {
		out = append(out, view.Bar{Label: words(name), Value: n})
	}
	slices.SortFunc(out, func(a, b view.Bar) int {
		if a.Value != b.Value {
			return b.Value - a.Value
		}
		return strings.Compare(a.Label, b.Label)
	})
	return out
}
