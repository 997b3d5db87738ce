package affected

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

var rowKey32 = [32]byte{5, 6, 7}

// counted are files of which is counted how much was read.
type counted struct {
	files map[string]string
	read  *int64
}

func (c counted) Open(_ context.Context, path string) (io.ReadCloser, int64, error) {
	return countedFile{strings.NewReader(c.files[path]), c.read}, int64(len(c.files[path])), nil
}

type countedFile struct {
	r *strings.Reader
	n *int64
}

func (f countedFile) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	*f.n += int64(n)
	return n, err
}

func (f countedFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.r.ReadAt(p, off)
	*f.n += int64(n)
	return n, err
}

func (f countedFile) Close() error { return nil }

// rowIndexesOf makes the indexes of all inputs, in blocks of about so many bytes.
func rowIndexesOf(t testing.TB, spec Spec, from Sources, files map[string]string, block int) *RowIndexes {
	t.Helper()
	out := &RowIndexes{Key: rowKey32}
	for n := range len(spec.Exposures) + 1 {
		path := spec.Directory.Path
		if n > 0 {
			path = spec.Exposures[n-1].Path
		}
		digest := digestOf([]byte(files[path]))
		var index bytes.Buffer
		if err := indexRows(t.Context(), spec, from, n, digest, &index, rowKey32, Options{Scratch: t.TempDir()}, block); err != nil {
			t.Fatal(err)
		}
		x, err := OpenRows(bytes.NewReader(index.Bytes()), int64(index.Len()), digest, RowsName(&spec, n), rowKey32)
		if err != nil {
			t.Fatal(err)
		}
		out.Of = append(out.Of, x)
	}
	return out
}

