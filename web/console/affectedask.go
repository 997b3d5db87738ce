package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type askPage struct {
	Form    *view.Form
	Take    *view.Form // what was looked at, to be taken in as it stands
	Preview *casework.Preview
}

// AskPage asks what to ask a database.
func (c *Console) AskPage(r *Request) error { return c.showAsk(r, nil, nil) }

// AskPreview shows the database's plan and the first rows, masked, before anything is taken in.
func (c *Console) AskPreview(r *Request) error {
	p, err := c.Desk.PreviewQuestion(r.Ctx(), r.By, r.Param("incident"), questionOf(r))
	return c.showAsk(r, p, err)
}

// AskDatabase takes the answer in as an export.
func (c *Console) AskDatabase(r *Request) error {
	t, err := c.Desk.TakeAnswer(r.Ctx(), r.By, r.Param("incident"), questionOf(r))
	if err != nil {
		return c.showAsk(r, nil, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/affected/new", "The answer was taken in as "+t.FileName+". Say below what it is.")
}

func questionOf(r *Request) casework.Question {
	return casework.Question{Source: r.Form("source"), Query: r.Form("query"), Name: r.Form("name")}
}

func (c *Console) showAsk(r *Request, preview *casework.Preview, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	sources := c.Desk.DataSources()
	if len(sources) == 0 {
		return incident.Errorf(incident.NotFound, "No database is set up to be asked. Whoever runs the server can add one to its configuration.")
	}
	q, at := questionOf(r), o.URL("/affected/ask")
	d := askPage{Preview: preview, Form: &view.Form{Action: at + "/look", Submit: "Show the plan and the first rows", Cancel: o.URL("/affected/new")}}
	source := view.Field{Name: "source", Label: "Database", Type: "select", Value: q.Source, Required: true}
	for _, name := range sources {
		source.Options = append(source.Options, view.Option{Value: name, Text: name})
	}
	d.Form.Fields = []view.Field{source,
		{Name: "query", Label: "Query", Type: "textarea", Rows: 8, Mono: true, Value: q.Query, Required: true, MaxLength: 20_000,
			Help: "One statement that reads, in that database's SQL. It runs in a read-only transaction, and is stopped when it takes too long. Ask for no column that is not needed."},
		{Name: "name", Label: "What the export is called", Value: q.Name, MaxLength: 60, Help: "The database's name, if you leave it empty."}}
	if preview != nil {
		d.Take = &view.Form{Action: at, Submit: "Take the whole answer in", Hidden: map[string]string{"source": q.Source, "query": q.Query, "name": q.Name}}
	}
	p := o.page(r, "Ask a database", d)
	p.Lead = "The answer is sealed as an export, so that the list can be explained and repeated when the database has moved on. That it was asked is on record."
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}, {Text: "Upload exports", URL: o.URL("/affected/new")}}
	if wrong != nil {
		return r.Wrong(wrong, d.Form, "ask-database", p)
	}
	return r.Show("ask-database", p)
}
