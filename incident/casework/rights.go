package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// A request's row says what is asked, by when and what came of it, and nothing
// of who asks. That lies in rightPeople, whose scope is the request and not an
// incident: it has a data key of its own, and so has the copy in the vault.
// Destroying that key is how who asked is forgotten.
var (
	rights      = ledger.NewSystemTable[incident.RightRequest]("rights") // request id (UUIDv7: in the order they were taken in)
	rightPeople = ledger.NewCaseTable[Asker]("rights_people")            // request id
	rightCopies = ledger.NewCaseTable[RightCopy]("rights_copies")        // request id
)

// Asker is who asks, in their own words, and whom it was found to be.
type Asker struct {
	CustomerID string    `json:"customer_id,omitempty"`
	Name       string    `json:"name,omitempty"`
	Email      string    `json:"email,omitempty"`
	Phone      string    `json:"phone,omitempty"`
	BirthDate  string    `json:"birth_date,omitempty"` // YYYY-MM-DD
	Words      string    `json:"words,omitempty"`      // what they ask for
	Reasons    []string  `json:"reasons,omitempty"`    // of extension, decision, …, in order
	Subjects   []Subject `json:"subjects,omitempty"`   // the same person in incidents
}

// Subject is the person as one incident's lists know them: by customer id, or
// where a list has none by address and name together.
type Subject struct {
	Incident   string `json:"incident"` // id
	CustomerID string `json:"customer_id,omitempty"`
	Email      string `json:"email,omitempty"`
	Name       string `json:"name,omitempty"`
}

// NewRight is a request as it arrives.
type NewRight struct {
	Right      incident.Right
	Regime     string
	Zone       string // the regime's if empty
	Channel    string
	ReceivedAt time.Time // now if zero
	Asker      Asker     // Reasons and Subjects are not taken
}

// officer refuses whoever may not handle requests.
func officer(p incident.Principal) error {
	if !incident.Can(p, incident.HandleRights, nil) {
		return incident.Errorf(incident.Forbidden, "You may not handle people's requests. An administrator can make you a rights officer.")
	}
	return nil
}

// ReceiveRight takes a request in and starts its clock. Errors: Invalid, Forbidden.
func (d *Desk) ReceiveRight(ctx context.Context, p incident.Principal, in NewRight) (*incident.RightRequest, error) {
	var out incident.RightRequest
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		if err := officer(p); err != nil {
			return err
		}
		if in.ReceivedAt.IsZero() {
			in.ReceivedAt = tx.Now()
		}
		zone, regime, err := in.check(tx.Now())
		if err != nil {
			return err
		}
		n, err := tx.Sequence(fmt.Sprintf("rights-%d", tx.Now().Year()))
		if err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		out = incident.RightRequest{
			ID: id.String(), Number: fmt.Sprintf("RR-%d-%04d", tx.Now().Year(), n), Right: in.Right, Regime: regime.ID, Zone: zone.String(),
			Channel: in.Channel, ReceivedAt: in.ReceivedAt.UTC(), RecordedAt: tx.Now(), RecordedBy: p.ID,
		}
		out.Due, out.Latest, _ = regime.Clock(in.ReceivedAt, zone)
		in.Asker.Reasons, in.Asker.Subjects = nil, nil
		if err := rightPeople.Put(tx, ledger.K(out.ID), in.Asker.trimmed()); err != nil {
			return err
		}
		return saveRight(tx, &out, "rights.receive", "")
	})
	return &out, err
}

