package console

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/web/view"
)

// clockPicture is every clock of an incident drawn over one axis of time. The
// axis is compressed: what lies days from the origin is shown as finely as what
// lies months from it, since duties count in hours and in months at once. A
// table behind it says the same.
type clockPicture struct {
	ID, Text string // Text is the description a screen reader is given
	W, H     int
	Top      int // where the rows begin
	Left     int // where the axis begins
	Right    int
	NowX     int
	Ticks    []pictureTick
	Marks    []pictureMark
	Groups   []pictureGroup
}

type pictureTick struct {
	X         int
	Date, Off string // "27 Nov", "+3 d"
}

// pictureMark is one milestone, or several that lie too close to be told apart.
type pictureMark struct {
	X       int
	Numbers string // as in the key below the picture: "1, 2"
	Title   string
}

type pictureGroup struct {
	Name string
	Y    int
	Rows []pictureRow
}

type pictureRow struct {
	Label, State, Title string
	LabelX, LabelY      int
	StateX, StateY      int
	Y                   int // middle of the bar
	From, Width         int // bar; no bar where Width is 0
	Late                int // an overdue clock's bar goes on for so long
	Latest              int // x of the later lawful limit; 0: none
	EndX                int // x of the mark at the end; 0: none
	Shape               string
	Tone                view.Tone
	Unsure, Soft        bool // may apply; an expectation only
}

// pictureSize is one of the two ways a picture is laid out.
type pictureSize struct {
	id                            string
	width, left, right, row, head int
	chars                         int  // of a label
	above                         bool // labels stand above their bars
}

func wideSize() pictureSize {
	return pictureSize{id: "wide", width: 900, left: 280, right: 776, row: 26, head: 30, chars: 36}
}

func narrowSize() pictureSize {
	return pictureSize{id: "narrow", width: 343, left: 8, right: 335, row: 42, head: 30, chars: 44, above: true}
}

// clockLine is one clock to be drawn.
type clockLine struct {
	Group, Label, Law string
	URL, Stage, Note  string
	Counted, Zone     string
	Start             time.Time // zero: it has not started
	Due, Latest, Met  *time.Time
	State             view.Badge
	Unsure, Soft      bool
	Mark              ruleMark // zero for a task
}

// scale puts instants on the axis.
type scale struct {
	origin      time.Time
	low, high   float64
	left, right int
}

// compress is the distance from the origin on the axis: even steps for 6 h, 1 d,
// 7 d, 50 d and so on, on both sides.
func compress(d time.Duration) float64 {
	h := d.Hours() / 6
	return math.Copysign(math.Log1p(math.Abs(h)), h)
}

func (s scale) x(t time.Time) int {
	f := (compress(t.Sub(s.origin)) - s.low) / (s.high - s.low)
	return s.left + int(math.Round(f*float64(s.right-s.left)))
}

func newScale(origin, now time.Time, lines []clockLine, marks []time.Time, size pictureSize) scale {
	s := scale{origin: origin, left: size.left, right: size.right, low: compress(now.Sub(origin)), high: compress(now.Sub(origin))}
	see := func(t time.Time) {
		if !t.IsZero() {
			v := compress(t.Sub(origin))
			s.low, s.high = min(s.low, v), max(s.high, v)
		}
	}
	see(origin)
	for _, l := range lines {
		see(l.Start)
		for _, t := range []*time.Time{l.Due, l.Latest, l.Met} {
			if t != nil {
				see(*t)
			}
		}
	}
	for _, t := range marks {
		see(t)
	}
	s.high = max(s.high, s.low+compress(24*time.Hour))
	room := (s.high - s.low) / 40
	s.low, s.high = s.low-room, s.high+room
	return s
}

// ticks gives the axis its dates, the most telling distances first where not all
// have room.
func (s scale) ticks(zone *time.Location, apart int) []pictureTick {
	const day = 24 * time.Hour
	var out []pictureTick
	for _, t := range []struct {
		off  time.Duration
		text string
	}{{0, "0"}, {72 * time.Hour, "+3 d"}, {30 * day, "+30 d"}, {365 * day, "+1 y"}, {day, "+1 d"}, {7 * day, "+7 d"}, {90 * day, "+90 d"}, {-30 * day, "−30 d"}, {-7 * day, "−7 d"},
		{-365 * day, "−1 y"}, {-day, "−1 d"}, {4 * time.Hour, "+4 h"}, {60 * day, "+60 d"}, {180 * day, "+180 d"}, {730 * day, "+2 y"}, {1825 * day, "+5 y"}} {
		v := compress(t.off)
		x := s.x(s.origin.Add(t.off))
		if v < s.low || v > s.high || slices.ContainsFunc(out, func(o pictureTick) bool { return abs(o.X-x) < apart }) {
			continue
		}
		at := s.origin.Add(t.off).In(zone)
		date := at.Format("2 Jan")
		if at.Year() != s.origin.In(zone).Year() {
			date = at.Format("Jan 2006")
		}
		out = append(out, pictureTick{X: x, Date: date, Off: t.text})
	}
	return out
}

