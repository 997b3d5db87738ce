package casework

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// PersonMark is what a person's request changes in one incident: corrected
// values, kept beside the list that was settled, or a restriction. It is sealed
// under the incident's key; its key in the table says nothing of the person.
type PersonMark struct {
	ID      string            `json:"id"`
	Kind    MarkKind          `json:"kind"`
	Request string            `json:"request"` // id
	Who     Subject           `json:"who"`
	Was     map[string]string `json:"was,omitempty"` // of a correction: column → value in the list
	Now     map[string]string `json:"now,omitempty"` // column → corrected value
	By      string            `json:"by"`
	At      time.Time         `json:"at"`
	// Of a restriction: a person confirmed that the law demands the notice all the same.
	NoticeBy     string     `json:"notice_by,omitempty"`
	NoticeReason string     `json:"notice_reason,omitempty"`
	ToldAt       *time.Time `json:"told_at,omitempty"` // when they were told that it would be lifted
	LiftedAt     *time.Time `json:"lifted_at,omitempty"`
	LiftedBy     string     `json:"lifted_by,omitempty"`
}

// MarkKind is what a mark does.
type MarkKind string

const (
	Correction  MarkKind = "correction"
	Restriction MarkKind = "restriction"
)

var marks = ledger.NewCaseTable[PersonMark]("person_marks") // incident, mark id (UUIDv7)

// CorrectableColumns are the columns of the list that can be corrected, with
// their labels. The customer id is not among them: it is how the list, the
// deliveries and this correction find the person.
func CorrectableColumns() []incident.Choice {
	return []incident.Choice{
		{Value: "name", Label: "Name"}, {Value: "email", Label: "E-mail address"}, {Value: "country", Label: "Country"},
		{Value: "region", Label: "Region"}, {Value: "language", Label: "Language"},
		{Value: "postal_address", Label: "Postal address"}, {Value: "street", Label: "Street"}, {Value: "city", Label: "City"}, {Value: "postal_code", Label: "Postal code"},
	}
}

func column(p *affected.Person, name string) *string {
	switch name {
	case "name":
		return &p.Name
	case "email":
		return &p.Email
	case "country":
		return &p.Country
	case "region":
		return &p.Region
	case "language":
		return &p.Language
	case "postal_address":
		return &p.PostalAddress
	case "street":
		return &p.Street
	case "city":
		return &p.City
	case "postal_code":
		return &p.PostalCode
	}
	return nil
}

// Is reports whether a row of a list is this person.
func (s Subject) Is(p *affected.Person) bool {
	if s.CustomerID != "" || p.CustomerID != "" {
		return s.CustomerID == p.CustomerID
	}
	return strings.EqualFold(s.Email, p.Email) && s.Name == p.Name && (s.Email != "" || s.Name != "")
}

func subjectOf(id string, p *affected.Person) Subject {
	if p.CustomerID != "" {
		return Subject{Incident: id, CustomerID: p.CustomerID}
	}
	return Subject{Incident: id, Email: p.Email, Name: p.Name}
}

func marksOf(tx *ledger.Tx, id string) ([]PersonMark, error) {
	var out []PersonMark
	err := marks.Scan(tx, ledger.K(id), func(_ ledger.Key, m PersonMark) error {
		out = append(out, m)
		return nil
	})
	return out, err
}

// marksOfRequest reports whether a restriction of this request is in force.
func marksOfRequest(tx *ledger.Tx, request string) (restricted bool, err error) {
	err = marks.Scan(tx, ledger.K(), func(_ ledger.Key, m PersonMark) error {
		restricted = restricted || m.Request == request && m.Kind == Restriction && m.LiftedAt == nil
		return nil
	})
	return restricted, err
}

// Marks are the corrections and restrictions of one incident, to be applied to
// rows of its lists. The zero value changes nothing.
type Marks struct {
	byID map[string]*standing
	rest []*standing // people without a customer id
}

type standing struct {
	who        Subject
	now        map[string]string
	restricted bool
	notice     bool
}