func (in *NewRight) check(now time.Time) (*time.Location, incident.RightRegime, error) {
	var problems []incident.Problem
	bad := func(where, what string) { problems = append(problems, incident.Problem{Where: where, What: what}) }
	regime, known := incident.RegimeOf(in.Regime)
	if !known {
		bad("regime", "not a law of the table")
	}
	if !in.Right.Valid() {
		bad("right", "one of "+values(incident.Rights()))
	} else if known && regime.Rights[in.Right] == "" {
		bad("right", regime.Label+" does not know this right; take it in under another law, or as another right")
	}
	if !incident.ValidChoice(incident.RightChannels(), in.Channel) {
		bad("channel", "one of "+values(incident.RightChannels()))
	}
	if in.Zone == "" {
		in.Zone = regime.Zone
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil || in.Zone == "Local" {
		bad("zone", "not a time zone: give a name such as Europe/Berlin")
	}
	if in.ReceivedAt.After(now) {
		bad("received_at", "it cannot have arrived in the future")
	}
	a := in.Asker.trimmed()
	if a.CustomerID == "" && a.Name == "" && a.Email == "" && a.Phone == "" {
		bad("name", "say who asks: a customer id, an e-mail address, a phone number or a name")
	}
	if _, err := time.Parse(time.DateOnly, a.BirthDate); a.BirthDate != "" && err != nil {
		bad("birth_date", "not a date: YYYY-MM-DD")
	}
	for where, s := range map[string]string{"name": a.Name, "email": a.Email, "phone": a.Phone, "customer_id": a.CustomerID} {
		if len(s) > 300 {
			bad(where, "longer than 300 bytes")
		}
	}
	if len(a.Words) > 20_000 {
		bad("words", "keep it under 20,000 characters")
	}
	return zone, regime, invalid("The request cannot be taken in as described.", problems)
}

func (a Asker) trimmed() Asker {
	for _, s := range []*string{&a.CustomerID, &a.Name, &a.Email, &a.Phone, &a.BirthDate, &a.Words} {
		*s = strings.TrimSpace(*s)
	}
	return a
}

// saveRight writes a request with what was just done, and its audit entry.
func saveRight(tx *ledger.Tx, r *incident.RightRequest, act, incidentID string) error {
	r.Acts = append(r.Acts, incident.RightAct{At: tx.Now(), By: tx.By().ID, Act: act, Incident: incidentID})
	tx.Record(act, "rights/"+r.ID)
	return rights.Put(tx, ledger.K(r.ID), *r)
}

// findRight reads a request by number or id.
func findRight(tx *ledger.Tx, ref string) (*incident.RightRequest, error) {
	ref = strings.TrimSpace(ref)
	if r, err := rights.Get(tx, ledger.K(strings.ToLower(ref))); err == nil || incident.KindOf(err) != incident.NotFound {
		return &r, err
	}
	var out *incident.RightRequest
	err := rights.ScanBack(tx, ledger.K(), func(_ ledger.Key, r incident.RightRequest) error {
		if strings.EqualFold(r.Number, ref) {
			out = &r
			return ledger.Stop
		}
		return nil
	})
	if err == nil && out == nil {
		err = incident.Errorf(incident.NotFound, "There is no request %q.", clip(ref, 40))
	}
	return out, err
}

// actRight is the one shape of an act on a request: who asks is read, changed
// and sealed again. Forgotten ones are Gone.
func (d *Desk) actRight(ctx context.Context, p incident.Principal, ref, act string, fn func(*ledger.Tx, *incident.RightRequest, *Asker) error) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		r, a, err := openRight(tx, p, ref)
		if err != nil {
			return err
		}
		if err := fn(tx, r, a); err != nil {
			return err
		}
		if err := rightPeople.Put(tx, ledger.K(r.ID), *a); err != nil {
			return err
		}
		return saveRight(tx, r, act, "")
	})
}

func openRight(tx *ledger.Tx, p incident.Principal, ref string) (*incident.RightRequest, *Asker, error) {
	if err := officer(p); err != nil {
		return nil, nil, err
	}
	r, err := findRight(tx, ref)
	if err != nil {
		return nil, nil, err
	}
	a, err := rightPeople.Get(tx, ledger.K(r.ID))
	if incident.KindOf(err) == incident.Gone && err != nil {
		return nil, nil, incident.Errorf(incident.Gone, "Who made %s was erased on %s.", r.Number, r.Forgotten.Format(time.DateOnly))
	}
	return r, &a, err
}

func stillOpenRight(r *incident.RightRequest) error {
	if r.Ended() {
		return incident.Errorf(incident.Conflict, "%s is %s.", r.Number, r.State())
	}
	return nil
}

// Rights gives the requests, those with the nearest limit first, then those
// that ended, newest first. It names nobody.
func (d *Desk) Rights(ctx context.Context, p incident.Principal) ([]incident.RightRequest, error) {
	if !incident.Can(p, incident.ListRights, nil) {
		return nil, incident.Errorf(incident.Forbidden, "You may not see people's requests.")
	}
	out := []incident.RightRequest{}
	err := d.db.View(ctx, func(tx *ledger.Tx) error {
		return rights.ScanBack(tx, ledger.K(), func(_ ledger.Key, r incident.RightRequest) error {
			out = append(out, r)
			return nil
		})
	})
	slices.SortStableFunc(out, func(a, b incident.RightRequest) int {
		switch {
		case a.Ended() != b.Ended():
			if b.Ended() {
				return -1
			}
			return 1
		case !a.Ended():
			return a.Due.Compare(b.Due)
		}
		return 0
	})
	return out, err
}
