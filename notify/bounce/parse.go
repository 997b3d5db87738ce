package bounce

import (
	"bufio"
	"io"
	"net/mail"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // reports in other character sets than UTF-8

	"tocsin/incident"
)

// Limits on what a stranger may send. What lies beyond is not read: a report
// says what it has to say before the returned text.
const (
	MaxSize   = 4 << 20  // of a whole report
	maxPart   = 64 << 10 // of one part that is looked into
	maxHeader = 64 << 10
	maxParts  = 24
	maxDepth  = 4
	maxGroups = 100 // recipients of one report
)

// Parse reads one message. A message that is no report on a delivery is no error:
// its Kind is Other. The error is Invalid, for what is not a mail message.
func Parse(r io.Reader) (Report, error) {
	e, err := message.ReadWithOptions(io.LimitReader(r, MaxSize), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if e == nil || err != nil && !readable(err) {
		return Report{}, incident.Errorf(incident.Invalid, "This is not a mail message.")
	}
	if e.Header.Len() == 0 {
		return Report{}, incident.Errorf(incident.Invalid, "This is not a mail message: it has no headers.")
	}
	kind, params, _ := e.Header.ContentType()
	p := parser{rep: Report{Kind: Other}}
	if strings.EqualFold(kind, "multipart/report") {
		// A complaint (RFC 5965) or a receipt of reading (RFC 8098) returns the
		// letter as well, and says nothing of a delivery.
		if t := params["report-type"]; t != "" && !strings.EqualFold(t, "delivery-status") && !strings.EqualFold(t, "global-delivery-status") {
			return p.rep, nil
		}
	}
	p.walk(e, 0)
	if p.rep.Kind == Other {
		p.plain(e.Header.Has("X-Failed-Recipients"))
	}
	if p.rep.Kind == Other {
		return Report{Kind: Other}, nil
	}
	p.quoted()
	for _, name := range []string{"In-Reply-To", "References"} {
		if p.rep.MessageID == "" {
			p.rep.MessageID = lastID(e.Header.Get(name)) // servers that return no headers answer the letter
		}
	}
	return p.rep, nil
}

func readable(err error) bool {
	return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

// parser gathers from the parts of one message.
type parser struct {
	rep   Report
	parts int
	texts []string // plain texts, for servers that write in no other form
}

func (p *parser) walk(e *message.Entity, depth int) {
	if p.parts++; p.parts > maxParts || depth > maxDepth {
		return
	}
	kind, _, err := e.Header.ContentType()
	if err != nil || kind == "" {
		kind = "text/plain"
	}
	kind = strings.ToLower(kind)
	if parts := e.MultipartReader(); parts != nil {
		for p.parts <= maxParts {
			part, err := parts.NextPart()
			if part == nil || err != nil && !readable(err) {
				return // its end, or cut off: what was read counts
			}
			p.walk(part, depth+1)
		}
		return
	}
	body := io.LimitReader(e.Body, maxPart)
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		p.status(body)
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
		p.returned(body)
	case "text/plain":
		if b, _ := io.ReadAll(body); len(b) > 0 { // cut off or not
			p.texts = append(p.texts, string(b))
		}
	}
}

// returned looks for our identity in a returned letter or its headers.
func (p *parser) returned(r io.Reader) {
	if p.rep.MessageID != "" {
		return
	}
	for name, value := range fields(bufio.NewReader(r)) {
		if name == "message-id" {
			p.rep.MessageID = lastID(value)
			return
		}
	}
}

// lastID is the last identity in a header of them.
func lastID(value string) string {
	at := strings.LastIndexByte(value, '<')
	id, _, ok := strings.Cut(value[at+1:], ">")
	if at < 0 || !ok || len(id) > 255 || strings.ContainsAny(id, " \t\r\n") {
		return ""
	}
	// Only what is an address by form is an identity (RFC 5322, 3.6.4).
	if _, err := mail.ParseAddress(id); err != nil {
		return ""
	}
	return id
}
