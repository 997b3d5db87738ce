package runner

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// advance brings the tasks of a run to where Next puts its steps, and goes on
// until nothing moves: a wait that is over, or a playbook that had nothing to
// do, ends its step at once. Doing it again changes nothing.
func (r *Runner) advance(tx *ledger.Tx, i *incident.Incident, run *Run, p *playbooks.Playbook, depth int) error {
	if run.EndedAt != nil {
		return nil
	}
	for {
		s, err := r.look(tx, i)
		if err != nil {
			return err
		}
		s.anchors[playbooks.RunStarted] = run.StartedAt
		tasks, err := tasksOf(tx, i, run)
		if err != nil {
			return err
		}
		moved, err := r.place(tx, i, run, p, tasks, s, depth)
		if err != nil {
			return err
		}
		if !moved {
			return r.endIfOver(tx, i, run, depth)
		}
	}
}

// place moves every task to its step's position; moved says that a step ended
// on the way, so that others may be free now.
func (r *Runner) place(tx *ledger.Tx, i *incident.Incident, run *Run, p *playbooks.Playbook, tasks map[string]incident.Task, s situation, depth int) (moved bool, err error) {
	var news news
	for _, pos := range playbooks.Next(p, progress(p, tasks, s)) {
		step, _ := p.Step(pos.Key)
		task, ok := tasks[pos.Key]
		if !ok || pos.Standing == playbooks.Ended {
			continue
		}
		was := task.State
		if run.Seen[pos.Key] != "" && !task.State.Ended() {
			if err := takeUp(tx, i, run, step, &task); err != nil {
				return false, err
			}
		}
		next := placed(tx, i, step, task, pos)
		if !same(task, next) {
			if err := casework.PutTask(tx, i, &next); err != nil {
				return false, err
			}
			tx.Record("task."+verb(was, next.State), "task/"+next.ID)
			news.add(was, next)
		}
		if next.State == incident.TaskOpen {
			ended, err := r.ends(tx, i, run, step, next, was, depth)
			if err != nil {
				return false, err
			}
			moved = moved || ended
		}
	}
	return moved, news.write(tx, i, run)
}

// ends does what a step that is open does by itself, and reports whether that ended it.
func (r *Runner) ends(tx *ledger.Tx, i *incident.Incident, run *Run, step *playbooks.Step, task incident.Task, was incident.TaskState, depth int) (bool, error) {
	switch step.Kind {
	case playbooks.KindWait:
		if task.Due == nil || task.Due.After(tx.Now()) {
			return false, nil
		}
		return true, endTask(tx, i, task, "The time has come.")
	case playbooks.KindSubplaybook:
		if was == incident.TaskOpen {
			return false, nil // started when it opened
		}
		child, err := r.start(tx, i, step.Playbook, Run{Parent: run.ID, ParentStep: step.Key}, depth+1)
		if incident.KindOf(err) == incident.NotFound || incident.KindOf(err) == incident.Conflict {
			// Not ours to undo everybody's act for: the task stays, for a person.
			return false, casework.WriteTimeline(tx, i, "run.blocked", "task/"+task.ID, "The playbook of “"+step.Title+"” cannot be started: "+incident.Sentence(err))
		}
		if err != nil || child.EndedAt == nil {
			return false, err
		}
		return true, nil
	}
	return false, nil
}

// endIfOver ends the run when no step is left, and its parent's step with it.
func (r *Runner) endIfOver(tx *ledger.Tx, i *incident.Incident, run *Run, depth int) error {
	tasks, err := tasksOf(tx, i, run)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if !t.State.Ended() {
			return nil
		}
	}
	now := tx.Now()
	run.EndedAt = &now
	if err := runs.Put(tx, ledger.K(i.ID, run.ID), *run); err != nil {
		return err
	}
	tx.Record("run.end", "run/"+run.ID)
	if err := casework.WriteTimeline(tx, i, "run.end", "run/"+run.ID, "Playbook complete: "+run.Title); err != nil {
		return err
	}
	if run.Parent == "" {
		return nil
	}
	return r.endParentStep(tx, i, run)
}

// endParentStep ends the step that waited for run. Its own run is moved on by
// whoever is advancing.
func (r *Runner) endParentStep(tx *ledger.Tx, i *incident.Incident, run *Run) error {
	tasks, err := tasksOf(tx, i, &Run{ID: run.Parent})
	if err != nil {
		return err
	}
	task, ok := tasks[run.ParentStep]
	if !ok || task.State.Ended() {
		return nil
	}
	return endTask(tx, i, task, "Playbook complete: "+run.Title)
}

