package detect

import "slices"

// socialSecurity finds United States Social Security numbers, which have no
// check digit, so the bare nine digits count beside a word alone.
// Source: Social Security Administration, "Social Security Number
// Randomization": never area 000, 666 or 900 to 999, group 00, serial 0000; and
// numbers that were printed in advertisements and belong to nobody.
func socialSecurity() rule {
	return rule{
		Detector: Detector{Name: "us-ssn", Element: "ssn", Country: "US", Source: "SSA: Social Security Number Randomization (areas, groups and serials never assigned)"},
		forms:    []form{{"999-99-9999", Shape}, {"999 99 9999", Shape}, {"999.99.9999", None}, {"999999999", None}},
		words:    []string{"ssn", "social security", "social sec", "soc sec", "ss#", "ssn#", "ss no"},
		check: func(n []byte) verdict {
			area := number(n[:3])
			known := slices.Contains([]string{"078051120", "219099999"}, string(n))
			return plausibleIf(area != 0 && area != 666 && area < 900 && number(n[3:5]) != 0 && number(n[5:]) != 0 && !known && !sameDigit(n))
		},
	}
}

// individualTaxpayer finds ITINs. Source: IRS Publication 1915 and Internal
// Revenue Manual 3.21.263: they begin with 9, and only these groups are given out.
func individualTaxpayer() rule {
	return rule{
		Detector: Detector{Name: "us-itin", Element: "tax_id", Country: "US", Source: "IRS Publication 1915; IRM 3.21.263: first digit 9, groups 50-65, 70-88, 90-92, 94-99"},
		forms:    []form{{"999-99-9999", Shape}, {"999 99 9999", None}, {"999999999", None}},
		words:    []string{"itin", "individual taxpayer", "taxpayer id", "tax id", "tin"},
		check: func(n []byte) verdict {
			g := number(n[3:5])
			return plausibleIf(n[0] == '9' && (g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94) && number(n[5:]) != 0)
		},
	}
}

// employerNumber finds EINs, which sole traders use as their own number.
// Source: IRS, "How EINs are assigned and valid EIN prefixes".
func employerNumber() rule {
	prefixes := [100]bool{}
	for p := range prefixes {
		prefixes[p] = true
	}
	for _, p := range []int{0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97} {
		prefixes[p] = false
	}
	return rule{
		Detector: Detector{Name: "us-ein", Element: "tax_id", Country: "US", Source: "IRS: valid EIN prefixes"},
		forms:    []form{{"99-9999999", None}},
		words:    []string{"ein", "fein", "employer identification", "federal tax id", "tax id", "tin"},
		check:    func(n []byte) verdict { return plausibleIf(prefixes[number(n[:2])]) },
	}
}

// medicareBeneficiary finds Medicare Beneficiary Identifiers.
// Source: Centers for Medicare and Medicaid Services, "Understanding the
// Medicare Beneficiary Identifier (MBI) Format".
func medicareBeneficiary() rule {
	return rule{
		Detector: Detector{Name: "us-mbi", Element: "medical_id", Country: "US", Source: "CMS: Understanding the MBI Format (kind of each of 11 places, letters without S, L, O, I, B, Z)"},
		forms:    []form{{"XXXXXXXXXXX", Shape}, {"XXXX-XXX-XXXX", Shape}, {"XXXX XXX XXXX", Shape}},
		words:    []string{"mbi", "medicare", "beneficiary"},
		check: func(n []byte) verdict {
			if len(n) != 11 || n[0] < '1' || n[0] > '9' {
				return bad
			}
			for i, kind := range "9AX9AX9AA99" {
				digit := '0' <= n[i] && n[i] <= '9'
				letter := 'A' <= n[i] && n[i] <= 'Z' && !slices.Contains([]byte("SLOIBZ"), n[i])
				if kind == '9' && !digit || kind == 'A' && !letter || !digit && !letter {
					return bad
				}
			}
			return plausible
		},
	}
}
