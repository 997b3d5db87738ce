package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var rawHTML = regexp.MustCompile(`<[a-zA-Z/!][^>@ ]*[ >]`)

// reading is one draft under the lint.
type reading struct {
	draft  Draft
	blocks []Block
	scope  Scope
}

func (r reading) hold(name string, p *pack) []Finding {
	var out []Finding
	for _, d := range p.Require {
		if !r.due(d) {
			continue
		}
		for _, v := range r.variants(d) {
			what, line := r.missingFor(d, v)
			if what == "" {
				continue
			}
			f := Finding{Severity: Error, Pack: name, Law: p.Law, Cite: d.Cite, Content: d.Content, What: what, Line: line}
			if d.Advise {
				f.Severity = Warning
			}
			if v != Adult {
				f.Variant = v
			}
			out = append(out, f)
			break // one variant's word is enough to act on
		}
	}
	for _, b := range p.Forbid {
		for _, f := range r.told(b) {
			f.Severity, f.Pack, f.Law, f.Cite, f.Content = Error, name, p.Law, b.Cite, b.Content
			out = append(out, f)
		}
	}
	return out
}

// due says whether a demand's elements are among those exposed. With nothing
// known of them, everything is due.
func (r reading) due(d demand) bool {
	if d.If != "" && slices.Contains(r.draft.Without, d.If) {
		return false
	}
	if d.Sender != "" && !slices.Contains(r.scope.RegulatedAs, d.Sender) {
		return false
	}
	if len(r.scope.Elements) == 0 {
		return true
	}
	if len(d.Any) > 0 && !slices.ContainsFunc(d.Any, func(e string) bool { return slices.Contains(r.scope.Elements, e) }) {
		return false
	}
	groups := groupsOf(r.scope.Elements)
	return d.When.hold(func(word string) bool { return groups[word] })
}

func (r reading) variants(d demand) []Variant {
	out := []Variant{Adult}
	for _, v := range []Variant{Minor, Deceased} {
		if slices.ContainsFunc(r.blocks, func(b Block) bool { return slices.Contains(b.For, string(v)) }) {
			out = append(out, v)
		}
	}
	if len(d.Variant) == 0 {
		return out
	}
	return slices.DeleteFunc(out, func(v Variant) bool { return !slices.Contains(d.Variant, string(v)) })
}

// implied are the groups that every element of a group is also in.
var implied = map[string][]string{"ssn": {"ssn", "tax", "identity"}, "tax": {"tax", "identity"}, "licence": {"licence", "identity"}}

// missingFor asks for each element that calls for d by itself: who lost only a
// bank account number reads the blocks for that and no others.
func (r reading) missingFor(d demand, v Variant) (what string, line int) {
	if len(d.Any) == 0 {
		return r.missing(d, v, 0)
	}
	for _, e := range d.Any {
		if len(r.scope.Elements) > 0 && !slices.Contains(r.scope.Elements, e) {
			continue
		}
		if what, line = r.missing(d, v, groupBits([]string{e})); what != "" {
			return what + " (" + strings.ReplaceAll(e, "_", " ") + ")", line
		}
	}
	return "", 0
}

// seen are the blocks that a person of variant v reads who lost only what the
// demand hangs on: a block that others read does not help them.
func (r reading) seen(d demand, v Variant, bits uint32) []Block {
	for _, word := range d.When {
		groups := implied[word]
		if groups == nil && isGroup(word) {
			groups = []string{word}
		}
		for _, g := range groups {
			bits |= 1 << slices.Index(groupNames, g)
		}
	}
	return slices.DeleteFunc(slices.Clone(r.blocks), func(b Block) bool { return !compileTerms(b.For).is(v, bits) })
}

// missing says what of a demand is not there; empty when all of it is.
func (r reading) missing(d demand, v Variant, bits uint32) (what string, line int) {
	blocks := r.seen(d, v, bits)
	var tagged *Block
	var all, near strings.Builder
	for i, b := range blocks {
		if slices.Contains(b.Contents, d.Content) && body(b.Text) != "" {
			tagged = &blocks[i]
			near.WriteString(b.Text + "\n\n")
		}
		all.WriteString(b.Text + "\n\n")
	}
	text := unwrap(all.String())
	if d.Near && near.Len() > 0 {
		text = unwrap(near.String())
	}
	if tagged != nil {
		line = tagged.Line
	}
	if d.Heading != "" {
		if !hasHeading(text, d.Heading) {
			return fmt.Sprintf("the heading %q is missing", d.Heading), line
		}
		return "", 0
	}
	if tagged == nil && r.tags() {
		// The words alone could be another's: a bureau's telephone number is
		// not the organisation's.
		return "missing: " + d.What, 0
	}
	for _, re := range d.words(r.draft.Language) {
		if !re.MatchString(text) {
			return "missing: " + d.What, line
		}
	}
	if len(d.words(r.draft.Language)) == 0 && tagged == nil {
		return "missing: " + d.What, 0
	}
	if d.Months > 0 && longestOffer(blocks) < d.Months {
		return fmt.Sprintf("missing: %s, for at least %d months", d.What, d.Months), line
	}
	return "", 0
}

// tags says whether the letter still has block tags to go by; one that a
// person pasted in has words only.
func (r reading) tags() bool {
	return slices.ContainsFunc(r.blocks, func(b Block) bool { return len(b.Contents) > 0 })
}

var (
	softBreak = regexp.MustCompile(`[^\S\n]*\\?\n[^\S\n]*([^\s#*+>-])`)
	emphasis  = strings.NewReplacer("**", "", "__", "", "`", "")
)

