package post

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"tocsin/incident"
)

// Font is a TrueType file for characters the built-in fonts lack. It is used
// for those alone, in one weight.
type Font struct {
	Name string // for errors and in no file
	Data []byte
}

// face is a font with what its layout needs, read once: it never changes.
type face struct {
	family, style string // as the PDF library keys it
	data          []byte
	advance       []float32 // by rune up to U+FFFF, in parts of the size; below 0 where it has none or print cannot set it
}

// Styles of the built-in family, by bold and italic.
const (
	regular = iota
	bold
	italic
	boldItalic
)

// faces are the four built-in ones, then the operator's in their order.
type faces []*face

const noGlyph = -1

// builtin reads the Go fonts once: every press shares them.
var builtin = sync.OnceValues(func() (faces, error) {
	var out faces
	for _, f := range []struct {
		style string
		data  []byte
	}{{"", goregular.TTF}, {"B", gobold.TTF}, {"I", goitalic.TTF}, {"BI", gobolditalic.TTF}} {
		face, err := newFace("go", f.style, f.data)
		if err != nil {
			return nil, err
		}
		out = append(out, face)
	}
	return out, nil
})

func newFaces(more []Font) (faces, error) {
	own, err := builtin()
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "read a built-in font")
	}
	out := slices.Clone(own)
	var problems []incident.Problem
	for i, f := range more {
		face, err := newFace("own"+string(rune('a'+i)), "", f.Data)
		if what := unfit(f.Data, err); what != "" {
			problems = append(problems, incident.Problem{Where: "font " + f.Name, What: what})
			continue
		}
		out = append(out, face)
	}
	if len(more) > 26 {
		problems = append(problems, incident.Problem{Where: "fonts", What: "more than 26"})
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "a font for letters cannot be used", Problems: problems}
	}
	return out, nil
}

func newFace(family, style string, data []byte) (*face, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, err
	}
	out := &face{family: family, style: style, data: data, advance: make([]float32, 1<<16)}
	var buf sfnt.Buffer
	units := float32(f.UnitsPerEm())
	for r := range out.advance {
		out.advance[r] = noGlyph
		g, err := f.GlyphIndex(&buf, rune(r))
		if err != nil || g == 0 || !setsSimply(rune(r)) {
			continue
		}
		if a, err := f.GlyphAdvance(&buf, g, fixed.I(int(f.UnitsPerEm())), font.HintingNone); err == nil {
			out.advance[r] = float32(a) / 64 / units
		}
	}
	return out, nil
}

// unfit says why a font cannot be embedded, or nothing.
func unfit(data []byte, err error) string {
	switch {
	case bytes.HasPrefix(data, []byte("OTTO")):
		return "it holds PostScript outlines; a TrueType file (.ttf) is needed"
	case bytes.HasPrefix(data, []byte("ttcf")):
		return "it is a collection of fonts; a single TrueType file (.ttf) is needed"
	case err != nil:
		return "it is not a TrueType font"
	case embedding(data)&0xf == restricted:
		return "its licence does not allow it to be embedded (fsType of its OS/2 table)"
	case !drawable(data):
		return "the PDF library cannot read it"
	}
	return ""
}

// restricted is fsType's "restricted licence embedding" alone: such a font may
// not be put into a file (OpenType specification, OS/2, fsType).
const restricted = 2

func embedding(data []byte) uint16 {
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		entry := data[12+16*i:]
		at := int(binary.BigEndian.Uint32(entry[8:]))
		if string(entry[:4]) == "OS/2" && at+10 <= len(data) {
			return binary.BigEndian.Uint16(data[at+8:])
		}
	}
	return 0
}

// drawable prints a word with the font. The library answers a file it cannot
// read by panicking or by not knowing the font afterwards.
func drawable(data []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes("trial", "", data)
	pdf.AddPage()
	pdf.SetFont("trial", "", 10)
	pdf.Text(10, 10, "A")
	var out bytes.Buffer
	return pdf.Output(&out) == nil
}

// width of one rune at a size of 1.
func (f *face) width(r rune) float64 { return float64(f.advance[r]) }

func (f *face) has(r rune) bool { return int(r) < len(f.advance) && f.advance[r] >= 0 }

// of gives the face for a rune: the style's own, else the first that has it.
// nil where none has.
func (fs faces) of(r rune, style int) *face {
	if fs[style].has(r) {
		return fs[style]
	}
	for _, f := range fs[boldItalic+1:] {
		if f.has(r) {
			return f
		}
	}
	return nil
}
