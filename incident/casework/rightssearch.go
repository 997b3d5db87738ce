package casework

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// PersonQuery says whom to look for. Any one of the first three finds a person;
// a name alone finds namesakes, whom a birth date may tell apart.
type PersonQuery struct {
	CustomerID, Email, Phone, Name, BirthDate string
	Request                                   string // number of the request it is for; may be empty
}

// PersonHit is one place where somebody was found.
type PersonHit struct {
	Number   string // of the incident; of the request for Where "request"
	Incident string // id
	Where    string // list, request, exclusion, evidence
	Text     string // what was found, without the person: "list 2, row 17, in force"
	Sure     bool   // by a key and not by the name alone
	Why      string // which part of the question it matches
	Person   affected.Person
	Held     []Holding // deliveries and exclusions; none hold an address
	Marked   bool      // corrected or restricted there
}

// PersonSearch is how far a search is and what it found. It lives in memory and
// is forgotten half an hour after it ended.
type PersonSearch struct {
	ID         string
	Query      PersonQuery
	Began      time.Time
	Ended      *time.Time
	Error      string
	Cases      int // incidents to search
	Done       int
	Rows       int // rows of lists read
	Restricted int // incidents that were not searched, because they are closed to p
	Erased     int // incidents whose data was erased
	Unreadable []string
	Hits       []PersonHit
	Cut        bool // there were more
}

// maxHits bounds what a search keeps.
const maxHits = 200

// keepSearch is how long a search that ended can be looked at.
const keepSearch = 30 * time.Minute

// searches are the searches of this process. Results are personal data, so they
// are in nobody's reach but that of the one who searched, and never on a disk.
type searches struct {
	mu  sync.Mutex
	all map[string]*search
}

type search struct {
	mu     sync.Mutex
	by     string
	cancel context.CancelFunc
	state  PersonSearch
}

func (s *searches) add(id string, q *search, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]*search{}
	}
	for id, old := range s.all {
		old.mu.Lock()
		if old.by == q.by || old.state.Ended != nil && now.Sub(*old.state.Ended) > keepSearch {
			old.cancel()
			delete(s.all, id)
		}
		old.mu.Unlock()
	}
	s.all[id] = q
}

func (s *searches) get(p incident.Principal, id string, now time.Time) (*search, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.all[id]
	if q != nil {
		q.mu.Lock()
		defer q.mu.Unlock()
	}
	if q == nil || q.by != p.ID || q.state.Ended != nil && now.Sub(*q.state.Ended) > keepSearch {
		return nil, incident.Errorf(incident.NotFound, "There is no such search any more. Search again: what was found is not kept.")
	}
	return q, nil
}

func (q PersonQuery) trimmed() PersonQuery {
	for _, s := range []*string{&q.CustomerID, &q.Email, &q.Phone, &q.Name, &q.BirthDate, &q.Request} {
		*s = strings.TrimSpace(*s)
	}
	return q
}

func (q PersonQuery) check() error {
	var problems []incident.Problem
	if q.CustomerID+q.Email+q.Phone+q.Name == "" {
		problems = append(problems, incident.Problem{Where: "customer_id", What: "give a customer id, an e-mail address, a phone number or a name"})
	}
	if q.Name != "" && q.CustomerID+q.Email+q.Phone == "" && q.BirthDate == "" {
		problems = append(problems, incident.Problem{Where: "birth_date", What: "a name alone finds namesakes: give the birth date too"})
	}
	if _, err := time.Parse(time.DateOnly, q.BirthDate); q.BirthDate != "" && err != nil {
		problems = append(problems, incident.Problem{Where: "birth_date", What: "not a date: YYYY-MM-DD"})
	}
	for where, s := range map[string]string{"customer_id": q.CustomerID, "email": q.Email, "phone": q.Phone, "name": q.Name} {
		if len(s) > 300 {
			problems = append(problems, incident.Problem{Where: where, What: "longer than 300 bytes"})
		}
	}
	return invalid("Nobody can be searched for with this.", problems)
}

