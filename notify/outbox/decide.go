package outbox

import (
	"context"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

func obligationOf(tx *ledger.Tx, i *incident.Incident, id string) (Obligation, error) {
	o, err := obligations.Get(tx, ledger.K(i.ID, id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return o, incident.Errorf(incident.NotFound, "There is no such obligation on %s.", i.Number)
	}
	return o, err
}

// DecideNotToNotify proposes not to meet a duty, with the reason the register
// keeps. It counts once somebody else approves it.
func (s *Service) DecideNotToNotify(ctx context.Context, p incident.Principal, ref, obligation, reason string) error {
	return s.act(ctx, p, ref, incident.DecideDuty, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return incident.Errorf(incident.Invalid, "Give the reason: an authority may ask for it years later.")
		}
		if o.Applies == "no" {
			return incident.Errorf(incident.Conflict, "It does not apply; there is nothing to decide.")
		}
		o.Decision = &Decision{Reason: reason, By: p.ID, At: tx.Now()}
		tx.Record("duty.decide", "incident/"+i.ID)
		if err := obligations.Put(tx, ledger.K(i.ID, o.ID), o); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "duty.decide", "obligation/"+o.ID, "Proposed not to notify under "+o.Regime+" ("+o.Rule+"). Reason: "+reason)
	})
}

// ApproveDecision is the second person's agreement; agree false withdraws the proposal.
func (s *Service) ApproveDecision(ctx context.Context, p incident.Principal, ref, obligation string, agree bool) error {
	return s.act(ctx, p, ref, incident.DecideDuty, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if o.Decision == nil || o.Decision.Settled() {
			return incident.Errorf(incident.Conflict, "There is no open proposal on this obligation.")
		}
		text := "Proposal not to notify was withdrawn: " + o.Rule
		if agree {
			if o.Decision.By == p.ID {
				return incident.Errorf(incident.Forbidden, "Somebody other than who proposed it must approve it.")
			}
			now := tx.Now()
			o.Decision.ApprovedBy, o.Decision.ApprovedAt = p.ID, &now
			text = "Decided not to notify under " + o.Regime + " (" + o.Rule + ")"
		} else {
			o.Decision = nil
		}
		tx.Record("duty.approve", "incident/"+i.ID)
		if err := obligations.Put(tx, ledger.K(i.ID, o.ID), o); err != nil {
			return err
		}
		all, err := ObligationsOf(tx, i.ID)
		if err != nil {
			return err
		}
		if err := s.arm(tx, i, all); err != nil {
			return err
		}
		if err := s.checkReview(tx, i); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "duty.approve", "obligation/"+o.ID, text)
	})
}
