package affected

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// allColumns are the columns of an exposure that the spec names.
func (e *Exposure) allColumns() []string {
	var columns []string
	for _, key := range sortedKeys(e.Match) {
		columns = appendNew(columns, e.Match[key])
	}
	if e.ElementsColumn != "" {
		columns = appendNew(columns, e.ElementsColumn)
	}
	for _, name := range sortedKeys(e.Columns) {
		columns = appendNew(columns, e.Columns[name])
	}
	for _, name := range sortedKeys(e.Check) {
		columns = appendNew(columns, e.Check[name])
	}
	return columns
}

// matcher matches the rows of one exposure.
type matcher struct {
	run          *run
	seen         []uint32
	keys         []matchKey // the strongest first
	joint        int        // the place of the composite key, whose second form is behind a row's other hashes; -1 for none
	width        int        // hashes of a row
	always       Elements
	column       int // holds elements; -1 for none
	name         string
	flags        []flagColumn
	decided      map[uint64]int64 // what a person decided on rows, by line
	phoneCountry string
	born         int    // field of the birth date to be checked; -1 for none
	listed       []int  // fields of the keys that unmatched.csv has; -1 for those this exposure lacks
	line, tail   []byte // room for a line of it
}

type matchKey struct {
	rowKey
	index   *index   // nil where keys are matched outside memory
	primary bool     // given to one person and never shared
	dated   bool     // a birth date is part of it
	owners  []uint32 // people who have one at all, as bits; only of primary keys
}

// conflict is a row that a person has to settle.
type conflict struct {
	row    int
	person uint32 // to whom it goes until then
	reason reason
	others []uint32 // who else it could mean
}

type flagColumn struct {
	field    int
	elements Elements
}

// outcome is what became of the rows of one block.
type outcome struct {
	matched, duplicates int64
	unmatched           []int // rows
	bad                 []badRow
	open                []conflict
	settled             []settledRow
	shapes              shapesSeen
	hashes              []keyHash
	sink                uint64 // keeps the compiler from dropping loads made for their side effect
}

func (r *run) newMatcher(e *Exposure, f format, seen []uint32) *matcher {
	m := &matcher{run: r, seen: seen, column: -1, name: e.ElementsColumn, phoneCountry: e.PhoneCountry, born: -1, joint: -1}
	if column := e.BornColumn(); column != "" {
		m.born = fieldOf(f, column)
	}
	for i, key := range placeKeys(f, e.Keys(), e.Match) {
		m.keys = append(m.keys, matchKey{key, r.indexes[key.name], IsPrimaryKey(key.name), strings.Contains(key.name, "birth_date"), r.owners[key.name]})
		if m.width++; IsComposite(key.name) {
			m.joint = i
		}
	}
	if m.joint >= 0 {
		m.width++
	}
	for _, name := range r.spec.listed() {
		m.listed = append(m.listed, -1)
		if column := e.Match[name]; column != "" {
			m.listed[len(m.listed)-1] = fieldOf(f, column)
		}
	}
	for _, name := range e.Elements {
		one, _ := ElementOf(name)
		m.always |= one
	}
	if e.ElementsColumn != "" {
		m.column = fieldOf(f, e.ElementsColumn)
	}
	for _, name := range sortedKeys(e.Columns) {
		one, _ := ElementOf(name)
		m.flags = append(m.flags, flagColumn{fieldOf(f, e.Columns[name]), one})
	}
	return m
}

// ahead is how many rows are looked up together: as many as a processor can
// wait for at once, few enough that what came is still in its cache.
const ahead = 64