// BeginPersonSearch looks for a person in all that p may search, in the
// background, and gives the search's id. Only that somebody searched is recorded.
func (d *Desk) BeginPersonSearch(ctx context.Context, p incident.Principal, q PersonQuery) (string, error) {
	q = q.trimmed()
	if err := officer(p); err != nil {
		return "", err
	}
	if err := q.check(); err != nil {
		return "", err
	}
	made, err := uuid.NewRandom()
	if err != nil {
		return "", err
	}
	s := &search{by: p.ID, state: PersonSearch{ID: made.String(), Query: q}}
	var cases []incident.Incident
	err = d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		cases, s.state.Restricted, s.state.Erased = nil, 0, 0
		if q.Request != "" {
			if _, err := findRight(tx, q.Request); err != nil {
				return err
			}
		}
		destroyed, err := erasuresDone(tx)
		if err != nil {
			return err
		}
		s.state.Erased, s.state.Began = destroyed, tx.Now()
		tx.Record("person.search", "search/"+s.state.ID)
		return incidents.Scan(tx, ledger.K(), func(_ ledger.Key, i incident.Incident) error {
			if incident.Can(p, incident.FindPerson, &i) {
				cases = append(cases, i)
			} else {
				s.state.Restricted++
			}
			return nil
		})
	})
	if err != nil {
		return "", err
	}
	s.state.Cases = len(cases)
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	d.found.add(s.state.ID, s, s.state.Began)
	d.running.work.Add(1)
	go func() {
		defer d.running.work.Done()
		defer cancel()
		err := d.searchAll(run, p, s, cases)
		s.mu.Lock()
		defer s.mu.Unlock()
		now := d.now(context.WithoutCancel(run))
		s.state.Ended = &now
		if err != nil {
			s.state.Error = incident.Sentence(err)
			if incident.KindOf(err) == incident.Internal {
				d.log.Error("a search for a person failed", "search", s.state.ID, "error", err)
			}
		}
	}()
	return s.state.ID, nil
}

// now is the store's clock; the zero time where it cannot be read.
func (d *Desk) now(ctx context.Context) (now time.Time) {
	_ = d.db.View(ctx, func(tx *ledger.Tx) error {
		now = tx.Now()
		return nil
	})
	return now
}

func (d *Desk) searchAll(ctx context.Context, p incident.Principal, s *search, cases []incident.Incident) error {
	if err := d.searchRequests(ctx, p, s); err != nil {
		return err
	}
	for n := range cases {
		i := &cases[n]
		f := finder{d: d, s: s, i: i, q: s.state.Query}
		if err := f.all(ctx, p); err != nil {
			k := incident.KindOf(err)
			if ctx.Err() != nil || k == incident.Internal && err != nil && !strings.Contains(err.Error(), "altered") {
				return err
			}
			s.mu.Lock()
			if k != incident.Gone {
				s.state.Unreadable = append(s.state.Unreadable, i.Number+": "+incident.Sentence(err))
			} else {
				s.state.Erased++
			}
			s.mu.Unlock()
		}
		s.mu.Lock()
		s.state.Done++
		s.mu.Unlock()
	}
	return nil
}

func (s *search) hit(h PersonHit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.state.Hits) >= maxHits {
		s.state.Cut = true
		return
	}
	s.state.Hits = append(s.state.Hits, h)
}

