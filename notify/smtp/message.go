package smtp

import (
	gomail "github.com/wneessen/go-mail"

	"tocsin/incident"
	"tocsin/notify"
)

// message writes a letter as mail: plain text first, HTML as its alternative,
// an identity of ours, and the mark that keeps autoresponders quiet.
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
	if c.cfg.ReplyTo != "" {
		if err := msg.ReplyTo(c.cfg.ReplyTo); err != nil {
			return nil, err
		}
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(c.clock())
	msg.SetMessageIDWithValue(m.ID + "@" + c.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

func configError(problems []incident.Problem) error {
	return &incident.Error{Kind: incident.Invalid, Message: "The mail configuration is wrong.", Problems: problems}
}
