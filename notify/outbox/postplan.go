package outbox

import (
	"archive/zip"
	"context"
	"io"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/post"
)

// PostPlan is what a release of letters on paper would do now: the list was gone
// through as printing does.
type PostPlan struct {
	Posting              // of what would be made: its numbers, no id
	Drafts   []DraftView // approved, and about to be printed
	Blocked  string      // why nothing can be printed; empty if it can
	Sealed   bool        // the package is sealed for the mail house
	Approved []string    // accounts that approved one of the letters, who may not release
}

// PlanPosting says what a release of letters on paper would do. everyone asks for paper
// also to people whom e-mail would reach, where a law or counsel wants it. Series is that
// of the letters, as in Draft.
func (s *Service) PlanPosting(ctx context.Context, p incident.Principal, ref string, series int, everyone bool) (PostPlan, error) {
	var out PostPlan
	var w *postal
	var texts []Draft
	if err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		if out, err = s.postPlan(tx, i, series, everyone); err != nil || out.Blocked != "" {
			return err
		}
		w, texts, err = s.openPostal(tx, i, &out.Posting)
		return err
	}); err != nil || w == nil {
		return out, err
	}
	if err := w.ready(ctx, texts); err != nil {
		return out, err
	}
	x := &out.Posting
	err := w.each(ctx, func(some []paperLetter) error {
		for n := range some {
			x.count(&some[n])
		}
		return nil
	})
	return out, err
}

// postPlan is the plan without its numbers.
func (s *Service) postPlan(tx *ledger.Tx, i *incident.Incident, series int, everyone bool) (PostPlan, error) {
	out := PostPlan{Posting: Posting{Series: series, Everyone: everyone, Drill: i.Drill, Excluded: Numbers{}, ByCountry: Numbers{}, ByLetter: Numbers{}, Reasons: Numbers{}}}
	if s.House == nil {
		out.Blocked = "Printing is not configured: it needs the address letters come back to."
		return out, nil
	}
	out.Sealed = s.House.Sealed()
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return out, err
	}
	if roster == nil {
		out.Blocked = "Who is affected has not been settled yet."
		return out, nil
	}
	out.Roster, out.People = roster.Object, roster.People
	b, err := caseBasisOf(tx, i)
	if err != nil {
		return out, err
	}
	all, err := draftsOf(tx, i.ID)
	if err != nil {
		return out, err
	}
	for n := range all {
		d := &all[n]
		if d.Audience != "individuals" || d.Series != series {
			continue
		}
		v, err := s.standing(i, d, tx.Now(), b)
		if err != nil {
			return out, err
		}
		if !v.Valid {
			continue
		}
		out.Drafts, out.Letters = append(out.Drafts, v), append(out.Letters, sentOf(d))
		if by := d.Approval.By; !slices.Contains(out.Approved, by) {
			out.Approved = append(out.Approved, by)
		}
	}
	open, err := openPosting(tx, i.ID)
	switch {
	case err != nil:
		return out, err
	case b.facts[FactPoliceDelay].Value() == "yes":
		out.Blocked = "The police asked to wait with the notice. Record it when they no longer do."
	case len(out.Letters) == 0:
		out.Blocked = "No letter to people is approved for this list."
	case open != nil:
		out.Blocked = "Letters of this case are printed already and not posted yet: record that they were, or stop them first."
	}
	return out, nil
}

// openPosting is the one whose letters may still leave the house; nil where there is none.
func openPosting(tx *ledger.Tx, id string) (*Posting, error) {
	var out *Posting
	err := postings.Scan(tx, ledger.K(id), func(_ ledger.Key, x Posting) error {
		if x.Open() {
			out = &x
		}
		return nil
	})
	return out, err
}

// count puts a person of the list where they belong.
func (x *Posting) count(l *paperLetter) {
	switch {
	case l.earlier:
		x.Earlier++
	case l.byEmail:
		x.ByEmail++
	case l.reason != "":
		x.Excluded[l.reason]++
	default:
		x.Printed++
		x.Reasons[l.why]++
		x.ByCountry[countryOf(&l.person)]++
		x.ByLetter[l.letter.sent.Draft]++
	}
}

// ProofPosting prints the first letter of each kind, marked as proofs, for whoever
// releases. Errors: as of PlanPosting; Conflict where nothing can be printed.
func (s *Service) ProofPosting(ctx context.Context, p incident.Principal, ref string, series int, everyone bool) ([]post.Proof, error) {
	var w *postal
	var texts []Draft
	var now time.Time
	if err := s.read(ctx, p, ref, incident.SeeRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		now = tx.Now()
		plan, err := s.postPlan(tx, i, series, everyone)
		if err != nil {
			return err
		}
		if plan.Blocked != "" {
			return incident.Errorf(incident.Conflict, "%s", plan.Blocked)
		}
		w, texts, err = s.openPostal(tx, i, &plan.Posting)
		return err
	}); err != nil {
		return nil, err
	}
	if err := w.ready(ctx, texts); err != nil {
		return nil, err
	}
	var failed error
	letters := w.letters(ctx, &failed, dateOf(now), func([]paperLetter) error { return nil })
	out, err := s.House.Press(w.m.Drill).Proofs(ctx, post.Job{Name: "proofs", Date: now}, letters, s.Prints(w.j.incident))
	if failed != nil {
		err = failed
	}
	return out, err
}

// PostingProofs gives the proofs of ProofPosting as one ZIP of PDFs.
func (s *Service) PostingProofs(ctx context.Context, p incident.Principal, ref string, series int, everyone bool) (func(context.Context, io.Writer) error, error) {
	proofs, err := s.ProofPosting(ctx, p, ref, series, everyone)
	if err != nil {
		return nil, err
	}
	var owner string
	if err := s.read(ctx, p, ref, incident.SeeRoster, func(_ *ledger.Tx, i *incident.Incident) error {
		owner = i.ID
		return nil
	}); err != nil {
		return nil, err
	}
	store := s.Prints(owner)
	return func(ctx context.Context, w io.Writer) error {
		z := zip.NewWriter(w)
		for _, proof := range proofs {
			entry, err := z.Create(proof.File.Name)
			if err != nil {
				return err
			}
			file, err := store.Open(ctx, proof.File.Ref)
			if err != nil {
				return err
			}
			_, err = io.Copy(entry, file)
			if e := file.Close(); err == nil {
				err = e
			}
			if err != nil {
				return err
			}
		}
		return z.Close()
	}, nil
}
