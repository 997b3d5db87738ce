package scan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	message "github.com/emersion/go-message"
)

// body looks through a part and the parts in it.
func (f *file) body(e *message.Entity, decoding error, n *parts, path string, depth int, twin bool) error {
	kind, params, _ := e.Header.ContentType()
	if n.n++; n.n > f.lim.parts || depth > min(f.lim.nesting, 20) {
		if n.told {
			return nil
		}
		n.told = true
		return f.problem(n.line, "the message has more than %d parts, or parts nested deeper than 20; the rest was not looked at", f.lim.parts)
	}
	if many := e.MultipartReader(); many != nil {
		for i := 1; ; i++ {
			if n.told {
				return nil
			}
			one, err := many.NextPart()
			if errors.Is(err, io.EOF) && one == nil {
				return nil
			}
			if one == nil {
				return f.problem(n.line, "part %s cannot be read further", join(path, fmt.Sprint(i)))
			}
			again := twin || i > 1 && kind == "multipart/alternative"
			if err := f.body(one, err, n, strings.TrimPrefix(fmt.Sprintf("%s.%d", path, i), "."), depth+1, again); err != nil {
				return err
			}
		}
	}
	name := join(path, safeName(kind))
	if message.IsUnknownEncoding(decoding) {
		return f.problem(n.line, "part %s is encoded in a way nobody knows; it was not looked at", name)
	}
	if kind == "message/rfc822" || kind == "message/global" {
		inner, err := message.ReadWithOptions(io.LimitReader(e.Body, f.lim.part), &message.ReadOptions{MaxHeaderBytes: maxHeader})
		if inner == nil {
			return f.problem(n.line, "part %s: the header of the message in it cannot be read", name)
		}
		if err := f.header(inner, n.line, path); err != nil {
			return err
		}
		return f.body(inner, err, n, strings.TrimPrefix(path+".1", "."), depth+1, twin)
	}
	limited := &io.LimitedReader{R: e.Body, N: f.lim.part}
	r := bufio.NewReader(limited)
	head, _ := r.Peek(512)
	if len(head) == 0 {
		return nil
	}
	textual := kind == "" || strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "application/xml"
	if notText(head) != "" || !textual && kind != "application/octet-stream" {
		return f.problem(n.line, "part %s is no text: it was not looked into", name)
	}
	if params["charset"] == "" || message.IsUnknownCharset(decoding) {
		r = decode(r)
	}
	if err := f.leaf(r, e, kind, part{name: name, line: n.line, twin: twin}); err != nil {
		return err
	}
	if more, _ := io.ReadFull(e.Body, make([]byte, 1)); limited.N <= 0 && more > 0 {
		return f.problem(n.line, "part %s is longer than %d bytes; what is beyond was not looked at", name, f.lim.part)
	}
	return nil
}

// leaf looks through the text of a part.
func (f *file) leaf(r *bufio.Reader, e *message.Entity, kind string, like part) error {
	_, params, _ := e.Header.ContentDisposition()
	switch {
	case kind == "text/html":
		return f.html(r, like)
	case kind == "text/csv" || strings.HasSuffix(strings.ToLower(params["filename"]), ".csv"):
		return f.csv(r, like) // a list of people, sent to somebody: each row is its own
	}
	return f.pieces(r, like)
}

// pieces looks through decoded text of any length.
func (f *file) pieces(r io.Reader, like part) error {
	buf := make([]byte, 0, 4096)
	for base := 0; ; {
		if len(buf) == cap(buf) && cap(buf) < f.lim.whole {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := io.ReadFull(r, buf[len(buf):min(cap(buf), f.lim.whole)])
		buf = buf[:len(buf)+n]
		more := err == nil
		if more && len(buf) < f.lim.whole {
			continue
		}
		cut := len(buf)
		if more {
			if i := bytes.LastIndexByte(buf, '\n'); i > 0 {
				cut = i + 1
			} else if i := bytes.LastIndexByte(buf, ' '); i > 0 {
				cut = i + 1
			}
		}
		p := like
		p.text = buf[:cut]
		if base > 0 {
			p.name = fmt.Sprintf("%s from byte %d", like.name, base)
		}
		if err := f.text(p); err != nil {
			return err
		}
		base += cut
		buf = append(buf[:0], buf[cut:]...)
		switch {
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return f.problem(like.line, "part %s cannot be read to its end", like.name)
		case !more:
			return nil
		}
	}
}

func join(path, name string) string { return strings.TrimSpace(path + " " + name) }
