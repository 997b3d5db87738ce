package console

import (
	"html/template"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/runner"
	"tocsin/web/view"
)

type taskPage struct {
	taskRow
	Phase        string
	Instructions template.HTML
	Facts        []view.Fact
	Terms        []string
	Approvals    []string
	Obligations  []view.Link
	Needs        []needRow
	Exhibits     []exhibitRow
	Ended        bool
	Waiting      bool
	Work         bool
	Mark         bool
	Complete     *view.Form
	Skip         *view.Form
	Block        *view.Form
	Assign       *view.Form
	Attach       *view.Form
}

type needRow struct {
	Kind, Note string
	Have, Min  int
	State      view.Badge
}

// TaskPage is one task: how, with what evidence, and what became of it.
func (c *Console) TaskPage(r *Request) error { return c.showTask(r, nil) }

func (o *openCase) task(number string) (*incident.Task, error) {
	for n := range o.Tasks {
		if itoa(o.Tasks[n].Number) == number || o.Tasks[n].ID == number {
			return &o.Tasks[n], nil
		}
	}
	return nil, incident.Errorf(incident.NotFound, "There is no task %s on %s.", clip(number, 40), o.Incident.Number)
}

func (c *Console) showTask(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	t, err := o.task(r.Param("task"))
	if err != nil {
		return err
	}
	d := taskPage{taskRow: o.taskRow(*t, r.Reader().Now), Phase: t.Phase.Label(), Instructions: c.text.HTML(t.Instructions),
		Ended: t.State.Ended(), Waiting: t.State == incident.TaskWaiting, Work: o.may(incident.WorkIncident), Mark: o.may(incident.MarkPrivileged)}
	d.WaitsFor = t.WaitsFor
	d.Facts = o.taskFacts(t, r.Reader())
	step, err := c.stepOf(r, o, t)
	if err != nil {
		return err
	}
	if step != nil {
		d.Terms = step.Terms
		for _, a := range step.Approvals {
			d.Approvals = append(d.Approvals, o.who(a.By))
		}
		for _, rule := range step.Obligations {
			d.Obligations = append(d.Obligations, view.Link{Text: rule, URL: "/rules/" + rule})
		}
	}
	all, err := c.Desk.Exhibits(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	have := map[string]int{}
	for _, e := range all {
		if e.Task == t.ID {
			have[e.Kind]++
			d.Exhibits = append(d.Exhibits, o.exhibitRow(e))
		}
	}
	for _, need := range t.Needs {
		row := needRow{Kind: evidenceKind(need.Kind), Note: need.Note, Have: have[need.Kind], Min: max(need.Min, 1), State: view.Badge{Text: "Attached", Tone: view.Done}}
		if row.Have < row.Min {
			row.State = view.Badge{Text: "Missing", Tone: view.Soon}
		}
		d.Needs = append(d.Needs, row)
	}
	if d.Work {
		if err := c.taskForms(r, o, t, step, &d); err != nil {
			return err
		}
	}
	p := o.page(r, t.Title, d)
	p.Crumbs = []view.Link{{Text: "Tasks", URL: o.URL("/tasks")}}
	if wrong != nil {
		return r.Wrong(wrong, d.formOf(r), "task", p)
	}
	return r.Show("task", p)
}

// formOf is the form of the page that was sent.
func (d *taskPage) formOf(r *Request) *view.Form {
	for _, f := range []*view.Form{d.Complete, d.Skip, d.Block, d.Assign, d.Attach} {
		if f != nil && f.Action == r.HTTP().URL.Path {
			return f
		}
	}
	return &view.Form{}
}

func (o *openCase) taskFacts(t *incident.Task, reader view.Reader) []view.Fact {
	out := []view.Fact{{Name: "Number", Value: itoa(t.Number)}, {Name: "Phase", Value: t.Phase.Label()}}
	if t.Role != "" {
		out = append(out, view.Fact{Name: "Role", Value: t.Role.Label()})
	}
	assignee := "nobody yet"
	if t.Assignee != "" {
		assignee = o.who(t.Assignee)
	}
	out = append(out, view.Fact{Name: "Assigned to", Value: assignee})
	if t.Due != nil {
		out = append(out, view.Fact{Name: "Due", Value: reader.When(*t.Due)})
	}
	if t.ClosedAt != nil {
		out = append(out, view.Fact{Name: t.State.Label(), Value: reader.At(*t.ClosedAt)}, view.Fact{Name: "By", Value: o.who(t.ClosedBy)})
	}
	if t.Outcome != "" {
		out = append(out, view.Fact{Name: "Outcome", Value: t.Outcome})
	}
	return out
}

// stepOf finds the step of a playbook that a task belongs to; nil where it is ad hoc.
func (c *Console) stepOf(r *Request, o *openCase, t *incident.Task) (*runner.StepView, error) {
	if t.Run == "" || c.Runner == nil {
		return nil, nil
	}
	v, err := c.Runner.RunView(r.Ctx(), r.By, o.Incident.ID, t.Run)
	if err != nil {
		return nil, err
	}
	for _, ph := range v.Phases {
		for n := range ph.Steps {
			if ph.Steps[n].Task == t.ID {
				return &ph.Steps[n], nil
			}
		}
	}
	return nil, nil
}

func (c *Console) taskForms(r *Request, o *openCase, t *incident.Task, step *runner.StepView, d *taskPage) error {
	u := d.URL
	d.Attach = o.evidenceForm(r, u+"/evidence", t)
	if d.Ended {
		return nil
	}
	accounts, err := c.accountOptions(r, "Nobody")
	if err != nil {
		return err
	}
	d.Assign = &view.Form{Action: u + "/assign", Submit: "Assign", Fields: []view.Field{
		{Name: "assignee", Label: "Assigned to", Type: "select", Options: accounts, Value: t.Assignee, Required: true}}}
	d.Skip = &view.Form{Action: u + "/skip", Submit: "Skip it", Fields: []view.Field{
		{Name: "skip-reason", Label: "Why it is skipped", Type: "textarea", Rows: 2, Required: true, Value: r.Form("skip-reason"), Help: "The record keeps it."}}}
	d.Block = &view.Form{Action: u + "/block", Submit: "Mark as blocked", Fields: []view.Field{
		{Name: "block-reason", Label: "What blocks it", Type: "textarea", Rows: 2, Required: true, Value: r.Form("block-reason")}}}
	if d.Waiting {
		return nil
	}
	d.Complete = &view.Form{Action: u + "/done", Submit: "Mark as done"}
	if len(t.Options) > 0 {
		d.Complete.Submit = "Decide"
		d.Complete.Fields = append(d.Complete.Fields, view.Field{Name: "choice", Label: "Decision", Type: "radios", Options: choices(t, step), Value: r.Form("choice"), Required: true})
	}
	if step != nil && step.Kind == playbooks.KindApproval {
		d.Complete.Submit = "Approve"
	}
	d.Complete.Fields = append(d.Complete.Fields, view.Field{Name: "outcome", Label: "Outcome", Type: "textarea", Rows: 3, Value: r.Form("outcome"), MaxLength: 5000,
		Help: "What was found or done. It goes onto the timeline."})
	return nil
}

// choices words a decision's branches as its playbook does.
func choices(t *incident.Task, step *runner.StepView) []view.Option {
	var out []view.Option
	for _, key := range t.Options {
		o := view.Option{Value: key, Text: sentenceCase(words(key))}
		if step != nil {
			for _, known := range step.Options {
				if known.Key == key {
					o.Text, o.Help = known.Title, known.Note
				}
			}
		}
		out = append(out, o)
	}
	return out
}
