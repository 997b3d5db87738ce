package api

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func tasks(c *call) (reply, error) {
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	all := f.Tasks
	if state := c.query("state"); state != "" {
		all = nil
		for _, t := range f.Tasks {
			if string(t.State) == state {
				all = append(all, t)
			}
		}
	}
	return page(c, all, func(t incident.Task) string { return strconv.Itoa(t.Number) })
}

// task finds the task in the path, by number or id.
func (c *call) task() (incident.Task, string, error) {
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return incident.Task{}, "", err
	}
	for _, t := range f.Tasks {
		if ref := c.at("task"); t.ID == ref || strconv.Itoa(t.Number) == ref {
			return t, f.Incident.Number, nil
		}
	}
	return incident.Task{}, "", incident.Errorf(incident.NotFound, "There is no such task on %s.", f.Incident.Number)
}

func getTask(c *call) (reply, error) {
	t, _, err := c.task()
	if err != nil {
		return reply{}, err
	}
	return ok(t)
}

type newTask struct {
	Title        string         `json:"title"`
	Instructions string         `json:"instructions"`
	Phase        incident.Phase `json:"phase"`
	Role         incident.Role  `json:"role"`
	Assignee     string         `json:"assignee"`
	Due          *time.Time     `json:"due"`
	Mandatory    bool           `json:"mandatory"`
	Privileged   bool           `json:"privileged"`
}

func addTask(c *call) (reply, error) {
	in, err := decode[newTask](c)
	if err != nil {
		return reply{}, err
	}
	if in.Assignee != "" {
		if err := c.somebody(in.Assignee); err != nil {
			return reply{}, err
		}
	}
	t, err := c.a.Desk.AddTask(c.r.Context(), c.by, c.ref(), casework.NewTask(in))
	if err != nil {
		return reply{}, err
	}
	i, err := c.a.Desk.Incident(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return created(fmt.Sprintf("/incidents/%s/tasks/%d", i.Number, t.Number), t)
}

type outcome struct {
	Outcome string `json:"outcome"`
}

type reason struct {
	Reason string `json:"reason"`
}

type account struct {
	Account string `json:"account"`
}

// after gives the task as an act left it.
func (c *call) after(err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return getTask(c)
}

func completeTask(c *call) (reply, error) {
	var in outcome
	if len(c.body) > 0 { // most tasks are done without a word
		var err error
		if in, err = decode[outcome](c); err != nil {
			return reply{}, err
		}
	}
	return c.after(c.a.Desk.CompleteTask(c.r.Context(), c.by, c.ref(), c.at("task"), in.Outcome))
}

func skipTask(c *call) (reply, error) {
	in, err := decode[reason](c)
	if err != nil {
		return reply{}, err
	}
	return c.after(c.a.Desk.SkipTask(c.r.Context(), c.by, c.ref(), c.at("task"), in.Reason))
}

func blockTask(c *call) (reply, error) {
	in, err := decode[reason](c)
	if err != nil {
		return reply{}, err
	}
	return c.after(c.a.Desk.BlockTask(c.r.Context(), c.by, c.ref(), c.at("task"), in.Reason))
}

func reopenTask(c *call) (reply, error) {
	return c.after(c.a.Desk.ReopenTask(c.r.Context(), c.by, c.ref(), c.at("task")))
}

func assignTask(c *call) (reply, error) {
	in, err := decode[account](c)
	if err != nil {
		return reply{}, err
	}
	if in.Account != "" { // empty takes the task back
		if err := c.somebody(in.Account); err != nil {
			return reply{}, err
		}
	}
	return c.after(c.a.Desk.AssignTask(c.r.Context(), c.by, c.ref(), c.at("task"), in.Account))
}