func abs(n int) int { return max(n, -n) }

// draw lays the clocks out. The lines of a group must stand together.
func draw(lines []clockLine, keys []milestoneKey, origin time.Time, reader view.Reader, size pictureSize) clockPicture {
	instants := make([]time.Time, len(keys))
	for n, k := range keys {
		instants[n] = k.At
	}
	s := newScale(origin, reader.Now, lines, instants, size)
	p := clockPicture{ID: size.id, W: size.width, Left: size.left, Right: size.right, Top: 64, NowX: s.x(reader.Now), Ticks: s.ticks(zoneOf(reader), 52)}
	for n, k := range keys {
		x := s.x(k.At)
		if last := len(p.Marks) - 1; last >= 0 && x-p.Marks[last].X < 16 {
			p.Marks[last].Numbers += "," + itoa(n+1)
			p.Marks[last].Title += ", " + k.Label
			continue
		}
		p.Marks = append(p.Marks, pictureMark{X: x, Numbers: itoa(n + 1), Title: k.Label})
	}
	y := p.Top
	for _, l := range lines {
		if len(p.Groups) == 0 || p.Groups[len(p.Groups)-1].Name != l.Group {
			p.Groups = append(p.Groups, pictureGroup{Name: l.Group, Y: y + size.head - 9})
			y += size.head
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Rows = append(g.Rows, s.row(l, y, reader.Now, size))
		y += size.row
	}
	p.H = y + 12
	return p
}

func (s scale) row(l clockLine, y int, now time.Time, size pictureSize) pictureRow {
	r := pictureRow{Label: shortened(l.Label, size.chars), State: l.State.Text, Title: l.title(), Tone: l.State.Tone, Unsure: l.Unsure, Soft: l.Soft,
		LabelX: 8, LabelY: y + size.row/2 + 4, StateX: size.right + 8, StateY: y + size.row/2 + 4, Y: y + size.row/2}
	if size.above {
		r.Label = shortened(l.Label, size.chars-utf8.RuneCountInString(l.State.Text)-1)
		r.LabelY, r.StateX, r.StateY, r.Y = y+14, size.right, y+14, y+27
	}
	if l.Start.IsZero() && l.Due == nil && l.Met == nil {
		r.EndX, r.Shape = s.x(now), "waits"
		return r
	}
	start := l.Start
	if start.IsZero() {
		start = s.origin
	}
	end := now
	switch {
	case l.Met != nil:
		end, r.Shape = *l.Met, "met"
	case l.Due != nil:
		end, r.Shape = *l.Due, "due"
		if end.Before(now) {
			r.Late = max(0, s.x(now)-s.x(end))
		}
	default:
		r.Shape = "open"
	}
	if start.After(end) {
		start = end
	}
	r.From, r.EndX = s.x(start), s.x(end)
	r.Width = max(2, r.EndX-r.From)
	if l.Met == nil && l.Latest != nil {
		r.Latest = s.x(*l.Latest)
	}
	return r
}

func (l clockLine) title() string {
	text := l.Label + " (" + l.Law + "): " + l.State.Text
	switch {
	case l.Met != nil:
		text += ", " + l.Met.Format("2 Jan 2006, 15:04 MST")
	case l.Due != nil:
		text += ", due " + l.Due.Format("2 Jan 2006, 15:04 MST")
	case l.Note != "":
		text += ", " + l.Note
	}
	return text
}

// shortened cuts a label to so many characters.
func shortened(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:most-1]), " ,") + "…"
}

func zoneOf(r view.Reader) *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

// Width is that of the disc or the pill that holds the numbers.
func (m pictureMark) Width() int { return 11 + 7*len(m.Numbers) }

// FromX is its left edge.
func (m pictureMark) FromX() int { return m.X - m.Width()/2 }

// BarY and the others are what the template draws with.
func (r pictureRow) BarY() int { return r.Y - 5 }

// LateX is where the part of the bar after the deadline begins.
func (r pictureRow) LateX() int { return r.From + r.Width }
