package detect

// kimlik finds Turkish identity numbers.
// Source: Nüfus ve Vatandaşlık İşleri (population affairs): tenth digit from odd
// and even places, eleventh the sum of the ten, modulus 10.
func kimlik() rule {
	return rule{
		Detector: Detector{Name: "tr-tckn", Element: "national_id", Country: "TR", Source: "Nüfus ve Vatandaşlık İşleri: T.C. kimlik numarası, two check digits"},
		forms:    []form{{"99999999999", None}},
		words:    []string{"tckn", "t.c. kimlik", "tc kimlik", "kimlik", "kimlik no"},
		check: func(n []byte) verdict {
			odd, even := weigh(n, 1, 0, 1, 0, 1, 0, 1, 0, 1), weigh(n, 0, 1, 0, 1, 0, 1, 0, 1)
			ten := ((odd*7-even)%10 + 10) % 10
			return verifiedIf(n[0] != '0' && ten == int(n[9]-'0') && (odd+even+ten)%10 == int(n[10]-'0'))
		},
	}
}
