package playbooks

import (
	"strconv"
	"strings"

	"tocsin/incident/condition"
)

// readWhen reads the condition under when, keeping the line of every node.
func readWhen(r *reader) *condition.Condition {
	w, ok := r.sub("when")
	if !ok {
		return nil
	}
	before := len(r.found.list)
	lines := map[string]int{}
	c := readCondition(w, lines, 0)
	if len(r.found.list) > before {
		return &c // its form is wrong already; what it asks cannot be judged
	}
	for _, p := range c.Check(w.path, condition.Base(), nil) {
		r.found.add(lineOf(lines, p.Where), p.Where, "%s", p.What)
	}
	return &c
}

// maxDepth is far beyond what a person can follow.
const maxDepth = 20

func readCondition(r *reader, lines map[string]int, depth int) condition.Condition {
	defer r.done()
	lines[r.path] = r.table.line
	for k, v := range r.table.entries {
		lines[r.key(k)] = v.line
	}
	c := condition.Condition{
		Use: r.word("use"), Fact: r.word("fact"),
		Is: words(r, "is"), HasAny: words(r, "has_any"), HasAll: words(r, "has_all"),
		AtLeast: bound(r, "at_least"), MoreThan: bound(r, "more_than"),
		AtMost: bound(r, "at_most"), LessThan: bound(r, "less_than"),
	}
	if depth >= maxDepth {
		r.found.add(r.table.line, r.path, "nested more than %d levels deep", maxDepth)
		r.asked = r.table.order
		return c
	}
	c.All = conditions(r, "all", lines, depth)
	c.Any = conditions(r, "any", lines, depth)
	if n, ok := r.sub("not"); ok {
		sub := readCondition(n, lines, depth+1)
		c.Not = &sub
	}
	return c
}

// conditions keeps an empty list apart from an absent one: the check refuses it.
func conditions(r *reader, name string, lines map[string]int, depth int) []condition.Condition {
	if !r.has(name) {
		r.asked = append(r.asked, name)
		return nil
	}
	out := []condition.Condition{}
	for _, sub := range r.each(name) {
		out = append(out, readCondition(sub, lines, depth+1))
	}
	return out
}

func words(r *reader, name string) []string {
	list := r.list(name)
	if !r.has(name) {
		return nil
	}
	out := []string{}
	for _, m := range list {
		out = append(out, m.text)
	}
	return out
}

// bound gives a number or a duration's text; whole numbers as int64.
func bound(r *reader, name string) any {
	r.asked = append(r.asked, name)
	v, ok := r.table.entries[name]
	if !ok {
		return nil
	}
	switch v.shape {
	case isInteger:
		if n, err := v.integer(); err == nil && n >= -maxBound && n <= maxBound {
			return n
		}
		r.bad(name, "%s is out of range", clip(v.text))
	case isString:
		return clean(v.text)
	default:
		r.bad(name, "must be a whole number or a duration such as \"24h\", not %s", v.shape)
	}
	return nil
}

// maxBound is the largest whole number every JSON reader holds exactly.
const maxBound = 1<<53 - 1

// lineOf gives the line of path, or of the nearest node around it.
func lineOf(lines map[string]int, path string) int {
	for {
		if line, ok := lines[path]; ok {
			return line
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
}

func knownFact(name string) bool { _, ok := condition.Base()[name]; return ok }

// lineIndex finds the lines that cross-step checks speak of.
type lineIndex struct {
	root  *value
	steps []*reader
}

func newLineIndex(root *value) *lineIndex { return &lineIndex{root: root} }

// at gives the line of a value in step i: "needs", then an element equal to
// text, if there is one.
func (x *lineIndex) at(i int, text string, path ...string) int {
	v := x.steps[i].table
	for _, p := range path {
		next, ok := v.entries[p]
		if !ok {
			return v.line
		}
		v = next
	}
	for _, e := range v.list {
		if e.shape == isString && clean(e.text) == text {
			return e.line
		}
	}
	return v.line
}

func (x *lineIndex) key(i int, path ...string) string {
	return x.steps[i].path + "." + strings.Join(path, ".")
}

func (x *lineIndex) name(i int) string {
	return strings.TrimPrefix(x.steps[i].path, "step.") + " (line " + strconv.Itoa(x.steps[i].table.line) + ")"
}
