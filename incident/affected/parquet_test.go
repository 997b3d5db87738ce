package affected

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
)

// Numbers that engines keep as bytes or unsigned read as people write them: a
// customer id that is a UUID matches one in a CSV file.
func TestParquetValuesOfEngines(t *testing.T) {
	type row struct {
		ID    [16]byte         `parquet:"id,uuid"`
		Small uint32           `parquet:"small"`
		Large uint64           `parquet:"large"`
		Spark deprecated.Int96 `parquet:"spark"`
		Below int64            `parquet:"below"`
	}
	var file bytes.Buffer
	w := parquet.NewGenericWriter[row](&file)
	// 1 January 2000 was Julian day 2451545; 3600e9 nanoseconds are an hour.
	hour := uint64(3600e9)
	_, err := w.Write([]row{{[16]byte{0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0}, math.MaxUint32, math.MaxUint64,
		deprecated.Int96{uint32(hour), uint32(hour >> 32), 2451545}, -1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	table, err := openParquet(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	got, err := table.next()
	want := []string{"123e4567-e89b-12d3-a456-426614174000", "4294967295", "18446744073709551615", "2000-01-01T01:00:00Z", "-1"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
