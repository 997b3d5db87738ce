package letter

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"tocsin/incident"
)

// Mailing is a draft compiled for rendering: parsed once, merged with any
// number of people, from many goroutines at once.
type Mailing struct {
	draft      Draft
	blocks     []Block
	parts      []part
	head, tail string // of the HTML page
}

// part is one block, cut at its merge fields.
type part struct {
	variants   map[Variant]bool
	need, shun uint32 // element groups, as bits of groupNames
	text, html []piece
}

// piece is words, or a field of a person.
type piece struct {
	words string
	field string
	alone bool // the field has its lines for itself: it is written as a list, or line under line
}

// Prepare compiles a draft for sending. Conflict: something in it is still
// open. Invalid: an unknown merge field, a broken tag line.
func (l *Library) Prepare(d Draft) (*Mailing, error) {
	if !d.Complete() {
		return nil, incident.Errorf(incident.Conflict, "the draft is not complete: %s", strings.Join(openFields(d), ", "))
	}
	if d.words = l.phrases[d.Language]; d.words == nil {
		return nil, incident.Errorf(incident.Invalid, "there are no letters in language %q", d.Language)
	}
	d.contacts = l.contacts
	return compile(d)
}

// Elements are those the letter speaks of, some to some people.
func (m *Mailing) Elements() []string { return slices.Clone(m.draft.Elements) }

func openFields(d Draft) []string {
	var out []string
	for _, m := range d.Open {
		out = append(out, m.Field)
	}
	if len(out) == 0 {
		out = append(out, "an [OPEN: …] mark is left in the text")
	}
	return out
}

func compile(d Draft) (*Mailing, error) {
	blocks, problems := parseBlocks("", d.Source, 1, false)
	for _, what := range fieldProblems(d.Subject) {
		problems = append(problems, incident.Problem{Where: "subject", What: what})
	}
	if anyField.MatchString(d.Subject) {
		problems = append(problems, incident.Problem{Where: "subject", What: "a subject carries no merge field: it is read on lock screens and in logs"})
	}
	for _, b := range blocks {
		for _, m := range anyField.FindAllStringSubmatch(b.Text, -1) {
			if knownField(m[1]) && !isPersonField(m[1]) {
				problems = append(problems, incident.Problem{Where: fmt.Sprintf("line %d", b.Line), What: fmt.Sprintf("{{%s}} is filled when a draft is made; write its value here", m[1])})
			}
		}
	}
	m := &Mailing{draft: d, blocks: blocks}
	m.draft.Subject = clean(d.Subject)
	mark := newMarkup()
	for _, b := range blocks {
		p := compileTerms(b.For)
		page, err := mark.html(b.Text)
		if err != nil {
			return nil, incident.Because(incident.Internal, err, "render the letter as HTML")
		}
		p.text = cut(mark.plain(b.Text), func(before, after string) bool {
			return (before == "" || strings.HasSuffix(before, "\n")) && (after == "" || strings.HasPrefix(after, "\n"))
		})
		p.html = cut(page, func(before, after string) bool {
			return (strings.HasSuffix(before, "<p>") || strings.HasSuffix(before, "<br>\n") || strings.HasSuffix(before, "<br/>\n")) && strings.HasPrefix(after, "</p>")
		})
		if insideTag(page) || len(anyField.FindAllString(page, -1)) != len(anyField.FindAllString(b.Text, -1)) {
			problems = append(problems, incident.Problem{Where: fmt.Sprintf("line %d", b.Line), What: "a merge field stands where it cannot be shown, such as in a link's address"})
		}
		m.parts = append(m.parts, p)
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "the letter has problems", Problems: problems}
	}
	m.head = fmt.Sprintf(pageHead, html.EscapeString(d.Language), html.EscapeString(m.draft.Subject))
	m.tail = pageTail
	return m, nil
}

// A page of system fonts at 16 px (12 pt): over the ten points California asks
// for. Nothing is loaded from anywhere.
const (
	pageHead = `<!DOCTYPE html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
</head>
<body style="margin:0;padding:24px 16px;background:#ffffff;color:#1a1a1a;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:16px;line-height:1.5">
<main style="max-width:640px;margin:0 auto">
`
	pageTail = "</main>\n</body>\n</html>\n"
)

func compileTerms(terms Terms) part {
	p := part{}
	for _, term := range terms {
		word, negated := strings.CutPrefix(term, "no-")
		if i := slices.Index(groupNames, word); i >= 0 {
			if negated {
				p.shun |= 1 << i
			} else {
				p.need |= 1 << i
			}
			continue
		}
		if p.variants == nil {
			p.variants = map[Variant]bool{Adult: true, Minor: true, Deceased: true}
		}
		for v := range p.variants {
			if (v == Variant(word)) == negated {
				p.variants[v] = false
			}
		}
	}
	return p
}

func (p part) is(v Variant, groups uint32) bool {
	return (p.variants == nil || p.variants[v]) && groups&p.need == p.need && groups&p.shun == 0
}

// cut splits s at its fields; alone judges by what stands around one.
func cut(s string, alone func(before, after string) bool) []piece {
	var out []piece
	at := 0
	for _, m := range anyField.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > at {
			out = append(out, piece{words: s[at:m[0]]})
		}
		out = append(out, piece{field: s[m[2]:m[3]], alone: alone(s[:m[0]], s[m[1]:])})
		at = m[1]
	}
	if at < len(s) {
		out = append(out, piece{words: s[at:]})
	}
	return out
}

func insideTag(page string) bool {
	for _, m := range anyField.FindAllStringIndex(page, -1) {
		if strings.LastIndexByte(page[:m[0]], '<') > strings.LastIndexByte(page[:m[0]], '>') {
			return true
		}
	}
	return false
}

// speaksTo says whether the letter has words for a variant. A letter without
// any "for minor" was not written for parents, and is not sent to them.
func (m *Mailing) speaksTo(v Variant) bool {
	if v == Adult || v == "" {
		return true
	}
	return slices.ContainsFunc(m.blocks, func(b Block) bool { return slices.Contains(b.For, string(v)) })
}
