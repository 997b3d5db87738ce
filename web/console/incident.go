package console

import (
	"time"

	"tocsin/incident"
	"tocsin/web/view"
)

type overviewPage struct {
	Incident  *incident.Incident
	URL       string
	Kind      string
	Severity  view.Badge
	Opener    string
	Facts     []view.Fact
	Next      []taskRow // the first few open tasks
	OpenTasks int
	Questions []questionRow
	People    []personRow
	Channels  []channelRow
	Alerts    []alertRow
	Latest    []timelineRow
	Status    *view.Form // nil where this person may not steer
	Level     *view.Form
	Assign    *view.Form
	Steer     bool
	Restrict  bool
	Ended     bool
}

type personRow struct {
	Role, RoleLabel, Account, Name string
	Deputy, Gone                   bool
}

type channelRow struct {
	Value, Label string
	Bad          bool
}

// overviewTasks is how many tasks and questions the overview shows.
const overviewTasks = 5

// Overview is the first page of an incident.
func (c *Console) Overview(r *Request) error { return c.showOverview(r, nil) }

// showOverview shows it, with what was wrong with the act just tried.
func (c *Console) showOverview(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	i := &o.Incident
	d := overviewPage{Incident: i, URL: o.URL(""), Kind: i.Kind.Label(), Severity: severityBadge(i.Severity), Opener: o.who(i.OpenedBy),
		Ended: i.Status.Ended(), Steer: o.may(incident.SteerIncident), Restrict: o.may(incident.RestrictAccess), Facts: o.overviewFacts(r.Reader())}
	for _, t := range o.Tasks {
		if t.State == incident.TaskOpen || t.State == incident.TaskBlocked {
			d.OpenTasks++
			d.Next = append(d.Next, o.taskRow(t, r.Reader().Now))
		}
	}
	sortTasks(d.Next)
	d.Next = d.Next[:min(len(d.Next), overviewTasks)]
	for _, q := range o.desk.questions[:min(len(o.desk.questions), overviewTasks)] {
		d.Questions = append(d.Questions, o.questionRow(q))
	}
	for _, role := range incident.Roles() {
		for _, a := range i.People {
			if string(a.Role) == role.Value {
				_, known := o.names[a.Account]
				d.People = append(d.People, personRow{Role: role.Value, RoleLabel: role.Label, Account: a.Account, Name: o.who(a.Account), Deputy: a.Deputy, Gone: !known})
			}
		}
	}
	for _, ch := range incident.Channels() {
		d.Channels = append(d.Channels, channelRow{ch.Value, ch.Label, i.ChannelCompromised(incident.Channel(ch.Value))})
	}
	for _, a := range o.Alerts {
		d.Alerts = append(d.Alerts, alertRowOf(a))
	}
	lines, err := c.Desk.Timeline(r.Ctx(), r.By, i.ID, overviewTasks)
	if err != nil {
		return err
	}
	for _, e := range lines {
		d.Latest = append(d.Latest, o.timelineRow(e))
	}
	if d.Steer && !d.Ended {
		accounts, err := c.accountOptions(r, "Choose a person")
		if err != nil {
			return err
		}
		d.Status, d.Level, d.Assign = o.statusForm(), o.severityForm(), o.assignForm(accounts)
	}
	p := o.page(r, "Overview", d)
	if wrong != nil {
		return r.Wrong(wrong, &view.Form{}, "incident", p)
	}
	return r.Show("incident", p)
}

func (o *openCase) overviewFacts(reader view.Reader) []view.Fact {
	i := &o.Incident
	out := []view.Fact{{Name: "Commander", Value: orDash(o.holders(incident.Commander))}, {Name: "Privacy counsel", Value: orDash(o.holders(incident.Counsel))}}
	for _, m := range []incident.Milestone{incident.Discovered, incident.Aware} {
		v := any("not set")
		if s, ok := o.InForce[m]; ok {
			v = milestoneTime(reader, s)
		}
		out = append(out, view.Fact{Name: m.Label(), Value: v})
	}
	people := "not settled"
	if o.Roster != nil {
		people = view.Thousands(o.Roster.People)
	}
	out = append(out, view.Fact{Name: "People affected", Value: people}, view.Fact{Name: "Opened", Value: reader.When(i.OpenedAt)})
	if i.ClosedAt != nil {
		out = append(out, view.Fact{Name: "Ended", Value: reader.At(*i.ClosedAt)}, view.Fact{Name: "Outcome", Value: i.Outcome})
	}
	if i.RetainUntil != nil {
		out = append(out, view.Fact{Name: "Kept until", Value: reader.Day(*i.RetainUntil)})
	}
	return out
}

func orDash(s string) string {
	if s == "" {
		return "nobody"
	}
	return s
}

func (o *openCase) statusForm() *view.Form {
	var choices []view.Option
	for _, s := range incident.Statuses() {
		if !incident.Status(s.Value).Ended() {
			choices = append(choices, view.Option{Value: s.Value, Text: s.Label})
		}
	}
	return &view.Form{Action: o.URL("/status"), Submit: "Change status", Fields: []view.Field{
		{Name: "status", Label: "Status", Type: "select", Value: string(o.Incident.Status), Options: choices, Required: true},
		{Name: "status-reason", Label: "Why", MaxLength: 500}}}
}

func (o *openCase) severityForm() *view.Form {
	return &view.Form{Action: o.URL("/severity"), Submit: "Change severity", Fields: []view.Field{
		{Name: "severity", Label: "Severity", Type: "select", Value: string(o.Incident.Severity), Options: options(incident.Severities(), ""), Required: true},
		{Name: "severity-reason", Label: "Why", MaxLength: 500}}}
}

func (o *openCase) assignForm(accounts []view.Option) *view.Form {
	return &view.Form{Action: o.URL("/people"), Submit: "Give the role", Fields: []view.Field{
		{Name: "account", Label: "Person", Type: "select", Options: accounts, Required: true},
		{Name: "role", Label: "Role", Type: "select", Options: options(incident.Roles(), ""), Required: true},
		{Name: "deputy", Label: "As", Type: "checkboxes", Options: []view.Option{{Value: "yes", Text: "Deputy", Help: "May do all that the role may."}}}}}
}

// milestoneTime shows a milestone as precisely as it is known.
func milestoneTime(reader view.Reader, s incident.MilestoneSetting) any {
	if s.Precision != incident.ToTheDay {
		return reader.When(s.At)
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		zone = time.UTC
	}
	return s.At.In(zone).Format("2 Jan 2006") + " (the day only)"
}
