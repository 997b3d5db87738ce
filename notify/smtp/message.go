package smtp

import (
	gomail "github.com/wneessen/go-mail"

	"tocsin/notify"
)

// message writes a letter as mail: plain text first, HTML as its alternative,
// an identity of ours, and the mark that keeps autoresponders quiet. The
// library encodes what a header cannot hold, line breaks in a subject included.
func (c *Channel) message(m notify.Message, to string) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(c.from); err != nil {
		return nil, err
	}
	if err := msg.EnvelopeFrom(c.sender); err != nil {
		return nil, err
	}
	if err := msg.To(to); err != nil {
		return nil, err
	}
	if c.replyTo != "" {
		if err := msg.ReplyTo(c.replyTo); err != nil {
			return nil, err
		}
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(c.clock())
	msg.SetMessageIDWithValue(m.ID + "@" + c.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}
