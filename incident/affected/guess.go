package affected

import (
	"slices"
	"strings"
)

// Confidence says how sure a guess is. Whatever it is, a person confirms it.
type Confidence string

// Confidences.
const (
	Sure   Confidence = "sure"   // the name says so and the values fit
	Likely Confidence = "likely" // one of them says so
	Unsure Confidence = "unsure" // the name says so, but the values do not fit
)

// Guess is what a column probably means.
type Guess struct {
	Ours       string     `json:"ours"`   // see DirectoryColumns, MatchKeys, ElementNames
	Column     string     `json:"column"` // theirs
	Confidence Confidence `json:"confidence"`
	Why        string     `json:"why"`
}

// Guesses are those of one file.
type Guesses struct {
	Columns        []Guess `json:"columns,omitempty"` // of a directory
	Match          []Guess `json:"match,omitempty"`   // of an exposure, and the rest too
	Check          []Guess `json:"check,omitempty"`
	Has            []Guess `json:"has,omitempty"` // Ours is an element, exposed where the column is filled
	ElementsColumn *Guess  `json:"elements_column,omitempty"`
}

// aliases are names that columns go by, lower case without separators.
var aliases = map[string][]string{
	"customer_id":      {"customerid", "customer", "custid", "custno", "customernumber", "clientid", "client", "id", "memberid", "kundennummer", "kundennr", "userid", "personid", "numeroclient"},
	"email":            {"email", "mail", "emailaddress", "mailaddress", "holderemail", "useremail", "contactemail", "courriel"},
	"name":             {"name", "fullname", "customername", "displayname", "nom"},
	"given_name":       {"givenname", "firstname", "forename", "vorname", "prenom", "nombre", "nome", "voornaam", "imie"},
	"family_name":      {"familyname", "lastname", "surname", "nachname", "familienname", "apellidos", "cognome", "achternaam", "nazwisko"},
	"house_number":     {"housenumber", "houseno", "hausnummer", "hausnr", "streetnumber", "huisnummer"},
	"country":          {"country", "countrycode", "land", "pays", "countryiso", "residencecountry"},
	"region":           {"region", "state", "province", "subdivision", "bundesland", "statecode"},
	"last_country":     {"lastcountry", "lastknowncountry", "previouscountry"},
	"last_region":      {"lastregion", "laststate", "lastknownstate"},
	"birth_date":       {"birthdate", "dob", "dateofbirth", "birthday", "geburtsdatum", "born"},
	"language":         {"language", "preferredlanguage", "lang", "locale", "sprache"},
	"phone":            {"phone", "telephone", "mobile", "phonenumber", "tel", "cell", "telefon", "handy", "msisdn"},
	"account_number":   {"accountnumber", "account", "accountno", "iban", "bankaccount", "kontonummer", "accountid"},
	"insurance_policy": {"insurancepolicy", "policy", "policynumber", "policyno"},
	"medical_id":       {"medicalid", "mrn", "patientid", "medicalrecordnumber"},
	"student_id":       {"studentid", "matriculation", "matrikelnummer"},
	"employee_id":      {"employeeid", "staffid", "personnelnumber", "personalnummer"},
	"ssn":              {"ssn", "socialsecuritynumber", "socialsecurity"},
	"tax_id":           {"taxid", "tin", "steuerid", "vatid"},
	"national_id":      {"nationalid", "nationalidnumber", "nin", "dni", "nino", "idcard"},
	"passport":         {"passport", "passportnumber", "passportno"},
	"driver_license":   {"driverlicense", "driverslicense", "drivinglicence", "licensenumber"},
	"state_id":         {"stateid"},
	"user_name":        {"username", "login", "userlogin"},
	"postal_address":   {"postaladdress", "address", "fulladdress", "adresse", "anschrift"},
	"street":           {"street", "addressline1", "strasse", "street1"},
	"city":             {"city", "town", "ort", "ville"},
	"postal_code":      {"postalcode", "postcode", "zip", "zipcode", "plz"},
	"household":        {"household", "householdid"},
	"guardian":         {"guardian", "guardianname", "parent"},
	"deceased":         {"deceased", "died", "dateofdeath", "isdeceased"},
	"protected":        {"protected", "protectedaddress", "addressprotected", "auskunftssperre"},
	"groups":           {"groups", "group", "personcategory", "category"},
	"card_number":      {"cardnumber", "card", "pan", "creditcard", "ccnumber"},
	"date_of_birth":    {"birthdate", "dob", "dateofbirth", "birthday", "geburtsdatum"},
	"credentials":      {"password", "passwordhash", "pwd", "credentials", "hash"},
	"medical":          {"diagnosis", "medical", "icd", "treatment"},
	"health_insurance": {"healthinsurance", "insuranceid", "insurancenumber"},
	"gender":           {"gender", "sex", "geschlecht"},
	"location":         {"location", "latitude", "gps"},
}

