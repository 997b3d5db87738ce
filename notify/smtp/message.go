package smtp

import (
	"io"
	"net/mail"

	gomail "github.com/wneessen/go-mail"

	"tocsin/notify"
)

// write writes a letter as it goes over the wire; ok is false where it cannot be.
func (c *Channel) write(d *dotted, m notify.Message, to string) (r notify.Receipt, ok bool) {
	msg := c.message(m, to)
	if c.sign != nil {
		if !c.clock().Before(c.sign.Leaf.NotAfter) {
			return deferred("the certificate that signs letters has expired"), false
		}
		if err := msg.SignWithTLSCertificate(c.sign); err != nil {
			return deferred("the message cannot be signed"), false
		}
	}
	if c.dkim != nil {
		msg.SetDKIM(c.dkim)
	}
	if _, err := msg.WriteTo(d); err != nil {
		if c.sign != nil || c.dkim != nil {
			return deferred("the message cannot be signed"), false // no fault of the letter's
		}
		return notify.Receipt{Outcome: notify.Rejected, Detail: "the message cannot be written as mail"}, false
	}
	d.end()
	return notify.Receipt{}, true
}

// message composes a letter: plain text first, HTML as its alternative, an
// identity of ours, and the mark that keeps autoresponders quiet. The library
// encodes what a header cannot hold, line breaks in a subject included.
func (c *Channel) message(m notify.Message, to string) *gomail.Msg {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(c.from)
	msg.ToMailAddress(&mail.Address{Address: to})
	if c.replyTo != nil {
		msg.ReplyToMailAddress(c.replyTo)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(c.clock())
	msg.SetMessageIDWithValue(m.ID + "@" + c.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	msg.SetBodyWriter(gomail.TypeTextPlain, part(m.Text))
	if m.HTML != "" {
		msg.AddAlternativeWriter(gomail.TypeTextHTML, part(m.HTML))
	}
	return msg
}

// part writes a text as often as the library asks for it.
func part(text string) func(io.Writer) (int64, error) {
	return func(w io.Writer) (int64, error) {
		n, err := io.WriteString(w, text)
		return int64(n), err
	}
}
