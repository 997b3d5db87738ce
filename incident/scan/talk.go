package scan

import (
	"fmt"
	"slices"

	"tocsin/incident/affected"
)

// keys are what people are matched by, as columns of the exposure.
var keys = [...]string{"email", "customer_id", "phone", "insurance_policy"}

// talkedOf is what a message or conversation holds: of whom, and what.
type talkedOf struct {
	elements affected.Elements
	ids      [len(keys)]ids
}

// ids are the identifiers of one kind, in the order in which they came.
type ids struct {
	list []string
	set  map[string]bool // of more than a few
}

const (
	few       = 16
	longestID = 320 // an e-mail address has 254 bytes at most
)

func (s *ids) add(id string) {
	switch {
	case len(id) > longestID || s.set[id] || s.set == nil && slices.Contains(s.list, id):
		return
	case s.set != nil:
		s.set[id] = true
	case len(s.list) == few:
		s.set = map[string]bool{id: true}
		for _, have := range s.list {
			s.set[have] = true
		}
	}
	s.list = append(s.list, id)
}

// identify notes a value that names a person.
func (t *talkedOf) identify(detector, element, normal, value string) {
	k, id := -1, normal
	switch {
	case detector == "customer-id":
		k, id = 1, value
	case detector == "email":
		k = 0
	case detector == "phone":
		k = 2
	case element == "insurance_policy":
		k, id = 3, value
	}
	if k >= 0 {
		t.ids[k].add(id)
	}
}

func (t *talkedOf) people() (n int) {
	for k := range t.ids {
		n += len(t.ids[k].list)
	}
	return n
}

// join takes another message of the same conversation in.
func (t *talkedOf) join(o *talkedOf) {
	t.elements |= o.elements
	for k := range o.ids {
		for _, id := range o.ids[k].list {
			t.ids[k].add(id)
		}
	}
}

// talks are the conversations of a file whose messages may still come.
type talks struct {
	open  map[string]*talk
	order []*talk
	held  int // identifiers, of all
}

type talk struct {
	line int
	id   string
	talkedOf
}

// add accounts for a message: by itself, or within its conversation.
func (t *talks) add(f *file, u *unit) error {
	if u.conversation == "" {
		return f.expose(u.line, &u.talkedOf)
	}
	one := t.open[u.conversation]
	if one == nil {
		if t.open == nil {
			t.open = map[string]*talk{}
		}
		one = &talk{line: u.line, id: u.conversation}
		t.open[u.conversation], t.order = one, append(t.order, one)
	}
	before := one.people()
	one.join(&u.talkedOf)
	t.held += one.people() - before
	// Where more would be held than is bearable the oldest are closed; if more of
	// them comes, they get rows again.
	for len(t.order) > 0 && (len(t.order) > f.lim.open || t.held > f.lim.ids) {
		f.sum.Cut++
		if err := t.close(f, 1); err != nil {
			return err
		}
	}
	return nil
}

// close writes the oldest n conversations.
func (t *talks) close(f *file, n int) error {
	for _, one := range t.order[:n] {
		delete(t.open, one.id)
		t.held -= one.people()
		if err := f.expose(one.line, &one.talkedOf); err != nil {
			return err
		}
	}
	t.order = t.order[n:]
	return nil
}

// expose writes the rows of the exposure. One identifier of each kind is taken for
// one person's. Of several, each gets a row with all that was exposed, because
// whose the elements are cannot be told, and nobody is joined on a guess. With none the
// row is there all the same, so that it is counted as matching nobody.
func (f *file) expose(line int, t *talkedOf) error {
	// A card's code without its number opens nothing.
	if code, _ := affected.ElementOf("card_with_code"); !t.elements.Has("card_number") {
		t.elements &^= code
	}
	if t.elements == 0 {
		return nil // somebody is named, but nothing of theirs is here
	}
	place, elements := fmt.Sprintf("%s:%d", f.path, line), t.elements.String()
	row := func(several string, ids ...string) error {
		f.sum.Rows++
		f.line = appendRow(f.line[:0], slices.Concat([]string{place}, ids, []string{elements, several})...)
		return f.out(exposureTable, f.line)
	}
	var first [len(keys)]string
	several := false
	for k := range t.ids {
		list := t.ids[k].list
		if len(list) > 0 {
			first[k] = list[0]
		}
		several = several || len(list) > 1
	}
	if !several {
		if t.people() == 0 {
			f.sum.Nobody++
		}
		return row("", first[:]...)
	}
	for k := range t.ids {
		for _, id := range t.ids[k].list {
			var one [len(keys)]string
			one[k] = id
			if err := row("yes", one[:]...); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendRow appends a CSV record.
func appendRow(dst []byte, fields ...string) []byte {
	for i, s := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		quote := false
		for j := range len(s) {
			quote = quote || s[j] == '"' || s[j] == ',' || s[j] == '\n' || s[j] == '\r'
		}
		if !quote {
			dst = append(dst, s...)
			continue
		}
		dst = append(dst, '"')
		for j := range len(s) {
			if s[j] == '"' {
				dst = append(dst, '"')
			}
			dst = append(dst, s[j])
		}
		dst = append(dst, '"')
	}
	return append(dst, '\n')
}