// PersonMarks reads what is in force in an incident. Whoever writes to people or
// shows them asks it once for a run and applies it to each row; a row's place
// and key are taken from it before.
func PersonMarks(tx *ledger.Tx, id string) (Marks, error) {
	out := Marks{byID: map[string]*standing{}}
	all, err := marksOf(tx, id)
	for _, m := range all {
		if m.LiftedAt != nil {
			continue
		}
		s := out.of(m.Who)
		if m.Kind == Correction {
			maps.Copy(s.now, m.Now)
		} else {
			s.restricted = true
			s.notice = s.notice || m.NoticeBy != ""
		}
	}
	return out, err
}

func (m *Marks) of(who Subject) *standing {
	if who.CustomerID != "" {
		if m.byID[who.CustomerID] == nil {
			m.byID[who.CustomerID] = &standing{who: who, now: map[string]string{}}
		}
		return m.byID[who.CustomerID]
	}
	for _, s := range m.rest {
		if s.who == who {
			return s
		}
	}
	m.rest = append(m.rest, &standing{who: who, now: map[string]string{}})
	return m.rest[len(m.rest)-1]
}

// Restricted is the reason of somebody who is left out of a mailing because
// they asked that their data not be used.
const Restricted = "processing is restricted at the person's request"

// Apply corrects a row in place, and gives why the person must not be written
// to: empty where they may be. restricted also says to keep them out of sight.
func (m Marks) Apply(p *affected.Person) (reason string, restricted bool) {
	s := m.byID[p.CustomerID]
	if p.CustomerID == "" {
		if n := slices.IndexFunc(m.rest, func(s *standing) bool { return s.who.Is(p) }); n >= 0 {
			s = m.rest[n]
		}
	}
	if s == nil {
		return "", false
	}
	for name, value := range s.now {
		if at := column(p, name); at != nil {
			*at = value
		}
	}
	if s.restricted && !s.notice {
		reason = Restricted
	}
	return reason, s.restricted
}

// onSubject is the one shape of an act on a person in an incident for a request:
// identity confirmed, the person linked to the request there.
func (d *Desk) onSubject(ctx context.Context, p incident.Principal, ref, caseRef, act string, fn func(*ledger.Tx, *incident.Incident, *incident.RightRequest, Subject) error) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		r, a, err := openRight(tx, p, ref)
		if err != nil {
			return err
		}
		if err := confirmed(r); err != nil {
			return err
		}
		i, who, err := subjectIn(tx, p, r, a, caseRef, incident.FindPerson)
		if err != nil {
			return err
		}
		if err := fn(tx, i, r, who); err != nil {
			return err
		}
		return saveRight(tx, r, act, i.ID)
	})
}

// subjectIn finds the incident and the person there.
func subjectIn(tx *ledger.Tx, p incident.Principal, r *incident.RightRequest, a *Asker, caseRef string, may incident.Action) (*incident.Incident, Subject, error) {
	i, err := rightCase(tx, p, caseRef, may)
	if err != nil {
		return nil, Subject{}, err
	}
	n := slices.IndexFunc(a.Subjects, func(s Subject) bool { return s.Incident == i.ID })
	if n < 0 {
		return nil, Subject{}, incident.Errorf(incident.Conflict, "%s is not linked to anybody in %s. Search for the person first.", r.Number, i.Number)
	}
	return i, a.Subjects[n], nil
}

// CorrectPerson keeps corrected values beside the list, and uses them from now
// on for what is not yet sent. What the list says stays sealed in it: it is
// what was acted on until now.
func (d *Desk) CorrectPerson(ctx context.Context, p incident.Principal, ref, caseRef string, now map[string]string) error {
	clean := map[string]string{}
	for name, value := range now {
		if !incident.ValidChoice(CorrectableColumns(), name) {
			return incident.Errorf(incident.Invalid, "%s cannot be corrected here.", clip(name, 40))
		}
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		if len(value) > 1000 || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' }) {
			return &incident.Error{Kind: incident.Invalid, Message: "The correction cannot be kept.", Problems: []incident.Problem{{Where: name, What: "one line of up to 1,000 bytes"}}}
		}
		clean[name] = value
	}
	if len(clean) == 0 {
		return incident.Errorf(incident.Invalid, "Give at least one corrected value.")
	}
	was, err := d.listed(ctx, p, ref, caseRef)
	if err != nil {
		return err
	}
	return d.onSubject(ctx, p, ref, caseRef, "rights.rectify", func(tx *ledger.Tx, i *incident.Incident, r *incident.RightRequest, who Subject) error {
		m := PersonMark{Kind: Correction, Request: r.ID, Who: who, Now: clean, Was: map[string]string{}}
		if was != nil {
			for name := range clean {
				m.Was[name] = *column(was, name)
			}
		}
		return putMark(tx, i, &m)
	})
}

