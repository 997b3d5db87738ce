package affected

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/thedatashed/xlsxreader"

	"tocsin/incident"
)

// Sample is the beginning of a file, read as its Input says, or where that
// leaves something out, as it looks.
type Sample struct {
	Input   Input    // complete: format, and what that format needs
	Sheets  []string // of an Excel file
	Columns []Column
	Lines   []uint64 // of the rows that Columns have values of
}

// Column is one column of a sample, its values in clear.
type Column struct {
	Name   string
	Shape  Shape // what nearly all of its values look like
	Values []string
}

// Names are the names of the columns, in the order of the file.
func (s *Sample) Names() []string {
	names := make([]string, 0, len(s.Columns))
	for _, c := range s.Columns {
		names = append(names, c.Name)
	}
	return names
}

// sampleText is how much of a file of lines is looked at.
const sampleText = 256 << 10

// Look reads the first rows of a file, at most most of them. Errors are
// Invalid where it cannot be read so: cut short, empty, or another format.
func Look(ctx context.Context, from Sources, p Input, most int) (Sample, error) {
	if isArchive(p.Path) {
		return lookIntoArchive(ctx, from, p, most)
	}
	in := &input{path: p.called("table")}
	defer in.close()
	raw, size, err := openPath(ctx, from, p.Path)
	if err != nil {
		return Sample{}, err
	}
	in.size, in.closer = size, append(in.closer, raw)
	if p.Format == "" {
		if p.Format, err = in.looksLike(raw); err != nil {
			return Sample{}, err
		}
	}
	s := Sample{Input: p}
	if p.Format == "parquet" || p.Format == "xlsx" {
		err = s.table(in, raw, most)
	} else {
		err = s.lines(in, raw, most)
	}
	if err != nil {
		return Sample{}, err
	}
	if len(s.Columns) == 0 {
		return Sample{}, incident.Errorf(incident.Invalid, "%s: has no columns", in.path)
	}
	for i := range s.Columns {
		s.Columns[i].Shape = ShapeOf(s.Columns[i].Values)
	}
	return s, nil
}

// lookIntoArchive looks at the first file of an archive. How it is read is taken
// for that of all where their names end alike; else each is told by itself.
func lookIntoArchive(ctx context.Context, from Sources, p Input, most int) (Sample, error) {
	paths, err := archiveMembers(ctx, from, p.Path)
	if err != nil {
		return Sample{}, err
	}
	one := p
	if one.Path = paths[0]; isArchive(one.Path) {
		return Sample{}, incident.Errorf(incident.Invalid, "%s: %s", one.Path, unsupportedName(one.Path))
	}
	s, err := Look(ctx, from, one, most)
	if err != nil {
		return Sample{}, err
	}
	end := func(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
	if s.Input.Path = p.Path; slices.ContainsFunc(paths, func(path string) bool { return end(path) != end(paths[0]) }) {
		s.Input = p
	}
	return s, nil
}

// looksLike tells files that are not lines of text by their first bytes; "" for the others.
func (in *input) looksLike(raw io.ReadCloser) (string, error) {
	seek, ok := raw.(io.Seeker)
	if !ok {
		return "", nil
	}
	var magic [4]byte
	n, err := io.ReadFull(raw, magic[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", in.readError(err)
	}
	if n == 0 {
		return "", incident.Errorf(incident.Invalid, "%s: is empty", in.path)
	}
	if _, err := seek.Seek(0, io.SeekStart); err != nil {
		return "", in.readError(err)
	}
	switch string(magic[:n]) {
	case "PAR1":
		return "parquet", nil
	case "PK\x03\x04":
		return "xlsx", nil
	}
	return "", nil
}

func (s *Sample) table(in *input, raw io.ReadCloser, most int) error {
	at, err := in.randomAccess(raw)
	if err != nil {
		return err
	}
	var t table
	what := "Parquet"
	if s.Input.Format == "parquet" {
		t, err = openParquet(at, in.size)
	} else {
		what = "Excel"
		t, err = openXLSX(at, in.size, s.Input.Sheet)
		if err == nil {
			s.Sheets, err = sheets(at, in.size)
		}
	}
	if err != nil {
		return incident.Errorf(incident.Invalid, "%s: cannot be read as %s: %v", in.path, what, err)
	}
	in.closer = append(in.closer, t)
	if s.Input.Format == "xlsx" && s.Input.Sheet == "" && len(s.Sheets) > 0 {
		s.Input.Sheet = s.Sheets[0]
	}
	s.name(t.columns())
	for line := t.first(); len(s.Lines) < most; line++ {
		row, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return incident.Errorf(incident.Invalid, "%s:%d: cannot be read as %s: %v", in.path, line, what, err)
		}
		if row == nil {
			continue
		}
		s.Lines = append(s.Lines, line)
		for i := range s.Columns {
			s.Columns[i].Values = append(s.Columns[i].Values, row[i])
		}
	}
	return nil
}

func sheets(at io.ReaderAt, size int64) (names []string, err error) {
	defer recovered(&err)
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, err
	}
	file, err := xlsxreader.NewReaderZip(z)
	if err != nil {
		return nil, err
	}
	return file.Sheets, nil
}

