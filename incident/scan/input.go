package scan

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"sync/atomic"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const (
	bufferSize = 256 << 10
	sampleSize = 16 << 10
	// maxWindow bounds what a Zstandard file may ask for.
	maxWindow = 128 << 20
	// Text is hardly ever compressed to less than a fiftieth: what unpacks to more
	// than maxRatio times its size, and is not small, is made to do harm.
	maxRatio = 400
)

// input counts and hashes the bytes of a file as they are read.
type input struct {
	raw   io.Reader
	bytes int64
	sha   hash.Hash
	all   *atomic.Int64 // of all files; nil where it is not counted

	harmless int64 // bytes that any file may unpack to
	close    func()
}

func newInput(raw io.Reader, all *atomic.Int64, harmless int64) *input {
	return &input{raw: raw, sha: sha256.New(), all: all, close: func() {}, harmless: harmless}
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.raw.Read(p)
	in.bytes += int64(n)
	if in.all != nil {
		in.all.Add(int64(n))
	}
	in.sha.Write(p[:n])
	return n, err
}

func (in *input) digest() string { return hex.EncodeToString(in.sha.Sum(nil)) }

// rest reads what no reader asked for, so that the digest is the file's.
func (in *input) rest() error {
	_, err := io.Copy(io.Discard, in)
	return err
}

var errBomb = errors.New("unpacks to far more than text does")

// unpack looks through gzip and Zstandard; packed says that there was one.
func (in *input) unpack() (r *bufio.Reader, packed bool, err error) {
	r = bufio.NewReaderSize(in, bufferSize)
	magic, _ := r.Peek(4)
	var plain io.Reader
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		if plain, err = gzip.NewReader(r); err != nil {
			return nil, true, &unreadable{1, "is not a sound gzip file"}
		}
	case bytes.HasPrefix(magic, []byte("\x28\xB5\x2F\xFD")):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, true, &unreadable{1, "is not a sound Zstandard file"}
		}
		in.close = z.Close
		plain = z
	default:
		return r, false, nil
	}
	return bufio.NewReaderSize(&guarded{r: plain, in: in}, bufferSize), true, nil
}

// guarded stops where a file unpacks to far more than text could.
type guarded struct {
	r    io.Reader
	in   *input
	done int64
}

func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if g.done += int64(n); g.done > g.in.harmless && g.done/maxRatio > g.in.bytes {
		return 0, errBomb
	}
	return n, err
}

// decode brings text into UTF-8: UTF-16 is told by its byte order mark,
// Windows-1252 (which Latin-1 is read as) by high bytes that are no UTF-8.
func decode(r *bufio.Reader) *bufio.Reader {
	sample, err := r.Peek(sampleSize)
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(sample, []byte("\xFF\xFE")), bytes.HasPrefix(sample, []byte("\xFE\xFF")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(sample, []byte("\xEF\xBB\xBF")):
		r.Discard(3) //nolint:errcheck // they were peeked at
		return r
	case err == nil && !mostlyUTF8(sample), err != nil && !utf8.Valid(sample):
		from = charmap.Windows1252
	default:
		return r
	}
	return bufio.NewReaderSize(from.NewDecoder().Reader(r), bufferSize)
}

// mostlyUTF8 allows for a sequence that the end of the sample cuts.
func mostlyUTF8(sample []byte) bool {
	for cut := range utf8.UTFMax {
		if cut < len(sample) && utf8.Valid(sample[:len(sample)-cut]) {
			return true
		}
	}
	return len(sample) == 0
}

// readError says what a failed read at a line means.
func readError(line int, err error) error {
	if errors.Is(err, errBomb) {
		return &unreadable{line, "unpacks to more than 400 times its size, which no text does; it was not read further"}
	}
	return &unreadable{line, "cannot be read further: the file is damaged or cut short"}
}
