package condition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what sort of value a fact has.
type Kind string

const (
	WordKind   Kind = "word"   // one of a fixed list
	SetKind    Kind = "set"    // several of a fixed list
	PlaceKind  Kind = "place"  // one ISO 3166 code: DE, DE-BY, US-CA
	PlacesKind Kind = "places" // several
	NumberKind Kind = "number" // a whole number, not negative
	LengthKind Kind = "length" // a Go duration
)

// Fact is one fact conditions may name.
type Fact struct {
	Name  string
	Kind  Kind
	Words []string // what a word or a set's member may be; unknown is always allowed in facts, never in conditions
	Ask   string   // the question a person is asked where the fact is unknown
}

// Vocabulary is the facts a condition may name.
type Vocabulary map[string]Fact

// With is v with more facts.
func (v Vocabulary) With(facts ...Fact) Vocabulary {
	out := make(Vocabulary, len(v)+len(facts))
	for name, f := range v {
		out[name] = f
	}
	for _, f := range facts {
		out[f.Name] = f
	}
	return out
}

// Names lists the facts in alphabetical order.
func (v Vocabulary) Names() []string {
	names := make([]string, 0, len(v))
	for n := range v {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Parse reads the text form of a fact's value, as a person types it: a word, a
// comma-separated set ("none" is the empty set), a number, a duration.
// "unknown" and "" are the unknown value.
func (v Vocabulary) Parse(name, text string) (Value, error) {
	f, ok := v[name]
	if !ok {
		return Value{}, fmt.Errorf("no fact is named %q%s", name, Nearest(name, v.Names()))
	}
	text = strings.TrimSpace(text)
	if text == "" || text == "unknown" {
		return Unset(), nil
	}
	switch f.Kind {
	case WordKind, PlaceKind:
		if err := f.check(text); err != nil {
			return Value{}, err
		}
		return Word(text), nil
	case SetKind, PlacesKind:
		if text == "none" || text == "[]" {
			return Set(), nil
		}
		var members []string
		for _, m := range strings.Split(text, ",") {
			m = strings.TrimSpace(m)
			if err := f.check(m); err != nil {
				return Value{}, err
			}
			members = append(members, m)
		}
		return Set(members...), nil
	case NumberKind:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return Value{}, fmt.Errorf("%q is not a whole number", text)
		}
		return Number(n), nil
	case LengthKind:
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return Value{}, fmt.Errorf("%q is not a duration such as 30h", text)
		}
		return Length(d), nil
	}
	return Value{}, fmt.Errorf("fact %q has no form to be typed in", name)
}

func (f Fact) check(word string) error {
	switch f.Kind {
	case PlaceKind, PlacesKind:
		if !IsPlace(word) {
			return fmt.Errorf("%q is not an ISO 3166 code such as DE or US-CA", word)
		}
	default:
		if len(f.Words) > 0 && !slices.Contains(f.Words, word) {
			return fmt.Errorf("%q is not one of %s%s", word, strings.Join(f.Words, ", "), Nearest(word, f.Words))
		}
	}
	return nil
}

// IsPlace reports whether s has the form of an ISO 3166 country (DE) or
// subdivision (US-CA, FR-2A), in capitals.
func IsPlace(s string) bool {
	country, sub, has := strings.Cut(s, "-")
	if len(country) != 2 || !upper(country, false) {
		return false
	}
	return !has || len(sub) >= 1 && len(sub) <= 4 && upper(sub, true)
}

func upper(s string, digits bool) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && !(digits && r >= '0' && r <= '9') {
			return false
		}
	}
	return true
}

// Nearest words a hint at the closest of names, or nothing where none is close.
func Nearest(name string, names []string) string {
	best, far := "", max(3, len(name)/4)
	for _, n := range names {
		if d := distance(name, n); d < far {
			best, far = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance is the number of single-letter edits between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