// fitting are the shapes that values of a column may have; any where a name is not listed.
var fitting = map[string][]Shape{
	"email": {EmailShape}, "phone": {PhoneShape, NumberShape}, "country": {CountryShape, WordShape}, "last_country": {CountryShape, WordShape},
	"birth_date": {DateShape, NumberShape}, "date_of_birth": {DateShape, NumberShape}, "language": {LanguageShape, CountryShape, WordShape, TextShape},
	"ssn": {SSNShape, NumberShape}, "card_number": {CardShape}, "account_number": {IBANShape, NumberShape, CodeShape},
	"customer_id": {NumberShape, CodeShape, UUIDShape, CardShape, DateShape, WordShape}, "name": {TextShape, WordShape},
	"deceased": {FlagShape, DateShape, NumberShape, WordShape}, "protected": {FlagShape, NumberShape, WordShape},
}

// telling are the shapes that say by themselves what a column is.
var telling = map[Shape]string{EmailShape: "email", SSNShape: "ssn", CardShape: "card_number", IBANShape: "account_number", CountryShape: "country"}

// GuessDirectory proposes what the columns of a directory mean, each column once.
func GuessDirectory(columns []Column) Guesses {
	return Guesses{Columns: propose(DirectoryColumns(), columns)}
}

// GuessExposure proposes how the rows of an exposure name a person, among the
// keys that the directory has a column for, and what they exposed.
func GuessExposure(columns []Column, directory map[string]string) Guesses {
	var g Guesses
	var keys, checks []string
	for _, key := range MatchKeys() {
		if directory[key] != "" {
			keys = append(keys, key)
		}
	}
	for _, name := range CheckColumns() {
		if directory[name] != "" {
			checks = append(checks, name)
		}
	}
	g.Match, g.Check, g.Has = propose(keys, columns), propose(checks, columns), propose(ElementNames(), columns)
	if len(g.Match) == 0 {
		g.Match = proposeJoint(columns, directory)
	}
	for _, c := range columns {
		if c.Shape == ElementsShape {
			g.ElementsColumn = &Guess{Ours: "elements", Column: c.Name, Confidence: Likely, Why: "its values are names of elements"}
			g.Has = nil
			break
		}
	}
	return g
}

// proposeJoint finds what names a person together, where nothing does alone: a
// name with a birth date, else with an address. There is no sure one.
func proposeJoint(columns []Column, directory map[string]string) []Guess {
	found := map[string]Guess{}
	for _, g := range propose(jointColumns, columns) {
		found[g.Ours] = g
	}
	for _, names := range [][]string{{"name"}, {"given_name", "family_name"}} {
		for _, rest := range [][]string{{"birth_date"}, {"postal_address"}, {"street", "postal_code"}, {"house_number", "postal_code"}} {
			match := map[string]string{}
			for _, ours := range slices.Concat(names, rest) {
				match[ours] = found[ours].Column
			}
			var all []Guess
			for _, ours := range slices.Concat(names, rest) {
				if match[ours] == "" || partProblem(ours, match, directory) != "" {
					all = nil
					break
				}
				g := found[ours]
				if g.Confidence == Sure {
					g.Confidence = Likely
				}
				all = append(all, g)
			}
			if len(all) > 0 {
				return all
			}
		}
	}
	return nil
}

// propose finds a column for each of our names: first by name and values, then
// by name, then by values that say it by themselves.
func propose(ours []string, columns []Column) []Guess {
	taken := map[string]bool{}
	found := map[string]Guess{}
	take := func(name string, c Column, sure Confidence, why string) {
		if _, have := found[name]; !have && !taken[c.Name] {
			found[name], taken[c.Name] = Guess{Ours: name, Column: c.Name, Confidence: sure, Why: why}, true
		}
	}
	for _, name := range ours {
		for _, alias := range append([]string{plain(name)}, aliases[name]...) {
			for _, c := range columns {
				if plain(c.Name) != alias {
					continue
				}
				switch shapes := fitting[name]; {
				case c.Shape == EmptyShape:
					take(name, c, Likely, "by its name; the first rows leave it empty")
				case len(shapes) == 0:
					take(name, c, Sure, "by its name")
				case c.Shape == TextShape && !slices.Contains(shapes, TextShape):
					take(name, c, Likely, "by its name; its values are of several forms")
				case slices.Contains(shapes, c.Shape):
					take(name, c, Sure, "by its name and its values")
				default:
					take(name, c, Unsure, "by its name, but its values do not look like it")
				}
			}
		}
	}
	for _, c := range columns {
		if name, tells := telling[c.Shape]; tells && slices.Contains(ours, name) {
			take(name, c, Likely, "by its values")
		}
	}
	var out []Guess
	for _, name := range ours {
		if g, ok := found[name]; ok {
			out = append(out, g)
		}
	}
	return out
}

// plain is a name without what is written in different ways.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-./", r) {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(name)))
}
