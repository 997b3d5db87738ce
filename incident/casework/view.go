package casework

import (
	"context"
	"sort"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// File is all of a case that p may see, read in one transaction.
type File struct {
	Incident   incident.Incident
	Milestones []incident.MilestoneSetting // whole history, by milestone, oldest first
	InForce    map[incident.Milestone]incident.MilestoneSetting
	Facts      map[string]incident.Fact // in force
	History    []incident.Fact          // oldest first
	Tasks      []incident.Task          // by number
	Roster     *incident.Roster         // nil where none is settled
	Alerts     []incident.Alert
}

// File reads a case. Errors: NotFound.
func (d *Desk) File(ctx context.Context, p incident.Principal, ref string) (*File, error) {
	var f File
	err := d.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		f.Incident = *i
		var err error
		if f.Milestones, err = MilestoneHistory(tx, i.ID); err != nil {
			return err
		}
		if f.InForce, err = MilestonesInForce(tx, i.ID); err != nil {
			return err
		}
		if f.Facts, err = Facts(tx, i.ID); err != nil {
			return err
		}
		if f.History, err = FactHistory(tx, i.ID); err != nil {
			return err
		}
		all, err := Tasks(tx, i.ID)
		if err != nil {
			return err
		}
		for _, t := range all {
			if incident.Sees(p, i, t.Privileged) {
				f.Tasks = append(f.Tasks, t)
			}
		}
		if f.Roster, err = CurrentRoster(tx, i.ID); err != nil {
			return err
		}
		f.Alerts, err = alertsOf(tx, i.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// Incident reads one incident.
func (d *Desk) Incident(ctx context.Context, p incident.Principal, ref string) (*incident.Incident, error) {
	var out *incident.Incident
	err := d.read(ctx, p, ref, incident.SeeIncident, func(_ *ledger.Tx, i *incident.Incident) error {
		out = i
		return nil
	})
	return out, err
}

// Filter chooses incidents. The zero Filter chooses all.
type Filter struct {
	Statuses []incident.Status
	Mine     bool // only those p has a role on
}

// Incidents gives the incidents p may see, newest first.
func (d *Desk) Incidents(ctx context.Context, p incident.Principal, f Filter) ([]incident.Incident, error) {
	var out []incident.Incident
	err := d.db.View(ctx, func(tx *ledger.Tx) error {
		return incidents.Scan(tx, ledger.K(), func(_ ledger.Key, i incident.Incident) error {
			if !incident.Can(p, incident.SeeIncident, &i) || f.Mine && !i.Involves(p.ID) || !wanted(f.Statuses, i.Status) {
				return nil
			}
			out = append(out, i)
			return nil
		})
	})
	sort.SliceStable(out, func(a, b int) bool { return out[a].OpenedAt.After(out[b].OpenedAt) })
	return out, err
}

func wanted(statuses []incident.Status, s incident.Status) bool {
	if len(statuses) == 0 {
		return true
	}
	for _, w := range statuses {
		if w == s {
			return true
		}
	}
	return false
}

// MarkPrivileged marks a task, an exhibit or a timeline line as privileged for
// counsel and the accounts named; nil names only counsel. off takes the mark away.
// kind is task, evidence or timeline.
func (d *Desk) MarkPrivileged(ctx context.Context, p incident.Principal, ref, kind, item string, names []string, off bool) error {
	return d.act(ctx, p, ref, incident.MarkPrivileged, func(tx *ledger.Tx, i *incident.Incident) error {
		mark := &incident.Privilege{By: p.ID, Names: names}
		if off {
			mark = nil
		}
		tx.Record("privileged.mark", "incident/"+i.ID)
		switch kind {
		case "task":
			t, err := taskOf(tx, p, i, item)
			if err != nil {
				return err
			}
			t.Privileged = mark
			if err := markLines(tx, i, "task/"+t.ID, mark); err != nil {
				return err
			}
			return PutTask(tx, i, t)
		case "evidence":
			e, err := exhibitOf(tx, p, i, item)
			if err != nil {
				return err
			}
			e.Privileged = mark
			if err := markLines(tx, i, "evidence/"+e.ID, mark); err != nil {
				return err
			}
			return exhibits.Put(tx, ledger.K(i.ID, e.ID), *e)
		case "timeline":
			n := 0
			for _, c := range item {
				if c < '0' || c > '9' {
					return incident.Errorf(incident.Invalid, "%q is not a line of the timeline.", clip(item, 20))
				}
				n = n*10 + int(c-'0')
			}
			e, err := entryOf(tx, p, i, n)
			if err != nil {
				return err
			}
			e.Privileged = mark
			return timeline.Put(tx, ledger.K(i.ID, n), e)
		}
		return incident.Errorf(incident.Invalid, "Only a task, evidence or a line of the timeline can be privileged.")
	})
}

// markLines gives the timeline's lines about an item the item's mark: its title
// is in them.
func markLines(tx *ledger.Tx, i *incident.Incident, object string, mark *incident.Privilege) error {
	var lines []incident.TimelineEntry
	err := timeline.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, e incident.TimelineEntry) error {
		if e.Object == object {
			lines = append(lines, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range lines {
		e.Privileged = mark
		if err := timeline.Put(tx, ledger.K(i.ID, e.Seq), e); err != nil {
			return err
		}
	}
	return nil
}
