package outbox

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/post"
)

// unprinting are stopped postings whose people's records are still to be taken away.
var unprinting = ledger.NewSystemTable[string]("printing_stopped") // posting id → incident

// printing says how far the press is. What is in memory alone is worth only a page.
type printing struct {
	sync.Mutex
	at map[string]int
}

func (p *printing) done(id string) int {
	p.Lock()
	defer p.Unlock()
	return p.at[id]
}

func (p *printing) set(id string, n int) {
	p.Lock()
	defer p.Unlock()
	if p.at == nil {
		p.at = map[string]int{}
	}
	if n == 0 {
		delete(p.at, id)
		return
	}
	p.at[id] = n
}

// errStopped says that a person stopped a posting while it was printed.
var errStopped = errors.New("stopped")

// runPress prints until ctx ends. It has a rhythm of its own: a mailing does not wait
// for the press.
func (s *Service) runPress(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		if err := s.printAll(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Error("printing failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// printAll prints what is queued, one posting after the other.
func (s *Service) printAll(ctx context.Context) error {
	for n, table := range []ledger.Table[string]{unprinting, printingJobs} {
		var jobs []job
		if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
			return table.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
				jobs = append(jobs, job{mailing: k.Text(0), incident: id})
				return nil
			})
		}); err != nil {
			return err
		}
		for _, j := range jobs {
			if ctx.Err() != nil {
				return nil
			}
			if err := s.printOne(ctx, j, n == 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) printOne(ctx context.Context, j job, on bool) error {
	// What an earlier run wrote down was never posted: it is begun anew, or stopped.
	if err := s.forgetPosted(ctx, j); err != nil {
		return s.printFailed(ctx, j, err)
	}
	if !on {
		return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			tx.Record("posting.forget", "posting/"+j.mailing)
			return unprinting.Delete(tx, ledger.K(j.mailing))
		})
	}
	defer s.printing.set(j.mailing, 0)
	x, err := s.printPosting(ctx, j)
	switch {
	case ctx.Err() != nil:
		return nil // the next start goes on
	case errors.Is(err, errStopped):
		return nil
	case err != nil:
		return s.printFailed(ctx, j, err)
	}
	return s.printed(ctx, j, x)
}

