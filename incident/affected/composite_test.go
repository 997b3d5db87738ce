package affected

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/incident"
)

// Each line is one name, written as systems write it; lines differ from each other.
func TestNamesThatAreOne(t *testing.T) {
	lines := [][]string{
		{"Hans Müller", "MUELLER, HANS", "Muller, Hans", "hans  mu\u0308ller", "Dr. Hans Müller", "Herr Dr.Hans Müller", "Ｈａｎｓ Müller", "Hans\u200b Mül\u00adler", "Prof. Dr. Müller, Hans"},
		{"Hans Peter Müller", "Müller, Hans-Peter", "Hans‐Peter Mueller"},
		{"John Smith", "Smith, John", "Mr. John Smith", "John Smith, PhD", "Smith, John, MD", "John Smith Ph.D."},
		{"John Smith Jr.", "Smith, John Jr", "Smith Jr., John", "Smith, Jr., John", "JOHN SMITH, JUNIOR"},
		{"John Smith Sr.", "Smith Sr, John"}, {"John Smith III", "Smith III, John"},
		{"Sean O'Brien", "Seán O’Brien", "OBrien, Sean", "SEAN O`BRIEN", "O´Brien, Sean"},
		{"Jan van der Berg", "van der Berg, Jan", "Berg, Jan van der"},
		{"J.R. Ewing", "JR Ewing"}, {"J. R. Ewing", "J R Ewing"},
		{"Søren Åberg", "Soeren Aaberg", "Soren Aberg"}, {"Łukasz Żółć", "Lukasz Zolc"}, {"Gülçin Işık", "Gulcin Isik", "GÜLÇİN IŞIK"},
		{"山田太郎"}, {"山田花子"}, {"Анна Иванова", "ИВАНОВА, АННА"}, {"Анна Иваноба"}, {"Γιώργος Παππάς", "ΓΙΩΡΓΟΣ ΠΑΠΠΑΣ"}, {"Сергей Йовов"}, {"Сергеи Иовов"},
		{"Md Rahman"}, {"Mohammad Rahman"}, {"Michael Novak"}, {"Michal Novak"}, {"Yo Yo Ma"}, {"Yo Yo"}, {"Ann Bell"}, {"Bell Ann"}, {"Ing Chen", "ing chen"}, {"St. John Smith", "St.John Smith"},
	}
	forms := func(s string) []string {
		return nonEmpty(KeyForm("name+postal_code", s+"\x1f12345", ""), OtherForm("name+postal_code", s+"\x1f12345", ""))
	}
	for i, line := range lines {
		for _, a := range line {
			if len(forms(a)) == 0 {
				t.Errorf("%q is no name", a)
			}
			if !share(forms(line[0]), forms(a)) {
				t.Errorf("%q %q and %q %q are one name", line[0], forms(line[0]), a, forms(a))
			}
			for j, other := range lines {
				for _, b := range other {
					if i != j && share(forms(a), forms(b)) {
						t.Errorf("%q and %q are two names: %q", a, b, forms(a))
					}
				}
			}
		}
	}
	for _, s := range []string{"", " ", "Müller", "Dr. Müller", "N/A", "n/a", "-", "12 34", "unknown", "Unknown, Unknown", "J", "山", "Herr", "???", ", ,"} {
		if s == "Dr. Müller" {
			continue // two words: nothing says that the first is no name
		}
		if f := forms(s); len(f) > 0 {
			t.Errorf("%q is taken for a name: %q", s, f)
		}
	}
}

