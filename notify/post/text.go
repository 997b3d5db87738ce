package post

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	nbsp         = '\u00a0'
	narrowNbsp   = '\u202f'
	hyphen       = '\u2010'
	hyphenNoWrap = '\u2011'
	softHyphen   = '\u00ad'
)

// printable brings text into the form it is drawn in: composed characters,
// nothing invisible, two widths of blank. What it takes out has no ink.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == narrowNbsp:
			return nbsp
		case r == hyphen || r == hyphenNoWrap:
			return '-'
		case r == nbsp || r == '\n':
			return r
		case unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
			return ' '
		case r == softHyphen || unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, norm.NFC.String(s))
}

// simple are the scripts that may be set glyph after glyph from left to right.
// Arabic, Hebrew and the scripts of India need shaping or another direction:
// their glyphs in a row are not their words, whatever font there is.
var simple = []string{"Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Common"}

func setsSimply(r rune) bool {
	if unicode.Is(unicode.M, r) {
		return false // a mark that has no composed form stands over the next letter, not over its own
	}
	for _, name := range simple {
		if unicode.Is(unicode.Scripts[name], r) {
			return true
		}
	}
	return false
}

// uncovered is the first rune that cannot be drawn and its place from 1; 0 if
// all can.
func (fs faces) uncovered(s string, style int) (r rune, place int) {
	n := 0
	for _, r := range s {
		n++
		if r != '\n' && fs.of(r, style) == nil {
			return r, n
		}
	}
	return 0, 0
}

// script names a rune's script for an error: it helps to choose a font and
// tells less of a person than the character would.
func script(r rune) string {
	for _, name := range append(simple, "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai", "Ethiopic", "Khmer") {
		if unicode.Is(unicode.Scripts[name], r) {
			return name
		}
	}
	return "another"
}
