package console

import "strings"

func (r *Request) taskPath() string { return "/tasks/" + r.Param("task") }

// CompleteTask says that a task was done.
func (c *Console) CompleteTask(r *Request) error {
	outcome := r.Form("outcome")
	if choice := r.Form("choice"); choice != "" {
		outcome = strings.TrimSuffix(choice+": "+outcome, ": ")
	}
	err := c.Desk.CompleteTask(r.Ctx(), r.By, r.Param("incident"), r.Param("task"), outcome)
	return c.did(r, err, "/tasks", "Task "+r.Param("task")+" is done.", c.showTask)
}

// SkipTask says that it will not be done.
func (c *Console) SkipTask(r *Request) error {
	err := c.Desk.SkipTask(r.Ctx(), r.By, r.Param("incident"), r.Param("task"), r.Form("skip-reason"))
	return c.did(r, err, "/tasks", "Task "+r.Param("task")+" is skipped, with the reason on record.", c.showTask)
}

// BlockTask says that it cannot go on.
func (c *Console) BlockTask(r *Request) error {
	err := c.Desk.BlockTask(r.Ctx(), r.By, r.Param("incident"), r.Param("task"), r.Form("block-reason"))
	return c.did(r, err, r.taskPath(), "The task is marked as blocked.", c.showTask)
}

// ReopenTask takes it up again.
func (c *Console) ReopenTask(r *Request) error {
	err := c.Desk.ReopenTask(r.Ctx(), r.By, r.Param("incident"), r.Param("task"))
	return c.did(r, err, r.taskPath(), "The task is open again.", c.showTask)
}

// AssignTask gives it to somebody, or takes it back.
func (c *Console) AssignTask(r *Request) error {
	note := "The task is assigned."
	if r.Form("assignee") == "" {
		note = "Nobody in particular has the task now."
	}
	err := c.Desk.AssignTask(r.Ctx(), r.By, r.Param("incident"), r.Param("task"), r.Form("assignee"))
	return c.did(r, err, r.taskPath(), note, c.showTask)
}

// MarkTask marks it as privileged, or no longer.
func (c *Console) MarkTask(r *Request) error {
	off := r.Form("privileged") != "yes"
	err := c.Desk.MarkPrivileged(r.Ctx(), r.By, r.Param("incident"), "task", r.Param("task"), nil, off)
	return c.did(r, err, r.taskPath(), privilegeNote(off), c.showTask)
}

// AttachEvidence collects evidence for a task.
func (c *Console) AttachEvidence(r *Request) error {
	e, err := c.takeEvidence(r, r.Param("task"))
	if err != nil {
		return c.showTask(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+r.taskPath(), "Exhibit "+itoa(e.Number)+" is sealed and attached.")
}
