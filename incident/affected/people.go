package affected

import (
	"bytes"
	"context"
	"math/bits"
	"slices"

	"tocsin/incident"
)

// rosterColumns are the columns of people.csv, in the contract's order.
var rosterColumns = [...]string{"customer_id", "name", "email", "country", "region", "language", "elements", "sources"}

// rosterHeader is rosterColumns and the attributes that the spec names.
func (r *run) rosterHeader() []string {
	names := slices.Clone(rosterColumns[:])
	for _, name := range attributes {
		if r.spec.Directory.Columns[name] != "" {
			names = append(names, name)
		}
	}
	return names
}

// tallies are one worker's counts of people. They are sums, so the workers' can be added in any order.
type tallies struct {
	residences [4]int64 // by where the residence was taken from; see residenceOf
	by         map[string]*residence
	cache      map[string]*residence // by country and region as the directory spells them
	noContact  int64
}

type residence struct {
	people   int64
	elements [len(elementNames)]int64
}

// cacheSize bounds how many spellings of places a worker remembers.
const cacheSize = 4096

func (t *tallies) residence(scratch, country, region []byte) (*residence, []byte) {
	scratch = append(append(append(scratch[:0], country...), 0), region...)
	if r := t.cache[string(scratch)]; r != nil {
		return r, scratch
	}
	j := Jurisdiction(string(country), string(region))
	r := t.by[j]
	if r == nil {
		r = &residence{}
		t.by[j] = r
	}
	if len(t.cache) < cacheSize {
		t.cache[string(scratch)] = r
	}
	return r, scratch
}

// writer writes the rows of people.csv for affected people.
type writer struct {
	run     *run
	base    uint64         // people in the pieces before
	fields  [6]int         // of the first rosterColumns
	halves  [2]int         // fields of the given and the family name
	contact []int          // fields of phone, postal address and street
	email   int            // its field
	last    [2]int         // fields of the last address
	extra   []rosterColumn // attributes the spec names
	stated  [2][]byte      // country and region where the spec states a default
}

// rosterColumn is a column of the roster and its field in the directory.
type rosterColumn struct {
	name  string
	field int
}

// writePeople reads the directory for the second time.
func (r *run) writePeople(ctx context.Context, sums []uint32) error {
	w := &writer{run: r}
	if r.narrow == nil {
		r.whole = &state{shown: r.shown, seen: r.seen, hit: bitset(r.people)}
		for _, seen := range r.seen {
			for i, word := range seen {
				r.whole.hit[i] |= word
			}
		}
		r.sum.People = count(r.whole.hit)
	}
	all := make([]tallies, r.opt.Workers)
	for i := range all {
		all[i] = tallies{by: map[string]*residence{}, cache: map[string]*residence{}}
	}
	r.out.people.Write(append(appendCSV(nil, r.rosterHeader()...), '\n'))
	for i := range r.directory {
		if err := w.piece(ctx, &r.directory[i], sums[i], all); err != nil {
			return err
		}
	}
	if r.narrow != nil {
		r.narrow.account()
	}
	r.addUp(all)
	return nil
}

// piece writes the affected people of one piece of the directory.
func (w *writer) piece(ctx context.Context, p *piece, sum uint32, all []tallies) error {
	r := w.run
	in, err := r.open(ctx, p, r.directoryColumns(), false)
	if err != nil {
		return err
	}
	defer in.close()
	w.place(in.format)
	changed := incident.Errorf(incident.Conflict, "%s: changed while it was being read; run again", in.path)
	rows, people := int64(0), w.base
	err = read(ctx, in, r.opt.Workers, func(worker int, j *job[written]) {
		j.value.err = w.block(&all[worker], j)
	}, func(j *job[written]) error {
		if j.value.err != nil {
			return j.value.err
		}
		rows += int64(j.rows() + len(j.bad))
		people += uint64(j.rows())
		if people > r.people {
			return changed
		}
		r.progress("write", "directory", in, rows, j.raw)
		if _, err := r.out.people.Write(j.value.rows); err != nil {
			return outputError(err)
		}
		return nil
	})
	w.base = people
	if err == nil && in.tally.crc != sum {
		return changed
	}
	return err
}

// place finds the columns in a piece.
func (w *writer) place(f format) {
	column := func(name string) int {
		if c := w.run.spec.Directory.Columns[name]; c != "" {
			return fieldOf(f, c)
		}
		return -1
	}
	for i := range w.fields {
		w.fields[i] = column(rosterColumns[i])
	}
	w.halves = [2]int{column("given_name"), column("family_name")}
	w.last = [2]int{column("last_country"), column("last_region")}
	w.extra = w.extra[:0]
	for _, name := range attributes {
		if f := column(name); f >= 0 {
			w.extra = append(w.extra, rosterColumn{name, f})
		}
	}
	if d := w.run.spec.Directory.Residence; d != "" {
		country, region := splitResidence(d)
		w.stated = [2][]byte{[]byte(country), []byte(region)}
	}
	w.email, w.contact = column("email"), w.contact[:0]
	for _, name := range []string{"phone", "postal_address", "street"} {
		if f := column(name); f >= 0 {
			w.contact = append(w.contact, f)
		}
	}
}

