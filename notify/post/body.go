package post

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

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

// maxDepth of lists and quotations: more leaves no room for words.
const maxDepth = 8

func (b *body) element(n *html.Node, style int) error {
	if b.depth > maxDepth {
		return incident.Errorf(incident.Invalid, "the letter holds lists more than %d deep", maxDepth)
	}
	switch n.DataAtom {
	case atom.Html, atom.Body, atom.Main, atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Dl:
		b.end()
		err := b.children(n, style)
		b.end()
		return err
	case atom.Head:
		return nil
	case atom.P:
		return b.block(n, paragraph, style)
	case atom.H1:
		return b.block(n, heading1, bold)
	case atom.H2:
		return b.block(n, heading2, bold)
	case atom.H3, atom.H4:
		return b.block(n, heading3, bold)
	case atom.Dt:
		return b.block(n, term, bold)
	case atom.Dd, atom.Blockquote:
		b.end()
		b.depth++
		b.pre = n.DataAtom == atom.Dd
		defer func() { b.depth--; b.pre = false }()
		return b.block(n, paragraph, style)
	case atom.Ul, atom.Ol:
		return b.list(n, style)
	case atom.Li:
		return b.item(n, style)
	case atom.Strong, atom.B:
		return b.children(n, style|bold)
	case atom.Em, atom.I:
		return b.children(n, style|italic)
	case atom.Span, atom.Small, atom.Abbr, atom.Time, atom.Code:
		return b.children(n, style)
	case atom.A:
		return b.link(n, style)
	case atom.Br:
		b.add("", style)
		b.open.runs = append(b.open.runs, run{"\n", style})
		return nil
	case atom.Hr:
		b.begin(rule)
		b.end()
		return nil
	}
	return incident.Errorf(incident.Invalid, "the letter holds <%.20s>, which cannot be printed", n.Data)
}

func (b *body) block(n *html.Node, k kind, style int) error {
	if b.open != nil && b.open.kind == item && len(tidy(b.open.runs)) == 0 {
		// The first paragraph of an item stands beside its mark.
		return b.children(n, style)
	}
	b.begin(k)
	err := b.children(n, style)
	b.end()
	return err
}

func (b *body) list(n *html.Node, style int) error {
	b.end()
	next := bullets
	if n.DataAtom == atom.Ol {
		next = 1
		for _, a := range n.Attr {
			if start, err := strconv.Atoi(a.Val); a.Key == "start" && err == nil && start >= 0 {
				next = start
			}
		}
	}
	b.lists = append(b.lists, next)
	b.depth++
	err := b.children(n, style)
	b.end()
	b.depth--
	b.lists = b.lists[:len(b.lists)-1]
	return err
}

func (b *body) item(n *html.Node, style int) error {
	b.begin(item)
	b.open.marker = "•"
	if l := len(b.lists) - 1; l >= 0 && b.lists[l] != bullets {
		b.open.marker = strconv.Itoa(b.lists[l]) + "."
		b.lists[l]++
	}
	err := b.children(n, style)
	b.end()
	return err
}

// link prints the address beside the words, unless they are the address.
func (b *body) link(n *html.Node, style int) error {
	if err := b.children(n, style); err != nil {
		return err
	}
	to, words := "", textOf(n)
	for _, a := range n.Attr {
		if a.Key == "href" {
			to = a.Val
		}
	}
	switch to {
	case "", words, "mailto:" + words, "tel:" + words, "https://" + words, "http://" + words:
		return nil
	}
	b.add(" ("+strings.TrimPrefix(strings.TrimPrefix(to, "mailto:"), "tel:")+")", style)
	return nil
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var s strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.WriteString(textOf(c))
	}
	return strings.TrimSpace(s.String())
}

// tidy joins runs of one style and makes one blank of many: none at the ends of
// a line.
func tidy(in []run) []run {
	var out []run
	blank := true // at the start of a line: no blank is written
	for _, r := range in {
		var s strings.Builder
		for _, c := range r.text {
			if c == ' ' && blank {
				continue
			}
			if c == '\n' {
				trimEnd(out, &s)
			}
			s.WriteRune(c)
			blank = c == ' ' || c == '\n'
		}
		if s.Len() == 0 {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].style == r.style {
			out[n].text += s.String()
		} else {
			out = append(out, run{s.String(), r.style})
		}
	}
	for len(out) > 0 {
		n := len(out) - 1
		if out[n].text = strings.TrimRight(out[n].text, " \n"); out[n].text != "" {
			break
		}
		out = out[:n]
	}
	return out
}

// trimEnd takes the blank before a break away, wherever it was written.
func trimEnd(out []run, s *strings.Builder) {
	if s.Len() > 0 {
		t := strings.TrimRight(s.String(), " ")
		s.Reset()
		s.WriteString(t)
		return
	}
	if n := len(out) - 1; n >= 0 {
		out[n].text = strings.TrimRight(out[n].text, " ")
	}
}
