package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// Upgrade is what taking a run to another text of its playbook does, step by step:
// the text it is pinned to, the new one, and what people have done meanwhile.
type Upgrade struct {
	Run   string        `json:"run"`
	From  Revision      `json:"-"`
	To    Revision      `json:"-"`
	Was   string        `json:"from"` // digest
	Will  string        `json:"to"`   // digest
	Bump  string        `json:"bump"` // major, minor, patch
	Steps []StepUpgrade `json:"steps"`
	// Hidden is how many privileged steps the reader may not see are changed.
	Hidden int `json:"hidden,omitempty"`
}

// StepUpgrade is one step of an upgrade that changes; what stays as it is is not listed.
type StepUpgrade struct {
	Key     string             `json:"key"`
	Title   string             `json:"title"`
	Number  int                `json:"number,omitempty"` // of its task
	State   incident.TaskState `json:"state,omitempty"`
	Change  string             `json:"change"` // added, changed, removed
	Fields  []playbooks.Change `json:"fields,omitempty"`
	Outcome string             `json:"outcome"` // what becomes of its task: added, rewritten, kept, kept_read_again, retired
	// privileged is how the step is marked in either text; its role says for whom.
	privileged bool
	role       incident.Role
}

// Upgraded is one upgrade that was done.
type Upgraded struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	From      string    `json:"from"` // digest
	To        string    `json:"to"`
	ReadAgain []string  `json:"read_again,omitempty"` // steps done under the old text and not looked at since
}

// PlanUpgrade says what an upgrade would do; to is a slug or digest, and the published
// text of the run's own slug if empty. Errors: NotFound, Forbidden; Conflict where there is
// nothing to upgrade to, or the run has ended.
func (r *Runner) PlanUpgrade(ctx context.Context, by incident.Principal, ref, runID, to string) (Upgrade, error) {
	var up Upgrade
	err := r.db.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, by, ref, incident.SeeIncident)
		if err != nil {
			return err
		}
		run, err := runOf(tx, i, runID)
		if err != nil {
			return err
		}
		if up, err = planUpgrade(tx, i, &run, to); err != nil {
			return err
		}
		shown := up.Steps[:0]
		for _, s := range up.Steps {
			if s.privileged && !incident.Sees(by, i, &incident.Privilege{By: markedBy, Names: i.Holders(s.role)}) {
				up.Hidden++
				continue
			}
			shown = append(shown, s)
		}
		up.Steps = shown
		return nil
	})
	return up, err
}

// UpgradeRun takes a run from one text (digest) to another: what was done stays done
// and keeps the text people had before them, open tasks get the new words, new steps are
// added, and tasks of steps that are gone are retired with their evidence. Nothing is
// undone by it; another upgrade can lead back.
//
// Errors: as of PlanUpgrade; Conflict where the run is no longer at from.
func (r *Runner) UpgradeRun(ctx context.Context, by incident.Principal, ref, runID, from, to string) (Run, error) {
	var run Run
	err := r.db.Update(ctx, by, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, by, ref, incident.SteerIncident)
		if err != nil {
			return err
		}
		if run, err = runOf(tx, i, runID); err != nil {
			return err
		}
		if run.Digest != from {
			return incident.Errorf(incident.Conflict, "%s was upgraded meanwhile. Look at what an upgrade would do now.", run.Title)
		}
		up, err := planUpgrade(tx, i, &run, to)
		if err != nil {
			return err
		}
		if err := r.upgrade(tx, i, &run, up); err != nil {
			return err
		}
		return casework.Save(tx, i)
	})
	return run, err
}

// HaveRead notes that somebody looked again at a step that was done under an older text.
// Errors: NotFound, Forbidden; Conflict where it is not marked so.
func (r *Runner) HaveRead(ctx context.Context, by incident.Principal, ref, runID, step string) error {
	return r.db.Update(ctx, by, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, by, ref, incident.WorkIncident)
		if err != nil {
			return err
		}
		run, err := runOf(tx, i, runID)
		if err != nil {
			return err
		}
		found := false
		for n := range run.Upgrades {
			before := len(run.Upgrades[n].ReadAgain)
			run.Upgrades[n].ReadAgain = slices.DeleteFunc(run.Upgrades[n].ReadAgain, func(key string) bool { return key == step })
			found = found || len(run.Upgrades[n].ReadAgain) < before
		}
		if !found {
			return incident.Errorf(incident.Conflict, "There is nothing to be read again in that step.")
		}
		tx.Record("run.read", "run/"+run.ID)
		if err := runs.Put(tx, ledger.K(i.ID, run.ID), run); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "run.read", "run/"+run.ID, "The new text of “"+step+"” was read, and what was done under the old one stands")
	})
}

