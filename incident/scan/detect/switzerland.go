package detect

// ahv finds Swiss social insurance numbers.
// Source: Zentrale Ausgleichsstelle, AHV number of 13 digits: 756, nine digits,
// check digit of EAN-13.
func ahv() rule {
	return rule{
		Detector: Detector{Name: "ch-ahv", Element: "national_id", Country: "CH", Source: "Zentrale Ausgleichsstelle: AHV number, EAN-13 check digit"},
		forms:    []form{{"999.9999.9999.99", Checksum}, {"9999999999999", Shape}, {"999 9999 9999 99", Checksum}},
		words:    []string{"ahv", "avs", "ahv-nr", "ahv-nummer", "navs", "sozialversicherungsnummer", "oasi", "numéro avs"},
		check: func(n []byte) verdict {
			return verifiedIf(string(n[:3]) == "756" && weigh(n, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0)
		},
	}
}