func nonEmpty(forms ...string) (out []string) {
	for _, f := range forms {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

func share(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func TestAddresses(t *testing.T) {
	n := newNormalizer()
	for part, lines := range map[string][][]string{
		"street": {
			{"Hauptstraße 5a", "Hauptstr. 5 a", "HAUPTSTRASSE 5A", "Hauptstr.5a"}, {"Hauptstraße 5"}, {"Hauptstraße 5b"}, {"Hauptstr. 5/7"}, {"Hauptstr. 5-7", "Hauptstr. 5 - 7"},
			{"12 Main Street Apt. 5", "12 MAIN ST APARTMENT 5", "12 Main St., Apt 5"}, {"5 Main Street Apt 12"}, {"12 N Main St", "12 North Main Street"}, {"12 S Main St"},
			{"P.O. Box 123", "PO Box 123", "POB 123", "Post Office Box 123", "Postfach 123"}, {"PO Box 124"}, {"Box 123"},
			{"5 Saint Mary's Road", "5 St Marys Rd", "5 St. Mary’s Rd."}, {"10 avenue de l'Opéra", "10 AV DE LOPERA"}, {"Königsplatz 1", "Koenigspl. 1", "Konigsplatz 1"}, {"ul. Długa 5", "ulica Dluga 5"},
			{"Kalverstraat 92", "Kalverstr 92"}, {"12 b Street"}, {"12 e Street", "12 East St"},
		},
		"postal_code": {
			{"SW1A 1AA", "sw1a1aa"}, {"10115", "D-10115", "DE-10115", " 10115 "}, {"62704", "62704-1234"}, {"01234"}, {"1234"}, {"LV-1010", "1010"}, {"00-950", "00950"}, {"1012 AB", "1012ab"}, {"D02 AF30"}, {"30000-000", "30000000"},
		},
		"house_number": {{"5a", "5 a", "Hauptstr. 5 a", "Hauptstraße 5A"}, {"12", "12 Main St Apt 5", "012"[1:]}, {"135"}},
		"postal_address": {
			{"Hauptstr. 5, 10115 Berlin", "Hauptstraße 5\nD-10115 Berlin", "Hauptstr. 5, 10115 Berlin, Germany", "HAUPTSTRASSE 5 10115 BERLIN"},
			{"12 Main St, Springfield, IL 62704", "12 Main Street Springfield IL 62704", "12 Main St, Springfield, IL 62704, USA"}, {"12 Main St, Springfield, IL 62705"},
		},
	} {
		form := func(s string) []string {
			switch part {
			case "street":
				return nonEmpty(n.street([]byte(s), true), n.street([]byte(s), false))
			case "postal_code":
				return nonEmpty(n.postalCode([]byte(s)))
			case "house_number":
				return nonEmpty(n.houseNumber([]byte(s)))
			}
			return nonEmpty(n.postalAddress([]byte(s), true), n.postalAddress([]byte(s), false))
		}
		for i, line := range lines {
			for _, a := range line {
				if !share(form(line[0]), form(a)) {
					t.Errorf("%s: %q %q and %q %q are one", part, line[0], form(line[0]), a, form(a))
				}
				for j, other := range lines {
					for _, b := range other {
						if i != j && share(form(a), form(b)) {
							t.Errorf("%s: %q and %q are two: %q", part, a, b, form(a))
						}
					}
				}
			}
		}
	}
	for _, s := range []string{"", "Straße des 17. Juni 135", "5-7", "Rose Cottage"} {
		if got := n.houseNumber([]byte(s)); got != "" {
			t.Errorf("%q has the house number %q", s, got)
		}
	}
	for _, s := range []string{"", "0", "00000", "n/a", "Berlin", "12", "123456789012"} {
		if got := n.postalCode([]byte(s)); got != "" {
			t.Errorf("%q is the postal code %q", s, got)
		}
	}
	for _, s := range []string{"", "Berlin", "unknown", "10115 Berlin", "12345", "a b c"} {
		if got := n.postalAddress([]byte(s), true); got != "" {
			t.Errorf("%q is the address %q", s, got)
		}
	}
}

const register = `
[directory]
path = "customers.csv"
[directory.columns]
customer_id = "id"
email = "mail"
given_name = "first"
family_name = "last"
birth_date = "dob"
street = "street"
postal_code = "zip"
`

const registered = `id,mail,first,last,dob,street,zip
C1,a@x.example,Hans,Müller,1980-04-03,Hauptstr. 5,10115
C2,b@x.example,Hans,Muller,1980-04-03,Hauptstr. 6,10115
C3,c@x.example,Ann,Bell,1970-01-31,12 Main St,62704
C4,d@x.example,Ann,Bell,1971-01-31,12 Main St,62704
C5,e@x.example,Ann,Bell,1970-01-31,9 Elm Rd,62704
C6,f@x.example,Zoë,Åberg,,12 Main St,62704
,g@x.example,Eve,Cole,1990-12-24,,
`

func TestCompositeKeys(t *testing.T) {
	for name, tc := range map[string]struct{ exposure, rows, people, unmatched, conflicts string }{
		"name and birth date": {
			`match = { name = "n", birth_date = "b" }`, "n,b\n\"Cole, Eve\",24.12.1990\nEve Cole,1990-12-25\nEve Cole,\n,24.12.1990\nEve,24.12.1990\nEva Cole,24.12.1990\n",
			",Eve Cole,g@x.example,,,,ssn,leak\n",
			"f.csv,3,nobody in the directory has this key,leak,Eve Cole,1990-12-25\nf.csv,4,nobody in the directory has this key,leak,Eve Cole,\n" +
				"f.csv,5,nobody in the directory has this key,leak,,24.12.1990\nf.csv,6,nobody in the directory has this key,leak,Eve,24.12.1990\nf.csv,7,nobody in the directory has this key,leak,Eva Cole,24.12.1990\n", "",
		},
		"what is written without dots is both": {
			`match = { name = "n", birth_date = "b" }`, "n,b\nHans Müller,1980-04-03\nHans Mueller,1980-04-03\nHans Muller,1980-04-03\nHans Müller,1980-03-04\nHans Müller,03/04/1980\n",
			"C1,Hans Müller,a@x.example,,,,ssn,leak\n", "f.csv,5,nobody in the directory has this key,leak,Hans Müller,1980-03-04\n",
			"f.csv,2,several people in the directory have this name with birth_date,1,2\nf.csv,4,several people in the directory have this name with birth_date,1,2\nf.csv,6,several people in the directory have this name with birth_date,1,2\n",
		},
		"shared, and narrowed by an address": {
			`match = { name = "n", birth_date = "b", email = "m" }`, "n,b,m\nAnn Bell,1970-01-31,\nAnn Bell,1970-01-31,e@x.example\nAnn Bell,1970-01-31,new@x.example\nAnn Bell,1970-01-31,a@x.example\n",
			"C3,Ann Bell,c@x.example,,,,ssn,leak\nC5,Ann Bell,e@x.example,,,,ssn,leak\n", "",
			"f.csv,2,several people in the directory have this name with birth_date,3,5\nf.csv,4,several people in the directory have this name with birth_date,3,5\nf.csv,5,several people in the directory have this name with birth_date,3,5+1\n",
		},
		"a number beside it": {
			`match = { customer_id = "c", name = "n", birth_date = "b" }`,
			"c,n,b\nC3,Ann Bell,1970-01-31\nC3,Ann Married,1970-01-31\nC3,Eve Cole,1990-12-24\nC3,Ann Bell,1970-01-30\nC9,Ann Bell,1971-01-31\nC9,Eve Cole,1990-12-24\nC3,Ann Bell,\n",
			"C3,Ann Bell,c@x.example,,,,ssn,leak\nC4,Ann Bell,d@x.example,,,,ssn,leak\n,Eve Cole,g@x.example,,,,ssn,leak\n", "",
			"f.csv,4,customer_id and name with birth_date name different people,3,7\nf.csv,5,birth_date is not that of the person whose customer_id this is,3,\n" +
				"f.csv,6,customer_id is not that of the person whose name with birth_date this is,4,\n",
		},
		"name and address": {
			`match = { name = "n", street = "s", postal_code = "z" }`, "n,s,z\nMs Ann Bell,12 MAIN STREET,62704-1111\nAnn Bell,9 Elm Road,62704\nAaberg Zoe,12 Main St,62704\nZoe Aaberg,12 Main St.,62704\nZoe Aaberg,13 Main St.,62704\n",
			"C3,Ann Bell,c@x.example,,,,ssn,leak\nC5,Ann Bell,e@x.example,,,,ssn,leak\nC6,Zoë Åberg,f@x.example,,,,ssn,leak\n",
			"f.csv,4,nobody in the directory has this key,leak,Aaberg Zoe,12 Main St,62704\nf.csv,6,nobody in the directory has this key,leak,Zoe Aaberg,13 Main St.,62704\n",
			"f.csv,2,several people in the directory have this name with street and postal_code,3,4\n",
		},
		"a birth date checked beside": {
			"check = { birth_date = \"b\" }\n" + `match = { given_name = "g", family_name = "f", house_number = "h", postal_code = "z" }`, "g,f,h,z,b\nAnn,Bell,12,62704,1971-01-31\nAnn,Bell,9,62704,1971-01-31\nAnn,Bell,12,62704,\n",
			"C3,Ann Bell,c@x.example,,,,ssn,leak\nC4,Ann Bell,d@x.example,,,,ssn,leak\nC5,Ann Bell,e@x.example,,,,ssn,leak\n", "",
			"f.csv,3,birth_date is not that of the person whose name with house_number and postal_code this is,5,\nf.csv,4,several people in the directory have this name with house_number and postal_code,3,4\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			spec := mustParse(t, register+"[[exposure]]\nname = \"leak\"\npath = \"f.csv\"\nelements = [\"ssn\"]\n"+tc.exposure+"\n")
			from := files{"customers.csv": registered, "f.csv": tc.rows}
			for way, lim := range map[string]limits{"in memory": {block: 64, record: 1 << 12}, "in parts": {block: 64, record: 1 << 12, narrow: true}} {
				got := resolveAll(t, spec, from, Options{Workers: 2}, lim)
				people := regexp.MustCompile(`(?m),leak.*$`).ReplaceAllString(body(got.people), ",leak")
				if people != tc.people {
					t.Errorf("%s: people:\n%swant\n%s", way, people, tc.people)
				}
				if body(got.unmatched) != tc.unmatched {
					t.Errorf("%s: unmatched:\n%swant\n%s", way, body(got.unmatched), tc.unmatched)
				}
				if body(got.conflicts) != tc.conflicts {
					t.Errorf("%s: conflicts:\n%swant\n%s", way, body(got.conflicts), tc.conflicts)
				}
			}
		})
	}
}

func TestCompositeKeysThatCannotBe(t *testing.T) {
	for match, says := range map[string]string{
		`{ name = "n" }`:                                                    "name does not name one person",
		`{ name = "n", customer_id = "c" }`:                                 "name does not name one person",
		`{ birth_date = "b" }`:                                              "birth_date does not name one person",
		`{ postal_code = "z", street = "s" }`:                               "postal_code does not name one person",
		`{ given_name = "g", birth_date = "b" }`:                            "given_name is half a name",
		`{ name = "n", family_name = "f", birth_date = "b" }`:               "leave one way out",
		`{ name = "n", street = "s", birth_date = "b" }`:                    "street is in every town",
		`{ name = "n", postal_address = "a" }`:                              "the directory has no postal_address to match by",
		`{ name = "n", postal_address = "a", postal_code = "z" }`:           "postal_address is the whole address",
		`{ name = "n", birth_date = " " }`:                                  "birth_date must name a column",
		`{ name = "n", birth_date = "b", country = "c" }`:                   "country does not name one person",
		`{ name = "n", birth_date = "b", shoe_size = "c" }`:                 `"shoe_size" is not a key to match by`,
		`{ name = "n", birth_date = "b", street = "s", house_number = "h"}`: "house_number is in every town",
	} {
		text := register + "[[exposure]]\nname = \"leak\"\npath = \"f.csv\"\nelements = [\"ssn\"]\nmatch = " + match + "\n"
		_, err := ParseSpec(strings.NewReader(text), "spec.toml")
		line := fmt.Sprintf("spec.toml:%d", strings.Count(text, "\n"))
		if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), line) {
			t.Errorf("%s: got %v, want … %s … at %s", match, err, says, line)
		}
	}
}

