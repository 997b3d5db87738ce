package letter

import (
	"fmt"
	"regexp"
	"strings"
)

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
