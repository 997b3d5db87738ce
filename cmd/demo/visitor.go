package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// visitor is one person at the console with a browser that has no JavaScript:
// it opens pages, fills in the forms it finds there and sends them.
type visitor struct {
	name   string
	base   string
	client *http.Client
}

func newVisitor(name, base string) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &visitor{name: name, base: base, client: &http.Client{Jar: jar, Timeout: 2 * time.Minute}}, nil
}

// page is what a visitor sees.
type page struct {
	path string
	root *html.Node
	text string
}

// open shows a page.
func (v *visitor) open(ctx context.Context, path string) (*page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		return nil, err
	}
	return v.do(req)
}

func (v *visitor) do(req *http.Request) (*page, error) {
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Origin", v.base)
	resp, err := v.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	p := &page{path: resp.Request.URL.RequestURI(), root: root, text: textOf(root)}
	if resp.StatusCode >= 400 {
		return p, fmt.Errorf("%s: %s %s answered %s: %s", v.name, req.Method, req.URL.Path, resp.Status, said(p.text))
	}
	return p, nil
}

// said shortens a page's text to what matters in an error.
func said(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if at := strings.Index(text, "problem"); at > 60 {
		text = text[at-60:]
	}
	if len(text) > 400 {
		text = text[:400] + "…"
	}
	return text
}

// form is one form of a page with the values it came with.
type form struct {
	action, method string
	values         url.Values
	upload         bool
	radios         map[string]string // the first choice of each group
}

// errNoForm says that a page has no such form.
var errNoForm = errors.New("no such form")

// form finds the form whose action ends in suffix.
func (p *page) form(suffix string) (*form, error) {
	for _, f := range p.forms() {
		if path, _, _ := strings.Cut(f.action, "?"); strings.HasSuffix(path, suffix) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("%w: %s on %s", errNoForm, suffix, p.path)
}

// forms gives every form of the page that is sent by POST.
func (p *page) forms() []*form {
	var out []*form
	walk(p.root, func(n *html.Node) {
		if n.Data != "form" || !strings.EqualFold(attr(n, "method"), "post") {
			return
		}
		f := &form{action: attr(n, "action"), method: http.MethodPost, values: url.Values{}, radios: map[string]string{}, upload: attr(n, "enctype") == "multipart/form-data"}
		if f.action == "" {
			f.action = p.path
		}
		walk(n, func(c *html.Node) { f.take(c) })
		out = append(out, f)
	})
	return out
}

// take reads a control's value as a browser would send it untouched.
func (f *form) take(n *html.Node) {
	name := attr(n, "name")
	if name == "" {
		return
	}
	switch n.Data {
	case "input":
		switch attr(n, "type") {
		case "submit", "file", "button", "image":
		case "checkbox", "radio":
			if _, seen := f.radios[name]; !seen && attr(n, "type") == "radio" {
				f.radios[name] = attr(n, "value")
			}
			if hasAttr(n, "checked") {
				f.values.Add(name, attr(n, "value"))
			}
		default:
			f.values.Add(name, attr(n, "value"))
		}
	case "textarea":
		f.values.Add(name, strings.TrimPrefix(textOf(n), "\n"))
	case "select":
		first, chosen := "", ""
		seen := false
		walk(n, func(o *html.Node) {
			if o.Data != "option" {
				return
			}
			value := attr(o, "value")
			if !hasAttr(o, "value") {
				value = textOf(o)
			}
			if !seen {
				first, seen = value, true
			}
			if hasAttr(o, "selected") {
				chosen = value
			}
		})
		if chosen == "" {
			chosen = first
		}
		f.values.Add(name, chosen)
	}
}

// send fills in values and sends the form found on the page at path.
func (v *visitor) send(ctx context.Context, path, suffix string, values map[string]string, files ...file) (*page, error) {
	p, err := v.open(ctx, path)
	if err != nil {
		return nil, err
	}
	return v.sendFrom(ctx, p, suffix, values, files...)
}

// file is a file for a form's field.
type file struct{ field, path, name, content string }

func (v *visitor) sendFrom(ctx context.Context, p *page, suffix string, values map[string]string, files ...file) (*page, error) {
	f, err := p.form(suffix)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.name, err)
	}
	return v.submit(ctx, p, f, values, files...)
}

func (v *visitor) submit(ctx context.Context, p *page, f *form, values map[string]string, files ...file) (*page, error) {
	for k, val := range values {
		f.values.Set(k, val)
	}
	at, err := url.Parse(v.base + p.path)
	if err != nil {
		return nil, err
	}
	target, err := at.Parse(f.action)
	if err != nil {
		return nil, err
	}
	var body io.Reader = strings.NewReader(f.values.Encode())
	kind := "application/x-www-form-urlencoded"
	if f.upload {
		pipe, write := io.Pipe()
		w := multipart.NewWriter(write)
		kind, body = w.FormDataContentType(), pipe
		go func() { write.CloseWithError(fill(w, f.values, files)) }()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Referer", at.String())
	return v.do(req)
}

// fill writes a multipart body as it is read.
func fill(w *multipart.Writer, values url.Values, files []file) error {
	for name, list := range values {
		for _, value := range list {
			if err := w.WriteField(name, value); err != nil {
				return err
			}
		}
	}
	for _, f := range files {
		var src io.Reader = strings.NewReader(f.content)
		name := f.name
		if f.path != "" {
			open, err := os.Open(f.path)
			if err != nil {
				return err
			}
			defer open.Close()
			src, name = open, filepath.Base(f.path)
		}
		part, err := w.CreateFormFile(f.field, name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(part, src); err != nil {
			return err
		}
	}
	return w.Close()
}

func walk(n *html.Node, fn func(*html.Node)) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			fn(c)
		}
		walk(c, fn)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(n)
	return b.String()
}

// download fetches a file.
func (v *visitor) download(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s answered %s", v.name, path, resp.Status)
	}
	return body, err
}

// title is the page's heading.
func (p *page) title() string {
	out := ""
	walk(p.root, func(n *html.Node) {
		if n.Data == "h1" && out == "" {
			out = strings.TrimSpace(textOf(n))
		}
	})
	return out
}
