package bundle

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Desk hands out evidence, leaving a custody event, and reads the timeline;
// *casework.Desk does.
type Desk interface {
	Timeline(ctx context.Context, p incident.Principal, ref string, limit int) ([]incident.TimelineEntry, error)
	OpenEvidence(ctx context.Context, p incident.Principal, ref, evidence, purpose string) (*incident.Evidence, io.ReadSeekCloser, error)
}

// Vault gives evidence bytes and fails on ones that were altered; *vault.Vault does.
type Vault interface {
	Open(ctx context.Context, scope, sha256 string) (io.ReadSeekCloser, error)
}

// Deps are what a bag is read from.
type Deps struct {
	DB       *ledger.DB
	Desk     Desk
	Vault    Vault
	Software string // name and version of the program, for bag-info.txt
}

// Request says which case, for whom, and with what.
type Request struct {
	By  incident.Principal
	Ref string // number or id
	// Include names privileged items that counsel puts in: "evidence/2",
	// "task/3", "timeline/17". Only who may see an item's privilege may name it;
	// the program itself, and so an operator at the machine, may not.
	Include []string
	Names   map[string]string // account id → name, for readers
}

// Withheld is an item that is not in the bag, and why.
type Withheld struct {
	Kind   string `json:"kind"` // evidence, task, timeline
	Number int    `json:"number"`
	Why    string `json:"why"`
}

const (
	privileged = "legally privileged"
	late       = "collected while the bag was written"
	destroyed  = "destroyed; its hash and custody are kept"
)

// Exhibit is one exhibit as incident.json has it.
type Exhibit struct {
	incident.Evidence
	Path    string                  `json:"path,omitempty"` // of its bytes in the bag
	Custody []incident.CustodyEvent `json:"-"`              // in custody.jsonl
}

// Contents is incident.json.
type Contents struct {
	Made       time.Time                   `json:"made"`
	Incident   incident.Incident           `json:"incident"`
	Milestones []incident.MilestoneSetting `json:"milestones"` // whole history
	Facts      []incident.Fact             `json:"facts"`      // whole history
	Tasks      []incident.Task             `json:"tasks"`
	Evidence   []Exhibit                   `json:"evidence"`
	Roster     *incident.Roster            `json:"roster,omitempty"`
	Withheld   []Withheld                  `json:"withheld"`
	Names      map[string]string           `json:"names"` // of the accounts that occur

	Timeline []incident.TimelineEntry `json:"-"` // in timeline.jsonl
	files    []Exhibit                // those with bytes
}

// mayInclude decides on an item that carries a mark.
func (rq Request) mayInclude(i *incident.Incident, item string, mark *incident.Privilege) bool {
	if mark == nil {
		return true
	}
	return slices.Contains(rq.Include, item) && !rq.By.System && incident.Can(rq.By, incident.SeePrivileged, i)
}

// hand leaves a custody event on every exhibit whose bytes will be in the bag,
// and an entry that the bag was made. It gives the ids of those exhibits.
func hand(ctx context.Context, d Deps, rq Request) (map[string]bool, error) {
	var chosen []incident.Evidence
	left := 0
	err := d.DB.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, rq.By, rq.Ref, incident.SeeIncident)
		if err != nil {
			return err
		}
		all, err := casework.EvidenceOf(tx, i.ID)
		for _, e := range all {
			if !rq.mayInclude(i, fmt.Sprintf("evidence/%d", e.Number), e.Privileged) {
				left++
			} else if e.SHA256 != "" && !e.Destroyed {
				chosen = append(chosen, e)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, e := range chosen {
		_, body, err := d.Desk.OpenEvidence(ctx, rq.By, rq.Ref, e.ID, "copied into an evidence bundle")
		if err != nil {
			return nil, fmt.Errorf("evidence %d: %w", e.Number, err)
		}
		body.Close()
		ids[e.ID] = true
	}
	err = d.DB.Update(ctx, rq.By, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, rq.By, rq.Ref, incident.SeeIncident)
		if err != nil {
			return err
		}
		tx.Record("evidence.export", "incident/"+i.ID)
		text := fmt.Sprintf("Evidence bundle exported: %d files", len(chosen))
		if left > 0 {
			text += fmt.Sprintf(", %d exhibits withheld as privileged", left)
		}
		return casework.WriteTimeline(tx, i, "evidence.export", "incident/"+i.ID, text)
	})
	return ids, err
}

