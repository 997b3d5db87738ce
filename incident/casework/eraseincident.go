package casework

import (
	"context"
	"sort"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// ProposeErasure puts the erasure of an ended incident forward once its
// retention is over. Somebody else decides. Errors: Conflict with everything
// that stands in the way.
func (d *Desk) ProposeErasure(ctx context.Context, p incident.Principal, ref string) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := rightCase(tx, p, ref, incident.ProposeErasure)
		if err != nil {
			return err
		}
		if err := d.mayErase(tx, i); err != nil {
			return err
		}
		if have, err := erasures.Has(tx, ledger.K(i.ID)); err != nil || have {
			if err == nil {
				err = incident.Errorf(incident.Conflict, "The erasure of %s is proposed already; somebody else must approve it.", i.Number)
			}
			return err
		}
		e, err := remains(tx, i)
		if err != nil {
			return err
		}
		e.ProposedBy, e.ProposedAt = p.ID, tx.Now()
		tx.Record("erasure.propose", "incident/"+i.ID)
		return erasures.Put(tx, ledger.K(i.ID), e)
	})
}

// WithdrawErasure takes a proposal back.
func (d *Desk) WithdrawErasure(ctx context.Context, p incident.Principal, ref string) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := rightCase(tx, p, ref, incident.ProposeErasure)
		if err != nil {
			return err
		}
		if have, err := erasures.Has(tx, ledger.K(i.ID)); err != nil || !have {
			if err == nil {
				err = incident.Errorf(incident.Conflict, "The erasure of %s is not proposed.", i.Number)
			}
			return err
		}
		tx.Record("erasure.withdraw", "incident/"+i.ID)
		return erasures.Delete(tx, ledger.K(i.ID))
	})
}

// EraseIncident destroys the incident's key and its files, on a second person's
// word. number is typed by that person and must be the incident's. What stays
// is the audit log, and the line of the register. If the program ends between
// the two steps, FinishErasures does the second at the next start.
func (d *Desk) EraseIncident(ctx context.Context, p incident.Principal, ref, number string) error {
	var id string
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := rightCase(tx, p, ref, incident.ApproveErasure)
		if err != nil {
			return err
		}
		e, err := erasures.Get(tx, ledger.K(i.ID))
		if err != nil {
			return orNotFoundAs(err, incident.Conflict, "The erasure of %s is not proposed.", i.Number)
		}
		if e.ProposedBy == p.ID {
			return incident.Errorf(incident.Forbidden, "You proposed it; somebody else must approve it.")
		}
		if !strings.EqualFold(strings.TrimSpace(number), i.Number) {
			return &incident.Error{Kind: incident.Invalid, Message: "Nothing was erased.", Problems: []incident.Problem{{Where: "number", What: "type " + i.Number + " to say that you mean it"}}}
		}
		if err := d.mayErase(tx, i); err != nil {
			return err
		}
		fresh, err := remains(tx, i) // as it is now, not as it was proposed
		if err != nil {
			return err
		}
		fresh.ProposedBy, fresh.ProposedAt = e.ProposedBy, e.ProposedAt
		now := tx.Now()
		fresh.ApprovedBy, fresh.ErasedAt, id = p.ID, &now, i.ID
		tx.Record("erasure.approve", "incident/"+i.ID)
		if err := d.holders(func(h Holder) error { return h.CaseErased(tx, i) }); err != nil {
			return err
		}
		if err := eraseAlerts(tx, i.ID); err != nil {
			return err
		}
		if err := forgetDeadlines(tx, i.ID); err != nil {
			return err
		}
		if err := erasures.Put(tx, ledger.K(i.ID), fresh); err != nil {
			return err
		}
		if err := leftovers.Put(tx, ledger.K(i.ID, ""), Leftover{Whole: true}); err != nil {
			return err
		}
		if err := tx.DestroyKey(i.ID); err != nil {
			return err
		}
		tx.Record("incident.erase", "incident/"+i.ID)
		return nil
	})
	if err != nil {
		return err
	}
	return d.clearLeftovers(ctx, p, id)
}

