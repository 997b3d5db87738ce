package post

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tocsin/incident"
)

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
