package affected

import (
	"bytes"
	"fmt"
)

// csvFormat splits values separated by commas, or another character, as RFC 4180 describes them: quotes
// are doubled inside quoted fields, which may hold commas and line ends; lines end in
// LF or CRLF; empty lines are no rows. Where quoting goes wrong, that row is
// malformed and reading goes on at the next line, so that a stray quote costs one row.
type csvFormat struct {
	fields    int      // in the header
	separator byte     // of columns
	want      []int    // wanted columns, ascending
	names     []string // and what they are called
	lim       limits
}

func (f *csvFormat) columns() []string { return f.names }
func (f *csvFormat) gather(*batch)     {}
func (f *csvFormat) missing() []string { return nil } // the header has said so

const (
	whyOpen  = "a quote is opened and never closed"
	whyBare  = "a quote stands in the middle of a field"
	whyAfter = "something follows a closing quote"
)

func (f *csvFormat) split(b *batch, final bool) int {
	b.text = b.data
	_, sound := readable(b.data) // once for the block, because nearly every block is
	data, pos, quote := b.data, 0, -1
	for pos < len(data) {
		end := bytes.IndexByte(data[pos:], '\n')
		next := 0
		if end < 0 {
			end = len(data)
			next = end
		} else {
			end += pos
			next = end + 1
		}
		if quote < pos {
			if quote = bytes.IndexByte(data[pos:], '"'); quote < 0 {
				quote = len(data)
			} else {
				quote += pos
			}
		}
		if quote >= end {
			stop := end
			if stop > pos && data[stop-1] == '\r' {
				stop--
			}
			switch {
			case stop == pos: // an empty line
			case end-pos > f.lim.record:
				b.reject(b.lined, f.lim.tooLong())
			default:
				f.plain(b, pos, stop, sound)
			}
			b.lined++
			pos = next
			continue
		}
		stop, why, more := f.quoted(b, pos, final, sound)
		switch {
		case more:
			return pos
		case why != "":
			b.reject(b.lined, why)
			b.lined++
			pos = next
		default:
			b.lined += uint32(bytes.Count(data[pos:stop], []byte{'\n'}))
			if stop == len(data) && stop > pos && data[stop-1] != '\n' {
				b.lined++
			}
			pos = stop
		}
	}
	return pos
}

func (l limits) tooLong() string { return fmt.Sprintf("the row is longer than %d bytes", l.record) }

// plain splits a line without quotes.
func (f *csvFormat) plain(b *batch, pos, end int, sound bool) {
	at, col, w, wanted := len(b.spans), 0, 0, -1
	if len(f.want) > 0 {
		wanted = f.want[0]
	}
	line, separator := b.data[pos:end], f.separator
	start := 0
	for i, c := range line {
		if c != separator {
			continue
		}
		if col == wanted {
			b.spans = append(b.spans, span{from: uint32(pos + start), to: uint32(pos + i)})
			if w++; w < len(f.want) {
				wanted = f.want[w]
			} else {
				wanted = -1
			}
		}
		col++
		start = i + 1
	}
	if col == wanted {
		b.spans = append(b.spans, span{from: uint32(pos + start), to: uint32(end)})
	}
	f.finish(b, at, col+1, sound)
}

// quoted splits the record at pos, which has quotes somewhere. It gives the
// position behind the record, or why it cannot be read, or that it needs the next block.
func (f *csvFormat) quoted(b *batch, pos int, final, sound bool) (stop int, why string, more bool) {
	at, w := len(b.spans), 0
	fields, stop, why, more := splitRecord(b.data, pos, final, f.lim, f.separator, func(col int, s span) {
		if w < len(f.want) && f.want[w] == col {
			b.spans = append(b.spans, s)
			w++
		}
	})
	if more || why != "" {
		b.spans = b.spans[:at]
		return 0, why, more
	}
	f.finish(b, at, fields, sound)
	return stop, "", false
}

// splitRecord calls field for every field of the record at pos and gives their
// number and the position behind the record. More means that the record does not end in data and more may come.
func splitRecord(data []byte, pos int, final bool, lim limits, separator byte, field func(int, span)) (fields, stop int, why string, more bool) {
	for p := pos; ; fields++ {
		var s span
		if p < len(data) && data[p] == '"' {
			q, escaped, closed := closing(data, p+1)
			switch {
			case !closed && !final && len(data)-pos <= lim.record:
				return 0, 0, "", true
			case !closed || q-pos > lim.record:
				return 0, 0, whyOpen, false
			}
			s = span{from: uint32(p + 1), to: uint32(q), escaped: escaped}
			p = q + 1
			if p < len(data) && data[p] == '\r' && (p+1 == len(data) || data[p+1] == '\n') {
				p++
			}
			if p < len(data) && data[p] != separator && data[p] != '\n' {
				return 0, 0, whyAfter, false
			}
		} else {
			s.from = uint32(p)
			for p < len(data) && data[p] != separator && data[p] != '\n' {
				if data[p] == '"' {
					return 0, 0, whyBare, false
				}
				p++
			}
			s.to = uint32(p)
			if (p == len(data) || data[p] == '\n') && s.to > s.from && data[p-1] == '\r' {
				s.to--
			}
		}
		field(fields, s)
		if p == len(data) || data[p] == '\n' {
			if p-pos > lim.record {
				return 0, 0, lim.tooLong(), false
			}
			return fields + 1, min(p+1, len(data)), "", false
		}
		p++
	}
}

// closing finds the quote that closes a field whose text begins at q.
func closing(data []byte, q int) (at int, escaped, ok bool) {
	for {
		i := bytes.IndexByte(data[q:], '"')
		if i < 0 {
			return 0, escaped, false
		}
		q += i
		if q+1 == len(data) || data[q+1] != '"' {
			return q, escaped, true
		}
		escaped = true
		q += 2
	}
}

// finish keeps the row whose spans begin at at, if it has the right number of fields and its text is sound.
func (f *csvFormat) finish(b *batch, at, fields int, sound bool) {
	why := ""
	if fields != f.fields {
		why = fmt.Sprintf("has %d fields where the header has %d", fields, f.fields)
	} else if !sound {
		for i, s := range b.spans[at:] {
			if bad, ok := readable(b.text[s.from:s.to]); !ok {
				why = fmt.Sprintf("column %q %s", f.names[i], bad)
				break
			}
		}
	}
	if why != "" {
		b.spans = b.spans[:at]
		b.reject(b.lined, why)
		return
	}
	b.lines = append(b.lines, b.lined)
}
