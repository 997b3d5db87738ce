package affected

import (
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"tocsin/incident"
)

// narrow matches within a memory limit that the whole job does not fit into. It
// takes the same decisions as the matching in memory and gives the same bytes:
//
//   - The keys of the directory and of every exposure are hashed and dealt by their
//     hash into parts, so that equal keys meet in the same part ([narrow.keep], [narrow.scatter]).
//   - Part by part, the directory's keys are made into an index, and the rows
//     that have one of them are noted, by ranges of rows ([narrow.join]).
//   - Range by range, what was found for each row's keys decides whom it means
//     ([narrow.combine]), which is noted by ranges of people.
//   - Each exposure is read again to list the rows that fit nobody or several ([narrow.list]).
//   - people.csv is written as ever, with one or two ranges of people in memory.
type narrow struct {
	run     *run
	spill   *spill
	plan    plan
	keys    []string  // as Spec.Keys
	seconds []int     // places among keys; see seconds
	known   [][]*tape // the directory's keys: by key, then part
	exposed []*narrowed
	people  []*tape // persons: by range of people
	states  struct {
		sync.Mutex
		at    map[uint64]*state
		taken map[uint64]bool // ranges whose rows have been counted
	}
}

// plan is how a run is cut so that each piece fits.
type plan struct {
	parts  int // a power of 2
	rows   int // of a range of rows, at most maxRange
	people int // of a range of people
	chunk  int // bytes of a tape's buffer
}

// maxRange is how many rows a find has room for.
const maxRange = 1 << 20

// narrowed is one piece of an exposure on its way.
type narrowed struct {
	exposure  int
	keys      []int     // places among narrow.keys, in the order of the matcher's keys
	asked     [][]*tape // keys of rows: by key, then part
	shown     *tape     // elements of each row where they differ; nil where they do not
	born      *tape     // birth dates of rows; nil where none is checked
	always    Elements
	rows      uint64 // readable ones
	found     []*tape
	unmatched []uint32         // rows, as bits
	decided   map[uint32]int64 // what a person decided, by row
	conflicts *tape
	open      int64
	sum       InputSummary
	crc       uint32
	matched   int64
	again     int64
}

// notRead marks, among the elements of rows, a row that turned out malformed.
const notRead = ^uint64(0)

// planFor cuts a job for a limit, of which used is taken already.
func planFor(limit, used int64, people float64, keys, exposures int) (plan, error) {
	free := limit - used - 16<<20 // the program itself
	if free < 16<<20 {
		return plan{}, incident.Errorf(incident.TooLarge, "matching needs at least %s with these workers, more than the memory limit of %s: give a higher limit, or fewer workers",
			FormatSize(used+32<<20), FormatSize(limit))
	}
	p := plan{parts: 1, chunk: chunkSize}
	if people == 0 { // not known
		p.parts = 64
	}
	for p.parts < 256 && people*slotBytes*1.5/float64(p.parts) > float64(free/4) {
		p.parts *= 2
	}
	for p.chunk > 1<<10 && int64(p.chunk*p.parts*keys*(exposures+1)) > free/4 {
		p.chunk /= 2
	}
	p.rows = clampPower(free/4/int64(8*keys+8), 1<<12, maxRange)
	p.people = clampPower(free/8/int64(9+exposures/8), 1<<14, 1<<21)
	return p, nil
}

// clampPower is the largest power of 2 not above n, within bounds.
func clampPower(n int64, low, high int) int {
	p := low
	for p < high && int64(2*p) <= n {
		p *= 2
	}
	return p
}

func (r *run) newNarrow(p plan, keys []string) (*narrow, error) {
	file, err := newSpill(r.opt.Scratch, p.chunk)
	if err != nil {
		return nil, err
	}
	n := &narrow{run: r, spill: file, plan: p, keys: keys, seconds: seconds(keys)}
	for range keys {
		n.known = append(n.known, file.tapes(p.parts))
	}
	n.states.at, n.states.taken = map[uint64]*state{}, map[uint64]bool{}
	return n, nil
}

// part is the part of a hash, and the hash as it is told apart within the part.
func (n *narrow) part(tag uint64) (int, uint64) {
	shift := bits.TrailingZeros(uint(n.plan.parts))
	return int(tag >> (64 - shift) & uint64(n.plan.parts-1)), tag << shift
}

