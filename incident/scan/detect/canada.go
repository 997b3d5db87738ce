package detect

// socialInsurance finds Canadian Social Insurance Numbers.
// Source: Employment and Social Development Canada: nine digits, Luhn; none begins with 0 or 8.
func socialInsurance() rule {
	return rule{
		Detector: Detector{Name: "ca-sin", Element: "national_id", Country: "CA", Source: "ESDC: Social Insurance Number, Luhn check digit"},
		forms:    []form{{"999999999", None}, {"999 999 999", None}, {"999-999-999", Shape}},
		words:    []string{"sin", "social insurance", "nas", "assurance sociale"},
		check:    func(n []byte) verdict { return verifiedIf(n[0] != '0' && n[0] != '8' && luhn(n)) },
	}
}
