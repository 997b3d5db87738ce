package detect

import (
	"bytes"
	"unicode/utf8"
)

const (
	before = 80 // bytes in front of a number in which a word speaks for it
	after  = 40 // and behind it
)

// around is the lower case of what stands near text[from:to], and the name of
// the field it stands in. It is valid until the next call.
func (f *Finder) around(text []byte, from, to int) []byte {
	if f.nearFrom == from && f.nearTo == to {
		return f.near
	}
	f.near = append(f.near[:0], f.field...)
	f.near = append(f.near, '\n')
	f.near = lower(f.near, text[max(0, from-before):from])
	f.near = append(f.near, '\n')
	f.near = lower(f.near, text[to:min(len(text), to+after)])
	f.nearFrom, f.nearTo = from, to
	return f.near
}

// lower appends text in lower case, with blanks for the underscores of names:
// ASCII by hand, the rest by Unicode.
func lower(dst, text []byte) []byte {
	at := len(dst)
	for _, c := range text {
		switch {
		case c >= utf8.RuneSelf:
			return append(dst[:at], bytes.ReplaceAll(bytes.ToLower(text), []byte{'_'}, []byte{' '})...)
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == '_':
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst
}

// spaced is a field's name with its parts apart: taxId is tax id.
func spaced(name string) []byte {
	var out []byte
	for i := range len(name) {
		if i > 0 && 'A' <= name[i] && name[i] <= 'Z' && 'a' <= name[i-1] && name[i-1] <= 'z' {
			out = append(out, ' ')
		}
		out = append(out, name[i])
	}
	return lower(nil, out)
}

// says reports whether one of the words is in near, as a word of its own. What
// is not ASCII needs no blanks around it, because its script may know none.
func says(near []byte, words []string) bool {
	for _, w := range words {
		for rest := near; ; {
			i := bytes.Index(rest, []byte(w))
			if i < 0 {
				break
			}
			end := i + len(w)
			if free(rest, i-1, w[0]) && free(rest, end, w[len(w)-1]) {
				return true
			}
			rest = rest[i+1:]
		}
	}
	return false
}

// free reports whether the character at i does not continue a word that begins or ends with edge.
func free(near []byte, i int, edge byte) bool {
	if i < 0 || i >= len(near) || edge >= utf8.RuneSelf {
		return true
	}
	c := near[i]
	return c >= utf8.RuneSelf || c < 'a' || c > 'z'
}

// against are words near a number that say it is something else.
var against = []string{"imei", "iccid", "tracking", "isbn", "gtin", "ean", "barcode", "serial", "order id", "order no", "order number",
	"sendungsnummer", "invoice", "transaction id", "request id", "trace id", "timestamp", "sku"}
