package post

import (
	"context"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"tocsin/incident"
)

// drawing is one PDF being made. It is in memory until it is written.
type drawing struct {
	p    *Press
	pdf  *fpdf.Fpdf
	face *face
	size float64
	// banner stands at the top of every page that is not to be posted.
	banner string
}

// producer names the program in a file, without a version: a version would
// change the bytes of the same letters.
const producer = "Tocsin"

// draw begins a file. Its date is given and its dictionaries are written in
// order, so that the same letters make the same bytes.
func (p *Press) draw(title string, date time.Time) *drawing {
	size := fpdf.SizeType{Wd: p.sheet.width, Ht: p.sheet.height}
	pdf := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: size})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(date.UTC())
	pdf.SetModificationDate(date.UTC())
	pdf.SetProducer(producer, true)
	pdf.SetCreator(producer, true)
	pdf.SetTitle(title, true)
	pdf.SetAutoPageBreak(false, 0)
	for _, f := range p.faces {
		pdf.AddUTF8FontFromBytes(f.family, f.style, f.data)
	}
	pdf.SetLineWidth(0.2)
	d := &drawing{p: p, pdf: pdf}
	if p.cfg.Drill {
		d.banner = drillWords
	}
	return d
}

// letter draws a letter and gives how many pages it is. With both sides printed
// an odd number is followed by an empty page, which is not counted.
func (d *drawing) letter(s *setting) int {
	for i, page := range s.pages {
		d.page()
		if i == 0 {
			for _, part := range [][]placed{d.p.sender, s.address} {
				d.lines(part, d.p.sheet.address.x)
			}
			d.lines(s.info, d.p.sheet.info.x)
			for _, y := range d.p.sheet.marks {
				d.pdf.Line(5, y, 8, y)
			}
		}
		d.lines(page, d.p.sheet.left)
		d.foot(s.words.pageOf(i+1, len(s.pages)), s.code)
	}
	if d.p.cfg.Duplex && len(s.pages)%2 == 1 {
		d.pdf.AddPage()
	}
	return len(s.pages)
}

func (d *drawing) page() {
	d.pdf.AddPage()
	d.face = nil // the library forgets the font with the page
	if d.banner != "" {
		d.at(d.p.sheet.left, 8, d.banner, d.p.faces[bold], 14)
	}
}

const drillWords = "DRILL: not to be posted"

// foot is in the type of the letter's smallest text: what it says belongs to
// the notice.
func (d *drawing) foot(right, left string) {
	sh := d.p.sheet
	y := sh.height - sh.bottom + 10
	if left != "" {
		d.at(sh.left, y, left, d.p.faces[regular], MinPoints)
	}
	x := sh.width - sh.right - d.p.faces.measure(right, regular, MinPoints)
	d.at(x, y, right, d.p.faces[regular], MinPoints)
}

func (d *drawing) lines(lines []placed, x float64) {
	for _, l := range lines {
		if l.rule {
			d.pdf.Line(x, l.y+l.height/2, d.p.sheet.width-d.p.sheet.right, l.y+l.height/2)
		}
		for _, f := range l.fragments {
			d.at(x+f.x, l.y+l.baseline, f.text, f.face, f.size)
		}
	}
}

func (d *drawing) at(x, y float64, words string, f *face, size float64) {
	if d.face != f || d.size != size {
		d.pdf.SetFont(f.family, f.style, size)
		d.face, d.size = f, size
	}
	d.pdf.Text(x, y, words)
}

// pages of the file so far, empty ones included.
func (d *drawing) pages() int { return d.pdf.PageCount() }

// store puts the finished file into a store.
func (d *drawing) store(ctx context.Context, into Store, name string) (File, error) {
	return put(ctx, into, name, func(w io.Writer) error {
		if err := d.pdf.Output(w); err != nil {
			return incident.Because(incident.Internal, err, "make the PDF %s", name)
		}
		return nil
	})
}
