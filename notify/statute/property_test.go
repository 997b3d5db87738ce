package statute_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

// tree is facts as JSON, to take things out of and put them back.
type tree map[string]any

var wordFacts = []string{"kind", "malicious", "confidentiality", "integrity", "availability", "access", "acquisition",
	"encryption", "key", "medium", "recipient", "recovered", "backup", "severity", "processor_is_agent"}

var residences = []string{"US-CA", "US-NY", "US-TX", "US-MA", "US-FL", "US-WA", "US-CT", "DE-BY", "FR", "GB", "IN", "US"}

// whole draws facts of which everything is known, and which do not contradict
// themselves within one value.
func whole(t *rapid.T) tree {
	v := condition.Base()
	inc := tree{"unavailable_for": rapid.SampledFrom([]string{"1h", "24h", "90h"}).Draw(t, "unavailable_for")}
	for _, name := range wordFacts {
		words := slices.DeleteFunc(slices.Clone(v["incident."+name].Words), func(w string) bool { return w == "suspected" })
		inc[name] = rapid.SampledFrom(words).Draw(t, name)
	}
	affected := []any{}
	for range rapid.IntRange(0, 4).Draw(t, "groups") {
		affected = append(affected, tree{
			"residence": rapid.SampledFrom(residences).Draw(t, "residence"),
			"people":    rapid.SampledFrom([]int{0, 1, 250, 499, 500, 501, 1000, 1001, 20000}).Draw(t, "people"),
			"elements":  rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Elements()), 0, 6, rapid.ID).Draw(t, "elements"),
			"groups":    rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Groups()), 0, 2, rapid.ID).Draw(t, "groups"),
		})
	}
	return tree{
		"organisation": tree{
			"role":               rapid.SampledFrom(condition.Roles()).Draw(t, "role"),
			"established_in":     rapid.SliceOfNDistinct(rapid.SampledFrom(residences), 0, 3, rapid.ID).Draw(t, "established_in"),
			"main_establishment": rapid.SampledFrom(residences).Draw(t, "main_establishment"),
			"regulated_as":       rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Regimes()), 0, 3, rapid.ID).Draw(t, "regulated_as"),
			"licensed_in":        rapid.SliceOfNDistinct(rapid.SampledFrom(residences), 0, 3, rapid.ID).Draw(t, "licensed_in"),
		},
		"incident": inc,
		"contract": tree{"notice_within": "48h"},
		"milestones": tree{
			"detected": "2026-06-01T08:00:00Z", "suspected": "2026-06-01T09:00:00Z", "discovered": "2026-06-01T10:00:00Z",
			"aware": "2026-06-01T11:00:00Z", "determined": "2026-06-02T10:00:00Z", "classified": "2026-06-02T11:00:00Z",
			"material": "2026-06-02T12:00:00Z", "processor_aware": "2026-06-01T07:00:00Z", "processor_told_us": "2026-06-01T10:30:00Z",
			"occurred_from": "2026-05-01", "occurred_until": "2026-05-31", "ransom_paid": "2026-06-03", "assessed": "2026-06-04",
			"individuals_notified": "2026-06-20", "contained": "2026-06-05", "recovered": "2026-06-06", "fix_available": "2026-06-07",
		},
		"affected": affected,
	}
}

// leaves lists the paths of everything that can be not known. Milestones that
// decide which version of a law is asked stay; a condition that asks whether one
// was reached may lose it.
func (f tree) leaves() [][]any {
	var out [][]any
	for _, part := range []string{"organisation", "incident", "contract"} {
		for key := range f[part].(tree) {
			out = append(out, []any{part, key})
		}
	}
	for i := range f["affected"].([]any) {
		for _, key := range []string{"people", "elements", "groups"} {
			out = append(out, []any{"affected", i, key})
		}
	}
	out = append(out, []any{"milestones", "material"}, []any{"milestones", "ransom_paid"})
	slices.SortFunc(out, func(a, b []any) int { return strings.Compare(text(a), text(b)) })
	return out
}

func text(v any) string { b, _ := json.Marshal(v); return string(b) }

func (f tree) clone() tree {
	out := tree{}
	for k, v := range f {
		switch v := v.(type) {
		case tree:
			out[k] = v.clone()
		case []any:
			list := make([]any, len(v))
			for i, e := range v {
				list[i] = e
				if t, ok := e.(tree); ok {
					list[i] = t.clone()
				}
			}
			out[k] = list
		default:
			out[k] = v
		}
	}
	return out
}

