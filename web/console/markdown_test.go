package console

import (
	"regexp"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	m := newMarkdown()
	for in, want := range map[string]string{
		"# Isolate\n\n1. **Pull** the plug\n2. Note `eth0`": "<h3>Isolate</h3>\n<ol>\n<li><strong>Pull</strong> the plug</li>\n<li>Note <code>eth0</code></li>\n</ol>\n",
		"![logo](https://evil.example/x.png)":               "<p></p>\n",
		"[here](javascript:alert(1))":                       "<p>here</p>\n",
		"[help](/help)":                                     "<p><a href=\"/help\" rel=\"nofollow noreferrer\">help</a></p>\n",
		"<script>alert(1)</script>":                         "\n",
		"a <b onclick=x>b</b>":                              "<p>a b</p>\n",
		"##### five":                                        "<h6>five</h6>\n",
	} {
		if got := string(m.HTML(in)); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
	if got := m.Letter(`<h1 style="x">Dear</h1><img src="https://x"><p class="y">you</p>`); string(got) != "<h2>Dear</h2><p>you</p>" {
		t.Errorf("a letter: %q", got)
	}
}

var harm = regexp.MustCompile(`(?i)<(script|img|iframe|style|object|embed|form|input|svg|base|link|meta)[\s/>]|<[a-z0-9]+[^>]*\s(on[a-z]+|style|src|srcset)\s*=|href="\s*(javascript|data|vbscript):`)

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a", "[x](javascript:1)", "<img src=x onerror=y>", "```\n<script>\n```", "<a href='java\tscript:1'>", "![](data:x)", "| a |\n|---|\n| <svg/onload=1> |"} {
		f.Add(s)
	}
	m := newMarkdown()
	f.Fuzz(func(t *testing.T, source string) {
		for _, got := range []string{string(m.HTML(source)), string(m.Letter(source))} {
			if hit := harm.FindString(got); hit != "" {
				t.Fatalf("%q became %q, which holds %q", source, got, hit)
			}
			if strings.Contains(got, "<h1") {
				t.Fatalf("%q became a heading of the page", source)
			}
		}
	})
}
