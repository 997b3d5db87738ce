package affected

import (
	"io"
	"math/rand/v2"
	"testing"
)

// The same job, on the same made-up files, in the same run: this package and
// "plain Go, encoding/csv and maps" (reference_test.go), which gives the same people.
func BenchmarkResolve(b *testing.B) {
	from := madeUp(rand.New(rand.NewPCG(11, 12)), 200_000, 300_000)
	spec := mustParse(b, madeUpSpec)
	size := int64(2 * len(from["customers.csv"])) // read twice
	size += int64(len(from["a.csv"]) + len(from["b.csv"]))
	b.Run("affected", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Resolve(b.Context(), spec, from, Outputs{People: io.Discard, Unmatched: io.Discard}, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("narrow", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		lim := limits{block: blockSize, record: maxRecord, narrow: true}
		for b.Loop() {
			if _, err := resolve(b.Context(), spec, from, Outputs{People: io.Discard, Unmatched: io.Discard}, Options{}, lim); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := reference(spec, from.open); err != nil {
				b.Fatal(err)
			}
		}
	})
}
