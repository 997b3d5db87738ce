package affected

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

func TestParseSpec(t *testing.T) {
	got := mustParse(t, `
[directory]
path = "c.csv"
[directory.columns]
customer_id = "id"
email = "mail"
[[exposure]]
name = "a"
path = "a.csv"
match = { customer_id = "id", email = "m" }
elements = ["ssn", "name"]
[[exposure]]
name = "b"
path = "b.csv"
elements_column = "f"
[exposure.match]
email = "m"
[exposure.columns]
ssn = "s"
`)
	want := Spec{
		Directory: Directory{Input: Input{Path: "c.csv"}, Columns: map[string]string{"customer_id": "id", "email": "mail"}},
		Exposures: []Exposure{
			{Name: "a", Input: Input{Path: "a.csv"}, Match: map[string]string{"customer_id": "id", "email": "m"}, Elements: []string{"ssn", "name"}},
			{Name: "b", Input: Input{Path: "b.csv"}, Match: map[string]string{"email": "m"}, ElementsColumn: "f", Columns: map[string]string{"ssn": "s"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseSpecReportsEverythingWithItsLine(t *testing.T) {
	_, err := ParseSpec(strings.NewReader(`titel = "x"
[directory]
path = "c.csv"
query = "select 1"
[directory.columns]
customer_id = "id"
emial = "mail"
name = 3

[[exposure]]
name = "a"
path = "a.csv"
match = { customer_id = "id", phone = "p", name = "n" }
elements = [
  "name",
  "Ssn",
  "shoe_size",
]

[[exposure]]
name = "a"
Path = "b.csv"
match.email = ""
columns.iq = "q"

[[exposure]]
name = "c+d"
path = "c.csv"
match = "id"
`), "s.toml")
	var got []string
	for _, p := range incident.ProblemsOf(err) {
		what := p.What
		if len(what) > 48 {
			what = what[:48]
		}
		got = append(got, p.Where+" "+what)
	}
	want := []string{
		`s.toml:1 unknown key "titel"; known here are directory, e`,
		`s.toml:8 directory.columns.name must be text in quotes`,
		`s.toml:22 unknown key "Path"; known here are name, path, m`,
		`s.toml:29 exposure[2].match must be a table`,
		`s.toml:4 a path and a query cannot both be the input: lea`,
		`s.toml:7 "emial" is not a column of the directory; known `,
		`s.toml:13 name does not name one person, so rows cannot be`,
		`s.toml:13 the directory has no phone to match by: name its`,
		`s.toml:16 "Ssn" is not a known element; did you mean "ssn"`,
		`s.toml:17 "shoe_size" is not a known element`,
		`s.toml:20 an exposure needs a path: its file`,
		`s.toml:23 the directory has no email to match by: name its`,
		`s.toml:23 email must name a column`,
		`s.toml:24 "iq" is not a known element`,
		`s.toml:21 the name "a" is taken by an earlier exposure`,
		`s.toml:27 the name of an exposure cannot hold + (which joi`,
		`s.toml:26 the exposure must say what each row exposed: ele`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if incident.KindOf(err) != incident.Invalid {
		t.Errorf("kind %s", incident.KindOf(err))
	}
}

func TestParseSpecSyntax(t *testing.T) {
	for text, want := range map[string]string{
		"[directory\npath = 1":            "s.toml:1: ",
		"a = 1\nb =\n":                    "s.toml:2: ",
		"[directory]\npath=\"a\"\npath=2": "s.toml:3: ",
		"[exposure]\nname = \"x\"":        "exposures are written as [[exposure]]",
		"":                                "there is no [[exposure]]",
	} {
		_, err := ParseSpec(strings.NewReader(text), "s.toml")
		if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want … %s …", text, err, want)
		}
	}
}

// A spec that passes can be written as data and passes again; no text makes the parser fall over.
func FuzzParseSpec(f *testing.F) {
	f.Add(madeUpSpec)
	f.Add("[directory]\npath=1\n[[exposure]]\nmatch={a.b=[{c=1}]}\n[[exposure.x]]\n[exposure.x.y]\n")
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := ParseSpec(strings.NewReader(text), "s.toml")
		if err != nil {
			if k := incident.KindOf(err); k != incident.Invalid && k != incident.TooLarge {
				t.Fatalf("kind %s: %v", k, err)
			}
			return
		}
		if err := spec.Validate(); err != nil {
			t.Fatalf("parsed, but not valid: %v", err)
		}
	})
}

// Some editors begin a file with a byte order mark, and Windows ends lines in CRLF.
func TestSpecFromAnyEditor(t *testing.T) {
	text := head + "[[exposure]]\nname = \"leak\"\npath = \"f.csv\"\nmatch = { email = \"m\" }\nelements = [\"ssn\"]\n"
	want := mustParse(t, text)
	if got := mustParse(t, "\uFEFF"+strings.ReplaceAll(text, "\n", "\r\n")); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}
