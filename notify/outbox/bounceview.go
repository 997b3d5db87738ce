package outbox

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// Unreached is who a mailing did not reach by e-mail, and what the laws have for it.
type Unreached struct {
	Returned   int // mail came back
	Refused    int // mail was not taken
	NeedLetter int // of the returned, people not told otherwise since
	// Letters are those whom a letter is the way to, by row of the list.
	Letters []UnreachedLetter
	// Substitutes are the duties under which a notice to all takes the place of
	// letters to people without a usable address.
	Substitutes []Substitute
}

// UnreachedLetter is one person whom mail did not reach. Line is the row in the list.
type UnreachedLetter struct {
	Line   int
	State  DeliveryState // bounced or rejected
	Status string        // RFC 3463, where a server gave one
	Reason string
	At     time.Time
}

// Substitute is a law's substitute notice, beside how many people it is about.
type Substitute struct {
	Obligation string
	Regime     string
	Title      string
	Citation   string
	Confidence string // of the rule
	NoAddress  int    // people under this duty whom no mail reaches, and who have no complete postal address
	From       int    // of so many the law asks for a public notice; 0 where it counts otherwise
	At         string // where the law says From
	Says       string // what the rule notes of substitute notice, in its words
	Days       int    // for so long the law wants it on a web page; 0 where it does not say
	DaysAt     string // where the law says Days
}

// Public reports whether the number alone asks for a public notice.
func (s Substitute) Public() bool { return s.From > 0 && s.NoAddress >= s.From }

// counted are the laws that count people without a usable address: from ten
// on, ninety days on the home page or in major media, with a toll-free number.
// The states count all who are to be told, which their rules note by themselves.
func counted(rule string) (from int, at string) {
	switch rule {
	case "us-hipaa-individuals":
		return 10, "45 CFR 164.404(d)(2)"
	case "us-hbnr-individuals":
		return 10, "16 CFR 318.5(a)"
	}
	return 0, ""
}

// Unreached gives whom a mailing did not reach, at most limit of them by row (0:
// all), and what follows. It reads the mailing's list, once for each new number
// of people not reached.
func (s *Service) Unreached(ctx context.Context, p incident.Principal, ref, id string, limit int) (Unreached, error) {
	var out Unreached
	var m Mailing
	var duties []Obligation
	var rows, back map[int]bool
	var owner string
	returnedLetters := 0
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		owner = i.ID
		if m, err = mailingOf(tx, i.ID, id); err != nil {
			return err
		}
		out = Unreached{Returned: m.Counts.Bounced, Refused: m.Counts.Rejected, NeedLetter: m.NeedLetter()}
		rows = map[int]bool{}
		if err := returned.Scan(tx, ledger.K(i.ID, m.ID), func(k ledger.Key, person string) error {
			d, err := deliveries.Get(tx, ledger.K(i.ID, person))
			if err != nil {
				if incident.KindOf(err) == incident.NotFound {
					return nil // erased since
				}
				return err
			}
			if d.Mailing != m.ID || d.State != Bounced && d.State != Rejected {
				return nil // a later mailing has it
			}
			rows[d.Line] = true
			if limit == 0 || len(out.Letters) < limit {
				out.Letters = append(out.Letters, unreachedLetter(&d))
			}
			return nil
		}); err != nil {
			return err
		}
		back = map[int]bool{}
		if err := lettersBack(tx, i.ID, m.Roster, back); err != nil {
			return err
		}
		returnedLetters = len(back)
		all, err := ObligationsOf(tx, i.ID)
		if err != nil {
			return err
		}
		lib, err := s.library(tx)
		if err != nil {
			return err
		}
		duties, out.Substitutes = substitutesOf(lib, all)
		return nil
	})
	if err != nil || len(duties) == 0 || m.Roster == "" {
		return out, err
	}
	places, err := s.noAddress.get(m.ID, [3]int{m.Counts.Bounced, m.Counts.Rejected, returnedLetters}, func() (map[string]int, error) {
		return s.withoutAddress(ctx, owner, m.Roster, rows, back)
	})
	if err != nil {
		return out, err
	}
	for n := range duties {
		for place, k := range places {
			if statute.Within(place, duties[n].Jurisdiction) {
				out.Substitutes[n].NoAddress += k
			}
		}
	}
	out.Substitutes = slices.DeleteFunc(out.Substitutes, func(s Substitute) bool { return s.NoAddress == 0 })
	return out, nil
}

