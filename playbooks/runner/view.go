package runner

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// View is a run for reading: the pinned text with the state of each step.
type View struct {
	Run
	Phases []PhaseView `json:"phases"`
	Hidden int         `json:"hidden,omitempty"` // privileged steps the reader may not see
	// Newer is the revision new runs of the slug would follow, where it is
	// another than the pinned one.
	Newer *Revision `json:"-"`
}

// PhaseView is the steps of one phase, in the order of the playbook.
type PhaseView struct {
	Phase incident.Phase `json:"phase"`
	Label string         `json:"label"`
	Ended int            `json:"ended"`
	Steps []StepView     `json:"steps"`
}

// StepView is one step as it was written and as it stands.
type StepView struct {
	Key          string             `json:"key"`
	Title        string             `json:"title"`
	Kind         playbooks.Kind     `json:"kind"`
	Role         incident.Role      `json:"role"`
	Instructions string             `json:"instructions"` // Markdown, pinned
	Terms        []string           `json:"terms"`        // what the step asks for, in short lines
	Options      []playbooks.Option `json:"options,omitempty"`
	Obligations  []string           `json:"obligations,omitempty"`
	Mandatory    bool               `json:"mandatory,omitempty"`

	Task      string             `json:"task"` // task id
	Number    int                `json:"number"`
	State     incident.TaskState `json:"state"`
	Assignee  string             `json:"assignee,omitempty"`
	Due       *time.Time         `json:"due,omitempty"`
	Clock     string             `json:"clock,omitempty"`     // what the due time waits for, where it is not known
	WaitsFor  []string           `json:"waits_for,omitempty"` // what the step waits for, or what blocks it
	ClosedAt  *time.Time         `json:"closed_at,omitempty"`
	ClosedBy  string             `json:"closed_by,omitempty"`
	Outcome   string             `json:"outcome,omitempty"`
	Approvals []Approval         `json:"approvals,omitempty"`
}

// Runs lists the runs of an incident, oldest first. Errors: NotFound.
func (r *Runner) Runs(ctx context.Context, by incident.Principal, ref string) ([]Run, error) {
	var out []Run
	err := r.db.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, by, ref, incident.SeeIncident)
		if err != nil {
			return err
		}
		out, err = runsOf(tx, i.ID)
		return err
	})
	return out, err
}

// RunView gives a run as it stands now. Errors: NotFound.
func (r *Runner) RunView(ctx context.Context, by incident.Principal, ref, runID string) (View, error) {
	var v View
	err := r.db.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, by, ref, incident.SeeIncident)
		if err != nil {
			return err
		}
		run, err := runs.Get(tx, ledger.K(i.ID, runID))
		if incident.KindOf(err) == incident.NotFound {
			return incident.Errorf(incident.NotFound, "There is no such run on %s.", i.Number)
		}
		if err != nil {
			return err
		}
		v.Run = run
		return v.read(tx, by, i)
	})
	return v, err
}

func (v *View) read(tx *ledger.Tx, by incident.Principal, i *incident.Incident) error {
	p, err := pinned(tx, v.Run)
	if err != nil {
		return err
	}
	tasks, err := tasksOf(tx, i, &v.Run)
	if err != nil {
		return err
	}
	for _, ph := range incident.Phases() {
		pv := PhaseView{Phase: incident.Phase(ph.Value), Label: ph.Label}
		for n := range p.Steps {
			s := &p.Steps[n]
			t, ok := tasks[s.Key]
			if !ok || s.Phase != pv.Phase {
				continue
			}
			if !incident.Sees(by, i, t.Privileged) {
				v.Hidden++
				continue
			}
			sv := stepView(s, t)
			if sv.Approvals, err = approvalsOf(tx, i.ID, t.ID); err != nil {
				return err
			}
			if t.State.Ended() {
				pv.Ended++
			}
			pv.Steps = append(pv.Steps, sv)
		}
		if len(pv.Steps) > 0 {
			v.Phases = append(v.Phases, pv)
		}
	}
	return v.findNewer(tx)
}

func (v *View) findNewer(tx *ledger.Tx) error {
	rev, err := find(tx, v.Slug)
	if incident.KindOf(err) == incident.NotFound {
		return nil
	}
	if err == nil && rev.Digest != v.Digest {
		v.Newer = &rev
	}
	return err
}

func stepView(s *playbooks.Step, t incident.Task) StepView {
	sv := StepView{
		Key: s.Key, Title: s.Title, Kind: s.Kind, Role: s.Role, Instructions: s.Instructions, Terms: s.Terms(),
		Options: s.Options, Obligations: s.Obligations, Mandatory: s.Mandatory,
		Task: t.ID, Number: t.Number, State: t.State, Assignee: t.Assignee, Due: t.Due,
		WaitsFor: slices.Clone(t.WaitsFor), ClosedAt: t.ClosedAt, ClosedBy: t.ClosedBy, Outcome: t.Outcome,
	}
	for n, w := range sv.WaitsFor {
		if clock, ok := strings.CutPrefix(w, clockWaits); ok {
			sv.Clock = clock
			sv.WaitsFor = slices.Delete(sv.WaitsFor, n, n+1)
			break
		}
	}
	return sv
}
