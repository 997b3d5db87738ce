package affected

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	pf "github.com/parquet-go/parquet-go/format"
)

// parquetTable reads a Parquet file row by row. Columns are those of its top
// level that hold one value; others are there by name and always empty.
type parquetTable struct {
	file   *parquet.File
	names  []string
	leaf   map[int]int // column among the leaves → place among names
	write  []func(parquet.Value) string
	groups []parquet.RowGroup
	rows   parquet.Rows
	buf    []parquet.Row
	have   []parquet.Row
	row    []string
	read   int64
	of     int64
}

// openParquet does not believe what the file says of itself: lengths are
// checked against its size before anything is asked for, and a panic of the decoder is an error.
func openParquet(at io.ReaderAt, size int64) (t *parquetTable, err error) {
	defer recovered(&err)
	if err := soundParquet(at, size); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	t = &parquetTable{file: file, leaf: map[int]int{}, groups: file.RowGroups(), of: file.NumRows(), buf: make([]parquet.Row, 128)}
	for _, c := range file.Root().Columns() {
		if c.Leaf() && !c.Repeated() {
			t.leaf[c.Index()] = len(t.names)
		}
		t.names, t.write = append(t.names, c.Name()), append(t.write, writerOf(c))
	}
	t.row = make([]string, len(t.names))
	return t, nil
}

// soundParquet checks the frame: magic at both ends and a footer that fits.
func soundParquet(at io.ReaderAt, size int64) error {
	var head [4]byte
	var tail [8]byte
	if size < 12 {
		return errors.New("it is too short")
	}
	if _, err := at.ReadAt(head[:], 0); err != nil {
		return err
	}
	if _, err := at.ReadAt(tail[:], size-8); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(head[:]) != "PAR1" {
		return errors.New("it does not begin as one")
	}
	if string(tail[4:]) != "PAR1" {
		return errors.New("it is cut short or damaged: its end is missing")
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:])); n > size-12 || n > 64<<20 {
		return errors.New("it is damaged: its footer cannot be as long as it says")
	}
	return nil
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("it is damaged (%v)", p)
	}
}

func (t *parquetTable) columns() []string { return t.names }

func (t *parquetTable) first() uint64 { return 2 }

func (t *parquetTable) done() float64 {
	if t.of <= 0 {
		return 0
	}
	return float64(t.read) / float64(t.of)
}

func (t *parquetTable) next() (row []string, err error) {
	defer recovered(&err)
	for len(t.have) == 0 {
		if t.rows == nil {
			if len(t.groups) == 0 {
				if t.read != t.of {
					return nil, fmt.Errorf("it is damaged: it says it has %d rows, and has %d", t.of, t.read)
				}
				return nil, io.EOF
			}
			t.rows, t.groups = t.groups[0].Rows(), t.groups[1:]
		}
		n, err := t.rows.ReadRows(t.buf)
		t.have = t.buf[:n]
		if errors.Is(err, io.EOF) {
			if err := t.rows.Close(); err != nil {
				return nil, err
			}
			t.rows = nil
		} else if err != nil {
			return nil, err
		}
	}
	clear(t.row)
	for _, v := range t.have[0] {
		if at, ok := t.leaf[v.Column()]; ok && !v.IsNull() {
			t.row[at] = t.write[at](v)
		}
	}
	t.have = t.have[1:]
	t.read++
	return t.row, nil
}

func (t *parquetTable) Close() error {
	if t.rows != nil {
		return t.rows.Close()
	}
	return nil
}

// writerOf says how values of a column are written: dates and times as ISO
// 8601 in UTC, decimals with their point, UUIDs with their dashes, everything else as it reads.
func writerOf(c *parquet.Column) func(parquet.Value) string {
	plain := func(v parquet.Value) string { return v.String() }
	if !c.Leaf() {
		return plain
	}
	if l := c.Type().LogicalType(); l != nil {
		switch l := l.Value.(type) {
		case *pf.DateType:
			return func(v parquet.Value) string {
				return time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly)
			}
		case *pf.TimestampType:
			at := func(n int64) time.Time { return time.Unix(0, n).UTC() }
			switch l.Unit.Value.(type) {
			case *pf.MilliSeconds:
				at = func(n int64) time.Time { return time.UnixMilli(n).UTC() }
			case *pf.MicroSeconds:
				at = func(n int64) time.Time { return time.UnixMicro(n).UTC() }
			}
			return func(v parquet.Value) string { return at(v.Int64()).Format(time.RFC3339Nano) }
		case *pf.DecimalType:
			scale := int(l.Scale)
			return func(v parquet.Value) string { return decimal(v, scale) }
		case *pf.UUIDType:
			return func(v parquet.Value) string { return dashed(v.ByteArray()) }
		case *pf.IntType:
			switch {
			case l.IsSigned:
			case c.Type().Kind() == parquet.Int64:
				return func(v parquet.Value) string { return strconv.FormatUint(v.Uint64(), 10) }
			default:
				return func(v parquet.Value) string { return strconv.FormatUint(uint64(v.Uint32()), 10) }
			}
		}
	}
	switch c.Type().Kind() {
	case parquet.Int96: // nothing but moments: nanoseconds of a day, and its Julian number
		return func(v parquet.Value) string {
			at := v.Int96()
			return time.Unix((int64(at[2])-julian1970)*86400, at.Int64()).UTC().Format(time.RFC3339Nano)
		}
	case parquet.Boolean:
		return func(v parquet.Value) string { return strconv.FormatBool(v.Boolean()) }
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(v parquet.Value) string { return string(v.ByteArray()) }
	}
	return plain
}

// julian1970 is the Julian number of 1 January 1970, from which Unix counts.
const julian1970 = 2440588

// dashed writes the bytes of a UUID as RFC 9562 does.
func dashed(b []byte) string {
	text := hex.EncodeToString(b)
	if len(text) != 32 {
		return text
	}
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func decimal(v parquet.Value, scale int) string {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default:
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	if scale <= 0 || scale > 1000 {
		return n.String()
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
		n.Neg(n)
	}
	digits := n.String()
	for len(digits) <= scale {
		digits = "0" + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}
