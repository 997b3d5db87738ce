package affected

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

const customers = `customer_id,email,name,country,state,dob,preferred_language
C1,anna@x.example,Anna Abel,US,CA,1980-01-01,en
C2,ben@x.example,"Bell, Ben",DE,,1981-01-01,de
C3,,Cara Cole,us,ny,1982-01-01,en
C4,dora@x.example,"Dora ""D"" Dean",,,1983-01-01,fr
short,row
C5,eve@x.example,"Eve
Ebert",CA,QC,1984-01-01,fr
C6,anna@x.example,Anna Abel,US,CA,1980-01-01,en
`

const head = `
[directory]
path = "customers.csv"
[directory.columns]
customer_id = "customer_id"
email = "email"
name = "name"
country = "country"
region = "state"
birth_date = "dob"
language = "preferred_language"
`

type result struct {
	people, unmatched, rejected, conflicts string
	sum                                    Summary
}

func mustParse(t testing.TB, text string) Spec {
	t.Helper()
	spec, err := ParseSpec(strings.NewReader(text), "spec.toml")
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func resolveAll(t testing.TB, spec Spec, from Sources, opt Options, lim limits) result {
	t.Helper()
	var people, unmatched, rejected, conflicts bytes.Buffer
	sum, err := resolve(t.Context(), spec, from, Outputs{&people, &unmatched, &rejected, &conflicts}, opt, lim)
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(0)
	for _, in := range sum.Inputs {
		if in.Name == "directory" {
			continue
		}
		if in.Rows != in.Matched+in.Duplicates+in.Unmatched+in.Malformed {
			t.Errorf("%s: %d rows, but %d+%d+%d+%d", in.Name, in.Rows, in.Matched, in.Duplicates, in.Unmatched, in.Malformed)
		}
		rows += in.Rows
	}
	if rows != sum.Matched+sum.Duplicates+sum.Unmatched+sum.Malformed {
		t.Errorf("%d rows in, but the totals are %d+%d+%d+%d", rows, sum.Matched, sum.Duplicates, sum.Unmatched, sum.Malformed)
	}
	sum.PeakMemoryBytes = 0
	return result{people.String(), unmatched.String(), rejected.String(), conflicts.String(), sum}
}

func body(table string) string {
	_, rows, _ := strings.Cut(table, "\n")
	return rows
}

func TestResolve(t *testing.T) {
	both := "match = { customer_id = \"id\", email = \"mail\" }\nelements = [\"ssn\"]"
	byMail := "match = { email = \"mail\" }\nelements = [\"email\"]"
	byID := "match = { customer_id = \"id\" }\nelements = [\"ssn\", \"name\"]"
	for name, tc := range map[string]struct {
		exposure, data                         string
		people, unmatched, rejected, conflicts string
		numbers                                string // matched duplicates unmatched malformed conflicts no_contact
	}{
		"first time, again, nobody, no key": {
			byID, "id,note\nC2,a\n c2 ,b\nC9,c\n,d\nC1,\n",
			"C1,Anna Abel,anna@x.example,US,CA,en,name+ssn,leak\nC2,\"Bell, Ben\",ben@x.example,DE,,de,name+ssn,leak\n",
			"f.csv,4,nobody in the directory has this key,leak,C9\nf.csv,5,no key,leak,\n", "", "", "2 1 2 0 0 0",
		},
		"quoted line ends count as lines": {
			byID, "id,note\n\"C2\",\"a\nb\nc\"\nC9,x\n\nbad\n",
			"C2,\"Bell, Ben\",ben@x.example,DE,,de,name+ssn,leak\n", "f.csv,5,nobody in the directory has this key,leak,C9\n",
			"f.csv,7,has 1 fields where the header has 2\n", "", "1 0 1 1 0 0",
		},
		"CRLF, BOM and no last line end": {
			byID, "\uFEFFid,note\r\nC5,\"x\"\r\nC4,y",
			"C4,\"Dora \"\"D\"\" Dean\",dora@x.example,,,fr,name+ssn,leak\nC5,\"Eve\nEbert\",eve@x.example,CA,QC,fr,name+ssn,leak\n",
			"", "", "", "2 0 0 0 0 0",
		},
		"a stray quote costs one row": {
			byID, "id,note\nC1,\"open\nC2,\"fine\"\nC3,in\"side\nC4,\"after\"x\nC5,ok\n",
			"C2,\"Bell, Ben\",ben@x.example,DE,,de,name+ssn,leak\nC5,\"Eve\nEbert\",eve@x.example,CA,QC,fr,name+ssn,leak\n",
			"", "f.csv,2,something follows a closing quote\nf.csv,4,a quote stands in the middle of a field\nf.csv,5,something follows a closing quote\n",
			"", "2 0 0 3 0 0",
		},
		"a quote never closed costs one row": {
			byID, "id,note\nC1,\"open\nC2,fine\nC5,ok\n",
			"C2,\"Bell, Ben\",ben@x.example,DE,,de,name+ssn,leak\nC5,\"Eve\nEbert\",eve@x.example,CA,QC,fr,name+ssn,leak\n",
			"", "f.csv,2,a quote is opened and never closed\n", "", "2 0 0 1 0 0",
		},
		"text that is no text": {
			byID, "id,note\nC1\xff,a\nC2\x00,b\nC5,\xff in a column nobody asked for\n",
			"C5,\"Eve\nEbert\",eve@x.example,CA,QC,fr,name+ssn,leak\n", "",
			"f.csv,2,\"column \"\"id\"\" is not valid UTF-8\"\nf.csv,3,\"column \"\"id\"\" holds a NUL byte\"\n", "", "1 0 0 2 0 0",
		},
		"case, blanks, Unicode forms and invisible characters": {
			byMail, "mail\n\" BEN@X.example\u00a0\"\nＥＶＥ＠x.example\ndora\u200b@x.example\n",
			"C2,\"Bell, Ben\",ben@x.example,DE,,de,email,leak\nC4,\"Dora \"\"D\"\" Dean\",dora@x.example,,,fr,email,leak\nC5,\"Eve\nEbert\",eve@x.example,CA,QC,fr,email,leak\n",
			"", "", "", "3 0 0 0 0 0",
		},
		"any key will do; nobody by e-mail is reached": {
			both, "id,mail\nC3,\n,ben@x.example\nC9,eve@x.example\n",
			"C2,\"Bell, Ben\",ben@x.example,DE,,de,ssn,leak\nC3,Cara Cole,,us,ny,en,ssn,leak\nC5,\"Eve\nEbert\",eve@x.example,CA,QC,fr,ssn,leak\n",
			"", "", "f.csv,4,customer_id is not that of the person whose email this is,5,\n", "3 0 0 0 1 1",
		},
		"keys that name different people": {
			both, "id,mail\nC2,eve@x.example\nC2,ben@x.example\n",
			"C2,\"Bell, Ben\",ben@x.example,DE,,de,ssn,leak\n", "", "",
			"f.csv,2,customer_id and email name different people,2,5\n", "1 1 0 0 1 0",
		},
		"a shared address goes to the first and is listed": {
			byMail, "mail\nanna@x.example\n", "C1,Anna Abel,anna@x.example,US,CA,en,email,leak\n", "", "",
			"f.csv,2,several people in the directory have this email,1,6\n", "1 0 0 0 1 0",
		},
		"a shared address with the right id is no conflict": {
			both, "id,mail\nC6,anna@x.example\nC1,anna@x.example\n",
			"C1,Anna Abel,anna@x.example,US,CA,en,ssn,leak\nC6,Anna Abel,anna@x.example,US,CA,en,ssn,leak\n", "", "", "", "2 0 0 0 0 0",
		},
		"elements from a column": {
			"match = { customer_id = \"id\" }\nelements_column = \"fields\"",
			"id,fields\nC2,ssn+name\nC2, Email +\nC1,\nC5,name+shoe_size\n",
			"C1,Anna Abel,anna@x.example,US,CA,en,,leak\nC2,\"Bell, Ben\",ben@x.example,DE,,de,name+email+ssn,leak\n",
			"", "f.csv,5,\"column \"\"fields\"\" holds an unknown element\"\n", "", "2 1 0 1 0 0",
		},
		"elements where a column is not empty": {
			"match = { customer_id = \"id\" }\ncolumns.ssn = \"s\"\ncolumns.card_number = \"c\"",
			"id,s,c\nC2,1,\nC2,,\"4\"\"1\"\nC1,  ,\n",
			"C1,Anna Abel,anna@x.example,US,CA,en,,leak\nC2,\"Bell, Ben\",ben@x.example,DE,,de,ssn+card_number,leak\n", "", "", "", "2 1 0 0 0 0",
		},
		"only a header": {byID, "id,note", "", "", "", "", "0 0 0 0 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \"f.csv\"\n"+tc.exposure)
			from := files{"customers.csv": customers, "f.csv": tc.data}
			for _, lim := range []limits{{block: blockSize, record: maxRecord}, {block: 1, record: 1 << 10}, {block: 7, record: 1 << 10}, {block: blockSize, record: maxRecord, narrow: true}, {block: 11, record: 1 << 10, narrow: true}} {
				got := resolveAll(t, spec, from, Options{Workers: 3}, lim)
				rejected := "customers.csv,6,has 2 fields where the header has 7\n" + tc.rejected
				s := got.sum
				numbers := fmt.Sprint(s.Matched, s.Duplicates, s.Unmatched, s.Malformed, s.Conflicts, s.NoContact)
				for _, c := range [][3]string{
					{"people", body(got.people), tc.people}, {"unmatched", body(got.unmatched), tc.unmatched},
					{"rejected", body(got.rejected), rejected}, {"conflicts", body(got.conflicts), tc.conflicts}, {"numbers", numbers, tc.numbers},
				} {
					if diff := cmp.Diff(c[2], c[1]); diff != "" {
						t.Errorf("%v: %s (-want +got)\n%s", lim, c[0], diff)
					}
				}
			}
		})
	}
}