// progress reads the steps' states from their tasks.
func progress(p *playbooks.Playbook, tasks map[string]incident.Task, s situation) playbooks.Progress {
	steps := map[string]playbooks.StepState{}
	for key, t := range tasks {
		state := playbooks.StepState{}
		switch t.State {
		case incident.TaskDone:
			state.Ending = playbooks.Done
		case incident.TaskSkipped:
			state.Ending = playbooks.Skipped
		default:
			continue
		}
		if t.ClosedAt != nil {
			state.At = *t.ClosedAt
		}
		if step, ok := p.Step(key); ok && step.Kind == playbooks.KindDecision && state.Ending == playbooks.Done {
			state.Choice, _ = chosen(step, &t)
		}
		steps[key] = state
	}
	return playbooks.Progress{Steps: steps, Facts: s.facts, Anchors: s.anchors}
}

// placed is task as pos has it.
func placed(tx *ledger.Tx, i *incident.Incident, step *playbooks.Step, task incident.Task, pos playbooks.Position) incident.Task {
	if step.Privileged && task.Privileged != nil && task.Privileged.By == markedBy {
		task.Privileged = &incident.Privilege{By: markedBy, Names: i.Holders(step.Role)} // whoever has the role now
	}
	task.Due = nil
	if pos.Due != nil {
		due := pos.Due.UTC()
		task.Due = &due
	}
	if pos.Standing == playbooks.NotApplicable {
		if task.State != incident.TaskNotApplicable {
			now := tx.Now()
			task.ClosedAt, task.ClosedBy = &now, tx.By().ID
		}
		task.State, task.WaitsFor, task.Outcome = incident.TaskNotApplicable, nil, "Does not apply: "+strings.Join(pos.Because, "; ")
		return task
	}
	if task.State == incident.TaskBlocked {
		return task // with the reason a person gave
	}
	if task.State == incident.TaskNotApplicable {
		task.ClosedAt, task.ClosedBy, task.Outcome = nil, "", ""
	}
	task.State, task.WaitsFor = incident.TaskOpen, nil
	if pos.Standing == playbooks.Waiting {
		task.State = incident.TaskWaiting
	}
	for _, w := range pos.WaitsFor {
		task.WaitsFor = append(task.WaitsFor, "waiting for "+w)
	}
	if pos.Clock != "" {
		task.WaitsFor = append(task.WaitsFor, clockWaits+pos.Clock)
	}
	return task
}

// clockWaits begins the line that says why there is no due time yet.
const clockWaits = "due time waiting for "

func same(a, b incident.Task) bool {
	due := a.Due == nil && b.Due == nil || a.Due != nil && b.Due != nil && a.Due.Equal(*b.Due)
	return due && a.State == b.State && a.Outcome == b.Outcome && slices.Equal(a.WaitsFor, b.WaitsFor) && seenBy(a, b)
}

func seenBy(a, b incident.Task) bool {
	if a.Privileged == nil || b.Privileged == nil {
		return a.Privileged == b.Privileged
	}
	return slices.Equal(a.Privileged.Names, b.Privileged.Names)
}

func verb(was, is incident.TaskState) string {
	switch {
	case was == is:
		return "reschedule"
	case is == incident.TaskOpen:
		return "open"
	case is == incident.TaskNotApplicable:
		return "drop"
	}
	return "hold"
}

// news gathers what an advance changed into one line of the timeline: a
// playbook of forty steps must not drown what people write.
type news struct{ opened, dropped []incident.Task }

func (n *news) add(was incident.TaskState, t incident.Task) {
	switch {
	case was == t.State:
	case t.State == incident.TaskOpen:
		n.opened = append(n.opened, t)
	case t.State == incident.TaskNotApplicable:
		n.dropped = append(n.dropped, t)
	}
}

func (n *news) write(tx *ledger.Tx, i *incident.Incident, run *Run) error {
	var parts []string
	if len(n.opened) > 0 {
		parts = append(parts, "Now open: "+titles(n.opened))
	}
	if len(n.dropped) > 0 {
		parts = append(parts, "Does not apply: "+titles(n.dropped))
	}
	if len(parts) == 0 {
		return nil
	}
	return casework.WriteTimeline(tx, i, "run.advance", "run/"+run.ID, strings.Join(parts, ". "))
}

// titles names tasks; the privileged ones are only counted, because everybody
// on the incident reads the timeline.
func titles(tasks []incident.Task) string {
	var names []string
	privileged := 0
	for _, t := range tasks {
		if t.Privileged != nil {
			privileged++
			continue
		}
		names = append(names, t.Title)
	}
	if privileged > 0 {
		names = append(names, strconv.Itoa(privileged)+" privileged")
	}
	return strings.Join(names, ", ")
}
