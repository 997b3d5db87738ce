package scan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"

	message "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mail in other character sets than UTF-8

	"tocsin/incident/scan/detect"
)

// nameDetector describes names of people in the header of a message.
func nameDetector() *detect.Detector {
	return &detect.Detector{Name: "mail-name", Element: "name", Source: "RFC 5322: the name beside an address", Secret: true}
}

// mail reads a file that is one message.
func (f *file) mail(r *bufio.Reader) error { return f.message(r, 1, "message 1") }

// mbox reads a mailbox: messages that each begin with a line "From …" at the
// beginning or behind an empty line (RFC 4155).
func (f *file) mbox(r *bufio.Reader) error {
	b := &mailbox{r: r, line: 1, most: f.lim.line, fresh: true}
	for n := 1; b.next(); n++ {
		if err := f.message(b, b.line-1, fmt.Sprintf("message %d", n)); err != nil {
			return err
		}
		if b.long > 0 {
			if err := f.problem(b.long, "a line is longer than %d bytes; what is beyond was not looked at", f.lim.line); err != nil {
				return err
			}
			b.long = 0
		}
	}
	if b.err != nil {
		return readError(b.line, b.err)
	}
	return nil
}

// mailbox gives the messages of a mailbox one after the other, as readers.
type mailbox struct {
	r     *bufio.Reader
	line  int // number of the line that comes next
	most  int
	buf   []byte // the line being read
	rest  []byte // of it, not yet handed on
	empty bool   // the line before was empty
	fresh bool   // nothing was read
	found bool   // a "From " line was read, whose message comes
	long  int    // a line that was cut
	ended bool
	err   error
}

// next goes to the next message, past its "From " line.
func (b *mailbox) next() bool {
	if _, err := io.Copy(io.Discard, b); err != nil {
		return false
	}
	ok := b.found
	b.found = false
	return ok
}

// Read gives what belongs to the message.
func (b *mailbox) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.found || b.ended || b.err != nil {
			return 0, errOr(b.err, io.EOF)
		}
		line, long, err := readLine(b.r, b.buf, b.most)
		b.buf = line
		if err != nil {
			if b.ended = errors.Is(err, io.EOF); !b.ended {
				b.err = err
			}
			continue
		}
		if long {
			b.long = b.line
			line = append(line, '\n')
		}
		b.line++
		start := (b.empty || b.fresh) && bytes.HasPrefix(line, []byte("From "))
		b.empty, b.fresh = len(bytes.TrimRight(line, "\r\n")) == 0, false
		if start {
			b.found = true
			return 0, io.EOF
		}
		if len(line) > 5 && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			line = line[1:]
		}
		b.rest = line
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// maxHeader bounds the header of a message.
const maxHeader = 1 << 20

// message looks through one message, which begins at line.
func (f *file) message(r io.Reader, line int, name string) error {
	f.begin(line, name, "", true)
	f.unit().seen = map[string]bool{}
	err := f.entity(r, line)
	var bad *unreadable
	if errors.As(err, &bad) {
		err = f.problem(line, "%s: %s", name, bad.why)
	}
	if err != nil {
		return err
	}
	return f.end()
}

// parts counts what was read of a message.
type parts struct {
	line, n int
	told    bool
}

func (f *file) entity(r io.Reader, line int) error {
	e, err := message.ReadWithOptions(r, &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if e == nil {
		return &unreadable{line, "its header cannot be read"}
	}
	if err := f.header(e, line, ""); err != nil {
		return err
	}
	return f.body(e, err, &parts{line: line}, "", 0, false)
}

// header looks through who wrote whom about what, and finds the conversation.
func (f *file) header(e *message.Entity, line int, path string) error {
	u := f.unit()
	if path == "" {
		u.conversation = thread(&e.Header)
	}
	for _, key := range []string{"From", "To", "Cc", "Reply-To", "Sender", "Subject"} {
		fields := e.Header.FieldsByKey(key)
		for fields.Next() {
			text, err := fields.Text()
			if err != nil {
				text = fields.Value() // a character set nobody knows: as it stands
			}
			p := part{name: join(path, "header "+key), line: line, text: []byte(text)}
			if key != "Subject" {
				if err := f.names(u, &p, text); err != nil {
					return err
				}
			}
			if err := f.text(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// names lists the names beside addresses that are not the organisation's own.
func (f *file) names(u *unit, p *part, text string) error {
	list, err := mail.ParseAddressList(text)
	if err != nil {
		return nil //nolint:nilerr // a list in no known form has no names to tell
	}
	for _, a := range list {
		name := strings.TrimSpace(a.Name)
		if name == "" || strings.Contains(name, "@") || f.own(strings.ToLower(a.Address)) {
			continue
		}
		if err := f.hit(u, p, p.line, max(0, strings.Index(text, name)), f.name, detect.Context, strings.ToLower(name), name); err != nil {
			return err
		}
	}
	return nil
}

// thread names the conversation: the message that began it.
func thread(h *message.Header) string {
	for _, key := range []string{"References", "In-Reply-To", "Message-Id"} {
		if ids := strings.Fields(h.Get(key)); len(ids) > 0 && len(ids[0]) <= 1000 {
			return ids[0]
		}
	}
	return ""
}

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
	r := bufio.NewReader(io.LimitReader(e.Body, f.lim.part+1))
	head, _ := r.Peek(512)
	textual := kind == "" || strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "application/xml"
	if what := notText(head); what != "" && len(head) > 0 || !textual && kind != "application/octet-stream" {
		if len(head) == 0 {
			return nil
		}
		return f.problem(n.line, "part %s is no text: it was not looked into", name)
	}
	like := part{name: name, line: n.line, twin: twin}
	if params["charset"] == "" {
		r = decode(r)
	}
	if kind == "text/html" {
		return f.html(r, like)
	}
	return f.pieces(r, like)
}

// pieces looks through decoded text of any length.
func (f *file) pieces(r io.Reader, like part) error {
	buf := make([]byte, 0, 4096)
	done := int64(0)
	for base := 0; ; {
		if len(buf) == cap(buf) && cap(buf) < f.lim.whole {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := io.ReadFull(r, buf[len(buf):min(cap(buf), f.lim.whole)])
		buf = buf[:len(buf)+n]
		done += int64(n)
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
		case done > f.lim.part:
			return f.problem(like.line, "part %s is longer than %d bytes; what is beyond was not looked at", like.name, f.lim.part)
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return f.problem(like.line, "part %s cannot be read to its end", like.name)
		case !more:
			return nil
		}
	}
}

func join(path, name string) string { return strings.TrimSpace(path + " " + name) }
