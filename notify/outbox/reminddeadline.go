package outbox

import (
	"context"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Deadline is what a reminder is about: a stage of a duty, or a task.
type Deadline struct {
	Incident string    `json:"incident"` // id
	Due      time.Time `json:"due"`      // UTC

	// Of a duty.
	Obligation string `json:"obligation,omitempty"` // id
	Stage      string `json:"stage,omitempty"`
	Rule       string `json:"rule,omitempty"`
	Regime     string `json:"regime,omitempty"`
	Recipient  string `json:"recipient,omitempty"`
	Zone       string `json:"zone,omitempty"` // the recipient's

	// Of a task.
	Task       string              `json:"task,omitempty"` // id
	TaskNumber int                 `json:"task_number,omitempty"`
	TaskTitle  string              `json:"task_title,omitempty"` // of a playbook's step; what people type is not repeated
	Privileged *incident.Privilege `json:"privileged,omitempty"`

	since    time.Time     // when a task was given its deadline
	assignee string        // of a task
	role     incident.Role // of a task
}

// name tells deadlines apart. The instant is part of it: one that was moved is
// another deadline, and is reminded of anew.
func (d *Deadline) name() string {
	if d.Task != "" {
		return fmt.Sprintf("task:%s:%d", d.Task, d.Due.Unix())
	}
	return fmt.Sprintf("%s:%s:%d", d.Obligation, d.Stage, d.Due.Unix())
}

// remindersDue is how many reminders are due by now. Those whose instant had
// passed when a task was given its deadline are not: a playbook that has ten
// tasks done within the hour would begin with ten reminders. A duty that is found
// late is another matter.
func (d *Deadline) remindersDue(now time.Time) int {
	n := remindersDue(d.Due, now)
	if d.Task != "" && n <= len(before) && n <= remindersDue(d.Due, d.since) {
		return 0
	}
	return n
}

// object is what the timeline files it under.
func (d *Deadline) object() string {
	if d.Task != "" {
		return "task/" + d.Task
	}
	return "obligation/" + d.Obligation
}

// Path is the page of what is due, below the incident's.
func (d *Deadline) Path() string {
	if d.Task != "" {
		return fmt.Sprintf("/tasks/%d", d.TaskNumber)
	}
	return "/obligations"
}

// dutyDeadline is a line of the index of duties as a deadline.
func dutyDeadline(c *Clock) Deadline {
	return Deadline{
		Incident: c.Incident, Due: c.Due, Obligation: c.Obligation, Stage: c.Stage,
		Rule: c.Rule, Regime: c.Regime, Recipient: c.Recipient, Zone: c.Zone,
	}
}

// dueDeadlines reads both indexes, up to the first reminder that is not due yet,
// and gives the deadlines that lack one.
func (s *Service) dueDeadlines(ctx context.Context) ([]Deadline, error) {
	if err := s.indexTasks(ctx); err != nil {
		return nil, err
	}
	var out []Deadline
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		made := map[string]map[string]int{} // by incident; nil where there is nothing to remind of
		lacks := func(d Deadline) error {
			known, seen := made[d.Incident]
			if !seen {
				var err error
				if known, err = remindable(tx, d.Incident); err != nil {
					return err
				}
				made[d.Incident] = known
			}
			if known != nil && d.remindersDue(tx.Now()) > known[d.name()] {
				out = append(out, d)
			}
			return nil
		}
		until := tx.Now().Add(before[0])
		if err := clocks.Scan(tx, ledger.K(), func(_ ledger.Key, c Clock) error {
			switch {
			case c.Due.After(until):
				return ledger.Stop
			case c.Unknown: // whether it is owed is not known: the console asks
				return nil
			}
			return lacks(dutyDeadline(&c))
		}); err != nil {
			return err
		}
		return casework.TaskDeadlines(tx, until, func(t casework.TaskDue) error {
			return lacks(Deadline{Incident: t.Incident, Task: t.Task, Due: t.Due, since: t.Since})
		})
	})
	return out, err
}

// remindable gives the reminders made for an incident; nil where it has ended or
// was erased, and nobody is reminded.
func remindable(tx *ledger.Tx, id string) (map[string]int, error) {
	i, err := casework.Load(tx, id)
	if err != nil || i.Status.Ended() {
		return nil, ignoreGone(err)
	}
	return remindersMade(tx, id)
}

// stands reports whether d is still to be met by its instant, and fills in what
// its task is.
func stands(tx *ledger.Tx, i *incident.Incident, d *Deadline) (bool, error) {
	if i.Status.Ended() {
		return false, nil
	}
	if d.Task == "" {
		c, err := clocks.Get(tx, ledger.K(d.Due, d.Incident, d.Obligation, d.Stage))
		if err != nil {
			return false, ignoreGone(err)
		}
		return !c.Unknown, nil
	}
	t, err := casework.TaskByID(tx, i.ID, d.Task)
	if err != nil {
		return false, ignoreGone(err)
	}
	if t.State.Ended() || t.Due == nil || !t.Due.Equal(d.Due) {
		return false, nil
	}
	d.TaskNumber, d.Privileged, d.assignee, d.role, d.TaskTitle = t.Number, t.Privileged, t.Assignee, t.Role, ""
	if t.Run != "" && t.Privileged == nil {
		d.TaskTitle = t.Title
	}
	return true, nil
}

// indexTasks puts the tasks of an old store into the index of deadlines.
func (s *Service) indexTasks(ctx context.Context) error {
	var done bool
	if err := s.DB.View(ctx, func(tx *ledger.Tx) (err error) {
		done, err = casework.TaskDeadlinesIndexed(tx)
		return err
	}); err != nil || done {
		return err
	}
	return s.DB.Update(ctx, incident.Clock(), casework.IndexTaskDeadlines)
}