// written are the rows of the affected people of one block.
type written struct {
	rows []byte
	err  error
}

// block writes the rows of the affected people of one block.
func (w *writer) block(t *tallies, j *job[written]) (err error) {
	out := j.value.rows[:0]
	var scratch []byte
	st := &state{}
	for row := range j.rows() {
		person := w.base + j.start.row + uint64(row)
		if person >= w.run.people {
			break
		}
		if !st.covers(person) {
			if st, err = w.run.stateOf(person); err != nil {
				return err
			}
		}
		person -= st.from
		if !has(st.hit, person) {
			continue
		}
		six, source := w.six(&j.batch, row)
		country, region := six[countryAt], six[regionAt]
		t.residences[source]++
		for _, value := range six {
			out = append(appendField(out, value), ',')
		}
		elements := st.shown[person]
		out = append(Elements(elements).appendTo(out), ',')
		out = w.sources(out, st, person)
		for _, c := range w.extra {
			out = appendField(append(out, ','), attribute(c.name, trim(j.field(row, c.field))))
		}
		out = append(out, '\n')
		var r *residence
		r, scratch = t.residence(scratch, country, region)
		r.people++
		for e := elements; e != 0; e &= e - 1 {
			r.elements[bits.TrailingZeros64(e)]++
		}
		if !w.reachable(j, row) {
			t.noContact++
		}
	}
	j.value.rows = out
	return nil
}

// Where a residence was taken from, which is the order of preference.
const (
	fromDirectory = iota
	fromLastAddress
	fromDefault
	fromNowhere
)

// Places among rosterColumns.
const nameAt, countryAt, regionAt = 1, 3, 4

// six are the first columns of people.csv, and where the residence in them is
// from: what the directory says, else the last address, else the default that the spec states.
func (w *writer) six(b *batch, row int) (six [6][]byte, source int) {
	for i, f := range w.fields {
		six[i] = trim(b.text1(row, f))
	}
	six[nameAt] = b.nameOf(row, w.fields[nameAt], w.halves)
	if countryCode(string(six[countryAt])) != "" {
		return six, fromDirectory
	}
	if last := trim(b.text1(row, w.last[0])); countryCode(string(last)) != "" {
		six[countryAt], six[regionAt] = last, trim(b.text1(row, w.last[1]))
		return six, fromLastAddress
	}
	if w.stated[0] != nil {
		six[countryAt], six[regionAt] = w.stated[0], w.stated[1]
		return six, fromDefault
	}
	return six, fromNowhere
}

// nameOf is a person's name, in a column of its own or in those of the given and the family name.
func (b *batch) nameOf(row, whole int, halves [2]int) []byte {
	if whole >= 0 || halves == [2]int{-1, -1} {
		return trim(b.text1(row, whole))
	}
	return bytes.TrimSpace(bytes.Join([][]byte{trim(b.text1(row, halves[0])), trim(b.text1(row, halves[1]))}, []byte{' '}))
}

// first is six as text.
func (w *writer) first(b *batch, row int) (text [6]string) {
	six, _ := w.six(b, row)
	for i, value := range six {
		text[i] = string(value)
	}
	return text
}

// sources writes the names of the exposures in which person appears, joined by "+".
func (w *writer) sources(out []byte, st *state, person uint64) []byte {
	from := len(out)
	quote := false
	for i, seen := range st.seen {
		if has(seen, person) {
			if len(out) > from {
				out = append(out, '+')
			}
			name := w.run.spec.Exposures[i].Name
			field := appendField(nil, []byte(name))
			quote = quote || len(field) != len(name)
			out = append(out, name...)
		}
	}
	if quote {
		return append(out[:from], appendField(nil, out[from:])...)
	}
	return out
}

func (w *writer) reachable(j *job[written], row int) bool {
	if w.email >= 0 && usableEmail(trim(j.field(row, w.email))) {
		return true
	}
	for _, f := range w.contact {
		if len(trim(j.field(row, f))) > 0 {
			return true
		}
	}
	return false
}

func (r *run) addUp(all []tallies) {
	r.sum.Residence.Reason = r.spec.Directory.ResidenceReason
	r.sum.ByJurisdiction = map[string]int64{}
	r.sum.ByElement = map[string]int64{}
	r.sum.ByJurisdictionWithin = map[string]map[string]int64{}
	for _, t := range all {
		r.sum.NoContact += t.noContact
		r.sum.Residence.Directory += t.residences[fromDirectory]
		r.sum.Residence.LastAddress += t.residences[fromLastAddress]
		r.sum.Residence.Default += t.residences[fromDefault]
		r.sum.Residence.Unknown += t.residences[fromNowhere]
		for j, res := range t.by {
			r.sum.ByJurisdiction[j] += res.people
			within := r.sum.ByJurisdictionWithin[j]
			if within == nil {
				within = map[string]int64{}
				r.sum.ByJurisdictionWithin[j] = within
			}
			for i, n := range res.elements {
				if n > 0 {
					within[elementNames[i]] += n
					r.sum.ByElement[elementNames[i]] += n
				}
			}
		}
	}
}
