package filing

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/incident"
)

// Limits of an answer, in characters.
const (
	shortest  = 500    // of a line, where the form says nothing
	longest   = 20_000 // of anything
	mostLines = 300    // of a list
)

var (
	wholeNumber = regexp.MustCompile(`^\d{1,3}(?:[ ,\x{00a0}\x{202f}]\d{3})+$|^\d{1,15}$`)
	decimal     = regexp.MustCompile(`^-?\d{1,15}(?:[.,]\d{1,6})?$`)
	duration    = regexp.MustCompile(`^\d{1,4}:(?:[01]\d|2[0-3]):[0-5]\d$`)
)

// ParseAnswer reads what a person gave for a field: one string for most kinds, a
// line or a string each for lists, an option each for choices. None means that
// the person's own answer is withdrawn. The result reads back to itself.
// Invalid says what is wrong, with the field's id.
func ParseAnswer(f Field, raw []string) ([]string, error) {
	values, what := parse(f, raw)
	if what != "" {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The answer cannot be kept.",
			Problems: []incident.Problem{{Where: f.ID, What: what}}}
	}
	return values, nil
}

func parse(f Field, raw []string) ([]string, string) {
	var lines []string
	for _, s := range raw {
		if !utf8.ValidString(s) {
			return nil, "It is not text."
		}
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			return nil, "It holds control characters."
		}
		if f.Kind == List {
			for line := range strings.SplitSeq(s, "\n") {
				lines = append(lines, strings.TrimSpace(line))
			}
			continue
		}
		lines = append(lines, strings.TrimSpace(s))
	}
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	if len(lines) == 0 {
		return nil, ""
	}
	if n := characters(lines); n > f.limit() {
		return nil, "It is longer than the " + thousands(f.limit()) + " characters the form takes: " + thousands(n) + "."
	}
	switch f.Kind {
	case Choices:
		return pick(f, lines)
	case List:
		if len(lines) > mostLines {
			return nil, "It has more than " + thousands(mostLines) + " lines; enclose a table."
		}
		return lines, ""
	}
	if len(lines) > 1 {
		return nil, "It takes one answer."
	}
	v, what := parseOne(f, lines[0])
	if what != "" {
		return nil, what
	}
	return []string{v}, ""
}

func parseOne(f Field, s string) (value, what string) {
	switch f.Kind {
	case Text:
		if strings.Contains(s, "\n") {
			return "", "It takes one line."
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "", "A day is written YYYY-MM-DD."
		}
	case Instant:
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return "", "An instant is written with its offset: 2026-03-02T09:30:00+01:00."
		}
		return t.Format(time.RFC3339), ""
	case Number:
		if !wholeNumber.MatchString(s) {
			return "", "It is a whole number, such as 11204."
		}
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s)
		if digits = strings.TrimLeft(digits, "0"); digits == "" {
			digits = "0"
		}
		return digits, ""
	case Decimal:
		if !decimal.MatchString(s) {
			return "", "It is a number, such as 12.5."
		}
		return strings.Replace(s, ",", ".", 1), ""
	case Duration:
		if !duration.MatchString(s) {
			return "", "A duration is written DD:HH:MM, such as 01:06:30."
		}
	case Choice:
		if !slices.Contains(f.Options, s) {
			return "", "It is one of the form's options."
		}
	}
	return s, ""
}

// pick gives the options that were chosen, once each and in the form's order.
func pick(f Field, chosen []string) ([]string, string) {
	for _, s := range chosen {
		if !slices.Contains(f.Options, s) {
			return nil, "Each is one of the form's options."
		}
	}
	return slices.DeleteFunc(slices.Clone(f.Options), func(o string) bool { return !slices.Contains(chosen, o) }), ""
}

// limit is how many characters the field takes.
func (f Field) limit() int {
	switch {
	case f.Max > 0:
		return f.Max
	case f.Kind == Long || f.Kind == List || f.Kind == Choices || f.Kind == Choice:
		return longest
	}
	return shortest
}

func characters(lines []string) int {
	n := len(lines) - 1
	for _, s := range lines {
		n += utf8.RuneCountInString(s)
	}
	return n
}

func thousands(n int) string {
	s := ""
	for ; n >= 1000; n /= 1000 {
		s = "," + pad(n%1000) + s
	}
	return plainInt(n) + s
}
