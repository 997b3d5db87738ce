package console

import (
	"tocsin/incident"
	"tocsin/web/view"
)

func (o *openCase) closeForm(r *Request) *view.Form {
	return &view.Form{Action: o.URL("/close"), Submit: "Close the incident", Danger: true, Cancel: o.URL(""), Fields: []view.Field{
		{Name: "how", Label: "How it ends", Type: "radios", Required: true, Value: r.Form("how"), Options: []view.Option{
			{Value: "closed", Text: "Closed", Help: "It was dealt with. Open mandatory tasks stand in the way."},
			{Value: "dismissed", Text: "Dismissed", Help: "It was no breach of personal data. The reason goes into the register."}}},
		{Name: "outcome", Label: "Outcome", Help: "What happened, what was done, and why it can end now. The register keeps it.", Type: "textarea", Rows: 6, Required: true, Value: r.Form("outcome")},
	}}
}

// closeConfirm restates what is still open before an incident ends.
func (o *openCase) closeConfirm(r *Request) (*view.Confirm, view.Page) {
	open, mandatory := 0, 0
	for _, t := range o.Tasks {
		if !t.State.Ended() {
			open++
			if t.Mandatory {
				mandatory++
			}
		}
	}
	q := &view.Confirm{Question: "End " + o.Incident.Number + "?", Form: *o.closeForm(r), Facts: []view.Fact{
		{Name: "Open tasks", Value: view.Thousands(open)}, {Name: "Of them mandatory", Value: view.Thousands(mandatory)},
		{Name: "Obligations owed", Value: view.Thousands(o.desk.owed)}, {Name: "Open questions", Value: view.Thousands(len(o.desk.questions))}}}
	if o.Roster != nil {
		q.Facts = append(q.Facts, view.Fact{Name: "People affected", Value: view.Thousands(o.Roster.People)})
	}
	if mandatory > 0 || o.desk.owed > 0 {
		q.Warning = "Something is still owed. Do it, or record why not, before the incident ends."
	}
	return q, o.page(r, "End the incident", q)
}

// ClosePage asks before an incident ends.
func (c *Console) ClosePage(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	_, p := o.closeConfirm(r)
	return r.Show("ask", p)
}

// Close ends it.
func (c *Console) Close(r *Request) error {
	how := r.Form("how")
	err := error(nil)
	if how != "closed" && how != "dismissed" {
		err = oneProblem("how", "Say how it ends.")
	} else {
		err = c.Desk.CloseIncident(r.Ctx(), r.By, r.Param("incident"), r.Form("outcome"), how == "dismissed")
	}
	if err == nil {
		return r.Done("/incidents/"+r.Param("incident"), "The incident is ended.")
	}
	o, oerr := c.openCase(r)
	if oerr != nil {
		return oerr
	}
	q, p := o.closeConfirm(r)
	return r.Wrong(err, &q.Form, "ask", p)
}

// Reopen takes an ended incident up again.
func (c *Console) Reopen(r *Request) error {
	err := c.Desk.ReopenIncident(r.Ctx(), r.By, r.Param("incident"), r.Form("reopen-reason"))
	return c.did(r, err, "", "The incident is open again.", c.showOverview)
}

// oneProblem is an Invalid error about one field of a form.
func oneProblem(field, what string) error {
	return &incident.Error{Kind: incident.Invalid, Message: what, Problems: []incident.Problem{{Where: field, What: what}}}
}
