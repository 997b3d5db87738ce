package warehouse

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// keyForm is the form under which affected compares a key, "" where it names
// nobody; here for the keys that SQL cannot bring into it: those with characters outside
// ASCII, internationalised domains, telephone numbers. country is where a telephone number without
// a prefix belongs. TestKeyForm holds it to what affected does.
func keyForm(key, value, country string) string {
	form := cases.Fold().String(norm.NFKC.String(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(value)))
	form = strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, form)
	form = strings.TrimFunc(norm.NFKC.String(form), unicode.IsSpace)
	switch at := strings.LastIndexByte(form, '@') + 1; {
	case key == "phone":
		return phoneForm(form, country)
	case key == "email" && at > 0 && strings.Contains(form, "xn--"):
		if domain, err := idna.ToUnicode(form[at:]); err == nil {
			return form[:at] + domain
		}
	}
	return form
}

// ignorable are characters that nobody sees: soft hyphens, zero-width blanks and
// joiners, direction marks, byte order marks, variation selectors.
func ignorable(r rune) bool {
	return r == 0xAD || r == 0x34F || r == 0x61C || r == 0xFEFF || 0x200B <= r && r <= 0x200F || 0x202A <= r && r <= 0x202E ||
		0x2060 <= r && r <= 0x206F || 0xFE00 <= r && r <= 0xFE0F
}

// phoneForm is E.164 where the number has a prefix or its country is known, else its digits.
func phoneForm(text, country string) string {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
	if digits != "" {
		digits = digits[:1] + strings.ReplaceAll(digits[1:], "+", "")
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		digits = "+" + rest
	}
	odd := strings.ContainsFunc(text, func(r rune) bool { return 'a' <= r && r <= 'z' || strings.ContainsRune("(#;,", r) })
	international := strings.HasPrefix(digits, "+")
	switch {
	case digits == "" || digits == "+":
		return ""
	case international && odd, !international && country != "":
		if number, err := phonenumbers.Parse(text, country); err == nil && phonenumbers.IsValidNumber(number) {
			return phonenumbers.Format(number, phonenumbers.E164)
		}
	}
	return digits
}
