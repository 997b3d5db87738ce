package post

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tocsin/incident"
)

// Return is one letter that came back.
type Return struct {
	Line   int // in the file, from 1
	Code   string
	Reason ReturnReason
	Date   string // YYYY-MM-DD; empty where the file has none
}

// maxLine of the file, in bytes.
const maxLine = 16 << 10

// ReadReturns reads a mail house's list of letters that came back: a header
// line, then a row for each, with commas, semicolons or tabs between. Columns
// are found by name in any order, others are passed over. An error beside a
// Return with a Line is Invalid and of that line alone; an error beside one
// without ends the list.
func ReadReturns(r io.Reader) iter.Seq2[Return, error] {
	return func(yield func(Return, error) bool) {
		in := &returnReader{lines: bufio.NewReaderSize(r, maxLine)}
		if err := in.header(); err != nil {
			yield(Return{}, err)
			return
		}
		for {
			text, err := in.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Return{}, err)
				return
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			out, err := in.row(text)
			out.Line = in.line
			if err != nil {
				out = Return{Line: in.line}
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

type returnReader struct {
	lines              *bufio.Reader
	line               int
	comma              rune
	code, reason, date int // columns, from 0; -1 where there is none
}

// next gives one line without its end. Files in Windows-1252 are read as such.
func (r *returnReader) next() (string, error) {
	raw, err := r.lines.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", incident.Errorf(incident.TooLarge, "line %d is longer than %d bytes", r.line+1, maxLine)
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(raw) == 0) {
		if errors.Is(err, io.EOF) {
			return "", io.EOF
		}
		return "", incident.Because(incident.Unavailable, err, "the list could not be read past line %d", r.line)
	}
	r.line++
	raw = bytes.TrimRight(raw, "\r\n")
	if r.line == 1 {
		raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	}
	if !utf8.Valid(raw) {
		if raw, err = charmap.Windows1252.NewDecoder().Bytes(raw); err != nil {
			return "", incident.Errorf(incident.Invalid, "line %d is neither UTF-8 nor Windows-1252", r.line)
		}
	}
	return string(raw), nil
}

var returnColumns = map[string]string{
	"code": "code", "letter code": "code", "reference": "code", "sendungscode": "code", "referenz": "code",
	"reason": "reason", "return reason": "reason", "grund": "reason", "rückgabegrund": "reason", "motif": "reason",
	"date": "date", "returned": "date", "return date": "date", "datum": "date",
}

func (r *returnReader) header() error {
	text, err := r.next()
	if errors.Is(err, io.EOF) {
		return incident.Errorf(incident.Invalid, "the list is empty")
	}
	if err != nil {
		return err
	}
	r.code, r.reason, r.date, r.comma = -1, -1, -1, ','
	for _, c := range ";\t" {
		if strings.Count(text, string(c)) > strings.Count(text, string(r.comma)) {
			r.comma = c
		}
	}
	cells, err := r.cells(text)
	if err != nil {
		return err
	}
	for i, cell := range cells {
		at := map[string]*int{"code": &r.code, "reason": &r.reason, "date": &r.date}[returnColumns[folded(cell)]]
		if at == nil {
			continue
		}
		if *at >= 0 {
			return incident.Errorf(incident.Invalid, "line 1: two columns are named alike: %d and %d", *at+1, i+1)
		}
		*at = i
	}
	if r.code < 0 || r.reason < 0 {
		return incident.Errorf(incident.Invalid, "line 1: the columns code and reason are needed")
	}
	return nil
}

func (r *returnReader) cells(text string) ([]string, error) {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = r.comma
	cells, err := in.Read()
	if err != nil {
		return nil, incident.Errorf(incident.Invalid, "line %d is no row: its quotation marks do not match", r.line)
	}
	return cells, nil
}

func (r *returnReader) row(text string) (Return, error) {
	cells, err := r.cells(text)
	if err != nil {
		return Return{}, err
	}
	if len(cells) <= max(r.code, r.reason, r.date) {
		return Return{}, incident.Errorf(incident.Invalid, "line %d has %d columns, the header more", r.line, len(cells))
	}
	out := Return{Code: strings.ToUpper(strings.Join(strings.Fields(cells[r.code]), "")), Reason: reasonOf(cells[r.reason])}
	if !codeForm.MatchString(out.Code) {
		return Return{}, incident.Errorf(incident.Invalid, "line %d: no letter's code", r.line)
	}
	if folded(cells[r.reason]) == "" {
		return Return{}, incident.Errorf(incident.Invalid, "line %d: no reason", r.line)
	}
	if r.date < 0 || strings.TrimSpace(cells[r.date]) == "" {
		return out, nil
	}
	for _, layout := range []string{time.DateOnly, "2.1.2006"} {
		if t, err := time.Parse(layout, strings.TrimSpace(cells[r.date])); err == nil && t.Year() >= 2000 {
			out.Date = t.Format(time.DateOnly)
			return out, nil
		}
	}
	return Return{}, incident.Errorf(incident.Invalid, "line %d: the date is not written YYYY-MM-DD", r.line)
}
