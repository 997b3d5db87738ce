package scan

import (
	"bufio"
	"errors"
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

// maxHeader bounds the header of a message.
const maxHeader = 1 << 20

// message looks through one message, which begins at line.
func (f *file) message(r io.Reader, line int, name string) error {
	depth := len(f.units)
	f.begin(line, name, "", true)
	f.unit().seen = map[string]bool{}
	err := f.entity(r, line)
	var bad *unreadable
	if errors.As(err, &bad) {
		err = f.problem(line, "%s: %s", name, bad.why)
	}
	for err == nil && len(f.units) > depth {
		err = f.end()
	}
	return err
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
		if ids := strings.Fields(h.Get(key)); len(ids) > 0 {
			return conversation(ids[0])
		}
	}
	return ""
}