// block matches the rows of a block. Who appears where and with what is kept
// in sets of bits that only ever grow, so the order in which blocks come does not matter.
//
// The tables are far larger than any cache, and nearly all the time of a naive
// loop goes into waiting for them. So rows are taken in groups, and each group asks for
// all the memory it will need before it looks at any of it.
//
// start is the line of the block's first byte.
func (m *matcher) block(n *normalizer, b *batch, start uint64, o *outcome) {
	o.shapes.reset()
	*o = outcome{shapes: o.shapes, unmatched: o.unmatched[:0], bad: o.bad[:0], open: o.open[:0], settled: o.settled[:0], hashes: o.hashes, sink: o.sink}
	var group [ahead]candidate
	for from := 0; from < b.rows(); {
		hashes, rows := o.hashes[:0], 0
		for ; from < b.rows() && rows < ahead; from++ {
			elements, ok := m.elements(b, from)
			if !ok {
				o.bad = append(o.bad, badRow{line: b.lines[from], why: m.unknownElement()})
				continue
			}
			if d, ok := m.decided[start+uint64(b.lines[from])]; ok {
				o.settled = append(o.settled, settledRow{from, elements, d})
				continue
			}
			hashes = m.hashes(n, b, from, hashes, &o.shapes)
			group[rows] = candidate{row: from, elements: elements}
			if m.born >= 0 {
				group[rows].born = parseBirth(b.field(from, m.born))
			}
			rows++
		}
		o.hashes = hashes
		for k, key := range m.keys {
			for i := k; i < len(hashes); i += m.width {
				o.sink += key.index.touch(hashes[i].tag)
			}
		}
		for i := range rows {
			m.find(&group[i], hashes[i*m.width:(i+1)*m.width], o)
		}
		for i := range rows {
			if p := group[i].person; group[i].ok {
				o.sink += uint64(atomic.LoadUint32(&m.seen[p/32])) + atomic.LoadUint64(&m.run.shown[p])
			}
		}
		for i := range rows {
			m.mark(&group[i], o)
		}
	}
	for _, s := range o.settled {
		m.mark(&candidate{row: s.row, elements: s.elements, person: uint32(s.person - 1), ok: s.person > 0}, o)
	}
	if len(o.settled) > 0 {
		slices.Sort(o.unmatched)
	}
}

// settledRow is a row that a person decided on.
type settledRow struct {
	row      int
	elements Elements
	person   int64 // from 1; 0: nobody
}

// candidate is a row of a group and the person it means.
type candidate struct {
	row      int
	elements Elements
	born     birth
	person   uint32
	reason   reason
	ok       bool
}

// mark takes a row's person into account.
func (m *matcher) mark(c *candidate, o *outcome) {
	if !c.ok {
		o.unmatched = append(o.unmatched, c.row)
		return
	}
	if have := atomic.LoadUint64(&m.run.shown[c.person]); have|uint64(c.elements) != have {
		atomic.OrUint64(&m.run.shown[c.person], uint64(c.elements))
	}
	bit := uint32(1) << (c.person % 32)
	if atomic.OrUint32(&m.seen[c.person/32], bit)&bit == 0 {
		o.matched++
	} else {
		o.duplicates++
	}
}

func (m *matcher) unknownElement() string {
	return fmt.Sprintf("column %q holds an unknown element", m.name)
}

func (m *matcher) elements(b *batch, row int) (Elements, bool) {
	set := m.always
	if m.column >= 0 {
		some, ok := ParseElements(string(b.field(row, m.column)))
		if !ok {
			return 0, false
		}
		set |= some
	}
	for _, f := range m.flags {
		if len(trim(b.field(row, f.field))) > 0 {
			set |= f.elements
		}
	}
	return set, true
}

// find looks a row's keys up and says whom it means.
func (m *matcher) find(c *candidate, hashes []keyHash, o *outcome) {
	var hits [maxKeys]hit
	n, strange := 0, uint32(0)
	for i := range m.keys {
		h := &hashes[i]
		if !h.some {
			continue
		}
		if i == m.joint {
			if hits[n] = m.jointHit(m.jointHolders(h, &hashes[m.width-1]), c.born); hits[n].known() {
				n++
			}
			continue
		}
		f, ok := m.keys[i].index.find(h.tag, h.tag2)
		if !ok {
			strange |= 1 << i
			continue
		}
		hits[n] = hit{key: i, one: f.person}
		if f.chain != 0 {
			hits[n].more = m.keys[i].index.all(f)
		}
		n++
	}
	if c.ok = n > 0; !c.ok {
		return
	}
	if c.person, c.reason = m.decide(hits[:n], strange, c.born); c.reason.kind != fits {
		o.open = append(o.open, conflict{c.row, c.person, c.reason, others(hits[:n], c.person)})
	}
}

// othersListed bounds them: a record of a spill must fit into a chunk.
const othersListed = 200

