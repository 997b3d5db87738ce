package runner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// Approval is one person's agreement to an approval step.
type Approval struct {
	By   string    `json:"by"` // account id
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// TaskClosed holds the step's own terms to how its task was closed, and moves
// the runs on. What the Desk knows (open, evidence, options, a reason for a
// skip) it has checked already.
//
// Closing the task of an approval is how a person approves: until enough have,
// it opens again.
//
// Errors: Conflict, Forbidden, Invalid; each undoes the closing.
func (r *Runner) TaskClosed(tx *ledger.Tx, i *incident.Incident, t *incident.Task) error {
	if t.Run != "" {
		run, err := runs.Get(tx, ledger.K(i.ID, t.Run))
		if err != nil {
			return err
		}
		p, err := pinned(tx, run)
		if err != nil {
			return err
		}
		step, ok := p.Step(t.Step)
		if !ok { // opened again although an upgrade left it behind: the terms are those it had
			seen, err := pinned(tx, Run{Digest: run.Seen[t.Step]})
			if err != nil {
				return err
			}
			if step, ok = seen.Step(t.Step); !ok {
				return incident.Errorf(incident.Internal, "task %s names step %q, which revision %s has not", t.ID, t.Step, run.Digest)
			}
		}
		if err := r.closed(tx, i, &run, step, t); err != nil {
			return err
		}
	}
	return r.advanceAll(tx, i)
}

func (r *Runner) closed(tx *ledger.Tx, i *incident.Incident, run *Run, step *playbooks.Step, t *incident.Task) error {
	if t.State == incident.TaskSkipped {
		return maySkip(tx.By(), i, step, t)
	}
	switch step.Kind {
	case playbooks.KindDecision:
		if _, ok := chosen(step, t); !ok {
			return incident.Errorf(incident.Invalid, "Task %d is a decision. Choose one of: %s.", t.Number, strings.Join(t.Options, ", "))
		}
	case playbooks.KindApproval:
		return approve(tx, i, run, step, t)
	}
	return nil
}

// maySkip: a mandatory step is passed over by its commander or counsel alone.
func maySkip(by incident.Principal, i *incident.Incident, step *playbooks.Step, t *incident.Task) error {
	if step.Skipping().Allowed || by.System {
		return nil
	}
	if !step.Mandatory {
		return incident.Errorf(incident.Conflict, "Task %d cannot be skipped: the playbook does not allow it.", t.Number)
	}
	if i.Holds(by.ID, incident.Commander) || i.Holds(by.ID, incident.Counsel) || by.Has(incident.GrantCounsel) {
		return nil
	}
	return incident.Errorf(incident.Forbidden, "Task %d is mandatory: only the commander or counsel may skip it, with a reason.", t.Number)
}

// approve takes the closing of an approval as one person's yes.
func approve(tx *ledger.Tx, i *incident.Incident, run *Run, step *playbooks.Step, t *incident.Task) error {
	by, terms := tx.By(), step.Approval
	if by.System || !slices.ContainsFunc(terms.Roles, func(role incident.Role) bool { return i.Holds(by.ID, role) }) {
		return incident.Errorf(incident.Forbidden, "Task %d is approved by %s of this incident.", t.Number, roleNames(terms.Roles))
	}
	tasks, err := tasksOf(tx, i, run)
	if err != nil {
		return err
	}
	for _, key := range step.Needs {
		if work := tasks[key]; work.State == incident.TaskDone && work.ClosedBy == by.ID {
			return incident.Errorf(incident.Forbidden, "You did “%s” yourself; somebody else has to approve it.", work.Title)
		}
	}
	given, err := approvalsOf(tx, i.ID, t.ID)
	if err != nil {
		return err
	}
	if len(given) >= terms.N { // approved before, and opened again since: it starts anew
		for _, a := range given {
			if err := approvals.Delete(tx, ledger.K(i.ID, t.ID, a.By)); err != nil {
				return err
			}
		}
		given = nil
	}
	if slices.ContainsFunc(given, func(a Approval) bool { return a.By == by.ID }) {
		return incident.Errorf(incident.Conflict, "You have approved task %d already; %d more must.", t.Number, terms.N-len(given))
	}
	yes := Approval{By: by.ID, At: tx.Now(), Note: t.Outcome}
	if err := approvals.Put(tx, ledger.K(i.ID, t.ID, by.ID), yes); err != nil {
		return err
	}
	tx.Record("task.approve", "task/"+t.ID)
	if n := len(given) + 1; n < terms.N {
		t.State, t.ClosedAt, t.ClosedBy, t.Outcome = incident.TaskOpen, nil, "", ""
		if err := casework.PutTask(tx, i, t); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "task.approve", "task/"+t.ID, fmt.Sprintf("Task %d: approval %d of %d given; it stays open for the next", t.Number, n, terms.N))
	}
	return nil
}

func approvalsOf(tx *ledger.Tx, incidentID, taskID string) ([]Approval, error) {
	var out []Approval
	err := approvals.Scan(tx, ledger.K(incidentID, taskID), func(_ ledger.Key, a Approval) error {
		out = append(out, a)
		return nil
	})
	return out, err
}

func roleNames(roles []incident.Role) string {
	names := make([]string, len(roles))
	for n, role := range roles {
		names[n] = strings.ToLower(role.Label())
	}
	return strings.Join(names, " or ")
}
