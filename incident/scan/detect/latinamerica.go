package detect

// cpf finds Brazilian taxpayer numbers of people.
// Source: Receita Federal: two check digits, modulus 11.
func cpf() rule {
	return rule{
		Detector: Detector{Name: "br-cpf", Element: "tax_id", Country: "BR", Source: "Receita Federal: CPF, two check digits, modulus 11"},
		forms:    []form{{"99999999999", None}, {"999.999.999-99", Checksum}, {"999999999-99", Checksum}},
		words:    []string{"cpf", "cadastro de pessoas", "contribuinte"},
		check: func(n []byte) verdict {
			one := weigh(n, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
			two := weigh(n, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
			return verifiedIf(!sameDigit(n) && one == int(n[9]-'0') && two == int(n[10]-'0'))
		},
	}
}

// cnpj finds Brazilian taxpayer numbers of businesses, those with letters too.
// Source: Receita Federal, Instrução Normativa RFB 2.229/2024: characters count
// as their ASCII code less 48; two check digits, modulus 11.
func cnpj() rule {
	return rule{
		Detector: Detector{Name: "br-cnpj", Element: "tax_id", Country: "BR", Source: "Instrução Normativa RFB 2.229/2024: CNPJ, two check digits, modulus 11"},
		forms:    []form{{"99999999999999", None}, {"XXXXXXXXXXXXXX", None}, {"NN.NNN.NNN/NNNN-99", Checksum}},
		words:    []string{"cnpj", "cadastro nacional"},
		check: func(n []byte) verdict {
			if len(n) != 14 || sameDigit(n) || !allDigits(n[12:]) {
				return bad
			}
			digit := func(weights ...int) byte {
				r := weigh(n, weights...) % 11
				if r < 2 {
					return '0'
				}
				return '0' + byte(11-r)
			}
			return verifiedIf(n[12] == digit(5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) && n[13] == digit(6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
		},
	}
}

// rut finds Chilean identity and tax numbers.
// Source: Servicio de Registro Civil e Identificación: modulus 11, weights 2 to 7 from the right, K for 10.
func rut() rule {
	return rule{
		Detector: Detector{Name: "cl-rut", Element: "national_id", Country: "CL", Source: "Registro Civil e Identificación: RUN/RUT, modulus 11"},
		forms:    []form{{"99.999.999-9", Checksum}, {"99.999.999-A", Checksum}, {"9.999.999-9", Checksum}, {"9.999.999-A", Checksum}, {"99999999-9", Shape}, {"99999999-A", Shape}, {"9999999-9", None}, {"9999999-A", None}},
		words:    []string{"rut", "r.u.t", "r.u.n", "rol único", "rol unico", "cédula", "cedula"},
		check: func(n []byte) verdict {
			sum, w := 0, 2
			for i := len(n) - 2; i >= 0; i-- {
				sum += int(n[i]-'0') * w
				if w++; w > 7 {
					w = 2
				}
			}
			return verifiedIf(number(n[:len(n)-1]) > 0 && n[len(n)-1] == "0K987654321"[sum%11])
		},
	}
}

// curp finds Mexican population registry codes.
// Source: RENAPO, Instructivo normativo para la asignación de la CURP (Diario
// Oficial, 18 October 2021): check digit over places 18 to 2, modulus 10.
func curp() rule {
	return rule{
		Detector: Detector{Name: "mx-curp", Element: "national_id", Country: "MX", Source: "RENAPO, Instructivo normativo CURP: check digit, modulus 10"},
		forms:    []form{{"XXXXXXXXXXXXXXXXXX", Checksum}},
		words:    []string{"curp", "clave única", "clave unica", "registro de población"},
		check: func(n []byte) verdict {
			if !allLetters(n[:4]) || !allDigits(n[4:10]) || !allLetters(n[10:16]) || !isDay(number(n[6:8]), number(n[8:10])) || (n[10] != 'H' && n[10] != 'M' && n[10] != 'X') {
				return bad
			}
			sum := 0
			for i, c := range n[:17] {
				v := int(c - '0')
				if c >= 'A' {
					if v = int(c-'A') + 10; c > 'N' { // Ñ stands between N and O
						v++
					}
				}
				sum += v * (18 - i)
			}
			return verifiedIf(n[17] == '0'+byte((10-sum%10)%10))
		},
	}
}
