package letter

import (
	"strings"
	"unicode"
)

// Variant is to whom a letter about a person is addressed. Only the roster
// says it; it is never guessed from a birth date or from a gap.
type Variant string

const (
	Adult    Variant = "adult"    // to the person; the empty Variant means this
	Minor    Variant = "minor"    // to the parent or guardian
	Deceased Variant = "deceased" // to the next of kin or personal representative
)

// Variants lists them all.
func Variants() []Variant { return []Variant{Adult, Minor, Deceased} }

func (v Variant) known() bool { return v == Adult || v == Minor || v == Deceased }

// Person is one recipient as the roster holds them.
type Person struct {
	ID             string   // the roster's id; the only thing of a person that errors name
	Name           string   // of the affected person, also where the letter goes to a parent or next of kin
	Address        []string // lines; needed by mail only
	Elements       []string // what of theirs was exposed, in the contract's names
	Variant        Variant
	Jurisdiction   string // where they live: US-CA, FR; empty = the draft's
	MonitoringCode string
	Reference      string // what they quote when they call
	CheckCode      string // what they enter to see that the letter is genuine; needed where the case has a page for it
}

// Message is one person's letter, ready for a channel.
type Message struct {
	Subject string
	Text    string
	HTML    string
	Variant Variant
}

// clean makes one line of s and drops what could disguise or break a text:
// control characters and direction overrides. A spreadsheet's word for an
// empty cell is an empty cell.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 0x85 }), " ")
	s = strings.Map(func(r rune) rune {
		const zwnj, zwj = 0x200c, 0x200d // spelling in Persian and in Indic scripts
		if r == zwnj || r == zwj {
			return r
		}
		if r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	switch s {
	case "<no value>", "<nil>", "#N/A", "#REF!", "#VALUE!", "#NAME?", "NULL", "\\N", "undefined", "NaN":
		return ""
	}
	return s
}

func cleanLines(in []string) []string {
	var out []string
	for _, line := range in {
		if line = clean(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// Asks reports whether the letter shows this reader a field of theirs, such as
// person.monitoring_code: what is not shown need not be known.
func (m *Mailing) Asks(field string, p Person) bool {
	if p.Variant == "" {
		p.Variant = Adult
	}
	groups := uint32(0)
	counted := false
	for _, part := range m.parts {
		for _, piece := range part.text {
			if piece.field != field {
				continue
			}
			if !counted {
				groups, counted = groupBits(p.Elements), true
			}
			if part.is(p.Variant, groups) {
				return true
			}
		}
	}
	return false
}
