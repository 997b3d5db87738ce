package outbox

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Release sends every approved letter to the people it is for. Whoever approved
// one of them may not release it. roster is the digest of the list they
// confirmed; if it moved meanwhile it is a Conflict.
func (s *Service) Release(ctx context.Context, p incident.Principal, ref, roster string) (*Mailing, error) {
	return s.ReleaseAs(ctx, p, ref, roster, "")
}

// ReleaseAs is Release by somebody who read a forecast: numbers is its digest, and
// where anything they follow from moved since it is a Conflict.
func (s *Service) ReleaseAs(ctx context.Context, p incident.Principal, ref, roster, numbers string) (*Mailing, error) {
	var out *Mailing
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		plan, err := s.plan(tx, i)
		if err != nil {
			return err
		}
		if plan.Blocked != "" {
			return incident.Errorf(incident.Conflict, "%s", plan.Blocked)
		}
		if plan.Roster != roster {
			return incident.Errorf(incident.Conflict, "The list of affected people changed while you read it. Look at the numbers again.")
		}
		if numbers != "" {
			now, err := s.forecastDigest(tx, i, &plan)
			if err != nil {
				return err
			}
			if now != numbers {
				return incident.Errorf(incident.Conflict, "What the numbers follow from changed while you read them. Look at them again.")
			}
		}
		if err := oneAtATime(tx, i.ID); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n, err := tx.Sequence("mailings-" + i.ID)
		if err != nil {
			return err
		}
		m := &Mailing{
			ID: id.String(), Seq: int(n), State: MailingCanary, Roster: plan.Roster, People: plan.People, Drill: i.Drill, Series: plan.Series,
			ReleasedBy: p.ID, ReleasedAt: tx.Now(), Excluded: map[string]int{},
		}
		for k := range plan.Letters {
			d := plan.Letters[k].Draft
			if d.Approval.By == p.ID {
				return incident.Errorf(incident.Forbidden, "You approved %s; somebody else must release it.", d.Rule)
			}
			d.Released = &Release{By: p.ID, At: tx.Now(), Mailing: m.ID}
			if err := drafts.Put(tx, ledger.K(i.ID, d.ID), d); err != nil {
				return err
			}
			m.Letters = append(m.Letters, sentOf(&d))
		}
		tx.Record("mailing.release", "mailing/"+m.ID)
		if err := mailings.Put(tx, ledger.K(i.ID, m.ID), *m); err != nil {
			return err
		}
		if err := sending.Put(tx, ledger.K(m.ID), i.ID); err != nil {
			return err
		}
		out = m
		return casework.WriteTimeline(tx, i, "mailing.release", "mailing/"+m.ID,
			fmt.Sprintf("Mailing %d released: %d letters for %d people", m.Seq, len(m.Letters), m.People))
	})
	if err == nil {
		s.nudge()
	}
	return out, err
}

func oneAtATime(tx *ledger.Tx, id string) error {
	return mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		if m.State.Active() || m.State == MailingPaused {
			return incident.Errorf(incident.Conflict, "Mailing %d is not over yet.", m.Seq)
		}
		return nil
	})
}
