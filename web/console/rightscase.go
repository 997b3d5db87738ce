package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type rightInPage struct {
	Number, Request, URL string
	Marks                []markRow
	Correct              *view.Form
	Restrict             bool
	Lift, Notice         *view.Form
	Erase                bool
}

// RightIn is what can be done for the person of a request in one incident.
func (c *Console) RightIn(r *Request) error { return c.showRightIn(r, nil) }

func (c *Console) showRightIn(r *Request, wrong error) error {
	f, err := c.Desk.RightFile(r.Ctx(), r.By, r.Param("right"))
	if err != nil {
		return err
	}
	d := rightInPage{Request: f.Number}
	id := ""
	for at, number := range f.Numbers {
		if number != "" && number == r.Param("case") {
			id, d.Number = at, number
		}
	}
	if id == "" {
		return incident.Errorf(incident.NotFound, "%s is linked to nobody there.", f.Number)
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d.URL = "/rights/" + f.Number + "/in/" + d.Number
	open := !f.Ended()
	d.Restrict, d.Erase = open, open
	for n := range f.Marks {
		m := &f.Marks[n]
		if m.Who.Incident != id {
			continue
		}
		d.Marks = append(d.Marks, markRowOf(m, names))
		if m.Kind == casework.Restriction && m.LiftedAt == nil {
			d.Restrict = false
			hidden := map[string]string{"mark": m.ID}
			d.Lift = &view.Form{Action: d.URL + "/lift", Submit: "Lift the restriction", Hidden: hidden, Fields: []view.Field{
				{Name: "told_at", Label: "The person was told at", Type: "datetime-local", Required: true, Value: r.Form("told_at"), Help: "Before it is lifted, as Article 18(3) GDPR asks. In your time zone, " + r.Account.Location().String() + "."}}}
			if m.NoticeBy == "" {
				d.Notice = &view.Form{Action: d.URL + "/notice", Submit: "The law demands the notice", Hidden: hidden, Fields: []view.Field{
					{Name: "reason", Label: "Which law, and why", Required: true, Value: r.Form("reason"), Help: "They stay out of sight, and mailings write to them all the same."}}}
			}
		}
	}
	if open {
		d.Correct = &view.Form{Action: d.URL + "/correct", Submit: "Keep the correction"}
		for _, col := range casework.CorrectableColumns() {
			d.Correct.Fields = append(d.Correct.Fields, view.Field{Name: col.Value, Label: col.Label, Value: r.Form(col.Value), MaxLength: 1000})
		}
	}
	p := view.Page{Title: f.Number + " in " + d.Number, Lead: "What is done here touches this one person in this one incident.",
		Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}, {Text: f.Number, URL: "/rights/" + f.Number}}, Data: d}
	if wrong == nil {
		return r.Show("rights-case", p)
	}
	form := &view.Form{}
	for _, x := range []*view.Form{d.Correct, d.Lift, d.Notice} {
		if x != nil && x.Action == r.HTTP().URL.Path {
			form = x
		}
	}
	return r.Wrong(wrong, form, "rights-case", p)
}

func (c *Console) rightInDone(r *Request, err error, note string) error {
	if err != nil {
		return c.showRightIn(r, err)
	}
	return r.Done("/rights/"+r.Param("right")+"/in/"+r.Param("case"), note)
}

// CorrectPerson keeps corrected values.
func (c *Console) CorrectPerson(r *Request) error {
	now := map[string]string{}
	for _, col := range casework.CorrectableColumns() {
		now[col.Value] = r.Form(col.Value)
	}
	return c.rightInDone(r, c.Desk.CorrectPerson(r.Ctx(), r.By, r.Param("right"), r.Param("case"), now), "The correction is kept; what is not yet sent uses it.")
}

// RestrictPerson sets a restriction.
func (c *Console) RestrictPerson(r *Request) error {
	return c.rightInDone(r, c.Desk.RestrictPerson(r.Ctx(), r.By, r.Param("right"), r.Param("case")), "Their data is restricted.")
}