// unwrap makes one line of a paragraph or list item, and takes emphasis away,
// so that a pattern can say "on the same line".
func unwrap(text string) string {
	var out []string
	for _, paragraph := range strings.Split(emphasis.Replace(text), "\n\n") {
		lines := strings.SplitN(paragraph, "\n", 2)
		if strings.HasPrefix(strings.TrimSpace(lines[0]), "#") && len(lines) == 2 {
			out = append(out, lines[0])
			paragraph = lines[1]
		}
		out = append(out, softBreak.ReplaceAllString(paragraph, " $1"))
	}
	return strings.Join(out, "\n\n")
}

// body is a block's text without its headings: a heading alone tells nothing.
func body(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out = append(out, line)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// hasHeading looks for a line that is the heading and nothing else, however a
// person marked it.
func hasHeading(text, heading string) bool {
	for _, line := range strings.Split(text, "\n") {
		if strings.EqualFold(strings.Trim(line, "#*_ \t.:\"“”"), heading) {
			return true
		}
	}
	return false
}

var (
	offerWords = regexp.MustCompile(`(?i)monitor|identity\s+(theft|protection|restoration|prevention)|überwach|surveillance|vigilancia|monitoraggio|monitorament|bewaking|monitorowani|monitoriza`)
	termWords  = regexp.MustCompile(`(?i)\b(\d+|one|two|three|four|five|twelve|eighteen|twenty-four|thirty-six|forty-two)\s+(months?|years?|monate|jahre|mois|ans|meses|años|mesi|anni|maanden|jaar|miesięcy|miesiące|mies|lat|anos)\b`)
	termValue  = map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "twelve": 12, "eighteen": 18,
		"twenty-four": 24, "thirty-six": 36, "forty-two": 42}
)

// longestOffer is the longest term, in months, named in a paragraph that
// speaks of monitoring or identity services.
func longestOffer(blocks []Block) int {
	longest := 0
	for _, b := range blocks {
		for _, paragraph := range strings.Split(b.Text, "\n\n") {
			if !offerWords.MatchString(paragraph) {
				continue
			}
			for _, m := range termWords.FindAllStringSubmatch(paragraph, -1) {
				n := termValue[strings.ToLower(m[1])]
				if n == 0 {
					_, _ = fmt.Sscan(m[1], &n)
				}
				if !strings.HasPrefix(strings.ToLower(m[2]), "m") {
					n *= 12
				}
				longest = max(longest, n)
			}
		}
	}
	return longest
}

// told finds everything a ban forbids: by tag, by words, and by sentences of
// the case's own account.
func (r reading) told(b ban) []Finding {
	var out []Finding
	add := func(line int, what string) {
		if !slices.ContainsFunc(out, func(f Finding) bool { return f.Line == line && line > 0 }) {
			out = append(out, Finding{Line: line, What: what})
		}
	}
	look := func(text string, firstLine int) {
		rest := text
		for _, re := range b.except {
			rest = re.ReplaceAllStringFunc(rest, func(s string) string { return strings.Map(blank, s) })
		}
		for _, re := range b.patterns {
			for _, m := range re.FindAllStringIndex(rest, -1) {
				what := fmt.Sprintf("may not tell %s: %q", b.What, strings.Join(strings.Fields(text[m[0]:m[1]]), " "))
				if firstLine == 0 {
					add(0, what+" in the subject")
					continue
				}
				add(firstLine+strings.Count(rest[:m[0]], "\n"), what)
			}
		}
		if b.Story && firstLine > 0 {
			if at, words := retold(rest, r.scope.WhatHappened); words != "" {
				add(firstLine+strings.Count(rest[:at], "\n"), fmt.Sprintf("may not tell %s: %q is from the account of the incident", b.What, words))
			}
		}
	}
	look(r.draft.Subject, 0)
	lines := strings.Split(normalise(r.draft.Source), "\n")
	for _, block := range r.blocks {
		if slices.Contains(block.Contents, b.Content) && strings.TrimSpace(block.Text) != "" {
			add(block.Line, fmt.Sprintf("may not tell %s: block %q", b.What, block.Key))
		}
		firstLine := block.Line + 1
		if block.Key == "untagged" {
			firstLine = block.Line
		}
		// Text is trimmed; count the empty lines between the tag and it.
		for firstLine <= len(lines) && strings.TrimSpace(lines[firstLine-1]) == "" {
			firstLine++
		}
		look(block.Text, firstLine)
	}
	return out
}

// blank keeps length and lines.
func blank(r rune) rune {
	if r == '\n' || r > 0x7f {
		return r
	}
	return ' '
}

var wordRun = regexp.MustCompile(`[\p{L}\p{N}'’-]+`)

// retold finds six words in a row of story in text.
func retold(text, story string) (at int, words string) {
	const run = 6
	said := wordRun.FindAllString(strings.ToLower(story), -1)
	if len(said) < run {
		return 0, ""
	}
	known := map[string]bool{}
	for i := 0; i+run <= len(said); i++ {
		known[strings.Join(said[i:i+run], " ")] = true
	}
	places := wordRun.FindAllStringIndex(text, -1)
	for i := 0; i+run <= len(places); i++ {
		var here []string
		for _, p := range places[i : i+run] {
			here = append(here, strings.ToLower(text[p[0]:p[1]]))
		}
		if s := strings.Join(here, " "); known[s] {
			return places[i][0], s
		}
	}
	return 0, ""
}
