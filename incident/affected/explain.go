package affected

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"tocsin/incident"
)

// Asked is what is to be explained: a person, by a key that the directory has
// a column for, or what became of a row.
type Asked struct {
	Key   string // see MatchKeys; "" for a row
	Value string
	Row   Place
}

// Explanation says which rows put whom among the affected.
type Explanation struct {
	People []PersonAt `json:"people"` // whom it is about, and whom the rows could mean besides
	Rows   []RowAt    `json:"rows"`   // in the order of the exposures and their lines
}

// PersonAt is a row of the directory.
type PersonAt struct {
	Person int64  `json:"person"` // number among the readable rows, from 1
	Place  Place  `json:"place"`
	Asked  bool   `json:"asked"` // has the key that was asked for
	Email  string `json:"-"`
	Name   string `json:"-"`
	ID     string `json:"-"` // customer_id
}

// RowAt is a row of an exposure and what became of it.
type RowAt struct {
	Exposure string   `json:"exposure"`
	Place    Place    `json:"place"`
	Outcome  string   `json:"outcome"` // matched (or a duplicate), conflict, unmatched, malformed, decided
	Person   int64    `json:"person"`  // to whom it goes; 0: nobody
	Others   []int64  `json:"others,omitempty"`
	Why      string   `json:"why,omitempty"`
	Elements []string `json:"elements"`
}

// maxExplained bounds how many rows one answer may hold.
const maxExplained = 10_000

