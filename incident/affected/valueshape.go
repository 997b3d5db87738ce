package affected

import (
	"bytes"
	"strings"

	"golang.org/x/text/language"
)

// Shape is what a value looks like. It says nothing of what a value means.
type Shape string

// Shapes. A number with a check digit is told by that, not by its length alone.
const (
	EmptyShape    Shape = ""
	EmailShape    Shape = "email"
	PhoneShape    Shape = "phone"   // with an international prefix or separators
	DateShape     Shape = "date"    // see parseBirth
	CountryShape  Shape = "country" // ISO 3166, two or three letters
	LanguageShape Shape = "language"
	CardShape     Shape = "card" // 13 to 19 digits that pass Luhn's check
	IBANShape     Shape = "iban" // passes ISO 7064's check
	SSNShape      Shape = "ssn"  // 123-45-6789, none of those that are never given out
	UUIDShape     Shape = "uuid"
	NumberShape   Shape = "number"   // digits alone
	CodeShape     Shape = "code"     // letters and digits without blanks
	ElementsShape Shape = "elements" // names of elements joined by +
	FlagShape     Shape = "flag"     // yes, no and the like
	WordShape     Shape = "word"     // letters alone
	TextShape     Shape = "text"
)

// ShapeOf is the shape of nearly all (nine in ten) of the values that are not
// empty; TextShape where they differ, EmptyShape where there are none.
func ShapeOf(values []string) Shape {
	counts, all := map[Shape]int{}, 0
	for _, v := range values {
		if s := looksAs(trim([]byte(v))); s != EmptyShape {
			counts[s]++
			all++
		}
	}
	if all == 0 {
		return EmptyShape
	}
	for s, n := range counts {
		if 10*n >= 9*all {
			return s
		}
	}
	switch {
	case counts[ElementsShape] > 0 && 10*(counts[ElementsShape]+counts[WordShape]) >= 9*all && 2*counts[ElementsShape] >= all:
		return ElementsShape
	case 10*(counts[WordShape]+counts[LanguageShape]+counts[CountryShape]) >= 9*all:
		return WordShape
	case 10*(counts[PhoneShape]+counts[NumberShape]) >= 9*all:
		return PhoneShape
	}
	return TextShape
}

// looksAs is the shape of one value without blanks around it.
func looksAs(v []byte) Shape {
	digits, letters, others := 0, 0, 0
	for _, c := range v {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80:
			letters++
		default:
			others++
		}
	}
	switch {
	case len(v) == 0:
		return EmptyShape
	case bytes.Count(v, []byte{'@'}) == 1 && usableEmail(v):
		return EmailShape
	case letters > 0 && digits > 0 && isIBAN(v):
		return IBANShape
	case letters == 0 && isSSN(v):
		return SSNShape
	case letters == 0 && digits >= 13 && digits <= 19 && passesLuhn(v):
		return CardShape
	case letters <= 1 && digits >= 6 && (others > 0 || len(v) == 8) && parseBirth(v) != 0:
		return DateShape
	case len(v) == 36 && isUUID(v):
		return UUIDShape
	case letters == 0 && others == 0:
		return NumberShape
	case letters == 0 && isPhone(v, digits):
		return PhoneShape
	case letters == len(v):
		return wordShape(string(v))
	}
	if set, ok := ParseElements(string(v)); ok && set != 0 && bytes.IndexByte(v, ' ') < 0 {
		return ElementsShape
	}
	if digits > 0 && !bytes.ContainsAny(v, " @,") {
		return CodeShape
	}
	return TextShape
}

func wordShape(v string) Shape {
	switch {
	case len(v) <= 3 && countryCode(v) != "" && strings.ToUpper(v) == v:
		if _, err := language.ParseRegion(v); err == nil {
			return CountryShape
		}
	case len(v) == 2 && strings.ToLower(v) == v:
		if _, err := language.ParseBase(v); err == nil {
			return LanguageShape
		}
	}
	if yesOrNo([]byte(v)) != "" {
		return FlagShape
	}
	if set, ok := ParseElements(v); ok && set != 0 {
		return ElementsShape
	}
	return WordShape
}

func isUUID(v []byte) bool {
	for i, c := range v {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'):
			return false
		}
	}
	return true
}

func isPhone(v []byte, digits int) bool {
	if digits < 7 || digits > 15 {
		return false
	}
	for i, c := range v {
		if !('0' <= c && c <= '9' || bytes.IndexByte([]byte(" -./()"), c) >= 0 || c == '+' && i == 0) {
			return false
		}
	}
	return true
}

// isSSN is a social security number of the United States as the Social Security
// Administration gives them out: never area 000, 666 or 900 and above, group 00, serial 0000.
func isSSN(v []byte) bool {
	if len(v) != 11 || v[3] != '-' || v[6] != '-' {
		return false
	}
	for i, c := range v {
		if i != 3 && i != 6 && (c < '0' || c > '9') {
			return false
		}
	}
	area := string(v[:3])
	return area != "000" && area != "666" && area < "900" && string(v[4:6]) != "00" && string(v[7:]) != "0000"
}

// passesLuhn checks the digit of ISO/IEC 7812-1. Blanks and hyphens may stand between digits.
func passesLuhn(v []byte) bool {
	sum, n := 0, 0
	for i := len(v) - 1; i >= 0; i-- {
		c := v[i]
		if c == ' ' || c == '-' {
			continue
		}
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		n++
	}
	return sum%10 == 0
}

// isIBAN checks the two digits of ISO 13616 (ISO 7064, MOD 97-10).
func isIBAN(v []byte) bool {
	s := strings.ToUpper(strings.ReplaceAll(string(v), " ", ""))
	if len(s) < 15 || len(s) > 34 || !isLetter(s[0]) || !isLetter(s[1]) || s[2] < '0' || s[2] > '9' || s[3] < '0' || s[3] > '9' {
		return false
	}
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case '0' <= c && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case isLetter(c):
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
