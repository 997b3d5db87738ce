package view

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// StaticPrefix is where static files are served.
const StaticPrefix = "/static/"

// Static holds the embedded files under names that carry their digest
// (app.3f9a1c….css), so that a browser may keep them for ever.
type Static struct {
	urls  map[string]string // app.css → /static/app.3f9a….css
	files map[string]staticFile
	icons map[string]template.HTML
}

type staticFile struct {
	kind        string
	plain, gzip []byte // gzip is nil where it saves nothing
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func loadStatic(files fs.FS, root string) (*Static, error) {
	s := &Static{urls: map[string]string{}, files: map[string]staticFile{}}
	entries, err := fs.ReadDir(files, root)
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		ext := path.Ext(name)
		kind, ok := contentTypes[ext]
		if !ok {
			return nil, fmt.Errorf("static file %s: no content type for %q", name, ext)
		}
		body, err := fs.ReadFile(files, path.Join(root, name))
		if err != nil {
			return nil, fmt.Errorf("read static file: %w", err)
		}
		sum := sha256.Sum256(body)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:8]) + ext
		s.urls[name] = StaticPrefix + hashed
		s.files[hashed] = staticFile{kind: kind, plain: body, gzip: squeeze(body)}
		if name == "icons.svg" {
			if s.icons, err = readIcons(string(body)); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func squeeze(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		return nil
	}
	if z.Close() != nil || b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}

// URL is the address of the named file. An unknown name is a mistake in a
// template and fails the page.
func (s *Static) URL(name string) (string, error) {
	u, ok := s.urls[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return u, nil
}

// ServeHTTP answers GET and HEAD for StaticPrefix. Nothing but the exact
// current names exists.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[strings.TrimPrefix(r.URL.Path, StaticPrefix)]
	if !ok {
		http.Error(w, "Not found.", http.StatusNotFound)
		return
	}
	body := f.plain
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if f.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body)
}

// icon draws one symbol of icons.svg in place. It is decoration: the word
// beside it carries the meaning, so it is hidden from screen readers.
func (s *Static) icon(name string) (template.HTML, error) {
	svg, ok := s.icons[name]
	if !ok {
		return "", fmt.Errorf("no icon %q", name)
	}
	return svg, nil
}

// readIcons takes the sprite apart: one <symbol id="…">…</symbol> a line.
func readIcons(sprite string) (map[string]template.HTML, error) {
	icons := map[string]template.HTML{}
	for line := range strings.Lines(sprite) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), `<symbol id="`)
		if !ok {
			continue
		}
		id, rest, ok := strings.Cut(rest, `" viewBox="0 0 24 24">`)
		body, tail, ended := strings.Cut(rest, "</symbol>")
		if !ok || !ended || tail != "" {
			return nil, fmt.Errorf("icons.svg: the symbol starting %.20q is not on one line", line)
		}
		icons[id] = template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + body + `</svg>`)
	}
	return icons, nil
}
