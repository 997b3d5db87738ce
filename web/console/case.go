package console

import (
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

// openCase is one incident as this person sees it, read once for a page: what
// the pages show and what the frame around them needs.
type openCase struct {
	*casework.File
	names map[string]string // account id → display name
	by    incident.Principal
	desk  duties
}

// openCase reads the incident that the address names. What the person may not
// see is NotFound, as the desk says.
func (c *Console) openCase(r *Request) (*openCase, error) {
	f, err := c.Desk.File(r.Ctx(), r.By, r.Param("incident"))
	if err != nil {
		return nil, err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return nil, err
	}
	d, err := c.dutiesOf(r, &f.Incident)
	if err != nil {
		return nil, err
	}
	return &openCase{File: f, names: names, by: r.By, desk: d}, nil
}

// URL is the address of a page of the incident; rest begins with "/" or is empty.
func (o *openCase) URL(rest string) string { return caseURL(&o.Incident, rest) }

func caseURL(i *incident.Incident, rest string) string { return "/incidents/" + i.Number + rest }

// may decides only what is offered. The desk decides what is done.
func (o *openCase) may(a incident.Action) bool { return incident.Can(o.by, a, &o.Incident) }

// who names an actor for people.
func (o *openCase) who(id string) string { return who(o.names, id) }

// holders names who holds a role: "Ada Lind, Bo Quist (deputy)".
func (o *openCase) holders(role incident.Role) string { return holderNames(&o.Incident, role, o.names) }

func holderNames(i *incident.Incident, role incident.Role, names map[string]string) string {
	var out []string
	for _, deputy := range []bool{false, true} {
		for _, a := range i.People {
			if a.Role == role && a.Deputy == deputy {
				out = append(out, who(names, a.Account)+deputyWord(deputy))
			}
		}
	}
	return strings.Join(out, ", ")
}

func deputyWord(deputy bool) string {
	if deputy {
		return " (deputy)"
	}
	return ""
}

// page frames a page of the incident with its clocks and its rail.
func (o *openCase) page(r *Request, title string, data any) view.Page {
	i := &o.Incident
	return view.Page{Title: title, Data: data, Case: &view.Case{
		Number: i.Number, Title: i.Title, URL: o.URL(""), Status: statusBadge(i.Status),
		Drill: i.Drill, Restricted: i.Restricted, Warning: channelWarning(i),
		Clocks: o.strip(r.Reader()), Reminders: r.unheard(i.Number), Rail: o.rail(r),
	}}
}

func channelWarning(i *incident.Incident) string {
	if len(i.Compromised) == 0 {
		return ""
	}
	var names []string
	for _, ch := range incident.Channels() {
		if i.ChannelCompromised(incident.Channel(ch.Value)) {
			names = append(names, ch.Label)
		}
	}
	return strings.Join(names, ", ") + ": treat as read by the attacker. Tocsin posts nothing there about this incident."
}

// rail is the contents of an incident, with how much is open in each part.
func (o *openCase) rail(r *Request) []view.Link {
	openTasks := 0
	for _, t := range o.Tasks {
		if !t.State.Ended() {
			openTasks++
		}
	}
	links := []view.Link{
		{Text: "Overview", URL: o.URL("")},
		{Text: "Facts", URL: o.URL("/facts"), Count: len(o.desk.questions)},
		{Text: "Milestones", URL: o.URL("/milestones")},
		{Text: "Tasks", URL: o.URL("/tasks"), Count: openTasks},
		{Text: "Evidence", URL: o.URL("/evidence")},
		{Text: "Affected people", URL: o.URL("/affected")},
		{Text: "Risk to people", URL: o.URL("/risk")},
		{Text: "Obligations", URL: o.URL("/obligations"), Count: o.desk.owed},
		{Text: "Filings", URL: o.URL("/filings")},
		{Text: "Legal review", URL: o.URL("/review")},
		{Text: "Clocks", URL: o.URL("/clocks")},
		{Text: "Notices", URL: o.URL("/notices"), Count: o.desk.drafts},
		{Text: "Timeline", URL: o.URL("/timeline")},
	}
	here := caseURL(&o.Incident, strings.TrimPrefix(r.g.Request.URL.Path, "/incidents/"+r.Param("incident")))
	for n := range links {
		u := links[n].URL
		links[n].Current = here == u || n > 0 && strings.HasPrefix(here, u+"/")
	}
	return links
}

func statusBadge(s incident.Status) view.Badge {
	switch s {
	case incident.Triage:
		return view.Badge{Text: s.Label(), Tone: view.Soon}
	case incident.Open:
		return view.Badge{Text: s.Label(), Tone: view.Running}
	case incident.Contained:
		return view.Badge{Text: s.Label(), Tone: view.Waiting}
	case incident.Closed:
		return view.Badge{Text: s.Label(), Tone: view.Done}
	}
	return view.Badge{Text: s.Label(), Tone: view.NotOwed}
}

func severityBadge(s incident.Severity) view.Badge {
	switch s {
	case incident.Critical:
		return view.Badge{Text: s.Label(), Tone: view.Overdue}
	case incident.High:
		return view.Badge{Text: s.Label(), Tone: view.Soon}
	}
	return view.Badge{Text: s.Label(), Tone: view.NotOwed}
}

// options makes choices of the domain those of a form; none leads with an empty
// one, where none is not "".
func options(choices []incident.Choice, none string) []view.Option {
	var out []view.Option
	if none != "" {
		out = append(out, view.Option{Text: none})
	}
	for _, ch := range choices {
		out = append(out, view.Option{Value: ch.Value, Text: ch.Label})
	}
	return out
}

// accountOptions lists who can be given something.
func (c *Console) accountOptions(r *Request, none string) ([]view.Option, error) {
	all, err := c.Auth.Accounts(r.Ctx())
	if err != nil {
		return nil, err
	}
	var out []view.Option
	if none != "" {
		out = append(out, view.Option{Text: none})
	}
	for _, a := range all {
		if !a.Disabled {
			out = append(out, view.Option{Value: a.ID, Text: a.Name})
		}
	}
	return out, nil
}
