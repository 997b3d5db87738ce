package post

import "strings"

// tidy joins runs of one style and makes one blank of many: none at the ends of
// a line.
func tidy(in []run) []run {
	var out []run
	blank := true // at the start of a line: no blank is written
	for _, r := range in {
		var s strings.Builder
		for _, c := range r.text {
			if c == ' ' && blank {
				continue
			}
			if c == '\n' {
				trimEnd(out, &s)
			}
			s.WriteRune(c)
			blank = c == ' ' || c == '\n'
		}
		if s.Len() == 0 {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].style == r.style {
			out[n].text += s.String()
		} else {
			out = append(out, run{s.String(), r.style})
		}
	}
	for len(out) > 0 {
		n := len(out) - 1
		if out[n].text = strings.TrimRight(out[n].text, " \n"); out[n].text != "" {
			break
		}
		out = out[:n]
	}
	return out
}

// trimEnd takes the blank before a break away, wherever it was written.
func trimEnd(out []run, s *strings.Builder) {
	if s.Len() > 0 {
		t := strings.TrimRight(s.String(), " ")
		s.Reset()
		s.WriteString(t)
		return
	}
	if n := len(out) - 1; n >= 0 {
		out[n].text = strings.TrimRight(out[n].text, " ")
	}
}