// searchRequests looks in earlier requests for the same person.
func (d *Desk) searchRequests(ctx context.Context, p incident.Principal, s *search) error {
	q := s.state.Query
	return d.db.View(ctx, func(tx *ledger.Tx) error {
		return rights.Scan(tx, ledger.K(), func(_ ledger.Key, r incident.RightRequest) error {
			a, err := rightPeople.Get(tx, ledger.K(r.ID))
			if incident.KindOf(err) == incident.Gone && err != nil || strings.EqualFold(q.Request, r.Number) {
				return nil
			}
			if err != nil {
				return err
			}
			why := ""
			switch {
			case q.CustomerID != "" && a.CustomerID == q.CustomerID:
				why = "customer id"
			case q.Email != "" && strings.EqualFold(a.Email, q.Email):
				why = "e-mail address"
			case q.Phone != "" && digits(a.Phone) == digits(q.Phone) && digits(q.Phone) != "":
				why = "phone number"
			case q.Name != "" && sameName(a.Name, q.Name) && q.BirthDate == a.BirthDate:
				why = "name and birth date"
			default:
				return nil
			}
			s.hit(PersonHit{Number: r.Number, Where: "request", Sure: true, Why: why,
				Text:   fmt.Sprintf("%s, received %s, %s", r.Right.Label(), r.ReceivedAt.Format(time.DateOnly), r.State()),
				Person: affected.Person{CustomerID: a.CustomerID, Name: a.Name, Email: a.Email}})
			return nil
		})
	})
}

// Search gives a search of p's own as it stands.
func (d *Desk) Search(ctx context.Context, p incident.Principal, id string) (PersonSearch, error) {
	if err := officer(p); err != nil {
		return PersonSearch{}, err
	}
	s, err := d.found.get(p, id, d.now(ctx))
	if err != nil {
		return PersonSearch{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.state
	out.Hits = append([]PersonHit(nil), s.state.Hits...)
	out.Unreadable = append([]string(nil), s.state.Unreadable...)
	return out, nil
}

// CancelSearch ends a search of p's own; what it found until then stays.
func (d *Desk) CancelSearch(ctx context.Context, p incident.Principal, id string) error {
	s, err := d.found.get(p, id, d.now(ctx))
	if err != nil {
		return err
	}
	s.cancel()
	return nil
}

// ShowHit gives one hit in the clear, and records that somebody looked.
func (d *Desk) ShowHit(ctx context.Context, p incident.Principal, id string, n int) (PersonHit, error) {
	s, err := d.Search(ctx, p, id)
	if err != nil {
		return PersonHit{}, err
	}
	if n < 0 || n >= len(s.Hits) {
		return PersonHit{}, incident.Errorf(incident.NotFound, "There is no such hit.")
	}
	h := s.Hits[n]
	return h, d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		if h.Incident != "" {
			if _, err := rightCase(tx, p, h.Incident, incident.FindPerson); err != nil {
				return err
			}
			tx.Record("person.show", "incident/"+h.Incident)
			return nil
		}
		tx.Record("person.show", "search/"+s.ID)
		return nil
	})
}

// LinkHits says that hits are the person who made the request; acts on the
// request then know whom they are about.
func (d *Desk) LinkHits(ctx context.Context, p incident.Principal, id, ref string, chosen []int) error {
	s, err := d.Search(ctx, p, id)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return incident.Errorf(incident.Invalid, "Choose at least one hit.")
	}
	return d.actRight(ctx, p, ref, "rights.link", func(tx *ledger.Tx, r *incident.RightRequest, a *Asker) error {
		for _, n := range chosen {
			if n < 0 || n >= len(s.Hits) || s.Hits[n].Where != "list" {
				return incident.Errorf(incident.Invalid, "Only people on a list can be linked.")
			}
			h := s.Hits[n]
			if _, err := rightCase(tx, p, h.Incident, incident.FindPerson); err != nil {
				return err
			}
			who := subjectOf(h.Incident, &h.Person)
			kept := a.Subjects[:0:0]
			for _, have := range a.Subjects {
				if have.Incident != who.Incident {
					kept = append(kept, have)
				}
			}
			a.Subjects = append(kept, who)
		}
		return nil
	})
}

func digits(s string) string {
	return strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s), "0")
}

func sameName(a, b string) bool {
	return a != "" && strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
