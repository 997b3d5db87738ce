package letter

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// markup turns a block's Markdown into HTML and plain text. goldmark drops raw
// HTML and script links; the allow-list is the second wall and takes out
// images, which would tell a stranger's server that the letter was read.
type markup struct {
	md     goldmark.Markdown
	policy *bluemonday.Policy
}

func newMarkup() markup {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "h1", "h2", "h3", "ul", "ol", "li", "strong", "em", "br", "hr", "blockquote")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.RequireNoFollowOnLinks(false)
	return markup{md: goldmark.New(), policy: p}
}

func (m markup) html(source string) (string, error) {
	var out bytes.Buffer
	if err := m.md.Convert([]byte(source), &out); err != nil {
		return "", err
	}
	return strings.TrimSpace(m.policy.Sanitize(out.String())), nil
}

// plain is the text alternative: headings underlined, lists with dashes, links
// written out, lines of at most width runes where words allow.
func (m markup) plain(source string) string {
	src := []byte(source)
	p := plain{src: src}
	p.blocks(m.md.Parser().Parse(text.NewReader(src)), "", "")
	return strings.Trim(p.out.String(), "\n")
}

const width = 76

type plain struct {
	src []byte
	out strings.Builder
}

// blocks writes the children of n. lead starts the very first line (a list's
// mark), indent all others.
func (p *plain) blocks(n ast.Node, lead, indent string) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			words := p.inline(c)
			line := strings.Repeat(map[bool]string{true: "=", false: "-"}[c.Level == 1], len([]rune(words)))
			p.out.WriteString("\n" + lead + words + "\n" + indent + line + "\n")
		case *ast.List:
			p.out.WriteString("\n")
			number := c.Start
			for item := c.FirstChild(); item != nil; item = item.NextSibling() {
				mark := "- "
				if c.IsOrdered() {
					mark = strconv.Itoa(number) + ". "
					number++
				}
				p.blocks(item, indent+mark, indent+strings.Repeat(" ", len(mark)))
			}
		case *ast.TextBlock:
			p.paragraph(p.inline(c), lead, indent)
		case *ast.Blockquote:
			p.blocks(c, lead+"  ", indent+"  ")
		case *ast.ThematicBreak:
			p.out.WriteString("\n" + strings.Repeat("-", 20) + "\n")
		case *ast.Paragraph:
			if c.PreviousSibling() != nil || n.Kind() == ast.KindDocument {
				p.out.WriteString("\n")
			}
			p.paragraph(p.inline(c), lead, indent)
		default:
			if c.HasChildren() {
				p.blocks(c, lead, indent)
			} else if l := c.Lines(); l != nil && c.Kind() != ast.KindHTMLBlock {
				p.paragraph(string(l.Value(p.src)), lead, indent)
			}
		}
		lead = indent
	}
}

func (p *plain) paragraph(s, lead, indent string) {
	for _, line := range strings.Split(s, "\n") {
		at := 0
		for i, word := range strings.FieldsFunc(line, mayBreak) {
			n := len([]rune(word))
			switch {
			case i == 0:
				p.out.WriteString(lead + word)
				at = len([]rune(lead)) + n
			case at+1+n > width:
				p.out.WriteString("\n" + indent + word)
				at = len([]rune(indent)) + n
			default:
				p.out.WriteString(" " + word)
				at += 1 + n
			}
			lead = indent
		}
		p.out.WriteString("\n")
	}
}

// mayBreak says whether a line may break at r: not at the spaces that keep
// French punctuation with its word.
func mayBreak(r rune) bool {
	const noBreak, narrowNoBreak = 0xa0, 0x202f
	return unicode.IsSpace(r) && r != noBreak && r != narrowNoBreak
}

// inline is the words of a paragraph; a hard break is a line feed.
func (p *plain) inline(n ast.Node) string {
	var s strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			s.Write(unescape(c.Segment.Value(p.src)))
			if c.HardLineBreak() {
				s.WriteString("\n")
			} else if c.SoftLineBreak() {
				s.WriteString(" ")
			}
		case *ast.String:
			s.Write(c.Value)
		case *ast.AutoLink:
			s.Write(c.URL(p.src))
		case *ast.Link:
			words, to := p.inline(c), string(c.Destination)
			s.WriteString(words)
			if to != words && to != "mailto:"+words && to != "https://"+words {
				s.WriteString(" (" + to + ")")
			}
		case *ast.Image, *ast.RawHTML:
		default:
			s.WriteString(p.inline(c))
		}
	}
	return s.String()
}

// unescape takes the backslash off escaped punctuation and resolves the
// entities people type.
func unescape(b []byte) []byte {
	s := string(b)
	if strings.Contains(s, `\`) {
		var out strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[i+1]) >= 0 {
				i++
			}
			out.WriteByte(s[i])
		}
		s = out.String()
	}
	return []byte(strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&nbsp;", " ").Replace(s))
}
