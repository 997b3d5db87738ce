package public

import (
	"strings"
	"unicode/utf8"
)

// block is a heading or a paragraph of a letter's plain text.
type block struct {
	Heading bool
	Text    string // line breaks are the letter's own
}

// wrapped is how long a line is at least that the letter's text was broken after: a
// shorter one, as of an address, ended by itself.
const wrapped = 60

// blocks reads a letter's plain text for a page, which breaks lines itself: headings are
// those lines that are underlined, and lines that were broken to a width are put together.
func blocks(text string) []block {
	var out []block
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		lines := strings.Split(strings.Trim(part, "\n"), "\n")
		if len(lines) == 2 && lines[1] != "" && strings.Trim(lines[1], "=-") == "" {
			out = append(out, block{Heading: true, Text: lines[0]})
			continue
		}
		var b strings.Builder
		for n, line := range lines {
			if n > 0 {
				joint := "\n"
				if utf8.RuneCountInString(lines[n-1]) >= wrapped && !strings.HasPrefix(line, "- ") {
					joint = " "
				}
				b.WriteString(joint)
			}
			b.WriteString(strings.TrimSpace(line))
		}
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, block{Text: s})
		}
	}
	return out
}
