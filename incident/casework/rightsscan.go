package casework

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// records reads a list record by record, as bytes: a list has millions of rows,
// and all but a few are of no interest. A record may hold line breaks in quotes.
type records struct {
	r      *bufio.Reader
	header []byte
	line   int  // of the record last given; 1 is the first person
	empty  bool // the record last given is an empty line, which is no row
	buf    []byte
}

// maxRecord bounds one record, so that a damaged list cannot fill the memory.
const maxRecord = 1 << 20

func newRecords(r io.Reader) (*records, error) {
	s := &records{r: bufio.NewReaderSize(r, 256<<10), line: -1}
	for {
		head, err := s.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		s.header = append(s.header, head...)
		if !s.empty || err != nil {
			return s, nil
		}
	}
}

// next gives one record with its line break, or io.EOF. It is valid until the next call.
func (s *records) next() ([]byte, error) {
	s.buf = s.buf[:0]
	quotes := 0
	for {
		part, err := s.r.ReadSlice('\n')
		s.buf = append(s.buf, part...)
		quotes += bytes.Count(part, []byte{'"'})
		if len(s.buf) > maxRecord {
			return nil, incident.Errorf(incident.Invalid, "The list has a row of more than a mebibyte.")
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(s.buf) == 0):
			return nil, err
		case err == nil && quotes%2 == 1:
			continue
		}
		if s.empty = len(bytes.TrimRight(s.buf, "\r\n")) == 0; !s.empty {
			s.line++
		}
		return s.buf, nil
	}
}

// person reads one record.
func (s *records) person(record []byte) (affected.Person, error) {
	text := append(bytes.TrimRight(bytes.Clone(s.header), "\r\n"), '\n')
	for p, err := range affected.ReadRoster(bytes.NewReader(append(text, record...))) {
		return p, err
	}
	return affected.Person{}, incident.Errorf(incident.Invalid, "The list has a row that is none.")
}

// Erased reports whether a row of a list is the empty one that stands where a
// person was erased. It keeps the places of all others, which deliveries count by.
func Erased(p *affected.Person) bool {
	return p.CustomerID == "" && p.Name == "" && p.Email == "" && p.Elements == 0 && len(p.Sources) == 0
}

// needle is a text that the record of somebody must hold, to pass over the rest
// without parsing them. One with a quote may be written in two ways.
type needle struct {
	text []byte // lower case
	all  bool   // every record has to be parsed
}

func newNeedle(s string) needle {
	return needle{text: []byte(strings.ToLower(s)), all: s == "" || strings.ContainsAny(s, "\"\r\n")}
}

func (n needle) in(lower []byte) bool { return n.all || bytes.Contains(lower, n.text) }

// lowered is a record in lower case, in a buffer that is used again. Most
// records are ASCII, and there are millions.
func lowered(into, record []byte) []byte {
	into = into[:0]
	for _, c := range record {
		if c >= utf8.RuneSelf {
			return append(into[:0], bytes.ToLower(record)...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		into = append(into, c)
	}
	return into
}

// lookup is a key that somebody in a list may have.
type lookup struct{ key, value string }

// lookups are what a person's row is found by.
func (s Subject) lookups() []lookup {
	switch {
	case s.CustomerID != "":
		return []lookup{{"customer_id", s.CustomerID}}
	case s.Email != "":
		return []lookup{{"email", s.Email}}
	}
	return []lookup{{"name", s.Name}}
}

// eachMatch calls fn for every row of a list that has one of the keys, in the
// order of the list and once each; case makes no difference. read is told how many rows were searched.
func (d *Desk) eachMatch(ctx context.Context, id, object string, keys []lookup, read func(rows int), fn func(line int, p affected.Person) error) error {
	var found []affected.Placed
	rows := 0
	if err := d.lists.Read(ctx, id, object, func(l *affected.List) error {
		found, rows = nil, l.Len()
		for _, k := range keys {
			some, err := l.Find(ctx, k.key, k.value)
			if err != nil {
				return err
			}
			found = append(found, some...)
		}
		return nil
	}); err != nil {
		if ctx.Err() != nil {
			return incident.Because(incident.Unavailable, context.Cause(ctx), "The search was ended.")
		}
		return err
	}
	if read != nil {
		read(rows)
	}
	slices.SortFunc(found, func(a, b affected.Placed) int { return a.Place - b.Place })
	for _, at := range slices.CompactFunc(found, func(a, b affected.Placed) bool { return a.Place == b.Place }) {
		if err := fn(at.Place, at.Person); err != nil {
			return err
		}
	}
	return nil
}

func (s Subject) needles() []needle {
	if s.CustomerID != "" {
		return []needle{newNeedle(s.CustomerID)}
	}
	if s.Email != "" {
		return []needle{newNeedle(s.Email)}
	}
	return []needle{newNeedle(s.Name)}
}

// listed is the person's row in the list in force; nil where it has none. What
// is read is what p asks for with an act, so it is checked as that act is.
func (d *Desk) listed(ctx context.Context, p incident.Principal, ref, caseRef string) (*affected.Person, error) {
	var who Subject
	var id, object string
	if err := d.db.View(ctx, func(tx *ledger.Tx) error {
		r, a, err := openRight(tx, p, ref)
		if err != nil {
			return err
		}
		if err := confirmed(r); err != nil {
			return err
		}
		i, s, err := subjectIn(tx, p, r, a, caseRef, incident.FindPerson)
		if err != nil {
			return err
		}
		who, id = s, i.ID
		roster, err := CurrentRoster(tx, i.ID)
		if roster != nil {
			object = roster.Object
		}
		return err
	}); err != nil || object == "" {
		return nil, err
	}
	var out *affected.Person
	err := d.eachMatch(ctx, id, object, who.lookups(), nil, func(_ int, row affected.Person) error {
		if who.Is(&row) && out == nil {
			out = &row
		}
		return nil
	})
	return out, err
}