// keep takes one key of a person of the directory.
func (n *narrow) keep(key int, h keyHash, person uint32) error {
	return n.deal(n.known[key], h, person)
}

// deal appends a hash and a number to the part where the hash belongs.
func (n *narrow) deal(parts []*tape, h keyHash, number uint32) error {
	part, tag := n.part(h.tag)
	rec, err := parts[part].room(16)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(rec, tag)
	binary.LittleEndian.PutUint32(rec[8:], h.tag2)
	binary.LittleEndian.PutUint32(rec[12:], number)
	return nil
}

// matchExposures does what run.matchExposures does in memory.
func (n *narrow) matchExposures(ctx context.Context) error {
	if err := flushAll(n.known...); err != nil {
		return err
	}
	n.people = n.spill.tapes(int(n.run.people)/n.plan.people + 1)
	for i := range n.run.exposed {
		if err := n.scatter(ctx, &n.run.exposed[i]); err != nil {
			return err
		}
	}
	if err := n.join(ctx); err != nil {
		return err
	}
	for i, e := range n.exposed {
		if err := n.combine(ctx, i, e); err != nil {
			return err
		}
		if err := n.list(ctx, &n.run.exposed[i], e); err != nil {
			return err
		}
	}
	return flushAll(n.people)
}

func flushAll(groups ...[]*tape) error {
	for _, g := range groups {
		for _, st := range g {
			if err := st.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

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

// A find says that a key of a row belongs to a person. It is packed into 64
// bits: person 31, key 4, row within its range 20, and whether several people share the key.
func find(person uint32, key int, row uint32, shared bool) uint64 {
	f := uint64(person)<<33 | uint64(key)<<29 | uint64(row)<<1
	if shared {
		f |= 1
	}
	return f
}

func findRow(f uint64) uint32 { return uint32(f>>1) & (1<<28 - 1) }
func findKey(f uint64) int    { return int(f >> 29 & 15) }

// join looks up, part by part, who has the keys of the rows.
func (n *narrow) join(ctx context.Context) error {
	done, total := int64(0), int64(len(n.keys)*n.plan.parts)
	for k := range n.keys {
		for part := range n.plan.parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			x, err := n.indexPart(n.known[k][part])
			if err != nil {
				return err
			}
			for _, e := range n.exposed {
				if at := slices.Index(e.keys, k); at >= 0 {
					if err := n.lookUp(x, e, at, e.asked[at][part]); err != nil {
						return err
					}
				}
			}
			done++
			if n.run.opt.Progress != nil {
				n.run.opt.Progress(Progress{Stage: "join", Input: n.keys[k], Done: done, Total: total})
			}
		}
	}
	for _, e := range n.exposed {
		if err := flushAll(e.found); err != nil {
			return err
		}
	}
	return nil
}

func (n *narrow) indexPart(st *tape) (*index, error) {
	x := &index{budget: &budget{}}
	if err := x.reserve(int(st.bytes / 16)); err != nil {
		return nil, err
	}
	return x, st.each(func(records []byte) error {
		for ; len(records) > 0; records = records[16:] {
			if err := x.add(binary.LittleEndian.Uint64(records), binary.LittleEndian.Uint32(records[8:]), binary.LittleEndian.Uint32(records[12:])); err != nil {
				return err
			}
		}
		return nil
	})
}

func (n *narrow) lookUp(x *index, e *narrowed, key int, st *tape) error {
	put := func(row, person uint32, shared bool) error {
		rec, err := e.found[int(row)/n.plan.rows].room(8)
		if err == nil {
			binary.LittleEndian.PutUint64(rec, find(person, key, row%uint32(n.plan.rows), shared))
		}
		return err
	}
	return st.each(func(records []byte) error {
		for group := range slices.Chunk(records, 16*ahead) {
			for at := 0; at < len(group); at += 16 { // see matcher.block
				n.run.sink += x.touch(binary.LittleEndian.Uint64(group[at:]))
			}
			for ; len(group) > 0; group = group[16:] {
				f, ok := x.find(binary.LittleEndian.Uint64(group), binary.LittleEndian.Uint32(group[8:]))
				row := binary.LittleEndian.Uint32(group[12:])
				var err error
				switch {
				case !ok:
				case f.chain == 0:
					err = put(row, f.person, false)
				default:
					for _, p := range x.all(f) {
						if err = put(row, p, true); err != nil {
							break
						}
					}
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}
