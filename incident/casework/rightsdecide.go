package casework

import (
	"context"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// CheckIdentity records whether the one who asks is the person it is about.
func (d *Desk) CheckIdentity(ctx context.Context, p incident.Principal, ref, outcome, how string) error {
	return d.actRight(ctx, p, ref, "rights.identity", func(tx *ledger.Tx, r *incident.RightRequest, _ *Asker) error {
		if err := stillOpenRight(r); err != nil {
			return err
		}
		var problems []incident.Problem
		if !incident.ValidChoice(incident.IdentityOutcomes(), outcome) {
			problems = append(problems, incident.Problem{Where: "outcome", What: "one of " + values(incident.IdentityOutcomes())})
		}
		if !incident.ValidChoice(incident.IdentityWays(), how) {
			problems = append(problems, incident.Problem{Where: "how", What: "one of " + values(incident.IdentityWays())})
		}
		r.Identity = &incident.IdentityCheck{Outcome: outcome, How: how, By: p.ID, At: tx.Now()}
		return invalid("The identity check cannot be recorded.", problems)
	})
}

// confirmed is what acts on a person's data ask for.
func confirmed(r *incident.RightRequest) error {
	if r.Identity == nil || r.Identity.Outcome != "confirmed" {
		return incident.Errorf(incident.Conflict, "Confirm first that the one who asks is the person: what is held must not reach anybody else.")
	}
	return nil
}

// ExtendRight takes the later limit that the law allows. The person must have
// been told of it, and why, before the first limit passed.
func (d *Desk) ExtendRight(ctx context.Context, p incident.Principal, ref, reason string, toldAt time.Time) error {
	return d.actRight(ctx, p, ref, "rights.extend", func(tx *ledger.Tx, r *incident.RightRequest, a *Asker) error {
		if err := stillOpenRight(r); err != nil {
			return err
		}
		if r.Extension != nil {
			return incident.Errorf(incident.Conflict, "%s has been extended already.", r.Number)
		}
		regime, ok := incident.RegimeOf(r.Regime)
		zone, err := time.LoadLocation(r.Zone)
		if !ok || err != nil {
			return incident.Errorf(incident.Internal, "the regime or zone of request %s is not known", r.ID)
		}
		if regime.Extend == 0 {
			return incident.Errorf(incident.Conflict, "No extension is on record for %s. %s", regime.Label, regime.Note)
		}
		var problems []incident.Problem
		if reason = strings.TrimSpace(reason); reason == "" {
			problems = append(problems, incident.Problem{Where: "reason", What: "say why more time is needed: the person is told the reason"})
		}
		if toldAt.IsZero() || toldAt.Before(r.ReceivedAt) || toldAt.After(tx.Now()) {
			problems = append(problems, incident.Problem{Where: "told_at", What: "say when the person was told: between receipt and now"})
		} else if toldAt.After(r.Latest) {
			return incident.Errorf(incident.Conflict, "They were told after the first limit had passed (%s). The law allows no extension then.", r.Due.In(zone).Format("2 Jan 2006"))
		}
		if err := invalid("The extension cannot be recorded.", problems); err != nil {
			return err
		}
		_, _, until := regime.Clock(r.ReceivedAt, zone)
		r.Extension = &incident.RightExtension{Until: until, ToldAt: toldAt.UTC(), By: p.ID, At: tx.Now()}
		r.Due, r.Latest = until, until
		a.Reasons = append(a.Reasons, "Extended: "+clip(reason, 5000))
		return nil
	})
}

// DecideRight records what is answered. What is refused, in whole or in part,
// needs its reason and the ground relied on. Granting needs a confirmed identity.
func (d *Desk) DecideRight(ctx context.Context, p incident.Principal, ref, outcome, basis, reason string) error {
	return d.actRight(ctx, p, ref, "rights.decide", func(tx *ledger.Tx, r *incident.RightRequest, a *Asker) error {
		if err := stillOpenRight(r); err != nil {
			return err
		}
		var problems []incident.Problem
		if !incident.ValidChoice(incident.RightOutcomes(), outcome) {
			problems = append(problems, incident.Problem{Where: "outcome", What: "one of " + values(incident.RightOutcomes())})
		}
		reason = strings.TrimSpace(reason)
		if outcome != "granted" {
			if !incident.ValidChoice(incident.RefusalBases(), basis) {
				problems = append(problems, incident.Problem{Where: "basis", What: "name the ground it rests on"})
			}
			if reason == "" {
				problems = append(problems, incident.Problem{Where: "reason", What: "say why: the person is told the reason"})
			}
		} else {
			basis = ""
		}
		if err := invalid("The decision cannot be recorded.", problems); err != nil {
			return err
		}
		if outcome != "refused" {
			if err := confirmed(r); err != nil {
				return err
			}
		}
		r.Decision = &incident.RightDecision{Outcome: outcome, Basis: basis, By: p.ID, At: tx.Now()}
		a.Reasons = append(a.Reasons, incident.ChoiceLabel(incident.RightOutcomes(), outcome)+": "+clip(orText(reason, "as asked"), 5000))
		return nil
	})
}

// AnswerRight records when the person was told of the decision; the clock ends.
func (d *Desk) AnswerRight(ctx context.Context, p incident.Principal, ref string, toldAt time.Time) error {
	return d.actRight(ctx, p, ref, "rights.answer", func(tx *ledger.Tx, r *incident.RightRequest, _ *Asker) error {
		if err := stillOpenRight(r); err != nil {
			return err
		}
		if r.Decision == nil {
			return incident.Errorf(incident.Conflict, "Decide on %s first.", r.Number)
		}
		if toldAt.IsZero() {
			toldAt = tx.Now()
		}
		if toldAt.Before(r.ReceivedAt) || toldAt.After(tx.Now()) {
			return &incident.Error{Kind: incident.Invalid, Message: "The answer cannot be recorded.", Problems: []incident.Problem{{Where: "told_at", What: "between receipt and now"}}}
		}
		at := toldAt.UTC()
		r.AnsweredAt = &at
		return nil
	})
}

// WithdrawRight records that the person takes the request back.
func (d *Desk) WithdrawRight(ctx context.Context, p incident.Principal, ref string) error {
	return d.actRight(ctx, p, ref, "rights.withdraw", func(tx *ledger.Tx, r *incident.RightRequest, _ *Asker) error {
		if err := stillOpenRight(r); err != nil {
			return err
		}
		now := tx.Now()
		r.Withdrawn = &now
		return nil
	})
}

// ForgetRight destroys the key under which who asked is sealed, with every copy
// made for them. The request's row stays: what was asked, when, and what came of it.
func (d *Desk) ForgetRight(ctx context.Context, p incident.Principal, ref string) error {
	var id string
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		if err := officer(p); err != nil {
			return err
		}
		r, err := findRight(tx, ref)
		if err != nil {
			return err
		}
		switch {
		case r.Forgotten != nil:
			return incident.Errorf(incident.Gone, "Who made %s was erased on %s.", r.Number, r.Forgotten.Format(time.DateOnly))
		case !r.Ended():
			return incident.Errorf(incident.Conflict, "%s is not answered yet.", r.Number)
		}
		restricted, err := marksOfRequest(tx, r.ID)
		if err != nil {
			return err
		}
		if restricted {
			return incident.Errorf(incident.Conflict, "A restriction asked for with %s is in force. Before it is lifted the person must be told, so who they are is still needed.", r.Number)
		}
		now := tx.Now()
		r.Forgotten, id = &now, r.ID
		if err := tx.DestroyKey(r.ID); err != nil {
			return err
		}
		if err := leftovers.Put(tx, ledger.K(r.ID, ""), Leftover{Whole: true}); err != nil {
			return err
		}
		return saveRight(tx, r, "rights.forget", "")
	})
	if err != nil {
		return err
	}
	return d.clearLeftovers(ctx, p, id)
}

