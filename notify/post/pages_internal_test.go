package post

import (
	"fmt"
	"strings"
	"testing"
)

func testFaces(t testing.TB) faces {
	t.Helper()
	fs, err := newFaces(nil)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// No heading ends a page, no line of a paragraph stands alone on one, nothing
// leaves the page, and every line is there once and in order.
func TestPagesKeepTogether(t *testing.T) {
	fs := testFaces(t)
	for n := 1; n < 60; n++ {
		var blocks []block
		for i := range n {
			blocks = append(blocks,
				block{kind: heading2, runs: []run{{fmt.Sprintf("h%d", i), bold}}},
				block{kind: paragraph, runs: []run{{fmt.Sprintf("p%d ", i) + strings.Repeat("word ", 5+(i*i*7)%90), regular}}})
		}
		lines := fs.setBlocks(blocks, 165, 11)
		pages := paginate(lines, 98, 25, 272)
		count := 0
		for i, page := range pages {
			for j, l := range page {
				if l.y < 25 || l.y+l.height > 272.01 {
					t.Fatalf("%d blocks: a line at %.1f", n, l.y)
				}
				if first := l.fragments[0].text; first != lines[count].fragments[0].text {
					t.Fatalf("%d blocks: line %d is %q, want %q", n, count, first, lines[count].fragments[0].text)
				}
				if j == len(page)-1 && i < len(pages)-1 && l.keep {
					t.Fatalf("%d blocks: page %d ends with %q", n, i+1, l.fragments[0].text)
				}
				count++
			}
		}
		if count != len(lines) {
			t.Fatalf("%d blocks: %d of %d lines are on pages", n, count, len(lines))
		}
	}
}

func TestHeadingsOfMoreThanAPage(t *testing.T) {
	fs := testFaces(t)
	var blocks []block
	for range 120 {
		blocks = append(blocks, block{kind: heading1, runs: []run{{"Title", bold}}})
	}
	if pages := paginate(fs.setBlocks(blocks, 165, 11), 98, 25, 272); len(pages) < 4 {
		t.Errorf("%d pages", len(pages))
	}
}

func TestLinesFitTheirWidth(t *testing.T) {
	fs := testFaces(t)
	for _, words := range []string{
		strings.Repeat("Ein Satz mit längeren Wörtern und 1-800-555-0142. ", 9),
		"https://www.example.com/" + strings.Repeat("path/", 60), strings.Repeat("x", 500), "Datenschutz-Grundverordnung " + strings.Repeat("Donau-Dampfschiff-", 30),
	} {
		var got strings.Builder
		for _, l := range fs.setRuns([]run{{words, regular}}, 60, 11) {
			for _, f := range l.fragments {
				if w := f.x + fs.measure(strings.TrimRight(f.text, " "), regular, 11); w > 60.01 {
					t.Errorf("%q is %.1f mm wide", f.text, w)
				}
				got.WriteString(f.text)
				if strings.HasSuffix(f.text, "1-") || strings.HasSuffix(f.text, "800-") {
					t.Errorf("a telephone number is cut: %q", f.text)
				}
			}
		}
		if strings.ReplaceAll(got.String(), " ", "") != strings.ReplaceAll(words, " ", "") {
			t.Errorf("%.30q: words are lost", words)
		}
	}
}
