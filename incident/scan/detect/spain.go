package detect

// dni finds Spanish identity numbers: of nationals (DNI) and of foreigners (NIE).
// Source: Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE":
// the letter at place number mod 23; X, Y, Z count as 0, 1, 2.
func dni() rule {
	return rule{
		Detector: Detector{Name: "es-dni-nie", Element: "national_id", Country: "ES", Source: "Ministerio del Interior: dígito de control del NIF/NIE, modulus 23"},
		forms:    []form{{"XXXXXXXXX", Checksum}, {"99999999-A", Checksum}, {"99999999 A", Shape}, {"99.999.999-A", Checksum}, {"A-9999999-A", Checksum}, {"XXXXXXXX-A", Checksum}},
		words:    []string{"dni", "nie", "nif", "documento nacional", "identidad", "número de identidad", "extranjero"},
		check: func(n []byte) verdict {
			v := append([]byte(nil), n[:8]...)
			if v[0] >= 'X' && v[0] <= 'Z' {
				v[0] = '0' + v[0] - 'X'
			}
			return verifiedIf(allDigits(v) && !sameDigit(v) && n[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[number(v)%23])
		},
	}
}
