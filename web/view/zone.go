package view

import (
	"html/template"
	"time"
)

// InZone is When in a zone given by its IANA name: the recipient's, beside a
// deadline. An unknown name falls back to the reader's own zone.
func (r Reader) InZone(t time.Time, zone string) template.HTML {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return r.When(t)
	}
	return r.WhenIn(t, loc)
}
