package console

import (
	"tocsin/incident"
	"tocsin/web/view"
)

// did ends an act on an incident: back to a page of it, or that page again with
// what was wrong.
func (c *Console) did(r *Request, err error, rest, note string, again func(*Request, error) error) error {
	if err != nil {
		return again(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+rest, note)
}

// SetStatus moves an incident between triage, open and contained.
func (c *Console) SetStatus(r *Request) error {
	err := c.Desk.SetStatus(r.Ctx(), r.By, r.Param("incident"), incident.Status(r.Form("status")), r.Form("status-reason"))
	return c.did(r, err, "", "The status is changed.", c.showOverview)
}

// SetSeverity changes the severity.
func (c *Console) SetSeverity(r *Request) error {
	err := c.Desk.SetSeverity(r.Ctx(), r.By, r.Param("incident"), incident.Severity(r.Form("severity")), r.Form("severity-reason"))
	return c.did(r, err, "", "The severity is changed.", c.showOverview)
}

// Assign gives somebody a role.
func (c *Console) Assign(r *Request) error {
	a := incident.Assignment{Role: incident.Role(r.Form("role")), Account: r.Form("account"), Deputy: r.Form("deputy") == "yes"}
	return c.did(r, c.Desk.Assign(r.Ctx(), r.By, r.Param("incident"), a), "", "The role is given.", c.showOverview)
}

// Unassign takes a role back.
func (c *Console) Unassign(r *Request) error {
	a := incident.Assignment{Role: incident.Role(r.Form("role")), Account: r.Form("account"), Deputy: r.Form("deputy") == "yes"}
	err := c.Desk.Unassign(r.Ctx(), r.By, r.Param("incident"), a)
	if err == nil && a.Account == r.By.ID {
		if _, gone := c.Desk.Incident(r.Ctx(), r.By, r.Param("incident")); incident.KindOf(gone) == incident.NotFound {
			return r.Done("/", "You gave your role back, and with it the sight of that incident.")
		}
	}
	return c.did(r, err, "", "The role is taken back.", c.showOverview)
}

// MarkChannel says that an attacker may be reading a channel, or no longer.
func (c *Console) MarkChannel(r *Request) error {
	bad := r.Form("compromised") == "yes"
	note := "The channel is trusted again."
	if bad {
		note = "The channel is marked. Nothing about this incident is posted there."
	}
	err := c.Desk.MarkChannel(r.Ctx(), r.By, r.Param("incident"), incident.Channel(r.Form("channel")), bad)
	return c.did(r, err, "", note, c.showOverview)
}

// RestrictPage asks before an incident is hidden or opened to others.
func (c *Console) RestrictPage(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	on := !o.Incident.Restricted
	q := view.Confirm{Question: "Restrict this incident to the people on it?",
		Warning: "Everybody else, counsel and auditors without a role here included, will be told that there is no such incident.",
		Facts:   []view.Fact{{Name: "People with a role", Value: view.Thousands(len(o.Incident.People))}},
		Form:    view.Form{Action: o.URL("/restrict"), Submit: "Restrict it", Cancel: o.URL(""), Hidden: map[string]string{"restricted": "yes"}}}
	if !on {
		q.Question, q.Warning = "Open this incident to everybody whose account may see incidents?", "Privileged items stay privileged."
		q.Form.Submit, q.Form.Hidden["restricted"] = "Lift the restriction", "no"
	}
	return r.Show("ask", o.page(r, "Who may know", q))
}

// Restrict hides an incident from everyone without a role on it, or opens it.
func (c *Console) Restrict(r *Request) error {
	on := r.Form("restricted") == "yes"
	note := "Only the people on it may know of this incident now."
	if !on {
		note = "The incident is no longer restricted."
	}
	return c.did(r, c.Desk.Restrict(r.Ctx(), r.By, r.Param("incident"), on), "", note, c.showOverview)
}
