package casework

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// NewTask is an ad hoc task.
type NewTask struct {
	Title        string
	Instructions string
	Phase        incident.Phase // contain if empty
	Role         incident.Role
	Assignee     string
	Due          *time.Time
	Mandatory    bool
	Privileged   bool
}

// AddTask adds an ad hoc task. Errors: Invalid.
func (d *Desk) AddTask(ctx context.Context, p incident.Principal, ref string, in NewTask) (*incident.Task, error) {
	var added *incident.Task
	err := d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		in.Title = strings.Join(strings.Fields(in.Title), " ")
		if in.Phase == "" {
			in.Phase = incident.Contain
		}
		var problems []incident.Problem
		if in.Title == "" || utf8.RuneCountInString(in.Title) > 300 {
			problems = append(problems, incident.Problem{Where: "title", What: "say in one line what is to be done"})
		}
		if !in.Phase.Valid() {
			problems = append(problems, incident.Problem{Where: "phase", What: "one of " + values(incident.Phases())})
		}
		if in.Role != "" && !in.Role.Valid() {
			problems = append(problems, incident.Problem{Where: "role", What: "one of " + values(incident.Roles())})
		}
		if err := invalid("The task cannot be added.", problems); err != nil {
			return err
		}
		t := &incident.Task{
			Title: in.Title, Instructions: in.Instructions, Phase: in.Phase, Role: in.Role, Assignee: in.Assignee,
			State: incident.TaskOpen, Due: in.Due, Mandatory: in.Mandatory,
		}
		if in.Privileged {
			t.Privileged = &incident.Privilege{By: p.ID}
		}
		tx.Record("task.add", "incident/"+i.ID)
		if err := PutTask(tx, i, t); err != nil {
			return err
		}
		added = t
		return timelineOf(tx, i, "task.add", t, fmt.Sprintf("Task %d added: %s", t.Number, t.Title))
	})
	return added, err
}

// timelineOf writes a line about a task, as privileged as the task.
func timelineOf(tx *ledger.Tx, i *incident.Incident, act string, t *incident.Task, text string) error {
	_, err := addEntry(tx, i, incident.TimelineEntry{At: tx.Now(), Act: act, Object: "task/" + t.ID, Text: text, Privileged: t.Privileged})
	return err
}

// PutTask joins a transaction and writes a task, and its deadline into the index
// of deadlines; an empty ID makes a new one with the next number, for which i is
// saved by the act.
func PutTask(tx *ledger.Tx, i *incident.Incident, t *incident.Task) error {
	var was *incident.Task
	if t.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		i.NextTask++
		t.ID, t.Number, t.CreatedAt, t.CreatedBy = id.String(), i.NextTask, tx.Now(), tx.By().ID
		if t.State == "" {
			t.State = incident.TaskOpen
		}
		if err := Save(tx, i); err != nil {
			return err
		}
	} else if have, err := tasks.Get(tx, ledger.K(i.ID, t.ID)); err == nil {
		was = &have
	} else if incident.KindOf(err) != incident.NotFound {
		return err
	}
	if err := indexTask(tx, i.ID, was, t); err != nil {
		return err
	}
	return tasks.Put(tx, ledger.K(i.ID, t.ID), *t)
}

// Tasks gives every task of an incident, by number.
func Tasks(tx *ledger.Tx, id string) ([]incident.Task, error) {
	var out []incident.Task
	err := tasks.Scan(tx, ledger.K(id), func(_ ledger.Key, t incident.Task) error {
		out = append(out, t)
		return nil
	})
	sort.Slice(out, func(a, b int) bool { return out[a].Number < out[b].Number })
	return out, err
}

// TaskByID reads one task.
func TaskByID(tx *ledger.Tx, id, task string) (*incident.Task, error) {
	t, err := tasks.Get(tx, ledger.K(id, task))
	if err != nil {
		return nil, orNotFound(err, "There is no such task.")
	}
	return &t, nil
}

// taskOf finds a task by number or id, if p may see it.
func taskOf(tx *ledger.Tx, p incident.Principal, i *incident.Incident, ref string) (*incident.Task, error) {
	all, err := Tasks(tx, i.ID)
	if err != nil {
		return nil, err
	}
	for n := range all {
		t := &all[n]
		if (t.ID == ref || fmt.Sprint(t.Number) == ref) && incident.Sees(p, i, t.Privileged) {
			return t, nil
		}
	}
	return nil, incident.Errorf(incident.NotFound, "There is no task %s on %s.", clip(ref, 40), i.Number)
}

// changeTask is the one shape of an act on a task.
func (d *Desk) changeTask(ctx context.Context, p incident.Principal, ref, task, act string, change func(*ledger.Tx, *incident.Incident, *incident.Task) (string, error)) error {
	return d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		t, err := taskOf(tx, p, i, task)
		if err != nil {
			return err
		}
		text, err := change(tx, i, t)
		if err != nil {
			return err
		}
		tx.Record(act, "task/"+t.ID)
		if err := PutTask(tx, i, t); err != nil {
			return err
		}
		if err := timelineOf(tx, i, act, t, fmt.Sprintf("Task %d %s: %s", t.Number, text, t.Title)); err != nil {
			return err
		}
		if act == "task.done" || act == "task.skip" {
			return d.react(func(r Reactor) error { return r.TaskClosed(tx, i, t) })
		}
		return nil
	})
}

