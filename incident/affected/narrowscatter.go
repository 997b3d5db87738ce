package affected

import (
	"context"
	"encoding/binary"
	"slices"

	"tocsin/incident"
)

// scatter reads an exposure and deals its keys out.
func (n *narrow) scatter(ctx context.Context, p *piece) error {
	r := n.run
	e := &r.spec.Exposures[p.exposure]
	in, err := r.open(ctx, p, e.allColumns(), true)
	if err != nil {
		return err
	}
	defer in.close()
	m := r.newMatcher(e, in.format, nil)
	m.decided = r.decided[in.path]
	x := &narrowed{exposure: p.exposure, always: m.always, sum: InputSummary{Name: e.Name, Path: in.path}, conflicts: n.spill.tape()}
	for _, key := range m.keys {
		x.keys = append(x.keys, slices.Index(n.keys, key.name))
		x.asked = append(x.asked, n.spill.tapes(n.plan.parts))
	}
	if m.column >= 0 || len(m.flags) > 0 {
		x.shown = n.spill.tape()
	}
	if m.born >= 0 {
		x.born = n.spill.tape()
	}
	var watch watch
	type values struct {
		hashes []keyHash
		shown  []uint64
		born   []birth
		bad    []badRow
		shapes shapesSeen
	}
	normal := normalizers(r.opt.Workers)
	err = read(ctx, in, r.opt.Workers, func(w int, j *job[values]) {
		v := &j.value
		v.hashes, v.shown, v.born, v.bad = v.hashes[:0], v.shown[:0], v.born[:0], v.bad[:0]
		v.shapes.reset()
		for row := range j.rows() {
			set, ok := m.elements(&j.batch, row)
			if !ok {
				v.bad = append(v.bad, badRow{line: j.lines[row], why: m.unknownElement()})
				set = Elements(notRead)
			}
			v.shown = append(v.shown, uint64(set))
			if ok {
				v.hashes = m.hashes(normal[w], &j.batch, row, v.hashes, &v.shapes)
			} else {
				v.hashes = append(v.hashes, make([]keyHash, m.width)...)
			}
			if m.born >= 0 {
				v.born = append(v.born, parseBirth(j.field(row, m.born)))
			}
		}
	}, func(j *job[values]) error {
		if x.rows+uint64(j.rows()) > 1<<32-1 {
			return incident.Errorf(incident.TooLarge, "%s: has more than %d rows", in.path, uint32(1<<32-1))
		}
		v := &j.value
		r.sum.Warnings = append(r.sum.Warnings, watch.add(j.start.line, &v.shapes, m, in.path)...)
		for row := range j.rows() {
			number := uint32(x.rows) + uint32(row)
			if d, ok := m.decided[j.start.line+uint64(j.lines[row])]; ok {
				if x.decided == nil {
					x.decided = map[uint32]int64{}
				}
				x.decided[number] = d
				if err := x.note(v.shown[row], v.born, row); err != nil {
					return err
				}
				continue
			}
			for k, h := range v.hashes[row*m.width : (row+1)*m.width] {
				if k == len(m.keys) {
					k = m.joint
				}
				if h.some {
					if err := n.deal(x.asked[k], h, number); err != nil {
						return err
					}
				}
			}
			if err := x.note(v.shown[row], v.born, row); err != nil {
				return err
			}
		}
		x.rows += uint64(j.rows())
		bad := mergeByLine(j.bad, v.bad)
		x.sum.Rows += int64(j.rows() + len(j.bad))
		x.sum.Malformed += int64(len(bad))
		r.progress("match", e.Name, in, x.sum.Rows, j.raw)
		return r.reject(in.path, j.start.line, bad)
	})
	if err != nil {
		return err
	}
	r.sum.Warnings = append(r.sum.Warnings, watch.end(m, in.path)...)
	if err := r.finish(in, &x.sum); err != nil {
		return err
	}
	x.crc = in.tally.crc
	x.found = n.spill.tapes(int(x.rows)/n.plan.rows + 1)
	x.unmatched = bitset(x.rows)
	n.exposed = append(n.exposed, x)
	for _, st := range []*tape{x.shown, x.born} {
		if st != nil {
			if err := st.flush(); err != nil {
				return err
			}
		}
	}
	return flushAll(x.asked...)
}

// note keeps what combine needs of a row besides its keys.
func (x *narrowed) note(shown uint64, born []birth, row int) error {
	if x.shown != nil {
		rec, err := x.shown.room(8)
		if err != nil {
			return err
		}
		binary.LittleEndian.PutUint64(rec, shown)
	}
	if x.born != nil {
		rec, err := x.born.room(4)
		if err != nil {
			return err
		}
		binary.LittleEndian.PutUint32(rec, uint32(born[row]))
	}
	return nil
}
