package console

import (
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type homePage struct {
	Tabs    []view.Link
	Rows    []incidentRow
	Empty   view.Empty
	Declare bool
}

type incidentRow struct {
	Number, Title, URL, Kind string
	Status, Severity         view.Badge
	Clock                    *view.Clock
	More                     int // further clocks that are overdue
	Commander                string
	Opened                   time.Time
	Drill, Restricted, Ended bool
}

// Home lists the incidents this person may see, each with its nearest clock.
func (c *Console) Home(r *Request) error {
	which := r.Query("show")
	filter := casework.Filter{}
	switch which {
	case "all":
	case "mine":
		filter.Mine = true
		fallthrough
	default:
		filter.Statuses = []incident.Status{incident.Triage, incident.Open, incident.Contained}
	}
	all, err := c.Desk.Incidents(r.Ctx(), r.By, filter)
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d := homePage{Declare: incident.Can(r.By, incident.DeclareIncident, nil), Tabs: []view.Link{
		{Text: "Open", URL: "/", Current: which != "all" && which != "mine"},
		{Text: "Mine", URL: "/?show=mine", Current: which == "mine"},
		{Text: "All", URL: "/?show=all", Current: which == "all"},
	}}
	for n := range all {
		row, err := c.incidentRow(r, &all[n], names)
		if err != nil {
			return err
		}
		d.Rows = append(d.Rows, row)
	}
	d.Empty = emptyHome(which, d.Declare)
	return r.Show("home", view.Page{Title: "Incidents", Data: d})
}

func (c *Console) incidentRow(r *Request, i *incident.Incident, names map[string]string) (incidentRow, error) {
	row := incidentRow{Number: i.Number, Title: i.Title, URL: caseURL(i, ""), Kind: i.Kind.Label(),
		Status: statusBadge(i.Status), Severity: severityBadge(i.Severity), Commander: holderNames(i, incident.Commander, names),
		Opened: i.OpenedAt, Drill: i.Drill, Restricted: i.Restricted, Ended: i.Status.Ended()}
	if row.Ended {
		return row, nil
	}
	f, err := c.Desk.File(r.Ctx(), r.By, i.ID)
	if err != nil {
		return row, err
	}
	d, err := c.dutiesOf(r, i)
	if err != nil {
		return row, err
	}
	reader := r.Reader()
	for n, k := range deadlines(i, f.Tasks, d.clocks, names) {
		switch {
		case n == 0:
			v := k.view(reader)
			row.Clock = &v
		case !k.due.IsZero() && k.due.Before(reader.Now):
			row.More++
		}
	}
	return row, nil
}

func emptyHome(which string, declare bool) view.Empty {
	e := view.Empty{Title: "No open incidents",
		Text: "Here you will see every incident with its nearest deadline. One opens when somebody declares it, or when an alert matches a rule."}
	switch which {
	case "all":
		e.Title = "No incidents"
	case "mine":
		e.Title = "None of the open incidents is yours"
		e.Text = "Here you will see the incidents on which you have a role."
	}
	if declare {
		e.Action = &view.Link{Text: "Declare an incident", URL: "/incidents/new", Icon: "plus"}
	}
	return e
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a number of an address; what is none is 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
