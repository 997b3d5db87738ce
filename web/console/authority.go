package console

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tocsin/notify/statute"
)

// authorityRow is a record of somebody who takes notices.
type authorityRow struct {
	Name, Place, Kind, Channel, URL, Email, Languages, Verified, Notes string
	Sources                                                            []string
}

func authorityRows(list []statute.Authority) []authorityRow {
	var out []authorityRow
	for _, a := range list {
		row := authorityRow{Name: a.Name, Place: placeName(a.Place()), Kind: sentenceCase(words(a.Kind)), Channel: sentenceCase(a.Channel.Type), URL: a.Channel.URL,
			Email: a.Channel.Email, Languages: languageNames(a.Languages), Notes: a.Notes, Sources: a.Sources}
		if a.Verified != nil {
			row.Verified = a.Verified.String()
		}
		out = append(out, row)
	}
	return out
}

func languageNames(codes []string) string {
	var out []string
	for _, code := range codes {
		tag, err := language.Parse(code)
		if name := display.English.Tags().Name(tag); err == nil && name != "" {
			code = name
		}
		out = append(out, code)
	}
	return strings.Join(out, ", ")
}
