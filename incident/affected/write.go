package affected

import (
	"bufio"
	"bytes"
	"strconv"
)

// appendField writes one CSV field, in quotes where RFC 4180 needs them or
// where blanks around it could get lost. The text itself is not changed:
// people.csv must give back what the directory said, so a field that a
// spreadsheet would take for a formula is the business of whoever exports for spreadsheets.
func appendField(dst, field []byte) []byte {
	if len(field) == 0 {
		return dst
	}
	if bytes.IndexByte(field, ',') < 0 && bytes.IndexByte(field, '"') < 0 && bytes.IndexByte(field, '\n') < 0 &&
		bytes.IndexByte(field, '\r') < 0 && !isBlank(field[0]) && !isBlank(field[len(field)-1]) {
		return append(dst, field...)
	}
	dst = append(dst, '"')
	for _, c := range field {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func appendCSV(dst []byte, fields ...string) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendField(dst, []byte(f))
	}
	return dst
}

// writeConflict writes one row of conflicts.csv: where the row is, why a person
// must look at it, to whom it goes until then, and who else it could mean. People are
// numbers of readable rows of the directory, from 1, so that nothing personal is in it.
func (r *run) writeConflict(file string, line uint64, m *matcher, c *conflict) error {
	row := appendCSV(nil, file, strconv.FormatUint(line, 10), m.explain(c.reason))
	row = strconv.AppendUint(append(row, ','), uint64(c.person)+1, 10)
	for i, p := range c.others {
		row = append(row, ",+"[min(i, 1)])
		row = strconv.AppendUint(row, uint64(p)+1, 10)
	}
	if len(c.others) == 0 {
		row = append(row, ',')
	}
	if _, err := r.out.conflicts.Write(append(row, '\n')); err != nil {
		return outputError(err)
	}
	return nil
}

// writeRow writes one row of rejected.csv.
func writeRow(w *bufio.Writer, file string, line uint64, why string) error {
	row := append(appendCSV(nil, file, strconv.FormatUint(line, 10), why), '\n')
	if _, err := w.Write(row); err != nil {
		return outputError(err)
	}
	return nil
}
