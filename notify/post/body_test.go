package post_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/post"
)

var update = flag.Bool("update", false, "write the golden files")

// The golden files are what two letters draw, line by line with its place, so
// that a change of layout or of words is read as a diff.
func TestGolden(t *testing.T) {
	us := american()
	us.Sender[2] = "Hartford, CT 06103"
	de := german()
	de.Duplex = true
	de.Sender[2] = "Hartford, CT 06103"
	german := golden(t, "gdpr-34.de", "DE")
	german.Language, german.Date = "de", "20. März 2026"
	for name, file := range map[string][]byte{
		"gdpr-34.de.a4":   printed(t, de, german),
		"us-ca.en.letter": printed(t, us, golden(t, "us-ca.en", "US")),
		"filing.a4":       filingPDF(t),
	} {
		path := filepath.Join("testdata", name+".txt")
		got := text(t, file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := read(t, path); got != want {
			t.Errorf("%s: what is drawn has changed; run with -update and read the diff", name)
		}
	}
}

func filingPDF(t testing.TB) []byte {
	d, err := post.NewDocuments(post.A4, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := d.Write(&out, post.Document{Title: "Form", Reference: "INC-2026-0001", Language: "en", Date: date, HTML: read(t, "testdata", "filing.html")}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDocumentsRefuse(t *testing.T) {
	d, err := post.NewDocuments(post.USLetter, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, html := range map[string]string{"nothing": "<html></html>", "characters": "<h1>x</h1><p>東</p>", "table": "<table><tr><td>x</table>",
		"script": "<p>x</p><script>alert(1)</script>", "form": "<form><input></form>", "picture": "<svg><text>x</text></svg>"} {
		if err := d.Write(&bytes.Buffer{}, post.Document{Date: date, HTML: html}); incident.KindOf(err) != incident.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALongReferenceIsRefused(t *testing.T) {
	d, err := post.NewDocuments(post.A4, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(&bytes.Buffer{}, post.Document{Date: date, Reference: strings.Repeat("INC-2026 ", 20), HTML: "<p>x</p>"}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("error %v", err)
	}
}

var setSize = regexp.MustCompile(`/F\S+ ([\d.]+) Tf`)

// Nothing of a notice is set smaller than ten points: only the return address in
// a DIN window is.
func TestSmallestType(t *testing.T) {
	for _, cfg := range []post.Config{german(), american(), {Paper: post.A4, Points: 10, Sender: german().Sender, Home: "DE"}} {
		small := 0
		for _, content := range contents(t, printed(t, cfg, golden(t, "gdpr-34.de", cfg.Home))) {
			for _, m := range setSize.FindAllStringSubmatch(content, -1) {
				if size, _ := strconv.ParseFloat(m[1], 64); size < post.MinPoints {
					small++
				}
			}
		}
		want := 1 // the return address over the recipient's
		if cfg.Paper == post.USLetter {
			want = 0
		}
		if small != want {
			t.Errorf("paper %q at %g points: %d settings below ten points", cfg.Paper, cfg.Points, small)
		}
	}
}

func TestNothingIsFetchedOrRuns(t *testing.T) {
	l := golden(t, "gdpr-34.de", "DE")
	l.Recipient = []string{"A", "B", "C"}
	l.HTML = "<h1>x</h1><p><a href='https://example.com/track?id=1'>Words</a> <a href='tel:+49401'>+49401</a></p>"
	file := printed(t, german(), l)
	for _, bad := range []string{"/URI", "/Annot", "/JavaScript", "/JS", "/OpenAction", "/Launch", "/Filespec", "/AcroForm"} {
		if bytes.Contains(file, []byte(bad)) {
			t.Errorf("the file holds %s", bad)
		}
	}
	if got := words(t, file); !strings.Contains(got, "Words (https://example.com/track?id=1) +49401\n") {
		t.Errorf("printed as %s", got)
	}
}

func TestLists(t *testing.T) {
	l := golden(t, "gdpr-34.de", "DE")
	l.Recipient = []string{"A", "B", "C"}
	l.HTML = `<h1>Title</h1><ol start="3"><li>three</li><li><p>four</p><p>and more</p><ul><li>inner</li></ul></li></ol><blockquote><p>said</p></blockquote><hr><p>a  b<br>
		c</p>`
	got := words(t, printed(t, german(), l))
	want := "Title\n3.\nthree\n4.\nfour\nand more\n•\ninner\nsaid\na b\nc\n"
	if !strings.Contains(got, want) {
		t.Errorf("printed as\n%s", got)
	}
}
