package affected

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"testing"

	"tocsin/incident"
)

func TestLook(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte("id\tmail\n1\ta@b.example\n"))
	z.Close()
	tests := map[string]struct {
		text    string
		in      Input
		format  string
		by      string
		columns string
		first   string // values of the first row
		line    uint64
		header  bool // given, because the file has none
	}{
		"csv":         {text: "id,mail\n7,a@b.example\n", format: "csv", by: ",", columns: "id mail", first: "7 a@b.example", line: 2},
		"semicolons":  {text: "\n\nid;mail\n7;a@b.example\n", format: "csv", by: ";", columns: "id mail", first: "7 a@b.example", line: 4},
		"gzip":        {text: packed.String(), format: "csv", by: "tab", columns: "id mail", first: "1 a@b.example", line: 2},
		"no header":   {text: "7,a@b.example\n8,c@d.example\n", format: "csv", by: ",", columns: "column 1 column 2", first: "7 a@b.example", line: 1, header: true},
		"json lines":  {text: "{\"mail\":\"a@b.example\",\"id\":7}\n{\"id\":8,\"x\":null}\n", format: "jsonl", columns: "mail id x", first: "a@b.example 7 ", line: 1},
		"fixed width": {text: "0007a@b.example\n", in: Input{Format: "fixed", Fields: []Field{{"id", 1, 4}, {"mail", 5, 30}}}, format: "fixed", columns: "id mail", first: "0007 a@b.example", line: 1},
		"quoted line": {text: "\"a\nb\",c\n1,2\n", format: "csv", by: ",", columns: "a\nb c", first: "1 2", line: 3},
		"latin-1":     {text: "name,id\nM\xfcller,3\n", format: "csv", by: ",", columns: "name id", first: "Müller 3", line: 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Path = "f"
			s, err := Look(t.Context(), files{"f": tt.text}, tt.in, 5)
			if err != nil {
				t.Fatal(err)
			}
			var first []string
			for _, c := range s.Columns {
				first = append(first, c.Values[0])
			}
			if s.Input.Format != tt.format || s.Input.Delimiter != tt.by || strings.Join(s.Names(), " ") != tt.columns ||
				strings.Join(first, " ") != tt.first || s.Lines[0] != tt.line || (len(s.Input.Header) > 0) != tt.header {
				t.Errorf("%+v, first %q", s, first)
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "blank": "\n \n", "parquet": "PAR1xxxx", "zip": "PK\x03\x04xxxxxxxxxxxx", "cut gzip": packed.String()[:14]} {
		if _, err := Look(t.Context(), seekable{"f": text}, Input{Path: "f"}, 5); incident.KindOf(err) != incident.Invalid || !strings.HasPrefix(incident.Sentence(err), "f") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGuesses(t *testing.T) {
	s, err := Look(t.Context(), files{"f": "Kunden-Nr,E_Mail,Full Name,land,DOB,x,note\n" +
		"7,a@b.example,Ann Lee,DE,1980-01-31,4111 1111 1111 1111,hello there\n8,c@d.example,Bo Q,FR,02.03.1990,5500-0000-0000-0004,more words\n"}, Input{Path: "f"}, 5)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, g := range GuessDirectory(s.Columns).Columns {
		got[g.Ours] = g.Column + " " + string(g.Confidence)
	}
	want := map[string]string{"customer_id": "Kunden-Nr sure", "email": "E_Mail sure", "name": "Full Name sure", "country": "land sure", "birth_date": "DOB sure"}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %q, want %q", k, got[k], v)
		}
	}
	e := GuessExposure(s.Columns, map[string]string{"customer_id": "x", "birth_date": "y"})
	if len(e.Match) != 1 || e.Match[0].Column != "Kunden-Nr" || len(e.Check) != 1 || e.ElementsColumn != nil {
		t.Errorf("%+v", e)
	}
	has := map[string]string{}
	for _, g := range e.Has {
		has[g.Ours] = g.Column
	}
	if has["card_number"] != "x" || has["email"] != "E_Mail" || has["date_of_birth"] != "DOB" {
		t.Errorf("has %v", has)
	}
	lists, err := Look(t.Context(), files{"f": "who,what\n1,name+ssn\n2,name\n"}, Input{Path: "f"}, 5)
	if err != nil {
		t.Fatal(err)
	}
	if e := GuessExposure(lists.Columns, nil); e.ElementsColumn == nil || e.ElementsColumn.Column != "what" || e.Has != nil {
		t.Errorf("%+v", e)
	}
}

func TestShapes(t *testing.T) {
	for value, want := range map[string]Shape{
		"a@b.example": EmailShape, "+49 89 5550100": PhoneShape, "1980-01-31": DateShape, "DE": CountryShape, "fr": LanguageShape, "4111111111111111": CardShape,
		"4111111111111112": NumberShape, "DE89 3704 0044 0532 0130 00": IBANShape, "DE88370400440532013000": CodeShape, "123-45-6789": SSNShape,
		"666-45-6789": PhoneShape, "6f1c5a3e-0000-4000-8000-00000000000a": UUIDShape, "17": NumberShape, "C-17": CodeShape, "name+ssn": ElementsShape,
		"yes": FlagShape, "Smith": WordShape, "Ann Lee": TextShape, "": EmptyShape,
	} {
		if got := looksAs([]byte(value)); got != want {
			t.Errorf("%q looks as %q, not %q", value, got, want)
		}
	}
}

func TestMask(t *testing.T) {
	for value, want := range map[string]string{
		"ada.lind@mail.example": "a…@m….example", "Ada Lind": "A… L…", "4111111111111111": "…11", "Bo": "••", "1980-01-31": "••••-••-31", "Élodie": "É…", "": "", "C-4711": "…11",
	} {
		if got := Mask(TextShape, value); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
	if got := Mask(CountryShape, "DE"); got != "DE" {
		t.Errorf("%q", got)
	}
	if got := Mask(WordShape, "Bo"); got == "Bo" {
		t.Error("a short name is shown")
	}
}

func TestRowsAt(t *testing.T) {
	spec := mustParse(t, "[directory]\npath = \"d\"\n[directory.columns]\ncustomer_id = \"id\"\nname = \"n\"\n[[exposure]]\nname = \"leak\"\npath = \"e\"\nmatch = { customer_id = \"id\" }\nelements = [\"name\"]\n")
	from := files{"d": "id,n\n1,Ann\nbroken\n2,Bo\n3,Cy\n", "e": "x,id\n9,2\n8,3\n7,1\n"}
	rows, err := DirectoryRows(t.Context(), spec, from, []int64{3, 2}, []string{"name", "email"}, Options{})
	if err != nil || len(rows) != 2 || rows[0].Person != 2 || rows[0].Values[0] != "Bo" || rows[0].Values[1] != "" || rows[1].Place.Line != 5 {
		t.Errorf("%+v %v", rows, err)
	}
	columns, exposed, err := ExposedRows(t.Context(), spec, from, 0, []Place{{"e", 3}, {"other", 2}}, Options{})
	if err != nil || len(exposed) != 1 || strings.Join(columns, "") != "id" || exposed[0].Values[0] != "3" {
		t.Errorf("%v %+v %v", columns, exposed, err)
	}
}

func FuzzLook(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "{\"a\":1}\n", "\"", "PAR1", "PK\x03\x04", "\x1f\x8b", "\xff\xfea\x00", "a;b;\"c\n", "\n\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Look(t.Context(), seekable{"f": string(text)}, Input{Path: "f"}, 20)
		if err != nil {
			if incident.KindOf(err) != incident.Invalid && incident.KindOf(err) != incident.TooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, c := range s.Columns {
			if len(c.Values) > len(s.Lines) {
				t.Fatalf("%d values in %d rows", len(c.Values), len(s.Lines))
			}
		}
		GuessDirectory(s.Columns)
		GuessExposure(s.Columns, map[string]string{"email": "x"})
	})
}

// seekable gives files that can be read anywhere, as the vault does.
type seekable map[string]string

func (f seekable) Open(_ context.Context, path string) (io.ReadCloser, int64, error) {
	return seekableFile{strings.NewReader(f[path])}, int64(len(f[path])), nil
}

type seekableFile struct{ *strings.Reader }

func (seekableFile) Close() error { return nil }

// Where nothing names a person alone, a name is proposed with what is there besides.
func TestGuessesOfNames(t *testing.T) {
	directory := map[string]string{"customer_id": "id", "given_name": "Vorname", "family_name": "Nachname", "birth_date": "dob", "street": "str", "postal_code": "plz"}
	columns := func(names ...string) (out []Column) {
		values := map[string][]string{"Geburtsdatum": {"31.01.1980", "01.02.1981"}, "PLZ": {"10115", "10117"}, "Kundennr": {"C1", "C2"}}
		for _, n := range names {
			out = append(out, Column{Name: n, Values: values[n], Shape: ShapeOf(values[n])})
		}
		return out
	}
	for want, names := range map[string][]string{
		"name=Name birth_date=Geburtsdatum": {"Name", "Geburtsdatum", "PLZ"}, "given_name=Vorname family_name=Nachname birth_date=Geburtsdatum": {"Vorname", "Nachname", "Geburtsdatum"},
		"name=Name street=Strasse postal_code=PLZ": {"Name", "Strasse", "PLZ"}, "customer_id=Kundennr": {"Kundennr", "Name", "Geburtsdatum"}, "": {"Name", "note"},
	} {
		var got []string
		for _, g := range GuessExposure(columns(names...), directory).Match {
			if g.Confidence == Sure && g.Ours != "customer_id" {
				t.Errorf("%s: sure of %s", names, g.Ours)
			}
			got = append(got, g.Ours+"="+g.Column)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", names, got, want)
		}
	}
}
