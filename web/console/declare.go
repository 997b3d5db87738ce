package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

// declareForm is what is asked when an incident is declared: as little as can be.
func (c *Console) declareForm(r *Request, in casework.NewIncident) (*view.Form, error) {
	books, err := c.playbookOptions(r, "None: I will start one later")
	if err != nil {
		return nil, err
	}
	kind, severity := string(in.Kind), string(in.Severity)
	if kind == "" {
		kind = "other"
	}
	if severity == "" {
		severity = string(incident.Medium)
	}
	var marks []string
	if in.Drill {
		marks = append(marks, "drill")
	}
	if in.Restricted {
		marks = append(marks, "restricted")
	}
	return &view.Form{Action: "/incidents/new", Submit: "Declare the incident", Cancel: "/", Fields: []view.Field{
		{Name: "title", Label: "What happened", Help: "A few words, without names of affected people. It is shown in Slack and in lists.", Value: in.Title, Required: true, MaxLength: 200, Focus: true},
		{Name: "kind", Label: "Kind", Help: "As far as you can tell now. It can be changed later, as a fact.", Type: "select", Value: kind, Required: true, Options: options(incident.BreachKinds(), "")},
		{Name: "severity", Label: "Severity", Type: "select", Value: severity, Required: true, Options: options(incident.Severities(), "")},
		{Name: "playbook", Label: "Playbook", Help: "Its tasks are opened at once.", Type: "select", Value: in.Playbook, Options: books},
		{Name: "summary", Label: "What is known so far", Type: "textarea", Rows: 5, Value: in.Summary, MaxLength: 20000},
		{Name: "marks", Label: "Mark it as", Type: "checkboxes", Values: marks, Options: []view.Option{
			{Value: "drill", Text: "Drill", Help: "The same screens and clocks; nothing leaves the building, and it is not in the register."},
			{Value: "restricted", Text: "Restricted", Help: "Only people with a role on it may know that it exists."}}},
	}}, nil
}

func declarePage(form *view.Form) view.Page {
	return view.Page{Title: "Declare an incident", Lead: "You become its commander until you hand over. No legal clock starts by this.",
		Crumbs: []view.Link{{Text: "Incidents", URL: "/"}}, Data: form}
}

// DeclarePage asks what happened. ?alert= declares from an alert.
func (c *Console) DeclarePage(r *Request) error {
	var in casework.NewIncident
	id := r.Query("alert")
	if id != "" {
		a, err := c.alert(r, id)
		if err != nil {
			return err
		}
		in.Title, in.Summary, in.Severity = clip(a.Title, 150), a.Description, alertSeverity(a.Severity)
	}
	form, err := c.declareForm(r, in)
	if err != nil {
		return err
	}
	if id != "" {
		form.Hidden = map[string]string{"alert": id}
		form.Cancel = "/alerts"
	}
	return r.Show("form", declarePage(form))
}

// Declare opens the incident and, where it was declared from one, attaches the alert.
func (c *Console) Declare(r *Request) error {
	in := casework.NewIncident{Title: r.Form("title"), Summary: r.Form("summary"), Kind: incident.BreachKind(r.Form("kind")),
		Severity: incident.Severity(r.Form("severity")), Playbook: r.Form("playbook")}
	for _, mark := range r.FormAll("marks") {
		in.Drill = in.Drill || mark == "drill"
		in.Restricted = in.Restricted || mark == "restricted"
	}
	i, err := c.Desk.OpenIncident(r.Ctx(), r.By, in)
	if err != nil {
		form, ferr := c.declareForm(r, in)
		if ferr != nil {
			return ferr
		}
		if id := r.Form("alert"); id != "" {
			form.Hidden = map[string]string{"alert": id}
		}
		return r.Wrong(err, form, "form", declarePage(form))
	}
	note := i.Number + " is open. You are its commander."
	if id := r.Form("alert"); id != "" {
		if err := c.Desk.AttachAlert(r.Ctx(), r.By, id, i.ID); err != nil {
			note = i.Number + " is open, but the alert could not be attached: " + incident.Sentence(err)
		}
	}
	return r.Done(caseURL(i, ""), note)
}

func alertSeverity(s string) incident.Severity {
	if v := incident.Severity(s); v.Valid() {
		return v
	}
	return incident.Medium
}

func clip(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}
