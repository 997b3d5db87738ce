package outbox

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/post"
)

// Package hands a posting's letters over to whoever asks, for the mail house: one
// ZIP, sealed where it has keys. That it was taken is on record before its first byte is
// written. Errors: Forbidden; Conflict in a drill, whose letters stay in the house, and
// where nothing is printed.
func (s *Service) Package(ctx context.Context, p incident.Principal, ref, id string) (name string, write func(context.Context, io.Writer) error, err error) {
	var report post.Report
	var owner string
	err = s.onPosting(ctx, p, ref, id, "posting.hand_over", func(tx *ledger.Tx, i *incident.Incident, x *Posting) (string, error) {
		switch {
		case x.Drill:
			return "", incident.Errorf(incident.Conflict, "This is a drill: its letters do not leave the house.")
		case x.Report == nil || x.State != PostingPrinted && x.State != PostingPosted:
			return "", incident.Errorf(incident.Conflict, "It is %s: there is no package.", x.State)
		}
		x.Handed = append(x.Handed, HandOver{By: p.ID, At: tx.Now()})
		report, owner = *x.Report, i.ID
		return "was taken for the mail house", nil
	})
	if err != nil {
		return "", nil, err
	}
	name = report.Job + ".zip"
	if s.House.Sealed() {
		name += ".age"
	}
	return name, func(ctx context.Context, w io.Writer) error { return s.House.Pack(ctx, w, s.Prints(owner), report) }, nil
}

// ConfirmPosting records that the mail house handed the letters to the postal service on
// a day (YYYY-MM-DD). digest is what it repeats of the package, and shows that it has this one
// whole. Whoever they are to counts as told on that day. Errors: Invalid, Conflict.
func (s *Service) ConfirmPosting(ctx context.Context, p incident.Principal, ref, id, digest, day string) error {
	digest = strings.ToLower(strings.TrimSpace(digest))
	return s.onPosting(ctx, p, ref, id, "posting.posted", func(tx *ledger.Tx, i *incident.Incident, x *Posting) (string, error) {
		if x.State != PostingPrinted || x.Drill {
			return "", incident.Errorf(incident.Conflict, "It is %s: it cannot have been posted.", x.State)
		}
		var problems []incident.Problem
		if digest != x.Report.Digest {
			problems = append(problems, incident.Problem{Where: "digest", What: "is not that of this package: the mail house has another one, or not all of it"})
		}
		on, err := time.Parse(time.DateOnly, strings.TrimSpace(day))
		switch {
		case err != nil:
			problems = append(problems, incident.Problem{Where: "posted_on", What: "not a date: YYYY-MM-DD"})
		case on.After(tx.Now()):
			problems = append(problems, incident.Problem{Where: "posted_on", What: "lies ahead"})
		case on.AddDate(0, 0, 1).Before(*x.PrintedAt):
			problems = append(problems, incident.Problem{Where: "posted_on", What: "lies before they were printed"})
		}
		if len(problems) > 0 {
			return "", &incident.Error{Kind: incident.Invalid, Message: "It cannot be recorded like that.", Problems: problems}
		}
		now := tx.Now()
		x.State, x.PostedOn, x.PostedBy, x.PostedAt = PostingPosted, on.Format(time.DateOnly), p.ID, &now
		if err := s.toldOnPaper(tx, i, x, on); err != nil {
			return "", err
		}
		return fmt.Sprintf("was posted on %s: %d letters", x.PostedOn, x.Printed), nil
	})
}

// toldOnPaper sets what follows from letters that were posted.
func (s *Service) toldOnPaper(tx *ledger.Tx, i *incident.Incident, x *Posting, on time.Time) error {
	instead := map[string]Numbers{} // by mailing, by draft: whose e-mail came back
	if err := postedTo.Scan(tx, ledger.K(i.ID), func(k ledger.Key, l PostedLetter) error {
		if l.Posting != x.ID || l.Mailing == "" {
			return nil
		}
		d, err := deliveries.Get(tx, k)
		if err != nil {
			if incident.KindOf(err) == incident.NotFound {
				return nil // erased since
			}
			return err
		}
		if d.State == Bounced {
			if instead[d.Mailing] == nil {
				instead[d.Mailing] = Numbers{}
			}
			instead[d.Mailing][d.Draft]++
		}
		return nil
	}); err != nil {
		return err
	}
	for id, byDraft := range instead {
		m, err := mailingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		if m.Posted == nil {
			m.Posted = map[string]int{}
		}
		for draft, n := range byDraft {
			m.Posted[draft] = min(m.Returned[draft], m.Posted[draft]+n)
		}
		if err := mailings.Put(tx, ledger.K(i.ID, id), m); err != nil {
			return err
		}
	}
	// The posting itself is put after this: what asks for open ones must not find it.
	if err := postings.Put(tx, ledger.K(i.ID, x.ID), *x); err != nil {
		return err
	}
	through, err := mailThrough(tx, i.ID)
	if err != nil {
		return err
	}
	if through {
		if _, err := casework.PutMilestone(tx, i, casework.SetMilestone{Milestone: incident.IndividualsNotified, At: on, Precision: incident.ToTheDay, Reason: fmt.Sprintf("posting %d was posted", x.Seq)}); err != nil {
			return err
		}
	}
	return s.reassess(tx, i, "letters were posted")
}

