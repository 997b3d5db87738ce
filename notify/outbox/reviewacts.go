package outbox

import (
	"context"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

func reviewOf(tx *ledger.Tx, id string) (Review, error) {
	r, err := reviews.Get(tx, ledger.K(id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return Review{}, nil
	}
	return r, err
}

func written(where, text, need string) (string, error) {
	text = strings.TrimSpace(text)
	what := ""
	if text == "" {
		what = need
	} else if len(text) > 20_000 {
		what = "Keep it under 20,000 characters; attach longer text as evidence."
	}
	if what == "" {
		return text, nil
	}
	return "", &incident.Error{Kind: incident.Invalid, Message: "It cannot be kept as it is.", Problems: []incident.Problem{{Where: where, What: what}}}
}

// review is the one shape of an act on a review.
func (s *Service) review(ctx context.Context, p incident.Principal, ref string, a incident.Action, fn func(*ledger.Tx, *incident.Incident, *Review) (line string, err error)) error {
	return s.act(ctx, p, ref, a, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := reviewOf(tx, i.ID)
		if err != nil {
			return err
		}
		line, err := fn(tx, i, &r)
		if err != nil {
			return err
		}
		if err := putReview(tx, i, &r); err != nil {
			return err
		}
		if line == "" {
			return nil
		}
		return casework.WriteTimeline(tx, i, "review", "incident/"+i.ID, line)
	})
}

// putReview writes a review and its place in counsel's queue.
func putReview(tx *ledger.Tx, i *incident.Incident, r *Review) error {
	if err := reviews.Put(tx, ledger.K(i.ID), *r); err != nil {
		return err
	}
	if r.State != ReviewAsked && r.State != ReviewReopened {
		return queue.Delete(tx, ledger.K(i.ID))
	}
	return queue.Put(tx, ledger.K(i.ID), Ticket{Incident: i.ID, Number: i.Number, State: r.State, AskedBy: r.AskedBy, AskedAt: r.AskedAt})
}

// AskReview puts an incident's assessment before counsel. Errors: Conflict where
// it waits already, Invalid.
func (s *Service) AskReview(ctx context.Context, p incident.Principal, ref, question string) error {
	question, err := written("question", question, "Say what counsel is asked to look at.")
	if err != nil {
		return err
	}
	return s.review(ctx, p, ref, incident.AskReview, func(tx *ledger.Tx, i *incident.Incident, r *Review) (string, error) {
		if r.State == ReviewAsked {
			return "", incident.Errorf(incident.Conflict, "Counsel has been asked already.")
		}
		r.State, r.AskedBy, r.AskedAt, r.Question = ReviewAsked, p.ID, tx.Now(), question
		tx.Record("review.ask", "incident/"+i.ID)
		return "Counsel was asked to review the assessment", nil
	})
}

// WithdrawReview takes the request back. Errors: Conflict where nothing waits.
func (s *Service) WithdrawReview(ctx context.Context, p incident.Principal, ref string) error {
	return s.review(ctx, p, ref, incident.AskReview, func(tx *ledger.Tx, i *incident.Incident, r *Review) (string, error) {
		if r.State != ReviewAsked {
			return "", incident.Errorf(incident.Conflict, "There is no request to withdraw.")
		}
		r.State = ReviewWithdrawn
		tx.Record("review.withdraw", "incident/"+i.ID)
		return "The request for counsel's review was withdrawn", nil
	})
}

// AddReviewNote keeps counsel's advice; nobody else reads it. The timeline says
// nothing of it.
func (s *Service) AddReviewNote(ctx context.Context, p incident.Principal, ref, text string) error {
	text, err := written("note", text, "The note is empty.")
	if err != nil {
		return err
	}
	return s.review(ctx, p, ref, incident.SignReview, func(tx *ledger.Tx, i *incident.Incident, r *Review) (string, error) {
		r.Notes = append(r.Notes, ReviewNote{N: len(r.Notes) + 1, By: p.ID, At: tx.Now(), Text: text})
		tx.Record("review.note", "incident/"+i.ID)
		return "", nil
	})
}

// RemarkOnDuty says something of one duty, for everybody on the case. Errors:
// NotFound where there is no such duty.
func (s *Service) RemarkOnDuty(ctx context.Context, p incident.Principal, ref, obligation, text string) error {
	text, err := written("remark", text, "The remark is empty.")
	if err != nil {
		return err
	}
	return s.review(ctx, p, ref, incident.SignReview, func(tx *ledger.Tx, i *incident.Incident, r *Review) (string, error) {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return "", err
		}
		r.Remarks = append(r.Remarks, ReviewRemark{Obligation: o.ID, By: p.ID, At: tx.Now(), Text: text})
		tx.Record("review.remark", "incident/"+i.ID)
		return "Counsel remarked on " + o.Rule, nil
	})
}

