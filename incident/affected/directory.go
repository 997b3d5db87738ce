package affected

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tocsin/incident"
)

// keyHash is the part of a key's hash that the index keeps.
type keyHash struct {
	tag  uint64
	tag2 uint32
	some bool // false for an empty key
}

// directoryColumns are the columns of the directory that the spec names. All
// of them are read both times, so that both readings take the same rows for malformed.
func (r *run) directoryColumns() []string {
	columns := make([]string, 0, len(r.spec.Directory.Columns))
	for _, name := range sortedKeys(r.spec.Directory.Columns) {
		columns = appendNew(columns, r.spec.Directory.Columns[name])
	}
	return columns
}

// entry is what the first reading takes from a block of the directory.
type entry struct {
	hashes []keyHash   // row by row, key by key
	second []keyHash   // row by row, of the keys that seconds lists: see OtherForm
	born   []birth     // where some exposure has birth dates checked
	six    [][6]string // the first columns of the roster, where an earlier one is added to
}

// indexDirectory reads the directory for the first time. It returns the
// checksums of its pieces, so that the second time can tell whether they changed.
func (r *run) indexDirectory(ctx context.Context) (sums []uint32, err error) {
	keys := r.spec.Keys()
	if r.checksBirth() {
		r.born = []birth{}
	}
	for i := range r.directory {
		sum, err := r.indexPiece(ctx, &r.directory[i], keys)
		if err != nil {
			return nil, err
		}
		sums = append(sums, sum)
	}
	if r.keep == nil { // the directory is empty
		if r.keep, err = r.keeper(0, keys); err != nil {
			return nil, err
		}
	}
	for _, key := range keys { // everyone has a place, also where the last ones have no key
		if r.owners[key] != nil {
			r.owners[key] = grow(r.owners[key], r.people)
		}
	}
	return sums, nil
}

func (r *run) indexPiece(ctx context.Context, p *piece, keys []string) (crc uint32, err error) {
	in, err := r.open(ctx, p, r.directoryColumns(), true)
	if err != nil {
		return 0, err
	}
	defer in.close()
	placed := placeKeys(in.format, keys, r.spec.Directory.Columns)
	born := -1
	if r.born != nil {
		born = fieldOf(in.format, r.spec.Directory.Columns["birth_date"])
	}
	home := -1 // needed only where numbers are matched by
	if column := r.spec.Directory.Columns["country"]; column != "" && slices.Contains(keys, "phone") {
		home = fieldOf(in.format, column)
	}
	six := writer{run: r}
	six.place(in.format)
	normal := normalizers(r.opt.Workers)
	s := InputSummary{Name: "directory", Path: in.path}
	err = read(ctx, in, r.opt.Workers, func(w int, j *job[entry]) {
		v := &j.value
		v.hashes, v.second, v.born, v.six = v.hashes[:0], v.second[:0], v.born[:0], v.six[:0]
		for row := range j.rows() {
			country := p.PhoneCountry
			if home >= 0 {
				country = cmp.Or(countryCode(string(trim(j.field(row, home)))), country)
			}
			v.hashes, v.second = r.hashKeys(normal[w], placed, &j.batch, row, country, v.hashes, v.second)
			if born >= 0 {
				v.born = append(v.born, parseBirth(j.field(row, born)))
			}
			if r.prior != nil {
				v.six = append(v.six, six.first(&j.batch, row))
			}
		}
	}, func(j *job[entry]) error {
		for row := range j.value.six {
			if err := r.prior.meet(uint32(r.people)+uint32(row), j.value.six[row], &r.spec); err != nil {
				return err
			}
		}
		if r.keep == nil && j.rows() > 0 {
			if r.keep, err = r.keeper(r.expected(in, j.rows(), len(j.data)), keys); err != nil {
				return err
			}
		}
		if r.people+uint64(j.rows()) > maxPeople {
			return incident.Errorf(incident.TooLarge, "%s: has more than %d rows", in.path, maxPeople)
		}
		if j.rows() > 0 {
			if err := r.keep(&j.value, j.rows()); err != nil {
				return err
			}
			if err := r.keepRest(&j.value, j.rows(), keys); err != nil {
				return err
			}
		}
		r.people += uint64(j.rows())
		s.Rows += int64(j.rows() + len(j.bad))
		s.Malformed += int64(len(j.bad))
		r.progress("index", s.Name, in, s.Rows, j.raw)
		return r.reject(in.path, j.start.line, j.bad)
	})
	if err != nil {
		return 0, err
	}
	err = r.finish(in, &s)
	r.sum.Inputs = append(r.sum.Inputs, s)
	return in.tally.crc, err
}

// expected is how many people the directory has, as far as one block of so
// many rows and bytes tells; negative where nothing tells.
func (r *run) expected(in *input, rows, bytes int) float64 {
	if r.directorySize < 0 {
		return -1
	}
	n := float64(r.directorySize) / float64(bytes) * float64(rows) * 1.02
	if in.packed {
		n *= 12 // about as far as text can be compressed
	}
	return min(n, maxPeople)
}