// forgetPosted takes away the records of a posting that was not posted.
func (s *Service) forgetPosted(ctx context.Context, j job) error {
	for {
		var some []ledger.Key
		if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
			return postedTo.Scan(tx, ledger.K(j.incident), func(k ledger.Key, l PostedLetter) error {
				if l.Posting == j.mailing {
					some = append(some, k)
				}
				if len(some) == 1000 {
					return ledger.Stop
				}
				return nil
			})
		}); err != nil || len(some) == 0 {
			return err
		}
		if err := s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			tx.Record("posting.forget", "posting/"+j.mailing)
			for _, k := range some {
				if err := postedTo.Delete(tx, k); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// printPosting sets and stores the letters, and gives the posting with its numbers.
func (s *Service) printPosting(ctx context.Context, j job) (*Posting, error) {
	if s.House == nil {
		return nil, incident.Errorf(incident.Conflict, "Printing is not configured any more.")
	}
	var x Posting
	var w *postal
	var texts []Draft
	if err := s.DB.View(ctx, func(tx *ledger.Tx) (err error) {
		if x, err = postingOf(tx, j.incident, j.mailing); err != nil {
			return err
		}
		i, err := casework.Load(tx, j.incident)
		if err != nil {
			return err
		}
		w, texts, err = s.openPostal(tx, i, &x)
		return err
	}); err != nil {
		return nil, err
	}
	if err := w.ready(ctx, texts); err != nil {
		return nil, err
	}
	x.Printed, x.ByEmail, x.Earlier = 0, 0, 0
	x.Excluded, x.ByCountry, x.ByLetter, x.Reasons = Numbers{}, Numbers{}, Numbers{}, Numbers{}
	began := x.ReleasedAt
	under := map[string]paperLetter{} // of the letters the press has not answered for
	gone := 0
	var failed error
	letters := w.letters(ctx, &failed, dateOf(began), func(some []paperLetter) error {
		clear(under)
		for n := range some {
			x.count(&some[n])
			if some[n].goes() {
				under[some[n].key] = some[n]
			}
		}
		gone += len(some)
		s.printing.set(x.ID, gone)
		return s.writePosted(ctx, j, some)
	})
	job := post.Job{Name: fmt.Sprintf("posting-%d", x.Seq), Date: began, Excluded: func(e post.Excluded) error {
		l, ok := under[e.ID]
		if !ok {
			return nil
		}
		x.Printed--
		x.Reasons[l.why]--
		x.ByCountry[countryOf(&l.person)]--
		x.ByLetter[l.letter.sent.Draft]--
		x.Excluded["cannot be printed: "+printReason(e.Reason)]++
		return s.unwritePosted(ctx, j, l.key)
	}}
	report, err := s.House.Press(x.Drill).Run(ctx, job, letters, s.Prints(j.incident))
	if failed != nil {
		err = failed
	}
	x.Report = &report
	return &x, err
}

func printReason(r post.Reason) string {
	switch r {
	case post.NoAddress:
		return "no line to send it to"
	case post.BigAddress:
		return "the address does not fit the window"
	case post.BadCountry:
		return "the country is not known"
	case post.Characters:
		return "no font has the characters, or print cannot set the script"
	case post.Duplicate:
		return "printed for the same person already"
	case post.TooLong:
		return "too many pages"
	}
	return "the letter cannot be made"
}

// goes reports whether a letter is printed for somebody.
func (l *paperLetter) goes() bool { return l.why != "" && l.reason == "" && !l.byEmail && !l.earlier }

// letters gives them to the press, after before was told of each some hundred people.
// What ends the way through the list is left in failed: the press sees the end alone.
func (w *postal) letters(ctx context.Context, failed *error, date string, before func([]paperLetter) error) iter.Seq2[post.Letter, error] {
	return func(yield func(post.Letter, error) bool) {
		*failed = w.each(ctx, func(some []paperLetter) error {
			if err := before(some); err != nil {
				return err
			}
			if err := w.enrolPaper(ctx, some); err != nil {
				return err
			}
			for n := range some {
				if !some[n].goes() {
					continue
				}
				if !yield(w.paper(&some[n], date)) {
					return errEnough
				}
			}
			return nil
		})
		if errors.Is(*failed, errEnough) {
			*failed = nil // the press says why it stopped
		} else if *failed != nil {
			yield(post.Letter{}, *failed)
		}
	}
}

var errEnough = errors.New("enough")

// writePosted keeps whom a letter is printed for, before it is.
func (s *Service) writePosted(ctx context.Context, j job, some []paperLetter) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		x, err := postingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		if x.State != PostingPrinting {
			return errStopped
		}
		tx.Record("posting.print", "posting/"+x.ID)
		for n := range some {
			if l := &some[n]; l.goes() {
				if err := postedTo.Put(tx, ledger.K(j.incident, l.key), PostedLetter{Posting: x.ID, Draft: l.letter.sent.Draft, Line: l.line, Mailing: l.mailing}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (s *Service) unwritePosted(ctx context.Context, j job, key string) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("posting.set_apart", "posting/"+j.mailing)
		return postedTo.Delete(tx, ledger.K(j.incident, key))
	})
}

// printed keeps what was made.
func (s *Service) printed(ctx context.Context, j job, made *Posting) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		x, err := postingOf(tx, j.incident, j.mailing)
		if err != nil || x.State != PostingPrinting {
			return err
		}
		i, err := casework.Load(tx, j.incident)
		if err != nil {
			return err
		}
		now := tx.Now()
		made.State, made.PrintedAt, made.Note = PostingPrinted, &now, ""
		tx.Record("posting.printed", "posting/"+x.ID)
		if made.Printed == 0 {
			made.State, made.Note = PostingStopped, "nobody on the list is to be written to on paper"
		}
		if err := postings.Put(tx, ledger.K(i.ID, x.ID), *made); err != nil {
			return err
		}
		if err := printingJobs.Delete(tx, ledger.K(x.ID)); err != nil {
			return err
		}
		if err := casework.WriteTimeline(tx, i, "posting.printed", "posting/"+x.ID, fmt.Sprintf("Posting %d is printed: %d letters, %d pages, %d left out; %d go by e-mail", x.Seq, made.Printed, made.Report.Pages, made.Left(), made.ByEmail)); err != nil {
			return err
		}
		if err := s.reassess(tx, i, "letters were printed"); err != nil {
			return err
		}
		return casework.Save(tx, i)
	})
}

// printFailed keeps why nothing was printed, for a person.
func (s *Service) printFailed(ctx context.Context, j job, cause error) error {
	if incident.KindOf(cause) == incident.Gone {
		return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			tx.Record("posting.end", "posting/"+j.mailing)
			if err := unprinting.Delete(tx, ledger.K(j.mailing)); err != nil {
				return err
			}
			return printingJobs.Delete(tx, ledger.K(j.mailing))
		})
	}
	s.Logger.Error("printing failed", "posting", j.mailing, "error", cause)
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		x, err := postingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		tx.Record("posting.failed", "posting/"+x.ID)
		if x.State == PostingPrinting {
			x.State, x.Note = PostingFailed, incident.Sentence(cause)
		}
		if err := postings.Put(tx, ledger.K(j.incident, x.ID), x); err != nil {
			return err
		}
		if err := unprinting.Delete(tx, ledger.K(x.ID)); err != nil {
			return err
		}
		return printingJobs.Delete(tx, ledger.K(x.ID))
	})
}

// dateOf is a date as letters bear it.
func dateOf(t time.Time) string { return t.UTC().Format("2006-01-02") }
