package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// Run is one playbook being followed on one incident. It is pinned to a
// revision; the states of its steps are those of the tasks that name it.
type Run struct {
	ID         string     `json:"id"` // UUIDv7
	Incident   string     `json:"incident"`
	Slug       string     `json:"slug"`
	Version    string     `json:"version"`
	Title      string     `json:"title"`
	Digest     string     `json:"digest"` // of the revision it is pinned to
	StartedAt  time.Time  `json:"started_at"`
	StartedBy  string     `json:"started_by"`
	EndedAt    *time.Time `json:"ended_at,omitempty"` // when no step was left
	Parent     string     `json:"parent,omitempty"`   // run whose subplaybook step this is
	ParentStep string     `json:"parent_step,omitempty"`
	Upgrades   []Upgraded `json:"upgrades,omitempty"` // oldest first
	// Seen is, of steps that ended before an upgrade, the revision people had before them.
	Seen map[string]string `json:"seen,omitempty"`
}

var (
	runs      = ledger.NewCaseTable[Run]("playbook_runs")           // incident id, run id
	approvals = ledger.NewCaseTable[Approval]("playbook_approvals") // incident id, task id, account
	declared  = ledger.NewCaseTable[time.Time]("playbook_declared") // incident id → when it left triage
)

// maxDepth ends a playbook that runs itself.
const maxDepth = 5

// StartRun follows a playbook, named by slug or digest, on an incident: every
// step becomes a task, and those that can start are open.
//
// Errors: NotFound, Forbidden; Conflict where a run of the same slug is under
// way on the incident.
func (r *Runner) StartRun(ctx context.Context, by incident.Principal, ref, playbook string) (Run, error) {
	var run Run
	err := r.db.Update(ctx, by, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, by, ref, incident.SteerIncident)
		if err != nil {
			return err
		}
		if run, err = r.start(tx, i, playbook, Run{}, 0); err != nil {
			return err
		}
		return casework.Save(tx, i)
	})
	return run, err
}

// start joins a transaction. child carries the parent and its step, if any.
func (r *Runner) start(tx *ledger.Tx, i *incident.Incident, playbook string, child Run, depth int) (Run, error) {
	rev, err := find(tx, playbook)
	if err != nil {
		return Run{}, err
	}
	if rev.Standing != Published {
		return Run{}, incident.Errorf(incident.Conflict, "version %s of %s is a %s revision: publish it before following it", rev.Version, rev.Slug, rev.Standing)
	}
	p, err := rev.Playbook()
	if err != nil {
		return Run{}, err
	}
	if depth >= maxDepth {
		return Run{}, incident.Errorf(incident.Conflict, "playbook %s runs others more than %d deep", rev.Slug, maxDepth)
	}
	if err := notUnderWay(tx, i, rev.Slug); err != nil {
		return Run{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Run{}, fmt.Errorf("name a run: %w", err)
	}
	run := child
	run.ID, run.Incident, run.Slug, run.Version, run.Title, run.Digest = id.String(), i.ID, rev.Slug, rev.Version, rev.Title, rev.Digest
	run.StartedAt, run.StartedBy = tx.Now(), tx.By().ID
	if err := runs.Put(tx, ledger.K(i.ID, run.ID), run); err != nil {
		return Run{}, err
	}
	tx.Record("run.start", "run/"+run.ID)
	if err := casework.WriteTimeline(tx, i, "run.start", "run/"+run.ID, "Playbook started: "+rev.Title+" "+rev.Version); err != nil {
		return Run{}, err
	}
	for n := range p.Steps {
		if err := addTask(tx, i, run, &p.Steps[n]); err != nil {
			return Run{}, err
		}
	}
	return run, r.advance(tx, i, &run, p, depth)
}

func notUnderWay(tx *ledger.Tx, i *incident.Incident, slug string) error {
	all, err := runsOf(tx, i.ID)
	if err != nil {
		return err
	}
	for _, run := range all {
		if run.Slug == slug && run.EndedAt == nil {
			return incident.Errorf(incident.Conflict, "%s is already being followed on %s", run.Title, i.Number)
		}
	}
	return nil
}

func runsOf(tx *ledger.Tx, incidentID string) ([]Run, error) {
	var out []Run
	err := runs.Scan(tx, ledger.K(incidentID), func(_ ledger.Key, run Run) error {
		out = append(out, run)
		return nil
	})
	return out, err
}

// pinned reads the text a run follows.
func pinned(tx *ledger.Tx, run Run) (*playbooks.Playbook, error) {
	rev, err := revisions.Get(tx, ledger.K(run.Digest))
	if err != nil {
		return nil, err
	}
	return rev.Playbook()
}