func putMark(tx *ledger.Tx, i *incident.Incident, m *PersonMark) error {
	if m.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		m.ID, m.By, m.At = id.String(), tx.By().ID, tx.Now()
	}
	return marks.Put(tx, ledger.K(i.ID, m.ID), *m)
}

// RestrictPerson keeps the person's data out of use in an incident: they are
// left out of mailings, searches and exports, for everyone but rights officers.
func (d *Desk) RestrictPerson(ctx context.Context, p incident.Principal, ref, caseRef string) error {
	return d.onSubject(ctx, p, ref, caseRef, "rights.restrict", func(tx *ledger.Tx, i *incident.Incident, r *incident.RightRequest, who Subject) error {
		all, err := marksOf(tx, i.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.Kind == Restriction && m.Who == who && m.LiftedAt == nil {
				return incident.Errorf(incident.Conflict, "They are restricted in %s already.", i.Number)
			}
		}
		return putMark(tx, i, &PersonMark{Kind: Restriction, Request: r.ID, Who: who})
	})
}

// AllowNotice records a person's word that the law demands the notice to
// somebody who is restricted.
func (d *Desk) AllowNotice(ctx context.Context, p incident.Principal, ref, caseRef, mark, reason string) error {
	return d.changeMark(ctx, p, ref, caseRef, mark, "rights.notice", func(tx *ledger.Tx, m *PersonMark) error {
		if reason = strings.TrimSpace(reason); reason == "" {
			return &incident.Error{Kind: incident.Invalid, Message: "Say which law demands the notice.", Problems: []incident.Problem{{Where: "reason", What: "say which law demands the notice"}}}
		}
		m.NoticeBy, m.NoticeReason = p.ID, clip(reason, 2000)
		return nil
	})
}

// LiftRestriction ends a restriction. The person must have been told before
// (GDPR Article 18(3)).
func (d *Desk) LiftRestriction(ctx context.Context, p incident.Principal, ref, caseRef, mark string, toldAt time.Time) error {
	return d.changeMark(ctx, p, ref, caseRef, mark, "rights.lift", func(tx *ledger.Tx, m *PersonMark) error {
		if toldAt.IsZero() || toldAt.Before(m.At) || toldAt.After(tx.Now()) {
			return &incident.Error{Kind: incident.Invalid, Message: "The person must be told before it is lifted.", Problems: []incident.Problem{{Where: "told_at", What: "say when they were told: after it was set, and not in the future"}}}
		}
		now, told := tx.Now(), toldAt.UTC()
		m.ToldAt, m.LiftedAt, m.LiftedBy = &told, &now, p.ID
		return nil
	})
}

func (d *Desk) changeMark(ctx context.Context, p incident.Principal, ref, caseRef, id, act string, change func(*ledger.Tx, *PersonMark) error) error {
	return d.onSubject(ctx, p, ref, caseRef, act, func(tx *ledger.Tx, i *incident.Incident, r *incident.RightRequest, who Subject) error {
		m, err := marks.Get(tx, ledger.K(i.ID, id))
		if err != nil {
			return orNotFound(err, "There is no such restriction.")
		}
		if m.Kind != Restriction || m.Who != who || m.LiftedAt != nil {
			return incident.Errorf(incident.Conflict, "That is no restriction of theirs that is in force.")
		}
		if err := change(tx, &m); err != nil {
			return err
		}
		return putMark(tx, i, &m)
	})
}
