package statute

import (
	"slices"
	"sync"
	"time"

	"tocsin/incident/condition"
)

var baseVocabulary = sync.OnceValue(condition.Base)

// supposed is the facts with one of them supposed to have another value.
type supposed struct {
	condition.Facts
	fact  string
	value condition.Value
}

func (s supposed) Fact(name string) condition.Value {
	if name == s.fact {
		return s.value
	}
	return s.Facts.Fact(name)
}

// could tries for each unknown fact the values it may have, and says what the
// proposal would be. A word is tried in all its values, a set or a number in the
// ones risk.toml names.
func could(g *general, unknown []string) []Could {
	out := []Could{}
	for _, fact := range unknown {
		suppose := func(say string, v condition.Value) {
			r, _ := proposeRisk(supposed{g, fact, v})
			level := r.Level
			if level == "unknown" && slices.Contains(r.Because, "at least a risk") {
				level = "at least a risk"
			}
			out = append(out, Could{Fact: fact, Value: say, Level: level})
		}
		if f := baseVocabulary()[fact]; f.Kind == condition.WordKind {
			for _, w := range f.Words {
				suppose(w, condition.Word(w))
			}
			continue
		}
		for _, t := range riskLadder().Tries {
			if t.Fact != fact {
				continue
			}
			switch {
			case t.Value != nil:
				// What is known to be among them stays: only more can come.
				suppose(t.Say, condition.Set(add(g.Fact(fact).Words(), t.Value...)...))
			case t.Hours > 0:
				suppose(t.Say, condition.Length(time.Duration(t.Hours)*time.Hour))
			default:
				suppose(t.Say, condition.Number(t.People))
			}
		}
	}
	return out
}