func runOf(tx *ledger.Tx, i *incident.Incident, id string) (Run, error) {
	run, err := runs.Get(tx, ledger.K(i.ID, id))
	if incident.KindOf(err) == incident.NotFound {
		return run, incident.Errorf(incident.NotFound, "There is no such run on %s.", i.Number)
	}
	return run, err
}

func planUpgrade(tx *ledger.Tx, i *incident.Incident, run *Run, to string) (Upgrade, error) {
	if run.EndedAt != nil {
		return Upgrade{}, incident.Errorf(incident.Conflict, "%s is complete. Start it anew to follow another text of it.", run.Title)
	}
	if to == "" {
		to = run.Slug
	}
	next, err := find(tx, to)
	if err != nil {
		return Upgrade{}, err
	}
	was, err := revisions.Get(tx, ledger.K(run.Digest))
	switch {
	case err != nil:
		return Upgrade{}, err
	case next.Slug != run.Slug:
		return Upgrade{}, incident.Errorf(incident.Conflict, "%s is another playbook: start it beside this one.", next.Title)
	case next.Digest == run.Digest:
		return Upgrade{}, incident.Errorf(incident.Conflict, "%s %s is what is being followed already.", next.Title, next.Version)
	case next.Standing == Draft:
		return Upgrade{}, incident.Errorf(incident.Conflict, "Version %s of %s is a draft: publish it first.", next.Version, next.Slug)
	}
	old, err := was.Playbook()
	if err != nil {
		return Upgrade{}, err
	}
	now, err := next.Playbook()
	if err != nil {
		return Upgrade{}, err
	}
	tasks, err := tasksOf(tx, i, run)
	if err != nil {
		return Upgrade{}, err
	}
	up := Upgrade{Run: run.ID, From: was, To: next, Was: was.Digest, Will: next.Digest}
	d := playbooks.Diff(old, now)
	up.Bump = string(d.Bump)
	changed := map[string][]playbooks.Change{}
	for _, c := range d.Changed {
		changed[c.Key] = c.Fields
	}
	for n := range now.Steps {
		s := &now.Steps[n]
		task, have := tasks[s.Key]
		su := StepUpgrade{Key: s.Key, Title: s.Title, Number: task.Number, State: task.State, Fields: changed[s.Key], privileged: s.Privileged || task.Privileged != nil, role: s.Role}
		switch {
		case !have:
			su.Change, su.Outcome = "added", "added"
		case slices.Contains(d.Added, s.Key): // gone in one text, and back in this one
			su.Change, su.Outcome = "added", "rewritten"
		case su.Fields == nil:
			continue
		case byPerson(task.State):
			su.Change, su.Outcome = "changed", "kept_read_again"
			if wordsOnly(su.Fields) {
				su.Outcome = "kept"
			}
		default:
			su.Change, su.Outcome = "changed", "rewritten"
		}
		up.Steps = append(up.Steps, su)
	}
	for _, key := range d.Removed {
		s, _ := old.Step(key)
		task := tasks[key]
		su := StepUpgrade{Key: key, Title: s.Title, Number: task.Number, State: task.State, Change: "removed", Outcome: "retired", privileged: s.Privileged || task.Privileged != nil, role: s.Role}
		if byPerson(task.State) {
			su.Outcome = "kept"
		}
		up.Steps = append(up.Steps, su)
	}
	return up, nil
}

// byPerson: a step that does not apply was ended by no one.
func byPerson(s incident.TaskState) bool {
	return s == incident.TaskDone || s == incident.TaskSkipped
}

// wordsOnly: the title and what it is good for, which change nothing of what was done.
func wordsOnly(fields []playbooks.Change) bool {
	return !slices.ContainsFunc(fields, func(c playbooks.Change) bool { return c.Field != "title" && c.Field != "attack" && c.Field != "due" })
}

