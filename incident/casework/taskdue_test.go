package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// deadlines lists the tasks in the index of deadlines, up to a day ahead.
func (o office) deadlines(t *testing.T) (out []string) {
	t.Helper()
	must(t, o.View(t.Context(), func(tx *ledger.Tx) error {
		return casework.TaskDeadlines(tx, tx.Now().Add(24*time.Hour), func(d casework.TaskDue) error {
			out = append(out, d.Task)
			return nil
		})
	}))
	return out
}

func TestTheIndexOfDeadlinesFollowsTheTasks(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	add := func(d time.Duration) string {
		at := o.Clock.Now().Add(d)
		task, err := o.AddTask(t.Context(), ana, i.Number, casework.NewTask{Title: "x", Due: &at})
		must(t, err)
		return task.ID
	}
	late, soon, far := add(5*time.Hour), add(time.Hour), add(30*time.Hour)
	_, err := o.AddTask(t.Context(), ana, i.Number, casework.NewTask{Title: "no deadline"})
	must(t, err)
	want := []string{soon, late}
	if got := o.deadlines(t); !slices.Equal(got, want) {
		t.Errorf("due %v, want the nearest first, without %s", got, far)
	}
	must(t, o.CompleteTask(t.Context(), ana, i.Number, "2", ""))
	if got := o.deadlines(t); !slices.Equal(got, []string{late}) {
		t.Errorf("a task that is done is in the index: %v", got)
	}
	must(t, o.ReopenTask(t.Context(), ana, i.Number, "2"))
	if got := o.deadlines(t); !slices.Equal(got, want) {
		t.Errorf("a task that is open again is not: %v", got)
	}
	// A store from before there was an index: the tasks are found, once.
	must(t, o.Update(t.Context(), incident.Operator(), func(tx *ledger.Tx) error {
		tx.Record("test.forget", "incident/"+i.ID)
		return casework.ForgetDeadlines(tx, i.ID)
	}))
	if got := o.deadlines(t); len(got) != 0 {
		t.Fatalf("the index still holds %v", got)
	}
	for range 2 {
		must(t, o.Update(t.Context(), incident.Operator(), casework.IndexTaskDeadlines))
		if got := o.deadlines(t); !slices.Equal(got, want) {
			t.Errorf("after indexing %v", got)
		}
	}
}

func TestARoleIsHandedOver(t *testing.T) {
	o := open(t)
	i := o.declare(t)
	var all []string
	for _, c := range casework.HandoffChecklist() {
		all = append(all, c.Value)
	}
	good := casework.Handoff{To: "ben", Note: "Contained.", Checked: all}
	for what, change := range map[string]func(*casework.Handoff){
		"say whom":             func(h *casework.Handoff) { h.To = "" },
		"somebody else":        func(h *casework.Handoff) { h.To = "ana" },
		"what stands":          func(h *casework.Handoff) { h.Note = " " },
		"4,000":                func(h *casework.Handoff) { h.Note = strings.Repeat("x", 4001) },
		"not gone through yet": func(h *casework.Handoff) { h.Checked = all[1:] },
		"not on the list":      func(h *casework.Handoff) { h.Checked = append(slices.Clone(all), "lunch") },
		"one of":               func(h *casework.Handoff) { h.Role = "king" },
	} {
		bad := good
		change(&bad)
		err := o.HandOff(t.Context(), ana, i.Number, bad)
		wantKind(t, err, incident.Invalid)
		if p := incident.ProblemsOf(err); len(p) != 1 || !strings.Contains(p[0].What, what) {
			t.Errorf("%s: %v", what, p)
		}
	}
	wantKind(t, o.HandOff(t.Context(), cora, i.Number, good), incident.Conflict) // hers is not
	must(t, o.Assign(t.Context(), ana, i.Number, incident.Assignment{Role: incident.Commander, Account: "ben", Deputy: true}))
	must(t, o.HandOff(t.Context(), ana, i.Number, good))
	f, err := o.File(t.Context(), ana, i.Number)
	must(t, err)
	if want := []incident.Assignment{{Role: incident.Commander, Account: "ben"}}; !slices.Equal(f.Incident.People, want) {
		t.Errorf("%+v", f.Incident.People)
	}
	lines, err := o.Timeline(t.Context(), ana, i.Number, 1)
	must(t, err)
	if lines[0].Act != "incident.handoff" || !lines[0].Pinned || !strings.Contains(lines[0].Text, "Contained.") {
		t.Errorf("%+v", lines[0])
	}
}