func FuzzCompositeForms(f *testing.F) {
	f.Add("Dr. Müller, Hans-Peter Jr.", "Hauptstr. 5 a, D-10115 Berlin, Germany", "1980-04-03", "SW1A 1AA")
	f.Add("O´Brien, S\u0327ean", "P.O. Box 5/7\n# 12 b", "03/04/1980", "62704-1234")
	f.Add("Mr  ann BELL ", "", "", "")
	f.Add("n a", "", "", "")
	f.Add("dr who jr", "", "", "")
	f.Add("ǰ ΐ\u0345 İ", "ﬁ ½ ㎏ 5", "", "")
	f.Fuzz(func(t *testing.T, name, address, date, code string) {
		if len(name)+len(address) > 200 || !utf8.ValidString(name+address+date+code) {
			t.Skip()
		}
		n := newNormalizer()
		if quick, ok := quickName(nil, []byte(name)); ok && string(quick) != n.personName([]byte(name), true) {
			t.Errorf("%q: quickly %q, slowly %q", name, quick, n.personName([]byte(name), true))
		}
		for _, spelled := range []bool{true, false} {
			for what, form := range map[string]func(string) string{
				"name": func(s string) string { return n.personName([]byte(s), spelled) }, "street": func(s string) string { return n.street([]byte(s), spelled) },
				"house number": func(s string) string { return n.houseNumber([]byte(s)) }, "postal code": func(s string) string { return n.postalCode([]byte(s)) },
			} {
				of := address
				switch what {
				case "name":
					of = name
				case "postal code":
					of = code
				}
				once := form(of)
				if once == "" {
					continue
				}
				if twice := form(once); twice != once {
					t.Errorf("%s %q: the form %q has the form %q", what, of, once, twice)
				}
			}
		}
		for _, key := range []string{"name+birth_date", "name+postal_address", "name+street+postal_code", "name+house_number+postal_code"} {
			value := strings.Join([]string{name, address, code}, partSeparator)
			if key == "name+birth_date" {
				value = name + partSeparator + date
			}
			if KeyForm(key, value, "") == "" && OtherForm(key, value, "") != "" {
				t.Errorf("%s %q: a second form without a first", key, value)
			}
		}
	})
}
