package warehouse

import (
	"bytes"
	"io"
	"strconv"

	"tocsin/incident"
)

// renumber is an output of affected.Resolve in which rows are numbered as they
// travelled, and writes it with the numbers and the name they have in the
// database. Records are lines: no value that came from a query holds a line end.
type renumber struct {
	to io.Writer
	// place is what an input is called and the true line of one of its rows.
	place func(input string, line int64) (string, int64, bool)
	// person is the true number of a person; nil where records name none.
	person func(int64) (int64, bool)
	rest   []byte
	header bool // has passed
}

func (w *renumber) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	var out []byte
	from := 0
	for {
		length := bytes.IndexByte(w.rest[from:], '\n') + 1
		if length == 0 {
			break
		}
		record := w.rest[from : from+length]
		from += length
		if !w.header {
			w.header, out = true, append(out, record...)
			continue
		}
		var err error
		if out, err = w.record(out, record); err != nil {
			return 0, err
		}
	}
	w.rest = append(w.rest[:0], w.rest[from:]...)
	if len(out) > 0 {
		if _, err := w.to.Write(out); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

var errRenumber = incident.Errorf(incident.Internal, "a row of the result cannot be traced to the database")

func (w *renumber) record(out, record []byte) ([]byte, error) {
	input, rest, ok1 := cutField(record)
	line, rest, ok2 := bytes.Cut(rest, []byte{','})
	n, err := strconv.ParseInt(string(line), 10, 64)
	if !ok1 || !ok2 || err != nil {
		return nil, errRenumber
	}
	called, n, ok := w.place(string(input), n)
	if !ok {
		return nil, errRenumber
	}
	out = strconv.AppendInt(append(append(out, csvField(called)...), ','), n, 10)
	out = append(out, ',')
	if w.person == nil {
		return append(out, rest...), nil
	}
	others := bytes.LastIndexByte(rest, ',')
	if others < 0 {
		return nil, errRenumber
	}
	person := bytes.LastIndexByte(rest[:others], ',') + 1
	out = append(out, rest[:person]...)
	if out, ok1 = w.people(out, rest[person:others]); !ok1 {
		return nil, errRenumber
	}
	out = append(out, ',')
	if out, ok1 = w.people(out, rest[others+1:len(rest)-1]); !ok1 {
		return nil, errRenumber
	}
	return append(out, '\n'), nil
}

// cutField gives the first field of a record without its quotes, and what follows the comma behind it.
func cutField(record []byte) (field, rest []byte, ok bool) {
	if len(record) == 0 || record[0] != '"' {
		return bytes.Cut(record, []byte{','})
	}
	for i := 1; i < len(record); i++ {
		switch {
		case record[i] != '"':
			field = append(field, record[i])
		case i+1 < len(record) && record[i+1] == '"':
			field = append(field, '"')
			i++
		default:
			rest, ok = bytes.CutPrefix(record[i+1:], []byte{','})
			return field, rest, ok
		}
	}
	return nil, nil, false
}

// people writes numbers of people that are joined by +.
func (w *renumber) people(out, joined []byte) ([]byte, bool) {
	if len(joined) == 0 {
		return out, true
	}
	for i, text := range bytes.Split(joined, []byte{'+'}) {
		n, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			return nil, false
		}
		n, ok := w.person(n)
		if !ok {
			return nil, false
		}
		if i > 0 {
			out = append(out, '+')
		}
		out = strconv.AppendInt(out, n, 10)
	}
	return out, true
}

// csvField quotes a field where it must be.
func csvField(s string) string {
	if !bytes.ContainsAny([]byte(s), "\",\r\n") {
		return s
	}
	return `"` + string(bytes.ReplaceAll([]byte(s), []byte(`"`), []byte(`""`))) + `"`
}
