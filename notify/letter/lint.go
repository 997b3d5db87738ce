package letter

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/incident"
)

// Severity of a finding. A letter with an error is not released; a warning is
// for a person to look at.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing wrong with a letter.
type Finding struct {
	Severity Severity `json:"severity"`
	Pack     string   `json:"pack"` // us-ma, gdpr-34, …; general for what no law says
	Law      string   `json:"law"`
	Cite     string   `json:"cite"`
	Content  string   `json:"content"`
	What     string   `json:"what"`
	Line     int      `json:"line"` // of the source, from 1; 0 where something is not there at all or is in the subject
	Variant  Variant  `json:"variant,omitempty"`
}

func (f Finding) String() string {
	where := ""
	if f.Line > 0 {
		where = fmt.Sprintf("line %d: ", f.Line)
	}
	s := fmt.Sprintf("%s: %s%s", f.Severity, where, f.What)
	if f.Variant != "" && f.Variant != Adult {
		s += " (" + string(f.Variant) + ")"
	}
	if f.Cite != "" {
		s += " [" + f.Cite + "]"
	}
	return s
}

// Failed says whether any finding is an error.
func Failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// Scope says whose law a letter is held against. The zero Scope means the
// draft's own jurisdiction and elements.
type Scope struct {
	Jurisdictions []string // of everyone the letter goes to
	Elements      []string
	WhatHappened  string   // the case's account; where its telling is forbidden, its sentences are looked for
	RegulatedAs   []string // what the organisation is regulated as, in the rule library's words
	Duties        []Duty   // what the rules themselves ask, for laws without a pack; may be empty
}

// Duty is what a rule of the rule library says a notice holds, so that a law
// somebody added as a rule is held without a pack of its own.
type Duty struct {
	Rule      string
	Law       string
	Cite      string
	Required  []string // content ids of contents.toml, or the rule's own word for one
	Forbidden []string
}

// Lint holds a draft, edited or not, against the laws of its recipients and
// against the program's own rules for letters. It goes by the block tags and
// by the words, so that it finds what a person wrote in or took out. An empty
// answer means that nothing was found, not that a lawyer would agree.
func (l *Library) Lint(d Draft, scope Scope) []Finding {
	if scope.Jurisdictions == nil {
		scope.Jurisdictions = []string{d.Jurisdiction}
	}
	if scope.Elements == nil {
		scope.Elements = d.Elements
	}
	blocks, problems := parseBlocks("", d.Source, 1, false)
	out := general(d, blocks, problems)
	named, audience := []string(nil), "individuals"
	if byLanguage := l.letters[d.Letter]; byLanguage != nil {
		named, audience = byLanguage[fallback].Packs, byLanguage[fallback].Audience
	}
	for i := range blocks {
		blocks[i].flat = unwrap(blocks[i].Text)
	}
	r := reading{draft: d, blocks: blocks, scope: scope}
	owed := l.packsOf(d.Duties)
	for _, name := range l.packsFor(merged(named, owed), audience, scope.Jurisdictions) {
		found := r.hold(name, l.packs[name])
		if len(named) > 0 && !slices.Contains(named, name) && !slices.Contains(owed, name) {
			// A federal letter goes to residents of a state with rules of its
			// own; which gives way is counsel's decision, and they must see it.
			for i := range found {
				found[i].Severity = Warning
			}
		}
		out = append(out, found...)
	}
	for _, duty := range scope.Duties {
		out = append(out, l.holdDuty(r, duty)...)
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	return out
}

// packsOf are the packs made for rules.
func (l *Library) packsOf(rules []string) []string {
	var out []string
	for name, p := range l.packs {
		if slices.ContainsFunc(rules, func(rule string) bool { return slices.Contains(p.Duties, rule) }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func merged(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// holdDuty holds a draft against a rule's own content lists, where no pack
// does it better. A word nobody has wording for is a warning to a person.
func (l *Library) holdDuty(r reading, duty Duty) []Finding {
	if len(l.packsOf([]string{duty.Rule})) > 0 {
		return nil
	}
	p := &pack{Law: duty.Law, Cite: duty.Cite}
	var out []Finding
	for i, ids := range [][]string{duty.Required, duty.Forbidden} {
		for _, id := range ids {
			if _, ok := l.contents.named(id); !ok {
				out = append(out, Finding{Severity: Warning, Pack: duty.Rule, Law: duty.Law, Cite: duty.Cite, Content: id,
					What: fmt.Sprintf("the law speaks of %q, for which there is no check: read the letter for it", strings.ReplaceAll(id, "_", " "))})
				continue
			}
			if i == 0 {
				p.Tells = append(p.Tells, id)
			} else {
				p.Hides = append(p.Hides, id)
			}
		}
	}
	if err := p.compile(l.contents); err != nil {
		return append(out, Finding{Severity: Error, Pack: duty.Rule, Law: duty.Law, Cite: duty.Cite, Content: "rule", What: err.Error()})
	}
	return append(out, r.hold(duty.Rule, p)...)
}

// packsFor lists the packs that bind: those the letter names, and for letters
// to people those of the recipients' jurisdictions.
func (l *Library) packsFor(named []string, audience string, jurisdictions []string) []string {
	out := slices.Clone(named)
	if audience != "individuals" {
		return out
	}
	var more []string
	for name, p := range l.packs {
		for _, j := range jurisdictions {
			for _, pattern := range p.Jurisdictions {
				if fit(pattern, j) > 1 && !slices.Contains(out, name) && !slices.Contains(more, name) {
					more = append(more, name)
				}
			}
		}
	}
	slices.Sort(more)
	return append(out, more...)
}

// general are the findings no law is needed for.
func general(d Draft, blocks []Block, problems []incident.Problem) []Finding {
	var out []Finding
	add := func(severity Severity, line int, content, what string) {
		out = append(out, Finding{Severity: severity, Pack: "general", Law: "Tocsin", Content: content, What: what, Line: line})
	}
	for _, p := range problems {
		line := 0
		_, _ = fmt.Sscanf(p.Where, "line %d", &line)
		add(Error, line, "markup", p.What)
	}
	if clean(d.Subject) == "" {
		add(Error, 0, "subject", "the letter has no subject")
	}
	if d.Asked != "" {
		add(Warning, 0, "language", fmt.Sprintf("the recipients' language is %s and this text is in %s: have it translated", d.Asked, d.Language))
	}
	if len(blocks) == 0 {
		add(Error, 0, "text", "the letter has no text")
	}
	if strings.Contains(d.Subject, openMark) {
		add(Error, 0, "open", "something is still open in the subject")
	}
	for i, line := range strings.Split(normalise(d.Source), "\n") {
		switch {
		case strings.Contains(line, openMark):
			add(Error, i+1, "open", "something is still open: "+strings.TrimSpace(line))
		case strings.Contains(line, "!["):
			add(Error, i+1, "image", "no images: a remote picture tells others that the letter was opened")
		case rawHTML.MatchString(line):
			add(Error, i+1, "html", "no HTML in a letter: it would be dropped on sending")
		case tracking.MatchString(line):
			add(Error, i+1, "tracking", "a link that tells who followed it: take the part after the ? away")
		case strings.Contains(line, "http://"):
			add(Warning, i+1, "link", "a link without https")
		}
	}
	return out
}
