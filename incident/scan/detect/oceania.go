package detect

// taxFile finds Australian tax file numbers of nine digits.
// Source: Australian Taxation Office, TFN algorithm: weights 1 4 3 7 5 8 6 9 10, modulus 11.
func taxFile() rule {
	return rule{
		Detector: Detector{Name: "au-tfn", Element: "tax_id", Country: "AU", Source: "ATO: TFN algorithm, weights 1 4 3 7 5 8 6 9 10, modulus 11"},
		forms:    []form{{"999999999", None}, {"999 999 999", None}},
		words:    []string{"tfn", "tax file", "tax file number"},
		check: func(n []byte) verdict {
			return verifiedIf(weigh(n, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 && number(n) > 0)
		},
	}
}

// medicareCard finds Australian Medicare card numbers, with or without the
// number of the person on the card.
// Source: Australian Institute of Health and Welfare, METEOR "Person—government
// funding identifier, Medicare card number": first digit 2 to 6, weights 1 3 7 9, modulus 10.
func medicareCard() rule {
	return rule{
		Detector: Detector{Name: "au-medicare", Element: "medical_id", Country: "AU", Source: "AIHW METEOR: Medicare card number, weights 1 3 7 9 1 3 7 9, modulus 10"},
		forms:    []form{{"9999999999", None}, {"9999 99999 9", Shape}, {"99999999999", None}, {"9999 99999 9 9", Shape}, {"9999-99999-9", Shape}},
		words:    []string{"medicare", "medicare card", "medicare number", "medicare no"},
		check: func(n []byte) verdict {
			return verifiedIf(n[0] >= '2' && n[0] <= '6' && weigh(n, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(n[8]-'0'))
		},
	}
}

// inlandRevenue finds New Zealand IRD numbers.
// Source: Inland Revenue, validation of IRD numbers: weights 3 2 7 6 5 4 3 2,
// where that gives 10 the weights 7 4 3 2 5 2 7 6, modulus 11; 10,000,000 to 200,000,000.
func inlandRevenue() rule {
	return rule{
		Detector: Detector{Name: "nz-ird", Element: "tax_id", Country: "NZ", Source: "Inland Revenue: IRD number validation, modulus 11 with a second set of weights"},
		forms:    []form{{"99999999", None}, {"999999999", None}, {"99-999-999", Shape}, {"999-999-999", Shape}, {"999 999 999", None}},
		words:    []string{"ird", "ird number", "ird no", "inland revenue"},
		check: func(n []byte) verdict {
			if v := number(n); v < 10_000_000 || v > 200_000_000 {
				return bad
			}
			base := append([]byte{'0'}, n...)
			base = base[len(base)-9:]
			c := (11 - weigh(base, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
			if c == 10 {
				c = (11 - weigh(base, 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
			}
			return verifiedIf(c == int(base[8]-'0'))
		},
	}
}

// healthIndex finds New Zealand National Health Index numbers, of the format in
// use and of the one that follows it.
// Source: Health New Zealand, HISO 10046 Consumer Health Identity Standard:
// letters without I and O, weights 7 to 2; modulus 11, in the new format 23.
func healthIndex() rule {
	value := func(c byte) int {
		switch {
		case c <= '9':
			return int(c - '0')
		case c < 'I':
			return int(c-'A') + 1
		case c < 'O':
			return int(c - 'A')
		}
		return int(c-'A') - 1
	}
	return rule{
		Detector: Detector{Name: "nz-nhi", Element: "medical_id", Country: "NZ", Source: "HISO 10046: NHI number, modulus 11, new format modulus 23"},
		forms:    []form{{"XXXXXXX", None}, {"AAA 9999", None}},
		words:    []string{"nhi", "nhi number", "national health index", "patient"},
		check: func(n []byte) verdict {
			if !allLetters(n[:3]) || !allDigits(n[3:5]) {
				return bad
			}
			sum := 0
			for i, c := range n[:6] {
				if c == 'I' || c == 'O' {
					return bad
				}
				sum += value(c) * (7 - i)
			}
			switch {
			case allDigits(n[5:]):
				return verifiedIf(sum%11 != 0 && (11-sum%11)%10 == int(n[6]-'0'))
			case allLetters(n[5:]):
				return verifiedIf(n[6] != 'I' && n[6] != 'O' && 23-sum%23 == value(n[6]))
			}
			return bad
		},
	}
}
