package detect

// burgerservicenummer finds Dutch citizen service numbers.
// Source: Rijksdienst voor Identiteitsgegevens, Logisch Ontwerp BSN: the test of
// eleven with weights 9 to 2 and -1.
func burgerservicenummer() rule {
	return rule{
		Detector: Detector{Name: "nl-bsn", Element: "national_id", Country: "NL", Source: "Logisch Ontwerp BSN: 11-proef"},
		forms:    []form{{"999999999", None}, {"9999.99.999", Shape}, {"9999 99 999", None}, {"999 999 999", None}},
		words:    []string{"bsn", "burgerservicenummer", "burger service nummer", "sofinummer", "sofi-nummer", "sofi"},
		check: func(n []byte) verdict {
			return verifiedIf(weigh(n, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && number(n) > 0 && !sameDigit(n))
		},
	}
}
