package post

import "tocsin/incident"

// Paper names a sheet and the envelope it is folded into.
type Paper string

const (
	A4       Paper = "a4"     // DIN 5008 form B, envelope DL or C6/5 with one window
	USLetter Paper = "letter" // US Letter, #10 envelope with two windows
)

// box is a rectangle on a sheet, in millimetres from its top left corner.
type box struct{ x, y, w, h float64 }

// sheet is where things stand on the paper, in millimetres.
type sheet struct {
	width, height float64
	left, right   float64 // margins
	top, bottom   float64 // margins of pages after the first
	body          float64 // where the text of the first page begins
	sender        box     // the return address: a line or lines in the window
	address       box     // the recipient's
	inline        bool    // the sender is one line above the address, in the same window
	info          box     // date and code, out of the windows' sight
	marks         []float64
}

const inch = 25.4

// DIN 5008 form B (DIN 5008:2020, section 19), as published summaries give it:
// the address field begins 20 mm from the left and 45 mm from the top and is
// 85 mm by 45 mm; its upper 17.7 mm hold the return address and remarks, its
// lower 27.3 mm six lines of address, both written at 25 mm. The information
// block begins 125 mm from the left and 50 mm from the top and is 75 mm wide.
// The text begins 8.46 mm below the field. Fold marks stand at 105 mm and
// 210 mm, the mark for the hole punch at 148.5 mm.
const (
	dinLeft      = 25.0
	dinRight     = 20.0
	dinFieldX    = 20.0
	dinFieldY    = 45.0
	dinFieldW    = 85.0
	dinRemarks   = 17.7
	dinAddress   = 27.3
	dinInfoX     = 125.0
	dinInfoY     = 50.0
	dinInfoW     = 75.0
	dinTextBelow = 8.46
	dinFold1     = 105.0
	dinFold2     = 210.0
	dinPunch     = 148.5
)

// The US #10 envelope with two windows has no one standard. These are the zones
// one mail house publishes as seen through both windows however the paper slips
// (PostalMethods, Developer's Guide, "How To Place Content In The Document"):
// both 0.5 in from the left and 3.5 in wide; the return address from 0.5 in,
// 0.792 in high; the recipient from 2.042 in, 0.875 in high; text from 3 3/8 in.
const (
	usMargin   = 1.0 * inch
	usZoneX    = 0.5 * inch
	usZoneW    = 3.5 * inch
	usReturnY  = 0.5 * inch
	usReturnH  = 0.792 * inch
	usAddressY = 2.042 * inch
	usAddressH = 0.875 * inch
	usText     = 3.375 * inch
	usInfoX    = 4.75 * inch
)

// clearance is what the lines of a DIN field keep from its right edge: an eighth
// of an inch, as the US mail asks for; on the left DIN's own 5 mm are more. The
// zones of the US envelope have theirs taken off already.
const clearance = inch / 8

func (p Paper) sheet() (sheet, error) {
	switch p {
	case "", A4:
		return sheet{
			width: 210, height: 297, left: dinLeft, right: dinRight, top: 25, bottom: 25,
			body:    dinFieldY + dinRemarks + dinAddress + dinTextBelow,
			sender:  box{dinLeft, dinFieldY, dinFieldX + dinFieldW - clearance - dinLeft, dinRemarks},
			address: box{dinLeft, dinFieldY + dinRemarks, dinFieldX + dinFieldW - clearance - dinLeft, dinAddress},
			inline:  true,
			info:    box{dinInfoX, dinInfoY, dinInfoW - 10, dinFieldY + dinRemarks + dinAddress + dinTextBelow - dinInfoY},
			marks:   []float64{dinFold1, dinPunch, dinFold2},
		}, nil
	case USLetter:
		return sheet{
			width: 8.5 * inch, height: 11 * inch, left: usMargin, right: usMargin, top: usMargin, bottom: usMargin,
			body:    usText,
			sender:  box{usZoneX, usReturnY, usZoneW, usReturnH},
			address: box{usZoneX, usAddressY, usZoneW, usAddressH},
			info:    box{usInfoX, usReturnY, 8*inch - usInfoX, usText - usReturnY},
		}, nil
	}
	return sheet{}, incident.Errorf(incident.Invalid, "paper %q is neither %q nor %q", string(p), A4, USLetter)
}
