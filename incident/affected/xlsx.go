package affected

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/thedatashed/xlsxreader"
)

// xlsxTable reads one sheet of an Excel file. Its first row that has anything
// names the columns; row n of the sheet is line n.
type xlsxTable struct {
	names []string
	rows  chan xlsxreader.Row
	from  uint64 // the row after the header
	at    int    // the row that comes next
	held  *xlsxreader.Row
	row   []string
}

// Sizes of an Excel file, unpacked, that are more than anybody's table.
const (
	maxSheets  = 4 << 30 // all of it
	maxStrings = 1 << 30 // what has to be held in memory
)

// openXLSX unpacks the file once without keeping anything, so that a small
// file made to unpack to a huge one is refused before it is read.
func openXLSX(at io.ReaderAt, size int64, sheet string) (t *xlsxTable, err error) {
	defer recovered(&err)
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, err
	}
	if err := harmlessZIP(z, size); err != nil {
		return nil, err
	}
	file, err := xlsxreader.NewReaderZip(z)
	if err != nil {
		return nil, err
	}
	switch {
	case len(file.Sheets) == 0:
		return nil, errors.New("it has no sheet")
	case sheet == "":
		sheet = file.Sheets[0]
	case !slices.Contains(file.Sheets, sheet):
		return nil, fmt.Errorf("it has no sheet %q; it has %s", sheet, strings.Join(file.Sheets, ", "))
	}
	t = &xlsxTable{rows: file.ReadRows(sheet)}
	for row := range t.rows {
		if row.Error != nil {
			t.Close()
			return nil, row.Error
		}
		if blank(row.Cells) {
			continue
		}
		for _, c := range row.Cells {
			for len(t.names) <= c.ColumnIndex() && len(t.names) < 1<<14 {
				t.names = append(t.names, "")
			}
			if c.ColumnIndex() < len(t.names) {
				t.names[c.ColumnIndex()] = strings.TrimSpace(c.Value)
			}
		}
		t.from, t.at = uint64(row.Index)+1, row.Index+1
		t.row = make([]string, len(t.names))
		return t, nil
	}
	return nil, errors.New("the sheet is empty; its first row must name its columns")
}

func blank(cells []xlsxreader.Cell) bool {
	return !slices.ContainsFunc(cells, func(c xlsxreader.Cell) bool { return strings.TrimSpace(c.Value) != "" })
}

func harmlessZIP(z *zip.Reader, size int64) error {
	total := int64(0)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, maxSheets-total+1))
		r.Close()
		if err != nil {
			return err
		}
		total += n
		if total > maxSheets || !strings.Contains(f.Name, "worksheets/") && n > maxStrings || total > harmless && total/maxRatio > size {
			return errors.New("it unpacks to far more than a table would, and was not read")
		}
	}
	return nil
}

func (t *xlsxTable) columns() []string { return t.names }
func (t *xlsxTable) first() uint64     { return t.from }
func (t *xlsxTable) done() float64     { return 0 }

// next gives a row, nil where the sheet leaves one out.
func (t *xlsxTable) next() ([]string, error) {
	if t.held == nil {
		row, ok := <-t.rows
		switch {
		case !ok:
			return nil, io.EOF
		case row.Error != nil:
			return nil, row.Error
		}
		t.held = &row
	}
	if t.at++; t.at-1 < t.held.Index {
		return nil, nil
	}
	cells := t.held.Cells
	t.held = nil
	if blank(cells) {
		return nil, nil
	}
	clear(t.row)
	for _, c := range cells {
		if i := c.ColumnIndex(); i >= 0 && i < len(t.row) {
			t.row[i] = c.Value
		}
	}
	return t.row, nil
}

// Close lets the reader run to its end: it has no other.
func (t *xlsxTable) Close() error {
	go func() {
		for range t.rows { //nolint:revive // nothing to do with them
		}
	}()
	return nil
}
