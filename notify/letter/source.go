package letter

import (
	"fmt"
	"regexp"
	"strings"

	"tocsin/incident"
)

// Block is one tagged stretch of a letter. In a source it starts at a line
//
//	%% key: content_id, content_id; when CONDITION; for CONDITION
//
// and ends before the next such line. Its text is Markdown of the plain sort:
// paragraphs, headings, lists, bold, links.
type Block struct {
	Key      string   // unique within a letter
	Contents []string // what the block tells, in the words of the lint's rules: nature, data_types, bureau_contacts, …
	When     Terms    // on the case; settled by Compose and gone from a draft
	For      Terms    // on the person; settled by Render
	After    string   // only in a jurisdiction's file: the base block this one follows
	Use      string   // only in templates: splice the shared file of this name here
	Text     string   // without the tag line, trimmed
	File     string   // where it was written, for messages; empty in a draft
	Line     int      // of the tag line, from 1

	flat string // the text unwrapped, while the lint reads it
}

var (
	tagLine  = regexp.MustCompile(`^%%\s*(.*?)\s*$`)
	wordOK   = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	anyField = regexp.MustCompile(`\{\{\s*([A-Za-z][A-Za-z0-9_.]*)\s*\}\}`)
)

// parseBlocks reads a source. template says whether the words that only
// templates may use (when, after, use) are allowed. Every problem is reported,
// each with its line.
func parseBlocks(file, source string, firstLine int, template bool) ([]Block, []incident.Problem) {
	var blocks []Block
	var problems []incident.Problem
	bad := func(line int, format string, args ...any) {
		where := fmt.Sprintf("line %d", line)
		if file != "" {
			where = fmt.Sprintf("%s:%d", file, line)
		}
		problems = append(problems, incident.Problem{Where: where, What: fmt.Sprintf(format, args...)})
	}
	var current *Block
	var text []string
	flush := func() {
		if current != nil {
			current.Text = strings.Trim(strings.Join(text, "\n"), "\n \t")
			blocks = append(blocks, *current)
		}
		text = nil
	}
	for i, line := range strings.Split(normalise(source), "\n") {
		number := firstLine + i
		m := tagLine.FindStringSubmatch(line)
		if m == nil {
			if current == nil && strings.TrimSpace(line) != "" {
				if template {
					bad(number, "text before the first %%%% line")
					continue
				}
				// A person may write above the first tag; the text counts all the same.
				current = &Block{Key: "untagged", Line: number}
			}
			for _, what := range fieldProblems(line) {
				bad(number, "%s", what)
			}
			text = append(text, line)
			continue
		}
		flush()
		b, err := parseTag(m[1], template)
		if err != nil {
			bad(number, "%s", err.Error())
		}
		b.File, b.Line = file, number
		current = &b
	}
	flush()
	seen := map[string]int{}
	for _, b := range blocks {
		if b.Use != "" {
			continue
		}
		if first, twice := seen[b.Key]; twice {
			bad(b.Line, "block %q was already given on line %d", b.Key, first)
		}
		seen[b.Key] = b.Line
	}
	return blocks, problems
}

func parseTag(tag string, template bool) (Block, error) {
	parts := strings.Split(tag, ";")
	head := strings.TrimSpace(parts[0])
	if name, ok := strings.CutPrefix(head, "use "); ok {
		if !template || len(parts) > 1 || !wordOK.MatchString(strings.TrimSpace(name)) {
			return Block{Key: "use"}, fmt.Errorf("%q: use stands alone, names one shared file, and only in a template", tag)
		}
		return Block{Use: strings.TrimSpace(name)}, nil
	}
	key, contents, _ := strings.Cut(head, ":")
	b := Block{Key: strings.TrimSpace(key)}
	if !wordOK.MatchString(b.Key) {
		return b, fmt.Errorf("%q is not a block name: lower-case letters, digits, - and _", b.Key)
	}
	for _, id := range strings.Split(contents, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if !wordOK.MatchString(id) {
			return b, fmt.Errorf("%q is not a content id", id)
		}
		b.Contents = append(b.Contents, id)
	}
	for _, option := range parts[1:] {
		word, rest, _ := strings.Cut(strings.TrimSpace(option), " ")
		rest = strings.TrimSpace(rest)
		var err error
		switch {
		case word == "for":
			b.For, err = parseTerms(rest, personTerm)
		case word == "when" && template:
			b.When, err = parseTerms(rest, caseTerm)
		case word == "after" && template:
			b.After = rest
			if !wordOK.MatchString(rest) {
				err = fmt.Errorf("after %q is not a block name", rest)
			}
		default:
			err = fmt.Errorf("%q is not an option here", word)
		}
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// fieldProblems finds merge fields that no letter has, and stray braces.
func fieldProblems(line string) []string {
	var out []string
	for _, m := range anyField.FindAllStringSubmatch(line, -1) {
		if !knownField(m[1]) {
			out = append(out, fmt.Sprintf("{{%s}} is not a merge field", m[1]))
		}
	}
	if rest := anyField.ReplaceAllString(line, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		out = append(out, "stray {{ or }}")
	}
	return out
}

// format writes blocks back as a draft's source.
func format(blocks []Block) string {
	var s strings.Builder
	for i, b := range blocks {
		if i > 0 {
			s.WriteString("\n")
		}
		s.WriteString("%% " + b.Key)
		if len(b.Contents) > 0 {
			s.WriteString(": " + strings.Join(b.Contents, ", "))
		}
		if len(b.For) > 0 {
			s.WriteString("; for " + b.For.String())
		}
		s.WriteString("\n" + b.Text + "\n")
	}
	return s.String()
}

// normalise makes one spelling of line ends and trailing space, so that an
// editor's habits change neither a digest nor a line number.
func normalise(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
