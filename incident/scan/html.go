package scan

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/net/html"
)

// page is an HTML page under way.
type page struct {
	f    *file
	p    part // the text held, and where it begins
	line int  // of the file
	skip int  // how deep in scripts and styles
}

// html looks through what a page shows, what its links and fields hold, and
// its comments. like says where the page stands; lines, that its line ends are the file's.
func (f *file) html(r io.Reader, like part) error {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(f.lim.line)
	g := &page{f: f, p: like, line: like.line}
	g.p.text = nil
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return g.end(z.Err())
		}
		breaks := bytes.Count(z.Raw(), []byte{'\n'})
		shown := false
		switch kind {
		case html.TextToken:
			if shown = g.skip == 0; shown {
				g.put(z.Text())
			}
		case html.CommentToken:
			shown = true
			g.put(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			g.tag(z, kind)
		}
		// The line ends of shown text are counted where it is looked through;
		// others are not in the text, so what is held must go first.
		if like.lines && breaks > 0 && !shown || len(g.p.text) >= f.lim.block {
			if err := g.flush(); err != nil {
				return err
			}
		}
		if like.lines {
			g.line += breaks
		}
	}
}

func (g *page) tag(z *html.Tokenizer, kind html.TokenType) {
	name, attributes := z.TagName()
	tag := string(name)
	if tag == "script" || tag == "style" {
		switch {
		case kind == html.StartTagToken:
			g.skip++
		case kind == html.EndTagToken && g.skip > 0:
			g.skip--
		}
	}
	if endsWord(tag) {
		g.put([]byte("  "))
	}
	for attributes {
		var key, value []byte
		key, value, attributes = z.TagAttr()
		switch string(key) {
		case "href", "value", "alt", "title", "content":
			value = bytes.Join(bytes.Fields(bytes.TrimPrefix(value, []byte("mailto:"))), []byte{' '})
			g.put(append(append([]byte("  "), value...), "  "...))
		}
	}
}

func (g *page) put(text []byte) {
	if len(g.p.text) == 0 {
		g.p.line = g.line
	}
	g.p.text = append(g.p.text, text...)
}

func (g *page) flush() error {
	text := g.p
	g.p.text = g.p.text[:0]
	if len(bytes.TrimSpace(text.text)) == 0 {
		return nil
	}
	return g.f.text(text)
}

func (g *page) end(err error) error {
	if err := g.flush(); err != nil {
		return err
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, html.ErrBufferExceeded):
		return g.f.problem(g.line, "a tag or text is longer than %d bytes; the page was not read further", g.f.lim.line)
	}
	return readError(g.line, err)
}

// endsWord reports whether a tag ends a word; others, such as <b>, may stand within one.
func endsWord(tag string) bool {
	switch tag {
	case "a", "b", "i", "em", "strong", "span", "font", "u", "small", "mark", "wbr":
		return false
	}
	return true
}