// TestRowIndexesChangeNothing: what is explained, and which rows are read, is
// the same with the indexes as without, whatever the blocks and the packing.
func TestRowIndexesChangeNothing(t *testing.T) {
	for seed := range uint64(4) {
		spec := mustParse(t, madeUpSpec)
		spec.Exposures[0].Check = map[string]string{"birth_date": "born"}
		r := rand.New(rand.NewPCG(seed, 7))
		files := map[string]string(sharing(r, 60, 300))
		for i := range 30 {
			files["b.csv"] += fmt.Sprintf("P%d@x.example,\n", i)
		}
		files["b.csv"] += "\"" + strings.Repeat("no end\n", 60) + "p1@x.example,\n\n"
		if seed == 3 {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, err := io.WriteString(z, files["b.csv"])
			if err = firstOf(err, z.Close()); err != nil {
				t.Fatal(err)
			}
			files["b.csv"] = packed.String()
		}
		var read int64
		from := counted{files, &read}
		var decisions []Decision
		for line := uint64(3); line < 20; line += 4 {
			decisions = append(decisions, Decision{Place{"a.csv", line}, int64(line)})
		}
		plain := Options{Workers: 2, Decisions: decisions}
		indexed := plain
		indexed.Rows = rowIndexesOf(t, spec, from, files, []int{64, 300, 5000, 64}[seed])
		same := func(asked Asked) {
			t.Helper()
			want, err1 := Explain(t.Context(), spec, from, asked, plain)
			got, err2 := Explain(t.Context(), spec, from, asked, indexed)
			if fmt.Sprint(err1) != fmt.Sprint(err2) || !cmp.Equal(got, want) {
				t.Fatalf("seed %d, %+v: with indexes %v %s", seed, asked, err2, cmp.Diff(want, got))
			}
		}
		for i := 0; i < 62; i += 1 + r.IntN(16) {
			same(Asked{Key: "customer_id", Value: fmt.Sprintf("c%d", i)})
			same(Asked{Key: "email", Value: fmt.Sprintf("p%d@x.example", i)})
		}
		for _, path := range []string{"a.csv", "b.csv"} {
			for line := uint64(0); line < 400; line += 1 + r.Uint64N(50) {
				same(Asked{Row: Place{path, line}})
			}
		}
		for range 8 {
			people := []int64{1 + r.Int64N(70), 1 + r.Int64N(70)}
			want, err1 := DirectoryRows(t.Context(), spec, from, people, []string{"customer_id", "email"}, plain)
			got, err2 := DirectoryRows(t.Context(), spec, from, people, []string{"customer_id", "email"}, indexed)
			if err1 != nil || err2 != nil || !cmp.Equal(got, want) {
				t.Fatalf("people %v: %v %v %s", people, err1, err2, cmp.Diff(want, got))
			}
			places := []Place{{"a.csv", r.Uint64N(320)}, {"a.csv", r.Uint64N(320)}, {"b.csv", r.Uint64N(320)}}
			for n := range spec.Exposures {
				_, want, err1 := ExposedRows(t.Context(), spec, from, n, places, plain)
				_, got, err2 := ExposedRows(t.Context(), spec, from, n, places, indexed)
				if err1 != nil || err2 != nil || !cmp.Equal(got, want) {
					t.Fatalf("places %v: %v %v %s", places, err1, err2, cmp.Diff(want, got))
				}
			}
		}
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestAnExplanationReadsLittle of large files.
func TestAnExplanationReadsLittle(t *testing.T) {
	spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \"leak.csv\"\nmatch = { customer_id = \"id\", email = \"mail\" }\nelements = [\"name\"]\n")
	var customers, leak strings.Builder
	customers.WriteString("customer_id,email,name,country,state,dob,preferred_language\n")
	leak.WriteString("id,mail\n")
	const people = 150_000
	for i := range people {
		fmt.Fprintf(&customers, "C%d,p%d@mail.example,Name %d,DE,,1980-01-01,de\n", i, i, i)
		fmt.Fprintf(&leak, "C%d,\n,p%d@mail.example\n", i, people-1-i)
	}
	files := map[string]string{"customers.csv": customers.String(), "leak.csv": leak.String()}
	var read int64
	from := counted{files, &read}
	opt := Options{Rows: rowIndexesOf(t, spec, from, files, rowBlock)}
	all := int64(len(files["customers.csv"]) + len(files["leak.csv"]))
	for _, asked := range []Asked{{Key: "email", Value: "p777@mail.example"}, {Key: "customer_id", Value: "C149999"}, {Row: Place{"leak.csv", 200_001}}} {
		read = 0
		got, err := Explain(t.Context(), spec, from, asked, opt)
		if err != nil || len(got.Rows) != map[bool]int{true: 2, false: 1}[asked.Key != ""] {
			t.Fatalf("%+v: %+v %v", asked, got, err)
		}
		if read > all/5 {
			t.Errorf("%+v: %d of %d bytes were read", asked, read, all)
		}
	}
}

// TestRowIndexesAreOfOneFileAndMeaning: an index passes for no other's.
func TestRowIndexesAreOfOneFileAndMeaning(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	files := map[string]string(sharing(rand.New(rand.NewPCG(1, 2)), 30, 90))
	var read int64
	from := counted{files, &read}
	digest := digestOf([]byte(files["a.csv"]))
	var index bytes.Buffer
	if err := IndexRows(t.Context(), spec, from, 1, digest, &index, rowKey32, Options{}); err != nil {
		t.Fatal(err)
	}
	open := func(raw []byte, digest, name string, key [32]byte) error {
		_, err := OpenRows(bytes.NewReader(raw), int64(len(raw)), digest, name, key)
		return err
	}
	name := RowsName(&spec, 1)
	if err := open(index.Bytes(), digest, name, rowKey32); err != nil {
		t.Fatal(err)
	}
	other := spec
	other.Exposures = append([]Exposure(nil), spec.Exposures...)
	other.Exposures[0].PhoneCountry = "FR"
	for what, err := range map[string]error{
		"another file":    open(index.Bytes(), digestOf(nil), name, rowKey32),
		"another meaning": open(index.Bytes(), digest, RowsName(&other, 1), rowKey32),
		"another input":   open(index.Bytes(), digest, RowsName(&spec, 2), rowKey32),
		"another key":     open(index.Bytes(), digest, name, [32]byte{1}),
		"cut":             open(index.Bytes()[:index.Len()-9], digest, name, rowKey32),
		"nothing":         open(nil, digest, name, rowKey32),
	} {
		if !IndexDamaged(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := IndexRows(t.Context(), spec, from, 1, digest, failingWriter{}, rowKey32, Options{}); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("a disk that is full: %v", err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func FuzzOpenRows(f *testing.F) {
	spec := mustParse(f, madeUpSpec)
	files := map[string]string(sharing(rand.New(rand.NewPCG(1, 2)), 10, 20))
	var read int64
	from := counted{files, &read}
	digest, name := digestOf([]byte(files["customers.csv"])), RowsName(&spec, 0)
	var index bytes.Buffer
	if err := IndexRows(f.Context(), spec, from, 0, digest, &index, rowKey32, Options{}); err != nil {
		f.Fatal(err)
	}
	_, pages, _ := rowKeys(rowKey32, digest, name)
	plain, err := newPageReader(bytes.NewReader(index.Bytes()), int64(index.Len()), pages)
	if err != nil {
		f.Fatal(err)
	}
	text := make([]byte, plain.size)
	if err := plain.readAt(text, 0); err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var index bytes.Buffer
		w := newPageWriter(&index, pages)
		w.write(text)
		w.flush()
		x, err := OpenRows(bytes.NewReader(index.Bytes()), int64(index.Len()), digest, name, rowKey32)
		if err != nil {
			return
		}
		opt := Options{Workers: 1, Rows: &RowIndexes{Key: rowKey32, Of: []*RowIndex{x}}}
		_, _ = Explain(t.Context(), spec, from, Asked{Key: "email", Value: "p1@x.example"}, opt)
		_, _ = DirectoryRows(t.Context(), spec, from, []int64{1, 5}, []string{"email"}, opt)
	})
}