// mailThrough reports whether no e-mail is still to go out, come to an end nobody knows,
// or be made good by a letter.
func mailThrough(tx *ledger.Tx, id string) (bool, error) {
	through := true
	err := mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		if m.State.Active() || m.State == MailingPaused || m.Counts.Uncertain > 0 || m.NeedLetter() > 0 {
			through = false
		}
		return nil
	})
	return through, err
}

// onPaper lists the places whose people are to be written to on paper and were not yet:
// a posting was released, and is not posted.
func onPaper(tx *ledger.Tx, id string) ([]string, error) {
	var out []string
	err := postings.Scan(tx, ledger.K(id), func(_ ledger.Key, x Posting) error {
		if !x.Open() || x.Drill {
			return nil
		}
		for _, l := range x.Letters {
			if x.State != PostingPrinted || x.ByLetter[l.Draft] > 0 {
				out = append(out, l.Covers...)
			}
		}
		return nil
	})
	return out, err
}

// ReturnsTaken says what became of a list of returned letters.
type ReturnsTaken struct {
	Taken    int                // letters noted as returned
	Known    int                // noted before
	Problems []incident.Problem // lines that could not be taken; Where is "line 7"
}

// maxReturnProblems bounds how many bad lines are named.
const maxReturnProblems = 50

// TakeReturns reads a mail house's list of letters of one posting that came back.
// Sound lines are taken, others named. Errors: Conflict where it is not posted; Invalid
// where the file is no list.
func (s *Service) TakeReturns(ctx context.Context, p incident.Principal, ref, id string, list io.Reader) (ReturnsTaken, error) {
	var out ReturnsTaken
	var codes map[string]string
	var rows []post.Return
	bad := func(line int, what string) {
		if len(out.Problems) < maxReturnProblems {
			out.Problems = append(out.Problems, incident.Problem{Where: fmt.Sprintf("line %d", line), What: what})
		}
	}
	for r, err := range post.ReadReturns(list) {
		switch {
		case err != nil && r.Line == 0:
			return out, err
		case err != nil:
			bad(r.Line, incident.Sentence(err))
		default:
			rows = append(rows, r)
		}
	}
	owner, err := s.codesOfPosting(ctx, p, ref, id, &codes)
	if err != nil {
		return out, err
	}
	err = s.onPosting(ctx, p, owner, id, "posting.returns", func(tx *ledger.Tx, i *incident.Incident, x *Posting) (string, error) {
		if x.ReturnedBy == nil {
			x.ReturnedBy = Numbers{}
		}
		for _, r := range rows {
			key, ok := codes[strings.ToUpper(strings.TrimSpace(r.Code))]
			if !ok {
				bad(r.Line, "no letter of this posting has that code")
				continue
			}
			k := ledger.K(i.ID, key)
			l, err := postedTo.Get(tx, k)
			if err != nil {
				return "", err
			}
			if l.Return != nil {
				out.Known++
				continue
			}
			l.Return = &LetterReturn{Reason: string(r.Reason), Date: r.Date, At: tx.Now()}
			if err := postedTo.Put(tx, k, l); err != nil {
				return "", err
			}
			out.Taken++
			x.Returned++
			x.ReturnedBy[string(r.Reason)]++
		}
		return fmt.Sprintf("%d letters came back", out.Taken), nil
	})
	return out, err
}

// codesOfPosting gives what its letters' codes stand for.
func (s *Service) codesOfPosting(ctx context.Context, p incident.Principal, ref, id string, codes *map[string]string) (owner string, err error) {
	var keys []string
	if err := s.read(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		x, err := postingOf(tx, i.ID, id)
		if err != nil {
			return err
		}
		if x.State != PostingPosted {
			return incident.Errorf(incident.Conflict, "It is %s: nothing can have come back.", x.State)
		}
		owner = i.ID
		return postedTo.Scan(tx, ledger.K(i.ID), func(k ledger.Key, l PostedLetter) error {
			if l.Posting == id {
				keys = append(keys, k.Text(1))
			}
			return nil
		})
	}); err != nil {
		return "", err
	}
	k, err := s.DB.DataKey(ctx, owner)
	if err != nil {
		return "", err
	}
	w := postal{post: k.Derive("codes of letters on paper")}
	*codes = make(map[string]string, len(keys))
	for _, key := range keys {
		(*codes)[w.code(key)] = key
	}
	return owner, nil
}
