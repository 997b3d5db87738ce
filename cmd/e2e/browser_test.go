package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tab is one person's browser: a profile of its own, with JavaScript.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu   sync.Mutex
	said []string // errors of the console, and what the policy blocked
}

// browsers gives what opens tabs; the browsers end with the test.
func browsers(t *testing.T, base string) func() *tab {
	t.Helper()
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			found = p
			break
		}
	}
	if found == "" {
		require(t, "a browser")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(found))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	return func() *tab {
		ctx, cancel := chromedp.NewContext(alloc)
		t.Cleanup(cancel)
		ctx, stop := context.WithTimeout(ctx, 90*time.Second)
		t.Cleanup(stop)
		b := &tab{t: t, ctx: ctx, base: base}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
			t.Fatal(err)
		}
		go b.listen()
		t.Cleanup(b.quiet)
		return b
	}
}

func (b *tab) listen() {
	for m, err := range chromedp.Console(b.ctx) {
		if err != nil {
			return
		}
		if m.Type == "error" || m.Type == chromedp.ConsoleException {
			b.mu.Lock()
			b.said = append(b.said, m.Text)
			b.mu.Unlock()
		}
	}
}

// quiet fails the test for everything the browser complained of.
func (b *tab) quiet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		b.t.Errorf("the browser said: %s", s)
	}
}

func (b *tab) open(path string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(b.base+path)); err != nil {
		b.t.Fatalf("%s: %v", path, err)
	}
}

func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

func (b *tab) text() string { b.t.Helper(); return eval[string](b, "document.body.innerText") }
func (b *tab) path() string { b.t.Helper(); return eval[string](b, "location.pathname") }

// links gives the addresses on the page that begin with prefix.
func (b *tab) links(prefix string) []string {
	b.t.Helper()
	all := eval[string](b, fmt.Sprintf("[...new Set([...document.links].map((a) => a.pathname).filter((p) => p.startsWith(%q)))].join(' ')", prefix))
	return strings.Fields(all)
}

// says fails unless the page shows the text.
func (b *tab) says(want string) {
	b.t.Helper()
	if text := b.text(); !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
		b.t.Fatalf("%s does not say %q:\n%s", b.path(), want, text)
	}
}

const fillIn = `((suffix, values) => {
  const form = [...document.forms].find((f) => f.method === "post" && new URL(f.getAttribute("action") || location.href, location.href).pathname.endsWith(suffix));
  if (!form) return "no form " + suffix;
  form.id = "filled";
  for (const [name, value] of Object.entries(values)) {
    const fields = [...form.elements].filter((e) => e.name === name);
    if (!fields.length) return "no field " + name;
    for (const e of fields) {
      if (e.type === "checkbox" || e.type === "radio") e.checked = value.split(",").includes(e.value);
      else e.value = value;
      e.dispatchEvent(new Event("input", {bubbles: true}));
      e.dispatchEvent(new Event("change", {bubbles: true}));
    }
  }
  return "";
})`

type values map[string]string

// send fills in the form whose action ends in suffix, sends it with its own
// button, and waits for the page that follows. Files are field → path.
func (b *tab) send(suffix string, v values, files values) {
	b.t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	if v == nil {
		raw = []byte("{}")
	}
	if fault := eval[string](b, fmt.Sprintf("%s(%q, %s)", fillIn, suffix, raw)); fault != "" {
		b.t.Fatalf("%s: %s\n%s", b.path(), fault, b.text())
	}
	for field, file := range files {
		sel := chromedp.CSS(fmt.Sprintf(`#filled input[name=%q]`, field))
		if err := chromedp.Do(b.ctx, chromedp.SetUploadFiles(sel, []string{file})); err != nil {
			b.t.Fatalf("%s: %s: %v", b.path(), field, err)
		}
	}
	eval[bool](b, `(() => { window.before = true; setTimeout(() => document.getElementById("filled").requestSubmit(), 0); return true; })()`)
	for range 600 {
		if next, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!window.before && document.readyState === "complete"`)); err == nil && next {
			if fault := eval[string](b, `document.querySelector(".problems")?.innerText || ""`); fault != "" {
				b.t.Fatalf("%s after %s: %s", b.path(), suffix, fault)
			}
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("%s: nothing followed %s:\n%s", b.path(), suffix, b.text())
}
