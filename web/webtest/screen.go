package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Screen is a tab of a real browser of a given size and colour scheme, which
// looks at every page it opens for what a person would stumble over.
type Screen struct {
	t    testing.TB
	site *Site
	ctx  context.Context
	name string // "375-dark"

	mu   sync.Mutex
	said []string // errors and warnings of the console
}

// Chromium starts a real browser, ended with the test. Without one the test is
// skipped, or fails where TOCSIN_TEST_REQUIRE says that nothing may be missing.
func Chromium(t testing.TB) context.Context {
	t.Helper()
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			found = p
			break
		}
	}
	if found == "" {
		if os.Getenv("TOCSIN_TEST_REQUIRE") != "" {
			t.Fatal("a browser is required here and was not found")
		}
		t.Skip("no browser was found")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(found))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	return ctx
}

// Screen opens a tab. Phones are 375 wide, desks 1280.
func (s *Site) Screen(t testing.TB, browser context.Context, width int64, dark bool) *Screen {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	scheme, height := "light", int64(900)
	if dark {
		scheme = "dark"
	}
	if width < 600 {
		height = 812
	}
	sc := &Screen{t: t, site: s, ctx: ctx, name: fmt.Sprintf("%d-%s", width, scheme)}
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})))
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			// The browser notes every status above 399; the test knows of those.
			if strings.HasPrefix(m.Text, "Failed to load resource: the server responded") {
				continue
			}
			if m.Type == "error" || m.Type == "warning" || m.Type == chromedp.ConsoleException {
				sc.mu.Lock()
				sc.said = append(sc.said, m.Text)
				sc.mu.Unlock()
			}
		}
	}()
	return sc
}

// Context is the tab's, for further steps with chromedp.
func (sc *Screen) Context() context.Context { return sc.ctx }

// Visit opens a page and looks at it.
func (sc *Screen) Visit(path string) {
	sc.t.Helper()
	if err := chromedp.Do(sc.ctx, chromedp.Navigate(sc.site.URL+path)); err != nil {
		sc.t.Fatalf("%s at %s: %v", path, sc.name, err)
	}
	sc.Look(path)
}

// Look checks the page that is open: nothing the policy blocks, no scrolling
// sideways, one main heading and no level left out, a label on every input, a
// name on every button and link, targets large enough for a thumb, readable
// contrast. With TOCSIN_TEST_PICTURES naming a folder it leaves a picture there.
func (sc *Screen) Look(name string) {
	sc.t.Helper()
	found, err := chromedp.Run(sc.ctx, chromedp.Evaluate[string](inspect))
	if err != nil {
		sc.t.Fatalf("%s at %s: %v", name, sc.name, err)
	}
	var faults []string
	if err := json.Unmarshal([]byte(found), &faults); err != nil {
		sc.t.Fatalf("%s at %s: %v", name, sc.name, err)
	}
	sc.mu.Lock()
	faults = append(faults, sc.said...)
	sc.said = nil
	sc.mu.Unlock()
	for _, f := range faults {
		sc.t.Errorf("%s at %s: %s", name, sc.name, f)
	}
	dir := os.Getenv("TOCSIN_TEST_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(sc.ctx, chromedp.FullScreenshot(100))
	must(sc.t, err)
	file := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, name), "-")
	if len(file) > 60 {
		file = file[:60]
	}
	must(sc.t, os.WriteFile(filepath.Join(dir, file+"-"+sc.name+".png"), png, 0o600))
}

// inspect runs in the page and gives a JSON list of what is wrong with it.
const inspect = `(() => {
  const faults = [];
  const visible = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden" && !e.closest(".visually-hidden, .skip, thead");
  const say = (e) => e.outerHTML.slice(0, 120);
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll("main *")].find((e) => e.getBoundingClientRect().right > innerWidth + 1);
    faults.push("it scrolls sideways" + (wide ? ": " + say(wide) : ""));
  }
  const heads = [...document.querySelectorAll("h1, h2, h3, h4")];
  if (heads.filter((h) => h.tagName === "H1").length !== 1) faults.push("it has not exactly one h1");
  const main = [...document.querySelectorAll("main h1, main h2, main h3, main h4")].map((h) => Number(h.tagName[1]));
  main.forEach((n, i) => { if (i > 0 && n > main[i - 1] + 1) faults.push("heading level " + n + " follows " + main[i - 1]); });
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!(e.labels && e.labels.length) && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")) faults.push("no label: " + say(e));
  }
  for (const e of document.querySelectorAll("a[href], button, summary")) {
    if (!e.textContent.trim() && !e.getAttribute("aria-label")) faults.push("no name: " + say(e));
  }
  for (const e of document.querySelectorAll("img")) if (!e.hasAttribute("alt")) faults.push("no alt: " + say(e));
  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) faults.push("two elements are #" + e.id); ids.add(e.id); }
  for (const e of document.querySelectorAll("[aria-describedby]")) for (const id of e.getAttribute("aria-describedby").split(" ")) if (!ids.has(id)) faults.push("described by nothing: " + id);
  if (!document.documentElement.lang || !document.title) faults.push("no language or no title");
  for (const e of document.querySelectorAll("button, .button, summary, .sections a, .rail a, input:not([type=checkbox], [type=radio], [type=hidden]), select")) {
    const box = e.getBoundingClientRect();
    if (visible(e) && (box.height < 43.5 || box.width < 43.5)) faults.push("smaller than 44 px (" + Math.round(box.width) + "×" + Math.round(box.height) + "): " + say(e));
  }
  const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
  const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
  const seen = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !visible(e) || e.closest(":disabled")) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
    if (ratio < (large ? 3 : 4.5)) {
      const fault = "contrast " + ratio.toFixed(2) + ": " + say(e);
      if (!seen.has(fault)) { seen.add(fault); faults.push(fault); }
    }
  }
  return JSON.stringify(faults);
})()`
