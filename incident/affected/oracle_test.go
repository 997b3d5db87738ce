package affected

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The oracle of names and addresses knows whom rows mean because it wrote them:
// it spells what it chose in the ways systems do, and never looks at a spelling.

// spelled is one way to write a family name, and the forms it can be taken for.
type spelled struct {
	text  string
	forms []string
}

var (
	oracleFamilies = []spelled{
		{"Müller", []string{"mueller", "muller"}}, {"Mueller", []string{"mueller"}}, {"Muller", []string{"muller"}}, {"mu\u0308LLER", []string{"mueller", "muller"}},
		{"O'Brien", []string{"obrien"}}, {"OBrien", []string{"obrien"}}, {"O’BRIEN", []string{"obrien"}}, {"van der Berg", []string{"van der berg"}}, {"Van  Der-Berg", []string{"van der berg"}},
		{"Øster", []string{"oester", "oster"}}, {"Oester", []string{"oester"}},
	}
	oracleGiven   = [][]string{{"Ann", "ANN", "ann"}, {"René", "Rene", "RENE\u0301"}, {"Jean-Luc", "Jean Luc"}}
	oracleStreets = [][]string{{"Hauptstr. 5a", "Hauptstraße 5 A", "HAUPTSTRASSE 5a"}, {"12 Main Street", "12 MAIN ST.", "12 Main St"}, {"P.O. Box 7", "PO Box 7"}}
	oracleCodes   = [][]string{{"10115", "D-10115"}, {"62704", "62704-1234"}}
)

// oracleOne is a person, or whom a row says it is about. -1 is nothing.
type oracleOne struct {
	id, mail, given, street, code int
	family                        spelled
	born                          [3]int // year, month, day
	either                        bool   // the day could be the month
}

func (o *oracleOne) name(r *rand.Rand) string {
	if o.given < 0 {
		return []string{"", "n/a", "Ann", "-"}[r.IntN(4)]
	}
	given := oracleGiven[o.given][r.IntN(len(oracleGiven[o.given]))]
	switch r.IntN(4) {
	case 0:
		return o.family.text + ", " + given
	case 1:
		return "Dr. " + given + " " + o.family.text
	}
	return "  " + given + "\u00a0" + o.family.text
}

func (o *oracleOne) date(r *rand.Rand) string {
	switch y, m, d := o.born[0], o.born[1], o.born[2]; {
	case y == 0:
		return []string{"", "unknown", "1980-13-40"}[r.IntN(3)]
	case o.either:
		return fmt.Sprintf("%02d/%02d/%d", m, d, y)
	case r.IntN(2) == 0:
		return fmt.Sprintf("%02d.%02d.%d", d, m, y)
	default:
		return fmt.Sprintf("%d-%02d-%02d", y, m, d)
	}
}

func pickOne(r *rand.Rand, from [][]string, at int) string {
	if at < 0 {
		return ""
	}
	return from[at][r.IntN(len(from[at]))]
}

func (o *oracleOne) row(r *rand.Rand) []string {
	number := func(format string, n int) string {
		if n < 0 {
			return ""
		}
		return fmt.Sprintf(format, n)
	}
	return []string{number("C%d", o.id), number("m%d@x.example", o.mail), o.name(r), o.date(r), pickOne(r, oracleStreets, o.street), pickOne(r, oracleCodes, o.code)}
}

func someone(r *rand.Rand, n int) oracleOne {
	maybe := func(n int) int { return max(-1, r.IntN(n+n/6+1)-n/6) }
	o := oracleOne{id: maybe(n), mail: maybe(n), given: r.IntN(len(oracleGiven)), street: maybe(len(oracleStreets)), code: maybe(len(oracleCodes)), family: oracleFamilies[r.IntN(len(oracleFamilies))]}
	o.street, o.code = min(o.street, len(oracleStreets)-1), min(o.code, len(oracleCodes)-1)
	if r.IntN(9) == 0 {
		o.given = -1
	}
	if o.born = [3]int{1980 + r.IntN(2), 3 + r.IntN(2), 3 + r.IntN(2)}; r.IntN(9) == 0 {
		o.born = [3]int{}
	}
	return o
}

func sameDay(a, b *oracleOne) bool {
	turned := [3]int{b.born[0], b.born[2], b.born[1]}
	return a.born[0] > 0 && (a.born == b.born || (a.either || b.either) && a.born == turned)
}

