package affected

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"iter"
	"slices"
	"sort"

	"tocsin/incident"
)

// List is a roster that is read by place and by person: it reads what it needs
// of the roster and of its index, some tens of kilobytes for a person, and checks it. It is
// for one goroutine.
type List struct {
	roster io.ReaderAt
	pages  *pageReader
	of     listTrailer
	hash   listHasher
	header []byte
}

// Placed is somebody and their place.
type Placed struct {
	Place  int // 1 is the first person of the roster
	Person Person
}

// OpenList opens a roster with the index that [IndexRoster] made of it, which
// digest and key must be those of. An error for which [IndexDamaged] is true, here or from
// any method, means that the index is to be made again; nothing that such an index
// says is given out.
func OpenList(roster io.ReaderAt, size int64, digest string, index io.ReaderAt, indexSize int64, key [32]byte) (*List, error) {
	keys, pages := listHashes(key)
	l := &List{roster: roster, hash: listHasher{key: keys, normal: newNormalizer()}}
	var err error
	if l.pages, err = newPageReader(index, indexSize, pages); err != nil {
		return nil, err
	}
	end := make([]byte, listTrailerSize)
	if err := l.pages.readAt(end, l.pages.size-int64(len(end))); err != nil {
		return nil, err
	}
	want := listTrailer{}
	if !l.of.parse(end, l.pages.size) || !want.setDigest(digest) || l.of.digest != want.digest || l.of.size != size || l.of.header > maxRecord {
		return nil, damaged(nil)
	}
	l.header = make([]byte, l.of.header)
	if n, err := roster.ReadAt(l.header, 0); n < len(l.header) {
		return nil, readFailed(err)
	}
	return l, nil
}

func readFailed(err error) error {
	if incident.KindOf(err) != incident.Internal {
		return err
	}
	return incident.Because(incident.Internal, err, "the list of affected people cannot be read")
}

// Len is how many rows the roster has, those of erased people included.
func (l *List) Len() int { return int(l.of.people) }

// At is the person at a place, from 1. NotFound beyond the last. An erased
// person's place holds nobody: all fields are empty.
func (l *List) At(ctx context.Context, place int) (Person, error) {
	for p, err := range l.Range(ctx, place, 1) {
		return p.Person, err
	}
	return Person{}, incident.Errorf(incident.NotFound, "The list has %d rows; there is no row %d.", l.Len(), place)
}

// Range gives up to n people from a place on, in order. The first error ends it.
func (l *List) Range(ctx context.Context, from, n int) iter.Seq2[Placed, error] {
	return func(yield func(Placed, error) bool) {
		if from < 1 || n < 1 || from > l.Len() {
			return
		}
		n = min(n, l.Len()-from+1)
		at, before, end, err := l.stretch(int64(from), int64(from+n-1))
		if err != nil {
			yield(Placed{}, err)
			return
		}
		text := io.MultiReader(bytes.NewReader(l.header), io.NewSectionReader(l.roster, at, end-at))
		read, place, left := rosterReading{block: listBlock}, int(before), n
		read.people(text, func(p Person, err error) bool {
			if err == nil && place%1024 == 0 {
				err = ctx.Err()
			}
			if err != nil {
				left = 0
				yield(Placed{}, err)
				return false
			}
			if place++; place < from {
				return true
			}
			if left--; !yield(Placed{place, p}, nil) {
				left = 0
			}
			return left > 0
		})
		if left > 0 { // the roster has fewer rows than the index says
			yield(Placed{}, damaged(nil))
		}
	}
}

// stretch gives the bytes that hold the rows from one place to another, and how
// many rows lie before the first of them.
func (l *List) stretch(from, to int64) (at, before, end int64, err error) {
	first := func(holds func(before int64) bool) int {
		return sort.Search(int(l.of.marked), func(i int) bool {
			if err != nil {
				return true
			}
			var before int64
			_, before, err = l.markAt(i)
			return err != nil || holds(before)
		})
	}
	n := first(func(before int64) bool { return before >= from })
	last := first(func(before int64) bool { return before >= to })
	switch {
	case err != nil:
		return 0, 0, 0, err
	case n == 0:
		return 0, 0, 0, damaged(nil)
	}
	if at, before, err = l.markAt(n - 1); err != nil {
		return 0, 0, 0, err
	}
	if end = l.of.size; last < int(l.of.marked) {
		end, _, err = l.markAt(last)
	}
	if err == nil && (end < at || before >= from) {
		err = damaged(nil)
	}
	return at, before, end, err
}

// markAt is mark i: a byte of the roster, and how many rows lie before it.
func (l *List) markAt(i int) (at, before int64, err error) {
	var b [markSize]byte
	if err := l.pages.readAt(b[:], l.of.marks+markSize*int64(i)); err != nil {
		return 0, 0, err
	}
	at, before = l.of.header+int64(binary.LittleEndian.Uint64(b[:])), int64(binary.LittleEndian.Uint64(b[8:]))
	if at < l.of.header || at > l.of.size || before < 0 || before > l.of.people {
		return 0, 0, damaged(nil)
	}
	return at, before, nil
}

// Find gives everyone who has a key (see [ListKeys]), in order; case and blanks
// make no difference. For one that more than ten thousand people share it reads the whole list.
func (l *List) Find(ctx context.Context, key, value string) ([]Placed, error) {
	if !slices.Contains(ListKeys(), key) {
		return nil, incident.Errorf(incident.Invalid, "people of a list are not found by %q", key)
	}
	h, ok := l.hash.of(key, value)
	if !ok {
		return nil, nil
	}
	places, err := l.of.keys.find(l.pages, h)
	if err != nil {
		return nil, err
	}
	var out []Placed
	if len(places) >= placesFound {
		for p, err := range l.Range(ctx, 1, l.Len()) {
			if err != nil {
				return nil, err
			}
			if l.hash.same(key, value, p.Person.key(key)) {
				out = append(out, p)
			}
		}
		return out, nil
	}
	for len(places) > 0 {
		// Those that lie close together are read together.
		n, last := 1, places[0]
		for n < len(places) && places[n] >= last && places[n]-last < 256 {
			last = places[n]
			n++
		}
		near := places[:n]
		places = places[n:]
		found := 0
		for p, err := range l.Range(ctx, int(near[0]), int(last-near[0])+1) {
			if err != nil {
				return nil, err
			}
			if found < len(near) && p.Place == int(near[found]) {
				found++
				if l.hash.same(key, value, p.Person.key(key)) {
					out = append(out, p)
				}
			}
		}
		if found < len(near) { // a place that the roster does not have
			return nil, damaged(nil)
		}
	}
	return out, nil
}

func (p *Person) key(name string) string {
	switch name {
	case "customer_id":
		return p.CustomerID
	case "email":
		return p.Email
	}
	return p.Name
}
