package affected

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"tocsin/incident"
)

// The same exposure in every form it may come in.
const (
	manyRows = "id,mail\nC2,\nC9,nobody@x.example\n,dora@x.example\nC2,\nC3,Zo\u00eb\n"
	manyWant = "C2,\"Bell, Ben\",ben@x.example,DE,,de,name,leak\nC3,Cara Cole,,us,ny,en,name,leak\nC4,\"Dora \"\"D\"\" Dean\",dora@x.example,,,fr,name,leak\n"
	manySums = "3 1 1 0 0"
)

func utf16Text(text string, order binary.AppendByteOrder, bom bool) string {
	var out []byte
	if bom {
		out = order.AppendUint16(out, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

func packed(t *testing.T, text string, w io.WriteCloser, buf *bytes.Buffer) string {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func zstdOf(t *testing.T, text string) string {
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return packed(t, text, w, &buf)
}

func gzipOf(t *testing.T, text string) string {
	var buf bytes.Buffer
	return packed(t, text, gzip.NewWriter(&buf), &buf)
}

type parquetRow struct {
	ID    string          `parquet:"id"`
	Mail  *string         `parquet:"mail,optional"`
	Seen  time.Time       `parquet:"seen,timestamp(millisecond)"`
	Price int64           `parquet:"price,decimal(2:18)"`
	Born  int32           `parquet:"born,date"`
	Flag  bool            `parquet:"flag"`
	Tags  []string        `parquet:"tags,list"`
	Inner struct{ X int } `parquet:"inner"`
}

func parquetOf(t *testing.T, rows []parquetRow) string {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[parquetRow](&buf)
	for i := range rows { // several row groups
		if _, err := w.Write(rows[i : i+1]); err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func someParquet(t *testing.T) string {
	dora, nobody, zoe := "dora@x.example", "nobody@x.example", "Zo\u00eb"
	return parquetOf(t, []parquetRow{{ID: "C2"}, {ID: "C9", Mail: &nobody}, {Mail: &dora}, {ID: "C2"}, {ID: "C3", Mail: &zoe}})
}

// xlsxOf makes the smallest file Excel would open: text in shared strings and
// in place, a number, a row left out, and cells left out.
func xlsxOf(t *testing.T, sheet string) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/workbook.xml": `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` +
			`<sheet name="Notes" sheetId="1" r:id="rId1"/><sheet name="People" sheetId="2" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`,
		"xl/styles.xml":            `<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`,
		"xl/sharedStrings.xml":     `<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>id</t></si><si><t>mail</t></si><si><t>C2</t></si></sst>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>nothing</t></is></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + sheet + `</sheetData></worksheet>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

const someSheet = `<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c></row>` +
	`<row r="4"><c r="A4" t="s"><v>2</v></c></row>` +
	`<row r="5"><c r="A5" t="inlineStr"><is><t>C9</t></is></c><c r="B5" t="inlineStr"><is><t>nobody@x.example</t></is></c></row>` +
	`<row r="8"><c r="B8" t="inlineStr"><is><t>dora@x.example</t></is></c></row>` +
	`<row r="9"><c r="A9" t="s"><v>2</v></c></row>` +
	`<row r="10"><c r="A10" t="inlineStr"><is><t>C3</t></is></c><c r="B10" t="inlineStr"><is><t>Zoë</t></is></c></row>`

func TestEveryFormGivesTheSamePeople(t *testing.T) {
	semi := strings.ReplaceAll(manyRows, ",", ";")
	fixed := "C2  \n" + "C9  nobody@x.example\n" + "    dora@x.example    \r\n" + "\nC2\n" + "C3  Zo\u00eb\n"
	for name, tc := range map[string]struct {
		path, spec, data string
		unmatched        string // its place
	}{
		"semicolons":               {"f.csv", "", semi, "f.csv,3"},
		"tabs":                     {"f.tsv", "", strings.ReplaceAll(manyRows, ",", "\t"), "f.tsv,3"},
		"bars, said":               {"f.csv", `delimiter = "|"`, strings.ReplaceAll(manyRows, ",", "|"), "f.csv,3"},
		"tab, said":                {"f.csv", `delimiter = "tab"`, strings.ReplaceAll(manyRows, ",", "\t"), "f.csv,3"},
		"quoted semicolons":        {"f.csv", "", strings.ReplaceAll(semi, "C2;", "\"C2\";"), "f.csv,3"},
		"UTF-16, little end":       {"f.csv", "", utf16Text(manyRows, binary.LittleEndian, true), "f.csv,3"},
		"UTF-16, big end":          {"f.csv", "", utf16Text(manyRows, binary.BigEndian, true), "f.csv,3"},
		"UTF-16 without a mark":    {"f.csv", "", utf16Text(strings.ReplaceAll(manyRows, "\n", "\r\n"), binary.LittleEndian, false), "f.csv,3"},
		"Latin-1":                  {"f.csv", "", strings.ReplaceAll(manyRows, "\u00eb", "\xeb"), "f.csv,3"},
		"Latin-1, said":            {"f.csv", `encoding = "latin-1"`, strings.ReplaceAll(manyRows, "\u00eb", "\xeb"), "f.csv,3"},
		"gzip":                     {"f.csv.gz", "", gzipOf(t, manyRows), "f.csv.gz,3"},
		"Zstandard":                {"f.csv.zst", "", zstdOf(t, semi), "f.csv.zst,3"},
		"Zstandard without a name": {"f.csv", "", zstdOf(t, manyRows), "f.csv,3"},
		"no header":                {"f.csv", `header = ["id", "mail"]`, strings.TrimPrefix(manyRows, "id,mail\n"), "f.csv,2"},
		"fixed width":              {"f.txt", `format = "fixed"` + "\n" + `fields = [{ name = "id", from = 1, to = 4 }, { name = "mail", from = 5, to = 30 }]`, fixed, "f.txt,2"},
		"JSON Lines in UTF-16": {"f.jsonl", "", utf16Text(`{"id":"C2"}`+"\n"+`{"id":"C9","mail":"nobody@x.example"}`+"\n"+`{"mail":"dora@x.example"}`+"\n"+
			`{"id":"C2"}`+"\n"+`{"id":"C3","mail":"Zoë"}`, binary.LittleEndian, true), "f.jsonl,2"},
		"Parquet":       {"f.parquet", "", someParquet(t), "f.parquet,3"},
		"Parquet, said": {"f", `format = "parquet"`, someParquet(t), "f,3"},
		"Excel":         {"f.xlsx", `sheet = "People"`, xlsxOf(t, someSheet), "f.xlsx,5"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := mustParse(t, fmt.Sprintf("%s[[exposure]]\nname = \"leak\"\npath = %q\n%s\nmatch = { customer_id = \"id\", email = \"mail\" }\nelements = [\"name\"]\n", head, tc.path, tc.spec))
			for _, narrow := range []bool{false, true} {
				from := files{"customers.csv": customers, tc.path: tc.data}
				got := resolveAll(t, spec, from, Options{Workers: 2}, limits{block: 512, record: 1 << 12, narrow: narrow})
				s := got.sum
				if numbers := fmt.Sprint(s.Matched, s.Duplicates, s.Unmatched, s.Malformed, s.Conflicts); numbers != manySums || body(got.people) != manyWant {
					t.Errorf("got %s, want %s\n%s", numbers, manySums, body(got.people))
				}
				if want := tc.unmatched + ",nobody in the directory has this key,leak,C9,nobody@x.example\n"; body(got.unmatched) != want {
					t.Errorf("unmatched.csv is\n%swant\n%s", body(got.unmatched), want)
				}
				if in := s.Inputs[1]; in.Bytes != int64(len(tc.data)) || len(in.SHA256) != 64 {
					t.Errorf("the input is noted as %d bytes, %s; it has %d", in.Bytes, in.SHA256, len(tc.data))
				}
			}
		})
	}
}

func TestParquetValues(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 5e6, time.UTC)
	mail := "a\r\nb"
	text := parquetOf(t, []parquetRow{{ID: "x,y", Mail: &mail, Seen: at, Price: -5, Born: 3652, Flag: true, Tags: []string{"a"}}})
	table, err := openParquet(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	got, err := io.ReadAll(&tableText{t: table})
	if err != nil {
		t.Fatal(err)
	}
	if want := "\"x,y\",a b,2026-03-01T12:00:00.005Z,-0.05,1980-01-01,true,,\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSetOfFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := strings.SplitAfter(customers, "\n")
	write("people/a.csv", strings.Join(all[:3], ""))
	write("people/b.csv.gz", gzipOf(t, all[0]+strings.Join(all[3:], "")))
	write("leak/1.csv", "id,x\nC2,\nC9,\nC1,\n")
	write("leak/2.csv", "x;id\n;C2\n;C5\n")
	write("leak/.hidden", "no table")
	write("leak/note.txt", "no table")
	spec := mustParse(t, strings.Replace(head, "customers.csv", "people/", 1)+"[[exposure]]\nname = \"leak\"\npath = \"leak/*.csv\"\nmatch = { customer_id = \"id\" }\nelements = [\"name\"]\n")
	var want result
	for _, narrow := range []bool{false, true} {
		got := resolveAll(t, spec, Folder(dir), Options{Workers: 3}, limits{block: 32, record: 1 << 10, narrow: narrow})
		if !narrow {
			want = got
		}
		if got.people != want.people || got.unmatched != want.unmatched || fmt.Sprint(got.sum.Inputs) != fmt.Sprint(want.sum.Inputs) {
			t.Errorf("within a limit it comes out otherwise:\n%s%v\nwant\n%s%v", got.people, got.sum.Inputs, want.people, want.sum.Inputs)
		}
		if s := got.sum; fmt.Sprint(s.People, s.Matched, s.Duplicates, s.Unmatched, len(s.Inputs)) != "3 3 1 1 4" {
			t.Errorf("got %+v", s)
		}
		if in := got.sum.Inputs[3]; in.Path != "leak/2.csv" || in.Matched != 1 || in.Duplicates != 1 {
			t.Errorf("the second file is noted as %+v", in)
		}
	}
	spec.Directory.Path = "people" // a folder by its name alone
	if got := resolveAll(t, spec, Folder(dir), Options{}, limits{block: 32, record: 1 << 10}); got.people != want.people {
		t.Errorf("without a slash: got\n%s", got.people)
	}
	if _, err := Resolve(t.Context(), spec, Folder(t.TempDir()), Outputs{}, Options{}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("an empty set: got %v", err)
	}
}

type answers struct {
	names []string
	rows  [][]string
}

func (a *answers) Columns() []string { return a.names }
func (a *answers) Close() error      { return nil }
func (a *answers) Next(context.Context) ([]string, error) {
	if len(a.rows) == 0 {
		return nil, io.EOF
	}
	row := a.rows[0]
	a.rows = a.rows[1:]
	return row, nil
}

func TestQueries(t *testing.T) {
	spec := mustParse(t, `
[database.crm]
driver = "postgres"
dsn_env = "CRM"
timeout = "10m"
[directory]
database = "crm"
query = "select customers"
columns = { customer_id = "nr", name = "name" }
[[exposure]]
name = "leak"
database = "crm"
query = "select leak"
match = { customer_id = "id" }
elements = ["name"]
`)
	if d := spec.Databases["crm"]; d.Timeout != 10*time.Minute || d.DSNEnv != "CRM" {
		t.Errorf("got %+v", d)
	}
	opt := Options{Query: func(_ context.Context, database, query string) (Rows, error) {
		if database != "crm" {
			t.Errorf("asked %s", database)
		}
		if query == "select leak" {
			return &answers{[]string{"id"}, [][]string{{"1"}, {""}, {"7"}, {"1"}}}, nil
		}
		return &answers{[]string{"nr", "name"}, [][]string{{"1", "Two\nlines"}, {"2", "B"}}}, nil
	}}
	got := resolveAll(t, spec, files{}, opt, limits{block: blockSize, record: maxRecord})
	if body(got.people) != "1,Two lines,,,,,name,leak\n" || got.sum.Unmatched != 2 || got.sum.Inputs[1].Path != "database crm: leak" {
		t.Errorf("got %s%+v", got.people, got.sum)
	}
	if _, err := Resolve(t.Context(), spec, files{}, Outputs{}, Options{}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("without a database: got %v", err)
	}
}

func TestDamagedAndHostileFiles(t *testing.T) {
	whole := someParquet(t)
	long := whole[:len(whole)-8] + "\xff\xff\xff\x7fPAR1"
	bomb := zstdOf(t, "id,mail\n"+strings.Repeat("\n", 70<<20))
	for name, tc := range map[string]struct{ path, data, want string }{
		"Parquet cut short":        {"f.parquet", whole[:len(whole)-20], "its end is missing"},
		"Parquet, a long footer":   {"f.parquet", long, "footer cannot be as long"},
		"Parquet, another thing":   {"f.parquet", "id,mail\nC1,x\n", "does not begin as one"},
		"Excel cut short":          {"f.xlsx", xlsxOf(t, someSheet)[:900], "cannot be read as Excel"},
		"Excel, no such sheet":     {"f.xlsx", xlsxOf(t, someSheet), `has no column called "id"`},
		"a bomb":                   {"f.csv.zst", bomb, "unpacks to more than"},
		"Zstandard cut short":      {"f.csv.zst", zstdOf(t, manyRows)[:30], "cannot be read to its end"},
		"Parquet under a CSV name": {"f.csv", whole, "this is a Parquet file"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := mustParse(t, fmt.Sprintf("%s[[exposure]]\nname = \"leak\"\npath = %q\nmatch = { customer_id = \"id\", email = \"mail\" }\nelements = [\"name\"]\n", head, tc.path))
			_, err := Resolve(t.Context(), spec, files{"customers.csv": customers, tc.path: tc.data}, Outputs{}, Options{})
			if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzParquet(f *testing.F) {
	f.Add([]byte("PAR1\x00\x00\x00\x00\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := openParquet(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		defer table.Close()
		for range 1000 {
			if _, err := table.next(); err != nil {
				return
			}
		}
	})
}

func FuzzFixed(f *testing.F) {
	f.Add("ab\u00e9c\nx\n", 3)
	f.Fuzz(func(t *testing.T, text string, block int) {
		fields := []Field{{"a", 1, 2}, {"b", 3, 3}}
		whole := batch{data: []byte(text)}
		whole.reset(2)
		newFixed(fields, []string{"a", "b"}, limits{record: 100}).split(&whole, true)
		for r := range whole.rows() {
			for w := range 2 {
				if n := len([]rune(string(whole.field(r, w)))); n > fields[w].To-fields[w].From+1 {
					t.Errorf("a field of %d characters", n)
				}
			}
		}
	})
}

// Bad rows never stop a run, not even where there are no others.
func TestNothingReadable(t *testing.T) {
	from := files{"customers.csv": customers, "leak.jsonl": "[1]\n{\"id\":\n"}
	spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \"leak.jsonl\"\nmatch = { customer_id = \"id\" }\nelements = [\"ssn\"]\n")
	for _, narrow := range []bool{false, true} {
		got := resolveAll(t, spec, from, Options{}, limits{block: 16, record: 1 << 12, narrow: narrow})
		if want := "customers.csv,6,has 2 fields where the header has 7\nleak.jsonl,1,is not a JSON object\nleak.jsonl,2,is not a JSON object\n"; body(got.rejected) != want {
			t.Errorf("got\n%swant\n%s", got.rejected, want)
		}
	}
}
