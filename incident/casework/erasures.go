package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// An incident's erasure is kept outside its key: what is left of the case in
// the register once nobody can read it any more. It holds no person and no
// free text of the case.
var (
	erasures  = ledger.NewSystemTable[Erasure]("erasures")   // incident id
	leftovers = ledger.NewSystemTable[Leftover]("leftovers") // scope, SHA-256 in the vault; "" for all of a scope
)

// Erasure is the erasure of a whole incident, proposed or done, and the line
// that stays of it in the register.
type Erasure struct {
	Incident   string     `json:"incident"` // id
	Number     string     `json:"number"`
	Kind       string     `json:"kind"`
	Severity   string     `json:"severity"`
	Status     string     `json:"status"`
	Drill      bool       `json:"drill,omitempty"`
	Restricted bool       `json:"restricted,omitempty"`
	OpenedAt   time.Time  `json:"opened_at"`
	ClosedAt   *time.Time `json:"closed_at"`
	RetainedTo *time.Time `json:"retained_to"`

	People        *int            `json:"people"`
	Jurisdictions map[string]int  `json:"by_jurisdiction,omitempty"`
	Elements      map[string]int  `json:"by_element,omitempty"`
	Told          []ErasureNotice `json:"told,omitempty"`

	ProposedBy string     `json:"proposed_by"`
	ProposedAt time.Time  `json:"proposed_at"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ErasedAt   *time.Time `json:"erased_at,omitempty"`   // its key was destroyed
	FinishedAt *time.Time `json:"finished_at,omitempty"` // and its files are gone
}

// ErasureNotice is one notice that had been given: a milestone of filing, or
// that people were told.
type ErasureNotice struct {
	Milestone incident.Milestone `json:"milestone"`
	At        time.Time          `json:"at"`
}

// Keeping is an ended incident with when it may be erased.
type Keeping struct {
	ID         string          `json:"id"`
	Number     string          `json:"number"`
	Status     incident.Status `json:"status"`
	Drill      bool            `json:"drill"`
	ClosedAt   *time.Time      `json:"closed_at"`
	Until      time.Time       `json:"retain_until"`
	Due        bool            `json:"due"`
	Hold       bool            `json:"legal_hold"` // on the incident
	Proposed   *Erasure        `json:"proposed"`   // null where nobody has put it forward
	MayPropose bool            `json:"-"`
	MayApprove bool            `json:"-"`
}

// Keepings is what is kept and until when, and what was erased.
type Keepings struct {
	Ended  []Keeping `json:"ended"`  // the first to be erased first
	Erased []Erasure `json:"erased"` // newest first
	Hidden int       `json:"hidden"` // restricted ones that p is not on
	// Rotated is when the master key was last rotated; nil if it never was.
	Rotated *time.Time `json:"master_key_rotated_at"`
}

// BackupsClosed reports whether backups from before an erasure can no longer
// open what was erased: each holds the incident's key, wrapped under the master
// key of its time, and that was retired since.
func (k *Keepings) BackupsClosed(e *Erasure) bool {
	return k.Rotated != nil && e.ErasedAt != nil && k.Rotated.After(*e.ErasedAt)
}

// Erasures lists ended incidents by their retention date, and what was erased.
func (d *Desk) Erasures(ctx context.Context, p incident.Principal) (Keepings, error) {
	out := Keepings{Ended: []Keeping{}, Erased: []Erasure{}}
	if !incident.Can(p, incident.ListErasures, nil) {
		return out, incident.Errorf(incident.Forbidden, "You may not see what is due for erasure.")
	}
	err := d.db.View(ctx, func(tx *ledger.Tx) error {
		last, err := ledger.EntriesBefore(tx, 0, "store/master-key", 1)
		if err != nil {
			return err
		}
		if len(last) > 0 {
			out.Rotated = &last[0].At
		}
		proposed := map[string]*Erasure{}
		if err := erasures.Scan(tx, ledger.K(), func(_ ledger.Key, e Erasure) error {
			switch {
			case e.Restricted && !p.System && e.ProposedBy != p.ID && e.ApprovedBy != p.ID:
				if e.ErasedAt != nil { // who was on it went with its key
					out.Hidden++
				}
			case e.ErasedAt != nil:
				out.Erased = append(out.Erased, e)
			}
			if e.ErasedAt == nil {
				proposed[e.Incident] = &e
			}
			return nil
		}); err != nil {
			return err
		}
		return incidents.Scan(tx, ledger.K(), func(_ ledger.Key, i incident.Incident) error {
			if !i.Status.Ended() || i.RetainUntil == nil {
				return nil
			}
			if i.Restricted && !i.Involves(p.ID) && !p.System {
				out.Hidden++
				return nil
			}
			out.Ended = append(out.Ended, Keeping{
				ID: i.ID, Number: i.Number, Status: i.Status, Drill: i.Drill, ClosedAt: i.ClosedAt, Until: *i.RetainUntil,
				Due: !i.RetainUntil.After(tx.Now()), Hold: i.LegalHold, Proposed: proposed[i.ID],
				MayPropose: incident.Can(p, incident.ProposeErasure, &i), MayApprove: incident.Can(p, incident.ApproveErasure, &i),
			})
			return nil
		})
	})
	slices.SortFunc(out.Ended, func(a, b Keeping) int { return a.Until.Compare(b.Until) })
	slices.SortFunc(out.Erased, func(a, b Erasure) int { return b.ErasedAt.Compare(*a.ErasedAt) })
	return out, err
}

// ErasedCases gives what stays of erased incidents, for the register: oldest first.
func ErasedCases(tx *ledger.Tx) ([]Erasure, error) {
	var out []Erasure
	err := erasures.Scan(tx, ledger.K(), func(_ ledger.Key, e Erasure) error {
		if e.ErasedAt != nil {
			out = append(out, e)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Erasure) int { return a.OpenedAt.Compare(b.OpenedAt) })
	return out, err
}

func erasuresDone(tx *ledger.Tx) (int, error) {
	all, err := ErasedCases(tx)
	return len(all), err
}

// ExtendRetention keeps an ended incident longer, with a reason.
func (d *Desk) ExtendRetention(ctx context.Context, p incident.Principal, ref string, until time.Time, reason string) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := rightCase(tx, p, ref, incident.ExtendKeeping)
		if err != nil {
			return err
		}
		if !i.Status.Ended() || i.RetainUntil == nil {
			return incident.Errorf(incident.Conflict, "%s is not ended; it is kept as long as it is worked.", i.Number)
		}
		var problems []incident.Problem
		if !until.After(*i.RetainUntil) || !until.After(tx.Now()) {
			problems = append(problems, incident.Problem{Where: "until", What: "a day after " + i.RetainUntil.Format(time.DateOnly) + ", and not in the past"})
		}
		if until.After(tx.Now().AddDate(30, 0, 0)) {
			problems = append(problems, incident.Problem{Where: "until", What: "within thirty years"})
		}
		if reason == "" {
			problems = append(problems, incident.Problem{Where: "reason", What: "say why it must be kept longer: nobody may keep people's data without a reason"})
		}
		if err := invalid("It cannot be kept longer as described.", problems); err != nil {
			return err
		}
		to := until.UTC()
		i.RetainUntil = &to
		if err := erasures.Delete(tx, ledger.K(i.ID)); err != nil { // a proposal is void: it was about the old date
			return err
		}
		tx.Record("retention.extend", "incident/"+i.ID)
		if err := WriteTimeline(tx, i, "retention.extend", "incident/"+i.ID, fmt.Sprintf("Kept until %s. Reason: %s", to.Format(time.DateOnly), clip(reason, 2000))); err != nil {
			return err
		}
		return Save(tx, i)
	})
}
