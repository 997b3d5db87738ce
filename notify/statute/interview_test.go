package statute

import (
	"strings"
	"testing"

	"tocsin/incident/condition"
)

// Whatever can be missing is asked in plain language, with the reason and with
// answers to pick from.
func TestEveryFactIsAskedWell(t *testing.T) {
	vocabulary := Vocabulary()
	for _, name := range vocabulary.Names() {
		scope, _, _ := strings.Cut(name, ".")
		if scope == "here" || scope == "covered" || scope == "owed" || strings.HasSuffix(name, "_concluded") {
			continue // worked out from others, which are asked instead
		}
		f := vocabulary[name]
		kind, why, options := interview(vocabulary, name)
		if !strings.HasSuffix(f.Ask, "?") || strings.Contains(f.Ask, name) {
			t.Errorf("%s is asked %q", name, f.Ask)
		}
		if !strings.HasSuffix(why, ".") || why == whyFact("") {
			t.Errorf("%s: nothing says why it is asked: %q", name, why)
		}
		if picks := f.Kind == condition.WordKind && scope != "milestones" || f.Kind == condition.SetKind; picks != (len(options) > 0) {
			t.Errorf("%s: %d answers to pick from", name, len(options))
		}
		if (kind == momentKind) != (scope == "milestones") {
			t.Errorf("%s is a %s", name, kind)
		}
		seen := map[string]bool{}
		for _, o := range options {
			if _, err := vocabulary.Parse(name, o.Value); err != nil {
				t.Errorf("%s: an answer that cannot be given: %v", name, err)
			}
			if o.Label == "" || strings.Contains(o.Label, "_") || seen[o.Label] {
				t.Errorf("%s: answer %s reads %q", name, o.Value, o.Label)
			}
			seen[o.Label] = true
		}
	}
}

// Labels are of words that exist.
func TestLabelsAreOfWords(t *testing.T) {
	vocabulary := Vocabulary()
	known := map[string]bool{}
	for _, name := range vocabulary.Names() {
		for _, w := range vocabulary[name].Words {
			known[w] = true
		}
		for w := range answerLabels(name) {
			if _, err := vocabulary.Parse(name, w); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for w := range abbreviations() {
		if !known[w] {
			t.Errorf("%q is no word of any fact", w)
		}
	}
}
