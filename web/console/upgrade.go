package console

import (
	"encoding/json"
	"strings"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/web/view"
)

type upgradePage struct {
	Facts   []view.Fact
	Rows    []upgradeRow
	Hidden  int
	Form    *view.Form
	FromURL string
	ToURL   string
}

type upgradeRow struct {
	Title, URL string
	Change     view.Badge
	Outcome    string
	Fields     []fieldChange
}

// fieldChange is one field of a step; Lines are set where it is a text of several lines.
type fieldChange struct {
	Name     string
	Was, Now string
	Lines    []diffLine
}

// UpgradePage shows what taking a run to the published text of its playbook does.
func (c *Console) UpgradePage(r *Request) error { return c.showUpgrade(r, nil) }

func (c *Console) showUpgrade(r *Request, problem error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	if c.Runner == nil {
		return incident.Errorf(incident.NotFound, "There are no playbooks here.")
	}
	up, err := c.Runner.PlanUpgrade(r.Ctx(), r.By, o.Incident.ID, r.Param("run"), "")
	if err != nil {
		return err
	}
	d := upgradePage{Hidden: up.Hidden, FromURL: "/playbooks/" + up.Was, ToURL: "/playbooks/" + up.Will, Facts: []view.Fact{
		{Name: "Followed now", Value: "version " + up.From.Version}, {Name: "Published since", Value: "version " + up.To.Version}, {Name: "The change is", Value: up.Bump}}}
	for _, s := range up.Steps {
		row := upgradeRow{Title: s.Title, Change: changeBadge(s.Change), Outcome: upgradeOutcome(s.Outcome)}
		if s.Number > 0 {
			row.URL = o.URL("/tasks/" + itoa(s.Number))
		}
		for _, f := range s.Fields {
			row.Fields = append(row.Fields, changedField(f))
		}
		d.Rows = append(d.Rows, row)
	}
	if o.may(incident.SteerIncident) {
		d.Form = &view.Form{Action: o.URL("/runs/" + up.Run + "/upgrade"), Submit: "Upgrade to version " + up.To.Version, Cancel: o.URL("/tasks"),
			Hidden: map[string]string{"from": up.Was, "to": up.Will}}
	}
	p := o.page(r, "Upgrade “"+up.To.Title+"”", d)
	p.Lead = "What was done stays done, with the words people had before them."
	p.Crumbs = []view.Link{{Text: "Tasks", URL: o.URL("/tasks")}}
	if problem != nil {
		return r.Wrong(problem, &view.Form{}, "upgrade", p)
	}
	return r.Show("upgrade", p)
}

// UpgradeRun takes the run there.
func (c *Console) UpgradeRun(r *Request) error {
	if c.Runner == nil {
		return incident.Errorf(incident.NotFound, "There are no playbooks here.")
	}
	_, err := c.Runner.UpgradeRun(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), r.Form("from"), r.Form("to"))
	return c.did(r, err, "/tasks", "The playbook is upgraded; the timeline says what changed.", c.showUpgrade)
}

// HaveRead notes that the new text of a step does not change what was done under the old.
func (c *Console) HaveRead(r *Request) error {
	if c.Runner == nil {
		return incident.Errorf(incident.NotFound, "There are no playbooks here.")
	}
	err := c.Runner.HaveRead(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), r.Form("step"))
	return c.did(r, err, "/tasks", "Noted: what was done stands.", c.showTasks)
}

func changeBadge(change string) view.Badge {
	switch change {
	case "added":
		return view.Badge{Text: "New", Tone: view.Running}
	case "removed":
		return view.Badge{Text: "Gone", Tone: view.NotOwed}
	}
	return view.Badge{Text: "Changed", Tone: view.Soon}
}

func upgradeOutcome(o string) string {
	switch o {
	case "added":
		return "A task is added."
	case "rewritten":
		return "The task gets the new words and terms."
	case "kept":
		return "What was done stays as it is."
	case "kept_read_again":
		return "What was done stays, and is marked to be read again: its terms have changed since."
	}
	return "The task is retired; its evidence stays."
}

// changedField puts a change, which is canonical JSON, into words.
func changedField(f playbooks.Change) fieldChange {
	out := fieldChange{Name: sentenceCase(words(f.Field)), Was: plainJSON(f.From), Now: plainJSON(f.To)}
	if strings.Contains(out.Was+out.Now, "\n") || len(out.Was)+len(out.Now) > 160 {
		out.Lines = lineDiff(out.Was, out.Now)
	}
	return out
}

// plainJSON is a string without its quotes, and anything else as it is written.
func plainJSON(raw string) string {
	var text string
	switch {
	case raw == "":
		return "nothing"
	case json.Unmarshal([]byte(raw), &text) == nil:
		return text
	}
	return raw
}
