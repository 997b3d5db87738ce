package statute

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident/condition"
)

// link checks what one rule says of others, and makes conditions and element
// lists ready.
func (ld *loader) link() {
	l := ld.library
	for _, r := range l.rules {
		ld.linkConditions(r)
		combo, wrong := parseCombos(r.Covered, l.sets)
		for _, i := range sortedKeys(wrong) {
			ld.say(r.file, fmt.Sprintf("covered.elements[%d]", i), "%s", wrong[i])
		}
		r.combo = combo
		ld.linkReferences(r)
	}
	ld.linkCycles()
	ld.linkVersions()
}

// linkConditions checks and expands every condition of a rule.
func (ld *loader) linkConditions(r *Rule) {
	l := ld.library
	expand := func(key string, c *condition.Condition) {
		if c.IsZero() {
			return
		}
		for _, p := range c.Check(key, l.vocabularyFor(ld.vocabulary, *c), l.conditions) {
			ld.say(r.file, p.Where, "%s", p.What)
		}
		if e, err := c.Expand(l.conditions); err == nil {
			*c = e
		}
	}
	expand("when", &r.When)
	for i := range r.Exempt {
		expand(fmt.Sprintf("exempt[%d].when", i), &r.Exempt[i].When)
	}
	for i := range r.Notices {
		expand(fmt.Sprintf("notice[%d].when", i), &r.Notices[i].When)
	}
	for i := range r.Stages {
		key := fmt.Sprintf("stage[%d]", i)
		expand(key+".when", &r.Stages[i].When)
		for j := range r.Stages[i].Clocks {
			expand(fmt.Sprintf("%s.clock[%d].when", key, j), &r.Stages[i].Clocks[j].When)
		}
	}
}

// vocabularyFor is v with owed.<rule> for those rules that c names and that exist.
func (l *Library) vocabularyFor(v condition.Vocabulary, c condition.Condition) condition.Vocabulary {
	for _, name := range condition.FactsOf(c) {
		if id, ok := strings.CutPrefix(name, "owed."); ok && l.byID[id] != nil {
			v = v.With(condition.Fact{Name: name, Kind: condition.WordKind, Words: []string{"yes", "no"}})
		}
	}
	return v
}

// linkReferences checks the ids of rules, stages and authorities a rule names.
func (ld *loader) linkReferences(r *Rule) {
	l := ld.library
	rule := func(key, id string) bool {
		if id != "" && l.byID[id] == nil {
			ld.say(r.file, key, "%s", l.lost(id))
			return false
		}
		return id != ""
	}
	stage := func(key, id, name string) {
		if !rule(key, id) || name == "" {
			return
		}
		for _, v := range l.byID[id] {
			if _, ok := v.stage(name); ok {
				return
			}
		}
		ld.say(r.file, key, "rule %s has no stage %q", id, name)
	}
	rule("based_on", r.BasedOn)
	rule("order.rule", r.Order.Rule)
	if a := r.Recipient.Authority; a != "" && l.byAuthority[a] == nil {
		ld.say(r.file, "recipient.authority", "there is no authority %q", a)
	}
	for i := range r.Stages {
		for j, c := range r.Stages[i].clocks() {
			key := fmt.Sprintf("stage[%d]", i)
			if j > 0 {
				key = fmt.Sprintf("%s.clock[%d]", key, j-1)
			}
			if c.SameAs != "" {
				id, name, _ := strings.Cut(c.SameAs, ":")
				stage(key+".same_as", id, name)
			}
			for k, m := range c.From {
				if id, name, ok := cutFiling(m); ok {
					stage(fmt.Sprintf("%s.from[%d]", key, k), id, name)
				}
			}
		}
	}
}

// leansOn lists the rules whose answer or deadline a rule's own needs.
func (l *Library) leansOn(r *Rule) []string {
	ids := []string{}
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(r.BasedOn)
	for _, fact := range r.facts() {
		name, ok := strings.CutPrefix(fact, "owed.")
		switch {
		case !ok:
		case name == "regulator" || name == "individuals":
			// The rules of that audience, except those that ask the same question.
		default:
			add(name)
		}
	}
	for i := range r.Stages {
		for _, c := range r.Stages[i].clocks() {
			id, _, _ := strings.Cut(c.SameAs, ":")
			add(id)
		}
	}
	return ids
}

// facts lists every fact a rule's conditions name.
func (r *Rule) facts() []string {
	names := condition.FactsOf(r.When)
	for _, x := range r.Exempt {
		names = append(names, condition.FactsOf(x.When)...)
	}
	for i := range r.Stages {
		for _, c := range r.Stages[i].clocks() {
			names = append(names, condition.FactsOf(c.When)...)
		}
	}
	return names
}

// asksWhatIsOwed reports whether a rule's answer needs that of all others.
func (r *Rule) asksWhatIsOwed() bool {
	f := r.facts()
	return slices.Contains(f, "owed.regulator") || slices.Contains(f, "owed.individuals")
}

// linkCycles refuses rules that wait for each other.
func (ld *loader) linkCycles() {
	l := ld.library
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(id string, path []string)
	visit = func(id string, path []string) {
		if state[id] == done {
			return
		}
		if state[id] == visiting {
			r := l.byID[id][0]
			ld.say(r.file, "id", "rules lean on each other in a circle: %s", strings.Join(append(path, id), " → "))
			return
		}
		state[id] = visiting
		for _, r := range l.byID[id] {
			for _, next := range l.leansOn(r) {
				visit(next, append(path[:len(path):len(path)], id))
			}
		}
		state[id] = done
	}
	for _, id := range sortedKeys(l.byID) {
		visit(id, nil)
	}
}

// linkVersions refuses two versions of one rule in force on the same day.
func (ld *loader) linkVersions() {
	l := ld.library
	for _, id := range sortedKeys(l.byID) {
		versions := l.byID[id]
		for i, a := range versions {
			for _, b := range versions[i+1:] {
				if a.IsEnabled() && b.IsEnabled() && overlap(a.InForce, b.InForce) {
					ld.say(b.file, "in_force", "version %s and version %s (%s) are in force on the same day", b.Version, a.Version, a.file)
				}
			}
		}
	}
}

func overlap(a, b InForce) bool {
	return !(endsBefore(a, b) || endsBefore(b, a))
}

func endsBefore(a, b InForce) bool {
	return a.Until != nil && b.From != nil && a.Until.AsTime(time.UTC).Before(b.From.AsTime(time.UTC))
}

// index works out what every assessment would ask of the rules again.
func (l *Library) index() {
	l.ids = sortedKeys(l.byID)
	l.asksOwed = map[string]bool{}
	for _, id := range l.ids {
		if l.reaches(id, map[string]bool{}) {
			l.asksOwed[id] = true
		}
	}
}

// reaches reports whether a rule's own answer asks what is owed to all.
func (l *Library) reaches(id string, seen map[string]bool) bool {
	if seen[id] {
		return false
	}
	seen[id] = true
	for _, v := range l.byID[id] {
		if v.asksWhatIsOwed() || slices.ContainsFunc(l.leansOn(v), func(next string) bool { return l.reaches(next, seen) }) {
			return true
		}
	}
	return false
}
