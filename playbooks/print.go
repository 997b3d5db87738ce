package playbooks

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// TOML writes p as a playbook file. Parsing it gives a playbook of the same
// digest. Comments are not part of a playbook and are not kept.
func (p *Playbook) TOML() []byte {
	var b strings.Builder
	for _, f := range p.head() {
		writeKey(&b, f)
	}
	for i := range p.Steps {
		b.WriteString("\n[[step]]\n")
		for _, f := range p.Steps[i].fields() {
			writeKey(&b, f)
		}
	}
	return []byte(b.String())
}

func writeKey(b *strings.Builder, f field) {
	b.WriteString(f.name)
	b.WriteString(" = ")
	if s, ok := f.value.(string); ok && (f.name == "instructions" || strings.Contains(s, "\n")) {
		b.WriteString("\"\"\"\n")
		b.WriteString(escape(s, true))
		b.WriteString("\"\"\"")
	} else {
		writeInline(b, f.value)
	}
	b.WriteByte('\n')
}

func writeInline(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		b.WriteString(`"` + escape(v, false) + `"`)
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case []any:
		b.WriteByte('[')
		_, tables := first(v).(fields)
		for i, e := range v {
			switch {
			case tables:
				b.WriteString("\n  ")
			case i > 0:
				b.WriteByte(' ')
			}
			writeInline(b, e)
			if tables || i < len(v)-1 {
				b.WriteByte(',')
			}
		}
		if tables {
			b.WriteByte('\n')
		}
		b.WriteByte(']')
	case fields:
		b.WriteString("{ ")
		for i, f := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.name + " = ")
			writeInline(b, f.value)
		}
		b.WriteString(" }")
	default:
		panic(fmt.Sprintf("playbooks: no TOML for %T", v))
	}
}

func first(v []any) any {
	if len(v) == 0 {
		return nil
	}
	return v[0]
}

// escape makes s fit between double quotes; in many lines it keeps line ends
// and every quote that cannot be taken for the closing ones.
func escape(s string, many bool) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '"' && many && i+1 < len(runes) && runes[i+1] != '"':
			b.WriteByte('"')
		case r == '"':
			b.WriteString(`\"`)
		case r == '\n' && many:
			b.WriteByte('\n')
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r) && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
