package detect

import "strings"

// codiceFiscale finds Italian tax codes, omocodia (letters for digits, where
// two people would have one code) included.
// Source: Decreto Ministeriale 23 December 1976, n. 13813: check letter.
func codiceFiscale() rule {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	return rule{
		Detector: Detector{Name: "it-codice-fiscale", Element: "tax_id", Country: "IT", Source: "DM 23 December 1976 n. 13813: check letter"},
		forms:    []form{{"XXXXXXXXXXXXXXXX", Checksum}, {"AAA AAA XXXXX XXXXX", Checksum}},
		words:    []string{"codice fiscale", "cod. fisc", "cf", "c.f", "fiscal code", "tax code"},
		check: func(n []byte) verdict {
			if !allLetters(n[:6]) || !allLetters(n[8:9]) || !allLetters(n[11:12]) || !allLetters(n[15:]) || !strings.ContainsRune("ABCDEHLMPRST", rune(n[8])) {
				return bad
			}
			plain := append([]byte(nil), n...)
			for _, i := range []int{6, 7, 9, 10, 12, 13, 14} {
				if at := strings.IndexByte("LMNPQRSTUV", n[i]); at >= 0 {
					plain[i] = '0' + byte(at)
				}
				if plain[i] > '9' {
					return bad
				}
			}
			day := number(plain[9:11])
			if day > 40 { // women
				day -= 40
			}
			if day < 1 || day > 31 {
				return bad
			}
			sum := 0
			for i, c := range n[:15] {
				v := int(c - '0')
				if c >= 'A' {
					v = int(c - 'A')
				}
				if i%2 == 0 {
					v = odd[v]
				}
				sum += v
			}
			return verifiedIf(n[15] == 'A'+byte(sum%26))
		},
	}
}
