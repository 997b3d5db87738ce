package post

import (
	"strings"

	"golang.org/x/net/html"

	"tocsin/incident"
)

// block is a paragraph, or what is set like one.
type block struct {
	kind   kind
	marker string // of a list item: "•", "2."
	depth  int    // of lists and quotations
	runs   []run
}

type kind uint8

const (
	paragraph kind = iota
	heading1
	heading2
	heading3
	item
	term // of a definition list; its definition is a paragraph one deeper
	rule
)

// run is words in one style. A line feed in them is a break.
type run struct {
	text  string
	style int
}

// words are the block's, as they would be read out.
func (b block) words() string {
	var s strings.Builder
	for _, r := range b.runs {
		s.WriteString(r.text)
	}
	return s.String()
}

// parseBody reads the HTML letters and filings are made of. Invalid: markup
// that cannot be printed, such as a picture or a table; it is refused, not
// left out, because a letter must say in print what it says on a screen.
func parseBody(page string) ([]block, error) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "the letter is not HTML")
	}
	b := &body{}
	if err := b.node(root, 0); err != nil {
		return nil, err
	}
	b.end()
	return b.blocks, nil
}

type body struct {
	blocks []block
	open   *block
	depth  int
	pre    bool  // line feeds in the text are breaks, as in a filing's answers
	lists  []int // of each list around: the next number, or bullets
}

const bullets = -1

func (b *body) begin(k kind) {
	b.end()
	b.open = &block{kind: k, depth: b.depth}
}

// end closes the open block; one without words was white space between tags.
func (b *body) end() {
	if b.open == nil {
		return
	}
	o := *b.open
	b.open = nil
	if o.runs = tidy(o.runs); len(o.runs) > 0 || o.kind == rule {
		b.blocks = append(b.blocks, o)
	}
}

func (b *body) add(text string, style int) {
	if b.open == nil {
		b.begin(paragraph)
	}
	b.open.runs = append(b.open.runs, run{printable(text), style})
}

func (b *body) node(n *html.Node, style int) error {
	switch n.Type {
	case html.TextNode:
		if b.open != nil || strings.TrimSpace(n.Data) != "" {
			text := n.Data
			if !b.pre {
				text = strings.Map(noBreak, text)
			}
			b.add(text, style)
		}
		return nil
	case html.ElementNode:
		return b.element(n, style)
	}
	return b.children(n, style)
}

// noBreak: white space in HTML is a blank, a break is a tag.
func noBreak(r rune) rune {
	if r == '\n' || r == '\r' || r == '\t' || r == '\f' {
		return ' '
	}
	return r
}

func (b *body) children(n *html.Node, style int) error {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if err := b.node(c, style); err != nil {
			return err
		}
	}
	return nil
}
