package bounce

import (
	"strconv"
	"strings"
)

// form is a report written as plain text by a server that knows no other, or as
// it was set up. Both words must be there; then begins the letter.
type form struct {
	kind   Kind
	begins string // anywhere in the text
	also   string // and this, which says what became of it
	copy   string // the line before the returned letter
}

// forms are those that are certain. A text of another kind is no report: a guess
// would say of a person that their letter came back.
var forms = []form{
	{Failed, "Hi. This is the qmail-send program at ", "permanent error", "--- Below this line is a copy of the message."},
	{Failed, "Hi. This is the qmail-send program at ", "I'm afraid I wasn't able to deliver your message", "--- Below this line is a copy of the message."},
	{Failed, "This message was created automatically by mail delivery software", "could not be delivered to", "------ This is a copy of the message"},
	{Delayed, "This message was created automatically by mail delivery software", "has not yet been delivered", ""},
}

// plain looks through the texts for one of the forms. failed says that the
// message has the header with which Exim marks a failure.
func (p *parser) plain(failed bool) {
	for _, text := range p.texts {
		for _, f := range forms {
			at := strings.Index(text, f.begins)
			if at < 0 || at > 2048 || !strings.Contains(text, f.also) {
				continue
			}
			if failed && f.kind != Failed {
				continue
			}
			said, letter := text, ""
			if f.copy != "" {
				var ok bool
				if said, letter, ok = strings.Cut(text, f.copy); !ok || !strings.Contains(said, f.also) {
					continue
				}
				_, letter, _ = strings.Cut(letter, "\n") // the rest of that line
				letter = strings.TrimLeft(letter, "\r\n")
			}
			p.rep.Kind = f.kind
			p.words(said, f.kind)
			p.returned(strings.NewReader(letter))
			return
		}
	}
}

// quoted looks for the letter's headers in the text of a report, where Exchange
// puts them under "Original message headers:" and may return nothing else.
func (p *parser) quoted() {
	for _, text := range p.texts {
		if _, headers, ok := strings.Cut(text, "Original message headers:"); ok {
			p.returned(strings.NewReader(strings.TrimLeft(headers, " \t\r\n")))
		}
	}
}

// words finds the codes in what the server said.
func (p *parser) words(said string, kind Kind) {
	want := byte('5')
	if kind == Delayed {
		want = '4'
	}
	for line := range strings.Lines(said) {
		if m := enhanced.FindString(line); m != "" && m[0] == want && p.rep.Status == "" {
			p.rep.Status = m
			if c := replied.FindStringSubmatch(line); c != nil && c[1][0] == want {
				p.rep.Code, _ = strconv.Atoi(c[1])
			}
		}
	}
}
