package scan

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/incident/scan/detect"
)

// Some data has no form of its own, but a key or column that says what it is:
// {"full_name": …}. What is called so counts as that element.

// fieldNames are names of columns and keys, without case, blanks, dashes and underscores, by element.
func fieldNames() map[string]string {
	names := map[string]string{}
	for element, list := range map[string]string{
		"name": "fullname firstname lastname surname givenname familyname realname displayname customername contactname requestername membername patientname " +
			"vorname nachname familienname prenom nomdefamille apellido apellidos cognome achternaam",
		"postal_address":      "address address1 streetaddress street postaladdress homeaddress mailingaddress addressline1 strasse straße adresse anschrift adressepostale direccion indirizzo adres",
		"gender":              "gender sex geschlecht sexe genero",
		"ethnicity":           "ethnicity race ethnicgroup",
		"religion":            "religion konfession",
		"mothers_maiden_name": "mothersmaidenname mothermaidenname",
		"license_plate":       "licenseplate licenceplate numberplate kennzeichen",
		"driver_license":      "driverlicense driverslicense driverlicence drivinglicence fuehrerscheinnummer",
		"medical":             "diagnosis diagnoses medication medications allergies diagnose",
		"place_of_birth":      "placeofbirth birthplace geburtsort lieudenaissance",
		"civil_status":        "maritalstatus civilstatus familienstand",
	} {
		for name := range strings.FieldsSeq(list) {
			names[name] = element
		}
	}
	return names
}

// fieldDetectors describe what is told by the name of its field, by element.
func fieldDetectors() map[string]*detect.Detector {
	all := map[string]*detect.Detector{}
	for _, element := range fieldNames() {
		all[element] = &detect.Detector{Name: "field-" + strings.ReplaceAll(element, "_", "-"), Element: element, Source: "the name of the column or key", Secret: true}
	}
	return all
}

// squeeze appends a field's name in lower case, without what separates its parts;
// nothing where it is longer than any that means something.
func squeeze(dst []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '_' || c == '-' || c == ' ' || c == '.':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if len(dst) == cap(dst) {
			return nil
		}
		dst = append(dst, c)
	}
	return dst
}

// named lists a value whose field says what it is.
func (f *file) named(u *unit, p *part) error {
	if p.field == "" || len(p.text) == 0 || len(p.text) > 300 {
		return nil
	}
	var squeezed [40]byte
	element := f.fields[string(squeeze(squeezed[:0], p.field))]
	if element == "" {
		return nil
	}
	value := strings.TrimSpace(string(p.text))
	if utf8.RuneCountInString(value) < 2 || !strings.ContainsFunc(value, unicode.IsLetter) || strings.Contains(value, "@") {
		return nil
	}
	switch strings.ToLower(value) {
	case "null", "none", "n/a", "na", "unknown", "true", "false", "undefined":
		return nil
	}
	return f.hit(u, p, p.line, 0, f.fieldOf[element], detect.Context, strings.ToLower(value), value)
}
