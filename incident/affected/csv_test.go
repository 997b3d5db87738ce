package affected

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// splitAll reads a whole CSV text in blocks, as the engine does.
func splitAll(t testing.TB, text string, lim limits) (header []string, rows [][]string, bad int) {
	t.Helper()
	in := &input{path: "f.csv", tally: &tally{}, place: func() int64 { return 0 }}
	names := headerOf(text)
	in.blocks = newBlocks(strings.NewReader(text), lim)
	if err := in.readHeader(nil, lim, ','); err != nil {
		return nil, nil, -1
	}
	f := in.format.(*csvFormat)
	for i := range f.fields {
		f.want = append(f.want, i)
		f.names = append(f.names, names[min(i, len(names)-1)])
	}
	err := read(t.Context(), in, 2, func(_ int, j *job[[][]string]) {
		j.value = nil
		for r := range j.rows() {
			var row []string
			for w := range f.fields {
				row = append(row, string(j.field(r, w)))
			}
			j.value = append(j.value, row)
		}
	}, func(j *job[[][]string]) error {
		rows = append(rows, j.value...)
		bad += len(j.bad)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, rows, bad
}

func headerOf(text string) []string {
	names, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil || len(names) == 0 {
		return []string{""}
	}
	return names
}

// Where encoding/csv reads a text without complaint, we read the same rows,
// however the text is cut into blocks.
func FuzzCSVAgainstEncodingCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a,b\r\n\"1\r\nx\",\"2\"\"\"\r\n\r\n3,\r", "a\n\n\"\"\n\"x\ny\"", "a,b\n1\n1,2,3\n", "\n\na,b\n,\n", "\r\r\n", "\r\n\r\na\nb", "a,b\n\"1\n2\n3\",x\n4,5",
	} {
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, block uint8) {
		if len(text) > 1<<12 || strings.Contains(text, "\x00") || strings.ToValidUTF8(text, "") != text {
			return // those rows are malformed to us and not to encoding/csv
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil || len(want) == 0 {
			return
		}
		header := want[0]
		good := [][]string(nil)
		for _, row := range want[1:] {
			if len(row) == len(header) {
				good = append(good, row)
			}
		}
		_, got, bad := splitAll(t, text, limits{block: int(block) + 1, record: 1 << 13})
		for _, row := range got {
			for i := range row { // encoding/csv makes CRLF in quotes LF; we keep what was written
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		if diff := cmp.Diff(good, got); diff != "" {
			t.Fatalf("%q (-encoding/csv +ours)\n%s", text, diff)
		}
		if bad != len(want)-1-len(good) {
			t.Fatalf("%q: %d malformed, want %d", text, bad, len(want)-1-len(good))
		}
	})
}

// Any bytes at all give the same rows and the same malformed rows, however they are cut.
func FuzzCSVBlocks(f *testing.F) {
	f.Add("a,b\n1,\"x\n2,\"y\"\n\"\"\"\n3,4", uint8(0), uint8(40))
	f.Add("a\n"+strings.Repeat("long", 50)+"\nx\n\"lo\nng"+strings.Repeat("y", 60), uint8(9), uint8(20))
	f.Fuzz(func(t *testing.T, text string, block, record uint8) {
		if len(text) > 1<<12 {
			return
		}
		lim := limits{block: int(block) + 1, record: int(record) + 16}
		_, want, wantBad := splitAll(t, text, limits{block: 1 << 13, record: lim.record})
		_, got, bad := splitAll(t, text, lim)
		if bad != wantBad || !slices.EqualFunc(want, got, slices.Equal) {
			t.Fatalf("%q in blocks of %d: %d malformed %q, whole: %d malformed %q", text, lim.block, bad, got, wantBad, want)
		}
	})
}

func TestTooLongRows(t *testing.T) {
	text := "a,b\n1," + strings.Repeat("x", 100) + "\n2,y\n3,\"" + strings.Repeat("line\n", 30) + "\"\n4,z\n"
	for _, block := range []int{1, 10, 64, 1000} {
		_, rows, bad := splitAll(t, text, limits{block: block, record: 50})
		// The row of many lines costs its first line; the others are no rows of two fields.
		if len(rows) != 2 || rows[0][0] != "2" || rows[1][0] != "4" || bad != 1+1+30 {
			t.Errorf("block %d: %d malformed, rows %q", block, bad, rows)
		}
	}
}

func TestAppendFieldRoundTrips(t *testing.T) {
	for _, s := range []string{"", "plain", " lead", "trail ", "a,b", `q"uo"te`, "two\nlines", "cr\rx", "=1+1", "ü"} {
		line := append(appendCSV(nil, s, "end"), '\n')
		got, err := csv.NewReader(bytes.NewReader(line)).Read()
		if err != nil || got[0] != s || got[1] != "end" {
			t.Errorf("%q came back as %q, %v", s, got, err)
		}
	}
}
