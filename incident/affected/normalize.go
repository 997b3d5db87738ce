package affected

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// normalizer brings keys into the one form in which they are compared. It
// follows Unicode's caseless matching of identifiers (NFKC_Casefold, UAX #31):
// compatibility forms are unified, case is folded, invisible characters are
// dropped, blanks around are trimmed. One normalizer serves one goroutine.
type normalizer struct {
	fold cases.Caser
	buf  []byte
}

func newNormalizer() *normalizer { return &normalizer{fold: cases.Fold()} }

// key returns the form of s under which the key called name is compared, or
// nothing where s names nobody. The result is valid until the next call.
func (n *normalizer) key(name string, s []byte) []byte {
	n.buf = n.text(n.buf[:0], s)
	if name == "phone" {
		n.buf = phoneDigits(n.buf)
	}
	return n.buf
}

func (n *normalizer) text(dst, s []byte) []byte {
	s = trimASCII(s)
	for i, c := range s {
		if c >= utf8.RuneSelf {
			return n.unicode(dst[:len(dst)-i], s)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func (n *normalizer) unicode(dst, s []byte) []byte {
	folded := n.fold.Bytes(norm.NFKC.Bytes(s))
	folded = bytes.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, folded)
	// Folding can leave decomposed letters behind, so it is normalised again.
	return append(dst, bytes.TrimFunc(norm.NFKC.Bytes(folded), unicode.IsSpace)...)
}

// ignorable are characters nobody sees and copying leaves behind: soft hyphens,
// zero-width blanks and joiners, direction marks, byte order marks, variation selectors.
func ignorable(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0xFEFF:
		return true
	case 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F, 0xFE00 <= r && r <= 0xFE0F:
		return true
	}
	return false
}

// phoneDigits keeps the digits and an international prefix, which may be
// written + or 00. It adds no country: a national number matches only a national one.
func phoneDigits(s []byte) []byte {
	out := s[:0]
	for i, c := range s {
		if '0' <= c && c <= '9' || c == '+' && i == 0 {
			out = append(out, c)
		}
	}
	if bytes.HasPrefix(out, []byte("00")) {
		out = out[1:]
		out[0] = '+'
	}
	if len(out) == 1 && out[0] == '+' {
		return out[:0]
	}
	return out
}

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func trimASCII(s []byte) []byte {
	for len(s) > 0 && isBlank(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// trim drops blanks around s, those outside ASCII too, and byte order marks.
func trim(s []byte) []byte {
	s = trimASCII(s)
	if len(s) == 0 || s[0] < utf8.RuneSelf && s[len(s)-1] < utf8.RuneSelf {
		return s
	}
	return bytes.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 0xFEFF || r == 0x200B })
}

// usableEmail reports whether mail could be handed over to this address at all:
// something, one @, and a domain with a dot; no blanks or control characters.
func usableEmail(s []byte) bool {
	at := bytes.IndexByte(s, '@')
	if at < 1 || bytes.LastIndexByte(s, '@') != at {
		return false
	}
	domain := s[at+1:]
	dot := bytes.IndexByte(domain, '.')
	if dot < 1 || domain[len(domain)-1] == '.' || bytes.Contains(domain, []byte("..")) {
		return false
	}
	for _, c := range s {
		if c <= ' ' || c == 0x7F || c == ',' || c == ';' || c == '<' || c == '>' {
			return false
		}
	}
	return true
}
