package console

import (
	"sort"

	"tocsin/incident"
	"tocsin/playbooks/runner"
	"tocsin/web/view"
)

// playbookOptions lists the playbooks that can be run; none leads with that choice.
func (c *Console) playbookOptions(r *Request, none string) ([]view.Option, error) {
	out := []view.Option{}
	if none != "" {
		out = append(out, view.Option{Text: none})
	}
	if c.Runner == nil {
		return out, nil
	}
	all, err := c.Runner.Playbooks(r.Ctx(), r.By)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(all, func(a, b int) bool { return all[a].Title < all[b].Title })
	for _, b := range all {
		if b.Standing == runner.Published {
			out = append(out, view.Option{Value: b.Slug, Text: b.Title + " " + b.Version})
		}
	}
	return out, nil
}

// taskRuns adds the runs of the incident, and the form that starts another.
func (c *Console) taskRuns(r *Request, o *openCase, d *tasksPage) error {
	if c.Runner == nil {
		return nil
	}
	runs, err := c.Runner.Runs(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	for _, run := range runs {
		row := runRow{Title: run.Title, Version: run.Version, Digest: run.Digest, Started: run.StartedAt, By: o.who(run.StartedBy), State: view.Badge{Text: "Under way", Tone: view.Running}}
		if run.EndedAt != nil {
			row.State = view.Badge{Text: "Finished", Tone: view.Done}
		}
		if now, err := c.Runner.Revision(r.Ctx(), r.By, run.Slug); err == nil && now.Digest != run.Digest {
			row.Newer = now.Version
			if run.EndedAt == nil {
				row.UpgradeURL = o.URL("/runs/" + run.ID + "/upgrade")
			}
		} else if err != nil && incident.KindOf(err) != incident.NotFound {
			return err
		}
		if err := c.toReadAgain(r, o, run.ID, &row); err != nil {
			return err
		}
		d.Runs = append(d.Runs, row)
	}
	if !o.may(incident.WorkIncident) {
		return nil
	}
	books, err := c.playbookOptions(r, "Choose a playbook")
	if err != nil || len(books) < 2 {
		return err
	}
	d.Start = &view.Form{Action: o.URL("/runs"), Submit: "Start it", Fields: []view.Field{
		{Name: "playbook", Label: "Start a playbook", Type: "select", Value: r.Form("playbook"), Options: books, Required: true, Help: "Its tasks are added. What is there already stays."}}}
	return nil
}

// toReadAgain adds the steps whose text changed after they were done.
func (c *Console) toReadAgain(r *Request, o *openCase, run string, row *runRow) error {
	if !o.may(incident.WorkIncident) {
		return nil
	}
	v, err := c.Runner.RunView(r.Ctx(), r.By, o.Incident.ID, run)
	if err != nil {
		return err
	}
	for _, ph := range v.Phases {
		for _, s := range ph.Steps {
			if s.ReadAgain {
				row.ReadURL = o.URL("/runs/" + run + "/read")
				row.ReadAgain = append(row.ReadAgain, readAgain{s.Key, s.Title, o.URL("/tasks/" + itoa(s.Number))})
			}
		}
	}
	return nil
}

// StartRun follows a playbook on an incident.
func (c *Console) StartRun(r *Request) error {
	var err error
	switch {
	case c.Runner == nil:
		return incident.Errorf(incident.NotFound, "There are no playbooks here.")
	case r.Form("playbook") == "":
		err = oneProblem("playbook", "Choose a playbook.")
	default:
		_, err = c.Runner.StartRun(r.Ctx(), r.By, r.Param("incident"), r.Form("playbook"))
	}
	return c.did(r, err, "/tasks", "The playbook is started and its tasks are added.", c.showTasks)
}
