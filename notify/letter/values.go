package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

func first(options ...string) string {
	for _, s := range options {
		if s != "" {
			return s
		}
	}
	return ""
}

func nonEmpty(in ...string) []string {
	return slices.DeleteFunc(in, func(s string) bool { return s == "" })
}

var literal = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "<", `\<`, "`", "\\`")

// line makes one value safe to stand in a Markdown line. E-mail and web
// addresses stay as they are written: an underscore inside a word is no mark-up.
func line(s string) string {
	s = clean(s)
	if strings.Contains(s, "@") || strings.Contains(s, "://") || strings.HasPrefix(s, "www.") {
		return s
	}
	return guard(literal.Replace(s))
}

var leading = regexp.MustCompile(`^(\d+)([.)] )|^([#+>=-])`)

// guard keeps a value at the start of a line from being a list or a heading:
// "20. März", "# 12 Main Road".
func guard(s string) string { return leading.ReplaceAllString(s, `$1\$2$3`) }

// lines keeps line breaks (a backslash before one, in Markdown).
func lines(in []string) string {
	var out []string
	for _, s := range in {
		if s = line(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\\\n")
}

func bullets(in []string) string {
	var s strings.Builder
	for _, item := range in {
		if item = clean(item); item != "" {
			fmt.Fprintf(&s, "- %s\n", guard(item))
		}
	}
	return strings.TrimSuffix(s.String(), "\n")
}

func contactLines(c Contact, needsWay bool) string {
	if needsWay && c.Phone == "" && c.Email == "" && len(c.Address) == 0 {
		return ""
	}
	out := append(nonEmpty(c.Name, c.Role), c.Address...)
	return lines(append(out, nonEmpty(c.Phone, c.Email, c.Web)...))
}
