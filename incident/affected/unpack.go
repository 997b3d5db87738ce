package affected

import (
	"bufio"
	"compress/gzip"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tocsin/incident"
)

const (
	bufferSize = 256 << 10
	// maxWindow bounds what a Zstandard file may ask for.
	maxWindow = 128 << 20
	// Text is hardly ever compressed to less than a fiftieth. What unpacks to
	// more than maxRatio times its size, and is not small, is made to do harm.
	maxRatio = 400
	harmless = 64 << 20
)

// unpack looks through compression.
func (in *input) unpack(r *bufio.Reader) (*bufio.Reader, error) {
	magic, _ := r.Peek(4)
	var plain io.Reader
	switch {
	case hasPrefix(magic, "\x1f\x8b"):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "%s: is not a sound gzip file", in.path)
		}
		plain = z
	case hasPrefix(magic, "\x28\xB5\x2F\xFD"):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "%s: is not a sound Zstandard file", in.path)
		}
		in.closer = append(in.closer, z.IOReadCloser())
		plain = z
	default:
		return r, nil
	}
	in.packed = true
	return bufio.NewReaderSize(&guarded{r: plain, in: in}, bufferSize), nil
}

// guarded stops where a file unpacks to far more than a table could.
type guarded struct {
	r    io.Reader
	in   *input
	done int64
}

func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.done += int64(n)
	if g.done > harmless && g.done/maxRatio > g.in.tally.bytes {
		return 0, incident.Errorf(incident.Invalid, "%s: unpacks to more than %d times its size, which no table does; it was not read further", g.in.path, maxRatio)
	}
	return n, err
}

// decode brings text into UTF-8. UTF-16 is told by its byte order mark, or by
// every second byte of the beginning being zero, as in Western text; Windows-1252 (and
// Latin-1, whose letters it has) by high bytes that touch letters and are no UTF-8.
func (in *input) decode(r *bufio.Reader, p *Input) (*bufio.Reader, error) {
	name := p.Encoding
	if name == "" {
		sample, err := r.Peek(64 << 10)
		if err != nil && err != io.EOF { //nolint:errorlint // bufio gives it as it is
			return nil, in.readError(err)
		}
		name = guessEncoding(sample, err != nil)
	}
	var from encoding.Encoding
	switch name {
	case "utf-16le":
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "utf-16be":
		from = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case "windows-1252", "latin-1":
		from = charmap.Windows1252
	}
	if from != nil {
		return bufio.NewReaderSize(from.NewDecoder().Reader(r), bufferSize), nil
	}
	if magic, _ := r.Peek(3); hasPrefix(magic, "\xEF\xBB\xBF") {
		if _, err := r.Discard(3); err != nil {
			return nil, in.readError(err)
		}
	}
	return r, nil
}

// guessEncoding says how a text that begins like this is written, as
// Input.Encoding names it. whole says that it ends like this too.
func guessEncoding(sample []byte, whole bool) string {
	switch {
	case hasPrefix(sample, "\xFF\xFE"):
		return "utf-16le"
	case hasPrefix(sample, "\xFE\xFF"):
		return "utf-16be"
	}
	if n := min(len(sample), 1000) &^ 1; n >= 4 {
		even, odd := 0, 0
		for i := 0; i < n; i += 2 {
			if sample[i] == 0 {
				even++
			}
			if sample[i+1] == 0 {
				odd++
			}
		}
		if 10*odd >= 9*n/2 && even == 0 {
			return "utf-16le"
		}
		if 10*even >= 9*n/2 && odd == 0 {
			return "utf-16be"
		}
	}
	if latin(sample, whole) {
		return "windows-1252"
	}
	return "utf-8"
}

// latin reports whether text has letters that only Latin-1 explains: no
// sequence of it is UTF-8 beyond ASCII, and every high byte touches a letter.
func latin(text []byte, whole bool) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && ('a' <= text[i]|0x20 && text[i]|0x20 <= 'z' || text[i] >= 0xC0)
	}
	found := false
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		if r, size := utf8.DecodeRune(text[i:]); r != utf8.RuneError || size > 1 {
			return false
		}
		if !whole && i+utf8.UTFMax > len(text) { // could be a sequence that the sample cuts
			break
		}
		if text[i] >= 0xC0 {
			if !letter(i-1) && !letter(i+1) {
				return false
			}
			found = true
		}
		i++
	}
	return found
}

func isJSONL(path string) bool {
	name := plainName(path)
	return strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")
}

// plainName is a path in lower case, without what compression adds to it.
func plainName(path string) string {
	name := strings.ToLower(path)
	for _, end := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, end)
	}
	return name
}

func unsupportedName(path string) string {
	name := plainName(path)
	for _, f := range [...][2]string{
		{".xls", "Excel's old format (xls)"}, {".json", "JSON in one document (JSON Lines works)"}, {".zip", "an archive in a set of files"}, {".tar", "an archive in a set of files, or a compressed tar,"}, {".tgz", "a compressed tar"}, {".sql", "a script of SQL"}, {".avro", "Avro"}, {".orc", "ORC"},
	} {
		if strings.HasSuffix(name, f[0]) {
			return f[1] + " is not supported; export it as CSV, or unpack it"
		}
	}
	return ""
}

func unsupportedContent(magic []byte) string {
	switch {
	case hasPrefix(magic, "PAR1"):
		return "this is a Parquet file: its name must end in .parquet, or the spec say format = \"parquet\""
	case hasPrefix(magic, "PK\x03\x04"):
		return "this is a ZIP or Excel file: unpack it, or say format = \"xlsx\""
	}
	return ""
}
