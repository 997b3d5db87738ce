package console

import (
	"bytes"
	"html/template"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// markdown turns what people and playbooks write into HTML that is safe to
// show: text, lists, tables, code and links. No image, because fetching one
// would tell its server that somebody reads; no raw HTML; no address that does
// anything but open a page or a mail. It never changes after it is made.
type markdown struct {
	text  goldmark.Markdown
	allow *bluemonday.Policy
}

func newMarkdown() *markdown {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr",
		"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,4}$`)).OnElements("ol")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return &markdown{text: goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify)), allow: p}
}

// headings of a text become those below the page's own.
var deeper = regexp.MustCompile(`<(/?)h([1-6])[ >]`)

// HTML renders source. What cannot be rendered comes back as plain text.
func (m *markdown) HTML(source string) template.HTML {
	var out bytes.Buffer
	if err := m.text.Convert([]byte(source), &out); err != nil {
		return template.HTML("<pre>" + template.HTMLEscapeString(source) + "</pre>") //nolint:gosec // escaped
	}
	return m.clean(out.Bytes(), 2)
}

// Letter cleans the HTML of a letter, whose headings become those below the page's.
func (m *markdown) Letter(html string) template.HTML { return m.clean([]byte(html), 1) }

func (m *markdown) clean(html []byte, by byte) template.HTML {
	down := deeper.ReplaceAllFunc(html, func(tag []byte) []byte {
		n := bytes.IndexByte(tag, 'h') + 1
		tag[n] = min(tag[n]+by, '6')
		return tag
	})
	return template.HTML(m.allow.SanitizeBytes(down)) //nolint:gosec // only what the list above allows is left
}
