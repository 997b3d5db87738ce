package affected

import (
	"bytes"
	"encoding/json"
	"math/bits"
	"slices"
)

// jsonlFormat splits JSON Lines: an object a line, whose names are the columns.
// Text, numbers and true/false count as values; null, an absent name, and an
// empty list or object are empty fields. Empty lines are no rows.
type jsonlFormat struct {
	names []string
	lim   limits
	seen  uint64 // columns that some row had, as bits; the batches' are gathered in order
}

func newJSONL(columns []string, lim limits) *jsonlFormat {
	names := slices.Clone(columns)
	slices.Sort(names)
	return &jsonlFormat{names: slices.Compact(names), lim: lim}
}

func (f *jsonlFormat) columns() []string { return f.names }

func (f *jsonlFormat) missing() []string {
	var names []string
	for i, n := range f.names {
		if i < 64 && f.seen>>i&1 == 0 {
			names = append(names, n)
		}
	}
	return names
}

func (f *jsonlFormat) gather(b *batch) { f.seen |= b.seen }

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

func (f *jsonlFormat) object(b *batch, line []byte) (why string) {
	if why, ok := readable(line); !ok {
		return why
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(line, &object) != nil || object == nil {
		return "is not a JSON object"
	}
	for i, name := range f.names {
		raw, has := object[name]
		if has && i < bits.UintSize {
			b.seen |= 1 << i
		}
		from := uint32(len(b.own))
		switch {
		case !has || string(raw) == "null":
		case raw[0] == '"':
			var s string
			if json.Unmarshal(raw, &s) != nil {
				return "is not a JSON object"
			}
			if bad, ok := readable([]byte(s)); !ok {
				return "field \"" + name + "\" " + bad
			}
			b.own = append(b.own, s...)
		case raw[0] == '{' || raw[0] == '[':
			if len(bytes.Trim(raw, "{}[] \t\r\n")) > 0 {
				return "field \"" + name + "\" is not a single value"
			}
		default:
			b.own = append(b.own, raw...)
		}
		b.spans = append(b.spans, span{from: from, to: uint32(len(b.own))})
	}
	return ""
}