func unreachedLetter(d *Delivery) UnreachedLetter {
	out := UnreachedLetter{Line: d.Line, State: d.State, Status: d.Receipt.Enhanced, Reason: d.Reason, At: d.At}
	if r := d.Return; d.State == Bounced && r != nil {
		out.Status, out.At = r.Status, r.At
	}
	if out.Reason == "" {
		out.Reason = "the mail server did not take it"
	}
	return out
}

// substituteNotes is what a rule's notes say of substitute notice, up to the end of each line.
func substituteNotes(lib *statute.Library, o *Obligation) string {
	var out []string
	for _, r := range lib.Versions(o.Rule) {
		if r.Version != o.Version {
			continue
		}
		for line := range strings.Lines(r.Notes) {
			if at := strings.Index(line, "Substitute notice"); at >= 0 {
				out = append(out, strings.TrimSpace(line[at:]))
			}
		}
	}
	return strings.Join(out, " ")
}

// withoutAddress counts by place the people of a list whom mail cannot reach
// (it came back, was refused, or there is no address for it) and whose postal address is not
// complete either, or is where a letter came back from.
func (s *Service) withoutAddress(ctx context.Context, incidentID, roster string, rows, back map[int]bool) (map[string]int, error) {
	list, err := s.Vault.Open(ctx, incidentID, roster)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	out := map[string]int{}
	line := 0
	for person, err := range affected.ReadRoster(list) {
		if err != nil {
			return nil, err
		}
		line++
		if casework.Erased(&person) {
			continue
		}
		if (rows[line] || !person.HasEmail()) && (back[line] || !hasPost(&person)) {
			out[person.Jurisdiction()]++
		}
	}
	return out, nil
}

// lettersBack gathers the rows of a list whose letters on paper came back.
func lettersBack(tx *ledger.Tx, id, roster string, into map[int]bool) error {
	of := map[string]bool{}
	if err := postings.Scan(tx, ledger.K(id), func(_ ledger.Key, x Posting) error {
		of[x.ID] = x.Roster == roster && x.Returned > 0
		return nil
	}); err != nil {
		return err
	}
	return postedTo.Scan(tx, ledger.K(id), func(_ ledger.Key, l PostedLetter) error {
		if of[l.Posting] && l.addressFailed() {
			into[l.Line] = true
		}
		return nil
	})
}

// hasPost reports whether a letter could be addressed: a whole address in one
// field, or street and town.
func hasPost(p *affected.Person) bool {
	return p.PostalAddress != "" || p.Street != "" && p.City != ""
}

// addressCache keeps the last count of each mailing: pages ask every few
// seconds, and the list of a million people takes longer than that.
type addressCache struct {
	mu sync.Mutex
	of map[string]addressCount
}

type addressCount struct {
	at     [3]int // returned, refused and letters returned, when it was counted
	places map[string]int
}

// get counts where something was added since. Two who ask at once wait for one count.
func (c *addressCache) get(mailing string, at [3]int, count func() (map[string]int, error)) (map[string]int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.of[mailing]; ok && have.at == at {
		return have.places, nil
	}
	places, err := count()
	if err != nil {
		return nil, err
	}
	if c.of == nil || len(c.of) >= 16 {
		c.of = map[string]addressCount{} // few mailings are looked at at once
	}
	c.of[mailing] = addressCount{at: at, places: places}
	return places, nil
}
