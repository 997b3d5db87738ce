package post

import (
	"strings"
	"testing"
)

// Any HTML is either set or refused: no panic, and what is set stays on its
// pages, in characters a font has.
func FuzzBody(f *testing.F) {
	f.Add("<h1>Hinweis</h1><p>Guten <strong>Tag</strong></p>")
	f.Add("<ol start=9><li><p>x<br>y</p></ol><dl><dt>a<dd>b\nc</dl><blockquote><hr>")
	f.Add("<a href='mailto:a@example.com'>a</a> " + strings.Repeat("very-long/word", 60))
	f.Add(strings.Repeat("<ul><li>x", 9))
	f.Add("<ul><li><ul><li><ul><li>\u00a0</ul></ul></ul><p>\u00ad</p>")
	p, err := New(Config{Sender: []string{"Name", "Street", "Place"}, Home: "DE"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, html string) {
		if len(html) > 1<<14 {
			return
		}
		s, no := p.set(Letter{ID: "p", Code: "AB000001", Recipient: []string{"A", "B", "C"}, Country: "DE", HTML: html})
		if no != nil {
			if s != nil || no.reason == "" || no.detail == "" {
				t.Errorf("refused as %+v with %+v", no, s)
			}
			return
		}
		for _, page := range s.pages {
			for _, l := range page {
				if l.y+l.height > p.sheet.height-p.sheet.bottom+0.01 {
					t.Errorf("a line at %.1f mm", l.y)
				}
				for _, fr := range l.fragments {
					right := fr.x
					for _, r := range strings.TrimRight(fr.text, " ") {
						if !fr.face.has(r) {
							t.Fatalf("U+%04X has no glyph", r)
						}
						right += fr.face.width(r) * fr.size * point
					}
					if fr.x < -20 || right > p.sheet.width-p.sheet.left-p.sheet.right+0.1 {
						t.Errorf("%q stands from %.1f to %.1f mm", fr.text, fr.x, right)
					}
				}
			}
		}
	})
}
