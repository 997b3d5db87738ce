package statute

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Worked is the worked cases of a rule as a reader sees them: what they share,
// in what each differs, what is expected and whether the rule does it.
type Worked struct {
	File   string       // "rules/eu/eu-gdpr-33-1.cases.toml"; empty where there is none
	Text   string       // of the file
	Shared []string     // facts every case has: "incident.risk = risk"
	Cases  []WorkedCase // in the order of the file
}

// WorkedCase is one case. Facts and Expect are lines "name = value".
type WorkedCase struct {
	Name, Source string
	Where        string    // file:line
	At           time.Time // the instant it is asked about; zero: that of the latest milestone
	Facts        []string  // what differs from the shared facts
	Without      []string  // shared facts it leaves out
	Expect       []string
	Failed       []string // empty: it passed
}

// Passed is how many cases passed.
func (w Worked) Passed() int {
	n := 0
	for _, c := range w.Cases {
		if len(c.Failed) == 0 {
			n++
		}
	}
	return n
}

// Worked plays the cases of a rule with this library. A rule without cases gives
// none; a file that cannot be read is an incident.Invalid error with its lines.
func (l *Library) Worked(rule string) (Worked, error) {
	var w Worked
	for _, s := range slices.Backward(l.sources) { // an operator's folder takes precedence
		if !isCases(s.name) || path.Base(s.name) != rule+".cases.toml" {
			continue
		}
		f, problems := readCases(s)
		w.File, w.Text = s.name, string(s.data)
		if len(problems) > 0 {
			return w, invalid("the cases have mistakes", problems)
		}
		w.Shared = flat("", plainValue(f.Facts))
		lines := linesOf(s.data)
		for i, c := range f.Cases {
			out := WorkedCase{Name: c.Name, Source: c.Source, Where: at(s.name, lines.find(fmt.Sprintf("case[%d]", i))), Without: c.Without,
				Facts: flat("", plainValue(c.Facts)), Expect: c.Expect.lines(), Failed: l.runAlone(rule, f.Facts, c)}
			if c.At != nil {
				out.At = *c.At
			}
			w.Cases = append(w.Cases, out)
		}
		return w, nil
	}
	return w, nil
}

// runAlone plays a case by asking its own rule alone, which is many times quicker;
// only what fails so is played with the whole library, as Test does.
func (l *Library) runAlone(rule string, shared map[string]any, c ruleCase) []string {
	if f, at, err := c.read(shared); err == nil && c.Expect.check(rule, l.assessOne(rule, f, at)) == nil {
		return nil
	}
	return l.run(rule, shared, c)
}

// assessOne is what Assess says of one rule, without questions and the risk.
func (l *Library) assessOne(id string, f Facts, when time.Time) Assessment {
	a := l.begin(&f, when)
	out := Assessment{At: when, Edition: l.edition}
	if a.listed(id) {
		out.Notices = add(out.Notices, a.dormant(id)...)
		if r := a.version(id); r != nil {
			out.Obligations = a.obligations(r)
			out.Notices = add(out.Notices, a.remarksOf(r)...)
		}
	}
	out.Notices = add(out.Notices, a.remarks()...)
	return out
}

// flat writes nested facts one a line: incident.risk = high.
func flat(under string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for _, k := range sortedKeys(v) {
			name := k
			if under != "" {
				name = under + "." + k
			}
			out = append(out, flat(name, v[k])...)
		}
		return out
	case []any:
		var words []string
		for n, x := range v {
			if group, ok := x.(map[string]any); ok {
				words = append(words, "("+strings.Join(flat("", group), ", ")+")")
				continue
			}
			words = append(words, fmt.Sprint(v[n]))
		}
		if len(words) == 0 {
			words = []string{"none"}
		}
		return []string{under + " = " + strings.Join(words, ", ")}
	}
	return []string{under + " = " + fmt.Sprint(v)}
}

// lines writes an expectation one a line.
func (e expectation) lines() []string {
	var out []string
	say := func(name string, values ...string) {
		if text := strings.Join(values, "; "); text != "" {
			out = append(out, name+" = "+text)
		}
	}
	say("applies", e.Applies)
	say("version", e.Version)
	say("state", e.State)
	say("due", e.Due)
	say("latest", e.Latest)
	say("because", e.Because...)
	say("because not", e.BecauseNot...)
	say("missing", e.Missing...)
	say("recipients", e.Recipients...)
	if e.Count != nil {
		say("obligations", fmt.Sprint(*e.Count))
	}
	say("notices", e.Notices...)
	for _, s := range e.Stages {
		under := s.Stage
		if under == "" {
			under = "stage"
		}
		for _, p := range [][2]string{{"state", s.State}, {"from", s.From}, {"due", s.Due}, {"latest", s.Latest}, {"date", s.Date}} {
			say(under+" "+p[0], p[1])
		}
	}
	return out
}

// File is where the rule came from.
func (r *Rule) File() string { return r.file }

// Shipped reports whether the rule came with the program; it is the operator's
// own otherwise, or one in place of a shipped one.
func (r *Rule) Shipped() bool { return r.layer == 0 }

// Combinations gives which data count, sets written out: any one combination is
// enough, a combination needs all its terms, a term any one of its elements.
func (r *Rule) Combinations() [][][]string {
	out := make([][][]string, 0, len(r.combo.any))
	for _, c := range r.combo.any {
		out = append(out, c.terms)
	}
	return out
}

// CountryOf is the country whose law a place falls under: RE is a part of FR.
func CountryOf(place string) string { return world().Country(place) }

// AuthoritiesFor lists the records that a rule's routing may lead to, in the
// order of the files. The people themselves and named recipients have none.
func (l *Library) AuthoritiesFor(r *Rule) []Authority {
	var out []Authority
	switch r.Recipient.Route {
	case "authority":
		if a, ok := l.Authority(r.Recipient.Authority); ok {
			out = append(out, a)
		}
	case "supervisory_authority", "established", "residence":
		kind := r.Recipient.Kind
		if kind == "" {
			kind = "data_protection"
		}
		for _, a := range l.authorities {
			if a.Kind == kind && Within(a.Place(), r.Jurisdiction) {
				out = append(out, *a)
			}
		}
	}
	return out
}
