package casework

import (
	"context"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// SetLegalHold keeps an incident and what is collected for it from erasure while
// it may be needed in proceedings, or lets it go again. It can be set on an
// ended incident, which is when most claims come.
func (d *Desk) SetLegalHold(ctx context.Context, p incident.Principal, ref string, on bool, reason string) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := rightCase(tx, p, ref, incident.ExtendKeeping)
		if err != nil {
			return err
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return &incident.Error{Kind: incident.Invalid, Message: "Say why.", Problems: []incident.Problem{{Where: "reason", What: "say why: it keeps people's data, or lets it go"}}}
		}
		if i.LegalHold == on {
			return incident.Errorf(incident.Conflict, "The legal hold on %s is as you ask already.", i.Number)
		}
		i.LegalHold = on
		act, text := "hold.set", "Legal hold set"
		if !on {
			act, text = "hold.lift", "Legal hold lifted"
		}
		tx.Record(act, "incident/"+i.ID)
		all, err := EvidenceOf(tx, i.ID)
		if err != nil {
			return err
		}
		for _, e := range all { // what was collected meanwhile is held with it
			if e.LegalHold == on {
				continue
			}
			e.LegalHold = on
			if err := exhibits.Put(tx, ledger.K(i.ID, e.ID), e); err != nil {
				return err
			}
		}
		if err := WriteTimeline(tx, i, act, "incident/"+i.ID, sentence(text, clip(reason, 2000))); err != nil {
			return err
		}
		return Save(tx, i)
	})
}
