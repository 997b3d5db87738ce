package runner

import (
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// markedBy is who marked a playbook's privileged task: nobody's account, so
// that starting a playbook opens none of them.
const markedBy = "playbook"

// addTask makes the task of one step, waiting until the run is advanced.
func addTask(tx *ledger.Tx, i *incident.Incident, run Run, s *playbooks.Step) error {
	t := taskOf(i, run.ID, s)
	if err := casework.PutTask(tx, i, &t); err != nil {
		return err
	}
	tx.Record("task.add", "task/"+t.ID)
	return nil
}

// taskOf is a step as a task that waits.
func taskOf(i *incident.Incident, run string, s *playbooks.Step) incident.Task {
	t := incident.Task{
		Title: s.Title, Instructions: instructions(s), Phase: s.Phase, Kind: string(s.Kind), Role: s.Role,
		State: incident.TaskWaiting, Mandatory: s.Mandatory, Run: run, Step: s.Key,
	}
	for _, e := range s.Evidence {
		t.Needs = append(t.Needs, incident.EvidenceNeed{Kind: e.Kind, Min: e.Min, Note: e.Note})
	}
	for _, o := range s.Options {
		t.Options = append(t.Options, o.Key)
	}
	if s.Privileged {
		t.Privileged = &incident.Privilege{By: markedBy, Names: i.Holders(s.Role)}
	}
	return t
}

// instructions are the step's, with what its options mean: a task carries only
// their keys.
func instructions(s *playbooks.Step) string {
	if len(s.Options) == 0 {
		return s.Instructions
	}
	var b strings.Builder
	b.WriteString(s.Instructions + "\n\nChoose one:\n")
	for _, o := range s.Options {
		b.WriteString("\n- `" + o.Key + "` " + o.Title)
		if o.Note != "" {
			b.WriteString(": " + o.Note)
		}
	}
	return b.String()
}

// tasksOf gives a run's tasks by step key.
func tasksOf(tx *ledger.Tx, i *incident.Incident, run *Run) (map[string]incident.Task, error) {
	all, err := casework.Tasks(tx, i.ID)
	if err != nil {
		return nil, err
	}
	out := map[string]incident.Task{}
	for _, t := range all {
		if t.Run == run.ID && t.Step != "" {
			out[t.Step] = t
		}
	}
	return out, nil
}

// endTask ends a task that nobody has to do.
func endTask(tx *ledger.Tx, i *incident.Incident, t incident.Task, outcome string) error {
	now := tx.Now()
	t.State, t.ClosedAt, t.ClosedBy, t.Outcome, t.WaitsFor = incident.TaskDone, &now, tx.By().ID, outcome, nil
	tx.Record("task.done", "task/"+t.ID)
	return casework.PutTask(tx, i, &t)
}

// chosen reads which option a decision's outcome names: its key, alone or
// followed by a colon and the reason.
func chosen(s *playbooks.Step, t *incident.Task) (string, bool) {
	key, _, _ := strings.Cut(t.Outcome, ":")
	_, ok := s.Option(key)
	return key, ok
}
