package statute

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/condition"
)

// MaxFacts is how long a file of facts may be, in bytes.
const MaxFacts = 8 << 20

// ParseFacts reads facts as JSON. Every unknown key and every value that cannot
// be is in the one incident.Invalid error it gives, each with its JSON path and,
// in a text of several lines, the line.
// null is the same as absent.
func ParseFacts(r io.Reader) (Facts, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFacts+1))
	if err != nil {
		return Facts{}, incident.Because(incident.Invalid, err, "the facts could not be read")
	}
	if len(data) > MaxFacts {
		return Facts{}, incident.Errorf(incident.TooLarge, "the facts are longer than %d MiB", MaxFacts>>20)
	}
	v, t, err := parseTree(data)
	if err != nil {
		return Facts{}, incident.Errorf(incident.Invalid, "the facts are not JSON: %v", err)
	}
	p := &factsParser{problems: t.problems, vocabulary: condition.Base()}
	f := p.facts(v)
	if len(p.problems) > 0 {
		t.locate(data, p.problems)
		return Facts{}, invalid("the facts have mistakes", p.problems)
	}
	return f, nil
}

type factsParser struct {
	problems   []incident.Problem
	vocabulary condition.Vocabulary
}

func (p *factsParser) say(path, format string, args ...any) {
	p.problems = append(p.problems, incident.Problem{Where: path, What: fmt.Sprintf(format, args...)})
}

// fields calls the function of each key of an object; a key without one is a
// problem that names it.
func (p *factsParser) fields(path string, v any, known map[string]func(path string, v any)) {
	if v == nil {
		return
	}
	o, ok := v.(*object)
	switch {
	case !ok && path == "":
		p.say(path, "the facts are %s, not an object", kindOf(v))
		return
	case !ok:
		p.say(path, "is %s, not an object", kindOf(v))
		return
	}
	for _, key := range o.keys {
		at := join(path, key)
		read, ok := known[key]
		if !ok {
			p.say(at, "unknown key %q%s", key, hint(key, sortedNames(known)))
			continue
		}
		if o.values[key] != nil {
			read(at, o.values[key])
		}
	}
}

func (p *factsParser) facts(v any) Facts {
	var f Facts
	if v == nil {
		p.say("", "the facts are null, not an object")
		return f
	}
	p.fields("", v, map[string]func(string, any){
		"organisation": func(at string, v any) { p.organisation(at, v, &f.Organisation) },
		"incident":     func(at string, v any) { p.incident(at, v, &f.Incident) },
		"contract": func(at string, v any) {
			p.fields(at, v, map[string]func(string, any){
				"notice_within": func(at string, v any) { f.Contract.NoticeWithin = p.length(at, v) },
			})
		},
		"holds":      func(at string, v any) { f.Holds = p.holds(at, v) },
		"milestones": func(at string, v any) { f.Milestones = p.milestones(at, v) },
		"affected":   func(at string, v any) { f.Affected = p.affected(at, v) },
	})
	return f
}

func (p *factsParser) organisation(at string, v any, o *Organisation) {
	p.fields(at, v, map[string]func(string, any){
		"role":               p.wordInto("organisation.role", &o.Role),
		"established_in":     func(at string, v any) { o.EstablishedIn = p.places(at, v) },
		"main_establishment": func(at string, v any) { o.MainEstablishment = p.place(at, v) },
		"regulated_as":       func(at string, v any) { o.RegulatedAs = p.words(at, v, condition.Regimes()) },
		"licensed_in":        func(at string, v any) { o.LicensedIn = p.places(at, v) },
	})
}

func (p *factsParser) incident(at string, v any, i *Incident) {
	known := map[string]func(string, any){
		"unavailable_for": func(at string, v any) { i.UnavailableFor = p.length(at, v) },
	}
	for name, into := range i.words() {
		known[name] = p.wordInto("incident."+name, into)
	}
	p.fields(at, v, known)
}

// words gives the facts of an incident that are words, by their keys.
func (i *Incident) words() map[string]*string {
	return map[string]*string{
		"kind": &i.Kind, "malicious": &i.Malicious, "confidentiality": &i.Confidentiality, "integrity": &i.Integrity,
		"availability": &i.Availability, "access": &i.Access, "acquisition": &i.Acquisition, "encryption": &i.Encryption,
		"key": &i.Key, "medium": &i.Medium, "recipient": &i.Recipient, "recovered": &i.Recovered, "backup": &i.Backup,
		"severity": &i.Severity, "risk": &i.Risk, "processor_is_agent": &i.ProcessorIsAgent,
		"hipaa_low_probability": &i.HIPAALowProbability, "rrosh": &i.RROSH,
	}
}

func (p *factsParser) holds(at string, v any) []Hold {
	var out []Hold
	for i, item := range p.list(at, v) {
		h, here := Hold{}, fmt.Sprintf("%s[%d]", at, i)
		p.fields(here, item, map[string]func(string, any){
			"authority": func(at string, v any) { h.Authority, _ = p.text(at, v) },
			"form":      func(at string, v any) { h.Form = p.word(at, v, []string{"oral", "written"}) },
			"from":      func(at string, v any) { h.From = p.moment(at, v) },
			"until":     func(at string, v any) { h.Until = p.moment(at, v) },
		})
		if h.Form == "" && item != nil {
			p.say(here, "form is missing: oral or written")
		}
		if h.Form == "oral" && h.From.IsZero() {
			p.say(here, "from is missing: an oral request lasts so many days from it")
		}
		if !h.From.IsZero() && !h.Until.IsZero() && h.Until.Last(time.UTC).Before(h.From.In(time.UTC)) {
			p.say(here+".until", "lies before from")
		}
		out = append(out, h)
	}
	return out
}