// others are the people whom the keys of a row name, but for one.
func others(hits []hit, person uint32) []uint32 {
	var list []uint32
	add := func(p uint32) {
		if p != person && len(list) < othersListed && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	for i := range hits {
		if hits[i].more == nil {
			add(hits[i].one)
		}
		for _, p := range hits[i].more {
			add(p)
		}
	}
	return list
}

func (r *run) matchExposures(ctx context.Context) error {
	header := appendCSV(nil, "file", "line", "why", "exposure")
	for _, key := range r.spec.listed() {
		header = appendField(append(header, ','), []byte(key))
	}
	r.out.unmatched.Write(append(header, '\n'))
	if r.narrow != nil {
		return r.narrow.matchExposures(ctx)
	}
	// 8 bytes and a bit for each exposure, for every person.
	words := int64(r.people+31) / 32
	if err := r.budget.take(int64(r.people)*8 + words*4*int64(len(r.spec.Exposures)+1)); err != nil {
		return err
	}
	r.shown = make([]uint64, r.people)
	for range r.spec.Exposures {
		r.seen = append(r.seen, bitset(r.people))
	}
	if r.prior != nil {
		r.prior.apply(r.shown, r.seen)
	}
	for i := range r.exposed {
		if err := r.matchPiece(ctx, &r.exposed[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) matchPiece(ctx context.Context, p *piece) error {
	e, seen := &r.spec.Exposures[p.exposure], r.seen[p.exposure]
	in, err := r.open(ctx, p, e.allColumns(), true)
	if err != nil {
		return err
	}
	defer in.close()
	m := r.newMatcher(e, in.format, seen)
	m.decided = r.decided[in.path]
	normal := normalizers(r.opt.Workers)
	var watch watch
	s := InputSummary{Name: e.Name, Path: in.path}
	err = read(ctx, in, r.opt.Workers, func(w int, j *job[outcome]) {
		m.block(normal[w], &j.batch, j.start.line, &j.value)
	}, func(j *job[outcome]) error {
		o := &j.value
		bad := mergeByLine(j.bad, o.bad)
		s.Rows += int64(j.rows() + len(j.bad))
		s.Malformed += int64(len(bad))
		s.Matched += o.matched
		s.Duplicates += o.duplicates
		s.Unmatched += int64(len(o.unmatched))
		r.sum.Conflicts += int64(len(o.open))
		r.sum.Warnings = append(r.sum.Warnings, watch.add(j.start.line, &o.shapes, m, in.path)...)
		for _, row := range o.unmatched {
			if err := r.writeUnmatched(m, e, in.path, j.start.line, &j.batch, row); err != nil {
				return err
			}
		}
		for i := range o.open {
			if err := r.writeConflict(in.path, j.start.line+uint64(j.lines[o.open[i].row]), m, &o.open[i]); err != nil {
				return err
			}
		}
		r.progress("match", s.Name, in, s.Rows, j.raw)
		return r.reject(in.path, j.start.line, bad)
	})
	if err != nil {
		return err
	}
	r.sum.Warnings = append(r.sum.Warnings, watch.end(m, in.path)...)
	err = r.finish(in, &s)
	r.sum.Inputs = append(r.sum.Inputs, s)
	r.sum.add(&s)
	return err
}

// mergeByLine merges two lists in the order of lines into one.
func mergeByLine(a, b []badRow) []badRow {
	if len(b) == 0 {
		return a
	}
	out := make([]badRow, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].line <= b[0].line {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// writeUnmatched lists a row with the keys it has, because they are all by
// which a person can find out whom it means.
func (r *run) writeUnmatched(m *matcher, e *Exposure, path string, start uint64, b *batch, row int) error {
	line, tail, why := appendField(m.line[:0], []byte(path)), m.tail[:0], "no key"
	line = append(strconv.AppendUint(append(line, ','), start+uint64(b.lines[row]), 10), ',')
	_, decided := m.decided[start+uint64(b.lines[row])]
	for _, at := range m.listed {
		tail = append(tail, ',')
		if at < 0 {
			continue
		}
		value := trim(b.field(row, at))
		if len(value) > 0 {
			why = "nobody in the directory has this key"
		}
		tail = appendField(tail, value)
	}
	if decided {
		why = "somebody decided that it names nobody"
	}
	line = appendField(append(append(line, why...), ','), []byte(e.Name))
	line = append(append(line, tail...), '\n')
	m.line, m.tail = line, tail
	if _, err := r.out.unmatched.Write(line); err != nil {
		return outputError(err)
	}
	return nil
}
