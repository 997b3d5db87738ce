package affected

import (
	"context"
	"encoding/binary"
	"slices"

	"tocsin/incident"
)

// combine decides, range by range, whom the rows of an exposure mean.
func (n *narrow) combine(ctx context.Context, number int, x *narrowed) error {
	m := n.run.newMatcher(&n.run.spec.Exposures[x.exposure], nil, nil)
	asked, err := n.strange(x)
	if err != nil {
		return err
	}
	shown, born := newCursor(x.shown), newCursor(x.born)
	var finds, sorted []uint64
	ends := make([]uint32, n.plan.rows+1)
	for i, st := range x.found {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := uint64(i * n.plan.rows)
		rows := int(min(uint64(n.plan.rows), x.rows-from))
		if finds, err = loadFinds(st, finds[:0]); err != nil {
			return err
		}
		sorted = byRow(finds, sorted, ends[:rows+1])
		at := uint32(0)
		for row := range rows {
			one := sorted[at:ends[row]]
			at = ends[row]
			elements, date := uint64(x.always), birth(0)
			if x.shown != nil {
				if elements, err = shown.uint64(); err != nil {
					return err
				}
			}
			if x.born != nil {
				d, err := born.uint32()
				if err != nil {
					return err
				}
				date = birth(d)
			}
			if x.shown != nil && elements == notRead {
				continue
			}
			d, decided := x.decided[uint32(from)+uint32(row)]
			if decided && d > 0 {
				if err := n.give(uint32(d-1), number, Elements(elements)); err != nil {
					return err
				}
				continue
			}
			named, err := n.settle(m, number, x, uint32(from)+uint32(row), one, asked, Elements(elements), date)
			if err != nil {
				return err
			}
			if !named {
				x.unmatched[(from+uint64(row))/32] |= 1 << ((from + uint64(row)) % 32)
				x.sum.Unmatched++
			}
		}
	}
	return x.conflicts.flush()
}

// settle decides on one row whose finds are one; false where it names nobody.
func (n *narrow) settle(m *matcher, number int, x *narrowed, row uint32, one []uint64, asked [][]uint32, elements Elements, born birth) (named bool, err error) {
	// Parts come key by key, but make sure: the strongest key first, and its people in the directory's order.
	slices.SortStableFunc(one, func(a, b uint64) int { return findKey(a) - findKey(b) })
	var hits [maxKeys]hit
	count, found := 0, uint32(0)
	for i := 0; i < len(one); {
		key, first := findKey(one[i]), i
		for i < len(one) && findKey(one[i]) == key {
			i++
		}
		h := hit{key: key, one: uint32(one[first] >> 33)}
		if key == m.joint {
			var holders []uint32
			for _, f := range one[first:i] {
				holders = append(holders, uint32(f>>33))
			}
			if h = m.jointHit(holders, born); !h.known() {
				continue
			}
		} else if one[first]&1 != 0 {
			for _, f := range one[first:i] {
				h.more = append(h.more, uint32(f>>33))
			}
		}
		hits[count], found = h, found|1<<key
		count++
	}
	if count == 0 {
		return false, nil
	}
	strange := uint32(0)
	for k := range asked {
		if found>>k&1 == 0 && asked[k] != nil && has(asked[k], uint64(row)) {
			strange |= 1 << k
		}
	}
	person, why := m.decide(hits[:count], strange, born)
	if why.kind != fits {
		x.open++
		if err := x.keepConflict(row, person, why, others(hits[:count], person)); err != nil {
			return false, err
		}
	}
	return true, n.give(person, number, elements)
}

// give notes that a row of a piece names a person.
func (n *narrow) give(person uint32, number int, elements Elements) error {
	rec, err := n.people[int(person)/n.plan.people].room(16)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(rec, person)
	binary.LittleEndian.PutUint32(rec[4:], uint32(number))
	binary.LittleEndian.PutUint64(rec[8:], uint64(elements))
	return nil
}