// AssignTask gives a task to an account; empty takes it back.
func (d *Desk) AssignTask(ctx context.Context, p incident.Principal, ref, task, account string) error {
	return d.changeTask(ctx, p, ref, task, "task.assign", func(_ *ledger.Tx, _ *incident.Incident, t *incident.Task) (string, error) {
		if t.State.Ended() {
			return "", ended(t)
		}
		t.Assignee = account
		return "assigned", nil
	})
}

// CompleteTask says that a task was done, with its outcome. A decision needs
// one of its options as outcome. Required evidence must be attached. Errors:
// Invalid, Conflict (done by someone already, waiting, evidence missing).
func (d *Desk) CompleteTask(ctx context.Context, p incident.Principal, ref, task, outcome string) error {
	return d.changeTask(ctx, p, ref, task, "task.done", func(tx *ledger.Tx, i *incident.Incident, t *incident.Task) (string, error) {
		if t.State.Ended() {
			return "", ended(t)
		}
		if t.State == incident.TaskWaiting {
			return "", incident.Errorf(incident.Conflict, "Task %d waits: %s.", t.Number, strings.Join(t.WaitsFor, "; "))
		}
		outcome = strings.TrimSpace(outcome)
		if len(t.Options) > 0 && !anOption(t.Options, outcome) {
			return "", incident.Errorf(incident.Invalid, "Task %d is a decision. Choose one of: %s.", t.Number, strings.Join(t.Options, ", "))
		}
		if missing, err := evidenceMissing(tx, i.ID, t); err != nil {
			return "", err
		} else if len(missing) > 0 {
			return "", &incident.Error{Kind: incident.Conflict, Message: fmt.Sprintf("Task %d still needs evidence.", t.Number), Problems: missing}
		}
		now := tx.Now()
		t.State, t.ClosedAt, t.ClosedBy, t.Outcome, t.WaitsFor = incident.TaskDone, &now, p.ID, outcome, nil
		return "done", nil
	})
}

// anOption accepts an option alone or followed by a reason: "pay: …".
func anOption(options []string, outcome string) bool {
	for _, o := range options {
		if outcome == o || strings.HasPrefix(outcome, o+":") {
			return true
		}
	}
	return false
}

func ended(t *incident.Task) error {
	when := ""
	if t.ClosedAt != nil {
		when = " since " + t.ClosedAt.Format("2 Jan 2006, 15:04 MST")
	}
	return incident.Errorf(incident.Conflict, "Task %d is %s already%s.", t.Number, strings.ToLower(t.State.Label()), when)
}

// evidenceMissing names what evidence a task still needs.
func evidenceMissing(tx *ledger.Tx, id string, t *incident.Task) ([]incident.Problem, error) {
	if len(t.Needs) == 0 {
		return nil, nil
	}
	have := map[string]int{}
	all, err := EvidenceOf(tx, id)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.Task == t.ID && !e.Destroyed {
			have[e.Kind]++
		}
	}
	var problems []incident.Problem
	for _, need := range t.Needs {
		if lack := max(need.Min, 1) - have[need.Kind]; lack > 0 {
			problems = append(problems, incident.Problem{Where: need.Kind, What: orText(need.Note, fmt.Sprintf("%d more", lack))})
		}
	}
	return problems, nil
}

// SkipTask says that a task will not be done, and why.
func (d *Desk) SkipTask(ctx context.Context, p incident.Principal, ref, task, reason string) error {
	return d.changeTask(ctx, p, ref, task, "task.skip", func(tx *ledger.Tx, _ *incident.Incident, t *incident.Task) (string, error) {
		if t.State.Ended() {
			return "", ended(t)
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return "", incident.Errorf(incident.Invalid, "Say why task %d is skipped: the record keeps it.", t.Number)
		}
		now := tx.Now()
		t.State, t.ClosedAt, t.ClosedBy, t.Outcome, t.WaitsFor = incident.TaskSkipped, &now, p.ID, reason, nil
		return "skipped", nil
	})
}

// BlockTask says that a task cannot go on, and why.
func (d *Desk) BlockTask(ctx context.Context, p incident.Principal, ref, task, reason string) error {
	return d.changeTask(ctx, p, ref, task, "task.block", func(_ *ledger.Tx, _ *incident.Incident, t *incident.Task) (string, error) {
		if t.State.Ended() {
			return "", ended(t)
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return "", incident.Errorf(incident.Invalid, "Say what blocks task %d.", t.Number)
		}
		t.State, t.WaitsFor = incident.TaskBlocked, []string{reason}
		return "blocked", nil
	})
}

// ReopenTask takes up a done, skipped or blocked task again. What was recorded stays on the timeline.
func (d *Desk) ReopenTask(ctx context.Context, p incident.Principal, ref, task string) error {
	return d.changeTask(ctx, p, ref, task, "task.reopen", func(_ *ledger.Tx, _ *incident.Incident, t *incident.Task) (string, error) {
		if !t.State.Ended() && t.State != incident.TaskBlocked {
			return "", incident.Errorf(incident.Conflict, "Task %d is open already.", t.Number)
		}
		t.State, t.ClosedAt, t.ClosedBy, t.Outcome, t.WaitsFor = incident.TaskOpen, nil, "", "", nil
		return "reopened", nil
	})
}

// openMandatory names the mandatory tasks that stand in the way of closing.
func openMandatory(tx *ledger.Tx, id string) ([]incident.Problem, error) {
	all, err := Tasks(tx, id)
	var out []incident.Problem
	for _, t := range all {
		if t.Mandatory && !t.State.Ended() {
			out = append(out, incident.Problem{Where: fmt.Sprintf("task %d", t.Number), What: t.Title})
		}
	}
	return out, err
}
