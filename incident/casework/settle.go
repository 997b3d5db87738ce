package casework

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// ProposeResolution puts the list of a finished run forward. object is the
// digest of the list that was looked at. Somebody else must settle it.
func (d *Desk) ProposeResolution(ctx context.Context, p incident.Principal, ref, id, object string) error {
	return d.onList(ctx, p, ref, id, object, func(tx *ledger.Tx, i *incident.Incident, r *Resolution) error {
		if r.State != ResolutionDone {
			return incident.Errorf(incident.Conflict, "There is no finished list to put forward.")
		}
		now := tx.Now()
		r.State, r.ProposedBy, r.ProposedAt = ResolutionProposed, tx.By().ID, &now
		tx.Record("roster.propose", "resolution/"+r.ID)
		return WriteTimeline(tx, i, "roster.propose", "resolution/"+r.ID, fmt.Sprintf("List of affected people put forward: %d people in %d jurisdictions", r.Roster.People, len(r.Roster.ByJurisdiction)))
	})
}

// ReturnResolution takes a list that was put forward back, with the reason: by
// whoever put it forward, or by who was to settle it.
func (d *Desk) ReturnResolution(ctx context.Context, p incident.Principal, ref, id, why string) error {
	if why = strings.TrimSpace(why); why == "" {
		return invalid("The list cannot be sent back like that.", []incident.Problem{{Where: "why", What: "give the reason"}})
	}
	return d.onList(ctx, p, ref, id, "", func(tx *ledger.Tx, i *incident.Incident, r *Resolution) error {
		if r.State != ResolutionProposed {
			return incident.Errorf(incident.Conflict, "This list is not put forward.")
		}
		r.State, r.ProposedBy, r.ProposedAt = ResolutionDone, "", nil
		tx.Record("roster.return", "resolution/"+r.ID)
		return WriteTimeline(tx, i, "roster.return", "resolution/"+r.ID, "List of affected people sent back: "+why)
	})
}

// SettleResolution puts a list that somebody else put forward in force. It does
// not change any more; approvals of letters are bound to its digest. Errors:
// Forbidden for who put it forward, Conflict where it is not the list of object.
func (d *Desk) SettleResolution(ctx context.Context, p incident.Principal, ref, id, object string) (*incident.Roster, error) {
	var out *incident.Roster
	err := d.onList(ctx, p, ref, id, object, func(tx *ledger.Tx, i *incident.Incident, r *Resolution) error {
		switch {
		case r.State == ResolutionDone:
			return incident.Errorf(incident.Conflict, "Put the list forward first; a second person then puts it in force.")
		case r.State != ResolutionProposed:
			return incident.Errorf(incident.Conflict, "There is no list to put in force.")
		case r.ProposedBy == tx.By().ID:
			return incident.Errorf(incident.Forbidden, "You put this list forward; somebody else must put it in force.")
		}
		r.State = ResolutionSettled
		r.Roster.ProposedBy = r.ProposedBy
		out = r.Roster
		return d.putRoster(tx, i, r.Roster)
	})
	return out, err
}

// onList is the shape of an act on a run's list: a digest that is given must be the list's.
func (d *Desk) onList(ctx context.Context, p incident.Principal, ref, id, object string, fn func(*ledger.Tx, *incident.Incident, *Resolution) error) error {
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := resolutionOf(tx, i, id)
		if err != nil {
			return err
		}
		if r.Roster == nil {
			return incident.Errorf(incident.Conflict, "There is no finished list to put in force.")
		}
		if object != "" && r.Roster.Object != object {
			return incident.Errorf(incident.Conflict, "The list changed while you looked at it. Look at the numbers again.")
		}
		if err := fn(tx, i, &r); err != nil {
			return err
		}
		return resolutions.Put(tx, ledger.K(i.ID, id), r)
	})
}
