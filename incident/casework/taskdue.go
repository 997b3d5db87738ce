package casework

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// TaskDue is the deadline of one task that has not ended, as the index of
// deadlines holds it. It says nothing of what the task is.
type TaskDue struct {
	Incident string    `json:"incident"` // id
	Task     string    `json:"task"`     // id
	Due      time.Time `json:"due"`      // UTC
	Since    time.Time `json:"since"`    // when it was given this deadline
}

var (
	taskDues     = ledger.NewSystemTable[TaskDue]("task_deadlines")         // due, incident, task
	taskDuesFrom = ledger.NewSystemTable[time.Time]("task_deadlines_since") // "" → when the index was begun
)

func (d TaskDue) key() ledger.Key { return ledger.K(d.Due, d.Incident, d.Task) }

// taskDue is the line a task has in the index; ok is false where it has none.
func taskDue(id string, t *incident.Task) (d TaskDue, ok bool) {
	if t.Due == nil || t.State.Ended() {
		return TaskDue{}, false
	}
	return TaskDue{Incident: id, Task: t.ID, Due: t.Due.UTC()}, true
}

// indexTask makes the index say what t says; was is the task before.
func indexTask(tx *ledger.Tx, id string, was, t *incident.Task) error {
	var had, has bool
	var old, now TaskDue
	if was != nil {
		old, had = taskDue(id, was)
	}
	now, has = taskDue(id, t)
	now.Since = tx.Now()
	if had && has && old.Due.Equal(now.Due) {
		return nil
	}
	if had {
		if err := taskDues.Delete(tx, old.key()); err != nil {
			return err
		}
	}
	if !has {
		return nil
	}
	return taskDues.Put(tx, now.key(), now)
}

// TaskDeadlines calls fn for the deadline of every task that has not ended, in
// all incidents, the soonest first, until one is later than until.
func TaskDeadlines(tx *ledger.Tx, until time.Time, fn func(TaskDue) error) error {
	return taskDues.Scan(tx, ledger.K(), func(_ ledger.Key, d TaskDue) error {
		if d.Due.After(until) {
			return ledger.Stop
		}
		return fn(d)
	})
}

// TaskDeadlinesIndexed reports whether the index knows every task.
func TaskDeadlinesIndexed(tx *ledger.Tx) (bool, error) { return taskDuesFrom.Has(tx, ledger.K("")) }

// IndexTaskDeadlines puts the tasks into the index that were written before
// there was one. It records what it does, and does it once for a store.
func IndexTaskDeadlines(tx *ledger.Tx) error {
	if done, err := TaskDeadlinesIndexed(tx); err != nil || done {
		return err
	}
	var all []TaskDue
	if err := tasks.Scan(tx, ledger.K(), func(k ledger.Key, t incident.Task) error {
		if d, ok := taskDue(k.Text(0), &t); ok {
			d.Since = t.CreatedAt
			all = append(all, d)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, d := range all {
		if err := taskDues.Put(tx, d.key(), d); err != nil {
			return err
		}
	}
	tx.Record("task.index", "store/deadlines")
	return taskDuesFrom.Put(tx, ledger.K(""), tx.Now())
}

// forgetDeadlines takes the deadlines of an incident out of the index, while
// its tasks can still be read.
func forgetDeadlines(tx *ledger.Tx, id string) error {
	all, err := Tasks(tx, id)
	if err != nil {
		return err
	}
	for n := range all {
		if d, ok := taskDue(id, &all[n]); ok {
			if err := taskDues.Delete(tx, d.key()); err != nil {
				return err
			}
		}
	}
	return nil
}
