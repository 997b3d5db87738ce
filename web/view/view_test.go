package view

import (
	"flag"
	"html/template"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEveryPageIsProvenSafe(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Pages()) < 10 {
		t.Fatalf("only %d pages are embedded", len(r.Pages()))
	}
	if err := r.check(); err != nil {
		t.Fatal(err)
	}
}

// The policy forbids inline scripts, handlers and styles: a template that has
// one would be silently dead in the browser.
func TestNoTemplateNeedsWhatThePolicyForbids(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)<script(>|[^>]*>\s*\S)|\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:|<iframe|<object|<embed|https?://`)
	own := regexp.MustCompile(`<script src="\{\{asset "[a-z]+\.js"\}\}" defer></script>`) // files of ours, which the policy lets in
	files := 0
	err := fs.WalkDir(embedded, "templates", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		body, err := fs.ReadFile(embedded, p)
		if err != nil {
			return err
		}
		text := own.ReplaceAllString(string(body), "")
		if hit := forbidden.FindString(text); hit != "" {
			t.Errorf("%s holds %q", p, hit)
		}
		return nil
	})
	if err != nil || files < 15 {
		t.Fatalf("looked at %d templates: %v", files, err)
	}
	script, err := fs.ReadFile(embedded, "static/app.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"eval(", "new Function", "innerHTML", ".style.", "setAttribute(\"style"} {
		if strings.Contains(string(script), word) {
			t.Errorf("app.js holds %q", word)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	whole := func() fstest.MapFS {
		m := fstest.MapFS{}
		err := fs.WalkDir(embedded, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			body, err := fs.ReadFile(embedded, p)
			m[p] = &fstest.MapFile{Data: body}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if _, err := load(whole()); err != nil {
		t.Fatalf("the embedded files themselves: %v", err)
	}
	for name, c := range map[string]struct{ path, body, want string }{
		"a page in no folder":      {"templates/stray/x.html", `{{define "main"}}{{end}}`, "in no folder"},
		"a page without main":      {"templates/console/x.html", `<p>`, `no block "main"`},
		"two pages of one name":    {"templates/console/sign-in.html", `{{define "main"}}{{end}}`, "two templates are named sign-in"},
		"a page that does not end": {"templates/console/x.html", `{{define "main"}}{{if}}`, "parse templates/console/x.html"},
		"an unknown function":      {"templates/plain/x.html", `{{define "main"}}{{nonesuch}}{{end}}`, "nonesuch"},
		"a static file unknown":    {"static/x.exe", `MZ`, "no content type"},
		"an icon over two lines":   {"static/icons.svg", "<symbol id=\"a\" viewBox=\"0 0 24 24\"><path/>\n</symbol>", "not on one line"},
	} {
		t.Run(name, func(t *testing.T) {
			m := whole()
			m[c.path] = &fstest.MapFile{Data: []byte(c.body)}
			_, err := load(m)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestRenderFailsWhole(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	body, err := r.Render("error", Page{Title: "x", Data: struct{ Wrong int }{1}})
	if incident.KindOf(err) != incident.Internal || body != nil {
		t.Errorf("data of the wrong type: %d bytes, %v", len(body), err)
	}
	if _, err := r.Render("nonesuch", Page{}); incident.KindOf(err) != incident.Internal {
		t.Errorf("an unknown page: %v", err)
	}
}

func TestRelative(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		in   time.Duration
		want string
	}{
		{0, "now"}, {59 * time.Second, "now"}, {-59 * time.Second, "now"},
		{time.Minute, "in 1 min"}, {119 * time.Minute, "in 1 h"}, {-90 * time.Minute, "1 h ago"},
		{59*time.Minute + 59*time.Second, "in 59 min"}, {47*time.Hour + 59*time.Minute, "in 47 h"},
		{48 * time.Hour, "in 2 d"}, {71 * time.Hour, "in 2 d"}, {-30 * 24 * time.Hour, "30 d ago"},
	} {
		if got := Relative(now.Add(c.in), now); got != c.want {
			t.Errorf("%v: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestWhen(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r := Reader{Zone: berlin, Now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	at := time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC)
	want := template.HTML(`<time datetime="2026-11-22T13:05:00Z" data-distance>22 Nov 2026, 14:05 CET <span class="distance">(in 3 h)</span></time>`)
	if got := r.When(at); got != want {
		t.Errorf("When: %s", got)
	}
	if got := r.When(time.Time{}); got != dash {
		t.Errorf("the zero time: %s", got)
	}
	if got := (Reader{}).At(at); got != `<time datetime="2026-11-22T13:05:00Z">22 Nov 2026, 13:05 UTC</time>` {
		t.Errorf("without a zone: %s", got)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 11204: "11,204", 1234567: "1,234,567", -1500: "−1,500"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	c := Chart{Bars: []Bar{{Value: 0}, {Value: 1}, {Value: 1000}}}
	for v, want := range map[int]string{0: "0.00", 1: "0.50", 1000: "100.00", 250: "25.00"} {
		if got := c.Width(v); got != want {
			t.Errorf("bar of %d: %s, want %s", v, got, want)
		}
	}
	p := Progress{Total: 200, Parts: []Part{{"accepted", 100, Done}, {"rejected", 50, Overdue}}}
	if got := p.Summary(); got != "100 accepted, 50 rejected, 50 to do of 200" {
		t.Errorf("summary: %s", got)
	}
	if diff := cmp.Diff([]Slice{{"0.00", "50.00", Done}, {"50.00", "25.00", Overdue}}, p.Slices()); diff != "" {
		t.Error(diff)
	}
	if got := (Progress{Parts: []Part{{"x", 3, Done}}}).Slices(); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestFormExplains(t *testing.T) {
	f := Form{Fields: []Field{{Name: "login", Help: "h"}, {Name: "name"}}}
	err := &incident.Error{Kind: incident.Invalid, Message: "no", Problems: []incident.Problem{
		{Where: "login", What: "Enter an address."}, {Where: "login", What: "And a good one."}, {Where: "elsewhere", What: "Odd."}}}
	want := []Error{{"login", "Enter an address."}, {"login", "And a good one."}, {"", "elsewhere: Odd."}}
	if diff := cmp.Diff(want, f.Explain(err)); diff != "" {
		t.Error(diff)
	}
	if f.Fields[0].Error != "Enter an address." || f.Fields[0].Describe() != "login-help login-error" || f.Fields[1].Error != "" {
		t.Errorf("fields: %+v", f.Fields)
	}
	internal := f.Explain(incident.Because(incident.Internal, os.ErrClosed, "secret path /x"))
	if len(internal) != 1 || strings.Contains(internal[0].Text, "secret") {
		t.Errorf("an internal error says %v", internal)
	}
}

func TestStatic(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	s := r.Static()
	u, err := s.URL("app.css")
	if err != nil || !regexp.MustCompile(`^/static/app\.[0-9a-f]{16}\.css$`).MatchString(u) {
		t.Fatalf("address %q, %v", u, err)
	}
	get := func(path, encoding string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		q := httptest.NewRequest(http.MethodGet, path, nil)
		q.Header.Set("Accept-Encoding", encoding)
		s.ServeHTTP(w, q)
		return w
	}
	w := get(u, "gzip")
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w = get(u, ""); w.Header().Get("Content-Encoding") != "" || !strings.Contains(w.Body.String(), "prefers-color-scheme") {
		t.Errorf("plain: %v", w.Header())
	}
	for _, p := range []string{"/static/app.css", "/static/", "/static/../view.go", "/static/app.0000000000000000.css"} {
		if w := get(p, ""); w.Code != 404 {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
	if _, err := s.URL("nonesuch.css"); err == nil {
		t.Error("an unknown file has an address")
	}
}

// gallery shows every component once, so that a change of one is read as a diff.
const gallery = `{{define "main"}}{{$p := .}}{{with .Data}}
{{template "badge" .Badge}}
{{template "digest" .Digest}}
{{template "empty" .Empty}}
{{template "facts" .Facts}}
{{template "tabs" .Tabs}}
{{template "pager" .Pager}}
{{template "progress" .Progress}}
{{template "chart" .Chart}}
{{template "confirm" .Confirm}}
{{template "form" .Form}}
{{$p.When .At}} {{plural 1 "person" "people"}} {{plural 11204 "person" "people"}}
{{end}}{{end}}`

func TestGallery(t *testing.T) {
	m := fstest.MapFS{"templates/console/gallery.html": {Data: []byte(gallery)}}
	for _, dir := range []string{"templates/components", "templates/frames", "static"} {
		entries, err := fs.ReadDir(embedded, dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			body, err := fs.ReadFile(embedded, dir+"/"+e.Name())
			if err != nil {
				t.Fatal(err)
			}
			m[dir+"/"+e.Name()] = &fstest.MapFile{Data: body}
		}
	}
	r, err := load(m)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC)
	reader := Reader{Now: at.Add(-3 * time.Hour)}
	evil := `<script>alert("x")</script>`
	page := Page{Reader: reader, Title: evil, Lead: "A lead.", Note: "Done.", Problems: []Error{{"login", "Enter an address."}, {"", "Else."}},
		Nav: []Link{{Text: "Incidents", URL: "/", Icon: "bell", Current: true, Count: 3}}, Account: &Who{Name: evil, Role: "Administrator"},
		Crumbs: []Link{{Text: "Up", URL: "/up"}},
		Case: &Case{Number: "DRL-2026-0001", Title: evil, URL: "/incidents/DRL-2026-0001", Status: Badge{"Open", Running}, Drill: true, Restricted: true,
			Warning: "Slack may be read by the attacker.", Rail: []Link{{Text: "Tasks", URL: "/t", Count: 4, Current: true}},
			Clocks: []Clock{{Title: "Art. 33 GDPR", State: Badge{"Due soon", Soon}, Due: reader.When(at), Owner: "Counsel", URL: "/o"},
				{Title: "8-K", State: Badge{"Waiting", Waiting}, Note: "waiting for materiality", URL: "/m"}}},
		Data: map[string]any{
			"Badge": Badge{evil, Overdue}, "Digest": strings.Repeat("ab", 32), "At": at,
			"Empty":    Empty{"Nothing", "Will be here.", &Link{Text: "Begin", URL: "/new", Icon: "plus"}},
			"Facts":    []Fact{{"People", "11,204"}, {"When", reader.When(at)}},
			"Tabs":     []Link{{Text: "All", URL: "?", Current: true, Count: 2}, {Text: "Mine", URL: "?mine"}},
			"Pager":    Pager{Newer: "?", Older: "?before=3"},
			"Progress": Progress{ID: "mailing", Label: "Letters", Total: 200, Parts: []Part{{"accepted", 100, Done}, {"rejected", 50, Overdue}}},
			"Chart":    Chart{Title: "By jurisdiction", Label: "Jurisdiction", Unit: "People", Bars: []Bar{{Label: "US-CA", Value: 9000, URL: "/ca"}, {Label: "DE", Value: 4}}},
			"Confirm": Confirm{"Send 11,204 letters?", []Fact{{"Jurisdictions", "23"}}, "2 letters are unapproved.",
				Form{Action: "/send", Submit: "Send", Danger: true, Cancel: "/back", Hidden: map[string]string{"digest": "ab"}}},
			"Form": Form{Action: "/x", Submit: "Save", Upload: true, Fields: []Field{
				{Name: "login", Label: "Login", Type: "email", Value: evil, Required: true, Error: "Enter an address.", Help: "h", Autocomplete: "username", Focus: true},
				{Name: "pw", Label: "Password", Type: "password", Value: "never shown"},
				{Name: "why", Label: "Why", Type: "textarea", Value: evil, MaxLength: 20},
				{Name: "sev", Label: "Severity", Type: "select", Value: "b", Options: []Option{{Value: "a", Text: "A"}, {Value: "b", Text: "B"}}},
				{Name: "grants", Label: "Grants", Type: "checkboxes", Values: []string{"x"}, Options: []Option{{"x", "X", "help"}, {"y", "Y", ""}}},
				{Name: "one", Label: "One", Type: "radios", Value: "y", Required: true, Options: []Option{{"x", "X", ""}, {"y", "Y", ""}}},
				{Name: "file", Label: "File", Type: "file", Accept: ".csv"}}},
		}}
	got, err := r.Render("gallery", page)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(got), "<script>alert") || strings.Contains(string(got), "never shown") {
		t.Error("the page holds what it must not")
	}
	// The names of static files change with every edit of them.
	text := regexp.MustCompile(`\.[0-9a-f]{16}\.`).ReplaceAllString(string(got), ".HASH.")
	golden(t, "gallery.html", text)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (run with -update after reading the diff):\n%s", name, diff)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}
