package playbooks

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"unicode/utf8"

	"tocsin/incident"
)

// field is one key of a table with its value: a string, bool, int64, []any or
// fields.
type field struct {
	name  string
	value any
}

// fields is a table in the order people read it. It is the one description of
// a playbook that the canonical form, the printed file and the diff are made
// from. What is absent or has its default is not in it.
type fields []field

func (f *fields) add(name string, v any) {
	switch v := v.(type) {
	case string:
		if v == "" {
			return
		}
	case bool:
		if !v {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	case fields:
		if len(v) == 0 {
			return
		}
	}
	*f = append(*f, field{name, v})
}

func (f fields) get(name string) any {
	for _, x := range f {
		if x.name == name {
			return x.value
		}
	}
	return nil
}

func list[T ~string](in []T) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// Canonical is the definition as JSON with sorted keys and no spaces (RFC 8785
// for the values a playbook can hold). Comments, layout, the order of keys and
// of lists that are sets leave no trace in it.
func (p *Playbook) Canonical() []byte {
	var b bytes.Buffer
	writeJSON(&b, p.fields())
	return b.Bytes()
}

// Digest is the SHA-256 of the canonical form, in hex: the identity of a revision.
func (p *Playbook) Digest() string {
	sum := sha256.Sum256(p.Canonical())
	return hex.EncodeToString(sum[:])
}

// Decode reads a canonical form back. It refuses what Parse would refuse.
func Decode(canonical []byte) (*Playbook, error) {
	d := json.NewDecoder(bytes.NewReader(canonical))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, incident.Because(incident.Invalid, err, "not a stored playbook")
	}
	root := fromJSON(v)
	if root.shape != isTable {
		return nil, incident.Errorf(incident.Invalid, "not a stored playbook: %s", root.shape)
	}
	found := &problems{}
	p := readPlaybook(root, found)
	for _, q := range found.list {
		if q.Severity == Error {
			return nil, incident.Errorf(incident.Invalid, "stored playbook: %s: %s", q.Key, q.What)
		}
	}
	return p, nil
}

func fromJSON(v any) *value {
	switch v := v.(type) {
	case map[string]any:
		t := newTable(0)
		for k, e := range v {
			t.put(k, fromJSON(e))
		}
		sort.Strings(t.order)
		return t
	case []any:
		a := &value{shape: isArray}
		for _, e := range v {
			a.list = append(a.list, fromJSON(e))
		}
		return a
	case string:
		return &value{shape: isString, text: v}
	case bool:
		return &value{shape: isBool, text: strconv.FormatBool(v)}
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return &value{shape: isInteger, text: v.String()}
		}
		return &value{shape: isFloat, text: v.String()}
	}
	return &value{shape: shape("null")}
}

func writeJSON(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case fields:
		sorted := append(fields(nil), v...)
		sort.Slice(sorted, func(i, j int) bool { return sorted[i].name < sorted[j].name })
		b.WriteByte('{')
		for i, f := range sorted {
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(b, f.name)
			b.WriteByte(':')
			writeJSON(b, f.value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, e)
		}
		b.WriteByte(']')
	case string:
		writeString(b, v)
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	default:
		panic(fmt.Sprintf("playbooks: no canonical form for %T", v))
	}
}

// writeString writes s as RFC 8785 3.2.2.2 wants it: only what must be escaped is.
func writeString(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20:
			fmt.Fprintf(b, `\u%04x`, r)
		case r == utf8.RuneError:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
