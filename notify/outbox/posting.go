package outbox

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/post"
)

// PostingState is where letters on paper stand.
type PostingState string

const (
	PostingPrinting PostingState = "printing" // released, and being set into files
	PostingPrinted  PostingState = "printed"  // the package is ready for the mail house
	PostingPosted   PostingState = "posted"   // the mail house said that it handed them to the postal service
	PostingFailed   PostingState = "failed"   // nothing was printed; Note says why, and it can be tried again
	PostingStopped  PostingState = "stopped"  // by a person, before they were posted
)

// Posting is one release of letters on paper to those of one list whom e-mail does not
// reach. It names nobody. Printing is done whole or not at all: until the package is
// handed over, nothing has left, so whatever ends the program in the middle is begun anew.
type Posting struct {
	ID         string       `json:"id"`
	Seq        int          `json:"seq"`
	State      PostingState `json:"state"`
	Note       string       `json:"note,omitempty"`
	Series     int          `json:"series,omitempty"` // of its letters; see Draft
	Everyone   bool         `json:"everyone,omitempty"`
	Letters    []Sent       `json:"letters"`
	Roster     string       `json:"roster"`  // digest of the list
	People     int          `json:"people"`  // on it
	Printed    int          `json:"printed"` // letters
	Returned   int          `json:"returned,omitempty"`
	ByEmail    int          `json:"by_email"`         // whom e-mail is the way to, or reached
	Earlier    int          `json:"earlier"`          // who got a letter before
	Excluded   Numbers      `json:"excluded"`         // by reason
	ByCountry  Numbers      `json:"by_country"`       // letters
	ByLetter   Numbers      `json:"by_letter"`        // letters, by draft
	Reasons    Numbers      `json:"reasons"`          // letters, by why they go by post
	ReturnedBy Numbers      `json:"returned_by"`      // letters that came back, by reason
	Report     *post.Report `json:"report,omitempty"` // once printed
	Drill      bool         `json:"drill,omitempty"`
	ReleasedBy string       `json:"released_by"`
	ReleasedAt time.Time    `json:"released_at"`
	PrintedAt  *time.Time   `json:"printed_at,omitempty"`
	Handed     []HandOver   `json:"handed,omitempty"`    // who took the package, oldest first
	PostedOn   string       `json:"posted_on,omitempty"` // YYYY-MM-DD, as the mail house says
	PostedBy   string       `json:"posted_by,omitempty"` // who recorded it
	PostedAt   *time.Time   `json:"posted_at,omitempty"` // when

	Done int `json:"done,omitempty"` // people gone through while it prints; never stored
}

// Numbers are counts by what they are of.
type Numbers map[string]int

// HandOver is one time the package was taken.
type HandOver struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Open reports whether its letters may still leave the house.
func (p *Posting) Open() bool {
	return p.State == PostingPrinting || p.State == PostingPrinted || p.State == PostingFailed
}

// Left is how many people got none, by reason, e-mail and earlier letters aside.
func (p *Posting) Left() int {
	n := 0
	for _, k := range p.Excluded {
		n += k
	}
	return n
}

// PostedLetter is one person's letter on paper. Like a delivery it does not say who.
type PostedLetter struct {
	Posting string        `json:"posting"`
	Draft   string        `json:"draft"`
	Line    int           `json:"line"`              // row of the list, from 1
	Mailing string        `json:"mailing,omitempty"` // whose e-mail did not reach them
	Return  *LetterReturn `json:"return,omitempty"`
}

// LetterReturn is what the mail house says of a letter that came back.
type LetterReturn struct {
	Reason string    `json:"reason"`
	Date   string    `json:"date,omitempty"` // YYYY-MM-DD
	At     time.Time `json:"at"`             // when it was recorded
}

// failed reports whether it did not reach them: who refuses a letter has had it in
// their hands.
func (l *PostedLetter) failed() bool {
	return l.Return != nil && l.Return.Reason != string(post.Refused)
}

// addressFailed reports whether where it was sent is no address of theirs: want of
// postage says nothing of it.
func (l *PostedLetter) addressFailed() bool {
	return l.failed() && l.Return.Reason != string(post.Postage)
}

var (
	postings     = ledger.NewCaseTable[Posting]("postings")            // incident, posting id
	postedTo     = ledger.NewCaseTable[PostedLetter]("posted_letters") // incident, keyed hash of the person
	printingJobs = ledger.NewSystemTable[string]("printing")           // posting id → incident
)

// Postings gives every posting of an incident, oldest first.
func (s *Service) Postings(ctx context.Context, p incident.Principal, ref string) ([]Posting, error) {
	var out []Posting
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return postings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, x Posting) error {
			x.Done = s.printing.done(x.ID)
			out = append(out, x)
			return nil
		})
	})
	return out, err
}

// Posting gives one as it stands. Errors: NotFound.
func (s *Service) Posting(ctx context.Context, p incident.Principal, ref, id string) (Posting, error) {
	var out Posting
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		out, err = postingOf(tx, i.ID, id)
		out.Done = s.printing.done(id)
		return err
	})
	return out, err
}

func postingOf(tx *ledger.Tx, incidentID, id string) (Posting, error) {
	x, err := postings.Get(tx, ledger.K(incidentID, id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return x, incident.Errorf(incident.NotFound, "There is no such posting.")
	}
	return x, err
}
