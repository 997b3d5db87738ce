package console

import (
	"slices"
	"strconv"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type searchPage struct {
	Person *view.Form
	Row    *view.Form
	Answer *casework.Answer
	Verb   string // "Affected", "Not affected"
	Badge  view.Badge
	What   []string
	Asked  string // what kind of thing was asked; never the value
}

// SearchPage asks for one person or one row.
func (c *Console) SearchPage(r *Request) error { return c.showSearch(r, nil, nil) }

// Search answers whether somebody is affected, and by what, or what became of a
// row. It is a POST: who was looked for stands in no address and no log.
func (c *Console) Search(r *Request) error {
	ref, run := r.Param("incident"), r.Param("run")
	var a *casework.Answer
	var err error
	if r.Form("what") == "row" {
		line, bad := strconv.ParseUint(r.Form("line"), 10, 64)
		if bad != nil || line == 0 {
			return c.showSearch(r, nil, &incident.Error{Kind: incident.Invalid, Message: "The row cannot be looked for like that.", Problems: []incident.Problem{{Where: "line", What: "Give the number of the line, from 1."}}})
		}
		a, err = c.Desk.SearchRow(r.Ctx(), r.By, ref, run, r.Form("file"), line)
	} else {
		a, err = c.Desk.SearchPerson(r.Ctx(), r.By, ref, run, r.Form("key"), r.Form("value"))
	}
	if incident.KindOf(err) == incident.NotFound && err != nil {
		err = incident.Because(incident.Invalid, err, "%s", incident.Sentence(err))
	}
	return c.showSearch(r, a, err)
}

func (c *Console) showSearch(r *Request, a *casework.Answer, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	run, _, err := c.Desk.Resolution(r.Ctx(), r.By, o.Incident.ID, r.Param("run"))
	if err != nil {
		return err
	}
	if run.Brought() {
		return incident.Errorf(incident.Conflict, "This list was made elsewhere, and the files it was made from are not here.")
	}
	url := o.URL("/affected/runs/" + run.ID + "/search")
	d := searchPage{Answer: a, Asked: r.Form("what")}
	var keys, files []view.Option
	for _, key := range matchKeys() {
		if run.Spec.Directory.Columns[key] != "" {
			keys = append(keys, view.Option{Value: key, Text: sentenceCase(words(key))})
		}
	}
	for _, f := range run.Files[1:] {
		files = append(files, view.Option{Value: f.SHA256, Text: f.FileName + " (" + view.Shorten(f.SHA256) + ")"})
	}
	d.Person = &view.Form{Action: url, Submit: "Look for the person", Hidden: map[string]string{"what": "person"}, Fields: []view.Field{
		{Name: "key", Label: "Look by", Type: "select", Required: true, Options: keys, Value: r.Form("key")},
		{Name: "value", Label: "Value", Required: true, Autocomplete: "off", Help: "It is not kept: not in the address, not in a log. That a search was made is on record."},
	}}
	d.Row = &view.Form{Action: url, Submit: "Look at the row", Hidden: map[string]string{"what": "row"}, Fields: []view.Field{
		{Name: "file", Label: "Data set", Type: "select", Required: true, Options: files, Value: r.Form("file")},
		{Name: "line", Label: "Line", Required: true, InputMode: "numeric", Value: r.Form("line"), Help: "From 1; a header is line 1."},
	}}
	if a != nil {
		d.Badge, d.Verb = view.Badge{Text: "Not affected", Tone: view.NotOwed}, "No row of the exposed data sets means this person."
		if a.Affected {
			d.Badge, d.Verb = view.Badge{Text: "Affected", Tone: view.Soon}, "By the rows below."
		}
		for _, e := range a.Elements {
			d.What = append(d.What, c.elementWord(e))
		}
		slices.SortFunc(a.People, func(x, y casework.AnswerMatch) int { return int(x.Person - y.Person) })
	}
	p := o.page(r, "Is this customer affected?", d)
	p.Crumbs = runCrumbs(o, run.ID)
	if wrong != nil {
		form := d.Person
		if d.Asked == "row" {
			form = d.Row
		}
		return r.Wrong(mapped(wrong), form, "search", p)
	}
	return r.Show("search", p)
}
