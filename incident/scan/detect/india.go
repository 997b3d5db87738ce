package detect

import "strings"

// aadhaar finds Indian identity numbers.
// Source: UIDAI, Aadhaar number: twelve digits, the first 2 to 9, check digit by Verhoeff.
func aadhaar() rule {
	return rule{
		Detector: Detector{Name: "in-aadhaar", Element: "national_id", Country: "IN", Source: "UIDAI: Aadhaar number, Verhoeff check digit"},
		forms:    []form{{"999999999999", None}, {"9999 9999 9999", Shape}, {"9999-9999-9999", Shape}},
		words:    []string{"aadhaar", "aadhar", "uidai", "uid", "आधार"},
		check:    func(n []byte) verdict { return verifiedIf(n[0] >= '2' && verhoeff(n)) },
	}
}

// verhoeff is the check of J. Verhoeff, "Error Detecting Decimal Codes" (1969):
// products in the dihedral group of the pentagon, of digits permuted by place.
func verhoeff(n []byte) bool {
	permute := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	product := func(a, b int) int {
		switch {
		case a < 5 && b < 5:
			return (a + b) % 5
		case a < 5:
			return (a+b)%5 + 5
		case b < 5:
			return (a-b)%5 + 5
		}
		return (a - b + 5) % 5
	}
	c := 0
	for i := range n {
		d := int(n[len(n)-1-i] - '0')
		for range i % 8 {
			d = permute[d]
		}
		c = product(c, d)
	}
	return c == 0
}

// permanentAccount finds Indian tax numbers (PAN). Its check letter is not published.
// Source: Income Tax Department: five letters of which the fourth says who holds it, four digits, a letter.
func permanentAccount() rule {
	return rule{
		Detector: Detector{Name: "in-pan", Element: "tax_id", Country: "IN", Source: "Income Tax Department: structure of the PAN"},
		forms:    []form{{"XXXXXXXXXX", Shape}},
		words:    []string{"pan", "pan card", "permanent account", "income tax"},
		check: func(n []byte) verdict {
			return plausibleIf(allLetters(n[:5]) && allDigits(n[5:9]) && allLetters(n[9:]) && strings.ContainsRune("ABCFGHJLPT", rune(n[3])) && number(n[5:9]) > 0)
		},
	}
}
