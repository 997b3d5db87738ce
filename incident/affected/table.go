package affected

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"tocsin/incident"
)

// table is a file that is not lines of text, or the answer to a query. It is
// read as text all the same: each row becomes a line of CSV, so that line n+1 is row n
// and everything behind treats it like any other file. A line end within a value becomes a blank.
type table interface {
	columns() []string
	first() uint64           // the line of the first row
	next() ([]string, error) // io.EOF at the end; nil for a line that is no row
	done() float64           // how much of it has been read, 0 to 1
	Close() error
}

// startTable begins a Parquet or Excel file; false where the piece is neither.
// Its bytes are hashed first, because they are not read in order.
func (in *input) startTable(p *Input, raw io.ReadCloser, columns []string, lim limits, digest bool) (bool, error) {
	name, what := plainName(p.Path), ""
	switch {
	case p.Format == "parquet" || p.Format == "" && strings.HasSuffix(name, ".parquet"):
		what = "Parquet"
	case p.Format == "xlsx" || p.Format == "" && strings.HasSuffix(name, ".xlsx"):
		what = "Excel"
	default:
		return false, nil
	}
	at, err := in.randomAccess(raw)
	if err != nil {
		return true, err
	}
	in.tally = newTally(io.NewSectionReader(at, 0, in.size), digest)
	if _, err := io.Copy(io.Discard, in.tally); err != nil {
		return true, in.readError(err)
	}
	var t table
	if what == "Parquet" {
		t, err = openParquet(at, in.size)
	} else {
		t, err = openXLSX(at, in.size, p.Sheet)
	}
	if err != nil {
		return true, incident.Errorf(incident.Invalid, "%s: cannot be read as %s: %v", in.path, what, err)
	}
	in.closer = append(in.closer, t)
	return true, in.readTable(t, columns, lim)
}

// maxHeld is how much of a file is kept in memory where its source cannot jump.
const maxHeld = 512 << 20

// randomAccess gives the bytes of a file at any place.
func (in *input) randomAccess(raw io.ReadCloser) (io.ReaderAt, error) {
	if at, ok := raw.(io.ReaderAt); ok && in.size >= 0 {
		return at, nil
	}
	if s, ok := raw.(io.ReadSeeker); ok {
		size, err := s.Seek(0, io.SeekEnd)
		if err != nil {
			return nil, in.readError(err)
		}
		in.size = size
		return &seeking{s: s}, nil
	}
	data, err := io.ReadAll(io.LimitReader(raw, maxHeld+1))
	if err != nil {
		return nil, in.readError(err)
	}
	if len(data) > maxHeld {
		return nil, incident.Errorf(incident.TooLarge, "%s: is larger than %s, which is too much to hold; export it as CSV", in.path, FormatSize(maxHeld))
	}
	in.size = int64(len(data))
	return strings.NewReader(string(data)), nil
}

// seeking reads at any place by going there first.
type seeking struct {
	mu sync.Mutex
	s  io.ReadSeeker
}

func (s *seeking) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.s.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.s, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// ask begins the answer to a query. What is hashed is its text.
func (in *input) ask(ctx context.Context, query func(context.Context, string, string) (Rows, error), p *Input, columns []string, lim limits, digest bool) error {
	if query == nil {
		return incident.Errorf(incident.Invalid, "%s: databases cannot be read from here; export the table as CSV", in.path)
	}
	rows, err := query(ctx, p.Database, p.Query)
	if err != nil {
		return err
	}
	t := &queried{ctx: ctx, rows: rows}
	in.size, in.closer = -1, append(in.closer, t)
	in.tally = newTally(nil, digest)
	return in.readTable(t, columns, lim)
}

func (in *input) readTable(t table, columns []string, lim limits) error {
	text := &tableText{t: t}
	in.place = func() int64 { return int64(t.done() * float64(max(in.size, 0))) }
	if in.tally.r == nil {
		in.tally.r = text
		in.blocks = newBlocks(in.tally, lim)
	} else {
		in.blocks = newBlocks(text, lim)
	}
	in.line = t.first()
	return in.chooseColumns(t.columns(), columns, lim, ',')
}

type queried struct {
	ctx  context.Context //nolint:containedctx // the interface of a table has none
	rows Rows
}

func (q *queried) columns() []string       { return q.rows.Columns() }
func (q *queried) next() ([]string, error) { return q.rows.Next(q.ctx) }
func (q *queried) first() uint64           { return 2 }
func (q *queried) done() float64           { return 0 }
func (q *queried) Close() error            { return q.rows.Close() }

// tableText is a table as lines of CSV, without the header.
type tableText struct {
	t    table
	have []byte
	buf  []byte
	err  error
}

func (x *tableText) Read(p []byte) (int, error) {
	for len(x.have) == 0 {
		if x.err != nil {
			return 0, x.err
		}
		x.buf = x.buf[:0]
		for len(x.buf) < 32<<10 && x.err == nil {
			var row []string
			if row, x.err = x.t.next(); x.err == nil {
				x.buf = appendLine(x.buf, row)
			}
		}
		x.have = x.buf
	}
	n := copy(p, x.have)
	x.have = x.have[n:]
	return n, nil
}

// appendLine writes a row so that it is one line, and an empty one only where there is no row.
func appendLine(dst []byte, row []string) []byte {
	if row == nil {
		return append(dst, '\n')
	}
	for i, value := range row {
		if i > 0 {
			dst = append(dst, ',')
		}
		if strings.ContainsAny(value, "\r\n") {
			value = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(value)
		}
		if value == "" && len(row) == 1 {
			dst = append(dst, '"', '"')
			continue
		}
		dst = appendField(dst, []byte(value))
	}
	return append(dst, '\n')
}
