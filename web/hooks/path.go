package hooks

import (
	"fmt"
	"strconv"
	"strings"
)

// path is a parsed JSON path: names, numbers and "all" in a row.
type path []step

type step struct {
	name  string
	index int // used if name is empty and all is false
	list  bool
	all   bool
}

// parsePath reads $.a.b[0].c, a["odd.name"] and a[*].b. A lone $ is the value itself.
func parsePath(s string) (path, error) {
	rest := strings.TrimPrefix(s, "$")
	var p path
	if rest == "" && s != "" {
		return p, nil
	}
	if len(rest) == len(s) && !strings.HasPrefix(rest, "[") {
		rest = "." + rest // the first name needs no dot
	}
	for rest != "" {
		var st step
		var err error
		if rest[0] == '.' {
			st, rest, err = name(rest[1:])
		} else {
			st, rest, err = bracket(rest)
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a JSON path: %w", s, err)
		}
		p = append(p, st)
	}
	return p, nil
}

func name(s string) (step, string, error) {
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return step{}, "", fmt.Errorf("a name is missing")
	}
	if strings.ContainsAny(s[:end], `]"'`) {
		return step{}, "", fmt.Errorf("a name with brackets or quotes goes into [\"…\"]")
	}
	return step{name: s[:end]}, s[end:], nil
}

func bracket(s string) (step, string, error) {
	if s[0] != '[' {
		return step{}, "", fmt.Errorf("a dot or a bracket is missing before %q", s)
	}
	s = s[1:]
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		quoted, rest, ok := strings.Cut(s[1:], string(s[0])+"]")
		if !ok || quoted == "" {
			return step{}, "", fmt.Errorf("a quoted name is not closed, or empty")
		}
		return step{name: quoted}, rest, nil
	}
	inside, rest, ok := strings.Cut(s, "]")
	if !ok {
		return step{}, "", fmt.Errorf("a bracket is not closed")
	}
	if inside == "*" {
		return step{list: true, all: true}, rest, nil
	}
	n, err := strconv.Atoi(inside)
	if err != nil || n < 0 {
		return step{}, "", fmt.Errorf("in brackets goes a number, * or a quoted name")
	}
	return step{list: true, index: n}, rest, nil
}

// find gives every value at the path; none where it leads nowhere.
func (p path) find(v any) []any {
	at := []any{v}
	for _, st := range p {
		var next []any
		for _, v := range at {
			if !st.list {
				if o, ok := v.(map[string]any); ok {
					if inner, ok := o[st.name]; ok {
						next = append(next, inner)
					}
				}
				continue
			}
			l, ok := v.([]any)
			switch {
			case !ok:
			case st.all:
				next = append(next, l...)
			case st.index < len(l):
				next = append(next, l[st.index])
			}
		}
		at = next
	}
	return at
}

// String is the path as parsePath reads it.
func (p path) String() string {
	var b strings.Builder
	b.WriteString("$")
	for _, st := range p {
		switch {
		case st.all:
			b.WriteString("[*]")
		case st.list:
			fmt.Fprintf(&b, "[%d]", st.index)
		case strings.Contains(st.name, `"]`):
			b.WriteString("['" + st.name + "']")
		case strings.ContainsAny(st.name, `.[]"'`):
			b.WriteString(`["` + st.name + `"]`)
		default:
			b.WriteString("." + st.name)
		}
	}
	return b.String()
}
