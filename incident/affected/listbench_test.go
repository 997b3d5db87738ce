package affected

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// BenchmarkIndexRoster is what the index costs beside a mere reading of the
// roster, and what one look-up costs then.
func BenchmarkIndexRoster(b *testing.B) {
	const people = 1_000_000
	roster := []byte("customer_id,name,email,country,region,language,elements,sources\n")
	for i := range people {
		roster = append(roster, fmt.Sprintf("C-%07d,Name Surname %d,person%d@mail%d.example,US,CA,en,name+email+ssn,crm+billing\n", i, i%90_000, i, i%50)...)
	}
	digest := digestOf(roster)
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			for _, err := range ReadRoster(bytes.NewReader(roster)) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	var index bytes.Buffer
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			index.Reset()
			if err := IndexRoster(b.Context(), bytes.NewReader(roster), digest, &index, listKey, IndexOptions{Scratch: b.TempDir()}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(index.Len())/people, "bytes/person")
	})
	b.Run("find", func(b *testing.B) {
		if index.Len() == 0 {
			if err := IndexRoster(b.Context(), bytes.NewReader(roster), digest, &index, listKey, IndexOptions{Scratch: b.TempDir()}); err != nil {
				b.Fatal(err)
			}
		}
		l, err := openList(roster, index.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		for n := 0; b.Loop(); n++ {
			got, err := l.Find(b.Context(), "email", strings.ToUpper(fmt.Sprintf("person%d@mail%d.example", n%people, n%people%50)))
			if err != nil || len(got) != 1 {
				b.Fatal(got, err)
			}
		}
	})
}
