package detect

import "strings"

// myNumber finds Japanese individual numbers.
// Source: Ministry of Internal Affairs and Communications, Ordinance No. 85 of
// 2014, article 5: weights 2 to 7 and 2 to 6 from the right, modulus 11.
func myNumber() rule {
	return rule{
		Detector: Detector{Name: "jp-my-number", Element: "national_id", Country: "JP", Source: "MIC Ordinance No. 85 of 2014, art. 5: modulus 11"},
		forms:    []form{{"999999999999", None}, {"9999 9999 9999", None}, {"9999-9999-9999", None}},
		words:    []string{"my number", "mynumber", "individual number", "マイナンバー", "個人番号"},
		check: func(n []byte) verdict {
			r := weigh(n, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
			c := 0
			if r > 1 {
				c = 11 - r
			}
			return verifiedIf(c == int(n[11]-'0') && !sameDigit(n))
		},
	}
}

// residentRegistration finds Korean resident registration numbers. Those given
// out since October 2020 have no check digit, so failing it does not clear one.
// Source: Ministry of the Interior and Safety for the structure (date, sex and
// century); the check digit, weights 2 to 9 and 2 to 5, modulus 11, as generally described.
func residentRegistration() rule {
	return rule{
		Detector: Detector{Name: "kr-rrn", Element: "national_id", Country: "KR", Source: "Ministry of the Interior and Safety: structure; modulus 11 as generally described, not all numbers since October 2020"},
		forms:    []form{{"999999-9999999", Checksum}, {"9999999999999", None}},
		words:    []string{"rrn", "resident registration", "주민등록번호", "주민번호", "외국인등록번호"},
		check: func(n []byte) verdict {
			if !isDay(number(n[2:4]), number(n[4:6])) || n[6] == '9' && n[7] == '9' {
				return bad
			}
			if (11-weigh(n, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(n[12]-'0') {
				return verified
			}
			return plausible
		},
	}
}

// nric finds Singaporean identity numbers (NRIC, and FIN of foreigners).
// Source: the Immigration & Checkpoints Authority issues them and does not
// publish the check letter, which is generally described as weights 2 7 6 5 4 3 2, modulus 11, series T and G plus 4, M plus 3.
func nric() rule {
	return rule{
		Detector: Detector{Name: "sg-nric", Element: "national_id", Country: "SG", Source: "ICA: NRIC and FIN, structure; check letter as generally described, modulus 11"},
		forms:    []form{{"XXXXXXXXX", Checksum}},
		words:    []string{"nric", "fin", "ic number", "identity card"},
		check: func(n []byte) verdict {
			if !allDigits(n[1:8]) || !strings.ContainsRune("STFGM", rune(n[0])) {
				return bad
			}
			sum := weigh(n[1:], 2, 7, 6, 5, 4, 3, 2)
			switch n[0] {
			case 'S':
				return verifiedIf(n[8] == "JZIHGFEDCBA"[sum%11])
			case 'T':
				return verifiedIf(n[8] == "JZIHGFEDCBA"[(sum+4)%11])
			case 'F':
				return verifiedIf(n[8] == "XWUTRQPNMLK"[sum%11])
			case 'G':
				return verifiedIf(n[8] == "XWUTRQPNMLK"[(sum+4)%11])
			}
			return verifiedIf(n[8] == "XWUTRQPNJLK"[(sum+3)%11])
		},
	}
}

// residentIdentity finds identity numbers of the People's Republic of China.
// Source: GB 11643-1999: region, birth date, serial, ISO/IEC 7064 MOD 11-2.
func residentIdentity() rule {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	return rule{
		Detector: Detector{Name: "cn-id", Element: "national_id", Country: "CN", Source: "GB 11643-1999: ISO/IEC 7064 MOD 11-2"},
		forms:    []form{{"999999999999999999", Checksum}, {"XXXXXXXXXXXXXXXXXX", Checksum}},
		words:    []string{"身份证", "身份证号", "公民身份号码", "resident identity", "id card", "shenfenzheng"},
		check: func(n []byte) verdict {
			if !allDigits(n[:17]) {
				return bad
			}
			century := number(n[6:8])
			born := (century == 19 || century == 20 || century == 18) && isDay(number(n[10:12]), number(n[12:14]))
			return verifiedIf(n[0] >= '1' && n[0] <= '8' && born && n[17] == "10X98765432"[weigh(n, weights...)%11])
		},
	}
}
