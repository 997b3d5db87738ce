package console

import (
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type comparePage struct {
	Form    *view.Form
	Names   [2]string
	Facts   []view.Fact
	NewFrom view.Chart
	Gone    view.Chart
	Rows    []changeLine
	More    int
	Found   bool
}

type changeLine struct {
	Kind       view.Badge
	ID, Name   string
	Was, Is    string
	From, Into string
}

// compareForm asks for two lists; nil where there are not two. It is sent as a
// GET: a run's id names nobody.
func compareForm(url string, runs []casework.Resolution, before, after string) *view.Form {
	var options []view.Option
	for _, run := range runs {
		if run.Listed() {
			text := "Run " + itoa(run.Seq) + ": " + view.Thousands(run.Roster.People) + " people"
			if run.State == casework.ResolutionSettled {
				text += ", settled"
			}
			options = append(options, view.Option{Value: run.ID, Text: text})
		}
	}
	if len(options) < 2 {
		return nil
	}
	if before == "" {
		before, after = options[1].Value, options[0].Value
	}
	return &view.Form{Action: url, Submit: "Compare", Fields: []view.Field{
		{Name: "before", Label: "Earlier list", Type: "select", Options: options, Value: before, Required: true},
		{Name: "after", Label: "Later list", Type: "select", Options: options, Value: after, Required: true},
	}}
}

// Compare says who is new, who fell out and what changed between two lists.
func (c *Console) Compare(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	runs, err := c.Desk.Resolutions(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	before, after := r.Query("before"), r.Query("after")
	d := comparePage{Form: compareForm(o.URL("/affected/compare"), runs, before, after)}
	for _, run := range runs {
		if run.ID == before {
			d.Names[0] = "run " + itoa(run.Seq)
		}
		if run.ID == after {
			d.Names[1] = "run " + itoa(run.Seq)
		}
	}
	if before != "" || after != "" {
		if d.Names[0] == "" || d.Names[1] == "" {
			return incident.Errorf(incident.NotFound, "There is no such run.")
		}
		got, err := c.Desk.CompareResolutions(r.Ctx(), r.By, o.Incident.ID, before, after)
		if err != nil {
			return err
		}
		c.compared(&d, got)
	}
	p := o.page(r, "Compare two lists", d)
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	return r.Show("compare", p)
}

func (c *Console) compared(d *comparePage, got *casework.Comparison) {
	n := func(v int64) string { return view.Thousands(int(v)) }
	d.Found = true
	d.Facts = []view.Fact{{Name: "In the earlier", Value: n(got.Before)}, {Name: "New", Value: n(got.New)}, {Name: "Fell out", Value: n(got.Gone)},
		{Name: "Other data or sources", Value: n(got.Changed)}, {Name: "The same", Value: n(got.Same)}, {Name: "In the later", Value: n(got.After)}}
	d.NewFrom = view.Chart{Title: "Who is new, by where from", Label: "Data sets", Unit: "People", Bars: sourceBars(got.NewFrom)}
	d.Gone = view.Chart{Title: "Who fell out, by where they were", Label: "Data sets", Unit: "People", Bars: sourceBars(got.GoneFrom)}
	d.More = max(0, int(got.New+got.Gone+got.Changed)-len(got.Changes))
	badge := map[string]view.Badge{"new": {Text: "New", Tone: view.Soon}, "gone": {Text: "Fell out", Tone: view.NotOwed}, "changed": {Text: "Changed", Tone: view.Running}}
	for _, ch := range got.Changes {
		d.Rows = append(d.Rows, changeLine{Kind: badge[ch.Kind], ID: ch.ID, Name: ch.Name, Was: c.elementWords(ch.Before), Is: c.elementWords(ch.Elements),
			From: words(strings.Join(ch.SourcesBefore, ", ")), Into: words(strings.Join(ch.Sources, ", "))})
	}
}

func (c *Console) elementWords(elements []string) string {
	out := make([]string, 0, len(elements))
	for _, e := range elements {
		out = append(out, c.elementWord(e))
	}
	return strings.Join(out, ", ")
}

func sourceBars(counts map[string]int64) []view.Bar {
	by := map[string]int{}
	for sources, n := range counts {
		by[strings.ReplaceAll(sources, "+", " and ")] += int(n)
	}
	return bars(by)
}