// strange gives, for each primary key of an exposure that matches by several,
// the rows that have it, as bits: whether a row names a number nobody has matters then.
func (n *narrow) strange(x *narrowed) ([][]uint32, error) {
	all := make([][]uint32, len(x.asked))
	if len(x.asked) < 2 {
		return all, nil
	}
	for k, parts := range x.asked {
		if !IsPrimaryKey(n.keys[x.keys[k]]) {
			continue
		}
		all[k] = bitset(x.rows)
		for _, st := range parts {
			err := st.each(func(records []byte) error {
				for ; len(records) > 0; records = records[16:] {
					row := binary.LittleEndian.Uint32(records[12:])
					all[k][row/32] |= 1 << (row % 32)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func loadFinds(st *tape, into []uint64) ([]uint64, error) {
	into = slices.Grow(into, int(st.bytes/8))
	return into, st.each(func(records []byte) error {
		for ; len(records) > 0; records = records[8:] {
			into = append(into, binary.LittleEndian.Uint64(records))
		}
		return nil
	})
}

// byRow sorts finds by their row, keeping their order otherwise; ends[i] becomes
// where those of row i end.
func byRow(finds, into []uint64, ends []uint32) []uint64 {
	clear(ends)
	for _, f := range finds {
		ends[findRow(f)+1]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	into = slices.Grow(into[:0], len(finds))[:len(finds)]
	for _, f := range finds {
		row := findRow(f)
		into[ends[row]] = f
		ends[row]++
	}
	return into
}

// keepConflict keeps a conflict for list: row, person, reason, and who else.
func (x *narrowed) keepConflict(row, person uint32, why reason, others []uint32) error {
	rec, err := x.conflicts.room(16 + 4*len(others))
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(rec, row)
	binary.LittleEndian.PutUint32(rec[4:], person)
	rec[8], rec[9], rec[10], rec[11] = why.kind, why.a, why.b, 0
	binary.LittleEndian.PutUint32(rec[12:], uint32(len(others)))
	for i, p := range others {
		binary.LittleEndian.PutUint32(rec[16+4*i:], p)
	}
	return nil
}

// list reads an exposure again and lists the rows that fit nobody or several people.
func (n *narrow) list(ctx context.Context, p *piece, x *narrowed) error {
	r := n.run
	e := &r.spec.Exposures[p.exposure]
	r.sum.Conflicts += x.open
	if x.sum.Unmatched == 0 && x.open == 0 {
		return nil
	}
	in, err := r.open(ctx, p, e.allColumns(), false)
	if err != nil {
		return err
	}
	defer in.close()
	m := r.newMatcher(e, in.format, nil)
	m.decided = r.decided[in.path]
	open := conflictReader{cursor: newCursor(x.conflicts)}
	if err := open.next(); err != nil {
		return err
	}
	rows, passed := int64(0), uint64(0)
	err = read(ctx, in, r.opt.Workers, func(int, *job[struct{}]) {}, func(j *job[struct{}]) error {
		for row := range j.rows() {
			number := passed + uint64(row)
			if number >= x.rows {
				break // it has grown, which the checksum says below
			}
			if has(x.unmatched, number) {
				if err := r.writeUnmatched(m, e, in.path, j.start.line, &j.batch, row); err != nil {
					return err
				}
			}
			if open.some && uint64(open.row) == number {
				if err := r.writeConflict(in.path, j.start.line+uint64(j.lines[row]), m, &open.conflict); err != nil {
					return err
				}
				if err := open.next(); err != nil {
					return err
				}
			}
		}
		passed += uint64(j.rows())
		rows += int64(j.rows() + len(j.bad))
		r.progress("list", e.Name, in, rows, j.raw)
		return nil
	})
	if err != nil {
		return err
	}
	if passed != x.rows || in.tally.crc != x.crc {
		return incident.Errorf(incident.Conflict, "%s: changed while it was being read; run again", in.path)
	}
	return nil
}

// conflictReader gives kept conflicts one by one.
type conflictReader struct {
	cursor
	some bool
	row  uint32
	conflict
}

func (c *conflictReader) next() error {
	c.some = false
	head, err := c.take(16)
	if err != nil || head == nil {
		return err
	}
	c.some, c.row, c.person = true, binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:])
	c.reason = reason{head[8], head[9], head[10]}
	c.others = c.others[:0]
	for range binary.LittleEndian.Uint32(head[12:]) {
		p, err := c.uint32()
		if err != nil {
			return err
		}
		c.others = append(c.others, p)
	}
	return nil
}

// cursor reads a tape piece by piece.
type cursor struct {
	from *reading
	have []byte
}

func newCursor(st *tape) cursor {
	if st == nil {
		return cursor{}
	}
	return cursor{from: st.read()}
}

// take gives the next n bytes, nil at the end.
func (c *cursor) take(n int) ([]byte, error) {
	if len(c.have) == 0 {
		var err error
		if c.have, err = c.from.next(); err != nil || c.have == nil {
			return nil, err
		}
	}
	out := c.have[:n]
	c.have = c.have[n:]
	return out, nil
}

func (c *cursor) uint64() (uint64, error) {
	b, err := c.take(8)
	if err != nil || b == nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (c *cursor) uint32() (uint32, error) {
	b, err := c.take(4)
	if err != nil || b == nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}
