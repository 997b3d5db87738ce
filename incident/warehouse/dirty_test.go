//go:build unix

package warehouse

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident/affected"
)

// dirty makes a directory and exposures that are as bad as real ones: shared and
// unknown keys, cases, blanks, characters that fold in odd ways, dates in any order,
// rows that are there twice, values that are no elements.
type dirty struct {
	*rand.Rand
	people, rows int
	few          bool // odd values are few, as in a large set
}

func (d *dirty) one(of ...string) string { return of[d.IntN(len(of))] }

func (d *dirty) sometimes(oneIn int) bool { return d.IntN(oneIn) == 0 }

// spoil writes a key as somebody else would have.
func (d *dirty) spoil(s string) string {
	n := 14
	if d.few {
		n = 200
	}
	switch d.IntN(n) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return "  " + s + "\t"
	case 2:
		return s + "\u00a0"
	case 3:
		return "\ufeff" + s
	case 4: // full width
		return strings.Map(func(r rune) rune {
			if '!' <= r && r <= '~' {
				return r - '!' + '\uff01'
			}
			return r
		}, s)
	case 5:
		return strings.NewReplacer("k", "\u212a", "s", "\u017f").Replace(s) // the Kelvin sign and the long s fold to ASCII
	case 6:
		return s + "\r\n"
	case 7:
		return strings.Replace(s, "a", "a\u00ad", 1)
	case 8:
		return strings.Replace(s, "-", d.one("\n", " "), 1)
	case 9:
		return ""
	case 10:
		return d.one(" ", "\u3000", "\u200b", "?", "n/a")
	}
	return s
}

func (d *dirty) id() string   { return fmt.Sprintf("c-%d", d.IntN(d.people*9/8)) }
func (d *dirty) code() string { return fmt.Sprintf("ask-%d", d.IntN(d.people*5/4)) }

func (d *dirty) mail() string {
	n := d.IntN(d.people) // some share one
	switch {
	case n%7 == 0:
		return fmt.Sprintf("zoë%d@bücher.example", n)
	case n%11 == 0:
		return fmt.Sprintf("straße%d@x.example", n)
	case n%5 == 0 && d.sometimes(2):
		return fmt.Sprintf("k%d@xn--bcher-kva.example", n)
	case n%5 == 0:
		return fmt.Sprintf("k%d@bücher.example", n)
	case n%13 == 0:
		return fmt.Sprintf("İstanbul%d@x.example", n)
	}
	return fmt.Sprintf("ask%d@x.example", n)
}

func (d *dirty) phone() string {
	n := 1000000 + d.IntN(d.people)
	return d.one(fmt.Sprintf("+49 30 %d", n), fmt.Sprintf("0049-30-%d", n), fmt.Sprintf("030/%d", n), fmt.Sprintf("+49 (0)30 %d", n), fmt.Sprintf("030 %d ext. 5", n), "unknown")
}

func (d *dirty) born() string {
	year, month, day := 1950+d.IntN(4), 1+d.IntN(12), 1+d.IntN(28)
	switch d.IntN(8) {
	case 0:
		return fmt.Sprintf("%02d.%02d.%d", day, month, year)
	case 1:
		return fmt.Sprintf("%02d/%02d/%d", month, day, year)
	case 2:
		return d.one("", " ", "unknown", "1980-13-41")
	}
	return fmt.Sprintf("%d-%02d-%02d", year, month, day)
}

// called is a name, of few, as somebody writes it.
func (d *dirty) called() string {
	given, family := d.one("Ann", "Ben", "Zoë", "Eve Mary", "J"), d.one("Bell", "Müller", "Mueller", "Muller", "O'Brien", "Smith Jr", "Smith", "MBA")
	switch d.IntN(12) {
	case 0:
		return family + ", " + given
	case 1:
		return strings.ToUpper(given + " " + family)
	case 2:
		return "Dr. " + given + " " + family
	case 3:
		return given + " " + family + "\n"
	case 4:
		return d.one("", "n/a", `D "x"`, "Eve\nE", " Zoë ", "=1+1", "N A", "Not Known", "NO NAME")
	}
	return given + " " + family
}

func (d *dirty) street() string {
	return d.one("Main St. 5", "MAIN STREET 5", "Hauptstr. 5 a", "Hauptstraße 5A", "12 Elm Rd", "", "n/a")
}

func (d *dirty) elements() string {
	return d.one("ssn", "name+email", " Name + SSN ", "", "+", "card_number+medical", "email+shoe_size", "NAME\u00a0+ssn", "name\n+ssn", "\u212aey")
}

