package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// CreateDrafts composes every letter that is owed and has none yet: to people, in
// the languages those on the list read; a letter that is not released and now has
// more duties to meet is written anew for them. It gives how many were
// written. Errors: Conflict where none is wanting, or the list moved meanwhile.
func (s *Service) CreateDrafts(ctx context.Context, p incident.Principal, ref string) (int, error) {
	var roster *incident.Roster
	var id string
	if err := s.read(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		id = i.ID
		roster, err = casework.CurrentRoster(tx, i.ID)
		return err
	}); err != nil {
		return 0, err
	}
	people, err := s.readersOf(ctx, id, roster)
	if err != nil {
		return 0, err
	}
	n := 0
	err = s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		n = 0
		now, err := casework.CurrentRoster(tx, i.ID)
		if err != nil {
			return err
		}
		if rosterDigest(now) != rosterDigest(roster) {
			return incident.Errorf(incident.Conflict, "The list of affected people changed meanwhile. Try again.")
		}
		owed, err := s.owedLetters(tx, i, people)
		if err != nil {
			return err
		}
		have, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		for k := range owed {
			wrote, err := s.provide(tx, i, &owed[k], have, rosterDigest(roster), b)
			if err != nil {
				return err
			}
			if wrote {
				n++
			}
		}
		if n == 0 {
			return incident.Errorf(incident.Conflict, "Every obligation that is owed has its draft.")
		}
		return nil
	})
	return n, err
}

