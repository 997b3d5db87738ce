package post

import (
	"io"
	"time"

	"tocsin/incident"
)

// Documents prints what is not a letter, such as a filing pack: pages of text
// with a title, without a window. It is safe for concurrent use.
type Documents struct{ press Press }

// Document is one of them.
type Document struct {
	Title     string    // of the file; readers show it above the window
	Reference string    // at the foot of each page; may be empty
	Language  string    // BCP 47, of the words "page x of y"
	Date      time.Time // of the file; no clock is read
	HTML      string
}

// NewDocuments sets documents in 11 points. Invalid: an unknown paper, a font
// that cannot be used.
func NewDocuments(paper Paper, fonts []Font) (*Documents, error) {
	if paper == "" {
		paper = A4
	}
	sh, err := paper.sheet()
	if err != nil {
		return nil, err
	}
	fs, err := newFaces(fonts)
	if err != nil {
		return nil, err
	}
	return &Documents{Press{cfg: Config{Paper: paper, Points: 11}, sheet: sh, faces: fs}}, nil
}

// Write prints one. Invalid: markup that cannot be printed, characters that no
// font has (each with its place), or nothing to print. The same document gives
// the same bytes.
func (d *Documents) Write(w io.Writer, doc Document) error {
	p := &d.press
	blocks, err := parseBody(doc.HTML)
	if err != nil {
		return err
	}
	if len(blocks) == 0 {
		return incident.Errorf(incident.Invalid, "the document has no words")
	}
	reference := oneLine(doc.Reference)
	no := p.coverBlocks(blocks)
	if no == nil {
		no = p.cover("line %d of the reference", []string{reference})
	}
	if no != nil {
		return incident.Errorf(incident.Invalid, "the document cannot be printed: %s", no.detail)
	}
	sh := p.sheet
	if p.faces.measure(reference, regular, MinPoints) > (sh.width-sh.left-sh.right)/2 {
		return incident.Errorf(incident.Invalid, "the document's reference is too long for the foot of a page")
	}
	lines := p.faces.setBlocks(blocks, sh.width-sh.left-sh.right, p.cfg.Points)
	pages := paginate(lines, sh.top, sh.top, sh.height-sh.bottom)
	words := wordsFor(doc.Language)
	draw := p.draw(doc.Title, doc.Date)
	draw.pdf.SetLang(doc.Language)
	for i, page := range pages {
		draw.page()
		draw.lines(page, sh.left)
		draw.foot(words.pageOf(i+1, len(pages)), reference)
	}
	if err := draw.pdf.Output(w); err != nil {
		return incident.Because(incident.Internal, err, "make a PDF of %d pages", len(pages))
	}
	return nil
}
