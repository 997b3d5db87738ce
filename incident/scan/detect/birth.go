package detect

import "slices"

// birthDate finds dates beside a word for birth. Which of two numbers is the
// month need not be known to find it.
// Source: the forms of ISO 8601 and of everyday use.
func birthDate() rule {
	forms := []form{{"9999-99-99", None}, {"9999/99/99", None}, {"9999.99.99", None}, {"99999999", None}}
	for _, by := range []string{"/", "-", ".", " "} {
		for _, day := range []string{"9", "99"} {
			for _, month := range []string{"9", "99"} {
				forms = append(forms, form{day + by + month + by + "9999", None})
			}
		}
	}
	for n := 3; n <= 9; n++ {
		month := "AAAAAAAAA"[:n]
		for _, day := range []string{"9", "99"} {
			forms = append(forms, form{day + " " + month + " 9999", None}, form{day + "-" + month + "-9999", None}, form{month + " " + day + ",9999", None}, form{day + "," + month + " 9999", None},
				form{month + " " + day + " 9999", None})
		}
	}
	return rule{
		Detector: Detector{Name: "birth-date", Element: "date_of_birth", Source: "ISO 8601 and everyday forms of a date, beside a word for birth", Secret: true},
		forms:    forms,
		words: []string{"born", "birth", "dob", "d.o.b", "birthday", "birthdate", "birth date", "date of birth", "geboren", "geburtsdatum", "geb", "née", "né", "naissance", "nacimiento",
			"nacido", "nacida", "nascita", "nato", "nata", "nascimento", "geboortedatum", "urodzenia", "född", "fødselsdato", "syntymäaika", "生年月日", "出生", "생년월일"},
		check: func(n []byte) verdict { return plausibleIf(isDate(n)) },
	}
}

var months = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC", "MAI", "OKT", "DEZ", "ENE", "ABR", "AGO", "DIC", "MAG", "GIU", "LUG", "SET", "OTT", "GEN", "AVR"}

// isDate reports whether a date without what separates its parts could be a birth's.
func isDate(n []byte) bool {
	born := func(year []byte) bool { return number(year) >= 1900 && number(year) < 2100 }
	if !allDigits(n) {
		from := slices.IndexFunc(n, func(c byte) bool { return c >= 'A' })
		to := from
		for to < len(n) && n[to] >= 'A' {
			to++
		}
		day := append(append([]byte(nil), n[:from]...), n[to:]...)
		if to-from < 3 || len(day) < 5 || !allDigits(day) || !slices.Contains(months, string(n[from:from+3])) {
			return false
		}
		d := number(day[:len(day)-4])
		return born(day[len(day)-4:]) && d >= 1 && d <= 31
	}
	if len(n) == 8 && born(n[:4]) && isDay(number(n[4:6]), number(n[6:])) {
		return true
	}
	parts, year := n[:len(n)-4], n[len(n)-4:]
	for cut := 1; cut < len(parts); cut++ {
		a, b := parts[:cut], parts[cut:]
		if len(a) <= 2 && len(b) <= 2 && born(year) && (isDay(number(a), number(b)) || isDay(number(b), number(a))) {
			return true
		}
	}
	return false
}
