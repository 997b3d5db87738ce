package view

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"tocsin/incident"
)

//go:embed templates static
var embedded embed.FS

// The frames a page can sit in. The folder a page's file is in chooses it.
const (
	frameConsole = "console"
	framePlain   = "plain"
	framePublic  = "public" // people outside: a document of its own, without script or navigation
)

// Renderer holds the parsed templates and the static files. It is immutable
// after New and safe for use by many requests at once.
type Renderer struct {
	pages  map[string]*template.Template // by page name, e.g. "users"
	static *Static
	pool   sync.Pool
}

// New parses everything that is embedded. An error means the program was built
// wrongly: a template that does not parse, sits in no known folder, or lacks
// its "main" block.
func New() (*Renderer, error) { return load(embedded) }

func load(files fs.FS) (*Renderer, error) {
	static, err := loadStatic(files, "static")
	if err != nil {
		return nil, err
	}
	r := &Renderer{pages: map[string]*template.Template{}, static: static}
	r.pool.New = func() any { return new(bytes.Buffer) }

	base := template.New("").Option("missingkey=error").Funcs(funcs(static))
	if base, err = base.ParseFS(files, "templates/components/*.html"); err != nil {
		return nil, fmt.Errorf("parse components: %w", err)
	}
	frames := map[string]*template.Template{}
	for f, parts := range map[string][]string{
		frameConsole: {"document", frameConsole}, framePlain: {"document", framePlain}, framePublic: {framePublic},
	} {
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone components: %w", err)
		}
		var names []string
		for _, part := range parts {
			names = append(names, "templates/frames/"+part+".html")
		}
		if frames[f], err = t.ParseFS(files, names...); err != nil {
			return nil, fmt.Errorf("parse frame %s: %w", f, err)
		}
	}
	err = fs.WalkDir(files, "templates", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		folder := strings.TrimPrefix(path.Dir(p), "templates/")
		if folder == "components" || folder == "frames" {
			return nil
		}
		frame, listed := frames[folder]
		if !listed || path.Ext(p) != ".html" {
			return fmt.Errorf("template %s is in no folder that makes pages", p)
		}
		return r.add(files, frame, p)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Renderer) add(files fs.FS, frame *template.Template, p string) error {
	name := strings.TrimSuffix(path.Base(p), ".html")
	if _, taken := r.pages[name]; taken {
		return fmt.Errorf("two templates are named %s", name)
	}
	t, err := frame.Clone()
	if err != nil {
		return fmt.Errorf("clone frame for %s: %w", p, err)
	}
	if t, err = t.ParseFS(files, p); err != nil {
		return fmt.Errorf("parse %s: %w", p, err)
	}
	if t.Lookup("main") == nil {
		return fmt.Errorf("template %s defines no block \"main\"", p)
	}
	r.pages[name] = t
	return nil
}

// Pages lists the names of all pages, sorted: for tests that hold every page
// to the same rules.
func (r *Renderer) Pages() []string {
	names := make([]string, 0, len(r.pages))
	for n := range r.pages {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Static serves the style sheet, the script and the icons.
func (r *Renderer) Static() *Static { return r.static }

// Render makes a whole document in memory. The caller answers only after it
// has all of it, so a template that fails midway is an error page and never
// half a page under status 200. The error is of kind Internal.
func (r *Renderer) Render(name string, p Page) ([]byte, error) {
	t, ok := r.pages[name]
	if !ok {
		return nil, incident.Errorf(incident.Internal, "no page named %q", name)
	}
	buf := r.pool.Get().(*bytes.Buffer)
	defer r.pool.Put(buf)
	buf.Reset()
	if err := t.ExecuteTemplate(buf, "document", p); err != nil {
		return nil, incident.Because(incident.Internal, err, "render page %s", name)
	}
	return slices.Clone(buf.Bytes()), nil
}

// check escapes every page now instead of at its first reading, so that a test
// finds a template which html/template cannot prove safe.
func (r *Renderer) check() error {
	for _, name := range r.Pages() {
		err := r.pages[name].ExecuteTemplate(new(bytes.Buffer), "document", Page{})
		var unsafe *template.Error
		if errors.As(err, &unsafe) {
			return fmt.Errorf("page %s: %w", name, unsafe)
		}
	}
	return nil
}
