package affected

import (
	"bytes"
	"errors"
	"io"
	"math/bits"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonlFormat splits JSON Lines: an object a line, whose names are the columns.
// Text, numbers and true/false count as values; null, an absent name, and an
// empty list or object are empty fields. Empty lines are no rows.
type jsonlFormat struct {
	names []string
	lim   limits
	seen  uint64 // columns that some row had, as bits; the batches' are gathered in order
	rows  int    // that could be read
}

func newJSONL(columns []string, lim limits) *jsonlFormat {
	names := slices.Clone(columns)
	slices.Sort(names)
	return &jsonlFormat{names: slices.Compact(names), lim: lim}
}

func (f *jsonlFormat) columns() []string { return f.names }

func (f *jsonlFormat) missing() []string {
	if f.rows == 0 { // nothing could be read, which says nothing of columns
		return nil
	}
	var names []string
	for i, n := range f.names {
		if i < 64 && f.seen>>i&1 == 0 {
			names = append(names, n)
		}
	}
	return names
}

func (f *jsonlFormat) gather(b *batch) {
	f.seen |= b.seen
	f.rows += b.rows()
}

func (f *jsonlFormat) split(b *batch, _ bool) int {
	if b.own == nil {
		b.own = make([]byte, 0, len(b.data))
	}
	b.own = b.own[:0]
	for data := b.data; len(data) > 0; b.lined++ {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		data = rest
		if len(line) > f.lim.record {
			b.reject(b.lined, f.lim.tooLong())
			continue
		}
		line = trimASCII(line)
		if len(line) == 0 {
			continue
		}
		at := len(b.spans)
		if why := f.object(b, line); why != "" {
			b.spans = b.spans[:at]
			b.reject(b.lined, why)
			continue
		}
		b.lines = append(b.lines, b.lined)
	}
	b.text = b.own
	return len(b.data)
}

// jsonReader reads objects one after the other without keeping any; one for each batch.
type jsonReader struct {
	line bytes.Reader
	dec  *jsontext.Decoder
}

func (r *jsonReader) over(line []byte) *jsontext.Decoder {
	r.line.Reset(line)
	if r.dec == nil {
		r.dec = jsontext.NewDecoder(&r.line, jsontext.AllowDuplicateNames(true))
	} else {
		r.dec.Reset(&r.line, jsontext.AllowDuplicateNames(true))
	}
	return r.dec
}

const notObject = "is not a JSON object"

func (f *jsonlFormat) object(b *batch, line []byte) (why string) {
	if why, ok := readable(line); !ok {
		return why
	}
	at := len(b.spans)
	for range f.names {
		b.spans = append(b.spans, span{from: uint32(len(b.own)), to: uint32(len(b.own))})
	}
	d := b.json.over(line)
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return notObject
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadValue()
		if err != nil {
			return notObject
		}
		i := f.place(name)
		if i < 0 {
			if d.SkipValue() != nil {
				return notObject
			}
			continue
		}
		if i < bits.UintSize {
			b.seen |= 1 << i
		}
		raw, err := d.ReadValue()
		if err != nil {
			return notObject
		}
		from := uint32(len(b.own))
		if b.own, why = f.value(b.own, i, raw); why != "" {
			return why
		}
		b.spans[at+i] = span{from: from, to: uint32(len(b.own))}
	}
	if _, err := d.ReadToken(); err != nil {
		return notObject
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return notObject
	}
	return ""
}

// place is where a name, in quotes as it stands in the line, is among the
// wanted columns; -1 where it is none.
func (f *jsonlFormat) place(quoted []byte) int {
	if bytes.IndexByte(quoted, '\\') >= 0 {
		plain, err := jsontext.AppendUnquote(nil, quoted)
		if err != nil {
			return -1
		}
		return slices.Index(f.names, string(plain))
	}
	plain := quoted[1 : len(quoted)-1]
	for i, n := range f.names {
		if string(plain) == n {
			return i
		}
	}
	return -1
}

// value appends the text of a value.
func (f *jsonlFormat) value(own []byte, i int, raw jsontext.Value) (text []byte, why string) {
	switch raw.Kind() {
	case 'n':
	case '"':
		from := len(own)
		own, err := jsontext.AppendUnquote(own, raw)
		if err != nil {
			return own, notObject
		}
		if bad, ok := readable(own[from:]); !ok {
			return own, "field \"" + f.names[i] + "\" " + bad
		}
		return own, ""
	case '{', '[':
		if len(bytes.Trim(raw, "{}[] \t\r\n")) > 0 {
			return own, "field \"" + f.names[i] + "\" is not a single value"
		}
	default:
		return append(own, raw...), ""
	}
	return own, ""
}
