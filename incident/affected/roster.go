package affected

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"tocsin/incident"
)

// Person is one row of people.csv.
type Person struct {
	CustomerID string
	Name       string
	Email      string
	Country    string // as the directory spells it; see Jurisdiction
	Region     string
	Language   string
	Elements   Elements
	Sources    []string // names of the exposures, in the spec's order

	// What the directory says besides; empty where it does not.
	PostalAddress string
	Street        string
	City          string
	PostalCode    string
	Household     string   // the same for everyone of one household
	Guardian      string   // who is written to in a minor's place
	Deceased      string   // yes or no
	Protected     string   // yes: the address must not be used
	Groups        []string // of those that laws tell apart
}

// Jurisdiction is where the person lives, as an ISO 3166 code or UnknownJurisdiction.
func (p Person) Jurisdiction() string { return Jurisdiction(p.Country, p.Region) }

// HasEmail reports whether mail could be handed over to the person's address at all.
func (p Person) HasEmail() bool { return usableEmail([]byte(p.Email)) }

// ReadRoster reads people.csv, one person at a time and in its order. Columns
// are found by name, so that older and newer files are read alike. The first
// error ends the reading: Invalid where the file is not a sound roster (a roster
// is ours, so unlike in an export no row is passed over).
func ReadRoster(r io.Reader) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		read := rosterReading{block: 256 << 10}
		read.people(r, yield)
	}
}

// rosterReading is one reading of a roster, in blocks of about so many bytes.
type rosterReading struct {
	block int
	began func(at int64) // told where each block's first row begins, in bytes behind the header

	// Known once all was read:
	total  int64 // bytes
	header int64 // bytes before the first row
}

func (o *rosterReading) people(r io.Reader, yield func(Person, error) bool) {
	in := &input{path: "people.csv", optional: attributes}
	err := in.open(context.Background(), stream{r}, nil, &Input{Path: in.path, Delimiter: ",", Encoding: "utf-8"}, slices.Concat(rosterColumns[:], attributes), limits{block: o.block, record: maxRecord}, false)
	if err != nil {
		yield(Person{}, err)
		return
	}
	roster := rosterReader{in: in, line: in.line, reading: o}
	for i, name := range rosterColumns {
		roster.fields[i] = fieldOf(in.format, name)
	}
	for i, name := range attributes {
		roster.extra[i] = fieldOf(in.format, name)
	}
	roster.all(yield)
}

// stream is the one source that ReadRoster reads.
type stream struct{ r io.Reader }

func (s stream) Open(context.Context, string) (io.ReadCloser, int64, error) {
	return io.NopCloser(s.r), -1, nil
}

type rosterReader struct {
	in      *input
	reading *rosterReading
	fields  [len(rosterColumns)]int
	extra   [9]int // of attributes; -1 where the roster lacks one
	line    uint64
	sources map[string][]string // few different ones, so shared by all people
}

func (r *rosterReader) all(yield func(Person, error) bool) {
	r.sources = map[string][]string{}
	var b batch
	var carry []byte
	passed := int64(0) // bytes of rows
	for {
		block, final, err := r.in.blocks.next(b.data[:0])
		if err != nil {
			yield(Person{}, r.in.readError(err))
			return
		}
		if len(carry) > 0 {
			block = append(slices.Clone(carry), block...)
		}
		b.data = block
		b.reset(len(r.in.format.columns()))
		rest := r.in.format.split(&b, final)
		carry = append(carry[:0], block[rest:]...)
		if r.reading.began != nil {
			r.reading.began(passed)
		}
		passed += int64(rest)
		if final {
			r.reading.total, r.reading.header = r.in.tally.bytes, r.in.tally.bytes-passed
		}
		if !r.batch(&b, yield) || final {
			return
		}
		r.line += uint64(b.lined)
	}
}

func (r *rosterReader) batch(b *batch, yield func(Person, error) bool) bool {
	for row := range b.rows() {
		if len(b.bad) > 0 && b.bad[0].after <= row {
			break
		}
		p, ok := r.person(b, row)
		if !ok {
			yield(Person{}, r.bad(b.lines[row], "its elements are not known"))
			return false
		}
		if !yield(p, nil) {
			return false
		}
	}
	if len(b.bad) > 0 {
		yield(Person{}, r.bad(b.bad[0].line, b.bad[0].why))
		return false
	}
	return true
}

func (r *rosterReader) bad(line uint32, why string) error {
	return incident.Errorf(incident.Invalid, "%s", fmt.Sprintf("%s:%d: %s", r.in.path, r.line+uint64(line), why))
}

func (r *rosterReader) person(b *batch, row int) (Person, bool) {
	var text [len(rosterColumns)]string
	// One string for all fields of a person: they are needed together.
	var buf []byte
	var ends [len(rosterColumns)]int
	for i, f := range r.fields {
		buf = append(buf, b.field(row, f)...)
		ends[i] = len(buf)
	}
	whole, from := string(buf), 0
	for i, end := range ends {
		text[i], from = whole[from:end], end
	}
	elements, ok := ParseElements(text[6])
	if !ok {
		return Person{}, false
	}
	sources, known := r.sources[text[7]]
	if !known && text[7] != "" {
		key := strings.Clone(text[7])
		sources = strings.Split(key, "+")
		if len(r.sources) < cacheSize {
			r.sources[key] = sources
		}
	}
	var more [9]string
	for i, f := range r.extra {
		if f >= 0 {
			more[i] = string(b.field(row, f))
		}
	}
	return Person{
		PostalAddress: more[0], Street: more[1], City: more[2], PostalCode: more[3], Household: more[4], Guardian: more[5],
		Deceased: more[6], Protected: more[7], Groups: parseGroups(more[8]),
		CustomerID: text[0], Name: text[1], Email: text[2], Country: text[3], Region: text[4], Language: text[5],
		Elements: elements, Sources: slices.Clip(sources),
	}, true
}
