package detect

import "strings"

// personnummer finds Swedish identity and co-ordination numbers.
// Source: Skatteverket, SKV 704: Luhn over ten digits; co-ordination numbers add 60 to the day.
func personnummer() rule {
	return rule{
		Detector: Detector{Name: "se-personnummer", Element: "national_id", Country: "SE", Source: "Skatteverket SKV 704: date, serial, Luhn over ten digits"},
		forms:    []form{{"999999-9999", Checksum}, {"999999+9999", Checksum}, {"99999999-9999", Checksum}, {"9999999999", None}, {"999999999999", None}},
		words:    []string{"personnummer", "samordningsnummer", "pnr", "person number", "personal identity"},
		check: func(n []byte) verdict {
			if len(n) == 12 {
				if century := number(n[:2]); century < 18 || century > 20 {
					return bad
				}
				n = n[2:]
			}
			day := number(n[4:6])
			if day > 60 {
				day -= 60
			}
			return verifiedIf(isDay(number(n[2:4]), day) && luhn(n) && number(n[6:]) != 0)
		},
	}
}

// henkilotunnus finds Finnish personal identity codes.
// Source: Digital and Population Data Services Agency, "The personal identity
// code": date, sign of the century, number, and the 31 check characters.
func henkilotunnus() rule {
	return rule{
		Detector: Detector{Name: "fi-hetu", Element: "national_id", Country: "FI", Source: "DVV: The personal identity code; number mod 31"},
		forms:    []form{{"999999-XXXX", Checksum}, {"999999-9999", Checksum}, {"XXXXXXXXXXX", Checksum}, {"999999+XXXX", Checksum}, {"999999+9999", Checksum}},
		words:    []string{"hetu", "henkilötunnus", "henkilotunnus", "personbeteckning", "identity code", "sosiaaliturvatunnus"},
		check: func(n []byte) verdict {
			if len(n) == 11 { // with its sign
				if !strings.ContainsRune("ABCDEFUVWXY", rune(n[6])) {
					return bad
				}
				n = append(append([]byte(nil), n[:6]...), n[7:]...)
			}
			if len(n) != 10 || !allDigits(n[:9]) {
				return bad
			}
			serial := number(n[6:9])
			return verifiedIf(isDay(number(n[2:4]), number(n[:2])) && serial >= 2 && n[9] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[number(n[:9])%31])
		},
	}
}

// cpr finds Danish personal numbers. Since 2007 some are given out that fail
// the old check, so failing it does not clear a number; passing it speaks for one.
// Source: CPR-kontoret, "Personnummeret i CPR": date, serial, modulus 11.
func cpr() rule {
	return rule{
		Detector: Detector{Name: "dk-cpr", Element: "national_id", Country: "DK", Source: "CPR-kontoret: Personnummeret i CPR; modulus 11, not all numbers since 2007"},
		forms:    []form{{"999999-9999", Shape}, {"999999 9999", None}, {"9999999999", None}},
		words:    []string{"cpr", "cpr-nr", "personnummer", "cpr-nummer"},
		check: func(n []byte) verdict {
			if !isDay(number(n[2:4]), number(n[:2])) {
				return bad
			}
			if weigh(n, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 {
				return verified
			}
			return plausible
		},
	}
}

// fodselsnummer finds Norwegian birth numbers and D-numbers (day plus 40).
// Source: Skatteetaten, structure of the fødselsnummer: two check digits, modulus 11.
func fodselsnummer() rule {
	return rule{
		Detector: Detector{Name: "no-fodselsnummer", Element: "national_id", Country: "NO", Source: "Skatteetaten: fødselsnummer and D-nummer; two check digits, modulus 11"},
		forms:    []form{{"99999999999", Shape}, {"999999 99999", Checksum}},
		words:    []string{"fødselsnummer", "fodselsnummer", "fnr", "personnummer", "d-nummer", "fødselsnr"},
		check: func(n []byte) verdict {
			day := number(n[:2])
			if day > 40 {
				day -= 40
			}
			ok := isDay(number(n[2:4]), day) &&
				weigh(n, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weigh(n, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
			return verifiedIf(ok)
		},
	}
}
