package affected

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"sort"
)

// RowIndex finds the rows of an input that have a key, and reaches a row by its
// line or its number, by naming the blocks of the file that must be read. It is for one goroutine.
type RowIndex struct {
	pages *pageReader
	of    rowTrailer
}

// RowIndexes are those of a spec's inputs, for [Options].
type RowIndexes struct {
	Key [32]byte    // as for IndexRows
	Of  []*RowIndex // the directory's, then each exposure's; nil: that one is read to its end
}

// OpenRows opens what [IndexRows] wrote for the file with this digest, read with
// what the spec says of the input (see [RowsName]). Errors are as those of [OpenList].
func OpenRows(index io.ReaderAt, size int64, digest, name string, key [32]byte) (*RowIndex, error) {
	_, pages, bound := rowKeys(key, digest, name)
	x := &RowIndex{}
	var err error
	if x.pages, err = newPageReader(index, size, pages); err != nil {
		return nil, err
	}
	end := make([]byte, rowTrailerSize)
	if err := x.pages.readAt(end, x.pages.size-int64(len(end))); err != nil {
		return nil, err
	}
	if !x.of.parse(end, x.pages.size) || x.of.bound != bound {
		return nil, damaged(nil)
	}
	return x, nil
}

// rowMark is where a block begins.
type rowMark struct {
	at   int64  // byte of the file
	line uint64 // of its first byte
	row  uint64 // readable rows before
}

func (x *RowIndex) mark(n int) (rowMark, error) {
	if int64(n) == x.of.marked {
		return rowMark{x.of.end, 1<<64 - 1, uint64(x.of.rows)}, nil
	}
	var b [rowMarkSize]byte
	if err := x.pages.readAt(b[:], x.of.marks+rowMarkSize*int64(n)); err != nil {
		return rowMark{}, err
	}
	le := binary.LittleEndian
	m := rowMark{x.of.start + int64(le.Uint64(b[:])), le.Uint64(b[8:]), le.Uint64(b[16:])}
	if m.row > uint64(x.of.rows) || x.of.start >= 0 && (m.at < x.of.start || m.at > x.of.end) {
		return rowMark{}, damaged(nil)
	}
	return m, nil
}

// having are the blocks with rows that may have one of the keys; whole where
// that is told faster by reading everything.
func (x *RowIndex) having(hashes []keyHash) (found map[uint32]bool, whole bool, err error) {
	found = map[uint32]bool{}
	for _, h := range hashes {
		some, err := x.of.keys.find(x.pages, h.tag)
		if err != nil {
			return nil, false, err
		}
		for _, n := range some {
			if int64(n) >= x.of.marked {
				return nil, false, damaged(nil)
			}
			found[n] = true
		}
		if len(some) >= placesFound || int64(len(found)) > x.of.marked/2+8 {
			return nil, true, nil
		}
	}
	return found, false, nil
}

// holding is the block in which the last mark lies for which before is true.
func (x *RowIndex) holding(before func(rowMark) bool) (uint32, error) {
	var failed error
	n := sort.Search(int(x.of.marked), func(i int) bool {
		if failed != nil {
			return true
		}
		m, err := x.mark(i)
		failed = err
		return err != nil || !before(m)
	})
	return uint32(max(0, n-1)), failed
}

// line is the block in which a line begins.
func (x *RowIndex) line(line uint64) (uint32, error) {
	return x.holding(func(m rowMark) bool { return m.line <= line })
}

// row is the block that holds a readable row, from 0. Blocks without rows may
// begin at the same one: the last holds it.
func (x *RowIndex) row(row uint64) (uint32, error) {
	return x.holding(func(m rowMark) bool { return m.row <= row })
}

// over calls fn for the parts of an input that hold the blocks, in the order of
// the file, with how many readable rows lie before each. The input, newly opened, then gives
// that part alone. Where blocks is nil, or places in the file mean nothing, it is one part: everything.
func (x *RowIndex) over(ctx context.Context, in *input, lim limits, blocks map[uint32]bool, fn func(before uint64) error) error {
	if x == nil || blocks == nil || x.of.start < 0 || !in.plain {
		return fn(0)
	}
	file, ok := in.closer[0].(io.ReaderAt) // what it was opened from
	if !ok {
		return fn(0)
	}
	all := make([]int, 0, len(blocks))
	for n := range blocks {
		all = append(all, int(n))
	}
	slices.Sort(all)
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n] == all[n-1]+1 && n < 64 {
			n++
		}
		from, err := x.mark(all[0])
		if err != nil {
			return err
		}
		to, err := x.mark(all[n-1] + 1)
		if err != nil {
			return err
		}
		if to.at < from.at {
			return damaged(nil)
		}
		in.blocks, in.line = newBlocks(io.NewSectionReader(file, from.at, to.at-from.at), lim), from.line
		if err := fn(from.row); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		all = all[n:]
	}
	return nil
}

// rowsOf is the index of an input, 0 being the directory's; nil where there is none.
func (r *run) rowsOf(input int) *RowIndex {
	if r.opt.Rows == nil || input >= len(r.opt.Rows.Of) {
		return nil
	}
	return r.opt.Rows.Of[input]
}