// table writes rows for COPY; nothing is NULL where null is not wanted.
func table(rows [][]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows)
	return b.String()
}

func (d *dirty) directory() string {
	rows := make([][]string, d.people)
	for i := range rows {
		id := fmt.Sprintf("c-%d", i)
		if d.sometimes(30) {
			id = d.id()
		}
		rows[i] = []string{
			d.spoil(id), d.spoil(d.mail()), d.phone(), d.called(), d.one("DE", "us", "USA", "", "FR", " de"),
			d.one("CA", "new york", "", "US-TX", "BY"), d.born(), d.spoil(d.code()), d.one("true", "false", ""), fmt.Sprint(i),
			d.street(), d.one("10115", "D-10115", "62704", ""),
		}
	}
	return table(rows)
}

func (d *dirty) exposure() string {
	rows := make([][]string, d.rows)
	for i := range rows {
		if i > 0 && d.sometimes(4) {
			rows[i] = slices.Clone(rows[d.IntN(i)]) // once more
			rows[i][8] = strconv.Itoa(i)
			continue
		}
		rows[i] = []string{
			d.spoil(d.id()), d.spoil(d.mail()), d.phone(), d.spoil(d.code()), d.elements(), d.born(), d.one("123-45-6789", "", " ", "\u3000", "x"), d.one("田中", "", "Ann"), strconv.Itoa(i),
			d.called(), d.street(), d.one("10115", "62704-1234", "62704", "SW1A 1AA", ""),
		}
	}
	return table(rows)
}

const (
	directoryTable = "(id text, mail text, phone text, name text, country text, state text, dob text, code text, dead boolean, place int, street text, zip text)"
	exposureTable  = "(who text, mail text, phone text, code text, what text, dob text, ssn text, called text, seq int, full_name text, street text, zip text)"
)

// spec makes up how the exposures match.
func (d *dirty) spec(exposures int) affected.Spec {
	s := affected.Spec{Databases: map[string]affected.Database{"crm": {Driver: "postgres", DSNEnv: "CRM", TemporaryTables: d.sometimes(3)}}}
	s.Directory.Columns = map[string]string{
		"customer_id": "id", "email": "mail", "phone": "phone", "name": "name", "country": "country", "region": "state", "birth_date": "dob", "insurance_policy": "code", "deceased": "dead", "street": "street", "postal_code": "zip",
	}
	s.Directory.Input = affected.Input{Database: "crm", Query: d.one(
		"select * from directory", "select * from directory order by place desc;", "select distinct * from directory where place % 7 > 0 order by mail, id, place -- sorted",
		"with d as (select * from directory) select place, id, mail, phone, name, country, state, dob, code, dead, street, zip from d", "table directory")}
	if d.sometimes(2) {
		s.Directory.PhoneCountry = "DE"
	}
	for i := range exposures {
		e := affected.Exposure{Name: fmt.Sprintf("leak, %d", i), Match: map[string]string{}}
		e.Input = affected.Input{Database: "crm", Query: fmt.Sprintf("select * from exposed_%d", i)}
		for key, column := range map[string]string{"customer_id": "who", "email": "mail", "insurance_policy": "code", "phone": "phone"} {
			if key != "phone" && d.sometimes(2) || d.sometimes(4) {
				e.Match[key] = column
			}
		}
		if d.sometimes(2) {
			maps.Copy(e.Match, []map[string]string{
				{"name": "full_name", "birth_date": "dob"}, {"name": "full_name", "birth_date": "dob"}, {"name": "full_name", "street": "street", "postal_code": "zip"},
				{"name": "full_name", "house_number": "street", "postal_code": "zip"}, {"name": "full_name", "birth_date": "dob", "postal_code": "zip"},
			}[d.IntN(5)])
		}
		if len(e.Match) == 0 {
			e.Match["email"] = "mail"
		}
		if e.Match["phone"] != "" && d.sometimes(2) {
			e.PhoneCountry = "DE"
		}
		if d.sometimes(2) {
			e.ElementsColumn = "what"
		}
		if d.sometimes(2) {
			e.Columns = map[string]string{"ssn": "ssn", "name": "called", "email": "mail"}
		}
		if d.sometimes(2) || e.ElementsColumn == "" && e.Columns == nil {
			e.Elements = []string{"phone", "tax_id"}
		}
		if d.sometimes(2) {
			e.Check = map[string]string{"birth_date": "dob"}
		}
		s.Exposures = append(s.Exposures, e)
	}
	return s
}
