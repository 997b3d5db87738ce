package statute_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

// tree is facts as JSON, to take things out of and put them back.
type tree map[string]any

var wordFacts = []string{"kind", "malicious", "confidentiality", "integrity", "availability", "access", "acquisition",
	"encryption", "key", "medium", "recipient", "recovered", "backup", "severity", "processor_is_agent", "hipaa_low_probability", "rrosh"}

// conclusions are facts that are a person's to make: not made is an answer of its
// own, so making one may turn another.
var conclusions = []string{"hipaa_low_probability", "rrosh"}

// residences are places of every jurisdiction of the library. Of countries whose
// states or zones have rules of their own it is those; US, of which only the
// country is known, comes last.
var residences = sync.OnceValue(func() []string {
	l, err := loadShipped()
	if err != nil {
		panic(err)
	}
	places := []string{"DE-BY", "FR", "NO", "CA-QC"}
	for _, r := range l.List() {
		if r.Jurisdiction != "EU" && r.Jurisdiction != "US" && !slices.Contains(places, r.Jurisdiction) {
			places = append(places, r.Jurisdiction)
		}
	}
	places = slices.DeleteFunc(places, func(p string) bool {
		return slices.ContainsFunc(places, func(finer string) bool { return strings.HasPrefix(finer, p+"-") })
	})
	return append(places, "US")
})

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
			"residence": rapid.SampledFrom(residences()).Draw(t, "residence"),
			"people":    rapid.SampledFrom([]int{0, 1, 250, 499, 500, 501, 1000, 1001, 20000}).Draw(t, "people"),
			"elements":  rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Elements()), 0, 6, rapid.ID).Draw(t, "elements"),
			"groups":    rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Groups()), 0, 2, rapid.ID).Draw(t, "groups"),
		})
	}
	main := rapid.SampledFrom(residences()).Draw(t, "main_establishment")
	established := rapid.SliceOfNDistinct(rapid.SampledFrom(residences()), 0, 3, rapid.ID).Draw(t, "established_in")
	if !slices.Contains(established, main) {
		established = append(established, main)
	}
	return tree{
		"organisation": tree{
			"role":               rapid.SampledFrom(condition.Roles()).Draw(t, "role"),
			"established_in":     established,
			"main_establishment": main,
			"regulated_as":       rapid.SliceOfNDistinct(rapid.SampledFrom(condition.Regimes()), 0, 3, rapid.ID).Draw(t, "regulated_as"),
			"licensed_in":        rapid.SliceOfNDistinct(rapid.SampledFrom(residences()), 0, 3, rapid.ID).Draw(t, "licensed_in"),
		},
		"incident":   inc,
		"contract":   tree{"notice_within": "48h"},
		"milestones": milestones(),
		"affected":   affected,
	}
}

// milestones are all there are, in an order in which they happen.
func milestones() tree {
	return tree{
		"detected": "2026-06-01T08:00:00Z", "suspected": "2026-06-01T09:00:00Z", "discovered": "2026-06-01T10:00:00Z",
		"aware": "2026-06-01T11:00:00Z", "determined": "2026-06-02T10:00:00Z", "classified": "2026-06-02T11:00:00Z",
		"material": "2026-06-02T12:00:00Z", "processor_aware": "2026-06-01T07:00:00Z", "processor_told_us": "2026-06-01T10:30:00Z",
		"occurred_from": "2026-05-01", "occurred_until": "2026-05-31", "ransom_paid": "2026-06-03", "assessed": "2026-06-04",
		"individuals_notified": "2026-06-20", "contained": "2026-06-05", "recovered": "2026-06-06", "fix_available": "2026-06-07",
	}
}

// leaves lists the paths of everything that can be not known. Milestones that
// decide which version of a law is asked stay; a condition that asks whether one
// was reached may lose it.
func (f tree) leaves() [][]any {
	var out [][]any
	for _, part := range []string{"organisation", "incident", "contract"} {
		for key := range f[part].(tree) {
			if !slices.Contains(conclusions, key) {
				out = append(out, []any{part, key})
			}
		}
	}
	for i := range f["affected"].([]any) {
		for _, key := range []string{"residence", "people", "elements", "groups"} {
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

// loadShipped reads the library once for all tests: it never changes.
var loadShipped = statute.OnFirstUse(statute.Builtin())

func shippedLibrary(t testing.TB) *statute.Library {
	t.Helper()
	l, err := loadShipped()
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

// Answering one question, again and again, ends with everything decided and
// nothing left to ask, whichever is answered first.
func TestQuestionsDecide(t *testing.T) {
	l := shippedLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		for _, g := range all["affected"].([]any) {
			if g.(tree)["residence"] == "US" {
				g.(tree)["residence"] = "US-CA" // nothing that can be asked says in which state
			}
		}
		org := all["organisation"].(tree)
		for _, k := range []string{"established_in", "licensed_in"} {
			org[k] = slices.DeleteFunc(org[k].([]string), func(p string) bool { return p == "US" })
		}
		leaves := all.leaves()
		for _, m := range slices.Sorted(maps.Keys(all["milestones"].(tree))) {
			leaves = append(leaves, []any{"milestones", m})
		}
		for _, c := range conclusions {
			leaves = append(leaves, []any{"incident", c})
		}
		known := all.clone()
		for _, path := range leaves {
			if rapid.Bool().Draw(t, "forget") {
				known.forget(path)
			}
		}
		first := rapid.Bool().Draw(t, "the first question first")
		for range 90 {
			a := l.Assess(known.facts(t), asked)
			if len(a.Questions) == 0 {
				for _, o := range a.Obligations {
					if o.Applies == condition.Unknown {
						t.Fatalf("%s is undecided and nothing is asked: %v", o.Rule, o.Missing)
					}
				}
				if !a.Decided() {
					t.Fatal("nothing is asked and not all is decided")
				}
				return
			}
			q := a.Questions[0]
			if !first {
				q = rapid.SampledFrom(a.Questions).Draw(t, "question")
			}
			if q.Ask == "" || q.Why == "" || len(q.Decides) == 0 && q.Fact != "affected.residence" && q.Fact != "organisation.established_in" {
				t.Fatalf("question %+v", q)
			}
			before := text(known)
			for _, path := range leaves {
				if part, key, _ := strings.Cut(q.Fact, "."); path[0] == part && path[len(path)-1] == key {
					known.learn(all, path)
				}
			}
			if text(known) == before {
				t.Fatalf("asked for %s, which is known already", q.Fact)
			}
		}
		t.Fatal("ninety answers decided nothing")
	})
}

// Assess is a pure function of the facts as a set: the order of people, of
// places, of regimes and of the keys of the file changes nothing.
func TestOrderOfFactsIsIrrelevant(t *testing.T) {
	l := shippedLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		other := all.clone()
		if groups := all["affected"].([]any); len(groups) > 0 {
			other["affected"] = rapid.Permutation(groups).Draw(t, "order")
		}
		org := other["organisation"].(tree)
		for _, k := range []string{"established_in", "regulated_as", "licensed_in"} {
			if list := org[k].([]string); len(list) > 0 {
				org[k] = rapid.Permutation(list).Draw(t, k)
			}
		}
		mirrored, err := statute.ParseFacts(strings.NewReader(backwards(other)))
		if err != nil {
			t.Fatal(err)
		}
		if x, y := essence(l.Assess(all.facts(t), asked)), essence(l.Assess(mirrored, asked)); x != y {
			t.Fatalf("%s\n%s", x, y)
		}
	})
}

