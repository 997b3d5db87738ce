package casework_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// customersParquet is a directory as a Parquet file.
func customersParquet(t *testing.T) string {
	t.Helper()
	type row struct {
		CustomerID string `parquet:"customer_id"`
		Email      string `parquet:"email"`
		Country    string `parquet:"country"`
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[row](&out)
	for n := range 4000 {
		_, err := w.Write([]row{{fmt.Sprintf("c%d", n), fmt.Sprintf("c%d@mail.example", n), "DE"}})
		must(t, err)
	}
	must(t, w.Close())
	return out.String()
}

// zeros is a file that unpacks to so many bytes of the same.
func zeros(t *testing.T, size int) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write([]byte("id,mail,what\n"))
	must(t, err)
	line := bytes.Repeat([]byte("c1,,name\n"), 1<<16)
	for n := 0; n < size && !testing.Short(); n += len(line) {
		_, err := z.Write(line)
		must(t, err)
	}
	must(t, z.Close())
	return out.String()
}

// TestBadFilesSayWhatIsWrong and leave nothing that could pass for a list: as
// they are taken in where that can be told, else on the run.
func TestBadFilesSayWhatIsWrong(t *testing.T) {
	whole := customersParquet(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(leak + strings.Repeat("c1,ann@mail.example,name\n", 90_000)))
	must(t, err)
	must(t, z.Close())
	var bomb bytes.Buffer
	a := zip.NewWriter(&bomb)
	w, err := a.Create("leak.csv")
	must(t, err)
	_, err = w.Write([]byte("id,mail,what\n"))
	must(t, err)
	line := bytes.Repeat([]byte("c1,,name\n"), 1<<16)
	for n := 0; n < 80<<20 && !testing.Short(); n += len(line) {
		_, err = w.Write(line)
		must(t, err)
	}
	must(t, a.Close())
	for name, tt := range map[string]struct {
		directory, exposure named
		want                []string
	}{
		"a Parquet file cut short": {named{"customers.parquet", whole[:len(whole)/2]}, named{"leak.csv", leak}, []string{"customers.parquet", "Parquet"}},
		"a gzip file cut short":    {named{"customers.csv", people}, named{"leak.csv.gz", packed.String()[:packed.Len()/2]}, []string{"leak.csv.gz", "cannot be read to its end"}},
		"a bomb":                   {named{"customers.csv", people}, named{"leak.csv.gz", zeros(t, 80<<20)}, []string{"leak.csv.gz", "unpacks to more than"}},
		"a bomb in an archive":     {named{"customers.csv", people}, named{"leak.zip", bomb.String()}, []string{"leak.zip", "unpacks to more than"}},
		"a directory of nothing":   {named{"customers.csv", "customer_id,email,country\nc1;ann@mail.example;DE\nc2;bo@mail.example;DE\n"}, named{"leak.csv", leak}, []string{"customers.csv: none of its 2 rows can be read; the first is line 2: "}},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && strings.HasPrefix(name, "a bomb") {
				t.Skip("unpacking eighty megabytes takes seconds")
			}
			b := newBench(t, casework.Config{})
			r, err := b.NewResolution(t.Context(), ana, b.i.ID, uploads(tt.directory, tt.exposure))
			if err != nil {
				wantKind(t, err, incident.Invalid)
				says(t, incident.Sentence(err), tt.want...)
				if n := b.objects(t); n != 0 {
					t.Errorf("%d objects are left of files that were not taken in", n)
				}
				return
			}
			done := b.match(t, r.ID)
			if done.State != casework.ResolutionFailed || done.Roster != nil {
				t.Fatalf("%s, %+v", done.State, done.Roster)
			}
			says(t, done.Error, tt.want...)
			b.allReferred(t)
			if _, err := b.OpenRoster(t.Context(), ana, b.i.ID, "people.csv"); incident.KindOf(err) != incident.NotFound {
				t.Errorf("there is a list: %v", err)
			}
		})
	}
}

func says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q does not say %q", text, w)
		}
	}
}

// TestAStrayQuoteCostsOneRow far into a file, and its line is told.
func TestAStrayQuoteCostsOneRow(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,mail,what\n")
	for n := range 50_000 {
		if n == 40_000 {
			text.WriteString("c2,\"bo@mail\".example,name\n")
			continue
		}
		fmt.Fprintf(&text, "c%d,,name\n", n%3)
	}
	b := newBench(t, casework.Config{})
	r := b.list(t, named{"customers.csv", people}, named{"leak.csv", text.String()})
	if r.State != casework.ResolutionDone || r.Roster.Malformed != 1 || r.Roster.Rows() != 50_000 {
		t.Fatalf("%s %s %+v", r.State, r.Error, r.Roster)
	}
	got, err := b.SearchRow(t.Context(), ana, b.i.ID, r.ID, "leak.csv", 40_002)
	must(t, err)
	if len(got.Rows) != 1 || got.Rows[0].Outcome != "malformed" || got.Rows[0].Why == "" {
		t.Errorf("%+v", got.Rows)
	}
}
