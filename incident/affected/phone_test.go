package affected

import "testing"

const phoneBook = `
[directory]
path = "customers.csv"
[directory.columns]
customer_id = "id"
phone = "phone"
country = "country"

[[exposure]]
name = "leak"
path = "leak.csv"
match = { phone = "tel" }
elements = ["phone"]
`

// An export that says no country writes numbers as the directory does: they
// match, although the directory's are known by their country too. Digits that
// people of two countries have are for a person to settle.
func TestPhonesAsWritten(t *testing.T) {
	from := files{
		"customers.csv": "id,phone,country\nC1,030 901820,DE\nC2,(202) 456-1111,US\nC3,+49 89 2180 0,DE\nC4,030-901820,IT\nC5,2024561111,\nC6,,DE\n",
		"leak.csv":      "tel\n202-456-1111\n+1 202 456 1111\n030/901820\n+49 30 901820\n089 21800\n+49 89 21800\n",
	}
	for name, lim := range map[string]limits{"in memory": {block: 64, record: 1 << 12}, "in parts": {block: 64, record: 1 << 12, narrow: true}} {
		got := resolveAll(t, mustParse(t, phoneBook), from, Options{Workers: 2}, lim)
		if want := "C1,,,DE,,,phone,leak\nC2,,,US,,,phone,leak\nC3,,,DE,,,phone,leak\n"; body(got.people) != want {
			t.Errorf("%s: people:\n%swant\n%s", name, body(got.people), want)
		}
		if want := "leak.csv,6,nobody in the directory has this key,leak,089 21800\n"; body(got.unmatched) != want {
			t.Errorf("%s: unmatched:\n%swant\n%s", name, body(got.unmatched), want)
		}
		if want := "leak.csv,2,several people in the directory have this phone,2,5\nleak.csv,4,several people in the directory have this phone,1,4\n"; body(got.conflicts) != want {
			t.Errorf("%s: conflicts:\n%swant\n%s", name, body(got.conflicts), want)
		}
	}
}

// Who is looked for by the number as it is written is found, and so are the rows.
func TestExplainPhoneAsWritten(t *testing.T) {
	from := files{"customers.csv": "id,phone,country\nC1,030 901820,DE\nC2,,US\n", "leak.csv": "tel\n030/901820\n+49 30 901820\n"}
	for _, number := range []string{"030901820", "+4930901820"} {
		got, err := Explain(t.Context(), mustParse(t, phoneBook), from, Asked{Key: "phone", Value: number}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.People) != 1 || got.People[0].ID != "C1" || len(got.Rows) != 2 || got.Rows[0].Outcome != "matched" || got.Rows[1].Person != 1 {
			t.Errorf("%s: got %+v", number, got)
		}
	}
}
