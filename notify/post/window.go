package post

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// The sizes tried in a window, in points. The US mail reads addresses of 8 to
// 18 points and advises 10 to 12 (PostalMethods, "USPS-Specific Instructions on
// Constructing Your Address Block"); summaries of DIN 5008 name 8 as the least
// for an address and 6 for the return address.
var (
	addressSizes = []float64{10, 9, 8}
	senderSizes  = []float64{8, 7, 6}
)

// windowLeading leaves two points between lines of ten, as machines that read
// addresses ask for.
const windowLeading = 1.2

// setLines sets lines into a box at the first of the sizes they fit in. They
// begin at its top, or end at its bottom.
func (fs faces) setLines(lines []string, in box, sizes []float64, bottom bool) ([]placed, bool) {
	for _, size := range sizes {
		var set []line
		for _, s := range lines {
			set = append(set, fs.setRuns([]run{{s, regular}}, in.w, size)...)
		}
		step := size * point * windowLeading
		if float64(len(set))*step > in.h+0.01 {
			continue
		}
		y := in.y
		if bottom {
			y += in.h - float64(len(set))*step
		}
		var out []placed
		for _, l := range set {
			l.height, l.baseline = step, size*point*(baselined+(windowLeading-1)/2)
			out = append(out, placed{y, l})
			y += step
		}
		return out, true
	}
	return nil, false
}

// setSender sets the return address: with DIN one line over the address, in the
// US the lines of the upper window. The endorsement comes last.
func (p *Press) setSender() ([]placed, bool) {
	lines := p.cfg.Sender
	sizes := addressSizes
	if p.sheet.inline {
		lines, sizes = []string{strings.Join(lines, " · ")}, senderSizes
	}
	if p.cfg.Endorsement != "" {
		lines = append(lines[:len(lines):len(lines)], p.cfg.Endorsement)
	}
	in := p.sheet.sender
	if p.sheet.inline {
		in.h -= 1 // a thin gap before the address
	}
	return p.faces.setLines(lines, in, sizes, p.sheet.inline)
}

// addressed is the block of the window: the lines, and for a letter abroad the
// country's name in capitals as the last, as the US mail and DIN 5008 both ask.
// It is in English; lines that end with it, or with its two letters, lose them.
func (p *Press) addressed(lines []string, country string) []string {
	if country == p.cfg.Home {
		return lines
	}
	name, _ := countryName(country)
	last := strings.ToUpper(lines[len(lines)-1])
	if last == name || last == country {
		lines = lines[:len(lines)-1]
	}
	return append(lines[:len(lines):len(lines)], name)
}

// countryName is the English name in capitals; false for what is no country.
func countryName(code string) (string, bool) {
	if !countryCode.MatchString(code) {
		return "", false
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() || r.Canonicalize().String() != code {
		return "", false
	}
	return strings.ToUpper(display.English.Regions().Name(r)), true
}

// oneLine is printable text without breaks.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(printable(s), func(r rune) bool { return r == ' ' || r == '\n' }), " ")
}