// has says whether two have a key, and whether they have the same.
func (o *oracleOne) has(key string, p *oracleOne) (some, same bool) {
	named := o.given >= 0
	alike := named && o.given == p.given && slices.ContainsFunc(o.family.forms, func(f string) bool { return slices.Contains(p.family.forms, f) })
	switch key {
	case "customer_id":
		return o.id >= 0, o.id == p.id
	case "email":
		return o.mail >= 0, o.mail == p.mail
	case "name+birth_date":
		return named && o.born[0] > 0, alike && sameDay(o, p)
	}
	return named && o.street >= 0 && o.code >= 0, alike && o.street == p.street && o.code == p.code
}

// judge says whom a row means by the rules of the README, and whether that is a conflict.
func judge(people []oracleOne, row *oracleOne, keys []string, dated bool) (person int, conflict bool) {
	var known [][]int
	strange := false
	for _, key := range keys {
		some, _ := row.has(key, row)
		if !some {
			continue
		}
		var who []int
		for i := range people {
			if have, same := people[i].has(key, row); have && same {
				who = append(who, i)
			}
		}
		if who == nil {
			strange = strange || key == "customer_id"
			continue
		}
		known = append(known, who)
	}
	if known == nil {
		return -1, false
	}
	first := known[0]
	person = first[0]
	if len(first) > 1 {
		var fit []int
		for _, p := range first {
			all := !dated || row.born[0] == 0 || sameDay(row, &people[p])
			for _, other := range known[1:] {
				all = all && slices.Contains(other, p)
			}
			if all {
				fit = append(fit, p)
			}
		}
		alone := len(known) == 1 && (!dated || row.born[0] == 0)
		if len(fit) != 1 || alone {
			return append(fit, person)[0], true
		}
		person = fit[0]
	} else {
		for _, other := range known[1:] {
			if !slices.Contains(other, person) {
				return person, true
			}
		}
	}
	p := &people[person]
	if strange && p.id >= 0 || dated && row.born[0] > 0 && p.born[0] > 0 && !sameDay(row, p) {
		return person, true
	}
	return person, false
}

var oracleMatches = []struct {
	text  string
	keys  []string
	dated bool
}{
	{`match = { name = "n", birth_date = "b" }`, []string{"name+birth_date"}, true},
	{`match = { customer_id = "c", email = "m", name = "n", birth_date = "b" }`, []string{"customer_id", "name+birth_date", "email"}, true},
	{`match = { email = "m", name = "n", street = "s", postal_code = "z" }`, []string{"email", "name+street+postal_code"}, false},
	{"check = { birth_date = \"b\" }\n" + `match = { customer_id = "c", name = "n", street = "s", postal_code = "z" }`, []string{"customer_id", "name+street+postal_code"}, true},
}

func TestNamesAgreeWithTheOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(77, 78))
	conflicts, matches := 0, 0
	for round := range 48 {
		how := oracleMatches[round%len(oracleMatches)]
		people := make([]oracleOne, 1+r.IntN(40))
		var from [2]strings.Builder
		w := csv.NewWriter(&from[0])
		w.Write([]string{"c", "m", "n", "b", "s", "z"})
		for i := range people {
			people[i] = someone(r, len(people))
			w.Write(people[i].row(r))
		}
		w.Flush()
		w = csv.NewWriter(&from[1])
		w.Write([]string{"c", "m", "n", "b", "s", "z"})
		var sum Summary
		seen := map[int]bool{}
		var open []string
		var whom []int
		for n := range 120 {
			row := someone(r, len(people))
			if r.IntN(3) > 0 { // somebody there is, with something changed
				row = people[r.IntN(len(people))]
				switch other := someone(r, len(people)); r.IntN(6) {
				case 0:
					row.id = other.id
				case 1:
					row.mail = other.mail
				case 2:
					row.family = other.family
				case 3:
					row.born = other.born
				}
			}
			row.either = row.born[0] > 0 && r.IntN(5) == 0
			w.Write(row.row(r))
			person, conflict := judge(people, &row, how.keys, how.dated)
			switch whom = append(whom, person); {
			case person < 0:
				sum.Unmatched++
			case seen[person]:
				sum.Duplicates++
			default:
				seen[person] = true
				sum.Matched++
			}
			if conflict {
				sum.Conflicts++
				open = append(open, fmt.Sprintf("%d %d", n+2, person+1))
			}
		}
		w.Flush()
		conflicts, matches = conflicts+len(open), matches+len(seen)
		spec := mustParse(t, `
[directory]
path = "d.csv"
columns = { customer_id = "c", email = "m", name = "n", birth_date = "b", street = "s", postal_code = "z" }
[[exposure]]
name = "leak"
path = "f.csv"
elements = ["ssn"]
`+how.text+"\n")
		texts := files{"d.csv": from[0].String(), "f.csv": from[1].String()}
		for _, lim := range []limits{{block: 1 << 20, record: 1 << 12}, {block: 60 + r.IntN(300), record: 1 << 12}, {block: 1 << 12, record: 1 << 12, narrow: true}} {
			got := resolveAll(t, spec, texts, Options{Workers: 1 + round%4}, lim)
			a := fmt.Sprint(len(seen), sum.Matched, sum.Duplicates, sum.Unmatched, sum.Conflicts)
			if b := fmt.Sprint(got.sum.People, got.sum.Matched, got.sum.Duplicates, got.sum.Unmatched, got.sum.Conflicts); a != b {
				t.Fatalf("round %d, %s: want %s, got %s\n%s\n%s", round, how.text, a, b, texts["d.csv"], texts["f.csv"])
			}
			rows, err := csv.NewReader(strings.NewReader(got.conflicts)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, row := range rows[1:] {
				list = append(list, row[1]+" "+row[3])
			}
			if !slices.Equal(list, open) {
				t.Fatalf("round %d: conflicts %v, want %v", round, list, open)
			}
		}
		for n := round % 7; n < len(whom); n += 40 { // whatever the run says of a row, an explanation does
			got, err := Explain(t.Context(), spec, texts, Asked{Row: Place{"f.csv", uint64(n + 2)}}, Options{})
			if err != nil || len(got.Rows) != 1 || got.Rows[0].Person != int64(whom[n]+1) || (got.Rows[0].Outcome == "conflict") != slices.ContainsFunc(open, func(s string) bool { return strings.HasPrefix(s, fmt.Sprint(n+2, " ")) }) {
				t.Fatalf("round %d, line %d: %+v, %v", round, n+2, got.Rows, err)
			}
		}
	}
	if conflicts < 500 || matches < 300 {
		t.Errorf("only %d conflicts and %d people: this shows little", conflicts, matches)
	}
}

// A late file, and a decision, count for rows that are matched by a name as for others.
func TestNamesAndLateFiles(t *testing.T) {
	exposure := func(name string) string {
		return "[[exposure]]\nname = \"" + name + "\"\npath = \"" + name + ".csv\"\nelements = [\"ssn\"]\nmatch = { name = \"n\", birth_date = \"b\" }\n"
	}
	from := files{"customers.csv": registered, "a.csv": "n,b\nHans Müller,1980-04-03\n\"Cole, Eve\",24.12.1990\n", "b.csv": "n,b\nAnn Bell,31.01.1970\nEve Cole,1990-12-24\nAnn Bell,1971-01-31\n"}
	both := mustParse(t, register+exposure("a")+exposure("b"))
	decided := Options{Decisions: []Decision{{Place{"a.csv", 2}, 2}}}
	whole := resolveAll(t, both, from, decided, limits{block: 1 << 12, record: 1 << 12})
	first := resolveAll(t, mustParse(t, register+exposure("a")), from, decided, limits{block: 1 << 12, record: 1 << 12})
	if first.sum.Conflicts != 0 || whole.sum.Conflicts != 1 || !strings.Contains(first.people, "C2,") {
		t.Errorf("conflicts %d and %d\n%s", first.sum.Conflicts, whole.sum.Conflicts, first.people)
	}
	for _, narrow := range []bool{false, true} {
		late := resolveAll(t, both, from, Options{Prior: &Prior{Roster: strings.NewReader(first.people), Exposures: 1, Inputs: first.sum.Inputs}}, limits{block: 1 << 12, record: 1 << 12, narrow: narrow})
		if late.people != whole.people || late.sum.Matched != whole.sum.Matched {
			t.Errorf("late:\n%s\nwhole:\n%s", late.people, whole.people)
		}
	}
}

func BenchmarkComposite(b *testing.B) {
	n := newNormalizer()
	for name, value := range map[string]string{"ascii": "Ann Bell\x1f1980-01-31", "comma": "Dr. Bell-Smith, Ann Jr.\x1f31.01.1980", "marks": "Zoë Müller\x1f1980-01-31"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(n.key("name+birth_date", []byte(value), "")) == 0 {
					b.Fatal("no form")
				}
			}
		})
	}
	b.Run("address", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(n.key("name+street+postal_code", []byte("Ann Bell\x1f12 Main Street Apt. 5\x1f62704-1234"), "")) == 0 {
				b.Fatal("no form")
			}
		}
	})
}