func (s *Sample) name(columns []string) {
	for _, c := range columns {
		s.Columns = append(s.Columns, Column{Name: c})
	}
}

// lines reads text: what packs it and how it is encoded are seen through first.
func (s *Sample) lines(in *input, raw io.Reader, most int) error {
	in.tally = newTally(raw, false)
	r, err := in.unpack(bufio.NewReaderSize(in.tally, bufferSize))
	if err != nil {
		return err
	}
	magic, _ := r.Peek(4)
	if what := unsupportedContent(magic); what != "" {
		return incident.Errorf(incident.Invalid, "%s: %s", in.path, what)
	}
	if s.Input.Encoding == "" {
		head, err := r.Peek(64 << 10)
		if err != nil && !errors.Is(err, io.EOF) {
			return in.readError(err)
		}
		s.Input.Encoding = guessEncoding(head, err != nil)
	}
	if r, err = in.decode(r, &s.Input); err != nil {
		return err
	}
	text := make([]byte, sampleText)
	n, err := io.ReadFull(r, text)
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !whole {
		return in.readError(err)
	}
	text = text[:n]
	lead := len(text) - len(bytes.TrimLeft(text, "\r\n \t"))
	if len(text) == lead {
		return incident.Errorf(incident.Invalid, "%s: is empty", in.path)
	}
	if s.Input.Format == "" {
		s.Input.Format = "csv"
		if text[lead] == '{' {
			s.Input.Format = "jsonl"
		}
	}
	lim := limits{block: sampleText, record: maxRecord}
	switch s.Input.Format {
	case "fixed":
		for _, f := range s.Input.Fields {
			s.name([]string{f.Name})
		}
		if len(s.Columns) == 0 {
			return incident.Errorf(incident.Invalid, "%s: say where the columns of a file of fixed width stand, one a line: name 1-10", in.path)
		}
		s.take(newFixed(s.Input.Fields, s.Names(), lim), text, 1, whole, most)
	case "jsonl":
		s.name(objectKeys(text))
		if len(s.Columns) == 0 {
			return incident.Errorf(incident.Invalid, "%s:1: is not a JSON object", in.path)
		}
		s.take(newJSONL(s.Names(), lim), text, 1, whole, most)
	default:
		return s.csv(in, text, whole, most, lim)
	}
	return nil
}

func (s *Sample) csv(in *input, text []byte, whole bool, most int, lim limits) error {
	line := uint64(1)
	for { // empty lines before the header
		rest, empty := bytes.CutPrefix(bytes.TrimPrefix(text, []byte{'\r'}), []byte{'\n'})
		if !empty {
			break
		}
		text, line = rest, line+1
	}
	by, _ := s.Input.delimiter()
	if by == 0 {
		by = guessSeparator(text, whole, lim, nil)
		if s.Input.Delimiter = string(by); by == '\t' {
			s.Input.Delimiter = "tab"
		}
	}
	names, stop, why, _ := headerNames(text, whole, lim, by)
	if why != "" || len(names) == 0 {
		return incident.Errorf(incident.Invalid, "%s:%d: the first line cannot be read as CSV: %s", in.path, line, why)
	}
	switch {
	case len(s.Input.Header) > 0:
		names = s.Input.Header
	case headless(names):
		for i := range names {
			names[i] = fmt.Sprintf("column %d", i+1)
		}
		s.Input.Header = slices.Clone(names)
	default:
		line += uint64(bytes.Count(text[:stop], []byte{'\n'}))
		text = text[stop:]
	}
	s.name(names)
	f := &csvFormat{fields: len(names), separator: by, lim: lim, names: names}
	for i := range names {
		f.want = append(f.want, i)
	}
	s.take(f, text, line, whole, most)
	return nil
}

// take splits the text as the matching will and keeps the first rows.
func (s *Sample) take(f format, text []byte, line uint64, whole bool, most int) {
	var b batch
	b.data = text
	b.reset(len(f.columns()))
	f.split(&b, whole)
	for row := range min(b.rows(), most) {
		s.Lines = append(s.Lines, line+uint64(b.lines[row]))
		for i := range s.Columns {
			if at := slices.Index(f.columns(), s.Columns[i].Name); at >= 0 {
				s.Columns[i].Values = append(s.Columns[i].Values, string(b.field(row, at)))
			}
		}
	}
}

// headless reports whether a first line holds values and not names.
func headless(names []string) bool {
	values := 0
	for _, n := range names {
		switch one := looksAs([]byte(n)); one {
		case EmailShape, DateShape, CardShape, IBANShape, SSNShape, PhoneShape, UUIDShape, NumberShape:
			values++
		}
	}
	return values > 0 && 2*values >= len(names)
}

// objectKeys are the names that the objects of JSON Lines have, in the order they first appear.
func objectKeys(text []byte) []string {
	var names []string
	for n := 0; n < 200 && len(text) > 0; n++ {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte{'\n'})
		d := json.NewDecoder(bytes.NewReader(line))
		if open, err := d.Token(); err != nil || open != json.Delim('{') {
			continue
		}
		for d.More() {
			key, err := d.Token()
			var skip json.RawMessage
			if err != nil || d.Decode(&skip) != nil {
				break
			}
			if name, ok := key.(string); ok {
				names = appendNew(names, name)
			}
		}
	}
	return names
}
