package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

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
