package statute

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"tocsin/incident/condition"
)

//go:embed enisa.toml
var enisaFile []byte

// Severity is ENISA's score of a breach, SE = DPC × EI + CB (2013). Where a part
// is not known the score is a range.
type Severity struct {
	Score      *float64 `json:"score"` // nil where a part is not known
	Least      float64  `json:"least"`
	Most       float64  `json:"most"`
	Band       string   `json:"band"`       // low, medium, high, very_high; unknown where the range spans several
	Arithmetic string   `json:"arithmetic"` // "4 × 1 + (0.5 + 0 + 0 + 0.5) = 5"
	Parts      []Step   `json:"parts"`      // dpc, ei, confidentiality, integrity, availability, intent
	Unknown    []string `json:"unknown"`
	Flags      []string `json:"flags"` // what the method sets beside the score
}

var enisaLadder = sync.OnceValue(func() *ladder { return readLadder("enisa.toml", enisaFile) })

// enisaBand names the band a score lies in.
func enisaBand(se float64) string {
	switch {
	case se < 2:
		return "low"
	case se < 3:
		return "medium"
	case se < 4:
		return "high"
	}
	return "very_high"
}

func assessSeverity(g *general) Severity {
	parts := enisaLadder().walk(g)
	s := Severity{Parts: parts, Unknown: []string{}, Flags: []string{}, Band: "unknown"}
	var words []string
	firm := true
	for i := range parts {
		p := &parts[i]
		if p.Open() {
			firm = false
			s.Unknown = add(s.Unknown, p.Unknown...)
			words = append(words, number(p.least)+"–"+number(p.most))
		} else {
			words = append(words, number(p.least))
		}
	}
	dpc, ei := &parts[0], &parts[1]
	s.Least, s.Most = dpc.least*ei.least, dpc.most*ei.most
	for i := range parts[2:] {
		s.Least, s.Most = s.Least+parts[2+i].least, s.Most+parts[2+i].most
	}
	result := number(s.Least)
	if firm {
		score := s.Least
		s.Score = &score
	} else if s.Least != s.Most {
		result += "–" + number(s.Most)
	}
	if low := enisaBand(s.Least); low == enisaBand(s.Most) {
		s.Band = low
	}
	s.Arithmetic = fmt.Sprintf("%s × %s + (%s) = %s", words[0], words[1], strings.Join(words[2:], " + "), result)
	for _, flag := range []struct{ condition, words string }{{"many", "more than 100 individuals"}, {"unintelligible", "unintelligible data"}} {
		if enisaLadder().Conditions[flag.condition].Evaluate(g).Truth == condition.Yes {
			s.Flags = append(s.Flags, flag.words)
		}
	}
	return s
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
