package filing

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
)

// notes collects what is wrong with one file.
type notes struct {
	file     string
	tables   map[string][]int
	problems []incident.Problem
}

func (n *notes) say(line int, format string, args ...any) {
	where := n.file
	if line > 0 {
		where = fmt.Sprintf("%s:%d", n.file, line)
	}
	n.problems = append(n.problems, incident.Problem{Where: where, What: fmt.Sprintf(format, args...)})
}

// table is the line on which the n-th table of a name begins; 0 if not known.
func (n *notes) table(name string, i int) int {
	if lines := n.tables[name]; i < len(lines) {
		return lines[i]
	}
	return 0
}

var tableLine = regexp.MustCompile(`^\s*\[\[\s*([a-z_.]+)\s*\]\]`)

// tablesOf finds where the arrays of tables begin, by name.
func tablesOf(data []byte) map[string][]int {
	out := map[string][]int{}
	for i, line := range strings.Split(string(data), "\n") {
		if m := tableLine.FindStringSubmatch(line); m != nil {
			out[m[1]] = append(out[m[1]], i+1)
		}
	}
	return out
}

func (l *Library) checkForm(n *notes, form *Form) {
	if form.Title == "" || form.Law == "" || form.Authority == "" || len(form.Sources) == 0 {
		n.say(1, "title, law, authority and sources are needed")
	}
	if _, err := time.Parse(time.DateOnly, form.Reviewed); err != nil {
		n.say(1, "reviewed is a date, YYYY-MM-DD")
	}
	if !slices.Contains([]string{"high", "medium", "low"}, form.Confidence) {
		n.say(1, "confidence is high, medium or low")
	}
	if form.Generic == (len(form.Rules) > 0) {
		n.say(1, "a form names its rules, or is the generic one")
	}
	for i, s := range form.Stages {
		if s.Name == "" || s.Title == "" || !slices.Contains([]string{"initial", "update", "final"}, s.Kind) {
			n.say(n.table("stage", i), "a stage has a name, a title, and a kind: initial, update or final")
		}
		if form.at(s.Name) != i {
			n.say(n.table("stage", i), "the stage %s is there twice", s.Name)
		}
	}
	seen, count := map[string]bool{}, 0
	for i := range form.Sections {
		s := &form.Sections[i]
		if s.Title == "" || len(s.Fields) == 0 {
			n.say(n.table("section", i), "a section has a title and fields")
		}
		for k := range s.Fields {
			f := &s.Fields[k]
			line := n.table("section.field", count)
			count++
			if q, ok := l.questions[f.ID]; ok {
				f.inherit(&q)
			}
			if seen[f.ID] {
				n.say(line, "the id %q is used twice", f.ID)
			}
			seen[f.ID] = true
			l.checkField(n, line, form, f)
		}
	}
	if count == 0 {
		n.say(1, "at least one field is needed")
	}
	l.checkHanging(n, form)
}

// checkHanging checks what fields hang on. What a question hangs on holds in
// those forms that ask both.
func (l *Library) checkHanging(n *notes, form *Form) {
	count := 0
	for i := range form.Sections {
		for k := range form.Sections[i].Fields {
			f := &form.Sections[i].Fields[k]
			line := n.table("section.field", count)
			count++
			if f.OnlyIf == nil {
				continue
			}
			_, there := form.Field(f.OnlyIf.Field)
			if q, ok := l.questions[f.ID]; ok && q.OnlyIf == f.OnlyIf && !there {
				f.OnlyIf = nil
				continue
			}
			l.checkOnlyIf(n, line, form, f)
		}
	}
}

func (l *Library) checkField(n *notes, line int, form *Form, f *Field) {
	if !fieldID.MatchString(f.ID) {
		n.say(line, "the id %q is missing or malformed", f.ID)
	}
	if f.Label == "" {
		n.say(line, "%s has no label, and is no question of the shared ones", f.ID)
	}
	if !slices.Contains(Kinds(), f.Kind) {
		n.say(line, "kind %q is none of %s", f.Kind, strings.Join(Kinds(), ", "))
	}
	if f.Max < 0 || f.Max > longest {
		n.say(line, "max is between 1 and %d characters", longest)
	}
	if _, ok := sourceOf(f.Source); f.Source != "" && !ok {
		n.say(line, "there is no source %q", f.Source)
	}
	if _, ok := conditions[f.When]; f.When != "" && !ok {
		n.say(line, "there is no condition %q", f.When)
	}
	chosen := f.Kind == Choice || f.Kind == Choices
	if chosen != (len(f.Options) > 0) {
		n.say(line, "a choice, and only a choice, has options")
	}
	for i, o := range f.Options {
		if o == "" || slices.Index(f.Options, o) != i {
			n.say(line, "the option %q is empty or there twice", o)
		}
	}
	for _, from := range slices.Sorted(maps.Keys(f.Map)) {
		if f.Source == "" || !slices.Contains(f.Options, f.Map[from]) {
			n.say(line, "map.%s gives %q, which is no option of a field with a source", from, f.Map[from])
		}
	}
	for _, stage := range append(slices.Clone(f.OnlyAt), f.From) {
		if stage != "" && form.at(stage) < 0 {
			n.say(line, "there is no stage %q", stage)
		}
	}
}

func (l *Library) checkOnlyIf(n *notes, line int, form *Form, f *Field) {
	on, ok := form.Field(f.OnlyIf.Field)
	if !ok {
		n.say(line, "only_if: there is no field %q in this form", f.OnlyIf.Field)
		return
	}
	if on.ID == f.ID || len(f.OnlyIf.Is) == 0 {
		n.say(line, "only_if names another field, and at least one answer of it")
	}
	for _, is := range f.OnlyIf.Is {
		if !slices.Contains(on.Options, is) {
			n.say(line, "only_if: %q is no option of %s", is, on.ID)
		}
	}
}

// checkTogether finds ids whose one answer could not fill every form that asks
// them, two forms for one rule, and a second generic form.
func (l *Library) checkTogether() []incident.Problem {
	var problems []incident.Problem
	first, ruled := map[string]Field{}, map[string]string{}
	generic := ""
	for _, form := range l.Forms() {
		bad := func(format string, args ...any) {
			problems = append(problems, incident.Problem{Where: form.ID + ".toml", What: fmt.Sprintf(format, args...)})
		}
		if form.Generic {
			if generic != "" {
				bad("%s is the generic form already", generic)
			}
			generic = form.ID
		}
		for _, rule := range form.Rules {
			if other := ruled[rule]; other != "" {
				bad("the rule %s has its form already: %s", rule, other)
			}
			ruled[rule] = form.ID
		}
		for _, f := range form.Fields() {
			have, shared := first[f.ID]
			if !shared {
				first[f.ID] = f
				continue
			}
			if have.Kind != f.Kind || !slices.Equal(have.Options, f.Options) || have.Own != f.Own {
				bad("%s is another question in another form: give it another id", f.ID)
			}
		}
	}
	return problems
}