func (p *factsParser) milestones(at string, v any) map[string]Moment {
	if v == nil {
		return nil
	}
	o, ok := v.(*object)
	if !ok {
		p.say(at, "is %s, not an object", kindOf(v))
		return nil
	}
	out := map[string]Moment{}
	for _, key := range o.keys {
		here := join(at, key)
		if rule, _, filing := cutFiling(key); !isMilestone(key) && !(filing && ruleID.MatchString(rule)) {
			p.say(here, "unknown key %q: there is no such milestone%s", key, hint(key, milestoneNames()))
			continue
		}
		if o.values[key] == nil {
			continue
		}
		if m := p.moment(here, o.values[key]); !m.IsZero() {
			out[key] = m
		}
	}
	return out
}

func (p *factsParser) affected(at string, v any) []Affected {
	out := []Affected{}
	for i, item := range p.list(at, v) {
		var a Affected
		here := fmt.Sprintf("%s[%d]", at, i)
		if item == nil {
			p.say(here, "is null, not an object")
		}
		p.fields(here, item, map[string]func(string, any){
			"residence": func(at string, v any) { a.Residence = p.place(at, v) },
			"people":    func(at string, v any) { a.People = p.number(at, v) },
			"elements":  func(at string, v any) { a.Elements = p.words(at, v, condition.Elements()) },
			"groups":    func(at string, v any) { a.Groups = p.words(at, v, condition.Groups()) },
		})
		out = append(out, a)
	}
	return out
}

func (p *factsParser) wordInto(fact string, into *string) func(string, any) {
	return func(at string, v any) { *into = p.word(at, v, p.vocabulary[fact].Words) }
}

func (p *factsParser) text(at string, v any) (string, bool) {
	s, ok := v.(string)
	if !ok {
		p.say(at, "is %s, not text", kindOf(v))
	}
	return s, ok
}

// word reads one of a list; "unknown" is the same as absent.
func (p *factsParser) word(at string, v any, list []string) string {
	s, ok := p.text(at, v)
	if !ok || s == "unknown" {
		return ""
	}
	if !slices.Contains(list, s) {
		p.say(at, "%q is not one of %s, unknown%s", s, strings.Join(list, ", "), hint(s, list))
		return ""
	}
	return s
}

func (p *factsParser) list(at string, v any) []any {
	list, ok := v.([]any)
	if !ok {
		p.say(at, "is %s, not a list", kindOf(v))
	}
	return list
}

func (p *factsParser) words(at string, v any, list []string) []string {
	out := []string{}
	for i, item := range p.list(at, v) {
		here := fmt.Sprintf("%s[%d]", at, i)
		s, ok := p.text(here, item)
		if !ok {
			continue
		}
		if !slices.Contains(list, s) {
			p.say(here, "%q is not one of %s%s", s, strings.Join(list, ", "), hint(s, list))
		} else if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (p *factsParser) place(at string, v any) string {
	s, ok := p.text(at, v)
	if !ok || s == "unknown" {
		return ""
	}
	if what := world().Check(s); what != "" {
		p.say(at, "%s", what)
		return ""
	}
	return world().Canonical(s)
}

func (p *factsParser) places(at string, v any) []string {
	out := []string{}
	for i, item := range p.list(at, v) {
		here := fmt.Sprintf("%s[%d]", at, i)
		if item == "unknown" { // dropped, it would make a list that says there are none
			p.say(here, "is no place: a list that is not known is left out")
			continue
		}
		if s := p.place(here, item); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// maxPeople is more than there are; sums of many groups stay exact.
const maxPeople = 100_000_000_000

func (p *factsParser) number(at string, v any) *int {
	n, ok := v.(json.Number)
	if !ok {
		p.say(at, "is %s, not a number", kindOf(v))
		return nil
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || i < 0 || i > maxPeople {
		p.say(at, "%s is not a whole number of people, 0 or more", n)
		return nil
	}
	people := int(i)
	return &people
}

func (p *factsParser) length(at string, v any) *time.Duration {
	s, ok := p.text(at, v)
	if !ok || s == "unknown" {
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		p.say(at, "%q is not a duration such as 30h or 90m", s)
		return nil
	}
	return &d
}

func (p *factsParser) moment(at string, v any) Moment {
	s, ok := p.text(at, v)
	if !ok || s == "unknown" {
		return Moment{}
	}
	m, err := ParseMoment(s)
	if err != nil {
		p.say(at, "%v", err)
	}
	return m
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case *object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "text"
	case bool:
		return "true or false"
	}
	return "a number"
}

func sortedNames[V any](m map[string]V) []string { return sortedKeys(m) }

// hint words the nearest of names, or nothing.
func hint(name string, names []string) string { return condition.Nearest(name, names) }

// MarshalJSON writes facts in the form ParseFacts reads.
func (f Facts) MarshalJSON() ([]byte, error) {
	type plainFacts Facts
	type plainIncident Incident
	length := func(d *time.Duration) string {
		if d == nil {
			return ""
		}
		return d.String()
	}
	return json.Marshal(struct {
		plainFacts
		Incident any `json:"incident"`
		Contract any `json:"contract"`
	}{
		plainFacts(f),
		struct {
			plainIncident
			UnavailableFor string `json:"unavailable_for,omitempty"`
		}{plainIncident(f.Incident), length(f.Incident.UnavailableFor)},
		struct {
			NoticeWithin string `json:"notice_within,omitempty"`
		}{length(f.Contract.NoticeWithin)},
	})
}
