package detect

// pesel finds Polish identity numbers.
// Source: Ustawa o ewidencji ludności of 24 September 2010, art. 15, and the
// ministry's description: weights 1 3 7 9, the century in the month.
func pesel() rule {
	return rule{
		Detector: Detector{Name: "pl-pesel", Element: "national_id", Country: "PL", Source: "Ustawa o ewidencji ludności (2010) art. 15: weights 1 3 7 9 1 3 7 9 1 3, modulus 10"},
		forms:    []form{{"99999999999", None}},
		words:    []string{"pesel", "numer ewidencyjny", "identyfikacyjny"},
		check: func(n []byte) verdict {
			ok := isDay(number(n[2:4])%20, number(n[4:6])) && (10-weigh(n, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == int(n[10]-'0')
			return verifiedIf(ok)
		},
	}
}
