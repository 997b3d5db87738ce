package detect

// diagnosisCode finds codes in the form of the International Classification of
// Diseases beside a word of medicine. Part numbers have that form too, so it stays weak.
// Source: WHO, ICD-10: a letter, two digits, and after a dot up to four characters more.
func diagnosisCode() rule {
	return rule{
		Detector: Detector{Name: "icd-10", Element: "medical", Source: "WHO ICD-10: form of a code, beside a word of medicine"},
		forms:    []form{{"XXX", None}, {"XXX.9", None}, {"XXX.99", None}, {"XXX.999", None}, {"XXX.XX", None}, {"XXX.XXX", None}, {"XXX.XXXX", None}},
		words: []string{"icd", "icd-10", "icd10", "diagnosis", "diagnosed", "diagnoses", "diagnose", "diagnostic", "diagnostico", "diagnóstico", "diagnosi", "disease", "disorder",
			"symptoms", "symptom", "treatment", "therapy", "prescription", "erkrankung", "krankheit", "behandlung", "maladie", "enfermedad"},
		weak: true,
		check: func(n []byte) verdict {
			return plausibleIf('A' <= n[0] && n[0] <= 'Z' && n[0] != 'U' && allDigits(n[1:2]) && (allDigits(n[2:3]) || n[2] == 'A' || n[2] == 'B'))
		},
	}
}