// backwards is JSON with its keys from the last to the first.
func backwards(v any) string {
	switch v := v.(type) {
	case tree:
		keys := slices.Sorted(maps.Keys(v))
		slices.Reverse(keys)
		var parts []string
		for _, k := range keys {
			parts = append(parts, text(k)+":"+backwards(v[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, backwards(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return text(v)
}

// essence is what an assessment says, reasons aside: they come in the order of
// the facts.
func essence(a statute.Assessment) string {
	var lines []string
	for _, o := range a.Obligations {
		line := o.Rule + " " + o.Version + " to " + o.Recipient + ": " + o.Applies.String() + " " + text(slices.Sorted(slices.Values(o.Missing)))
		for _, s := range o.Stages {
			line += " " + s.Stage + " " + string(s.State) + " " + text(s.Due) + " " + text(s.Latest)
		}
		lines = append(lines, line)
	}
	for _, q := range a.Questions {
		lines = append(lines, "? "+q.Fact)
	}
	slices.Sort(lines)
	return a.Risk.Level + "\n" + strings.Join(lines, "\n")
}

// No deadline lies before what it is counted from, and none after its later
// limit, whatever the milestones, the filings and the holds.
func TestDatesAreSound(t *testing.T) {
	l := shippedLibrary(t)
	names := slices.Collect(maps.Keys(milestones()))
	for _, r := range l.List() {
		for _, v := range l.Versions(r.ID) {
			for _, s := range v.Stages {
				for _, m := range s.From {
					if strings.HasPrefix(m, "filed:") && !slices.Contains(names, m) {
						names = append(names, m)
					}
				}
			}
		}
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		all := whole(t)
		set := tree{}
		for _, name := range names {
			if rapid.Bool().Draw(t, name) {
				at := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(t, "at"), 0).UTC()
				set[name] = at.Format(rapid.SampledFrom([]string{time.RFC3339, time.DateOnly}).Draw(t, "form"))
			}
		}
		all["milestones"] = set
		all["holds"] = []any{tree{"authority": "FBI", "form": rapid.SampledFrom([]string{"oral", "written"}).Draw(t, "form"),
			"from": "2026-06-03", "until": time.Unix(rapid.Int64Range(1.781e9, 1.9e9).Draw(t, "until"), 0).UTC().Format(time.DateOnly)}}
		f := all.facts(t)
		for _, o := range l.Assess(f, asked).Obligations {
			for _, s := range o.Stages {
				if (s.Date == nil) != (s.Due == nil) || s.Latest != nil && s.Due == nil || s.State != statute.Running && s.Due != nil || s.Counted == "" {
					t.Fatalf("%s: stage %+v", o.Rule, s)
				}
				if s.Due == nil {
					continue
				}
				if s.Latest != nil && s.Latest.Before(*s.Due) {
					t.Fatalf("%s: due %s after its latest %s: %s", o.Rule, s.Due, s.Latest, s.Counted)
				}
				from, set := f.Milestones[s.From]
				if !set {
					if from, set = f.Milestones[strings.TrimSuffix(s.From, ":"+first(l, s.From))]; !set {
						t.Fatalf("%s is counted from %s, which is not set: %s", o.Rule, s.From, s.Counted)
					}
				}
				if s.Due.Before(from.In(s.Zone)) {
					t.Fatalf("%s: due %s before %s: %s", o.Rule, s.Due, from, s.Counted)
				}
			}
		}
	})
}

// first is the first stage of the rule a filing names.
func first(l *statute.Library, filing string) string {
	part := strings.Split(filing, ":")
	if versions := l.Versions(part[min(1, len(part)-1)]); len(versions) > 0 {
		return versions[0].Stages[0].Name
	}
	return ""
}
