package scan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csv reads tables: each row is a message, each cell a part with its column's
// name. Where quoting goes wrong the row is looked through as it stands, and reading
// goes on at the next line.
// like says where the table stands; lines, that its line ends are the file's.
func (f *file) csv(r *bufio.Reader, like part) error {
	var header []string
	var buf, record []byte
	by := byte(0)
	line, within := 1, like.name
	if len(f.units) > 0 {
		within = join(f.unit().name, within)
	}
	for row := 0; ; {
		text, long, err := readLine(r, buf, f.lim.record)
		buf = text
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readError(line, err)
		}
		first := line
		if line++; !like.lines {
			first = like.line
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if by == 0 {
			by = separatorOf(text)
		}
		record = append(record[:0], text...)
		fields, whole := splitRecord(record, by)
		for !whole && !long { // a quoted cell goes on in the next line
			next, err := r.Peek(1)
			if err != nil || len(next) == 0 || len(record) >= f.lim.record {
				break
			}
			if text, long, err = readLine(r, buf, f.lim.record); err != nil {
				break
			}
			buf = text
			line++
			record = append(record, text...)
			fields, whole = splitRecord(record, by)
		}
		switch {
		case long:
			if err := f.problem(first, "the row is longer than %d bytes; what is beyond was not looked at", f.lim.record); err != nil {
				return err
			}
		case !whole:
			if err := f.problem(first, "a quote is not closed; the row was looked through as it stands"); err != nil {
				return err
			}
		}
		if row++; row == 1 && whole && isHeader(fields) {
			header = fields
			continue
		}
		f.begin(first, join(within, fmt.Sprintf("row %d", row)), "", false)
		if !whole {
			fields = []string{string(record)}
		}
		for i, cell := range fields {
			p := part{line: first, text: []byte(cell), name: fmt.Sprintf("column %d", i+1)}
			if whole && i < len(header) {
				p.name, p.field = safeName(header[i]), header[i]
			}
			if err := f.text(p); err != nil {
				return err
			}
		}
		if err := f.end(); err != nil {
			return err
		}
	}
}

// separatorOf is what most likely separates the columns of a table that begins so.
func separatorOf(line []byte) byte {
	best, most := byte(','), 0
	for _, by := range []byte(",;\t|") {
		if n := bytes.Count(line, []byte{by}); n > most {
			best, most = by, n
		}
	}
	return best
}

// splitRecord cuts a record into its cells; false where a quote is open at its end.
func splitRecord(record []byte, by byte) ([]string, bool) {
	record = bytes.TrimRight(record, "\r\n")
	var cells []string
	for at := 0; ; {
		if at < len(record) && record[at] == '"' {
			var cell []byte
			i := at + 1
			for {
				end := bytes.IndexByte(record[i:], '"')
				if end < 0 {
					return cells, false
				}
				cell = append(cell, record[i:i+end]...)
				i += end + 1
				if i >= len(record) || record[i] != '"' {
					break
				}
				cell = append(cell, '"')
				i++
			}
			end := bytes.IndexByte(record[i:], by)
			if end < 0 {
				return append(cells, string(append(cell, record[i:]...))), true
			}
			cells = append(cells, string(append(cell, record[i:i+end]...)))
			at = i + end + 1
			continue
		}
		end := bytes.IndexByte(record[at:], by)
		if end < 0 {
			return append(cells, string(record[at:])), true
		}
		cells = append(cells, string(record[at:at+end]))
		at += end + 1
	}
}

// isHeader reports whether a first row names columns: words, no numbers or addresses.
func isHeader(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) == "" || safeName(c) != strings.TrimSpace(c) {
			return false
		}
	}
	return true
}

// safeName is a column's or key's name where it is one; data in its place is not repeated.
func safeName(name string) string {
	name = strings.TrimSpace(name)
	digits := 0
	for _, r := range name {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case r == '@' || r < ' ':
			return "?"
		}
	}
	if len(name) > 60 || digits > 3 {
		return "?"
	}
	return name
}
