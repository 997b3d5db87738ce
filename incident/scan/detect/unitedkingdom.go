package detect

import "strings"

// nationalInsurance finds National Insurance numbers, which have no check digit.
// Source: HMRC, National Insurance Manual NIM39110.
func nationalInsurance() rule {
	return rule{
		Detector: Detector{Name: "gb-nino", Element: "national_id", Country: "GB", Source: "HMRC NIM39110: letters and prefixes in use, suffix A to D"},
		forms:    []form{{"XXXXXXXXX", Shape}, {"AA 99 99 99 A", Shape}, {"AA 999999 A", Shape}, {"AA-99-99-99-A", Shape}},
		words:    []string{"nino", "national insurance", "ni number", "ni no", "insurance number"},
		check: func(n []byte) verdict {
			ok := allLetters(n[:2]) && allDigits(n[2:8]) && 'A' <= n[8] && n[8] <= 'D' &&
				!strings.ContainsAny(string(n[:1]), "DFIQUV") && !strings.ContainsAny(string(n[1:2]), "DFIOQUV")
			if ok {
				switch string(n[:2]) {
				case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
					ok = false
				}
			}
			return plausibleIf(ok)
		},
	}
}

// healthService finds NHS numbers (England, Wales, Isle of Man).
// Source: NHS Data Dictionary, attribute NHS NUMBER: modulus 11 over weights 10 to 2.
func healthService() rule {
	return rule{
		Detector: Detector{Name: "gb-nhs", Element: "medical_id", Country: "GB", Source: "NHS Data Dictionary, NHS NUMBER: modulus 11"},
		forms:    []form{{"9999999999", None}, {"999 999 9999", None}, {"999-999-9999", None}},
		words:    []string{"nhs", "health number", "patient number", "patient no"},
		check: func(n []byte) verdict {
			c := (11 - weigh(n, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11
			return verifiedIf(c != 10 && c == int(n[9]-'0') && !sameDigit(n))
		},
	}
}
