package affected

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tocsin/incident"
)

// Sources opens the inputs that a spec names. Each is opened up to three times
// in one run (checked, read, and the directory read again) and must be the same bytes each time.
type Sources interface {
	// Open gives the input at the spec's path and its size in bytes, -1 where
	// that is not known. An input that is not there is fs.ErrNotExist in the error's chain.
	Open(ctx context.Context, path string) (io.ReadCloser, int64, error)
}

// Folder opens paths relative to this folder; absolute paths as they are.
type Folder string

// Open opens the file at path.
func (f Folder) Open(_ context.Context, path string) (io.ReadCloser, int64, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(string(f), filepath.FromSlash(path))
	}
	file, err := os.Open(path) //nolint:gosec // the operator's own spec names the file
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder, not a file")
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	size := info.Size()
	if !info.Mode().IsRegular() {
		size = -1
	}
	return file, size, nil
}

// input is one opened file, past its header.
type input struct {
	path   string
	size   int64
	format format
	blocks *blocks
	tally  *tally
	line   uint64 // of the first record
	packed bool   // compressed, so that size says little
	closer io.Closer
}

// tally counts and hashes the raw bytes of a file as they are read.
type tally struct {
	r     io.Reader
	bytes int64
	crc   uint32
	sha   hash.Hash // nil where the digest is known from an earlier reading
	table *crc32.Table
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

// openInput opens path, sees what it is, and reads its header. columns are the
// names the spec uses. Its problems carry the path; any other error is not the file's fault.
func openInput(ctx context.Context, from Sources, path string, columns []string, lim limits, digest bool) (*input, error) {
	if what := unsupportedName(path); what != "" {
		return nil, &incident.Error{Kind: incident.Invalid, Message: path + ": " + what}
	}
	raw, size, err := from.Open(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, incident.Errorf(incident.Invalid, "%s: there is no such file", path)
	case incident.KindOf(err) != incident.Internal && err != nil:
		return nil, err
	case err != nil:
		return nil, incident.Because(incident.Invalid, err, "%s: cannot be opened", path)
	}
	in := &input{path: path, size: size, closer: raw}
	if err := in.start(raw, columns, lim, digest); err != nil {
		raw.Close()
		return nil, err
	}
	return in, nil
}

func (in *input) start(raw io.Reader, columns []string, lim limits, digest bool) error {
	in.tally = &tally{r: raw, table: crc32.MakeTable(crc32.Castagnoli)}
	if digest {
		in.tally.sha = sha256.New()
	}
	r := bufio.NewReaderSize(in.tally, 256<<10)
	if magic, _ := r.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return incident.Because(incident.Invalid, err, "%s: is not a sound gzip file", in.path)
		}
		in.packed = true
		r = bufio.NewReaderSize(z, 256<<10)
	}
	magic, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return in.readError(err)
	}
	if what := unsupportedContent(magic); what != "" {
		return incident.Errorf(incident.Invalid, "%s: %s", in.path, what)
	}
	if bytes.HasPrefix(magic, []byte("\xEF\xBB\xBF")) {
		if _, err := r.Discard(3); err != nil {
			return in.readError(err)
		}
	}
	in.blocks = newBlocks(r, lim)
	if isJSONL(in.path) {
		in.format, in.line = newJSONL(columns, lim), 1
		return nil
	}
	return in.readHeader(columns, lim)
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

func (in *input) close() { in.closer.Close() }

func isJSONL(path string) bool {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	return strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")
}

func unsupportedName(path string) string {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	for _, f := range [...][2]string{
		{".parquet", "Parquet"}, {".xlsx", "Excel (xlsx)"}, {".xls", "Excel (xls)"}, {".json", "JSON in one document (JSON Lines works)"},
		{".zst", "Zstandard compression"}, {".zip", "ZIP"}, {".tsv", "tab-separated values"}, {".sql", "SQL"}, {".avro", "Avro"}, {".orc", "ORC"},
	} {
		if strings.HasSuffix(name, f[0]) {
			return f[1] + " is not supported yet in this version; export it as CSV"
		}
	}
	return ""
}

func unsupportedContent(magic []byte) string {
	for _, f := range [...][2]string{
		{"PAR1", "this is a Parquet file, which is not supported yet in this version; export it as CSV"},
		{"PK\x03\x04", "this is a ZIP or Excel file, which is not supported yet in this version; export it as CSV"},
		{"\x28\xB5\x2F\xFD", "this is Zstandard-compressed, which is not supported yet in this version"},
		{"\xFF\xFE", "this is UTF-16 text, which is not supported yet in this version; save it as UTF-8"},
		{"\xFE\xFF", "this is UTF-16 text, which is not supported yet in this version; save it as UTF-8"},
	} {
		if bytes.HasPrefix(magic, []byte(f[0])) {
			return f[1]
		}
	}
	return ""
}
