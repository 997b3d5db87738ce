package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// ReleasePosting has the approved letters printed for whom e-mail does not reach.
// Whoever approved one of them may not release it. roster is the digest of the list they
// confirmed. Errors: Conflict where it moved or nothing can be printed, Forbidden.
func (s *Service) ReleasePosting(ctx context.Context, p incident.Principal, ref, roster string, series int, everyone bool) (*Posting, error) {
	var out *Posting
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		plan, err := s.postPlan(tx, i, series, everyone)
		switch {
		case err != nil:
			return err
		case plan.Blocked != "":
			return incident.Errorf(incident.Conflict, "%s", plan.Blocked)
		case plan.Roster != roster:
			return incident.Errorf(incident.Conflict, "The list of affected people changed while you read it. Look at the numbers again.")
		case slices.Contains(plan.Approved, p.ID):
			return incident.Errorf(incident.Forbidden, "You approved one of these letters; somebody else must release them.")
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n, err := tx.Sequence("postings-" + i.ID)
		if err != nil {
			return err
		}
		x := plan.Posting
		x.ID, x.Seq, x.State, x.ReleasedBy, x.ReleasedAt = id.String(), int(n), PostingPrinting, p.ID, tx.Now()
		out = &x
		tx.Record("posting.release", "posting/"+x.ID)
		if err := s.print(tx, i, &x); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "posting.release", "posting/"+x.ID, fmt.Sprintf("Posting %d released: letters on paper from a list of %d people", x.Seq, x.People))
	})
	if err == nil {
		s.nudge()
	}
	return out, err
}

// print queues a posting for the press.
func (s *Service) print(tx *ledger.Tx, i *incident.Incident, x *Posting) error {
	if err := postings.Put(tx, ledger.K(i.ID, x.ID), *x); err != nil {
		return err
	}
	return printingJobs.Put(tx, ledger.K(x.ID), i.ID)
}

// onPosting is the shape of an act on one posting; fn says what it did.
func (s *Service) onPosting(ctx context.Context, p incident.Principal, ref, id, act string, fn func(*ledger.Tx, *incident.Incident, *Posting) (string, error)) error {
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		x, err := postingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		said, err := fn(tx, i, &x)
		if err != nil {
			return err
		}
		tx.Record(act, "posting/"+x.ID)
		if err := postings.Put(tx, ledger.K(i.ID, x.ID), x); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, act, "posting/"+x.ID, fmt.Sprintf("Posting %d %s", x.Seq, said))
	})
	if err == nil {
		s.nudge()
	}
	return err
}

// RetryPosting prints one again that failed. Errors: Conflict.
func (s *Service) RetryPosting(ctx context.Context, p incident.Principal, ref, id string) error {
	return s.onPosting(ctx, p, ref, id, "posting.retry", func(tx *ledger.Tx, i *incident.Incident, x *Posting) (string, error) {
		if x.State != PostingFailed {
			return "", incident.Errorf(incident.Conflict, "It is %s: there is nothing to try again.", x.State)
		}
		x.State, x.Note = PostingPrinting, ""
		return "is printed again", printingJobs.Put(tx, ledger.K(x.ID), i.ID)
	})
}

// StopPosting ends one before it was posted: its people can be written to again. Where
// the package was handed over, why says how it was called back. Errors: Conflict, Invalid.
func (s *Service) StopPosting(ctx context.Context, p incident.Principal, ref, id, why string) error {
	why = strings.TrimSpace(why)
	return s.onPosting(ctx, p, ref, id, "posting.stop", func(tx *ledger.Tx, i *incident.Incident, x *Posting) (string, error) {
		switch {
		case !x.Open():
			return "", incident.Errorf(incident.Conflict, "It is %s and cannot be stopped.", x.State)
		case len(x.Handed) > 0 && why == "":
			return "", &incident.Error{Kind: incident.Invalid, Message: "The package was handed over.", Problems: []incident.Problem{{Where: "why", What: "say how it was called back"}}}
		}
		x.State, x.Note = PostingStopped, why
		if err := printingJobs.Delete(tx, ledger.K(x.ID)); err != nil {
			return "", err
		}
		// Its records go when the press next looks: there may be a million.
		if err := unprinting.Put(tx, ledger.K(x.ID), i.ID); err != nil {
			return "", err
		}
		said := "stopped before it was posted"
		if why != "" {
			said += ": " + why
		}
		return said, nil
	})
}
