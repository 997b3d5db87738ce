package casework

import (
	"io"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// hidden gives the marks of an incident if p must not see people who are
// restricted in it; nil where there are none, or p handles people's requests.
func hidden(tx *ledger.Tx, p incident.Principal, i *incident.Incident) (*Marks, error) {
	if !p.System && incident.Can(p, incident.FindPerson, i) {
		return nil, nil
	}
	m, err := PersonMarks(tx, i.ID)
	if err != nil || len(m.restricted()) == 0 {
		return nil, err
	}
	return &m, nil
}

// restricted are the people who are restricted.
func (m *Marks) restricted() []Subject {
	var out []Subject
	for _, s := range m.byID {
		if s.restricted {
			out = append(out, s.who)
		}
	}
	for _, s := range m.rest {
		if s.restricted {
			out = append(out, s.who)
		}
	}
	return out
}

// without passes a list on without the rows of restricted people: an empty row
// stands in the place of each, so that places are those of the list.
func (m *Marks) without(list io.ReadCloser) (io.ReadCloser, error) {
	s, err := newRecords(list)
	if err != nil {
		return nil, err
	}
	var needles []needle
	for _, who := range m.restricted() {
		needles = append(needles, who.needles()...)
	}
	var lower []byte
	read, write := io.Pipe()
	go func() {
		var damaged error
		err := copyRecords(write, s, func(s *records, record []byte) (stays, empty bool) {
			lower = lowered(lower, record)
			for _, n := range needles {
				if !n.in(lower) {
					continue
				}
				person, err := s.person(record)
				if err != nil {
					damaged = err
					return false, true
				}
				_, out := m.Apply(&person)
				return !out, true
			}
			return true, false
		})
		if err == nil {
			err = damaged
		}
		write.CloseWithError(err)
	}()
	return &filtered{read, list}, nil
}

type filtered struct {
	*io.PipeReader
	list io.Closer
}

func (f *filtered) Close() error {
	f.PipeReader.Close() // ends the copying
	return f.list.Close()
}

// hide takes restricted people out of an explanation. Asked for, they are not
// there at all.
func (m *Marks) hide(got *affected.Explanation) error {
	kept := got.People[:0:0]
	for _, at := range got.People {
		_, out := m.Apply(&affected.Person{CustomerID: at.ID, Email: at.Email, Name: at.Name})
		switch {
		case out && at.Asked:
			return incident.Errorf(incident.NotFound, "This person's data is restricted at their request. Ask a rights officer.")
		case !out:
			kept = append(kept, at)
		}
	}
	got.People = kept
	return nil
}
