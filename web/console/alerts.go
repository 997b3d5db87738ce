package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type alertsPage struct {
	Rows      []alertRow    // those that wait
	Taken     []alertRow    // those that are part of an incident
	Incidents []view.Option // open ones an alert can be attached to
	Declare   bool
	Empty     view.Empty
}

type alertRow struct {
	ID, Title, Description, Source, Triaged string
	Severity, State                         view.Badge
	Occurred, Seen                          time.Time
	Guessed                                 bool
	Count                                   int
	Entities                                []string
	Number                                  string // of the incident it is part of
}

// alertRows is how many alerts the page shows at most.
const alertRows = 100

// Alerts lists the alerts that wait for a person, then those that are dealt with.
func (c *Console) Alerts(r *Request) error {
	all, err := c.Desk.Alerts(r.Ctx(), r.By, alertRows)
	if err != nil {
		return err
	}
	seen, err := c.Desk.Incidents(r.Ctx(), r.By, casework.Filter{})
	if err != nil {
		return err
	}
	d := alertsPage{Declare: incident.Can(r.By, incident.DeclareIncident, nil), Empty: view.Empty{Title: "No alerts wait",
		Text: "Alerts that no rule turned into an incident will wait here until somebody declares an incident from them or attaches them to one."}}
	numbers := map[string]string{}
	for n := range seen {
		i := &seen[n]
		numbers[i.ID] = i.Number
		if !i.Status.Ended() && incident.Can(r.By, incident.WorkIncident, i) {
			d.Incidents = append(d.Incidents, view.Option{Value: i.Number, Text: i.Number + " " + clip(i.Title, 60)})
		}
	}
	for _, a := range all {
		row := alertRowOf(a)
		if a.Incident == "" {
			d.Rows = append(d.Rows, row)
			continue
		}
		row.Number = numbers[a.Incident]
		d.Taken = append(d.Taken, row)
	}
	return r.Show("alerts", view.Page{Title: "Alerts", Lead: "An alert starts no legal clock. A person says whether it is an incident.", Data: d})
}

func alertRowOf(a incident.Alert) alertRow {
	row := alertRow{ID: a.ID, Title: a.Title, Description: clip(a.Description, 600), Source: a.Source, Triaged: sentenceCase(a.Triaged),
		Severity: view.Badge{Text: sentenceCase(a.Severity), Tone: alertTone(a.Severity)}, Occurred: a.OccurredAt, Seen: a.LastSeen, Guessed: a.TimeGuessed, Count: a.Count}
	switch a.Status {
	case "open":
		row.State = view.Badge{Text: "Firing", Tone: view.Running}
	case "resolved":
		row.State = view.Badge{Text: "Resolved", Tone: view.Done}
	default:
		row.State = view.Badge{Text: sentenceCase(a.Status), Tone: view.NotOwed}
	}
	for _, list := range [][]string{a.Entities.Hosts, a.Entities.Users, a.Entities.IPs, a.Entities.Resources} {
		row.Entities = append(row.Entities, list...)
	}
	if len(row.Entities) > 12 {
		row.Entities = append(row.Entities[:12], "…")
	}
	return row
}

func alertTone(severity string) view.Tone {
	switch severity {
	case "critical":
		return view.Overdue
	case "high":
		return view.Soon
	case "unknown":
		return view.Unknown
	}
	return view.NotOwed
}

// AttachAlert makes an alert part of an incident.
func (c *Console) AttachAlert(r *Request) error {
	ref := r.Form("incident")
	if ref == "" {
		return incident.Errorf(incident.Invalid, "Choose the incident this alert belongs to.")
	}
	if err := c.Desk.AttachAlert(r.Ctx(), r.By, r.Param("alert"), ref); err != nil {
		return err
	}
	return r.Done("/alerts", "The alert is part of "+ref+".")
}

// alert finds one alert that waits for triage.
func (c *Console) alert(r *Request, id string) (incident.Alert, error) {
	all, err := c.Desk.Alerts(r.Ctx(), r.By, 0)
	if err != nil {
		return incident.Alert{}, err
	}
	for _, a := range all {
		if a.ID == id && a.Incident == "" {
			return a, nil
		}
	}
	return incident.Alert{}, incident.Errorf(incident.NotFound, "This alert does not wait any more.")
}
