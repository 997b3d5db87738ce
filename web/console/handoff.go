package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

// HandoffPage is where a role changes hands, with a note and a checklist.
func (c *Console) HandoffPage(r *Request) error { return c.showHandoff(r, nil) }

func (c *Console) showHandoff(r *Request, problem error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	var roles []view.Option
	for _, role := range incident.Roles() {
		for _, p := range o.Incident.People {
			if p.Account == r.By.ID && !p.Deputy && string(p.Role) == role.Value {
				roles = append(roles, view.Option{Value: role.Value, Text: role.Label})
			}
		}
	}
	people, err := c.accountOptions(r, "Choose somebody")
	if err != nil {
		return err
	}
	f := &view.Form{Action: o.URL("/handoff"), Submit: "Hand over", Cancel: o.URL(""), Fields: []view.Field{
		{Name: "role", Label: "Which role", Type: "select", Required: true, Value: r.Form("role"), Options: roles},
		{Name: "to", Label: "To whom", Type: "select", Required: true, Value: r.Form("to"), Options: people},
		{Name: "note", Label: "What stands, and what comes next", Help: "It is pinned to the timeline. Name no affected person.", Type: "textarea", Rows: 6, Required: true, Value: r.Form("note")},
		{Name: "checked", Label: "Gone through together", Help: "Everything on the list, before the role changes hands.", Type: "checkboxes", Values: r.FormAll("checked"), Options: options(casework.HandoffChecklist(), "")},
		{Name: "stay", Label: "Afterwards", Type: "checkboxes", Values: r.FormAll("stay"), Options: []view.Option{{Value: "yes", Text: "I stay on as deputy"}}},
	}}
	p := o.page(r, "Hand over", f)
	p.Lead = "You give one of your roles to somebody else. What they need to know goes with it."
	if len(roles) == 0 {
		return incident.Errorf(incident.Conflict, "You hold no role on %s that could be handed over.", o.Incident.Number)
	}
	if problem != nil {
		return r.Wrong(problem, f, "form", p)
	}
	return r.Show("form", p)
}

// HandOff hands the role over.
func (c *Console) HandOff(r *Request) error {
	err := c.Desk.HandOff(r.Ctx(), r.By, r.Param("incident"), casework.Handoff{
		Role: incident.Role(r.Form("role")), To: r.Form("to"), Note: r.Form("note"), Checked: r.FormAll("checked"), Stay: r.Form("stay") == "yes",
	})
	if err == nil {
		if _, gone := c.Desk.Incident(r.Ctx(), r.By, r.Param("incident")); incident.KindOf(gone) == incident.NotFound {
			return r.Done("/", "You handed your role over, and with it the sight of that incident.")
		}
	}
	return c.did(r, err, "", "The role is handed over; the note is pinned to the timeline.", c.showHandoff)
}
