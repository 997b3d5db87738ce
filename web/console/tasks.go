package console

import (
	"sort"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type tasksPage struct {
	URL    string
	Tabs   []view.Link
	Phases []phaseGroup
	Empty  view.Empty
	Bar    view.Progress
	Runs   []runRow
	Start  *view.Form // nil where no run can be started
	Work   bool
}

type phaseGroup struct {
	Label string
	Ended int
	Rows  []taskRow
}

type taskRow struct {
	Number                int
	Title, URL            string
	Kind, Role, Assignee  string
	State                 view.Badge
	Due                   *time.Time
	DueState              view.Badge
	WaitsFor              []string
	Mandatory, Privileged bool
	Outcome               string
	phase                 incident.Phase
	due                   time.Time
}

type runRow struct {
	Title, Version, Digest string
	Started                time.Time
	By                     string
	State                  view.Badge
	Newer                  string // version that new runs would follow
	UpgradeURL, ReadURL    string
	ReadAgain              []readAgain
}

// readAgain is a step that was done under an older text.
type readAgain struct{ Step, Title, URL string }

func (o *openCase) taskRow(t incident.Task, now time.Time) taskRow {
	row := taskRow{Number: t.Number, Title: t.Title, URL: o.URL("/tasks/" + itoa(t.Number)), Role: t.Role.Label(), State: taskBadge(t.State),
		WaitsFor: t.WaitsFor, Mandatory: t.Mandatory, Privileged: t.Privileged != nil, Outcome: t.Outcome, phase: t.Phase}
	if t.State == incident.TaskWaiting {
		row.WaitsFor = waits(t.WaitsFor)
	}
	if t.Kind != "" && t.Kind != "task" {
		row.Kind = words(t.Kind)
	}
	if t.Assignee != "" {
		row.Assignee = o.who(t.Assignee)
	}
	if t.Due != nil && !t.State.Ended() {
		row.Due, row.DueState, row.due = t.Due, dueBadge(*t.Due, now), *t.Due
	}
	return row
}

// waits shortens what a task waits for to what fits a list: what its clock
// waits for is left to its own page.
func waits(sentences []string) []string {
	var out []string
	more := 0
	for _, s := range sentences {
		switch {
		case strings.HasPrefix(s, "due "):
		case len(out) < 2:
			out = append(out, strings.TrimPrefix(s, "waiting for "))
		default:
			more++
		}
	}
	if more > 0 {
		out = append(out, itoa(more)+" more")
	}
	return out
}

func taskBadge(s incident.TaskState) view.Badge {
	tone := view.Running
	switch s {
	case incident.TaskWaiting:
		tone = view.Waiting
	case incident.TaskBlocked:
		tone = view.Overdue
	case incident.TaskDone:
		tone = view.Done
	case incident.TaskSkipped, incident.TaskNotApplicable:
		tone = view.NotOwed
	}
	return view.Badge{Text: s.Label(), Tone: tone}
}

// sortTasks puts what is due soonest first.
func sortTasks(rows []taskRow) {
	sort.SliceStable(rows, func(a, b int) bool {
		x, y := rows[a], rows[b]
		if x.due.IsZero() || y.due.IsZero() {
			return !x.due.IsZero() && y.due.IsZero()
		}
		return x.due.Before(y.due)
	})
}

// Tasks lists the work by phase.
func (c *Console) Tasks(r *Request) error { return c.showTasks(r, nil) }

func (c *Console) showTasks(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	which := r.Query("show")
	d := tasksPage{URL: o.URL("/tasks"), Work: o.may(incident.WorkIncident), Empty: view.Empty{Title: "No tasks",
		Text: "What is to be done will be listed here by phase, with who does it and by when. Start a playbook, or add a task."}}
	counts := map[string]int{}
	groups := map[incident.Phase]*phaseGroup{}
	ended := 0
	for _, t := range o.Tasks {
		if t.State.Ended() {
			ended++
		}
		for _, tab := range []string{"open", "mine", "done", "all"} {
			if o.inTab(tab, t) {
				counts[tab]++
			}
		}
		if !o.inTab(which, t) {
			continue
		}
		g := groups[t.Phase]
		if g == nil {
			g = &phaseGroup{Label: t.Phase.Label()}
			groups[t.Phase] = g
		}
		g.Rows = append(g.Rows, o.taskRow(t, r.Reader().Now))
	}
	for _, ph := range incident.Phases() {
		if g := groups[incident.Phase(ph.Value)]; g != nil {
			d.Phases = append(d.Phases, *g)
		}
	}
	for _, tab := range []struct{ key, text string }{{"open", "Open"}, {"mine", "Mine"}, {"done", "Done"}, {"all", "All"}} {
		d.Tabs = append(d.Tabs, view.Link{Text: tab.text, URL: d.URL + "?show=" + tab.key, Count: counts[tab.key], Current: which == tab.key || which == "" && tab.key == "open"})
	}
	d.Bar = view.Progress{ID: "tasks-bar", Label: "Tasks", Total: len(o.Tasks), Parts: []view.Part{{Text: "ended", Count: ended, Tone: view.Done}}}
	if len(o.Tasks) > 0 && len(d.Phases) == 0 {
		d.Empty = view.Empty{Title: "None here", Text: "There are tasks, but none that this view shows."}
	}
	if err := c.taskRuns(r, o, &d); err != nil {
		return err
	}
	p := o.page(r, "Tasks", d)
	if wrong != nil {
		form := d.Start
		if form == nil {
			form = &view.Form{}
		}
		return r.Wrong(wrong, form, "tasks", p)
	}
	return r.Show("tasks", p)
}

func (o *openCase) inTab(tab string, t incident.Task) bool {
	switch tab {
	case "all":
		return true
	case "done":
		return t.State.Ended()
	case "mine":
		return !t.State.Ended() && (t.Assignee == o.by.ID || t.Assignee == "" && o.Incident.Holds(o.by.ID, t.Role))
	}
	return !t.State.Ended()
}

func taskForm(r *Request, action string, accounts []view.Option) *view.Form {
	return &view.Form{Action: action + "/new", Submit: "Add the task", Cancel: action, Fields: []view.Field{
		{Name: "title", Label: "What is to be done", Value: r.Form("title"), Required: true, MaxLength: 300, Focus: true},
		{Name: "phase", Label: "Phase", Type: "select", Value: r.Form("phase"), Options: options(incident.Phases(), ""), Required: true},
		{Name: "role", Label: "For the role", Type: "select", Value: r.Form("role"), Options: options(incident.Roles(), "Any role")},
		{Name: "assignee", Label: "For the person", Type: "select", Value: r.Form("assignee"), Options: accounts},
		{Name: "due", Label: "Due", Type: "datetime-local", Value: r.Form("due"), Help: "In " + r.Account.Location().String() + "."},
		{Name: "instructions", Label: "How", Help: "Markdown.", Type: "textarea", Rows: 6, Value: r.Form("instructions")},
		{Name: "marks", Label: "Mark it as", Type: "checkboxes", Values: r.FormAll("marks"), Options: []view.Option{
			{Value: "mandatory", Text: "Mandatory", Help: "The incident does not close without it."},
			{Value: "privileged", Text: "Legally privileged", Help: "Only counsel and you see it."}}}}}
}

func (c *Console) newTaskPage(r *Request) (*view.Form, view.Page, error) {
	o, err := c.openCase(r)
	if err != nil {
		return nil, view.Page{}, err
	}
	accounts, err := c.accountOptions(r, "Nobody yet")
	if err != nil {
		return nil, view.Page{}, err
	}
	form := taskForm(r, o.URL("/tasks"), accounts)
	p := o.page(r, "Add a task", form)
	p.Crumbs = []view.Link{{Text: "Tasks", URL: o.URL("/tasks")}}
	return form, p, nil
}

// NewTaskPage asks what is to be done.
func (c *Console) NewTaskPage(r *Request) error {
	_, p, err := c.newTaskPage(r)
	if err != nil {
		return err
	}
	return r.Show("form", p)
}

// AddTask adds an ad hoc task.
func (c *Console) AddTask(r *Request) error {
	marks := strings.Join(r.FormAll("marks"), " ")
	in := casework.NewTask{Title: r.Form("title"), Instructions: r.Form("instructions"), Phase: incident.Phase(r.Form("phase")), Role: incident.Role(r.Form("role")),
		Assignee: r.Form("assignee"), Mandatory: strings.Contains(marks, "mandatory"), Privileged: strings.Contains(marks, "privileged")}
	due, err := localTime(r.Form("due"), r.Account.Location(), "due")
	if !due.IsZero() {
		in.Due = &due
	}
	if err == nil {
		_, err = c.Desk.AddTask(r.Ctx(), r.By, r.Param("incident"), in)
	}
	if err == nil {
		return r.Done("/incidents/"+r.Param("incident")+"/tasks", "The task is added.")
	}
	form, p, perr := c.newTaskPage(r)
	if perr != nil {
		return perr
	}
	return r.Wrong(err, form, "form", p)
}