func TestSummary(t *testing.T) {
	spec := mustParse(t, head+`
[[exposure]]
name = "crm"
path = "crm.csv.gz"
match = { customer_id = "id" }
elements = ["name"]
[[exposure]]
name = "chat"
path = "chat.jsonl"
match = { email = "from" }
elements = ["communications"]
`)
	const chat = "{\"from\":\"BEN@x.example\"}\n\n{\"from\":\"nobody@x.example\"}\n{\"from\":null}\nnot json\n{\"from\":[1]}\n[]\n{}\n"
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, "id\nC1\nC3\nC3\nC4\n")
	w.Close()
	got := resolveAll(t, spec, files{
		"customers.csv": customers, "crm.csv.gz": z.String(),
		"chat.jsonl": chat,
	}, Options{Workers: 2}, limits{block: blockSize, record: maxRecord})
	wantPeople := `customer_id,name,email,country,region,language,elements,sources
C1,Anna Abel,anna@x.example,US,CA,en,name,crm
C2,"Bell, Ben",ben@x.example,DE,,de,communications,chat
C3,Cara Cole,,us,ny,en,name,crm
C4,"Dora ""D"" Dean",dora@x.example,,,fr,name,crm
`
	if diff := cmp.Diff(wantPeople, got.people); diff != "" {
		t.Errorf("people (-want +got)\n%s", diff)
	}
	for i := range got.sum.Inputs {
		if len(got.sum.Inputs[i].SHA256) != 64 {
			t.Errorf("sha256 %q", got.sum.Inputs[i].SHA256)
		}
		got.sum.Inputs[i].SHA256 = ""
	}
	text, err := json.Marshal(got.sum)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"people":4,"by_jurisdiction":{"DE":1,"US-CA":1,"US-NY":1,"unknown":1},"by_element":{"communications":1,"name":3},`+
		`"by_jurisdiction_element":{"DE":{"communications":1},"US-CA":{"name":1},"US-NY":{"name":1},"unknown":{"name":1}},`+
		`"matched":4,"duplicates":1,"unmatched":3,"malformed":3,"conflicts":0,"no_contact":1,"residence":{"directory":3,"last_address":0,"default":0,"unknown":1},"inputs":[`+
		`{"name":"directory","path":"customers.csv","rows":7,"bytes":%d,"sha256":"","matched":0,"duplicates":0,"unmatched":0,"malformed":1},`+
		`{"name":"crm","path":"crm.csv.gz","rows":4,"bytes":%d,"sha256":"","matched":3,"duplicates":1,"unmatched":0,"malformed":0},`+
		`{"name":"chat","path":"chat.jsonl","rows":7,"bytes":%d,"sha256":"","matched":1,"duplicates":0,"unmatched":3,"malformed":3}],`+
		`"elapsed_ms":0,"peak_memory_bytes":0}`, len(customers), z.Len(), len(chat))
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("summary (-want +got)\n%s", diff)
	}
	if want := "chat.jsonl,5,is not a JSON object"; !strings.Contains(got.rejected, want) {
		t.Errorf("rejected.csv lacks %q:\n%s", want, got.rejected)
	}
}

// madeUp writes a directory and two exposures with all kinds of dirt.
func madeUp(r *rand.Rand, people, rows int) files {
	var d, a, b strings.Builder
	d.WriteString("customer_id,email,name,country,state,dob,preferred_language\n")
	for i := range people {
		if r.IntN(20) == 0 {
			d.WriteString("broken,row\n")
		}
		name := []string{"Plain", "\"Quo\"\"ted, Name\"", "\"Two\nLines\"", ""}[r.IntN(4)]
		fmt.Fprintf(&d, "C%d,p%d@x.example,%s,%s,,,en\n", i, i, name, []string{"DE", "US", ""}[r.IntN(3)])
	}
	dirty := func(s string) string {
		switch r.IntN(6) {
		case 0:
			return strings.ToUpper(s)
		case 1:
			return "\"  " + s + " \""
		case 2:
			return ""
		}
		return s
	}
	a.WriteString("id,mail,what\n")
	b.WriteString("mail,s\n")
	for range rows {
		p := r.IntN(people * 5 / 4)
		q := p
		if r.IntN(10) == 0 {
			q = r.IntN(people)
		}
		if r.IntN(15) == 0 {
			a.WriteString("one,two\n")
		}
		fmt.Fprintf(&a, "%s,%s,%s\n", dirty(fmt.Sprintf("c%d", p)), dirty(fmt.Sprintf("p%d@x.example", q)), []string{"", "ssn", "name+ssn"}[r.IntN(3)])
		fmt.Fprintf(&b, "%s,%s\r\n", dirty(fmt.Sprintf("p%d@x.example", p)), []string{"", "1", "\"a\nb\""}[r.IntN(3)])
	}
	return files{"customers.csv": d.String(), "a.csv": a.String(), "b.csv": b.String()}
}

const madeUpSpec = head + `
[[exposure]]
name = "a"
path = "a.csv"
match = { customer_id = "id", email = "mail" }
elements_column = "what"
[[exposure]]
name = "b"
path = "b.csv"
match = { email = "mail" }
elements = ["email"]
columns.ssn = "s"
`

// Whatever the blocks and the workers, the engine says what the plain way says.
func TestResolveAgreesWithReference(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		from := madeUp(r, 1+r.IntN(60), r.IntN(200))
		people, want, err := reference(spec, from.open)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range []int{1 + r.IntN(30), 100 + r.IntN(1000), blockSize, 1 + r.IntN(300)} {
			narrow := i == 3
			got := resolveAll(t, spec, from, Options{Workers: 1 + round%8}, limits{block: block, record: 1 << 12, narrow: narrow})
			if diff := cmp.Diff(people, got.people); diff != "" {
				t.Fatalf("round %d, block %d: people (-want +got)\n%s", round, block, diff)
			}
			a := fmt.Sprint(want.People, want.Matched, want.Duplicates, want.Unmatched, want.Malformed, want.Conflicts)
			b := fmt.Sprint(got.sum.People, got.sum.Matched, got.sum.Duplicates, got.sum.Unmatched, got.sum.Malformed, got.sum.Conflicts)
			if a != b {
				t.Fatalf("round %d, block %d: want %s, got %s", round, block, a, b)
			}
		}
	}
}

// sharing writes a directory in which people share addresses, and an exposure
// whose keys often name others, nobody, or somebody born on another day.
func sharing(r *rand.Rand, people, rows int) files {
	var d, a strings.Builder
	d.WriteString("customer_id,email,name,country,state,dob,preferred_language\n")
	for i := range people {
		id := fmt.Sprintf("C%d", i)
		if r.IntN(8) == 0 {
			id = ""
		}
		fmt.Fprintf(&d, "%s,p%d@x.example,N,DE,,19%d-01-0%d,en\n", id, r.IntN(people), 10+r.IntN(90), 1+r.IntN(2))
	}
	a.WriteString("id,mail,what,born\n")
	for range rows {
		what := []string{"", "ssn", "name+ssn", "no such element"}[r.IntN(4)]
		fmt.Fprintf(&a, "C%d,p%d@x.example,%s,19%d-01-0%d\n", r.IntN(people*9/8), r.IntN(people*9/8), what, 10+r.IntN(90), 1+r.IntN(2))
		if r.IntN(4) == 0 {
			fmt.Fprintf(&a, ",p%d@x.example,ssn,\nshort\nC%d,,name,1911-11-11\n", r.IntN(people), r.IntN(people))
		}
	}
	return files{"customers.csv": d.String(), "a.csv": a.String(), "b.csv": "mail,s\np1@x.example,1\n,\n"}
}

func TestResolveIsDeterministic(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	spec.Exposures[0].Check = map[string]string{"birth_date": "born"}
	from := sharing(rand.New(rand.NewPCG(3, 4)), 500, 3000)
	want := resolveAll(t, spec, from, Options{Workers: 1}, limits{block: 512, record: 1 << 12})
	if want.conflicts == "" || want.unmatched == "" || want.rejected == "" {
		t.Fatal("the made-up data leave something out")
	}
	for _, why := range []string{"name different people", "several people", "customer_id is not that of", "birth_date is not that of"} {
		if !strings.Contains(want.conflicts, why) {
			t.Errorf("no conflict says %q", why)
		}
	}
	for workers := 1; workers <= 8; workers++ {
		for _, narrow := range []bool{false, true} {
			got := resolveAll(t, spec, from, Options{Workers: workers, Scratch: t.TempDir()}, limits{block: 512, record: 1 << 12, narrow: narrow})
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Fatalf("%d workers, narrow %v (-want +got)\n%s", workers, narrow, diff)
			}
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	good := files{"customers.csv": customers, "f.csv": "id,note\nC1,x\n"}
	one := head + "[[exposure]]\nname=\"leak\"\npath=\"%s\"\nmatch={customer_id=\"id\"}\nelements=[\"name\"]\n"
	with := func(path, text string) files {
		return files{"customers.csv": customers, path: text}
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, "id\n"+strings.Repeat("C1\n", 5000))
	w.Close()
	for name, tc := range map[string]struct {
		path string
		from files
		opt  Options
		kind incident.Kind
		want string
	}{
		"no such file":    {"gone.csv", good, Options{}, incident.Invalid, "gone.csv: there is no such file"},
		"no such column":  {"f.csv", with("f.csv", "ID,x\n1,2\n"), Options{}, incident.Invalid, `f.csv: has no column called "id"; did you mean "ID"?`},
		"column twice":    {"f.csv", with("f.csv", "id,id\n1,2\n"), Options{}, incident.Invalid, `more than one column called "id"`},
		"no separator":    {"f.csv", with("f.csv", "nr;x\n1;2\n"), Options{}, incident.Invalid, `has no column called "id"`},
		"empty":           {"f.csv", with("f.csv", ""), Options{}, incident.Invalid, "f.csv: is empty"},
		"header quote":    {"f.csv", with("f.csv", "id,\"x\n1,2\n"), Options{}, incident.Invalid, "f.csv:1: the header cannot be read"},
		"parquet by name": {"f.parquet", with("f.parquet", "id,x\n1,2\n"), Options{}, incident.Invalid, "f.parquet: cannot be read as Parquet"},
		"xlsx by name":    {"f.xlsx", with("f.xlsx", "id,x\n1,2\n"), Options{}, incident.Invalid, "f.xlsx: cannot be read as Excel"},
		"old Excel":       {"f.xls", good, Options{}, incident.Invalid, "old format (xls) is not supported"},
		"parquet in csv":  {"f.csv", with("f.csv", "PAR1xxx"), Options{}, incident.Invalid, "f.csv: this is a Parquet file"},
		"gzip cut short":  {"f.csv.gz", with("f.csv.gz", z.String()[:z.Len()-9]), Options{}, incident.Invalid, "f.csv.gz: cannot be read to its end"},
		"line ends of CR": {"f.csv", with("f.csv", "id,note\rC1,a\rC2,b\r"), Options{}, incident.Invalid, "f.csv:1: the lines end in CR alone"},
		"jsonl field":     {"f.jsonl", with("f.jsonl", "{\"x\":1}\n"), Options{}, incident.Invalid, `f.jsonl: no row has a field called "id"`},
		"memory":          {"f.csv", good, Options{Memory: 1 << 20}, incident.TooLarge, "more than the memory limit of 1 MB"},
		"workers":         {"f.csv", good, Options{Workers: -1}, incident.Invalid, "-1 workers"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Resolve(t.Context(), mustParse(t, fmt.Sprintf(one, tc.path)), tc.from, Outputs{}, tc.opt)
			if err == nil || incident.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v (%s), want %s: … %s …", err, incident.KindOf(err), tc.kind, tc.want)
			}
		})
	}
}

func TestResolveReportsAllFilesAtOnce(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	_, err := Resolve(t.Context(), spec, files{"customers.csv": "x\n", "b.csv": "mail\n"}, Outputs{}, Options{})
	problems := incident.ProblemsOf(err)
	if len(problems) != 7+1+1 { // the directory's columns, a.csv, and b.csv's s
		t.Errorf("got %d problems: %v", len(problems), err)
	}
}

type changing struct {
	files
	opened int
}

func (c *changing) Open(ctx context.Context, path string) (io.ReadCloser, int64, error) {
	if path == "customers.csv" {
		if c.opened++; c.opened == 3 { // checked, indexed, and now changed
			c.files[path] = strings.Replace(c.files[path], "Abel", "Able", 1)
		}
	}
	return c.files.Open(ctx, path)
}

func TestResolveNoticesAChangedDirectory(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := &changing{files: files{"customers.csv": customers, "a.csv": "id,mail,what\nC1,,\n", "b.csv": "mail,s\n"}}
	if _, err := Resolve(t.Context(), spec, from, Outputs{}, Options{}); incident.KindOf(err) != incident.Conflict {
		t.Errorf("got %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResolveStops(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := madeUp(rand.New(rand.NewPCG(5, 6)), 3000, 20000)
	if _, err := Resolve(t.Context(), spec, from, Outputs{People: full{}}, Options{}); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("a full disk: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := resolve(ctx, spec, from, Outputs{}, Options{Progress: func(p Progress) {
		if p.Stage == "match" {
			cancel()
		}
	}}, limits{block: 1 << 10, record: 1 << 10})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// A directory of which nothing can be read is no directory without people.
func TestADirectoryOfMalformedRowsIsRefused(t *testing.T) {
	spec := mustParse(t, "[directory]\npath = \"d.csv\"\n[directory.columns]\ncustomer_id = \"id\"\nname = \"n\"\n[[exposure]]\nname = \"leak\"\npath = \"e.csv\"\nmatch = { customer_id = \"id\" }\nelements = [\"name\"]\n")
	for _, opt := range []limits{{block: 64, record: 512}, {block: 64, record: 512, narrow: true}} {
		from := files{"d.csv": "id,n\n1;Ann\n2;Bo\n", "e.csv": "id\n1\n"}
		_, err := resolve(t.Context(), spec, from, Outputs{}, Options{}, opt)
		if incident.KindOf(err) != incident.Invalid || !strings.HasPrefix(incident.Sentence(err), "d.csv: none of its 2 rows can be read; the first is line 2: ") {
			t.Errorf("%v", err)
		}
		for name, text := range map[string]string{"one can": "id,n\n1;Ann\n2,Bo\n", "there are none": "id,n\n"} {
			from["d.csv"] = text
			if _, err := resolve(t.Context(), spec, from, Outputs{}, Options{}, opt); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