// LiftRestriction ends it.
func (c *Console) LiftRestriction(r *Request) error {
	at, err := localTime(r.Form("told_at"), r.Account.Location(), "told_at")
	if err == nil {
		err = c.Desk.LiftRestriction(r.Ctx(), r.By, r.Param("right"), r.Param("case"), r.Form("mark"), at)
	}
	return c.rightInDone(r, err, "The restriction is lifted.")
}

// AllowNotice lets the notice go out to somebody who is restricted.
func (c *Console) AllowNotice(r *Request) error {
	err := c.Desk.AllowNotice(r.Ctx(), r.By, r.Param("right"), r.Param("case"), r.Form("mark"), r.Form("reason"))
	return c.rightInDone(r, err, "The notice goes out to them all the same.")
}

type erasePage struct {
	Confirm   *view.Confirm
	Obstacles []obstacleRow
	Uploads   []string
}

type obstacleRow struct{ What, Ground string }

func erasePageOf(r *Request, plan *casework.ErasurePlan) erasePage {
	at := "/rights/" + r.Param("right") + "/in/" + r.Param("case")
	d := erasePage{Uploads: plan.Uploads, Confirm: &view.Confirm{Question: "Erase the person of " + r.Param("right") + " from " + plan.Number + "?", Facts: []view.Fact{
		{Name: "Lists they are on", Value: view.Thousands(plan.Lists)}, {Name: "Rows that will be empty", Value: view.Thousands(plan.Rows)},
		{Name: "Deliveries reduced to their outcome", Value: view.Thousands(plan.Notices)}, {Name: "Corrections and restrictions deleted", Value: view.Thousands(plan.Marks)},
		{Name: "Uploaded files destroyed", Value: view.Thousands(len(plan.Uploads))}},
		Form: view.Form{Action: at + "/erase", Submit: "Erase this person", Danger: true, Cancel: at},
	}}
	d.Confirm.Warning = "Lists are written anew without them, and approvals of letters for the old list are void. Notes, reports and what is inside other evidence are not looked into. This cannot be undone."
	for _, o := range plan.Obstacles {
		row := obstacleRow{What: o.What}
		if o.Basis != "" {
			row.Ground = incident.ChoiceLabel(incident.RefusalBases(), o.Basis)
		}
		d.Obstacles = append(d.Obstacles, row)
	}
	if len(plan.Obstacles) > 0 {
		d.Confirm.Warning = "They cannot be erased here now. Refuse with the ground, and restrict their data instead; or come back when it has passed."
		d.Confirm.Form.Action = "" // nothing to send
	}
	return d
}

// ErasePersonPage says what erasing one person would do, and what stands in the way.
func (c *Console) ErasePersonPage(r *Request) error { return c.showErase(r, nil) }

func (c *Console) showErase(r *Request, wrong error) error {
	plan, err := c.Desk.PlanErasure(r.Ctx(), r.By, r.Param("right"), r.Param("case"))
	if err != nil {
		return err
	}
	d := erasePageOf(r, &plan)
	at := "/rights/" + r.Param("right")
	p := view.Page{Title: "Erase one person", Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}, {Text: r.Param("right"), URL: at}, {Text: plan.Number, URL: at + "/in/" + plan.Number}}, Data: d}
	if wrong != nil {
		return r.Wrong(wrong, &d.Confirm.Form, "rights-erase", p)
	}
	return r.Show("rights-erase", p)
}

// ErasePerson erases one person from one incident.
func (c *Console) ErasePerson(r *Request) error {
	if _, err := c.Desk.EraseFrom(r.Ctx(), r.By, r.Param("right"), r.Param("case")); err != nil {
		return c.showErase(r, err)
	}
	return r.Done("/rights/"+r.Param("right"), "The person is erased from "+r.Param("case")+".")
}
