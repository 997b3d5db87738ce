package slash

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/incident"
)

// Command is what somebody typed after /breach, taken apart:
//
//	[ref] verb args
//
// ref is INC-2026-0014, DRL-2026-0003 or 14. Without one it is left empty.
type Command struct {
	Ref  string
	Verb string // lower case; "help" where nothing was typed
	Args string // the rest, on one line, as typed
}

var reference = regexp.MustCompile(`^(?i:(?:INC|DRL)-(?:[0-9]{4}-)?[0-9]{1,6}|[0-9]{1,6})$`)

// longest is what is read of a command; Slack's own limit is about 4,000.
const longest = 4000

// Parse reads a command. It never fails for a verb nobody knows: that is for
// the one who answers. Error: Invalid.
func Parse(text string) (Command, error) {
	text = plain(text)
	if utf8.RuneCountInString(text) > longest {
		return Command{}, incident.Errorf(incident.Invalid, "That is more than 4,000 characters. Write it in the console instead.")
	}
	first, rest := word(text)
	var c Command
	if reference.MatchString(first) {
		c.Ref = strings.ToUpper(first)
		first, rest = word(rest)
		if first == "" {
			first = "status"
		}
	}
	if first == "" {
		first = "help"
	}
	c.Verb, c.Args = strings.ToLower(first), rest
	return c, nil
}

// String is the command as Parse reads it.
func (c Command) String() string {
	return strings.TrimSpace(strings.Join([]string{c.Ref, c.Verb, c.Args}, " "))
}

// plain undoes what Slack and keyboards do to text: &amp; &lt; &gt; are
// characters, and a dash that a phone made of two is two again.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
	words := strings.Fields(s)
	for n, w := range words {
		for _, dash := range []string{"—", "–"} {
			if rest, ok := strings.CutPrefix(w, dash); ok && rest != "" {
				words[n] = "--" + rest
			}
		}
	}
	return strings.Join(words, " ")
}

func word(s string) (first, rest string) {
	first, rest, _ = strings.Cut(s, " ")
	return first, rest
}

// options takes name:value words and --flags out of args. Names that are not
// allowed stay in the text: a title may well hold a colon. Error: Invalid for a
// flag nobody knows, or one option twice.
func options(args string, names map[string]string, flags ...string) (text string, got map[string]string, err error) {
	got = map[string]string{}
	var kept []string
	for _, w := range strings.Fields(args) {
		name, value, found := strings.Cut(w, ":")
		key, known := names[strings.ToLower(name)]
		if flag, ok := strings.CutPrefix(w, "--"); ok && flag != "" {
			key, value, found, known = strings.ToLower(flag), "yes", true, false
			for _, f := range flags {
				known = known || f == key
			}
			if !known {
				return "", nil, incident.Errorf(incident.Invalid, "--%s is not known here; there is --%s.", clip(key, 30), strings.Join(flags, ", --"))
			}
		}
		if !found || !known {
			kept = append(kept, w)
			continue
		}
		if _, twice := got[key]; twice {
			return "", nil, incident.Errorf(incident.Invalid, "%s is given twice.", key)
		}
		if value == "" {
			return "", nil, incident.Errorf(incident.Invalid, "Nothing follows %s: there may be no space after the colon.", name)
		}
		got[key] = value
	}
	return strings.Join(kept, " "), got, nil
}

// number takes the number of a task from the front of args. Error: Invalid.
func number(args, usage string) (n, rest string, err error) {
	n, rest = word(args)
	n = strings.TrimPrefix(n, "#")
	if n == "" || len(n) > 6 || strings.Trim(n, "0123456789") != "" {
		return "", "", incident.Errorf(incident.Invalid, "Say which task, by its number: %s", usage)
	}
	return n, rest, nil
}

var mention = regexp.MustCompile(`^<@([A-Z0-9]{1,32})(?:\|[^>]*)?>$`)

// mentioned is the Slack user of <@U123|name>.
func mentioned(s string) (user string, ok bool) {
	m := mention.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// nearest gives the known verbs closest to what was typed, at most three.
func nearest(typed string, known []string) []string {
	var out []string
	for limit := range 4 {
		for _, k := range known {
			d := distance(clip(typed, 20), k)
			if d == limit && d < len(k) || limit == 0 && len(typed) > 1 && strings.HasPrefix(k, typed) {
				out = appendNew(out, k)
			}
		}
		if len(out) >= 3 {
			return out[:3]
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// distance is Levenshtein's, over runes.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			cost := before
			if x[i] != y[j] {
				cost = min(before, row[j], row[j+1]) + 1
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(y)]
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
