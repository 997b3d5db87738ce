package detect

// ibanDetector describes account numbers in the international form.
// Source: ISO 13616-1 (check digits, MOD 97-10 of ISO/IEC 7064) and the IBAN
// Registry that SWIFT keeps for ISO (lengths).
func ibanDetector() Detector {
	return Detector{Name: "iban", Element: "account_number", Source: "ISO 13616-1: MOD 97-10; SWIFT IBAN Registry: length by country"}
}

// ibanLengths is the registry: country and how many characters its IBANs have.
func ibanLengths() map[string]int {
	return map[string]int{
		"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24,
		"DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27,
		"GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
		"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24,
		"PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25,
		"SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
	}
}

// iban looks for an IBAN that begins with word i, written in one piece or in
// groups with a blank or dash between.
func (f *Finder) iban(text []byte, i int) {
	w := text[f.words[i].from:f.words[i].to]
	if kindOf(w[0])&kindOf(w[1]) != isLetter || kindOf(w[2])&kindOf(w[3]) != isDigit || w[0] == '_' || w[1] == '_' {
		return
	}
	want := f.set.ibans[string([]byte{w[0] &^ 0x20, w[1] &^ 0x20})]
	have, j := len(w), i
	for have < want && j+1 < len(f.words) {
		next := &f.words[j+1]
		gap := text[f.words[j].to:next.from]
		if by := separator(gap); by != ' ' && by != '-' {
			return
		}
		have += int(next.to - next.from)
		j++
	}
	if want == 0 || have != want {
		return
	}
	if i > 0 {
		p := &f.words[i-1]
		if by := separator(text[p.to:f.words[i].from]); by != 0 && by != ' ' && p.class != letters {
			return
		}
	}
	n := f.flatten(text, i, j)
	var turned [maxValue]byte
	if !plainAlnum(n) || mod97(append(append(turned[:0], n[4:]...), n[:4]...)) != 1 {
		return
	}
	f.add(int(f.words[i].from), int(f.words[j].to), &f.set.iban, Checksum, n)
}

// plainAlnum reports whether n is capitals and digits alone.
func plainAlnum(n []byte) bool {
	for _, c := range n {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
