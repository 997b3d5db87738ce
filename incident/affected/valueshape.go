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

// kind is what a value looks like at a glance, without check digits: what can be
// told of every value while it is matched. Each kind is a [Shape]; looksAs tells more of them apart.
type kind uint8

const (
	mailKind   kind = iota // EmailShape, sound or not
	numberKind             // NumberShape, with separators too
	wordKind               // WordShape
	codeKind               // CodeShape, with separators too
	otherKind              // TextShape
	kinds
)

// glance counts what a value is made of.
type glance struct{ letters, digits, ats, others int }

func glanceAt(v []byte) (g glance) {
	for _, c := range v {
		switch {
		case '0' <= c && c <= '9':
			g.digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80:
			g.letters++
		case c == '@':
			g.ats++
		default:
			g.others++
		}
	}
	return g
}

func (g glance) kind() kind {
	switch {
	case g.ats > 0:
		return mailKind
	case g.letters > 0 && g.digits > 0:
		return codeKind
	case g.digits > 0:
		return numberKind
	case g.letters > 0 && g.others == 0:
		return wordKind
	}
	return otherKind
}

// looksAs is the shape of one value without blanks around it.
func looksAs(v []byte) Shape {
	g := glanceAt(v)
	digits, letters, others := g.digits, g.letters, g.others+g.ats
	switch {
	case len(v) == 0:
		return EmptyShape
	case g.ats == 1 && usableEmail(v):
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
