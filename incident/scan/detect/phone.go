package detect

import (
	"bytes"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

func isName(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

var phoneWords = []string{"phone", "tel", "telephone", "mobile", "cell", "call", "fax", "whatsapp", "sms", "telefon", "handy", "mobil", "tél", "téléphone", "portable", "teléfono",
	"telefono", "cellulare", "móvil", "telefoon", "telemóvel", "celular", "puhelin", "numer telefonu", "phone number", "msisdn", "ring", "rufnummer", "电话", "電話", "전화"}

// phones finds numbers of numbering plans: with an international prefix
// anywhere; others where their country is told or, written 999-999-9999, is North
// America's, and a word is near them or they are written as there.
func (f *Finder) phones(text []byte) {
	for i := 0; i < len(f.words); i++ {
		w := &f.words[i]
		if w.class != digits || w.to-w.from > 15 {
			continue
		}
		from := int(w.from)
		for from > 0 && int(w.from)-from < 2 && (text[from-1] == '(' || text[from-1] == '+') {
			from--
		}
		j, count := i, int(w.to-w.from)
		for j+1 < len(f.words) && f.words[j+1].class == digits && phoneGap(text[f.words[j].to:f.words[j+1].from]) {
			count += int(f.words[j+1].to - f.words[j+1].from)
			if count > 15 {
				break
			}
			j++
		}
		if last := f.phone(text, from, i, j); last >= 0 {
			i = last
		} else if j > i+6 {
			i = j - 6 // a long row of numbers is no phone; look at its end alone
		}
	}
}

// phoneGap reports whether what stands between two groups can belong to a number.
func phoneGap(gap []byte) bool {
	if len(gap) == 0 || len(gap) > 3 {
		return false
	}
	for i, c := range gap {
		switch c {
		case ' ', '-', '.', '/', '(', ')':
		case 0xC2, 0xA0, 0xE2, 0x80, 0xAF, 0x91:
		default:
			return i > 0 && c == 0x93
		}
	}
	return true
}

// phone sees whether words i to j, or fewer of them, are a number; it gives the
// last word of it, or -1.
func (f *Finder) phone(text []byte, from, i, j int) int {
	plus := bytes.IndexByte(text[from:f.words[i].from], '+') >= 0
	if !plus && i > 0 { // 1,234-567-8900 and a1b2-… are none
		gap := text[f.words[i-1].to:from]
		if by := separator(gap); by != 0 && by != ' ' && by != ',' && f.words[i-1].class != letters {
			return -1
		}
	}
	for tries := 0; j >= i && tries < 3; j, tries = j-1, tries+1 {
		n := 0
		for k := i; k <= j; k++ {
			n += int(f.words[k].to - f.words[k].from)
		}
		if n < 7 || n > 15 {
			continue
		}
		to := int(f.words[j].to)
		region := f.set.country
		near := false
		switch double := string(text[f.words[i].from:min(int(f.words[i].from)+2, to)]) == "00"; {
		case plus:
			region = "ZZ"
		case double && n >= 9:
			near = says(f.around(text, from, to), phoneWords)
			if !near && region == "" {
				return -1
			}
		default:
			if region == "" && f.northAmerican(i, j) {
				region = "US"
			}
			if region == "" {
				return -1
			}
			near = says(f.around(text, from, to), phoneWords)
			if !near && !f.national(text, from, i, j, region) {
				continue
			}
		}
		value := text[from:to]
		if !plus && bytes.HasPrefix(value, []byte("00")) {
			value, region = append([]byte{'+'}, value[2:]...), "ZZ"
		}
		number, err := phonenumbers.Parse(string(value), region)
		if err != nil || !phonenumbers.IsValidNumber(number) {
			continue
		}
		s := Shape
		if near || plus && says(f.around(text, from, to), phoneWords) {
			s = Context
		}
		f.add(from, to, &f.set.special.phone, s, []byte(phonenumbers.Format(number, phonenumbers.E164)))
		return j
	}
	return -1
}

// national reports whether a number without a word near it is written as one of
// the country: with gaps, and where numbers begin with a trunk 0 with that. Dates are not.
func (f *Finder) national(text []byte, from, i, j int, region string) bool {
	if i == j {
		return false
	}
	if n := f.flatten(text, i, j); len(n) <= 8 && isDate(n) || j-i >= 2 && len(n) > 8 && isDate(n[:8]) {
		return false
	}
	if region == "US" || region == "CA" {
		return f.northAmerican(i, j)
	}
	return text[f.words[i].from] == '0' || text[from] == '('
}

// northAmerican reports groups of 3, 3 and 4 digits, or 1, 3, 3 and 4.
func (f *Finder) northAmerican(i, j int) bool {
	long := func(k int) int32 { return f.words[k].to - f.words[k].from }
	if j-i == 3 && long(i) == 1 {
		i++
	}
	return j-i == 2 && long(i) == 3 && long(i+1) == 3 && long(j) == 4
}
