package slash

import (
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
)

// message is what Slack takes as an answer. Text says everything; blocks, where
// there are any, repeat it with buttons.
type message struct {
	Type    string  `json:"response_type"` // ephemeral: to the asker alone; in_channel: to all
	Text    string  `json:"text"`
	Blocks  []block `json:"blocks,omitempty"`
	Replace bool    `json:"replace_original"` // false: a button's list stays
}

// block is Slack's, as far as it is used here.
type block struct {
	Type      string   `json:"type"`
	Text      *textObj `json:"text,omitempty"`
	Accessory *button  `json:"accessory,omitempty"`
}

type textObj struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type button struct {
	Type     string  `json:"type"`
	Text     textObj `json:"text"`
	ActionID string  `json:"action_id"`
	Value    string  `json:"value"`
	Label    string  `json:"accessibility_label,omitempty"`
}

// reply is what a verb answers: text to the asker, and a line to the channel
// where something changed that all may know of.
type reply struct {
	text   string
	blocks []block
	line   string
}

func (r reply) ephemeral() message {
	return message{Type: "ephemeral", Text: r.text, Blocks: r.blocks}
}

// sentence is an error in Slack's words; this is the only such table.
func sentence(err error) string {
	s := esc(incident.Sentence(err))
	for _, p := range incident.ProblemsOf(err) {
		s += "\n• " + esc(p.String())
	}
	switch incident.KindOf(err) {
	case incident.Invalid, incident.NotFound, incident.Gone, incident.TooLarge:
		return s
	case incident.Conflict:
		return s + " Nothing was changed."
	case incident.Forbidden, incident.Unauthorized:
		return "Not allowed: " + s
	case incident.Unavailable:
		return "Not possible just now: " + s + " Nothing was changed; try again, or use the console."
	}
	return s
}

// esc keeps text from being read as a mention or a link.
func esc(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// user mentions a Slack user; ids come from signed requests or were matched.
func user(id string) string { return "<@" + id + ">" }

// drill marks what is only practised.
func drill(on bool) string {
	if on {
		return "[DRILL] "
	}
	return ""
}

// form is how an instant is written.
const form = "2 Jan 2006, 15:04 MST"

// due writes an instant in the asker's zone, with the recipient's beside it
// where that reads otherwise, and how far off it is.
func due(at, now time.Time, zone *time.Location, recipient string) string {

	s := at.In(zone).Format(form)
	if loc, err := time.LoadLocation(recipient); err == nil && recipient != "" {
		if theirs := at.In(loc).Format(form); theirs != s {
			s += " = " + theirs
		}
	}
	return s + " (" + apart(at.Sub(now)) + ")"
}

func apart(d time.Duration) string {
	if d < 0 {
		return "overdue by " + span(-d)
	}
	return "in " + span(d)
}

func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 72*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
