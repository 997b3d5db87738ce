package affected

import (
	"bytes"
	"strconv"
)

// composite gives the form of a composite key whose parts are s; nothing where
// one of them is missing or too little. The second form, where there is one, is n.written.
func (n *normalizer) composite(key string, s []byte) []byte {
	n.buf, n.written = n.joint(n.buf[:0], key, s, true), n.written[:0]
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
	if n.jointKey != key {
		n.jointKey, n.jointParts = key, KeyParts(key)
	}
	for i, part := range n.jointParts {
		value := s
		if at := bytes.IndexByte(s, partSeparator[0]); at >= 0 {
			value, s = s[:at], s[at+1:]
		} else {
			s = nil
		}
		if i > 0 {
			dst = append(dst, partSeparator...)
		}
		from := len(dst)
		switch part {
		case "name":
			var quick bool
			if dst, quick = quickName(dst, value); !quick {
				dst = append(dst, n.personName(value, spelled)...)
			}
		case "birth_date":
			dst = parseBirth(value).appendUnordered(dst)
		case "postal_address":
			dst = append(dst, n.postalAddress(value, spelled)...)
		case "street":
			dst = append(dst, n.street(value, spelled)...)
		case "house_number":
			dst = append(dst, n.houseNumber(value)...)
		case "postal_code":
			dst = append(dst, n.postalCode(value)...)
		}
		if len(dst) == from {
			return dst[:0]
		}
	}
	return dst
}

// appendUnordered writes a date as it is looked up, nothing where there is none: 3 April and 4 March alike,
// because 03/04 could be either. Whoever is found is compared by birth.is besides.
func (b birth) appendUnordered(dst []byte) []byte {
	if b == 0 {
		return dst
	}
	b &^= swapped
	month, day := b>>8&0xff, b&0xff
	low, high := min(month, day), max(month, day)
	dst = strconv.AppendUint(dst, uint64(b>>16), 10) // parseBirth takes years of four digits alone
	return append(dst, ' ', '0'+byte(low/10), '0'+byte(low%10), ' ', '0'+byte(high/10), '0'+byte(high%10))
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

// compositeForms are the forms of a few composite keys, as keyForms are of others.
func compositeForms() (out []byte) {
	n := newNormalizer()
	for _, sample := range [...][2]string{
		{"name+birth_date", "Dr. Müller-Weiß, Zoë Jr.\x1f03/04/1980"},
		{"name+birth_date", "Ann O’Neil\x1f1980-03-04"},
		{"name+postal_address", "Ann Bell\x1f12 N Main Street Apt. 5, Springfield, IL 62704, USA"},
		{"name+street+postal_code", "Zoë Bell\x1fKönigstraße 5 a\x1fD-10115"},
		{"name+street+postal_code", "Ann Bell MD\x1fP.O. Box 7\x1f62704-1234"},
		{"name+house_number+postal_code", "Ann Bell\x1f12 Elm Rd Apt 5\x1fSW1A 1AA"},
	} {
		out = append(append(append(append(out, n.composite(sample[0], []byte(sample[1]))...), 0), n.written...), 0)
	}
	return out
}
