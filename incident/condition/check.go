package condition

import (
	"fmt"
	"strings"

	"tocsin/incident"
)

// Check gives every problem of c: a fact nobody knows, a value the fact cannot
// have, an operator that does not fit, a node that says nothing or two things.
// Where is the path of the node below at (at "when": "when.all[1].is").
// named says which names Use may take; nil where none may.
func (c Condition) Check(at string, v Vocabulary, named map[string]Condition) []incident.Problem {
	ck := &checker{vocabulary: v, named: named}
	ck.node(at, c)
	return ck.problems
}

type checker struct {
	vocabulary Vocabulary
	named      map[string]Condition
	problems   []incident.Problem
}

func (ck *checker) say(at, format string, args ...any) {
	ck.problems = append(ck.problems, incident.Problem{Where: at, What: fmt.Sprintf(format, args...)})
}

func (ck *checker) node(at string, c Condition) {
	var forms []string
	form := func(set bool, name string) {
		if set {
			forms = append(forms, name)
		}
	}
	form(c.All != nil, "all")
	form(c.Any != nil, "any")
	form(c.Not != nil, "not")
	form(c.Use != "", "use")
	form(c.Fact != "", "fact")
	ops := c.operators()
	switch {
	case len(forms) == 0 && len(ops) > 0:
		ck.say(at, "%s needs a fact", strings.Join(ops, " and "))
		return
	case len(forms) == 0:
		ck.say(at, "the condition is empty: it needs one of all, any, not, use and fact")
		return
	case len(forms) > 1:
		ck.say(at, "%s stand side by side; a node has one of them (put them in all = [...])", strings.Join(forms, " and "))
		return
	case c.Fact == "" && len(ops) > 0:
		ck.say(at, "%s belongs to a fact, not to %s", strings.Join(ops, " and "), forms[0])
	}
	switch {
	case c.All != nil:
		ck.list(at+".all", c.All)
	case c.Any != nil:
		ck.list(at+".any", c.Any)
	case c.Not != nil:
		ck.node(at+".not", *c.Not)
	case c.Use != "":
		if _, ok := ck.named[c.Use]; !ok {
			names := make([]string, 0, len(ck.named))
			for n := range ck.named {
				names = append(names, n)
			}
			ck.say(at+".use", "no condition is named %q%s", c.Use, Nearest(c.Use, names))
		}
	default:
		ck.leaf(at, c, ops)
	}
}

func (ck *checker) list(at string, list []Condition) {
	if len(list) == 0 {
		ck.say(at, "the list is empty")
	}
	for i, sub := range list {
		ck.node(fmt.Sprintf("%s[%d]", at, i), sub)
	}
}

func (ck *checker) leaf(at string, c Condition, ops []string) {
	f, ok := ck.vocabulary[c.Fact]
	if !ok {
		ck.say(at+".fact", "no fact is named %q%s", c.Fact, Nearest(c.Fact, ck.vocabulary.Names()))
		return
	}
	if len(ops) != 1 {
		if len(ops) == 0 {
			ck.say(at, "fact %s has no operator (is, has_any, has_all, at_least, more_than, at_most, less_than)", c.Fact)
		} else {
			ck.say(at, "%s stand side by side; a fact has one operator (put two in all = [...])", strings.Join(ops, " and "))
		}
		return
	}
	op := ops[0]
	switch op {
	case "is":
		ck.fits(at, f, op, WordKind, PlaceKind)
		ck.words(at+".is", f, c.Is)
	case "has_any":
		ck.fits(at, f, op, SetKind, PlacesKind)
		ck.words(at+".has_any", f, c.HasAny)
	case "has_all":
		ck.fits(at, f, op, SetKind, PlacesKind)
		ck.words(at+".has_all", f, c.HasAll)
	default:
		ck.fits(at, f, op, NumberKind, LengthKind)
		ck.bound(at+"."+op, f, c.boundOf(op))
	}
}

func (c Condition) boundOf(op string) any {
	switch op {
	case "at_least":
		return c.AtLeast
	case "more_than":
		return c.MoreThan
	case "at_most":
		return c.AtMost
	}
	return c.LessThan
}

func (ck *checker) fits(at string, f Fact, op string, kinds ...Kind) {
	for _, k := range kinds {
		if f.Kind == k {
			return
		}
	}
	ck.say(at+"."+op, "%s does not fit %s, which is a %s", op, f.Name, f.Kind)
}

func (ck *checker) words(at string, f Fact, list []string) {
	if len(list) == 0 {
		ck.say(at, "the list is empty")
	}
	for i, w := range list {
		if err := f.check(w); err != nil {
			what := err.Error()
			if w == "unknown" {
				what = "a condition cannot ask for unknown: an unknown fact always answers unknown"
			}
			ck.say(fmt.Sprintf("%s[%d]", at, i), "%s", what)
		}
	}
}

func (ck *checker) bound(at string, f Fact, b any) {
	_, length, err := bound(b)
	switch {
	case err != nil:
		ck.say(at, "%v", err)
	case length && f.Kind == NumberKind:
		ck.say(at, "%s is a number, not a length of time", f.Name)
	case !length && f.Kind == LengthKind:
		ck.say(at, "%s is a length of time and needs a duration such as \"24h\"", f.Name)
	}
}
