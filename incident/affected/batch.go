package affected

import (
	"bytes"
	"unicode/utf8"
)

// format splits blocks of one kind of file into rows.
type format interface {
	// split finds the rows of b.data and returns where the bytes begin that need
	// the next block to be understood; len(b.data) if none, and always in the final block.
	split(b *batch, final bool) (rest int)
	// columns are the wanted columns in the order of a batch's fields.
	columns() []string
	// gather is called with every batch that counts, in order.
	gather(b *batch)
	// missing names wanted columns that the whole file, now read, turned out not to have.
	missing() []string
}

// batch is one block split into rows. Only the wanted columns are kept: field
// w of row r is spans[r*width+w].
type batch struct {
	data  []byte
	text  []byte // what spans point into: data, or own
	own   []byte // text made by the format, where it cannot point into data
	width int
	spans []span
	lines []uint32 // of each row, from 0 at the start of data
	bad   []badRow
	lined uint32 // lines passed
	json  jsonReader
	seen  uint64 // JSON Lines: wanted columns that some row has, as bits
}

type span struct {
	from, to uint32
	escaped  bool // holds doubled quotes
}

// badRow is a row that cannot be read.
type badRow struct {
	line  uint32
	after int // rows of the batch before it, to keep the order of the file
	why   string
}

func (b *batch) reset(width int) {
	b.width, b.spans, b.lines, b.bad, b.lined, b.seen = width, b.spans[:0], b.lines[:0], b.bad[:0], 0, 0
}

func (b *batch) rows() int { return len(b.lines) }

func (b *batch) reject(line uint32, why string) {
	b.bad = append(b.bad, badRow{line: line, after: len(b.lines), why: why})
}

// field gives wanted column w of row r. It unescapes in place, so it may only
// be called once the batch needs no splitting any more.
func (b *batch) field(r, w int) []byte {
	s := &b.spans[r*b.width+w]
	f := b.text[s.from:s.to]
	if s.escaped {
		out := f[:0]
		for i := 0; i < len(f); i++ {
			out = append(out, f[i])
			if f[i] == '"' {
				i++
			}
		}
		s.to, s.escaped = s.from+uint32(len(out)), false
		f = out
	}
	return f
}

// readable reports whether text can be taken as it is; otherwise why not.
func readable(text []byte) (string, bool) {
	if !utf8.Valid(text) {
		return "is not valid UTF-8", false
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return "holds a NUL byte", false
	}
	return "", true
}
