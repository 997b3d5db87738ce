package affected

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"tocsin/incident"
)

// fixedFormat splits lines whose columns stand at fixed places, counted in
// characters. A line that ends before a column begins has that one empty; it may end within the last.
type fixedFormat struct {
	names []string
	spans []Field // of names
	last  int     // where the last column ends
	lim   limits
}

func newFixed(fields []Field, columns []string, lim limits) *fixedFormat {
	f := &fixedFormat{lim: lim}
	for _, field := range fields {
		f.last = max(f.last, field.To)
		if slices.Contains(columns, field.Name) {
			f.names, f.spans = append(f.names, field.Name), append(f.spans, field)
		}
	}
	return f
}

// checkFixed reports columns that the spec uses and does not place.
func (in *input) checkFixed(fields []Field, columns []string) error {
	var problems []incident.Problem
	for _, name := range columns {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			problems = append(problems, incident.Problem{Where: in.path, What: fmt.Sprintf("fields does not say where %q stands", name)})
		}
	}
	return problemsError(in.path+" does not have the columns the spec names", problems)
}

func (f *fixedFormat) columns() []string { return f.names }
func (f *fixedFormat) gather(*batch)     {}
func (f *fixedFormat) missing() []string { return nil }

func (f *fixedFormat) split(b *batch, final bool) int {
	b.text = b.data
	for pos := 0; pos < len(b.data); b.lined++ {
		end := bytes.IndexByte(b.data[pos:], '\n')
		next := len(b.data)
		if end >= 0 {
			next = pos + end + 1
			end += pos
		} else if !final {
			return pos
		} else {
			end = len(b.data)
		}
		line := bytes.TrimSuffix(b.data[pos:end], []byte{'\r'})
		switch why, ok := readable(line); {
		case len(line) > f.lim.record:
			b.reject(b.lined, f.lim.tooLong())
		case len(bytes.TrimSpace(line)) == 0: // no row
		case !ok:
			b.reject(b.lined, why)
		case utf8.RuneCount(line) > f.last && len(bytes.TrimSpace(line[place(line, f.last):])) > 0:
			b.reject(b.lined, fmt.Sprintf("is longer than the %d characters its columns take", f.last))
		default:
			for _, s := range f.spans {
				b.spans = append(b.spans, span{from: uint32(pos + place(line, s.From-1)), to: uint32(pos + place(line, s.To))})
			}
			b.lines = append(b.lines, b.lined)
		}
		pos = next
	}
	return len(b.data)
}

// place is where the n-th character of a line begins, from 0; its end where it has fewer.
func place(line []byte, n int) int {
	for i := range string(line) {
		if n == 0 {
			return i
		}
		n--
	}
	return len(line)
}
