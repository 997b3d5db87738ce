package post

import (
	"strings"
	"unicode"
)

// millimetres of one point.
const point = inch / 72

// line is one line of type, or a rule.
type line struct {
	space     float64 // above it, unless it is the first of its page
	height    float64 // from its top to the next line's
	baseline  float64 // below its top
	fragments []fragment
	keep      bool // it may not be the last of its page
	rule      bool
}

// fragment is words in one face, at x from the left edge of the text.
type fragment struct {
	x    float64
	face *face
	size float64 // points
	text string
}

// style is how a kind of block is set, in parts of the text's size.
type style struct{ size, above float64 }

var styles = map[kind]style{
	paragraph: {1, 0.65}, heading1: {1.36, 0.9}, heading2: {1.14, 0.95}, heading3: {1, 0.8},
	item: {1, 0.3}, term: {1, 0.65}, rule: {1, 0.65},
}

const (
	leading   = 1.3 // of the size
	indent    = 6.0 // millimetres for each depth
	baselined = 0.8 // of the size, below the top of a line
)

// setBlocks breaks blocks into lines of a width. Every rune must be covered.
func (fs faces) setBlocks(blocks []block, width, points float64) []line {
	var out []line
	for i, b := range blocks {
		st := styles[b.kind]
		size := points * st.size
		left := float64(b.depth) * indent
		lines := fs.setRuns(b.runs, width-left, size)
		if b.kind == rule {
			lines = []line{{height: size * point, rule: true}}
		}
		for n := range lines {
			for f := range lines[n].fragments {
				lines[n].fragments[f].x += left
			}
		}
		if b.marker != "" && len(lines) > 0 {
			w := fs.measure(b.marker+" ", regular, size)
			mark := fragment{x: left - max(w, indent*0.75), face: fs[regular], size: size, text: b.marker}
			lines[0].fragments = append([]fragment{mark}, lines[0].fragments...)
		}
		lines[0].space = points * point * st.above
		if i > 0 && b.kind == paragraph && b.depth > 0 && blocks[i-1].kind == term {
			lines[0].space = 0
		}
		keepTogether(lines, b.kind != paragraph && b.kind != item)
		out = append(out, lines...)
	}
	return out
}

// keepTogether leaves no line of a paragraph alone at the foot or the head of a
// page, and no heading without what it heads.
func keepTogether(lines []line, heading bool) {
	n := len(lines)
	for i := range lines {
		lines[i].keep = heading && !lines[i].rule || n > 1 && (i == 0 || i == n-2)
	}
}

// glyph is a rune with the face that has it.
type glyph struct {
	r    rune
	face *face
	w    float64 // millimetres
}

func (fs faces) setRuns(runs []run, width, size float64) []line {
	var all []glyph
	for _, r := range runs {
		for _, c := range r.text {
			if c == '\n' {
				all = append(all, glyph{r: c})
				continue
			}
			f := fs.of(c, r.style)
			all = append(all, glyph{c, f, f.width(c) * size * point})
		}
	}
	var out []line
	for _, part := range breakLines(all, width) {
		out = append(out, line{height: size * point * leading, baseline: size * point * (baselined + (leading-1)/2), fragments: fragments(part, size)})
	}
	return out
}

// breakLines cuts glyphs into lines of a width at most: at blanks, inside words
// where that is usual, and anywhere in a word that is longer than a line.
func breakLines(all []glyph, width float64) [][]glyph {
	var out [][]glyph
	start, end, next := 0, -1, 0 // the line so far; where it may end, and the next one begin
	x := 0.0
	for i := 0; i < len(all); i++ {
		g := all[i]
		if g.r == '\n' {
			out = append(out, all[start:i])
			start, end, x = i+1, -1, 0
			continue
		}
		if g.r == ' ' {
			end, next = i, i+1
		}
		x += g.w
		if x > width && g.r != ' ' && i > start {
			if end < 0 {
				end, next = i, i
			}
			out = append(out, all[start:end])
			start, end, x = next, -1, 0
			i = start - 1
			continue
		}
		if mayBreakAfter(all, i) {
			end, next = i+1, i+1
		}
	}
	if start < len(all) || len(out) == 0 {
		out = append(out, all[start:])
	}
	return out
}

// mayBreakAfter: between letters after a hyphen (not in a telephone number),
// after a slash in a web address, and between characters of scripts without
// blanks.
func mayBreakAfter(all []glyph, i int) bool {
	if i == 0 || i+1 >= len(all) {
		return false
	}
	before, r, after := all[i-1].r, all[i].r, all[i+1].r
	switch r {
	case '-':
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	case '/':
		return before != '/' && before != ':' && after != '/' && unicode.IsLetter(after)
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) && unicode.IsLetter(after)
}

func fragments(part []glyph, size float64) []fragment {
	var out []fragment
	var words strings.Builder
	x, from := 0.0, 0.0
	for i, g := range part {
		words.WriteRune(g.r)
		x += g.w
		if i+1 == len(part) || part[i+1].face != g.face {
			out = append(out, fragment{x: from, face: g.face, size: size, text: words.String()})
			words.Reset()
			from = x
		}
	}
	return out
}

// measure is the width of covered words, in millimetres.
func (fs faces) measure(s string, style int, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += fs.of(r, style).width(r)
	}
	return w * size * point
}