// owedLetters are all letters that are owed, to people and to others.
func (s *Service) owedLetters(tx *ledger.Tx, i *incident.Incident, people map[readers]bool) ([]owedLetter, error) {
	list, err := ObligationsOf(tx, i.ID)
	if err != nil {
		return nil, err
	}
	lib, err := s.Letters()
	if err != nil {
		return nil, err
	}
	out, err := lettersToPeople(lib, list, people)
	if err != nil {
		return nil, err
	}
	for n := range list {
		if o := &list[n]; o.Owed() && o.Audience != "individuals" {
			l, err := letterToOffice(lib, o, "")
			if incident.KindOf(err) == incident.NotFound && err != nil {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	return out, nil
}

// provide sees to it that an owed letter has its draft; wrote is false where it
// has. A letter that went to the people of an earlier list does not serve those who
// were found since.
func (s *Service) provide(tx *ledger.Tx, i *incident.Incident, l *owedLetter, have []Draft, inForce string, b *caseBasis) (wrote bool, err error) {
	for n := range have {
		d := &have[n]
		if !d.serves(l) || d.Released != nil && d.Approval.Roster != inForce {
			continue
		}
		if !slices.ContainsFunc(l.duties, func(o *Obligation) bool { return !d.Meets(o.ID) }) {
			return false, nil
		}
		if d.Released == nil {
			return true, s.widen(tx, i, d, l, b)
		}
	}
	d, err := s.compose(tx, i, l, b)
	if err != nil {
		return false, err
	}
	return true, s.keepDraft(tx, i, d)
}

// to reports whether a draft is the letter l: to the same people, in the same
// language, whichever duties it was made for.
func (d *Draft) to(l *owedLetter) bool {
	return slices.Equal(d.Covers, []string{l.covers}) && d.Language == textLanguage(&l.choice) && d.Reader == l.reader() &&
		d.Current().Letter.Letter == l.choice.Spec.Letter && (d.Audience == "individuals") == (l.duties[0].Audience == "individuals") &&
		(d.Audience == "individuals" || d.Meets(l.duties[0].ID))
}

// serves is to, whatever the language: an office is written to in one.
func (d *Draft) serves(l *owedLetter) bool {
	if d.Audience == "individuals" || l.duties[0].Audience == "individuals" {
		return d.to(l)
	}
	return d.Meets(l.duties[0].ID) && d.Current().Letter.Letter == l.choice.Spec.Letter
}

// reader is what a draft is marked with.
func (l *owedLetter) reader() letter.Audience {
	if l.choice.Spec.Audience == letter.Employee {
		return letter.Employee
	}
	return ""
}

// widen writes a draft anew for duties that have come to it. What was approved
// was approved for fewer laws.
func (s *Service) widen(tx *ledger.Tx, i *incident.Incident, d *Draft, l *owedLetter, b *caseBasis) error {
	text, err := s.text(i, l.duties[0], l.choice.Spec, d.Covers, tx.Now(), b)
	if err != nil {
		return err
	}
	if a := d.Approval; a != nil {
		d.Reviews = append(d.Reviews, DraftReview{Act: "voided", By: tx.By().ID, At: tx.Now(), Version: d.Current().N, Digest: a.Text, Reason: "Another duty is owed to its readers."})
	}
	d.Obligations, d.Series, d.Apart, d.Approval = idsOf(l.duties), l.series, l.choice.Because, nil
	v := Version{N: len(d.Versions) + 1, By: tx.By().ID, At: tx.Now(), Letter: text, Digest: text.Digest(), Act: "widened"}
	d.Versions = append(d.Versions, v)
	return s.keepDraft(tx, i, d)
}

// letterFor is the letter of one duty; for people, the one in which it is met
// together with the others of its place.
func (s *Service) letterFor(tx *ledger.Tx, i *incident.Incident, o *Obligation, language string) (owedLetter, error) {
	lib, err := s.Letters()
	if err != nil {
		return owedLetter{}, err
	}
	if o.Audience != "individuals" {
		return letterToOffice(lib, o, language)
	}
	list, err := ObligationsOf(tx, i.ID)
	if err != nil {
		return owedLetter{}, err
	}
	var duties []*Obligation
	for n := range list {
		if d := &list[n]; d.ID == o.ID || d.Owed() && d.Audience == "individuals" {
			duties = append(duties, d)
		}
	}
	letters, err := choose(lib, dutiesIn(duties, o.Jurisdiction), o.Jurisdiction, readers{place: o.Jurisdiction, language: language})
	if err != nil {
		return owedLetter{}, err
	}
	for _, l := range letters {
		if slices.ContainsFunc(l.duties, func(d *Obligation) bool { return d.ID == o.ID }) {
			return l, nil
		}
	}
	return letters[0], nil
}

func (s *Service) compose(tx *ledger.Tx, i *incident.Incident, l *owedLetter, b *caseBasis) (*Draft, error) {
	o, covers := l.duties[0], []string{l.covers}
	text, err := s.text(i, o, l.choice.Spec, covers, tx.Now(), b)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return &Draft{
		ID: id.String(), Obligation: o.ID, Rule: o.Rule, Audience: o.Audience, Covers: covers, Obligations: idsOf(l.duties),
		Reader: l.reader(), Series: l.series, Apart: l.choice.Because, Language: text.Language, MadeAt: tx.Now(),
		Versions: []Version{{N: 1, By: tx.By().ID, At: tx.Now(), Letter: text, Digest: text.Digest(), Act: "written"}},
	}, nil
}

// text composes a letter from what is known now.
func (s *Service) text(i *incident.Incident, o *Obligation, spec letter.Spec, covers []string, now time.Time, b *caseBasis) (letter.Draft, error) {
	lib, err := s.Letters()
	if err != nil {
		return letter.Draft{}, err
	}
	return lib.Compose(spec, s.caseFrom(i, o, covers, now, b).Case)
}

// specOf is the letter a draft is, to be composed again.
func specOf(d *Draft) letter.Spec {
	was := d.Current().Letter
	spec := letter.Spec{Letter: was.Letter, Jurisdiction: was.Jurisdiction, Language: d.Language, Channel: was.Channel, Audience: was.Audience, Duties: was.Duties}
	if was.Asked != "" {
		spec.Language = was.Asked
	}
	return spec
}

func idsOf(duties []*Obligation) []string {
	var out []string
	for _, o := range duties {
		out = append(out, o.ID)
	}
	return out
}
