package casework

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
)

// Records, put together again, are the list to the byte; and where the list is
// sound CSV there are as many of them as it has rows.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{"", "a,b", "a,b\n1,2\n", "a,b\r\n\"x\ny\",2\r\n", "a\n\"he said \"\"no\"\"\n,\"\n", "\"", "a\n\n\n", "a,b\n\"\",\"\"\n,", "é\nÉ\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		s, err := newRecords(bytes.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := copyRecords(&out, s, func(*records, []byte) (bool, bool) { return true, true }); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), list) {
			t.Fatalf("%q came back as %q", list, out.Bytes())
		}
		rows := csv.NewReader(bytes.NewReader(list))
		rows.FieldsPerRecord = -1
		all, err := rows.ReadAll()
		if err != nil || bytes.Contains(list, []byte("\n\n")) || bytes.Contains(list, []byte("\r")) || bytes.HasPrefix(list, []byte("\n")) {
			return // empty lines are no rows to that reader, and a lone \r is its own story
		}
		if len(all) > 0 && s.line != len(all)-1 {
			t.Fatalf("%d rows, %d records", len(all)-1, s.line)
		}
	})
}

func TestNeedlesAreFoundInAnyCase(t *testing.T) {
	for _, tt := range []struct {
		needle, record string
		want           bool
	}{
		{"Mia@Probe.Example", "1,MIA@PROBE.EXAMPLE,x", true}, {"MÜLLER", "1,müller,x", true}, {"Ürün", "1,ÜRÜN", true}, {"C-1", "C-2,x", false},
		{`Leo "the"`, "anything", true}, {"", "anything", true}, {"two\nlines", "anything", true},
	} {
		if got := newNeedle(tt.needle).in(lowered(nil, []byte(tt.record))); got != tt.want {
			t.Errorf("%q in %q: %v", tt.needle, tt.record, got)
		}
	}
}

// One row of more than a mebibyte is not taken into the memory.
func TestAnEndlessRecordIsRefused(t *testing.T) {
	s, err := newRecords(io.MultiReader(strings.NewReader("a,b\n\""), endless{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.next(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = 'x'
	}
	return len(p), nil
}

// A search of somebody who is not there, over a list of a hundred thousand.
func BenchmarkScan(b *testing.B) {
	list := []byte("customer_id,name,email,country,region,language,elements,sources\n" + strings.Repeat("C-100000001,Nobody In Particular,nobody@example.org,DE,DE-BY,de,name+email+ssn,tickets+chats\n", 100_000))
	n := newNeedle("Mia@probe.example")
	b.SetBytes(int64(len(list)))
	for b.Loop() {
		s, err := newRecords(bytes.NewReader(list))
		if err != nil {
			b.Fatal(err)
		}
		var lower []byte
		for {
			record, err := s.next()
			if err != nil {
				break
			}
			if lower = lowered(lower, record); n.in(lower) {
				b.Fatal("found")
			}
		}
	}
}