// mayErase names all that stands in the way of erasing an incident.
func (d *Desk) mayErase(tx *ledger.Tx, i *incident.Incident) error {
	var problems []incident.Problem
	add := func(what string) { problems = append(problems, incident.Problem{What: what}) }
	if !i.Status.Ended() {
		add("it is " + strings.ToLower(i.Status.Label()) + ": only what is closed or dismissed is erased")
	} else if i.RetainUntil == nil || i.RetainUntil.After(tx.Now()) {
		add("its retention is not over" + untilWords(i))
	}
	if i.LegalHold {
		add("a legal hold is set on the incident")
	}
	all, err := EvidenceOf(tx, i.ID)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.LegalHold && !e.Destroyed && !i.LegalHold {
			add("a legal hold is set on evidence " + itoa(e.Number))
		}
	}
	if err := rights.Scan(tx, ledger.K(), func(_ ledger.Key, r incident.RightRequest) error {
		if r.Ended() {
			return nil
		}
		a, err := rightPeople.Get(tx, ledger.K(r.ID))
		if err != nil {
			return err
		}
		for _, s := range a.Subjects {
			if s.Incident == i.ID {
				add("request " + r.Number + " is about somebody in it and is not answered yet")
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := d.holders(func(h Holder) error {
		got, err := h.Keeps(tx, i, true)
		for _, o := range got {
			add(o.What)
		}
		return err
	}); err != nil {
		return err
	}
	if len(problems) > 0 {
		return &incident.Error{Kind: incident.Conflict, Message: i.Number + " cannot be erased now.", Problems: problems}
	}
	return nil
}

func untilWords(i *incident.Incident) string {
	if i.RetainUntil == nil {
		return ""
	}
	return ": it is kept until " + i.RetainUntil.Format("2 January 2006")
}

// remains is the line that stays of a case: dates, counts and codes.
func remains(tx *ledger.Tx, i *incident.Incident) (Erasure, error) {
	e := Erasure{
		Incident: i.ID, Number: i.Number, Kind: string(i.Kind), Severity: string(i.Severity), Status: string(i.Status), Drill: i.Drill, Restricted: i.Restricted,
		OpenedAt: i.OpenedAt, ClosedAt: i.ClosedAt, RetainedTo: i.RetainUntil,
	}
	r, err := CurrentRoster(tx, i.ID)
	if err != nil {
		return e, err
	}
	if r != nil {
		e.People, e.Jurisdictions, e.Elements = &r.People, r.ByJurisdiction, r.ByElement
	}
	set, err := MilestonesInForce(tx, i.ID)
	for m, s := range set {
		if m == incident.IndividualsNotified || strings.HasPrefix(string(m), "filed:") {
			e.Told = append(e.Told, ErasureNotice{Milestone: m, At: s.At})
		}
	}
	sort.Slice(e.Told, func(a, b int) bool {
		if !e.Told[a].At.Equal(e.Told[b].At) {
			return e.Told[a].At.Before(e.Told[b].At)
		}
		return e.Told[a].Milestone < e.Told[b].Milestone
	})
	return e, err
}

// eraseAlerts deletes the alerts of an incident: they lie outside its key and
// name hosts and users. Of a webhook call only that it came is kept, so that a
// sender who repeats it opens nothing.
func eraseAlerts(tx *ledger.Tx, id string) error {
	gone := map[string]bool{}
	if err := caseAlerts.Scan(tx, ledger.K(id), func(_ ledger.Key, alert string) error {
		gone[alert] = true
		return alerts.Delete(tx, ledger.K(alert))
	}); err != nil || len(gone) == 0 {
		return err
	}
	if err := fingerprints.Scan(tx, ledger.K(), func(k ledger.Key, alert string) error {
		if gone[alert] {
			return fingerprints.Delete(tx, k)
		}
		return nil
	}); err != nil {
		return err
	}
	return deliveries.Scan(tx, ledger.K(), func(k ledger.Key, call Delivery) error {
		kept := call.Alerts[:0:0]
		for _, a := range call.Alerts {
			if !gone[a] {
				kept = append(kept, a)
			}
		}
		if len(kept) == len(call.Alerts) {
			return nil
		}
		call.Alerts, call.Raw = kept, nil
		return deliveries.Put(tx, k, call)
	})
}
