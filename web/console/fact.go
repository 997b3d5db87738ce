package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/web/view"
)

type factPage struct {
	Name    string
	Form    *view.Form // nil where this person may not set it
	History []factRow  // newest first
}

// FactPage is one fact: its value, how to change it, and what was held before.
func (c *Console) FactPage(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	_, p, err := o.factPage(r)
	if err != nil {
		return err
	}
	return r.Show("fact", p)
}

func (o *openCase) factPage(r *Request) (*view.Form, view.Page, error) {
	name := r.Param("fact")
	f, known := condition.Base()[name]
	known = known && recordable(name)
	d := factPage{Name: name}
	for n := len(o.History) - 1; n >= 0; n-- {
		if o.History[n].Name == name {
			row := factRow{Name: name}
			row.fill(o, o.History[n])
			d.History = append(d.History, row)
		}
	}
	if !known && len(d.History) == 0 {
		return nil, view.Page{}, incident.Errorf(incident.NotFound, "There is no such fact.")
	}
	if !known {
		f = condition.Fact{Name: name, Kind: condition.WordKind}
	}
	if known && o.may(incident.WorkIncident) {
		d.Form = &view.Form{Action: o.URL("/facts/" + name), Submit: "Record it", Cancel: o.URL("/facts"), Fields: factFields(f, r.Form, r.FormAll)}
		if now, set := o.Facts[name]; set && r.HTTP().Method == "GET" {
			d.Form.Fields[0].Value, d.Form.Fields[0].Values = now.Value(), now.Values
			d.Form.Fields[1].Value = string(now.Certainty)
		}
	}
	title := f.Ask
	if title == "" {
		title = words(name)
	}
	p := o.page(r, title, d)
	p.Crumbs = []view.Link{{Text: "Facts", URL: o.URL("/facts")}}
	return d.Form, p, nil
}

// SetFact records one fact.
func (c *Console) SetFact(r *Request) error {
	f, known := condition.Base()[r.Param("fact")]
	if !known || !recordable(f.Name) {
		return incident.Errorf(incident.NotFound, "There is no such fact.")
	}
	fact, ok, problem := readFact(r, f)
	var err error
	switch {
	case problem != nil:
		err = oneProblem(problem.Where, problem.What)
	case !ok:
		err = oneProblem("value."+f.Name, "Give a value, or say that it is not known.")
	default:
		err = c.Desk.SetFacts(r.Ctx(), r.By, r.Param("incident"), []casework.NewFact{fact})
	}
	if err == nil {
		return r.Done("/incidents/"+r.Param("incident")+"/facts", factsNote(1))
	}
	o, oerr := c.openCase(r)
	if oerr != nil {
		return oerr
	}
	form, p, perr := o.factPage(r)
	if perr != nil || form == nil {
		return err
	}
	return r.Wrong(err, form, "fact", p)
}
