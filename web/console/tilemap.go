package console

import "strings"

// tile is one place of a map of equal squares, in units of tileSize.
type tile struct {
	Code, Label string // Label as a screen reader and a pointer say it
	URL         string
	X, Y        int
	Tone        string // what is covered: "all", "some" or "none"
	Count       int
}

// tileMap is a map where every place has the same size: what matters is what is
// covered, not how large a place is. A table behind it says the same.
type tileMap struct {
	ID, Title, Text string
	Width, Height   int
	Tiles           []tile
}

// The squares are this large; five units lie between two of them.
const (
	tileSize  = 40
	tilePitch = 45
)

// newTileMap lays out a grid drawn with letters: one word a place, "." an empty
// square. prefix goes before every code.
func newTileMap(id, title, text, grid, prefix string, fill func(t *tile)) tileMap {
	m := tileMap{ID: id, Title: title, Text: text}
	for y, line := range strings.Split(strings.TrimSpace(grid), "\n") {
		for x, code := range strings.Fields(line) {
			if code == "." {
				continue
			}
			t := tile{Code: prefix + code, X: x * tilePitch, Y: y * tilePitch}
			fill(&t)
			m.Tiles = append(m.Tiles, t)
			m.Width, m.Height = max(m.Width, t.X+tileSize), max(m.Height, t.Y+tileSize)
		}
	}
	return m
}

// Short is the code as the square shows it.
func (t tile) Short() string { return strings.TrimPrefix(t.Code, "US-") }

// MidX and the others are where the square's words stand.
func (t tile) MidX() int { return t.X + tileSize/2 }

// NameY is the line of the code.
func (t tile) NameY() int { return t.Y + 19 }

// CountY is the line of the number.
func (t tile) CountY() int { return t.Y + 33 }

const statesGrid = `
AK . . . . . . . . . . ME
. . . . . . WI . . . VT NH
. WA ID MT ND MN IL MI . NY MA RI
. OR NV WY SD IA IN OH PA NJ CT .
. CA UT CO NE MO KY WV VA MD DE .
. . AZ NM KS AR TN NC SC DC . .
. . . . OK LA MS AL GA . . .
HI . . . TX . . . . FL . .
GU MP AS . . . . . . . PR VI`

const eeaGrid = `
. IS . . . NO SE FI
. . . . . . . EE
. IE . . . DK . LV
. . . . NL DE PL LT
. . . BE LU CZ SK .
. . . FR LI AT HU RO
. PT ES . IT SI HR BG
. . . . . MT GR CY`
