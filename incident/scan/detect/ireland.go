package detect

// publicService finds Irish Personal Public Service numbers.
// Source: Revenue Commissioners, check character of the PPS number: weights 8
// to 2, a second letter times 9, modulus 23.
func publicService() rule {
	return rule{
		Detector: Detector{Name: "ie-pps", Element: "national_id", Country: "IE", Source: "Revenue Commissioners: PPS number, modulus 23 check character"},
		forms:    []form{{"XXXXXXXX", None}, {"XXXXXXXXX", Shape}},
		words:    []string{"pps", "ppsn", "pps number", "personal public service"},
		check: func(n []byte) verdict {
			if !allDigits(n[:7]) || !allLetters(n[7:]) {
				return bad
			}
			sum := weigh(n, 8, 7, 6, 5, 4, 3, 2)
			if len(n) == 9 && n[8] != 'W' {
				if n[8] > 'I' {
					return bad
				}
				sum += 9 * int(n[8]-'A'+1)
			}
			return verifiedIf(n[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum%23])
		},
	}
}
