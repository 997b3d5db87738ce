package scan

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
)

// readAs tells by a file's beginning and name what it is, and reads it.
func (f *file) readAs(in *input) error {
	r, _, err := in.unpack()
	if err != nil {
		return err
	}
	head, err := r.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return readError(1, err) // else what came before the damage is read first
	}
	if what := notText(head); what != "" {
		return &unreadable{1, what}
	}
	kind := kindOf(f.path, head)
	if kind != "mbox" && kind != "mail" { // whose parts say themselves how they are written
		r = decode(r)
	}
	f.sum.Kind = kind
	switch kind {
	case "mbox":
		return f.mbox(r)
	case "mail":
		return f.mail(r)
	case "jsonl":
		return f.jsonLines(r)
	case "json":
		return f.json(r)
	case "csv":
		return f.csv(r, part{line: 1, lines: true})
	case "html":
		f.begin(1, "", "", f.opt.Transcripts)
		if err := f.html(r, part{line: 1, lines: true}); err != nil {
			return err
		}
		return f.end()
	}
	return f.plain(r)
}

// notText says what a file is that holds no text by itself; "" where it does.
func notText(head []byte) string {
	for _, m := range [...][2]string{
		{"PK\x03\x04", "is a ZIP file or an office document"}, {"%PDF-", "is a PDF"}, {"\xD0\xCF\x11\xE0", "is an old office document or an Outlook message"},
		{"!BDN", "is an Outlook data file (PST)"}, {"\xFF\xD8\xFF", "is a picture"}, {"\x89PNG", "is a picture"}, {"GIF8", "is a picture"}, {"PAR1", "is a Parquet file"},
		{"SQLite format 3", "is a database"}, {"Rar!", "is an archive"}, {"7z\xBC\xAF", "is an archive"},
	} {
		if bytes.HasPrefix(head, []byte(m[0])) {
			return m[1] + ": it was not looked into; unpack it, or export it as text"
		}
	}
	utf16 := bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF"))
	if !utf16 && bytes.IndexByte(head, 0) >= 0 {
		return "is no text: it was not looked into"
	}
	return ""
}

// kindOf names the reader for a file.
func kindOf(path string, head []byte) string {
	name := strings.ToLower(path)
	for _, end := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, end)
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	switch filepath.Ext(name) {
	case ".jsonl", ".ndjson":
		return "jsonl"
	case ".csv", ".tsv":
		return "csv"
	case ".html", ".htm", ".xhtml":
		return "html"
	case ".mbox", ".mbx":
		return "mbox"
	case ".eml":
		return "mail"
	case ".json":
		if jsonLines(start) {
			return "jsonl"
		}
		return "json"
	case ".txt", ".log", ".md":
		return "text"
	}
	switch {
	case bytes.HasPrefix(head, []byte("From ")) && mailHeader(head[bytes.IndexByte(head, '\n')+1:]):
		return "mbox"
	case mailHeader(head):
		return "mail"
	case jsonLines(start):
		return "jsonl"
	case len(start) > 0 && (start[0] == '{' || start[0] == '[') && bytes.IndexByte(start, '"') >= 0:
		return "json"
	case hasPrefixFold(start, "<!doctype html") || hasPrefixFold(start, "<html"):
		return "html"
	}
	return "text"
}

// jsonLines reports whether the first line is a whole object and another follows.
func jsonLines(start []byte) bool {
	line, rest, _ := bytes.Cut(start, []byte{'\n'})
	line = bytes.TrimSpace(line)
	return len(line) > 2 && line[0] == '{' && line[len(line)-1] == '}' && bytes.HasPrefix(bytes.TrimSpace(rest), []byte{'{'})
}

// mailHeader reports whether text begins with lines of a mail message's header, one of which only mail has.
func mailHeader(head []byte) bool {
	mail := false
	for n := 0; n < 40; n++ {
		line, rest, more := bytes.Cut(head, []byte{'\n'})
		if len(bytes.TrimSpace(line)) == 0 {
			return mail && n > 1
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, ok := bytes.Cut(line, []byte{':'})
			if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t<>[]") {
				return false
			}
			switch strings.ToLower(string(name)) {
			case "message-id", "mime-version", "received", "return-path", "delivered-to", "x-mozilla-status":
				mail = true
			}
		}
		if !more {
			break
		}
		head = rest
	}
	return mail
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// readLine gives the next line with its end, cut where it is longer than most
// bytes; the rest is skipped, and long says so. io.EOF comes alone.
func readLine(r *bufio.Reader, buf []byte, most int) (line []byte, long bool, err error) {
	line = buf[:0]
	for {
		piece, err := r.ReadSlice('\n')
		if room := most - len(line); len(piece) > room {
			piece, long = piece[:room], true
		}
		line = append(line, piece...)
		switch {
		case err == nil:
			return line, long, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, long, nil
		default:
			return line, long, err
		}
	}
}