func (f tree) at(path []any) (tree, string) {
	if len(path) == 3 {
		return f[path[0].(string)].([]any)[path[1].(int)].(tree), path[2].(string)
	}
	return f[path[0].(string)].(tree), path[1].(string)
}

func (f tree) forget(path []any) { t, k := f.at(path); delete(t, k) }

func (f tree) learn(from tree, path []any) {
	t, k := f.at(path)
	s, _ := from.at(path)
	if v, ok := s[k]; ok {
		t[k] = v
	}
}

func (f tree) facts(t *rapid.T) statute.Facts {
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := statute.ParseFacts(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

var asked = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func shippedLibrary(t testing.TB) *statute.Library {
	t.Helper()
	l, err := statute.Load(statute.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func answers(a statute.Assessment) map[string]condition.Truth {
	out := map[string]condition.Truth{}
	for _, o := range a.Obligations {
		out[o.Rule] = o.Applies
	}
	return out
}

// Taking facts away may make an answer unknown; it never makes a no of a yes.
func TestMoreFactsNeverTurnAnAnswer(t *testing.T) {
	l := shippedLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		full := answers(l.Assess(all.facts(t), asked))
		for rule, truth := range full {
			if truth == condition.Unknown {
				// Somebody lives in the US and nobody knows in which state: no fact of the tree closes that.
				if !strings.Contains(text(all["affected"]), `"US"`) && !strings.Contains(text(all["organisation"]), `"US"`) {
					t.Fatalf("%s is undecided with every fact known", rule)
				}
			}
		}
		less := all.clone()
		for _, path := range rapid.SliceOfN(rapid.SampledFrom(all.leaves()), 1, 12).Draw(t, "forgotten") {
			less.forget(path)
		}
		early := l.Assess(less.facts(t), asked)
		for rule, truth := range answers(early) {
			if now, listed := full[rule]; listed && truth != condition.Unknown && truth != now {
				t.Fatalf("%s was %s and became %s", rule, truth, now)
			}
		}
		for _, o := range early.Obligations {
			if (o.Applies == condition.Unknown) != (len(o.Missing) > 0) {
				t.Fatalf("%s is %s and misses %v", o.Rule, o.Applies, o.Missing)
			}
			if o.Applies == condition.Yes && len(o.Because) == 0 || o.Applies == condition.No && len(o.BecauseNot) == 0 {
				t.Fatalf("%s is %s without a reason", o.Rule, o.Applies)
			}
		}
	})
}

// Answering the first question, again and again, ends with everything decided.
func TestQuestionsDecide(t *testing.T) {
	l := shippedLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		for i, a := range all["affected"].([]any) {
			if a.(tree)["residence"] == "US" {
				all["affected"].([]any)[i].(tree)["residence"] = "US-CA"
			}
		}
		org := all["organisation"].(tree)
		for _, k := range []string{"established_in", "licensed_in"} {
			org[k] = slices.DeleteFunc(org[k].([]string), func(p string) bool { return p == "US" })
		}
		known := all.clone()
		for _, path := range all.leaves() {
			if rapid.Bool().Draw(t, "forget") {
				known.forget(path)
			}
		}
		for range 60 {
			a := l.Assess(known.facts(t), asked)
			open := 0
			for _, o := range a.Obligations {
				if o.Applies == condition.Unknown {
					open++
				}
			}
			if open == 0 {
				return
			}
			if len(a.Questions) == 0 {
				t.Fatalf("%d duties are undecided and nothing is asked", open)
			}
			q := a.Questions[0]
			if q.Ask == "" || len(q.Decides) == 0 {
				t.Fatalf("question %+v", q)
			}
			before := text(known)
			for _, path := range all.leaves() {
				if part, key, _ := strings.Cut(q.Fact, "."); path[0] == part && path[len(path)-1] == key {
					known.learn(all, path)
				}
			}
			if text(known) == before {
				t.Fatalf("asked for %s, which is known already", q.Fact)
			}
		}
		t.Fatal("sixty answers decided nothing")
	})
}

// Assess is a pure function: the order of groups of people changes nothing.
func TestOrderOfGroupsIsIrrelevant(t *testing.T) {
	l := shippedLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		other := all.clone()
		if groups := all["affected"].([]any); len(groups) > 0 {
			other["affected"] = rapid.Permutation(groups).Draw(t, "order")
		}
		a, b := l.Assess(all.facts(t), asked), l.Assess(other.facts(t), asked)
		if x, y := text(answers(a)), text(answers(b)); x != y {
			t.Fatalf("%s\n%s", x, y)
		}
	})
}