// keeper says where the keys of the directory go: into tables in memory, or,
// where as far as the first block tells these will not fit into what the run
// may take, into a narrow matching.
func (r *run) keeper(expected float64, keys []string) (func(*entry, int) error, error) {
	unknown := expected < 0
	expected = max(expected, 0)
	forms := len(keys) // of each person
	if r.homely(keys) {
		forms++
	}
	for _, key := range keys {
		if IsComposite(key) {
			forms++ // at most: few names have two forms
		}
	}
	need := int64(expected) * (int64(forms)*slotBytes*3/2 + 8 + int64(len(r.spec.Exposures)+len(keys))/8 + 1)
	if limit := r.budget.limit; r.lim.narrow || limit > 0 && (r.budget.used+need > limit || unknown) {
		p := plan{parts: 4, rows: 64, people: 64, chunk: 1 << 10}
		if !r.lim.narrow {
			var err error
			if p, err = planFor(limit, r.budget.used, expected*float64(1+forms-len(keys)), len(keys), len(r.spec.Exposures)); err != nil {
				return nil, err
			}
		}
		n, err := r.newNarrow(p, keys)
		if err != nil {
			return nil, err
		}
		r.narrow = n
		return r.keepNarrow, nil
	}
	r.indexes = make(map[string]*index, len(keys))
	indexes := make([]*index, len(keys))
	for i, key := range keys {
		indexes[i] = &index{budget: r.budget}
		r.indexes[key] = indexes[i]
		if slices.ContainsFunc(r.directory, func(p piece) bool { return plainName(p.Path) != strings.ToLower(p.Path) }) {
			continue // compressed, so it is a guess: better let it grow
		}
		n := int(expected)
		if key == "phone" {
			n *= 1 + forms - len(keys)
		}
		if err := indexes[i].reserve(n); err != nil {
			return nil, err
		}
	}
	two := seconds(keys)
	return func(v *entry, rows int) error { return r.keepIndexed(indexes, two, v, rows) }, nil
}

// homely reports whether telephone numbers may have a second form; see OtherForm.
func (r *run) homely(keys []string) bool {
	d := &r.spec.Directory
	return slices.Contains(keys, "phone") && (d.PhoneCountry != "" || d.Columns["country"] != "")
}

func (r *run) keepNarrow(v *entry, rows int) error {
	keys := len(r.narrow.keys)
	for row := range rows {
		for k := range keys {
			if h := v.hashes[row*keys+k]; h.some {
				if err := r.narrow.keep(k, h, uint32(r.people)+uint32(row)); err != nil {
					return err
				}
			}
		}
		for i, k := range r.narrow.seconds {
			if h := v.second[row*len(r.narrow.seconds)+i]; h.some {
				if err := r.narrow.keep(k, h, uint32(r.people)+uint32(row)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r *run) keepIndexed(indexes []*index, seconds []int, v *entry, rows int) error {
	keys := len(indexes)
	for row := range rows {
		if row%ahead == 0 { // see matcher.block
			for k, x := range indexes {
				for at := row*keys + k; at < min(row+ahead, rows)*keys; at += keys {
					r.sink += x.touch(v.hashes[at].tag)
				}
			}
		}
		for k, x := range indexes {
			if h := v.hashes[row*keys+k]; h.some {
				if err := x.add(h.tag, h.tag2, uint32(r.people)+uint32(row)); err != nil {
					return err
				}
			}
		}
		for i, k := range seconds {
			if h := v.second[row*len(seconds)+i]; h.some {
				if err := indexes[k].add(h.tag, h.tag2, uint32(r.people)+uint32(row)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keepRest keeps who has a primary key at all, where a row could have another
// one, and birth dates, where they are checked.
func (r *run) keepRest(v *entry, rows int, keys []string) error {
	if err := r.budget.take(int64(4 * len(v.born))); err != nil {
		return err
	}
	r.born = append(r.born, v.born...)
	if !r.several() {
		return nil
	}
	for k, key := range keys {
		if !IsPrimaryKey(key) {
			continue
		}
		owners := grow(r.owners[key], r.people+uint64(rows))
		for row := range rows {
			if v.hashes[row*len(keys)+k].some {
				p := r.people + uint64(row)
				owners[p/32] |= 1 << (p % 32)
			}
		}
		r.owners[key] = owners
	}
	return nil
}

func grow(set []uint32, people uint64) []uint32 {
	words := int(people+31) / 32
	return slices.Grow(set, max(0, words-len(set)))[:max(words, len(set))]
}

// several reports whether some exposure matches by more than one key.
func (r *run) several() bool {
	return slices.ContainsFunc(r.spec.Exposures, func(e Exposure) bool { return len(e.Keys()) > 1 })
}

// checksBirth reports whether some exposure has birth dates that must not be another's.
func (r *run) checksBirth() bool {
	return slices.ContainsFunc(r.spec.Exposures, func(e Exposure) bool { return e.BornColumn() != "" })
}

func (r *run) hash(n *normalizer, key string, field []byte, country string) keyHash {
	return r.hashOf(n.key(key, field, country))
}

func (r *run) hashOf(k []byte) keyHash {
	if len(k) == 0 {
		return keyHash{}
	}
	hi, lo := r.key.sum(k)
	return keyHash{hi, uint32(lo), true}
}

func normalizers(workers int) []*normalizer {
	all := make([]*normalizer, workers)
	for i := range all {
		all[i] = newNormalizer()
	}
	return all
}

// fieldOf is the place of a column among a batch's fields; -1 for no column.
func fieldOf(f format, column string) int {
	if f == nil { // nothing is read: only the decision is needed
		return -1
	}
	for i, name := range f.columns() {
		if name == column {
			return i
		}
	}
	return -1
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}
