package runner

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// The Runner answers to what happens to a case, in the act's transaction.
var _ casework.Reactor = (*Runner)(nil)

// IncidentOpened starts the playbook asked for. A person who names one that is
// not there is told so and nothing is opened; for a machine the incident counts
// more than its playbook, so it opens without one, and the timeline says why.
func (r *Runner) IncidentOpened(tx *ledger.Tx, i *incident.Incident) error {
	if err := noteDeclared(tx, i); err != nil {
		return err
	}
	if i.Playbook == "" {
		return nil
	}
	_, err := find(tx, i.Playbook)
	if incident.KindOf(err) == incident.NotFound {
		if !tx.By().System {
			return incident.Errorf(incident.Invalid, "%s", incident.Sentence(err))
		}
		return casework.WriteTimeline(tx, i, "run.blocked", "incident/"+i.ID, "Opened without its playbook: "+incident.Sentence(err))
	}
	if err != nil {
		return err
	}
	_, err = r.start(tx, i, i.Playbook, Run{}, 0)
	return err
}

// FactChanged moves every run on.
func (r *Runner) FactChanged(tx *ledger.Tx, i *incident.Incident, _ incident.Fact) error {
	return r.advanceAll(tx, i)
}

// MilestoneSet moves every run on.
func (r *Runner) MilestoneSet(tx *ledger.Tx, i *incident.Incident, _ incident.MilestoneSetting) error {
	return r.advanceAll(tx, i)
}

// RosterSettled moves every run on: who is affected, and how many, are facts.
func (r *Runner) RosterSettled(tx *ledger.Tx, i *incident.Incident, _ incident.Roster) error {
	return r.advanceAll(tx, i)
}

// IncidentChanged moves every run on: who holds a role decides who sees a
// privileged step, and leaving triage starts clocks.
func (r *Runner) IncidentChanged(tx *ledger.Tx, i *incident.Incident, _ string) error {
	if err := noteDeclared(tx, i); err != nil {
		return err
	}
	return r.advanceAll(tx, i)
}

// IncidentClosed leaves the runs as they are: they say what was not done, and
// go on if the incident is reopened.
func (r *Runner) IncidentClosed(*ledger.Tx, *incident.Incident) error { return nil }

// Reassess moves every run of an incident on, in the transaction of whoever
// changed what a run depends on without the Desk: a deadline, say.
func (r *Runner) Reassess(tx *ledger.Tx, i *incident.Incident) error { return r.advanceAll(tx, i) }

// advanceAll moves the runs of an incident on, the youngest first: a run that
// another started may end that one's step.
func (r *Runner) advanceAll(tx *ledger.Tx, i *incident.Incident) error {
	if i.Status.Ended() {
		return nil
	}
	all, err := runsOf(tx, i.ID)
	if err != nil {
		return err
	}
	for n := len(all) - 1; n >= 0; n-- {
		if all[n].EndedAt != nil {
			continue
		}
		p, err := pinned(tx, all[n])
		if err != nil {
			return err
		}
		if err := r.advance(tx, i, &all[n], p, depthOf(all, all[n])); err != nil {
			return err
		}
	}
	return nil
}

// depthOf counts the runs above run.
func depthOf(all []Run, run Run) int {
	depth := 0
	for run.Parent != "" && depth < maxDepth {
		for _, other := range all {
			if other.ID == run.Parent {
				run = other
				break
			}
		}
		depth++
	}
	return depth
}

// noteDeclared keeps the first moment the incident was out of triage.
func noteDeclared(tx *ledger.Tx, i *incident.Incident) error {
	if i.Status == incident.Triage || i.Status == incident.Dismissed {
		return nil
	}
	known, err := declared.Has(tx, ledger.K(i.ID))
	if err != nil || known {
		return err
	}
	return declared.Put(tx, ledger.K(i.ID), tx.Now())
}

// Tick ends the waits whose time has come. Whoever wires the program calls it
// every minute or so; calling it more often, or late after a restart, is fine.
func (r *Runner) Tick(ctx context.Context) error {
	var due []string
	err := r.db.View(ctx, func(tx *ledger.Tx) error {
		seen := map[string]bool{}
		return runs.Scan(tx, ledger.K(), func(_ ledger.Key, run Run) error {
			if run.EndedAt != nil || seen[run.Incident] {
				return nil
			}
			seen[run.Incident] = true
			over, err := waitIsOver(tx, run.Incident)
			if over {
				due = append(due, run.Incident)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, id := range due {
		err := r.db.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			i, err := casework.Load(tx, id)
			if err != nil {
				return err
			}
			return r.advanceAll(tx, i)
		})
		if err != nil && incident.KindOf(err) != incident.Gone {
			return err
		}
	}
	return nil
}

func waitIsOver(tx *ledger.Tx, id string) (bool, error) {
	i, err := casework.Load(tx, id)
	if err != nil || i.Status.Ended() {
		return false, err
	}
	all, err := casework.Tasks(tx, id)
	if err != nil {
		return false, err
	}
	for _, t := range all {
		if t.Kind == "wait" && t.State == incident.TaskOpen && t.Due != nil && !t.Due.After(tx.Now()) {
			return true, nil
		}
	}
	return false, nil
}
