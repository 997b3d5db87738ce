package detect

import "strconv"

// paymentCard finds primary account numbers.
// Source: ISO/IEC 7812-1 (length, Luhn, issuer identification numbers) and the
// ranges that the card schemes publish.
func paymentCard() rule {
	return rule{
		Detector: Detector{Name: "card", Element: "card_number", Source: "ISO/IEC 7812-1: issuer ranges and Luhn check digit"},
		forms: []form{
			{"9999999999999999", Checksum}, {"9999 9999 9999 9999", Checksum}, {"9999-9999-9999-9999", Checksum}, {"9999.9999.9999.9999", Shape},
			{"999999999999999", Checksum}, {"9999 999999 99999", Checksum}, {"9999-999999-99999", Checksum},
			{"99999999999999", Shape}, {"9999 999999 9999", Checksum}, {"9999-999999-9999", Checksum},
			{"999999999999", None}, {"9999999999999", None}, {"99999999999999999", None}, {"999999999999999999", None}, {"9999999999999999999", None},
			{"9999 9999 9999 9999 999", Checksum}, {"9999-9999-9999-9999-999", Checksum},
		},
		words: []string{"card", "cards", "cc", "credit", "debit", "visa", "mastercard", "amex", "american express", "discover", "diners", "jcb", "maestro", "unionpay",
			"pan", "kreditkarte", "kartennummer", "karte", "carte", "carte bancaire", "tarjeta", "carta di credito", "cartão", "cartao", "karta", "cvv", "cvc"},
		wary: true,
		check: func(n []byte) verdict {
			return verifiedIf(cardScheme(n) && luhn(n))
		},
	}
}

// cardScheme reports whether a scheme issues numbers that begin so, with this length.
func cardScheme(n []byte) bool {
	head := func(digits int) int { v, _ := strconv.Atoi(string(n[:digits])); return v }
	in := func(v, from, to int) bool { return from <= v && v <= to }
	two, three, four, long := head(2), head(3), head(4), len(n)
	switch {
	case n[0] == '4': // Visa
		return long == 13 || long == 16 || long == 19
	case in(two, 51, 55), in(four, 2221, 2720): // Mastercard
		return long == 16
	case in(four, 2200, 2204): // Mir
		return in(long, 16, 19)
	case two == 34, two == 37: // American Express
		return long == 15
	case in(three, 300, 305), four == 3095, two == 36, two == 38, two == 39: // Diners Club
		return in(long, 14, 19)
	case in(four, 3528, 3589): // JCB
		return in(long, 16, 19)
	case four == 6011, in(three, 644, 649), two == 65: // Discover
		return in(long, 16, 19)
	case two == 62: // UnionPay
		return in(long, 16, 19)
	case two == 60, two == 81, two == 82, three == 508: // RuPay
		return long == 16
	case four == 5018, four == 5020, four == 5038, four == 5893, four == 6304, four == 6759, in(four, 6761, 6763): // Maestro
		return in(long, 12, 19)
	}
	return false
}