// SignReview is counsel's word on the assessment whose digest they read. Errors:
// Conflict where it moved meanwhile or where this very assessment is signed.
func (s *Service) SignReview(ctx context.Context, p incident.Principal, ref, digest, statement string) error {
	statement, err := written("statement", statement, "Say what you sign off, and what you do not.")
	if err != nil {
		return err
	}
	return s.review(ctx, p, ref, incident.SignReview, func(tx *ledger.Tx, i *incident.Incident, r *Review) (string, error) {
		now, err := s.basis(tx, i)
		if err != nil {
			return "", err
		}
		if now.Digest != digest {
			return "", incident.Errorf(incident.Conflict, "The assessment changed while you read it. Read it again.")
		}
		if r.State == ReviewSigned && r.Last().Basis.Digest == digest {
			return "", incident.Errorf(incident.Conflict, "This assessment is signed off already.")
		}
		r.State = ReviewSigned
		r.SignOffs = append(r.SignOffs, SignOff{By: p.ID, At: tx.Now(), Statement: statement, Basis: now})
		tx.Record("review.sign", "incident/"+i.ID)
		return "Counsel signed the assessment off: " + digest[:12], nil
	})
}

// basis is what the assessment of a case rests on now.
func (s *Service) basis(tx *ledger.Tx, i *incident.Incident) (Basis, error) {
	facts, err := s.factsOf(tx, i)
	if err != nil {
		return Basis{}, err
	}
	lib, err := s.library(tx)
	if err != nil {
		return Basis{}, err
	}
	all, err := ObligationsOf(tx, i.ID)
	return basisOf(&facts, lib.Edition(), all), err
}

// checkReview reopens a signed review whose ground moved. It is part of every
// act after which the duties were worked out again, or one was decided.
func (s *Service) checkReview(tx *ledger.Tx, i *incident.Incident) error {
	r, err := reviewOf(tx, i.ID)
	if err != nil || r.State != ReviewSigned {
		return err
	}
	now, err := s.basis(tx, i)
	if err != nil {
		return err
	}
	last := r.Last()
	moved := last.Basis.since(&now)
	if len(moved) == 0 {
		return nil
	}
	at := tx.Now()
	last.Changed, last.ChangedAt = moved, &at
	r.State, r.AskedAt = ReviewReopened, at
	if r.AskedBy == "" {
		r.AskedBy = last.By
	}
	tx.Record("review.reopen", "incident/"+i.ID)
	if err := putReview(tx, i, &r); err != nil {
		return err
	}
	return casework.WriteTimeline(tx, i, "review.reopen", "incident/"+i.ID, "Counsel's sign-off no longer covers the assessment: "+brief(moved))
}

func brief(list []string) string {
	if len(list) > 5 {
		return strings.Join(list[:5], "; ") + "; and more"
	}
	return strings.Join(list, "; ")
}

// Review gives a review and what counsel has before them. Notes are there for
// counsel and for who wrote them.
func (s *Service) Review(ctx context.Context, p incident.Principal, ref string) (ReviewFile, error) {
	out := ReviewFile{Changed: []string{}}
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		if out.Review, err = reviewOf(tx, i.ID); err != nil {
			return err
		}
		if !incident.Can(p, incident.SeePrivileged, i) {
			out.Notes = slices.DeleteFunc(out.Notes, func(n ReviewNote) bool { return n.By != p.ID })
		}
		facts, err := s.factsOf(tx, i)
		if err != nil {
			return err
		}
		lib, err := s.library(tx)
		if err != nil {
			return err
		}
		if out.Obligations, err = ObligationsOf(tx, i.ID); err != nil {
			return err
		}
		out.Basis = basisOf(&facts, lib.Edition(), out.Obligations)
		if last := out.Last(); last != nil {
			out.Changed = last.Basis.since(&out.Basis)
		}
		a := lib.Assess(facts, tx.Now())
		out.Risk, out.Questions, out.Notices = a.Risk, a.Questions, a.Notices
		out.Conclusions, err = s.conclusionsOf(tx, i, riskFacts(&facts))
		return err
	})
	return out, err
}

// ReviewQueue gives every incident that waits for counsel and that p may review,
// the nearest deadline first, then those with none in the order they were asked.
func (s *Service) ReviewQueue(ctx context.Context, p incident.Principal) ([]QueueLine, error) {
	out := []QueueLine{}
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return queue.Scan(tx, ledger.K(), func(_ ledger.Key, t Ticket) error {
			i, err := casework.Load(tx, t.Incident)
			if err != nil {
				if incident.KindOf(err) == incident.Gone {
					return nil
				}
				return err
			}
			if !incident.Can(p, incident.SeeIncident, i) || !incident.Can(p, incident.SignReview, i) {
				return nil
			}
			line := QueueLine{Ticket: t, Title: i.Title, Drill: i.Drill}
			running, err := armed.Get(tx, ledger.K(i.ID))
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			sortClocks(running)
			if len(running) > 0 {
				due := running[0].Due
				line.Due, line.Regime = &due, running[0].Regime
			}
			standing, err := states.Get(tx, ledger.K(i.ID))
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			line.Questions = len(standing.Questions)
			all, err := ObligationsOf(tx, i.ID)
			if err != nil {
				return err
			}
			for n := range all {
				if all[n].Applies == "unknown" {
					line.Unknown++
				}
			}
			out = append(out, line)
			return nil
		})
	})
	slices.SortStableFunc(out, func(a, b QueueLine) int {
		switch {
		case a.Due != nil && b.Due != nil && !a.Due.Equal(*b.Due):
			return a.Due.Compare(*b.Due)
		case (a.Due == nil) != (b.Due == nil):
			if a.Due == nil {
				return 1
			}
			return -1
		}
		return a.AskedAt.Compare(b.AskedAt)
	})
	return out, err
}
