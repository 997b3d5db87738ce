package affected

import (
	"context"
	"slices"
	"strings"

	"tocsin/incident"
)

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
	var err error
	if x.homes, err = x.blocks(0, []keyHash{value}); err != nil {
		return err
	}
	x.whole = x.homes == nil
	err = x.scanDirectory(ctx, keys, x.homes, func(p uint32, _ PersonAt, hashes, second []keyHash, _ birth) error {
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

// blocks are those of an input (0: the directory) that have rows with one of the
// keys; nil: all.
func (x *explainer) blocks(input int, hashes []keyHash) (map[uint32]bool, error) {
	rows := x.run.rowsOf(input)
	if rows == nil {
		return nil, nil
	}
	found, whole, err := rows.having(hashes)
	if err != nil || whole {
		return nil, err
	}
	return found, nil
}

// scanDirectory calls fn for the readable rows of the directory in these blocks,
// in order; where blocks is nil, for every one.
func (x *explainer) scanDirectory(ctx context.Context, keys []string, blocks map[uint32]bool, fn func(p uint32, at PersonAt, hashes, second []keyHash, born birth) error) error {
	r := x.run
	index, first := r.rowsOf(0), uint64(0) // the number of the piece's first row
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
		halves := [2]int{column("given_name"), column("family_name")}
		normal := normalizers(r.opt.Workers)
		rows, end := int64(0), first
		work := func(w int, j *job[entry]) {
			v := &j.value
			v.hashes, v.second, v.born = v.hashes[:0], v.second[:0], v.born[:0]
			for row := range j.rows() {
				v.hashes, v.second = r.hashKeys(normal[w], placed, &j.batch, row, p.country(j.text1(row, home)), v.hashes, v.second)
				v.born = append(v.born, parseBirth(j.text1(row, born)))
			}
		}
		err = index.over(ctx, in, r.lim, blocks, func(before uint64) error {
			return read(ctx, in, r.opt.Workers, work, func(j *job[entry]) error {
				for row := range j.rows() {
					person := uint32(first + before + j.start.row + uint64(row))
					at := PersonAt{Person: int64(person) + 1, Place: Place{in.path, j.start.line + uint64(j.lines[row])}}
					at.ID, at.Name, at.Email = string(trim(j.text1(row, id))), string(j.nameOf(row, name, halves)), string(trim(j.text1(row, email)))
					if err := fn(person, at, j.value.hashes[row*len(keys):(row+1)*len(keys)], j.value.second[row*two:(row+1)*two], j.value.born[row]); err != nil {
						return err
					}
					end = uint64(person) + 1
				}
				rows += int64(j.rows() + len(j.bad))
				r.progress("index", "directory", in, rows, j.raw)
				return nil
			})
		})
		in.close()
		if err != nil {
			return err
		}
		first = end
	}
	if r.people = first; index != nil {
		r.people = uint64(index.of.rows)
	}
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
		blocks, err := x.blocksOfRows(p, kinds, asked)
		if err != nil {
			in.close()
			return err
		}
		work := func(w int, j *job[[]candidateRow]) {
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
		}
		err = r.rowsOf(p.exposure+1).over(ctx, in, r.lim, blocks, func(uint64) error {
			return read(ctx, in, r.opt.Workers, work, func(j *job[[]candidateRow]) error {
				x.rows = append(x.rows, j.value...)
				if len(x.rows) > maxExplained {
					return incident.Errorf(incident.TooLarge, "More than %d rows have a key of this person.", maxExplained)
				}
				seen += int64(j.rows() + len(j.bad))
				r.progress("match", e.Name, in, seen, j.raw)
				return nil
			})
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

// blocksOfRows are the blocks of an exposure that may hold rows that are looked for.
func (x *explainer) blocksOfRows(p *piece, kinds []int, asked Asked) (map[uint32]bool, error) {
	rows := x.run.rowsOf(p.exposure + 1)
	if rows == nil {
		return nil, nil
	}
	if asked.Key == "" {
		n, err := rows.line(asked.Row.Line)
		return map[uint32]bool{n: true}, err
	}
	var hashes []keyHash
	for k := range x.wanted {
		if slices.Contains(kinds, k.kind) {
			hashes = append(hashes, k.hash)
		}
	}
	found, err := x.blocks(p.exposure+1, hashes)
	if err != nil || found == nil {
		return nil, err
	}
	for line, d := range x.run.decided[p.called] {
		if d == 0 || !x.asked[uint32(d-1)] {
			continue
		}
		n, err := rows.line(line)
		if err != nil {
			return nil, err
		}
		found[n] = true
	}
	return found, nil
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
	homes, err := x.homesOf(held)
	if err != nil {
		return err
	}
	err = x.scanDirectory(ctx, x.keys, homes, func(p uint32, at PersonAt, hashes, second []keyHash, date birth) error {
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
			if n := int(p) + 1 - len(r.born); n > 0 {
				r.born = append(r.born, make([]birth, n)...)
			}
			r.born[p] = date
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

// homesOf are the blocks of the directory with everyone who has one of the keys,
// and those who were asked for; nil: all.
func (x *explainer) homesOf(held map[keyAt]bool) (map[uint32]bool, error) {
	hashes := make([]keyHash, 0, len(held))
	for k := range held {
		hashes = append(hashes, k.hash)
	}
	found, err := x.blocks(0, hashes)
	if err != nil || found == nil || x.whole {
		return nil, err
	}
	for n := range x.homes {
		found[n] = true
	}
	return found, nil
}
