package statute

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tocsin/incident"
)

// Lint gives every mistake of a folder of rules, with file and line: those that
// Load refuses, and rules without cases. The folder is read on top of the
// library shipped with the program, whose names it may use; nil checks that
// library itself. name is how the folder is called in messages.
func Lint(folder fs.FS, name string) ([]incident.Problem, error) {
	l, problems, layer, err := loadFor(folder, name)
	if err != nil {
		return nil, err
	}
	ld := &loader{library: l, lines: map[string]lines{}}
	meant, with := map[string]bool{}, map[string]bool{}
	for _, r := range l.rules {
		meant[r.ID] = meant[r.ID] || r.layer == layer
	}
	for _, s := range l.sources {
		// Cases of another layer count for a rule that overrides one there.
		if !isCases(s.name) || s.layer != layer && !meant[strings.TrimSuffix(path.Base(s.name), ".cases.toml")] {
			continue
		}
		f, ps := readCases(s)
		if s.layer == layer {
			ld.problems = append(ld.problems, ps...)
		}
		if len(ps) > 0 {
			with[strings.TrimSuffix(path.Base(s.name), ".cases.toml")] = true // its own problems are enough
			continue
		}
		with[f.Rule] = with[f.Rule] || len(f.Cases) > 0
		if s.layer == layer {
			ld.checkCases(s, f)
			ld.checkComplete(s, f)
		}
	}
	for _, r := range l.rules {
		if r.layer == layer && r.ID != "" && r.IsEnabled() && !with[r.ID] {
			ld.say(r.file, "id", "rule %s has no cases: %s.cases.toml beside it is missing or empty", r.ID, r.ID)
		}
	}
	for _, p := range problems {
		if layer == 0 || !strings.HasPrefix(p.Where, shipped+"/") {
			ld.problems = append(ld.problems, p)
		}
	}
	if layer > 0 && len(problems) > 0 {
		outcomes, err := fallbacks(l.sources)
		if err != nil {
			return nil, err
		}
		ld.problems = append(ld.problems, outcomes...)
	}
	slices.SortStableFunc(ld.problems, func(a, b incident.Problem) int {
		switch {
		case before(a.Where, b.Where):
			return -1
		case before(b.Where, a.Where):
			return 1
		}
		return 0
	})
	return slices.Compact(ld.problems), nil
}

// fallbacks says of each file that would have overridden another what applies
// while it is broken.
func fallbacks(sources []source) ([]incident.Problem, error) {
	l, err := settle(sources, nil)
	if err != nil {
		return nil, err
	}
	var out []incident.Problem
	for _, b := range l.broken {
		if b.Instead != "" {
			out = append(out, b.outcome())
		}
	}
	return out, nil
}

// shipped is how the files of the shipped library are called where another
// folder is meant.
const shipped = "(shipped)"

// loadFor loads the shipped library, with a folder on top where there is one;
// layer is the one that is meant.
func loadFor(folder fs.FS, name string) (l *Library, problems []incident.Problem, layer int, err error) {
	if folder == nil {
		l, problems, err = load([]fs.FS{builtin}, []string{""})
		return l, problems, 0, err
	}
	found, err := fs.Glob(folder, "*")
	if err != nil || len(found) == 0 {
		return nil, nil, 0, incident.Because(incident.Invalid, err, "%s is not a folder that holds anything", name)
	}
	l, problems, err = load([]fs.FS{builtin, folder}, []string{shipped, name})
	return l, problems, 1, err
}

// checkCases gives the mistakes of a cases file that show without playing it.
func (ld *loader) checkCases(s source, f caseFile) {
	if f.Rule == "" {
		ld.say(s.name, "rule", "is missing: the id of the rule these cases are about")
	} else if ld.library.byID[f.Rule] == nil {
		ld.say(s.name, "rule", "there is no rule %q", f.Rule)
	} else if path.Base(s.name) != f.Rule+".cases.toml" {
		ld.say(s.name, "rule", "the file of the cases of %s is named %s.cases.toml", f.Rule, f.Rule)
	}
	seen := map[string]bool{}
	for i, c := range f.Cases {
		key := fmt.Sprintf("case[%d]", i)
		switch {
		case strings.TrimSpace(c.Name) == "":
			ld.say(s.name, key, "name is missing")
		case seen[c.Name]:
			ld.say(s.name, key+".name", "there are two cases named %q", c.Name)
		}
		seen[c.Name] = true
		if a := c.Expect.Applies; !slices.Contains([]string{"", "yes", "no", "unknown", "absent"}, a) {
			ld.say(s.name, key+".expect.applies", "%q is not one of yes, no, unknown, absent", a)
		}
		if c.Expect.isZero() {
			ld.say(s.name, key, "expect is missing: a case that expects nothing cannot fail")
		}
	}
}

func (e expectation) isZero() bool {
	return e.Applies == "" && e.Version == "" && e.Due == "" && e.Latest == "" && e.State == "" && e.Because == nil &&
		e.BecauseNot == nil && e.Missing == nil && e.Recipients == nil && e.Count == nil && e.Notices == nil && e.Stages == nil
}

// Test plays the cases of a folder on top of the shipped library, or of that
// library itself where folder is nil. A library with mistakes is an
// incident.Invalid error that lists them.
func Test(folder fs.FS, name string) ([]CaseResult, error) {
	l, problems, layer, err := loadFor(folder, name)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, invalid("the rules have mistakes, so their cases were not played", problems)
	}
	var out []CaseResult
	for _, s := range l.sources {
		if s.layer != layer || !isCases(s.name) {
			continue
		}
		f, ps := readCases(s)
		if len(ps) > 0 {
			return nil, invalid("the cases have mistakes", ps)
		}
		lines := linesOf(s.data)
		for i, c := range f.Cases {
			where := at(s.name, lines.find(fmt.Sprintf("case[%d]", i)))
			out = append(out, CaseResult{Rule: f.Rule, Case: c.Name, Where: where, Failed: l.runAlone(f.Rule, f.Facts, c)})
		}
	}
	return out, nil
}
