package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Op is what became of a stretch of text.
type Op string

const (
	Kept    Op = "kept"
	Removed Op = "removed"
	Added   Op = "added"
)

// Change is a stretch of text that two versions share, or that one of them has.
type Change struct {
	Op   Op     `json:"op"`
	Text string `json:"text"`
}

// Diff compares two texts word by word. Kept and removed stretches make up was,
// kept and added ones make up is, to the byte. Lines are matched first, so that a
// sentence added in front does not pull the words of the next one apart.
func Diff(was, is string) []Change {
	var out changes
	a, b := splitLines(was), splitLines(is)
	for _, h := range hunks(a, b) {
		for _, s := range a[h.a0:h.a1] {
			if h.same {
				out.add(Kept, s)
			}
		}
		if h.same {
			continue
		}
		x, y := words(strings.Join(a[h.a0:h.a1], "")), words(strings.Join(b[h.b0:h.b1], ""))
		for _, w := range hunks(x, y) {
			if w.same {
				out.add(Kept, strings.Join(x[w.a0:w.a1], ""))
				continue
			}
			out.add(Removed, strings.Join(x[w.a0:w.a1], ""))
			out.add(Added, strings.Join(y[w.b0:w.b1], ""))
		}
	}
	return out
}

// DiffText writes a comparison for where there is no colour: [-removed-] and
// {+added+}, as wdiff does.
func DiffText(changes []Change) string {
	var out strings.Builder
	for _, c := range changes {
		switch c.Op {
		case Removed:
			out.WriteString("[-" + c.Text + "-]")
		case Added:
			out.WriteString("{+" + c.Text + "+}")
		default:
			out.WriteString(c.Text)
		}
	}
	return out.String()
}

type changes []Change

func (c *changes) add(op Op, text string) {
	if text == "" {
		return
	}
	if n := len(*c); n > 0 && (*c)[n-1].Op == op {
		(*c)[n-1].Text += text
		return
	}
	*c = append(*c, Change{op, text})
}

func splitLines(s string) []string { return strings.SplitAfter(s, "\n") }

// words splits a text into words, each stretch of space, and each other sign.
func words(s string) []string {
	var out []string
	for len(s) > 0 {
		n, kind := 0, kindOf(s)
		for n < len(s) && kindOf(s[n:]) == kind {
			_, size := utf8.DecodeRuneInString(s[n:])
			n += size
			if kind == sign {
				break
			}
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

const (
	space = iota
	letters
	sign
)

func kindOf(s string) int {
	switch r, _ := utf8.DecodeRuneInString(s); {
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’':
		return letters
	}
	return sign
}

// hunk is a[a0:a1] beside b[b0:b1], the same or one in the other's place.
type hunk struct {
	a0, a1, b0, b1 int
	same           bool
}

// mostEdits bounds the work: texts further apart than that are shown as one in the
// other's place. A letter has some hundred lines, a changed passage some hundred words.
const mostEdits = 1000

// hunks is the shortest way from a to b (Myers, An O(ND) Difference Algorithm, 1986).
func hunks(a, b []string) []hunk {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []hunk
	if head > 0 {
		out = append(out, hunk{0, head, 0, head, true})
	}
	endA, endB := len(a)-tail, len(b)-tail
	for _, h := range middle(a[head:endA], b[head:endB]) {
		out = append(out, hunk{h.a0 + head, h.a1 + head, h.b0 + head, h.b1 + head, h.same})
	}
	if tail > 0 {
		out = append(out, hunk{endA, len(a), endB, len(b), true})
	}
	return out
}

func middle(a, b []string) []hunk {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	trace, ok := reach(a, b)
	if !ok {
		return []hunk{{0, len(a), 0, len(b), false}}
	}
	// Walk back from the end, one edit at a time, and note where the two agree.
	var same []hunk
	x, y := len(a), len(b)
	for d := len(trace) - 1; d > 0; d-- {
		v, k := trace[d-1], x-y
		prev := k - 1
		if k == -d || k != d && v[k-1+d] < v[k+1+d] {
			prev = k + 1
		}
		fromX := v[prev+d]
		fromY := fromX - prev
		startX := fromX
		if prev == k-1 {
			startX++
		}
		if x > startX {
			same = append(same, hunk{startX, x, startX - k, y, true})
		}
		x, y = fromX, fromY
	}
	if x > 0 {
		same = append(same, hunk{0, x, 0, y, true})
	}
	var out []hunk
	i, j := 0, 0
	for n := len(same) - 1; n >= 0; n-- {
		if h := same[n]; i < h.a0 || j < h.b0 {
			out = append(out, hunk{i, h.a0, j, h.b0, false})
		}
		out = append(out, same[n])
		i, j = same[n].a1, same[n].b1
	}
	if i < len(a) || j < len(b) {
		out = append(out, hunk{i, len(a), j, len(b), false})
	}
	return out
}

// reach gives, for each number of edits d, how far each diagonal k gets in a:
// trace[d][k+d+1]. False where the texts are too far apart.
func reach(a, b []string) ([][]int, bool) {
	var trace [][]int
	for d := 0; d <= min(len(a)+len(b), mostEdits); d++ {
		v := make([]int, 2*d+3)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				before := trace[d-1] // its diagonal k is at k+d
				if k == -d || k != d && before[k-1+d] < before[k+1+d] {
					x = before[k+1+d]
				} else {
					x = before[k-1+d] + 1
				}
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			v[k+d+1] = x
			if x >= len(a) && x-k >= len(b) {
				return append(trace, v), true
			}
		}
		trace = append(trace, v)
	}
	return nil, false
}
