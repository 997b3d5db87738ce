package affected

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// normalizer brings keys into the one form in which they are compared. It
// follows Unicode's caseless matching of identifiers (NFKC_Casefold, UAX #31):
// compatibility forms are unified, case is folded, invisible characters are
// dropped, blanks around are trimmed. One normalizer serves one goroutine.
type normalizer struct {
	fold    cases.Caser
	buf     []byte
	written []byte // OtherForm of what key was last called with
	folded  []byte // room for the parts of composite keys
	plain   []byte
	parts   []byte // room for rowKey.value

	jointKey   string // the composite key that jointParts are of
	jointParts []string
}

func newNormalizer() *normalizer { return &normalizer{fold: cases.Fold()} }

// KeyForm is the form under which a key (see [MatchKeys]) is compared, "" where
// it names nobody. country, as ISO 3166, is where a telephone number without a prefix
// belongs; "" where nobody knows. The value of a composite key is that of its parts, in the order of
// [KeyParts], with the control character 1F (unit separator) between them.
func KeyForm(key, value, country string) string {
	return string(newNormalizer().key(key, []byte(value), country))
}

// OtherForm is a second form under which the directory's key is found, "" where
// there is none: a telephone number that the country of its owner was added to is also
// known as it is written there, because the exports of one organisation mostly write it the same
// way, and say no country. Where people of two countries have those digits, the row is a conflict.
//
// A composite key has one where its name or address has letters that are written without their
// marks in two ways (see letters); there rows are looked for under both as well.
func OtherForm(key, value, country string) string {
	n := newNormalizer()
	n.key(key, []byte(value), country)
	return string(n.written)
}

// key returns the form of s under which the key called name is compared, or
// nothing where s names nobody. country is where a telephone number without a prefix
// belongs, "" where nobody knows. The result is valid until the next call.
func (n *normalizer) key(name string, s []byte, country string) []byte {
	if IsComposite(name) {
		return n.composite(name, s)
	}
	return n.single(name, s, country)
}

// single is key of one that is not composite.
func (n *normalizer) single(name string, s []byte, country string) []byte {
	n.buf, n.written = n.text(n.buf[:0], s), n.written[:0]
	switch {
	case name == "phone":
		n.buf = n.phone(n.buf, country)
	case name == "email" && bytes.Contains(n.buf, []byte("@")) && bytes.Contains(n.buf, []byte("xn--")):
		// One domain, written for machines or for people.
		at := bytes.LastIndexByte(n.buf, '@') + 1
		if domain, err := idna.ToUnicode(string(n.buf[at:])); err == nil {
			n.buf = append(n.buf[:at], domain...)
		}
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

// phone brings a number into the international form (E.164) where it has a
// prefix or its country is known. One that no country has keeps its digits, so that it
// still matches itself.
func (n *normalizer) phone(s []byte, country string) []byte {
	plain, odd := phoneDigits(nil, s)
	if len(plain) == 0 {
		return s[:0]
	}
	if plain[0] == '+' && !odd {
		return append(s[:0], plain...)
	}
	if plain[0] == '+' || country != "" {
		if number, err := phonenumbers.Parse(string(s), country); err == nil && phonenumbers.IsValidNumber(number) {
			if plain[0] != '+' {
				n.written = append(n.written, plain...)
			}
			return append(s[:0], phonenumbers.Format(number, phonenumbers.E164)...)
		}
	}
	return append(s[:0], plain...)
}

// phoneDigits keeps the digits and an international prefix, which may be
// written + or 00. odd says that some of the digits may not belong to the
// number: a trunk zero in brackets, or an extension.
func phoneDigits(out, s []byte) (digits []byte, odd bool) {
	for _, c := range s {
		switch {
		case '0' <= c && c <= '9' || c == '+' && len(out) == 0:
			out = append(out, c)
		case c == '(' || 'a' <= c && c <= 'z' || c == '#' || c == ';' || c == ',':
			odd = true
		}
	}
	if bytes.HasPrefix(out, []byte("00")) {
		out = out[1:]
		out[0] = '+'
	}
	if len(out) == 1 && out[0] == '+' {
		return out[:0], odd
	}
	return out, odd
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
