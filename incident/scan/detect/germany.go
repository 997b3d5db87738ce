package detect

// steuerID finds German tax identification numbers.
// Source: Bundeszentralamt für Steuern, structure of the
// Identifikationsnummer (§ 139b AO): eleven digits, the first not 0, of the first ten
// exactly one twice or three times (then not three in a row), check digit by ISO/IEC 7064 MOD 11,10.
func steuerID() rule {
	return rule{
		Detector: Detector{Name: "de-steuer-id", Element: "tax_id", Country: "DE", Source: "BZSt: Identifikationsnummer, § 139b AO; ISO/IEC 7064 MOD 11,10"},
		forms:    []form{{"99999999999", None}, {"99 999 999 999", Checksum}, {"99/999/999/999", Checksum}},
		words:    []string{"steuer-id", "steuerid", "steuer id", "steueridentifikationsnummer", "identifikationsnummer", "steuer-identifikationsnummer", "idnr", "id-nr", "tin", "tax id", "steuernummer"},
		check: func(n []byte) verdict {
			var seen [10]int
			repeats := 0
			for i, c := range n[:10] {
				if seen[c-'0']++; seen[c-'0'] == 2 {
					repeats++
				}
				if seen[c-'0'] > 3 || i >= 2 && n[i-1] == c && n[i-2] == c {
					return bad
				}
			}
			return verifiedIf(n[0] != '0' && repeats == 1 && mod11and10(n))
		},
	}
}

// rentenversicherung finds German pension insurance numbers.
// Source: VKVV (ordinance on insurance numbers) §§ 2 and 4: weights
// 2 1 2 5 7 1 2 1 2 1 2 1, the letter as two digits, digit sums added up, modulus 10.
func rentenversicherung() rule {
	return rule{
		Detector: Detector{Name: "de-rvnr", Element: "national_id", Country: "DE", Source: "VKVV §§ 2, 4: weighted digit sums, modulus 10"},
		forms:    []form{{"XXXXXXXXXXXX", Checksum}, {"99 999999 A 999", Checksum}, {"99 999999 A 99 9", Checksum}},
		words:    []string{"rentenversicherungsnummer", "sozialversicherungsnummer", "versicherungsnummer", "rvnr", "sv-nummer", "svnr", "rv-nummer", "rentenversicherung"},
		check: func(n []byte) verdict {
			if !allDigits(n[:8]) || !allLetters(n[8:9]) || !allDigits(n[9:]) {
				return bad
			}
			day := number(n[2:4])
			if day > 50 { // people whose birthday and letter are taken
				day -= 50
			}
			letter := n[8] - 'A' + 1
			flat := append(append(append([]byte(nil), n[:8]...), '0'+letter/10, '0'+letter%10), n[9:11]...)
			sum := 0
			for i, w := range []int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
				p := int(flat[i]-'0') * w
				sum += p/10 + p%10
			}
			return verifiedIf(isDay(number(n[4:6]), day) && sum%10 == int(n[11]-'0'))
		},
	}
}
