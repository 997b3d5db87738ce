package detect

// securiteSociale finds French social security numbers (NIR) with their key.
// Source: INSEE, Répertoire national d'identification des personnes physiques:
// key = 97 - (number mod 97), Corsica's 2A counted as 19 and 2B as 18.
func securiteSociale() rule {
	return rule{
		Detector: Detector{Name: "fr-nir", Element: "national_id", Country: "FR", Source: "INSEE: RNIPP, numéro d'inscription; key 97 - (NIR mod 97)"},
		forms: []form{{"999999999999999", Checksum}, {"XXXXXXXXXXXXXXX", Checksum}, {"9 99 99 99 999 999 99", Checksum}, {"9 99 99 XX 999 999 99", Checksum},
			{"9999999999999 99", Checksum}, {"XXXXXXXXXXXXX 99", Checksum}, {"9-99-99-99-999-999-99", Checksum}, {"9.99.99.99.999.999.99", Checksum}},
		words: []string{"nir", "sécurité sociale", "securite sociale", "sécu", "secu", "numéro de sécu", "insee", "carte vitale", "n° ss", "nss"},
		check: func(n []byte) verdict {
			if string(n[5:7]) == "2A" || string(n[5:7]) == "2B" {
				key := byte('9')
				if n[6] == 'B' {
					key = '8'
				}
				n = append(append(append([]byte(nil), n[:5]...), '1', key), n[7:]...)
			}
			if !allDigits(n) {
				return bad
			}
			month := number(n[3:5])
			sex := n[0] >= '1' && n[0] <= '4' || n[0] == '7' || n[0] == '8'
			known := month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50
			return verifiedIf(sex && known && 97-number(n[:13])%97 == number(n[13:]))
		},
	}
}
