package outbox

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// ReturnDraft sends a text back to who writes it, with the reason. digest is what
// was read. An approval of it is taken back by it. Invalid without a reason;
// Conflict where the text moved, went out, or was sent back already.
func (s *Service) ReturnDraft(ctx context.Context, p incident.Principal, ref, id, digest, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := tooLong("reason", reason, mostReason); err != nil {
		return err
	}
	return s.act(ctx, p, ref, incident.ApproveNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, id)
		if err != nil {
			return err
		}
		switch {
		case reason == "":
			return &incident.Error{Kind: incident.Invalid, Message: "It cannot be sent back.", Problems: []incident.Problem{{Where: "reason", What: "Say what is to be changed, for who writes it."}}}
		case d.Released != nil:
			return incident.Errorf(incident.Conflict, "It has been released already.")
		case d.Current().Digest != digest:
			return incident.Errorf(incident.Conflict, "The text changed while you read it. Read it again.")
		case d.Returned() != nil:
			return incident.Errorf(incident.Conflict, "This text was sent back already; a new version is awaited.")
		}
		d.Approval = nil
		d.Reviews = append(d.Reviews, DraftReview{Act: "returned", By: p.ID, At: tx.Now(), Version: d.Current().N, Digest: digest, Reason: reason})
		tx.Record("draft.return", "draft/"+d.ID)
		if err := drafts.Put(tx, ledger.K(i.ID, d.ID), d); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "draft.return", "draft/"+d.ID, fmt.Sprintf("Draft sent back: %s, %s, version %d", d.Rule, d.Language, d.Current().N))
	})
}
