package affected

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"

	"tocsin/incident"
)

// piece is one file, or one query, of the directory or an exposure.
type piece struct {
	Input
	exposure int    // -1 for the directory
	called   string // in reports
}

// input is one opened piece, past its header.
type input struct {
	path   string
	size   int64 // bytes, -1 where not known
	packed bool  // compressed, so that size says little
	plain  bool  // places in the text are those in the file: neither compressed nor recoded
	format format
	blocks *blocks
	tally  *tally
	place  func() int64 // bytes of size that have been read
	line   uint64       // of the first record
	closer []io.Closer

	optional []string // columns that need not be there
}

// tally counts and hashes the raw bytes of a file as they are read.
type tally struct {
	r     io.Reader
	bytes int64
	crc   uint32
	sha   hash.Hash // nil where the digest is known from an earlier reading
	table *crc32.Table
}

func newTally(r io.Reader, digest bool) *tally {
	t := &tally{r: r, table: crc32.MakeTable(crc32.Castagnoli)}
	if digest {
		t.sha = sha256.New()
	}
	return t
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.bytes += int64(n)
	t.crc = crc32.Update(t.crc, t.table, p[:n])
	if t.sha != nil {
		t.sha.Write(p[:n])
	}
	return n, err
}

func (t *tally) digest() string { return hex.EncodeToString(t.sha.Sum(nil)) }

// open opens a piece, sees what it is, and reads its header. columns are the
// names the spec uses. Its problems carry the path; any other error is not the file's fault.
func (r *run) open(ctx context.Context, p *piece, columns []string, digest bool) (*input, error) {
	in := &input{path: p.called}
	err := in.open(ctx, r.from, r.opt.Query, &p.Input, columns, r.lim, digest)
	if err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *input) open(ctx context.Context, from Sources, query func(context.Context, string, string) (Rows, error), p *Input, columns []string, lim limits, digest bool) error {
	if p.Path == "" {
		return in.ask(ctx, query, p, columns, lim, digest)
	}
	if what := unsupportedName(p.Path); what != "" {
		return &incident.Error{Kind: incident.Invalid, Message: p.Path + ": " + what}
	}
	raw, size, err := openPath(ctx, from, p.Path)
	if err != nil {
		return in.openError(err)
	}
	in.size, in.closer = size, append(in.closer, raw)
	if is, err := in.startTable(p, raw, columns, lim, digest); is {
		return err
	}
	return in.start(raw, p, columns, lim, digest)
}

// openError says why a file cannot be opened.
func (in *input) openError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return incident.Errorf(incident.Invalid, "%s: there is no such file", in.path)
	case incident.KindOf(err) != incident.Internal:
		return err
	}
	return incident.Because(incident.Invalid, err, "%s: cannot be opened", in.path)
}

// start begins a file of lines.
func (in *input) start(raw io.Reader, p *Input, columns []string, lim limits, digest bool) error {
	in.tally = newTally(raw, digest)
	in.place = func() int64 { return in.tally.bytes }
	r, err := in.unpack(bufio.NewReaderSize(in.tally, 256<<10))
	if err != nil {
		return err
	}
	magic, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return in.readError(err)
	}
	if what := unsupportedContent(magic); what != "" {
		return incident.Errorf(incident.Invalid, "%s: %s", in.path, what)
	}
	text, err := in.decode(r, p)
	if err != nil {
		return err
	}
	in.plain = text == r && !in.packed
	r = text
	in.blocks = newBlocks(r, lim)
	switch {
	case p.Format == "fixed":
		in.format, in.line = newFixed(p.Fields, columns, lim), 1
		return in.checkFixed(p.Fields, columns)
	case p.Format == "jsonl" || p.Format == "" && isJSONL(in.path):
		in.format, in.line = newJSONL(columns, lim), 1
		return nil
	}
	separator, _ := p.delimiter()
	if len(p.Header) > 0 {
		in.line = 1
		return in.chooseColumns(p.Header, columns, lim, cmp.Or(separator, ','))
	}
	return in.readHeader(columns, lim, separator)
}

// readError says what a failed read means: a damaged or truncated file is the input's
// fault, and the run stops, because a roster of half a file would pass for a whole one.
func (in *input) readError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if incident.KindOf(err) != incident.Internal {
		return err
	}
	return incident.Because(incident.Invalid, err, "%s: cannot be read to its end", in.path)
}

func (in *input) close() {
	for _, c := range in.closer {
		c.Close()
	}
}

// pieces are the files and queries of the directory (exposure -1) or an exposure.
func (r *run) piecesOf(ctx context.Context, in Input, exposure int) ([]piece, error) {
	path := in.Path
	folder, err := r.folderOf(ctx, path)
	switch {
	case err != nil:
		return nil, err
	case folder != "":
		path = folder
	case path == "" || !isSet(path) && !isArchive(path):
		called := r.spec.Directory.Called()
		if exposure >= 0 {
			called = r.spec.Exposures[exposure].Called()
		}
		return []piece{{in, exposure, called}}, nil
	}
	paths, err := r.pathsOf(ctx, path)
	if err != nil {
		return nil, err
	}
	pieces := make([]piece, len(paths))
	for i, path := range paths {
		pieces[i] = piece{in, exposure, path}
		pieces[i].Path = path
	}
	return pieces, nil
}

// pathsOf are the files of a folder, a pattern or an archive.
func (r *run) pathsOf(ctx context.Context, path string) ([]string, error) {
	if isArchive(path) && !isSet(path) {
		return archiveMembers(ctx, r.from, path)
	}
	from, ok := r.from.(Lister)
	if !ok {
		return nil, incident.Errorf(incident.Invalid, "%s: several files at once cannot be read from here; name each by itself", path)
	}
	paths, err := from.List(ctx, path)
	if err == nil && len(paths) == 0 {
		err = incident.Errorf(incident.Invalid, "%s: there is no such file", path)
	}
	return paths, err
}

// folderOf is the path as a folder's, where it is one although it does not
// end with / and has files; else "".
func (r *run) folderOf(ctx context.Context, path string) (string, error) {
	from, ok := r.from.(Lister)
	if !ok || path == "" || isSet(path) {
		return "", nil
	}
	inside, err := from.List(ctx, path+"/")
	if err != nil || len(inside) == 0 {
		return "", err
	}
	return path + "/", nil
}

func hasPrefix(b []byte, prefix string) bool { return bytes.HasPrefix(b, []byte(prefix)) }
