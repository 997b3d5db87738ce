package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// UncertainDelivery is one letter that a person has to settle.
type UncertainDelivery struct {
	Key       string
	Mailing   string
	Line      int       // its row in the list, from 1
	Batch     uint64    // of the mailing: those of one batch were under way together
	At        time.Time // when it became uncertain
	Try       int       // attempt, from 1
	Code      int       // what the server said last; 0 where it said nothing
	Detail    string    // what happened, in our words; letters with the same can be settled together
	MessageID string    // to look up in the mail server's log, without angle brackets

	// Name and Email are masked, and empty unless whoever asks may see the list.
	Name, Email string
}

// UncertainReason is how many letters are uncertain for the same reason.
type UncertainReason struct {
	Detail string
	People int
}

// UncertainQuery says which uncertain deliveries are asked for.
type UncertainQuery struct {
	Mailing string // "" is every mailing of the incident
	After   string // the key of the last one seen; "" from the start
	Limit   int    // 0 is all
	People  bool   // masked names and addresses, which takes a reading of the list
}

// Uncertain gives the deliveries nobody knows the end of, by key. Errors: NotFound
// where there is no such mailing.
func (s *Service) Uncertain(ctx context.Context, p incident.Principal, ref string, q UncertainQuery) ([]UncertainDelivery, error) {
	var out []UncertainDelivery
	var owner string
	lists := map[string]string{} // mailing → its list
	people := false
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		owner, people = i.ID, q.People && incident.Can(p, incident.SeeRoster, i)
		if q.Mailing != "" {
			if _, err := mailingOf(tx, i.ID, q.Mailing); err != nil {
				return err
			}
		}
		start := ledger.K(i.ID)
		if q.After != "" {
			start = ledger.K(i.ID, q.After+"\x00")
		}
		if err := deliveries.ScanFrom(tx, start, ledger.K(i.ID), func(k ledger.Key, d Delivery) error {
			if d.State != Uncertain || q.Mailing != "" && d.Mailing != q.Mailing {
				return nil
			}
			out = append(out, s.uncertainOne(k.Text(1), &d))
			if q.Limit > 0 && len(out) == q.Limit {
				return ledger.Stop
			}
			return nil
		}); err != nil || !people {
			return err
		}
		for n := range out {
			if lists[out[n].Mailing] != "" {
				continue
			}
			m, err := mailingOf(tx, i.ID, out[n].Mailing)
			if err != nil {
				return err
			}
			lists[m.ID] = m.Roster
		}
		return nil
	})
	if err != nil || !people {
		return out, err
	}
	return out, s.maskedRows(ctx, owner, lists, out)
}

func (s *Service) uncertainOne(key string, d *Delivery) UncertainDelivery {
	out := UncertainDelivery{
		Key: key, Mailing: d.Mailing, Line: d.Line, Batch: d.Batch, At: d.At, Try: d.Attempts,
		Code: d.Receipt.Code, Detail: d.Receipt.Detail, MessageID: messageID(key, d.Attempts),
	}
	if out.Detail == "" {
		out.Detail = "no answer was seen"
	}
	if c, ok := s.Mail.(interface{ Domain() string }); ok {
		out.MessageID += "@" + c.Domain()
	}
	return out
}

// maskedRows adds to each row who it is, masked.
func (s *Service) maskedRows(ctx context.Context, owner string, lists map[string]string, rows []UncertainDelivery) error {
	for mailing, roster := range lists {
		wanted := map[int][]*UncertainDelivery{}
		last := 0
		for n := range rows {
			if rows[n].Mailing == mailing {
				wanted[rows[n].Line] = append(wanted[rows[n].Line], &rows[n])
				last = max(last, rows[n].Line)
			}
		}
		err := s.eachRow(ctx, owner, roster, func(line int, person *affected.Person) bool {
			for _, u := range wanted[line] {
				u.Name, u.Email = affected.Mask(affected.TextShape, person.Name), affected.Mask(affected.EmailShape, person.Email)
			}
			return line < last
		})
		if err != nil && !errors.As(err, new(*unreadable)) { // the page is of use without names
			return err
		}
	}
	return nil
}

// eachRow calls fn for every person of a list who was not erased, until it says false.
func (s *Service) eachRow(ctx context.Context, owner, roster string, fn func(line int, person *affected.Person) bool) error {
	list, err := s.Vault.Open(ctx, owner, roster)
	if err != nil {
		return err
	}
	defer list.Close()
	line := 0
	for person, err := range affected.ReadRoster(list) {
		if err != nil {
			return &unreadable{after: line, cause: err}
		}
		line++
		if line%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !casework.Erased(&person) && !fn(line, &person) {
			return nil
		}
	}
	return nil
}

// UncertainReasons counts a mailing's uncertain letters by reason, most first.
func (s *Service) UncertainReasons(ctx context.Context, p incident.Principal, ref, mailing string) ([]UncertainReason, error) {
	all, err := s.Uncertain(ctx, p, ref, UncertainQuery{Mailing: mailing})
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for n := range all {
		count[all[n].Detail]++
	}
	var out []UncertainReason
	for detail, n := range count {
		out = append(out, UncertainReason{detail, n})
	}
	slices.SortFunc(out, func(a, b UncertainReason) int {
		if a.People != b.People {
			return b.People - a.People
		}
		return slices.Compare([]byte(a.Detail), []byte(b.Detail))
	})
	return out, nil
}