// RightFile is a request with who asks, for those who handle it.
type RightFile struct {
	incident.RightRequest
	Asker Asker // empty once forgotten
	Copy  *RightCopy
	Marks []PersonMark // corrections and restrictions made for it
	// Numbers are those of the incidents it concerns, by id; "" for one that was
	// erased or that p may not see.
	Numbers map[string]string
}

// RightFile reads a request. That it was read is recorded: it names a person.
func (d *Desk) RightFile(ctx context.Context, p incident.Principal, ref string) (*RightFile, error) {
	var out RightFile
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		if err := officer(p); err != nil {
			return err
		}
		r, err := findRight(tx, ref)
		if err != nil {
			return err
		}
		out = RightFile{RightRequest: *r, Numbers: map[string]string{}}
		tx.Record("rights.read", "rights/"+r.ID)
		if r.Forgotten != nil {
			return nil
		}
		if out.Asker, err = rightPeople.Get(tx, ledger.K(r.ID)); err != nil {
			return err
		}
		if c, err := rightCopies.Get(tx, ledger.K(r.ID)); err == nil {
			out.Copy = &c
		} else if incident.KindOf(err) != incident.NotFound {
			return err
		}
		for _, s := range out.Asker.Subjects {
			i, err := rightCase(tx, p, s.Incident, incident.FindPerson)
			if k := incident.KindOf(err); err != nil && k != incident.Gone && k != incident.NotFound {
				return err
			}
			out.Numbers[s.Incident] = ""
			if err == nil {
				out.Numbers[s.Incident] = i.Number
				all, err := marksOf(tx, i.ID)
				if err != nil {
					return err
				}
				for _, m := range all {
					if m.Request == r.ID {
						out.Marks = append(out.Marks, m)
					}
				}
			}
		}
		return nil
	})
	return &out, err
}

// rightCase finds an incident for an act on a person's behalf. It does not ask
// whether p may see the case: an officer acts without. What p may not act on
// is NotFound, as if it did not exist.
func rightCase(tx *ledger.Tx, p incident.Principal, ref string, a incident.Action) (*incident.Incident, error) {
	i, err := Find(tx, ref)
	if err != nil {
		return nil, err
	}
	if !incident.Can(p, a, i) {
		return nil, noSuch(ref)
	}
	return i, nil
}
