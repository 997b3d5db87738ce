package view

import (
	"fmt"
	"html/template"
	"time"
)

// Reader is how one person reads instants: in their zone, at this moment.
type Reader struct {
	Zone *time.Location // nil means UTC
	Now  time.Time
}

// When shows an instant as `22 Nov 2026, 14:05 CET (in 3 h)` in the reader's
// zone, inside a time element that carries the exact one. The zero time is a dash.
func (r Reader) When(t time.Time) template.HTML { return r.WhenIn(t, r.zone()) }

// WhenIn is When in another zone: a recipient's, beside a deadline.
func (r Reader) WhenIn(t time.Time, zone *time.Location) template.HTML {
	if t.IsZero() {
		return dash
	}
	return timeElement(t, stamp(t, zone), Relative(t, r.Now))
}

// At is When without the distance: for lists where the order says it.
func (r Reader) At(t time.Time) template.HTML {
	if t.IsZero() {
		return dash
	}
	return timeElement(t, stamp(t, r.zone()), "")
}

// Day shows the date alone, in the reader's zone.
func (r Reader) Day(t time.Time) template.HTML {
	if t.IsZero() {
		return dash
	}
	return timeElement(t, t.In(r.zone()).Format("2 Jan 2006"), "")
}

func (r Reader) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

const dash = template.HTML(`<span class="none" aria-label="none">–</span>`)

func stamp(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2 Jan 2006, 15:04 MST")
}

func timeElement(t time.Time, text, distance string) template.HTML {
	exact := t.UTC().Format(time.RFC3339)
	if distance == "" {
		return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, exact, template.HTMLEscapeString(text)))
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-distance>%s <span class="distance">(%s)</span></time>`,
		exact, template.HTMLEscapeString(text), distance))
}

// Relative says how far t is from now in the two or three characters a tired
// person reads first: "in 3 h", "45 min ago", "now". It rounds towards zero, so
// a deadline is never shown farther off than it is.
func Relative(t, now time.Time) string {
	d := t.Sub(now)
	past := d < 0
	if past {
		d = -d
	}
	var s string
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		s = fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		s = fmt.Sprintf("%d h", d/time.Hour)
	default:
		s = fmt.Sprintf("%d d", d/(24*time.Hour))
	}
	if past {
		return s + " ago"
	}
	return "in " + s
}
