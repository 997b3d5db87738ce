package post_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// shown is words on a page, at millimetres from the top left corner.
type shown struct {
	page  int
	x, y  float64
	words string
}

var (
	streams = regexp.MustCompile(`(?s)/Length (\d+)>>\s+stream\r?\n`)
	drawn   = regexp.MustCompile(`(?s)BT ([\d.]+) ([\d.]+) Td \((.*?)\) Tj ET`)
	boxes   = regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`)
)

// texts reads what a file draws, from its own operators: page content is the
// streams that begin by setting the line style, words are UTF-16.
func texts(t testing.TB, file []byte) (out []shown, pages int) {
	t.Helper()
	box := boxes.FindSubmatch(file)
	if box == nil {
		t.Fatal("the file has no MediaBox")
	}
	height, _ := strconv.ParseFloat(string(box[2]), 64)
	for _, content := range contents(t, file) {
		pages++
		for _, d := range drawn.FindAllStringSubmatch(content, -1) {
			x, _ := strconv.ParseFloat(d[1], 64)
			y, _ := strconv.ParseFloat(d[2], 64)
			out = append(out, shown{pages, x * 25.4 / 72, (height - y) * 25.4 / 72, decode([]byte(d[3]))})
		}
	}
	return out, pages
}

// contents are the pages' operators.
func contents(t testing.TB, file []byte) (out []string) {
	t.Helper()
	for _, m := range streams.FindAllSubmatchIndex(file, -1) {
		n, _ := strconv.Atoi(string(file[m[2]:m[3]]))
		z, err := zlib.NewReader(bytes.NewReader(file[m[1] : m[1]+n]))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content[:min(len(content), 40)], []byte(" J\n")) {
			out = append(out, string(content))
		}
	}
	return out
}

func decode(s []byte) string {
	var raw []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'r' {
				raw = append(raw, '\r')
				continue
			}
		}
		raw = append(raw, s[i])
	}
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// text is a file as lines: a page's words from top to bottom, places in whole
// millimetres.
func text(t testing.TB, file []byte) string {
	var s strings.Builder
	all, _ := texts(t, file)
	page := 0
	for i, w := range all {
		if w.page != page {
			page = w.page
			fmt.Fprintf(&s, "--- page %d\n", page)
		}
		if i > 0 && all[i-1].page == page && all[i-1].y == w.y {
			s.WriteString(strings.Repeat(" ", 8) + "+ ")
		}
		fmt.Fprintf(&s, "%3.0f %3.0f  %s\n", w.x, w.y, w.words)
	}
	return s.String()
}
