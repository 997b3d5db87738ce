package affected

import (
	"context"
	"encoding/binary"
	"slices"
)

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