// Explain says which rows put a person among the affected, or what became of a
// row, by reading the files again: nothing has to be kept for it. Errors are those of
// Resolve; NotFound where the directory has nobody with that key, or the file no such row.
func Explain(ctx context.Context, spec Spec, from Sources, asked Asked, opt Options) (Explanation, error) {
	if err := spec.Validate(); err != nil {
		return Explanation{}, err
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	r := &run{spec: spec, from: from, opt: opt, lim: limits{block: blockSize, record: maxRecord}, budget: &budget{}, key: newHashKey(), owners: map[string][]uint32{}}
	if err := r.checkFiles(ctx); err != nil {
		return Explanation{}, err
	}
	if err := r.readDecisions(ctx); err != nil {
		return Explanation{}, err
	}
	x := &explainer{run: r, keys: spec.Keys(), wanted: map[keyAt]bool{}, asked: map[uint32]bool{}}
	return x.explain(ctx, asked)
}

// keyAt is a hashed key of a kind.
type keyAt struct {
	kind int // place among explainer.keys
	hash keyHash
}

type explainer struct {
	run    *run
	keys   []string
	wanted map[keyAt]bool // keys that rows are looked for by
	asked  map[uint32]bool
	rows   []candidateRow
	people map[uint32]PersonAt
}

// candidateRow is a row that has one of the wanted keys.
type candidateRow struct {
	piece    int
	line     uint64
	hashes   []keyHash // of the matcher's keys
	elements Elements
	born     birth
	bad      string
}

func (x *explainer) explain(ctx context.Context, asked Asked) (Explanation, error) {
	if asked.Key != "" {
		if err := x.findPerson(ctx, asked); err != nil {
			return Explanation{}, err
		}
	}
	if err := x.findRows(ctx, asked); err != nil {
		return Explanation{}, err
	}
	if err := x.findHolders(ctx); err != nil {
		return Explanation{}, err
	}
	return x.decide(), nil
}

// findPerson reads the directory for those who have the key, and wants their keys.
func (x *explainer) findPerson(ctx context.Context, asked Asked) error {
	r := x.run
	if r.spec.Directory.Columns[asked.Key] == "" || !slices.Contains(naming[:], asked.Key) {
		return incident.Errorf(incident.Invalid, "the directory has no column for %s", asked.Key)
	}
	value := r.hash(newNormalizer(), asked.Key, []byte(asked.Value), r.spec.Directory.PhoneCountry)
	if !value.some {
		return incident.Errorf(incident.Invalid, "a %s is needed to look for", strings.ReplaceAll(asked.Key, "_", " "))
	}
	keys := append(slices.Clone(x.keys), asked.Key)
	last := len(keys) - 1
	err := x.scanDirectory(ctx, keys, func(p uint32, _ PersonAt, hashes, second []keyHash, _ birth) error {
		if hashes[last] != value && (asked.Key != "phone" || second[len(second)-1] != value) {
			return nil
		}
		x.asked[p] = true
		for k, h := range hashes[:last] {
			if h.some {
				x.wanted[keyAt{k, h}] = true
			}
		}
		for i, k := range seconds(x.keys) {
			if second[i].some {
				x.wanted[keyAt{k, second[i]}] = true
			}
		}
		return nil
	})
	if err == nil && len(x.asked) == 0 {
		return incident.Errorf(incident.NotFound, "Nobody in the directory has this %s.", strings.ReplaceAll(asked.Key, "_", " "))
	}
	return err
}

// scanDirectory calls fn for every readable row of the directory, in order.
func (x *explainer) scanDirectory(ctx context.Context, keys []string, fn func(p uint32, at PersonAt, hashes, second []keyHash, born birth) error) error {
	r := x.run
	person := uint32(0)
	for i := range r.directory {
		p := &r.directory[i]
		in, err := r.open(ctx, p, r.directoryColumns(), false)
		if err != nil {
			return err
		}
		column := func(name string) int {
			if c := r.spec.Directory.Columns[name]; c != "" {
				return fieldOf(in.format, c)
			}
			return -1
		}
		placed, two := placeKeys(in.format, keys, r.spec.Directory.Columns), len(seconds(keys))
		home, born, name, email, id := column("country"), column("birth_date"), column("name"), column("email"), column("customer_id")
		normal := normalizers(r.opt.Workers)
		rows := int64(0)
		err = read(ctx, in, r.opt.Workers, func(w int, j *job[entry]) {
			v := &j.value
			v.hashes, v.second, v.born = v.hashes[:0], v.second[:0], v.born[:0]
			for row := range j.rows() {
				v.hashes, v.second = r.hashKeys(normal[w], placed, &j.batch, row, p.country(j.text1(row, home)), v.hashes, v.second)
				v.born = append(v.born, parseBirth(j.text1(row, born)))
			}
		}, func(j *job[entry]) error {
			for row := range j.rows() {
				at := PersonAt{Person: int64(person) + 1, Place: Place{in.path, j.start.line + uint64(j.lines[row])}}
				at.ID, at.Name, at.Email = string(trim(j.text1(row, id))), string(trim(j.text1(row, name))), string(trim(j.text1(row, email)))
				if err := fn(person, at, j.value.hashes[row*len(keys):(row+1)*len(keys)], j.value.second[row*two:(row+1)*two], j.value.born[row]); err != nil {
					return err
				}
				person++
			}
			rows += int64(j.rows() + len(j.bad))
			r.progress("index", "directory", in, rows, j.raw)
			return nil
		})
		in.close()
		if err != nil {
			return err
		}
	}
	r.people = uint64(person)
	return nil
}

// text1 is a field, or nothing where the piece has no such column.
func (b *batch) text1(row, field int) []byte {
	if field < 0 {
		return nil
	}
	return b.field(row, field)
}

// country is where a telephone number of a person belongs.
func (p *piece) country(own []byte) string {
	if c := countryCode(string(trim(own))); c != "" {
		return c
	}
	return p.PhoneCountry
}

// findRows reads the exposures for rows with a wanted key, or for the one row.
func (x *explainer) findRows(ctx context.Context, asked Asked) error {
	r := x.run
	for i := range r.exposed {
		p := &r.exposed[i]
		if asked.Key == "" && p.called != asked.Row.Path {
			continue
		}
		e := &r.spec.Exposures[p.exposure]
		in, err := r.open(ctx, p, e.allColumns(), false)
		if err != nil {
			return err
		}
		m := r.newMatcher(e, in.format, nil)
		kinds := x.kinds(m)
		normal := normalizers(r.opt.Workers)
		seen := int64(0)
		err = read(ctx, in, r.opt.Workers, func(w int, j *job[[]candidateRow]) {
			j.value = j.value[:0]
			for row := range j.rows() {
				c := candidateRow{piece: i, line: j.start.line + uint64(j.lines[row])}
				wanted := asked.Key == "" && c.line == asked.Row.Line
				hashes := m.hashes(normal[w], &j.batch, row, make([]keyHash, 0, m.width), nil)
				for k, h := range hashes {
					wanted = wanted || h.some && x.wanted[keyAt{kinds[k], h}]
				}
				if !wanted {
					if d, ok := r.decided[in.path][c.line]; !ok || d == 0 || !x.asked[uint32(d-1)] {
						continue
					}
				}
				c.hashes = hashes
				ok := false
				if c.elements, ok = m.elements(&j.batch, row); !ok {
					c.bad = m.unknownElement()
				}
				c.born = parseBirth(j.text1(row, m.born))
				j.value = append(j.value, c)
			}
			for _, b := range j.bad {
				if line := j.start.line + uint64(b.line); asked.Key == "" && line == asked.Row.Line {
					j.value = append(j.value, candidateRow{piece: i, line: line, bad: b.why})
				}
			}
		}, func(j *job[[]candidateRow]) error {
			x.rows = append(x.rows, j.value...)
			if len(x.rows) > maxExplained {
				return incident.Errorf(incident.TooLarge, "More than %d rows have a key of this person.", maxExplained)
			}
			seen += int64(j.rows() + len(j.bad))
			r.progress("match", e.Name, in, seen, j.raw)
			return nil
		})
		in.close()
		if err != nil {
			return err
		}
	}
	if asked.Key == "" && len(x.rows) == 0 {
		return incident.Errorf(incident.NotFound, "There is no row at line %d of %s, or it is empty.", asked.Row.Line, asked.Row.Path)
	}
	return nil
}

// kinds are the places of a row's hashes among the explainer's keys.
func (x *explainer) kinds(m *matcher) []int {
	kinds := make([]int, len(m.keys), m.width)
	for k, key := range m.keys {
		kinds[k] = slices.Index(x.keys, key.name)
	}
	if m.joint >= 0 {
		kinds = append(kinds, kinds[m.joint])
	}
	return kinds
}

// findHolders reads the directory again for everyone who has a key of the rows
// that were found, and makes of them the indexes that the matching would have.
func (x *explainer) findHolders(ctx context.Context) error {
	r := x.run
	held := map[keyAt]bool{}
	for _, c := range x.rows {
		m := r.newMatcher(&r.spec.Exposures[r.exposed[c.piece].exposure], nil, nil)
		for k, kind := range x.kinds(m) {
			if k < len(c.hashes) && c.hashes[k].some {
				held[keyAt{kind, c.hashes[k]}] = true
			}
		}
	}
	r.indexes, x.people = map[string]*index{}, map[uint32]PersonAt{}
	for _, key := range x.keys {
		r.indexes[key] = &index{budget: r.budget}
	}
	two := seconds(x.keys)
	err := x.scanDirectory(ctx, x.keys, func(p uint32, at PersonAt, hashes, second []keyHash, date birth) error {
		hold := func(k int, h keyHash) error {
			if !held[keyAt{k, h}] {
				return nil
			}
			x.people[p] = at
			return r.indexes[x.keys[k]].add(h.tag, h.tag2, p)
		}
		for i, k := range two {
			if err := hold(k, second[i]); err != nil {
				return err
			}
		}
		for k, h := range hashes {
			if err := hold(k, h); err != nil {
				return err
			}
			if h.some && IsPrimaryKey(x.keys[k]) {
				set := grow(r.owners[x.keys[k]], uint64(p)+1)
				set[p/32] |= 1 << (p % 32)
				r.owners[x.keys[k]] = set
			}
		}
		if r.checksBirth() {
			r.born = append(r.born, date)
		}
		if x.asked[p] {
			at.Asked = true
			x.people[p] = at
		}
		return nil
	})
	for key, set := range r.owners {
		r.owners[key] = grow(set, r.people)
	}
	return err
}

// decide decides on each row as the matching does.
func (x *explainer) decide() Explanation {
	r := x.run
	out := Explanation{People: []PersonAt{}, Rows: []RowAt{}}
	for _, c := range x.rows {
		p := &r.exposed[c.piece]
		e := &r.spec.Exposures[p.exposure]
		row := RowAt{Exposure: e.Name, Place: Place{p.called, c.line}, Elements: c.elements.Names()}
		if c.bad != "" {
			row.Outcome, row.Why, row.Elements = "malformed", c.bad, []string{}
			out.Rows = append(out.Rows, row)
			continue
		}
		if d, ok := r.decided[row.Place.Path][c.line]; ok {
			row.Outcome, row.Person, row.Why = "decided", d, "a person decided whom it means"
		} else {
			x.match(r.newMatcher(e, nil, nil), &c, &row)
		}
		if len(x.asked) > 0 && !x.asked[uint32(row.Person-1)] && !slices.ContainsFunc(row.Others, func(p int64) bool { return x.asked[uint32(p-1)] }) {
			continue // it shares a key with the person, and is another's
		}
		out.Rows = append(out.Rows, row)
	}
	for _, p := range x.people {
		out.People = append(out.People, p)
	}
	slices.SortFunc(out.People, func(a, b PersonAt) int { return int(a.Person - b.Person) })
	return out
}

func (x *explainer) match(m *matcher, c *candidateRow, row *RowAt) {
	one := candidate{elements: c.elements, born: c.born}
	var o outcome
	m.find(&one, c.hashes, &o)
	switch {
	case !one.ok:
		row.Outcome, row.Why = "unmatched", "nobody in the directory has one of its keys"
	case one.reason.kind != fits:
		row.Outcome, row.Person, row.Why = "conflict", int64(one.person)+1, m.explain(one.reason)
		for _, p := range o.open[0].others {
			row.Others = append(row.Others, int64(p)+1)
		}
	default:
		row.Outcome, row.Person = "matched", int64(one.person)+1
	}
}
