package outbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// GenuineLetter is a letter of ours as its code finds it. What is exported says
// nothing of whom it was written to.
type GenuineLetter struct {
	Incident     string    // id
	Number       string    // of the incident, as the letter has it
	Delivery     string    // its name in the store, a keyed hash
	Organisation string    // who sent it
	ByPost       bool      // on paper; by e-mail otherwise
	On           time.Time // when it was made out
	Subject      string    // of the approved text
	Language     string    // of the approved text

	roster string
	line   int
	sent   Sent
	codes  [keys.Size]byte
}

// errUnknownCode is the one answer to every code that is not a letter's:
// mistyped, made up, of a drill or of an incident that was erased.
func errUnknownCode() error {
	return incident.Errorf(incident.NotFound, "No letter of ours has this code.")
}

// CheckLetter finds the letter a code is of. It asks nobody's leave: the code is the
// leave, and the caller limits how often one may ask. Every incident is looked at, found or not, so how
// long it takes says nothing. Errors: NotFound for every code that is no letter's,
// one that is not even a code among them.
func (s *Service) CheckLetter(ctx context.Context, typed string) (*GenuineLetter, error) {
	code, bad := codeOf(typed) // looked up all the same: an all-zero code takes as long
	var out *GenuineLetter
	for id, err := range s.mailed(ctx) {
		if err != nil {
			return nil, err
		}
		k, err := s.DB.DataKey(ctx, id)
		if err != nil {
			if kind := incident.KindOf(err); kind == incident.Gone || kind == incident.NotFound {
				continue // erased
			}
			return nil, err
		}
		codes := codesOf(k)
		found, err := s.findByCode(ctx, id, codes, code)
		if err != nil {
			return nil, err
		}
		if found != nil && bad == nil {
			out = found
		}
	}
	if out == nil {
		return nil, errUnknownCode()
	}
	return out, nil
}

// mailed gives the incidents that have letters, read before the first is given.
func (s *Service) mailed(ctx context.Context) func(func(string, error) bool) {
	return func(yield func(string, error) bool) {
		var ids []string
		collect := func(k ledger.Key) error {
			if id := k.Text(0); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			return nil
		}
		err := s.DB.View(ctx, func(tx *ledger.Tx) error {
			if err := mailings.ScanKeys(tx, ledger.K(), collect); err != nil {
				return err
			}
			return postings.ScanKeys(tx, ledger.K(), collect)
		})
		if err != nil {
			yield("", err)
			return
		}
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

func (s *Service) findByCode(ctx context.Context, id string, codes [keys.Size]byte, code codeBytes) (*GenuineLetter, error) {
	begins := code.begins(codes)
	var out *GenuineLetter
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Find(tx, id)
		if err != nil || i.Drill {
			if err != nil && (incident.KindOf(err) == incident.Gone || incident.KindOf(err) == incident.NotFound) {
				err = nil
			}
			return err
		}
		keep := func(name string, ours bool, fill func(*GenuineLetter) error) error {
			if !code.is(codes, name) || !ours {
				return nil
			}
			g := &GenuineLetter{Incident: i.ID, Number: i.Number, Delivery: name, Organisation: s.cfg.Letterhead.Organisation.Name, codes: codes}
			if err := fill(g); err != nil {
				return err
			}
			if out == nil || g.ByPost { // the letter on paper came later
				out = g
			}
			return nil
		}
		if err := deliveries.ScanFrom(tx, ledger.K(id, begins), ledger.K(id), func(k ledger.Key, d Delivery) error {
			if !strings.HasPrefix(k.Text(1), begins) {
				return ledger.Stop
			}
			left := d.Draft != "" && d.Line > 0 && d.State != Withheld && d.State != Excluded
			return keep(k.Text(1), left, func(g *GenuineLetter) error {
				m, err := mailings.Get(tx, ledger.K(id, d.Mailing))
				if err != nil {
					return err
				}
				g.On, g.roster, g.line = d.At, m.Roster, d.Line
				return g.text(tx, m.Letters, d.Draft)
			})
		}); err != nil {
			return err
		}
		return postedTo.ScanFrom(tx, ledger.K(id, begins), ledger.K(id), func(k ledger.Key, l PostedLetter) error {
			if !strings.HasPrefix(k.Text(1), begins) {
				return ledger.Stop
			}
			x, err := postings.Get(tx, ledger.K(id, l.Posting))
			if err != nil {
				return err
			}
			left := l.Line > 0 && !x.Drill && (x.State == PostingPrinted || x.State == PostingPosted)
			return keep(k.Text(1), left, func(g *GenuineLetter) error {
				g.ByPost, g.On, g.roster, g.line = true, x.ReleasedAt, x.Roster, l.Line
				if x.PrintedAt != nil {
					g.On = *x.PrintedAt
				}
				return g.text(tx, x.Letters, l.Draft)
			})
		})
	})
	return out, err
}

// text fills in which approved text the letter has.
func (g *GenuineLetter) text(tx *ledger.Tx, letters []Sent, draft string) error {
	n := slices.IndexFunc(letters, func(l Sent) bool { return l.Draft == draft })
	if n < 0 {
		return incident.Errorf(incident.Internal, "check: a letter of draft %s that its release does not have", draft)
	}
	g.sent, g.Language = letters[n], letters[n].Language
	v, err := g.version(tx)
	if err == nil {
		g.Subject = v.Letter.Subject
	}
	return err
}

func (g *GenuineLetter) version(tx *ledger.Tx) (*Version, error) {
	d, err := drafts.Get(tx, ledger.K(g.Incident, g.sent.Draft))
	if err != nil {
		return nil, err
	}
	if g.sent.Version < 1 || g.sent.Version > len(d.Versions) {
		return nil, incident.Errorf(incident.Internal, "check: draft %s has no version %d", d.ID, g.sent.Version)
	}
	return &d.Versions[g.sent.Version-1], nil
}

// OwnPage is what a person may read of themselves behind the code and the proof.
type OwnPage struct {
	Person  affected.Person // as the list has them
	Message letter.Message  // the letter as it was made out to them
}

// OwnPage reads a letter's person and the text that was made out to them. lists is
// where lists are read from. Errors: NotFound where the person was erased since.
func (s *Service) OwnPage(ctx context.Context, lists *casework.Lists, g *GenuineLetter) (*OwnPage, error) {
	out := new(OwnPage)
	if err := lists.Read(ctx, g.Incident, g.roster, func(l *affected.List) (err error) {
		out.Person, err = l.At(ctx, g.line)
		return err
	}); err != nil {
		return nil, err
	}
	if casework.Erased(&out.Person) {
		return nil, errUnknownCode()
	}
	var v *Version
	var enrol string
	if err := s.DB.View(ctx, func(tx *ledger.Tx) (err error) {
		marks, err := casework.PersonMarks(tx, g.Incident)
		if err != nil {
			return err
		}
		marks.Apply(&out.Person)
		if enrol, err = enrolledWith(tx, g.Incident, g.Delivery); err != nil {
			return err
		}
		v, err = g.version(tx)
		return err
	}); err != nil {
		return nil, err
	}
	lib, err := s.Letters()
	if err != nil {
		return nil, err
	}
	prepared, err := lib.Prepare(v.Letter)
	if err != nil {
		return nil, err
	}
	out.Message, err = (&chosen{sent: g.sent, mailing: prepared}).render(&out.Person, checkCode(g.codes, g.Delivery), enrol)
	if err != nil {
		out.Message = letter.Message{Subject: g.Subject} // a value it shows is no longer known; the rest of the page stands
	}
	return out, nil
}
