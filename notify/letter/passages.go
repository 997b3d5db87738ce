package letter

import "strings"

// Passage is one block of a draft's source, for who reads it beside what the law
// says of it.
type Passage struct {
	Key      string   `json:"key"`
	Contents []string `json:"contents,omitempty"` // what it tells
	For      string   `json:"for,omitempty"`      // who reads it, where not everybody does
	Text     string   `json:"text"`               // Markdown
	From     int      `json:"from"`               // lines of the source, from 1, the tag line included
	To       int      `json:"to"`
}

// Passages are the blocks of a draft, in order. A source that cannot be read has
// none: it could not have been kept.
func (d Draft) Passages() []Passage {
	blocks, problems := parseBlocks("", d.Source, 1, false)
	if len(problems) > 0 {
		return nil
	}
	last := strings.Count(normalise(d.Source), "\n") + 1
	out := make([]Passage, len(blocks))
	for n, b := range blocks {
		out[n] = Passage{Key: b.Key, Contents: b.Contents, For: b.For.String(), Text: b.Text, From: b.Line, To: last}
		if n > 0 {
			out[n-1].To = b.Line - 1
		}
	}
	return out
}

// Quotes reports the line on which some words stand in a draft's source, however
// its lines are broken; 0 where they do not.
func (d Draft) Quotes(passage string) int {
	want := strings.Join(strings.Fields(passage), " ")
	if want == "" {
		return 0
	}
	var flat strings.Builder
	var lines []int // of each byte of flat
	for n, l := range strings.Split(normalise(d.Source), "\n") {
		for _, w := range strings.Fields(strings.TrimSuffix(l, `\`)) {
			if flat.Len() > 0 {
				flat.WriteByte(' ')
			}
			flat.WriteString(w)
			for len(lines) < flat.Len() {
				lines = append(lines, n+1)
			}
		}
	}
	at := strings.Index(flat.String(), want)
	if at < 0 {
		return 0
	}
	return lines[at]
}
