package affected

import (
	"context"

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

// matchedBy are the keys that some exposure matches by, the strongest first.
func (r *run) matchedBy() []string {
	var keys []string
	for _, key := range naming {
		for _, e := range r.spec.Exposures {
			if e.Match[key] != "" {
				keys = append(keys, key)
				break
			}
		}
	}
	return keys
}

// indexDirectory reads the directory for the first time. It returns the
// checksum of its bytes, so that the second time can tell whether they changed.
func (r *run) indexDirectory(ctx context.Context) (crc uint32, err error) {
	in, err := openInput(ctx, r.from, r.spec.Directory.Path, r.directoryColumns(), r.lim, true)
	if err != nil {
		return 0, err
	}
	defer in.close()
	keys := r.matchedBy()
	r.indexes = make(map[string]*index, len(keys))
	fields, indexes := make([]int, len(keys)), make([]*index, len(keys))
	for i, key := range keys {
		fields[i] = fieldOf(in.format, r.spec.Directory.Columns[key])
		indexes[i] = &index{budget: r.budget}
		r.indexes[key] = indexes[i]
	}
	normal := normalizers(r.opt.Workers)
	sink := uint64(0)
	s := InputSummary{Name: "directory", Path: in.path}
	err = read(ctx, in, r.opt.Workers, func(w int, j *job[[]keyHash]) {
		j.value = j.value[:0]
		for row := range j.rows() {
			for i, key := range keys {
				j.value = append(j.value, r.hash(normal[w], key, j.field(row, fields[i])))
			}
		}
	}, func(j *job[[]keyHash]) error {
		if r.people == 0 && in.size > 0 && j.rows() > 0 {
			// Room for all rows, as far as the first block tells, so that the tables need not grow.
			expected := float64(in.size) / float64(len(j.data)) * float64(j.rows()) * 1.02
			for _, x := range indexes {
				if err := x.reserve(int(min(expected, maxPeople))); err != nil {
					return err
				}
			}
		}
		if r.people+uint64(j.rows()) > maxPeople {
			return incident.Errorf(incident.TooLarge, "%s: has more than %d rows", in.path, maxPeople)
		}
		for row := range j.rows() {
			if row%ahead == 0 { // see matcher.block
				for at, h := range j.value[row*len(keys) : min(row+ahead, j.rows())*len(keys)] {
					sink += indexes[at%len(keys)].touch(h.tag)
				}
			}
			for i, x := range indexes {
				if h := j.value[row*len(keys)+i]; h.some {
					if err := x.add(h.tag, h.tag2, uint32(r.people)); err != nil {
						return err
					}
				}
			}
			r.people++
		}
		s.Rows += int64(j.rows() + len(j.bad))
		s.Malformed += int64(len(j.bad))
		r.progress("index", s.Name, in, s.Rows, j.raw)
		return r.reject(in.path, j.start.line, j.bad)
	})
	if err != nil {
		return 0, err
	}
	r.sink += sink
	err = r.finish(in, &s)
	r.sum.Inputs = append(r.sum.Inputs, s)
	return in.tally.crc, err
}

func (r *run) hash(n *normalizer, key string, field []byte) keyHash {
	k := n.key(key, field)
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
