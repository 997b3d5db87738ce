package affected

import (
	"bytes"
	"fmt"
)

// composite gives the form of a composite key whose parts are s; nothing where
// one of them is missing or too little. The second form, where there is one, is n.written.
func (n *normalizer) composite(key string, s []byte) []byte {
	n.buf = n.joint(n.buf[:0], key, s, true)
	if len(n.buf) == 0 {
		return nil
	}
	for _, c := range s {
		if c >= 0x80 {
			if n.written = n.joint(n.written[:0], key, s, false); bytes.Equal(n.buf, n.written) {
				n.written = n.written[:0]
			}
			break
		}
	}
	return n.buf
}

func (n *normalizer) joint(dst []byte, key string, s []byte, spelled bool) []byte {
	for i, part := range KeyParts(key) {
		value, rest, _ := bytes.Cut(s, []byte(partSeparator))
		s = rest
		form := ""
		switch part {
		case "name":
			form = n.personName(value, spelled)
		case "birth_date":
			form = parseBirth(value).unordered()
		case "postal_address":
			form = n.postalAddress(value, spelled)
		case "street":
			form = n.street(value, spelled)
		case "house_number":
			form = n.houseNumber(value)
		case "postal_code":
			form = n.postalCode(value)
		}
		if form == "" {
			return dst[:0]
		}
		if i > 0 {
			dst = append(dst, partSeparator...)
		}
		dst = append(dst, form...)
	}
	return dst
}

// unordered is a date by which it is looked up, "" where there is none: 3 April and 4 March alike, because
// 03/04 could be either. Whoever is found is compared by birth.is besides.
func (b birth) unordered() string {
	if b == 0 {
		return ""
	}
	b &^= swapped
	month, day := b>>8&0xff, b&0xff
	return fmt.Sprintf("%04d %02d %02d", b>>16, min(month, day), max(month, day))
}

// Alike reports whether two values of a column (see [MatchKeys], [JointColumns]) count as one where
// rows are matched by it, as far as that can be said of the column alone.
func Alike(ours, a, b string) bool {
	n := newNormalizer()
	forms := func(s string, spelled bool) string {
		switch ours {
		case "name":
			return n.personName([]byte(s), spelled)
		case "street":
			return n.street([]byte(s), spelled)
		case "postal_address":
			return n.postalAddress([]byte(s), spelled)
		case "house_number":
			return n.houseNumber([]byte(s))
		case "postal_code":
			return n.postalCode([]byte(s))
		case "given_name", "family_name":
			return string(bytes.TrimSpace(n.plainWords([]byte(s), spelled)))
		}
		return string(n.key(ours, []byte(s), ""))
	}
	if ours == "birth_date" {
		return parseBirth([]byte(a)).is(parseBirth([]byte(b)))
	}
	for _, x := range []bool{true, false} {
		for _, y := range []bool{true, false} {
			if one := forms(a, x); one != "" && one == forms(b, y) {
				return true
			}
		}
	}
	return false
}