// gather reads the case in one transaction.
func gather(ctx context.Context, d Deps, rq Request, handed map[string]bool) (*Contents, error) {
	c := &Contents{Evidence: []Exhibit{}, Tasks: []incident.Task{}, Withheld: []Withheld{}, Names: map[string]string{}}
	hidden := map[string]bool{} // objects that the timeline must not speak of
	err := d.DB.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, rq.By, rq.Ref, incident.SeeIncident)
		if err != nil {
			return err
		}
		c.Made, c.Incident = tx.Now(), *i
		if c.Milestones, err = casework.MilestoneHistory(tx, i.ID); err != nil {
			return err
		}
		if c.Facts, err = casework.FactHistory(tx, i.ID); err != nil {
			return err
		}
		if c.Roster, err = casework.CurrentRoster(tx, i.ID); err != nil {
			return err
		}
		if err := c.tasks(tx, rq, i, hidden); err != nil {
			return err
		}
		return c.evidence(tx, rq, i, handed, hidden)
	})
	if err != nil {
		return nil, err
	}
	if err := c.timeline(ctx, d, rq, hidden); err != nil {
		return nil, err
	}
	c.name(rq.Names)
	return c, nil
}

func (c *Contents) tasks(tx *ledger.Tx, rq Request, i *incident.Incident, hidden map[string]bool) error {
	all, err := casework.Tasks(tx, i.ID)
	for _, t := range all {
		if !rq.mayInclude(i, fmt.Sprintf("task/%d", t.Number), t.Privileged) {
			hidden["task/"+t.ID] = true
			c.Withheld = append(c.Withheld, Withheld{"task", t.Number, privileged})
			continue
		}
		c.Tasks = append(c.Tasks, t)
	}
	return err
}

func (c *Contents) evidence(tx *ledger.Tx, rq Request, i *incident.Incident, handed, hidden map[string]bool) error {
	all, err := casework.EvidenceOf(tx, i.ID)
	if err != nil {
		return err
	}
	for _, e := range all {
		if !rq.mayInclude(i, fmt.Sprintf("evidence/%d", e.Number), e.Privileged) {
			hidden["evidence/"+e.ID] = true
			c.Withheld = append(c.Withheld, Withheld{"evidence", e.Number, privileged})
			continue
		}
		x := Exhibit{Evidence: e}
		if x.Custody, err = casework.CustodyOf(tx, i.ID, e.ID); err != nil {
			return err
		}
		switch {
		case e.SHA256 == "":
		case e.Destroyed:
			c.Withheld = append(c.Withheld, Withheld{"evidence", e.Number, destroyed})
		case !handed[e.ID]:
			c.Withheld = append(c.Withheld, Withheld{"evidence", e.Number, late})
			continue
		default:
			x.Path = fmt.Sprintf("data/evidence/E%03d/%s", e.Number, fileName(e.FileName))
			c.files = append(c.files, x)
		}
		c.Evidence = append(c.Evidence, x)
	}
	return nil
}

// timeline is read after the rest, so that a mark set meanwhile counts.
func (c *Contents) timeline(ctx context.Context, d Deps, rq Request, hidden map[string]bool) error {
	all, err := d.Desk.Timeline(ctx, rq.By, rq.Ref, 0)
	slices.Reverse(all) // oldest first
	for _, e := range all {
		// A line about a withheld item names it, whether it is marked itself or not.
		if hidden[e.Object] || !rq.mayInclude(&c.Incident, fmt.Sprintf("timeline/%d", e.Seq), e.Privileged) {
			c.Withheld = append(c.Withheld, Withheld{"timeline", e.Seq, privileged})
			continue
		}
		c.Timeline = append(c.Timeline, e)
	}
	return err
}

// name keeps the names of accounts that occur in the bag, and no others.
func (c *Contents) name(names map[string]string) {
	keep := func(id string) {
		if n := names[id]; n != "" {
			c.Names[id] = n
		}
	}
	keep(c.Incident.OpenedBy)
	for _, a := range c.Incident.People {
		keep(a.Account)
	}
	for _, m := range c.Milestones {
		keep(m.SetBy)
	}
	for _, f := range c.Facts {
		keep(f.SetBy)
	}
	for _, t := range c.Tasks {
		keep(t.CreatedBy)
		keep(t.Assignee)
		keep(t.ClosedBy)
	}
	for _, e := range c.Evidence {
		keep(e.CollectedBy)
		for _, ev := range e.Custody {
			keep(ev.By)
		}
	}
	for _, e := range c.Timeline {
		keep(e.By)
	}
}

// reserved are names that some system keeps for itself.
var reserved = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true}

// fileName makes what somebody called a file harmless on every system. The
// original name is in incident.json.
func fileName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, name)
	clean = strings.Trim(clean, ".")
	if len(clean) > 100 {
		clean = clean[len(clean)-100:] // the end says what kind of file it is
		clean = strings.TrimLeft(clean, ".")
	}
	base, _, _ := strings.Cut(strings.ToLower(clean), ".")
	if len(base) == 4 && (base[:3] == "com" || base[:3] == "lpt") || reserved[base] {
		clean = "_" + clean
	}
	if clean == "" {
		return "file"
	}
	return clean
}
