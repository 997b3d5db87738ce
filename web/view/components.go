package view

import (
	"fmt"
	"strings"
)

// Badge says a state by word, shape and colour together. Tone picks the last
// two; it is one of the tones below. Nothing depends on the colour alone.
type Badge struct {
	Text string
	Tone Tone
}

// Tone is the family a state belongs to.
type Tone string

// The tones, in the order of how loudly they speak.
const (
	Overdue Tone = "overdue" // past its instant, or failed
	Soon    Tone = "soon"    // due within 24 hours, or needs a person
	Running Tone = "running" // counting, in progress
	Waiting Tone = "waiting" // not started: waiting for something named
	Done    Tone = "done"    // finished, delivered, verified
	NotOwed Tone = "notowed" // does not apply, no longer owed, excluded
	Unknown Tone = "unknown" // a fact is missing
)

// Icon is the shape that goes with the tone.
func (t Tone) Icon() string {
	switch t {
	case Overdue:
		return "alert"
	case Soon:
		return "bell"
	case Running:
		return "clock"
	case Waiting:
		return "pause"
	case Done:
		return "check"
	case NotOwed:
		return "minus"
	default:
		return "question"
	}
}

// Progress is how far something has come. Parts are shown in order and need
// not fill the whole: the rest is what is still to do.
type Progress struct {
	ID    string // of the element; needed where it is live
	Label string
	Total int
	Parts []Part
}

// Part is one share of a whole.
type Part struct {
	Text  string // "accepted"
	Count int
	Tone  Tone
}

// Slice is one drawn part of the bar, in hundredths of its width.
type Slice struct {
	X, W string
	Tone Tone
}

// Slices places the parts one after the other on a bar 100 wide.
func (p Progress) Slices() []Slice {
	out := make([]Slice, 0, len(p.Parts))
	x := 0.0
	for _, part := range p.Parts {
		if p.Total <= 0 {
			break
		}
		w := min(100-x, max(0, 100*float64(part.Count)/float64(p.Total)))
		out = append(out, Slice{X: fmt.Sprintf("%.2f", x), W: fmt.Sprintf("%.2f", w), Tone: part.Tone})
		x += w
	}
	return out
}

// Rest is what none of the parts covers.
func (p Progress) Rest() int {
	n := p.Total
	for _, x := range p.Parts {
		n -= x.Count
	}
	return max(0, n)
}

// Summary is the progress in words, for a screen reader and for print.
func (p Progress) Summary() string {
	var b strings.Builder
	for _, x := range p.Parts {
		fmt.Fprintf(&b, "%s %s, ", Thousands(x.Count), x.Text)
	}
	fmt.Fprintf(&b, "%s to do of %s", Thousands(p.Rest()), Thousands(p.Total))
	return b.String()
}

// Chart is horizontal bars drawn as SVG, with a table behind them that says
// the same to whoever cannot see them.
type Chart struct {
	Title string
	Label string // heading of the first column: "Jurisdiction"
	Unit  string // heading of the second: "People"
	Bars  []Bar
}

// Bar is one row of a Chart.
type Bar struct {
	Label string
	Value int
	URL   string
	Note  string
}

// Width is the bar's length, of 100.
func (c Chart) Width(v int) string {
	most := 1
	for _, b := range c.Bars {
		most = max(most, b.Value)
	}
	w := 100 * float64(v) / float64(most)
	if v > 0 && w < 0.5 {
		w = 0.5 // a single person is still a bar
	}
	return fmt.Sprintf("%.2f", w)
}

// Empty is a page or a list with nothing in it yet: what will be here, and the
// first act.
type Empty struct {
	Title, Text string
	Action      *Link
}

// Confirm is the page before what cannot be undone: it restates the numbers. A
// form without an Action cannot be sent: only the way back is offered.
type Confirm struct {
	Question string
	Facts    []Fact // "People" "11,204"
	Warning  string
	Form     Form
}

// Fact is one line of a definition list.
type Fact struct {
	Name  string
	Value any // a string, or HTML made by Reader
}

// Pager moves through a long list that is read from its newest end: Newer goes
// back to that end, Older on from here. An empty URL leaves that out.
type Pager struct{ Newer, Older, Text string }

// Thousands groups digits: 11204 is 11,204.
func Thousands(n int) string {
	s := fmt.Sprint(max(n, -n))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n < 0 {
		return "−" + s
	}
	return s
}

// Shorten keeps the first twelve characters of a digest.
func Shorten(digest string) string {
	if len(digest) <= 16 {
		return digest
	}
	return digest[:12] + "…"
}
