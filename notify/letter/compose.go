package letter

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"tocsin/incident"
)

// Compose writes the draft of one letter from a case. What the case does not
// hold is listed in Draft.Open and marked in the text. NotFound: no such
// letter. Invalid: the case holds an element nobody knows, or a value that
// would be read as mark-up of a template.
func (l *Library) Compose(spec Spec, c Case) (Draft, error) {
	asked := spec.Language
	f, t, err := l.filler(&spec, c)
	if err != nil {
		return Draft{}, err
	}

	d := Draft{Letter: spec.Letter, Jurisdiction: spec.Jurisdiction, Language: spec.Language, Channel: spec.Channel,
		Audience: spec.Audience, Duties: spec.Duties,
		Elements: sortElements(c.Elements), words: f.words, contacts: l.contacts}
	if asked != "" && !strings.EqualFold(asked, spec.Language) && pickBase(asked) != pickBase(spec.Language) {
		d.Asked = asked
	}
	for name, has := range map[string]bool{"late": c.LateReasons != "", "acquirer": c.Acquirer != "", "source": c.NotSource == "",
		"owned": c.Organisation.Parent != "", "delay_known": c.LawEnforcement.Delayed != ""} {
		if !has {
			d.Without = append(d.Without, name)
		}
	}
	slices.Sort(d.Without)
	blocks := f.chosen(t)
	d.Values = f.used(t, blocks)
	for n := range blocks {
		b := &blocks[n]
		b.Text = d.fill(f, b.Key, b.Text)
		b.When, b.File, b.Line = nil, "", 0
	}
	d.Subject = strings.ReplaceAll(d.fill(f, "subject", t.Subject), `\`, "")
	d.Source = format(blocks)
	return d.finish()
}

// filler checks what is to be composed and gives what fills it. spec comes back
// with its blanks filled: the language there is a text in, the channel.
func (l *Library) filler(spec *Spec, c Case) (*filler, *wording, error) {
	byLanguage, ok := l.letters[spec.Letter]
	if !ok {
		return nil, nil, incident.Errorf(incident.NotFound, "there is no letter %q", spec.Letter)
	}
	if spec.Channel == "" {
		spec.Channel = Email
	}
	if spec.Channel != Email && spec.Channel != Mail {
		return nil, nil, incident.Errorf(incident.Invalid, "channel %q: a letter goes by email or mail", spec.Channel)
	}
	if !spec.Audience.known() {
		return nil, nil, incident.Errorf(incident.Invalid, "audience %q is not one letters are written to", spec.Audience)
	}
	if problems := checkCase(c); len(problems) > 0 {
		return nil, nil, &incident.Error{Kind: incident.Invalid, Message: "the case cannot be written as a letter", Problems: problems}
	}
	spec.Language = pickLanguage(byLanguage, spec.Language)
	t := byLanguage[spec.Language]
	spec.agencies = len(l.contacts.of(spec.Jurisdiction)) > 0
	spec.authority = l.contacts.authority(spec.Jurisdiction, c.Authority) != ""
	return &filler{Case: c, spec: *spec, words: l.phrases[spec.Language], contacts: l.contacts}, t, nil
}

// chosen are the blocks of a text that this case calls for.
func (f *filler) chosen(t *wording) []Block {
	groups := groupsOf(f.Elements)
	var out []Block
	for _, b := range t.blocks {
		if !b.When.hold(func(word string) bool {
			if test, ok := caseWords[word]; ok {
				return test(f.Case, f.spec)
			}
			return groups[word]
		}) || !possible(b.For, groups) {
			continue
		}
		out = append(out, b)
	}
	return out
}

// possible says whether a block could be for anybody, given what was exposed.
func possible(terms Terms, groups map[string]bool) bool {
	for _, word := range terms {
		if isGroup(word) && !groups[word] {
			return false
		}
	}
	return true
}

// fill puts the case's values into text; person fields stay for Render.
func (d *Draft) fill(f *filler, block, text string) string {
	return anyField.ReplaceAllStringFunc(text, func(m string) string {
		name := anyField.FindStringSubmatch(m)[1]
		if own := line(clean(f.Authority.line())); name == "person.authority" && own != "" {
			return f.words.complaint(own)
		}
		if isPersonField(name) {
			return "{{" + name + "}}"
		}
		if v := caseFields[name].value(f); v != "" {
			return v
		}
		ask := caseFields[name].ask
		if !slices.ContainsFunc(d.Open, func(o Missing) bool { return o.Field == name }) {
			d.Open = append(d.Open, Missing{Field: name, Ask: ask, Block: block})
		}
		return openMark + ask + "]"
	})
}

// openMark starts a gap in a draft. A text that holds one cannot be prepared.
const openMark = "[OPEN: "

var taglike = regexp.MustCompile(`(?m)^\s*%%`)

// checkCase refuses values that a template would read as its own mark-up, and
// elements the contract does not have.
func checkCase(c Case) []incident.Problem {
	var problems []incident.Problem
	for _, e := range c.Elements {
		if _, ok := elementGroups[e]; !ok {
			problems = append(problems, incident.Problem{Where: "elements", What: fmt.Sprintf("%q is not an element", e)})
		}
	}
	var walk func(where string, v reflect.Value)
	walk = func(where string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if s := v.String(); strings.Contains(s, "{{") || strings.Contains(s, "}}") || taglike.MatchString(s) || strings.Contains(s, openMark) {
				problems = append(problems, incident.Problem{Where: where, What: "holds {{, }}, [OPEN: or a line starting with %%, which letters use for themselves"})
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(where, v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", where, i), v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
					walk(strings.TrimPrefix(where+"."+first(name, f.Name), "."), v.Field(i))
				}
			}
		}
	}
	walk("", reflect.ValueOf(c))
	return problems
}

func pickLanguage[T any](have map[string]T, want string) string {
	for _, tag := range []string{strings.ToLower(want), pickBase(want)} {
		if _, ok := have[tag]; ok {
			return tag
		}
	}
	// Portuguese where there is only that of Brazil.
	for _, tag := range slices.Sorted(maps.Keys(have)) {
		if want != "" && pickBase(tag) == pickBase(want) {
			return tag
		}
	}
	return fallback
}

// pickBase is the language of a tag: de of de-AT.
func pickBase(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	return base
}
