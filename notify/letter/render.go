package letter

import (
	"html"
	"slices"
	"strings"

	"tocsin/incident"
)

// Render merges the letter with one person. Invalid, naming the person's id
// and nothing else of them: a value the letter needs is missing, the variant is
// unknown, or the letter has no words for it.
func (m *Mailing) Render(p Person) (Message, error) {
	if p.Variant == "" {
		p.Variant = Adult
	}
	if !p.Variant.known() {
		return Message{}, incident.Errorf(incident.Invalid, "person %s: %q is not a letter variant", p.ID, string(p.Variant))
	}
	if !m.speaksTo(p.Variant) {
		return Message{}, incident.Errorf(incident.Invalid, "person %s: the letter has no words for variant %q", p.ID, string(p.Variant))
	}
	for _, e := range p.Elements {
		if _, ok := elementGroups[e]; !ok {
			return Message{}, incident.Errorf(incident.Invalid, "person %s: the roster names an exposed element that does not exist", p.ID)
		}
	}
	v := m.values(p)
	out := m.merge(p.Variant, groupBits(p.Elements), v)
	if len(v.missing) > 0 {
		return Message{}, incident.Errorf(incident.Invalid, "person %s: no value for %s", p.ID, strings.Join(v.missing, ", "))
	}
	return out, nil
}

// values are one person's fields, as text and as HTML.
type values struct {
	name    string
	address []string
	list    []string // exposed elements in plain words
	code    string
	ref     string
	check   string
	place   func() string // whom to complain to, as a sentence
	subject map[string]string
	and     *phrases
	missing []string
}

func (m *Mailing) values(p Person) *values {
	return &values{name: clean(p.Name), address: cleanLines(p.Address), list: m.draft.words.elementList(p.Elements),
		code: clean(p.MonitoringCode), ref: clean(p.Reference), check: clean(p.CheckCode),
		place: func() string { return m.complaint(p.Jurisdiction) }, subject: m.draft.words.Subject[p.Variant], and: m.draft.words}
}

// complaint is the sentence that names the authority where somebody lives.
func (m *Mailing) complaint(jurisdiction string) string {
	place := first(jurisdiction, m.draft.Jurisdiction)
	return m.draft.words.complaint(m.draft.contacts.plainAuthority(place))
}

func (m *Mailing) merge(variant Variant, groups uint32, v *values) Message {
	var text, page strings.Builder
	text.Grow(8 << 10)
	page.Grow(12 << 10)
	page.WriteString(m.head)
	started := false
	for _, part := range m.parts {
		if !part.is(variant, groups) || len(part.text) == 0 {
			continue
		}
		if started {
			text.WriteString("\n\n")
		}
		started = true
		for _, piece := range part.text {
			if piece.field == "" {
				text.WriteString(piece.words)
			} else {
				v.text(&text, piece)
			}
		}
		for i, piece := range part.html {
			switch {
			case piece.field == "":
				words := piece.words
				// A list is no paragraph: take the p around it away.
				if i+1 < len(part.html) && part.html[i+1].list() {
					words = strings.TrimSuffix(words, "<p>")
				}
				if i > 0 && part.html[i-1].list() {
					words = strings.TrimPrefix(words, "</p>")
				}
				page.WriteString(words)
			default:
				v.html(&page, piece)
			}
		}
		page.WriteString("\n")
	}
	text.WriteString("\n")
	page.WriteString(m.tail)
	return Message{Subject: m.draft.Subject, Text: text.String(), HTML: page.String(), Variant: variant}
}

func (p piece) list() bool { return p.alone && p.field == "person.elements" }

func (v *values) text(out *strings.Builder, p piece) {
	switch {
	case p.list() && len(v.list) > 0:
		for i, e := range v.list {
			if i > 0 {
				out.WriteString("\n")
			}
			out.WriteString("- " + e)
		}
	case p.field == "person.address" && p.alone:
		out.WriteString(strings.Join(v.require(p.field, v.address), "\n"))
	default:
		out.WriteString(v.inline(p.field))
	}
}

func (v *values) html(out *strings.Builder, p piece) {
	switch {
	case p.list() && len(v.list) > 0:
		out.WriteString("<ul>")
		for _, e := range v.list {
			out.WriteString("<li>" + html.EscapeString(e) + "</li>")
		}
		out.WriteString("</ul>")
	case p.field == "person.address" && p.alone:
		for i, line := range v.address {
			if i > 0 {
				out.WriteString("<br>")
			}
			out.WriteString(html.EscapeString(line))
		}
	default:
		out.WriteString(html.EscapeString(v.inline(p.field)))
	}
}

func (v *values) inline(field string) string {
	var s string
	switch field {
	case "person.name":
		s = v.name
	case "person.address":
		s = strings.Join(v.address, ", ")
	case "person.elements":
		s = v.and.join(v.list)
	case "person.monitoring_code":
		s = v.code
	case "person.reference":
		s = v.ref
	case "person.check_code":
		s = v.check
	case "person.authority":
		s = v.place()
	default:
		s = v.subject[strings.TrimPrefix(field, "person.")]
		if strings.Contains(s, "{name}") {
			s = strings.ReplaceAll(s, "{name}", v.require("person.name", []string{v.name})[0])
		}
	}
	return v.require(field, []string{s})[0]
}

// require notes a field that has no value, once.
func (v *values) require(field string, s []string) []string {
	if (len(s) == 0 || s[0] == "") && !slices.Contains(v.missing, field) {
		v.missing = append(v.missing, field)
	}
	return s
}

func groupBits(elements []string) uint32 {
	var bits uint32
	for _, e := range elements {
		for _, g := range elementGroups[e] {
			bits |= 1 << slices.Index(groupNames, g)
		}
	}
	return bits
}

// preview merges with a stand-in who has everything the letter speaks of.
func (m *Mailing) preview(v Variant) Message {
	list := m.draft.words.elementList(m.draft.Elements)
	if len(list) == 0 {
		list = []string{"‹elements›"}
	}
	if v == "" {
		v = Adult
	}
	stand := &values{name: "‹name›", address: []string{"‹address›"}, list: list, code: "‹monitoring code›", ref: "‹reference›", check: "‹check code›", place: func() string { return m.complaint("") },
		subject: m.draft.words.Subject[v], and: m.draft.words}
	return m.merge(v, groupBits(m.draft.Elements), stand)
}
