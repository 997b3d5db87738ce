package detect

// southAfrica finds South African identity numbers.
// Source: Identification Act 68 of 1997, section 7 (birth date, sex, citizenship);
// the last digit, by Luhn, as generally described.
func southAfrica() rule {
	return rule{
		Detector: Detector{Name: "za-id", Element: "national_id", Country: "ZA", Source: "Identification Act 68 of 1997, s. 7: structure; Luhn as generally described"},
		// Milliseconds since 1970 are thirteen digits too, so the bare digits alone are little.
		forms: []form{{"9999999999999", Shape}, {"999999 9999 999", Checksum}, {"999999 9999 99 9", Checksum}},
		words: []string{"id number", "id no", "identity number", "identity", "rsa id", "sa id", "id nr", "identiteitsnommer"},
		check: func(n []byte) verdict {
			return verifiedIf(isDay(number(n[2:4]), number(n[4:6])) && n[10] <= '2' && luhn(n))
		},
	}
}