func (r *Runner) upgrade(tx *ledger.Tx, i *incident.Incident, run *Run, up Upgrade) error {
	now, err := up.To.Playbook()
	if err != nil {
		return err
	}
	tasks, err := tasksOf(tx, i, run)
	if err != nil {
		return err
	}
	if run.Seen == nil {
		run.Seen = map[string]string{}
	}
	done := Upgraded{At: tx.Now(), By: tx.By().ID, From: run.Digest, To: up.To.Digest}
	counts := map[string]int{}
	for _, su := range up.Steps {
		counts[su.Outcome]++
		if su.Outcome != "added" && su.Outcome != "rewritten" && run.Seen[su.Key] == "" {
			run.Seen[su.Key] = run.Digest
		}
		s, _ := now.Step(su.Key)
		task := tasks[su.Key]
		switch su.Outcome {
		case "added":
			if err := addTask(tx, i, *run, s); err != nil {
				return err
			}
		case "rewritten":
			delete(run.Seen, su.Key)
			reword(i, &task, s)
			if err := casework.PutTask(tx, i, &task); err != nil {
				return err
			}
			tx.Record("task.rewrite", "task/"+task.ID)
		case "kept_read_again":
			done.ReadAgain = append(done.ReadAgain, su.Key)
		case "retired":
			at := tx.Now()
			task.State, task.WaitsFor, task.ClosedAt, task.ClosedBy = incident.TaskNotApplicable, nil, &at, tx.By().ID
			task.Outcome = "Not in version " + up.To.Version + " of the playbook"
			if err := casework.PutTask(tx, i, &task); err != nil {
				return err
			}
			tx.Record("task.retire", "task/"+task.ID)
		}
	}
	run.Digest, run.Version, run.Title = up.To.Digest, up.To.Version, up.To.Title
	run.Upgrades = append(run.Upgrades, done)
	tx.Record("run.upgrade", "run/"+run.ID)
	if err := runs.Put(tx, ledger.K(i.ID, run.ID), *run); err != nil {
		return err
	}
	if err := casework.WriteTimeline(tx, i, "run.upgrade", "run/"+run.ID, upgradeLine(up, counts)); err != nil {
		return err
	}
	return r.advanceAll(tx, i)
}

func upgradeLine(up Upgrade, counts map[string]int) string {
	var parts []string
	for _, c := range []struct{ outcome, words string }{
		{"added", "added"}, {"rewritten", "with new words"}, {"retired", "retired"}, {"kept", "kept as done"}, {"kept_read_again", "done, to be read again"},
	} {
		if n := counts[c.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.words))
		}
	}
	line := fmt.Sprintf("Playbook upgraded: %s from %s to %s", up.To.Title, up.From.Version, up.To.Version)
	if len(parts) > 0 {
		line += ". Steps: " + strings.Join(parts, ", ")
	}
	return line
}

// reword gives an open task the words and terms of a step.
func reword(i *incident.Incident, t *incident.Task, s *playbooks.Step) {
	fresh := taskOf(i, t.Run, s)
	t.Title, t.Instructions, t.Phase, t.Kind, t.Role, t.Mandatory = fresh.Title, fresh.Instructions, fresh.Phase, fresh.Kind, fresh.Role, fresh.Mandatory
	t.Needs, t.Options = fresh.Needs, fresh.Options
	if t.State == incident.TaskNotApplicable { // placed anew by the run
		t.State, t.ClosedAt, t.ClosedBy, t.Outcome = incident.TaskWaiting, nil, "", ""
	}
	if t.Privileged == nil || t.Privileged.By == markedBy { // a person's marking stays
		t.Privileged = fresh.Privileged
	}
}

// takeUp gives a task that ended under an older text, and was opened again, the words
// the run follows now.
func takeUp(tx *ledger.Tx, i *incident.Incident, run *Run, s *playbooks.Step, t *incident.Task) error {
	reword(i, t, s)
	if err := casework.PutTask(tx, i, t); err != nil {
		return err
	}
	tx.Record("task.rewrite", "task/"+t.ID)
	delete(run.Seen, s.Key)
	for n := range run.Upgrades {
		run.Upgrades[n].ReadAgain = slices.DeleteFunc(run.Upgrades[n].ReadAgain, func(key string) bool { return key == s.Key })
	}
	return runs.Put(tx, ledger.K(i.ID, run.ID), *run)
}
