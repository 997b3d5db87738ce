package runner

import (
	"context"
	"maps"
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

	// Version is that of the text shown, where it is not the one the run follows now:
	// what people had before them when the step ended.
	Version   string `json:"version,omitempty"`
	ReadAgain bool   `json:"read_again,omitempty"` // its text has changed since, and nobody looked
	Retired   bool   `json:"retired,omitempty"`    // not in the text the run follows now
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
	texts, err := readTexts(tx, p, v.Run)
	if err != nil {
		return err
	}
	for _, ph := range incident.Phases() {
		pv := PhaseView{Phase: incident.Phase(ph.Value), Label: ph.Label}
		for _, key := range texts.order {
			t, ok := tasks[key]
			if !ok || t.Phase != pv.Phase {
				continue
			}
			s, version := texts.of(key)
			if !incident.Sees(by, i, t.Privileged) {
				v.Hidden++
				continue
			}
			sv := stepView(s, t)
			sv.Version, sv.ReadAgain = version, v.toBeRead(key)
			_, stays := p.Step(key)
			sv.Retired = !stays
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

// toBeRead reports whether a step was done under an older text that nobody held
// against the new one yet.
func (v *View) toBeRead(key string) bool {
	return slices.ContainsFunc(v.Upgrades, func(u Upgraded) bool { return slices.Contains(u.ReadAgain, key) })
}

// texts are the words of a run's steps: of the revision it follows, and for those that
// ended before an upgrade, of the one they ended under.
type texts struct {
	order []string // keys: the steps followed now, then those that are gone
	now   *playbooks.Playbook
	seen  map[string]*playbooks.Playbook // by step
}

func readTexts(tx *ledger.Tx, p *playbooks.Playbook, run Run) (texts, error) {
	out := texts{now: p, seen: map[string]*playbooks.Playbook{}}
	for n := range p.Steps {
		out.order = append(out.order, p.Steps[n].Key)
	}
	read := map[string]*playbooks.Playbook{run.Digest: p}
	for _, key := range slices.Sorted(maps.Keys(run.Seen)) {
		digest := run.Seen[key]
		if read[digest] == nil {
			old, err := pinned(tx, Run{Digest: digest})
			if err != nil {
				return out, err
			}
			read[digest] = old
		}
		out.seen[key] = read[digest]
		if _, ok := p.Step(key); !ok {
			out.order = append(out.order, key)
		}
	}
	return out, nil
}

func (t *texts) of(key string) (s *playbooks.Step, version string) {
	if old := t.seen[key]; old != nil && old != t.now {
		if s, ok := old.Step(key); ok {
			return s, old.Version
		}
	}
	s, _ = t.now.Step(key)
	return s, ""
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
