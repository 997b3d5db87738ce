package playbooks

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Text is the difference for people: one line a change, and of a changed text
// the lines that went and came.
func (d Difference) Text() string {
	if d.Empty() {
		return "No difference.\n"
	}
	var b strings.Builder
	for _, c := range d.Head {
		b.WriteString("~ ")
		writeChange(&b, c)
	}
	for _, k := range d.Removed {
		fmt.Fprintf(&b, "- step %s\n", k)
	}
	for _, k := range d.Added {
		fmt.Fprintf(&b, "+ step %s\n", k)
	}
	for _, m := range d.Moved {
		fmt.Fprintf(&b, "> step %s: from place %d to %d\n", m.Key, m.From, m.To)
	}
	for _, s := range d.Changed {
		fmt.Fprintf(&b, "~ step %s\n", s.Key)
		for _, c := range s.Fields {
			b.WriteString("    ")
			writeChange(&b, c)
		}
	}
	switch d.Bump {
	case NoBump:
		b.WriteString("Only the version differs.\n")
	default:
		fmt.Fprintf(&b, "Suggested version: %s (%s).\n", d.Version, d.Bump)
	}
	return b.String()
}

func writeChange(b *strings.Builder, c Change) {
	from, to := plainText(c.From), plainText(c.To)
	switch {
	case strings.Contains(from, "\n") || strings.Contains(to, "\n"):
		fmt.Fprintf(b, "%s:\n", c.Field)
		gone, come := lineDiff(strings.Split(from, "\n"), strings.Split(to, "\n"))
		for _, l := range gone {
			fmt.Fprintf(b, "      - %s\n", l)
		}
		for _, l := range come {
			fmt.Fprintf(b, "      + %s\n", l)
		}
	case c.From == "":
		fmt.Fprintf(b, "%s: now %s\n", c.Field, to)
	case c.To == "":
		fmt.Fprintf(b, "%s: no longer %s\n", c.Field, from)
	default:
		fmt.Fprintf(b, "%s: %s → %s\n", c.Field, from, to)
	}
}

// plainText takes a JSON string out of its quotes and leaves the rest as it is.
func plainText(canonical string) string {
	var s string
	if json.Unmarshal([]byte(canonical), &s) == nil {
		return s
	}
	return canonical
}

// lineDiff gives the lines only in a and those only in b, each as often as it
// is more frequent there, in order.
func lineDiff(a, b []string) (gone, come []string) {
	return surplus(a, b), surplus(b, a)
}

func surplus(of, over []string) []string {
	n := map[string]int{}
	for _, l := range over {
		n[l]++
	}
	var out []string
	for _, l := range of {
		if n[l] > 0 {
			n[l]--
			continue
		}
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}
