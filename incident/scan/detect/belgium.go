package detect

// rijksregister finds Belgian national register numbers, and bis numbers (of
// people outside the register, month plus 20 or 40).
// Source: Royal Decree of 3 April 1984 on the composition of the identification
// number: 97 - (first nine digits mod 97), with a 2 in front for births from 2000.
func rijksregister() rule {
	return rule{
		Detector: Detector{Name: "be-rrn", Element: "national_id", Country: "BE", Source: "Royal Decree of 3 April 1984: 97 - (nine digits mod 97)"},
		forms:    []form{{"99999999999", None}, {"99.99.99-999.99", Checksum}, {"999999-999-99", Checksum}, {"999999 999 99", Checksum}},
		words: []string{"rijksregisternummer", "rijksregister", "registre national", "numéro national", "numero national", "insz", "niss", "rrn", "nationalregister",
			"national number", "national register"},
		check: func(n []byte) verdict {
			base, key := number(n[:9]), number(n[9:])
			month, day := number(n[2:4])%20, number(n[4:6])
			born := isDay(month, day) || day == 0 || month == 0 // parts that are not known are zero
			return verifiedIf(born && (97-base%97 == key || 97-(2_000_000_000+base)%97 == key))
		},
	}
}
