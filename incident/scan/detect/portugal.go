package detect

// contribuinte finds Portuguese taxpayer numbers, which people have too.
// Source: Autoridade Tributária e Aduaneira: modulus 11 over weights 9 to 2, first digits in use.
func contribuinte() rule {
	return rule{
		Detector: Detector{Name: "pt-nif", Element: "tax_id", Country: "PT", Source: "Autoridade Tributária: NIF, modulus 11 over weights 9 to 2"},
		forms:    []form{{"999999999", None}, {"999 999 999", None}},
		words:    []string{"nif", "contribuinte", "número fiscal", "numero fiscal", "identificação fiscal"},
		check: func(n []byte) verdict {
			c := 11 - weigh(n, 9, 8, 7, 6, 5, 4, 3, 2)%11
			if c > 9 {
				c = 0
			}
			return verifiedIf(n[0] != '0' && c == int(n[8]-'0') && (n[0] != '4' || n[1] == '5') && !sameDigit(n))
		},
	}
}
