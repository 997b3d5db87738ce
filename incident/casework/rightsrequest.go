package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// LetterAsk is what a person can ask for on the page of their letter.
type LetterAsk string

const (
	AskAccess   LetterAsk = "access"
	AskCorrect  LetterAsk = "correct"
	AskRestrict LetterAsk = "restrict"
	AskObject   LetterAsk = "object"
	AskErase    LetterAsk = "erase"
	AskByPost   LetterAsk = "by_post" // no further letters by e-mail, write by post
)

// LetterAsks lists them in the order a person reads them.
func LetterAsks() []LetterAsk {
	return []LetterAsk{AskAccess, AskCorrect, AskRestrict, AskObject, AskErase, AskByPost}
}

// right is the right that an ask is kept and counted as. How somebody is written to
// is an objection to one way of it.
func (a LetterAsk) right() incident.Right {
	switch a {
	case AskAccess:
		return incident.RightAccess
	case AskCorrect:
		return incident.RightRectify
	case AskRestrict:
		return incident.RightRestrict
	case AskObject, AskByPost:
		return incident.RightObject
	case AskErase:
		return incident.RightErase
	}
	return ""
}

// LetterRequest is a request as the page of a letter takes it. The letter's code
// has named the person; Proved is whether they also knew what the letter does not show.
type LetterRequest struct {
	Incident string // id
	Letter   string // the delivery's name, a keyed hash
	Person   affected.Person
	Ask      LetterAsk
	Words    string // theirs; up to 2,000 characters
	Proved   bool
}

// lettersAsked tells a request made twice from two requests.
var lettersAsked = ledger.NewCaseTable[string]("letter_requests") // incident, keyed hash of the person, ask → request id

// AskedForPaper joins a transaction: whether somebody asked, on the page of their letter,
// for no further letters by e-mail. person is the name of the first delivery to them.
func AskedForPaper(tx *ledger.Tx, incidentID, person string) (bool, error) {
	return lettersAsked.Has(tx, ledger.K(incidentID, person, string(AskByPost)))
}

// MaxLetterWords is how many characters a person can write beside a request.
const MaxLetterWords = 2000

// ReceiveFromLetter takes a request from the page of a letter: a request in the
// register, with the clock of the first law of the person's place that knows the right, linked to
// the person in that incident, and a task in the incident's queue. Who asks is not taken as
// confirmed: an officer says so. The same asked twice is the one that is open, and again is true.
// Errors: Invalid; NotFound and Gone for an incident that is no more.
func (d *Desk) ReceiveFromLetter(ctx context.Context, by incident.Principal, in LetterRequest) (out *incident.RightRequest, again bool, err error) {
	in.Words = strings.TrimSpace(in.Words)
	right := in.Ask.right()
	if right == "" {
		return nil, false, incident.Errorf(incident.Invalid, "Choose what you ask for.")
	}
	if len([]rune(in.Words)) > MaxLetterWords {
		return nil, false, incident.Errorf(incident.Invalid, "Keep it under %d characters.", MaxLetterWords)
	}
	err = d.db.Update(ctx, by, func(tx *ledger.Tx) error {
		i, err := Find(tx, in.Incident)
		if err != nil {
			return err
		}
		asked := ledger.K(i.ID, in.Letter, string(in.Ask))
		if have, err := lettersAsked.Get(tx, asked); err == nil {
			r, err := findRight(tx, have)
			if err != nil {
				return err
			}
			if !r.Ended() {
				tx.Record("rights.repeat", "rights/"+r.ID)
				out, again = r, true
				return nil
			}
		} else if incident.KindOf(err) != incident.NotFound {
			return err
		}
		if out, err = newLetterRight(tx, &in, right); err != nil {
			return err
		}
		p := &in.Person
		a := Asker{CustomerID: p.CustomerID, Name: p.Name, Email: p.Email, Words: in.words(), Subjects: []Subject{subjectOf(i.ID, p)}}
		if err := rightPeople.Put(tx, ledger.K(out.ID), a); err != nil {
			return err
		}
		if err := lettersAsked.Put(tx, asked, out.ID); err != nil {
			return err
		}
		due := out.Due
		t := &incident.Task{
			Title: fmt.Sprintf("Answer request %s: %s", out.Number, in.title(right)), Phase: incident.PostIncident, Role: incident.Counsel,
			State: incident.TaskOpen, Due: &due,
			Instructions: fmt.Sprintf("Somebody whom this incident affects asked for it on the page of their letter. It is request %s on the page of people's requests; who asks is to be confirmed there first. Due %s.",
				out.Number, out.Due.Format(time.DateOnly)),
		}
		if err := PutTask(tx, i, t); err != nil {
			return err
		}
		if err := timelineOf(tx, i, "rights.receive", t, fmt.Sprintf("Request %s came in by the page of a letter", out.Number)); err != nil {
			return err
		}
		if err := Save(tx, i); err != nil {
			return err
		}
		return saveRight(tx, out, "rights.receive", i.ID)
	})
	return out, again, err
}

func newLetterRight(tx *ledger.Tx, in *LetterRequest, right incident.Right) (*incident.RightRequest, error) {
	regimes := incident.RegimesFor(in.Person.Jurisdiction())
	n := slices.IndexFunc(regimes, func(r incident.RightRegime) bool { return r.Rights[right] != "" })
	if n < 0 {
		return nil, incident.Errorf(incident.Internal, "rights: no law and no house rule knows %s", right)
	}
	zone, err := time.LoadLocation(regimes[n].Zone)
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "rights: the zone of %s", regimes[n].ID)
	}
	seq, err := tx.Sequence(fmt.Sprintf("rights-%d", tx.Now().Year()))
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	r := &incident.RightRequest{
		ID: id.String(), Number: fmt.Sprintf("RR-%d-%04d", tx.Now().Year(), seq), Right: right, Regime: regimes[n].ID, Zone: zone.String(),
		Channel: "page", ReceivedAt: tx.Now(), RecordedAt: tx.Now(), RecordedBy: tx.By().ID,
	}
	r.Due, r.Latest, _ = regimes[n].Clock(tx.Now(), zone)
	return r, nil
}

func (in *LetterRequest) title(right incident.Right) string {
	if in.Ask == AskByPost {
		return "no further letters by e-mail, write by post"
	}
	return strings.ToLower(right.Label())
}

// words are what was asked, and how it is known who did.
func (in *LetterRequest) words() string {
	how := "Asked on the page of their letter, by its code alone."
	if in.Proved {
		how = "Asked on the page of their letter, by its code and an answer that the letter does not show."
	}
	if in.Ask == AskByPost {
		how += " No further letters by e-mail: write by post."
	}
	return strings.TrimSpace(how + "\n\n" + in.Words)
}
