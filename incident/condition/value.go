package condition

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Facts answers for a fact by its name (incident.encryption). A name nobody
// set is Unset().
type Facts interface {
	Fact(name string) Value
}

// Map is the simplest Facts: what is not in it is unknown.
type Map map[string]Value

// Fact implements Facts.
func (m Map) Fact(name string) Value { return m[name] }

type valueKind uint8

const (
	unset valueKind = iota
	words
	set
	quantity
)

// Value is what is known of one fact. The zero Value is unknown. It may be
// known in part: one of several words, a set that may have more members, a
// number between two bounds.
type Value struct {
	kind   valueKind
	words  []string // words: the possible ones; set: the members known to be in it
	open   bool     // set: there may be more members
	min    float64  // quantity
	max    float64
	length bool     // quantity is a length of time, in hours
	shown  string   // overrides String where the value has a better wording
	behind []string // the facts this value was worked out from, where it is open
}

// Unset is the unknown value.
func Unset() Value { return Value{} }

// Word is a known word: yes, none, ransomware. The word "unknown" and the
// empty word are Unset.
func Word(w string) Value {
	if w == "" || w == "unknown" {
		return Value{}
	}
	return Value{kind: words, words: []string{w}}
}

// OneOf is a word not yet settled: it is one of ws.
func OneOf(ws ...string) Value { return Value{kind: words, words: slices.Clone(ws)} }

// Set is a set known whole; with no members, known to be empty.
func Set(members ...string) Value { return Value{kind: set, words: slices.Clone(members)} }

// OpenSet is a set of which these members are known, and which may hold more.
func OpenSet(members ...string) Value {
	return Value{kind: set, words: slices.Clone(members), open: true}
}

// Number is a known number.
func Number(n int) Value { return Value{kind: quantity, min: float64(n), max: float64(n)} }

// Between is a number from min to max, both included; a negative max means
// that no upper bound is known.
func Between(min, max int) Value {
	v := Value{kind: quantity, min: float64(min), max: float64(max)}
	if max < 0 {
		v.max = math.Inf(1)
	}
	return v
}

// Length is a known length of time.
func Length(d time.Duration) Value {
	return Value{kind: quantity, min: d.Hours(), max: d.Hours(), length: true}
}

// Shown is v with another wording for explanations.
func (v Value) Shown(text string) Value { v.shown = text; return v }

// Behind is v with the names of the facts it was worked out from. Where a leaf
// on v stays unknown, these are missing instead of the leaf's own fact.
func (v Value) Behind(facts ...string) Value { v.behind = slices.Clone(facts); return v }

// Known reports whether anything at all is known.
func (v Value) Known() bool { return v.kind != unset }

// Firm reports whether the value is known whole.
func (v Value) Firm() bool {
	switch v.kind {
	case words:
		return len(v.words) == 1
	case set:
		return !v.open
	case quantity:
		return v.min == v.max
	}
	return false
}

// Exact is a number that is known exactly, lengths of time in hours; ok is false
// where it is not known, known between two bounds only, or no number.
func (v Value) Exact() (n float64, ok bool) {
	return v.min, v.kind == quantity && v.min == v.max
}

// Words are the possible words, or the known members of a set.
func (v Value) Words() []string { return slices.Clone(v.words) }

func (v Value) String() string {
	if v.shown != "" {
		return v.shown
	}
	switch v.kind {
	case words:
		return strings.Join(v.words, " or ")
	case set:
		s := strings.Join(v.words, ", ")
		switch {
		case v.open && s == "":
			return "unknown"
		case v.open:
			return s + " and perhaps more"
		case s == "":
			return "none"
		}
		return s
	case quantity:
		switch {
		case v.min == v.max:
			return v.show(v.min)
		case math.IsInf(v.max, 1):
			return "at least " + v.show(v.min)
		}
		return v.show(v.min) + " to " + v.show(v.max)
	}
	return "unknown"
}

func (v Value) show(n float64) string {
	if v.length {
		return showLength(n)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func showLength(hours float64) string {
	d := time.Duration(hours * float64(time.Hour)).Round(time.Second)
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		return t + "h"
	}
	if s == "" {
		return "0s"
	}
	return s
}
