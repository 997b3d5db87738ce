package detect

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// naive is what a program does that takes one regular expression after the
// other through the text: the same forms, words and checks.
type naive struct {
	rules []naiveRule
	more  []*regexp.Regexp
}

type naiveRule struct {
	*rule
	re *regexp.Regexp
}

// expression is a form as a regular expression.
func expression(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		from := i
		for i < len(pattern) && pattern[i] == pattern[from] {
			i++
		}
		switch pattern[from] {
		case '9':
			fmt.Fprintf(&b, `\d{%d}`, i-from)
		case 'A':
			fmt.Fprintf(&b, `[A-Za-z]{%d}`, i-from)
		case 'X', 'N':
			fmt.Fprintf(&b, `[A-Za-z0-9]{%d}`, i-from)
		case ',':
			b.WriteString(`[,.] `)
		default:
			b.WriteString(regexp.QuoteMeta(pattern[from:i]))
		}
	}
	return b.String()
}

func newNaive(set *Set) *naive {
	n := &naive{}
	for _, r := range set.rules {
		var forms []string
		for _, f := range r.forms {
			forms = append(forms, expression(f.pattern))
		}
		n.rules = append(n.rules, naiveRule{r, regexp.MustCompile(`\b(?:` + strings.Join(forms, "|") + `)\b`)})
	}
	for _, e := range []string{
		`\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){3,8}\b`, `[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`, `(?:\+|\b00)\d[\d ()./-]{6,20}\d\b`,
		`\b\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b`, `\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`, `(?i)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}`, `(?i)\b(?:password|passwd|pwd|passwort|kennwort)\b\s*[:=]\s*\S{4,128}`,
		`(?i)\b(?:cvv|cvc)\b\W{0,5}\d{3,4}\b`, `-----BEGIN [A-Z ]*PRIVATE KEY`, `[A-Z0-9<]{30,44}`,
	} {
		n.more = append(n.more, regexp.MustCompile(e))
	}
	return n
}

// find counts what passes the checks; by detector too where counts is not nil.
func (n *naive) find(text []byte, counts map[string]int) (found int) {
	for _, r := range n.rules {
		for _, at := range r.re.FindAllIndex(text, -1) {
			flat := make([]byte, 0, maxValue)
			for _, c := range text[at[0]:at[1]] {
				if kindOf(c) != 0 {
					flat = append(flat, c)
				}
			}
			flat = []byte(strings.ToUpper(string(flat)))
			if len(flat) > 0 && r.check(flat) != bad && says(lower(nil, text[max(0, at[0]-before):min(len(text), at[1]+after)]), r.words) {
				if found++; counts != nil {
					counts[r.Name]++
				}
			}
		}
	}
	for _, re := range n.more {
		found += len(re.FindAllIndex(text, -1))
	}
	return found
}

// transcript is talk of a help desk: words, order numbers, times, and in some
// messages personal data.
func transcript(size int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("hello thank you for calling the insurance desk how can I help my policy was renewed last week but the letter never came could you please check whether the address is right and tell me when it will be sent again")
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "[2026-01-%02d %02d:%02d:%02d] agent%d: ", 1+n%28, n%24, n%60, n*7%60, n%9)
		for range 12 + random.IntN(20) {
			b.WriteString(words[random.IntN(len(words))])
			b.WriteByte(' ')
		}
		switch random.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "my SSN is %03d-%02d-%04d", 1+random.IntN(600), 1+random.IntN(99), 1+random.IntN(9999))
		case 1:
			fmt.Fprintf(&b, "write to person%d@mail.example", random.IntN(1e6))
		case 2:
			b.WriteString("card 4111 1111 1111 1111 please")
		case 3:
			fmt.Fprintf(&b, "order %d of item %d", random.IntN(1e9), random.IntN(1e6))
		case 4:
			fmt.Fprintf(&b, "call me: +49 30 %07d", random.IntN(1e7))
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// TestAgainstRegexps holds the tree to find what the plain way does.
func TestAgainstRegexps(t *testing.T) {
	set := newSet(t, Config{})
	text := transcript(32 << 10)
	want, got := map[string]int{}, map[string]int{}
	newNaive(set).find(text, want)
	for _, x := range set.Finder().Find(text, "") {
		got[x.Detector.Name]++
	}
	for _, name := range []string{"us-ssn", "card"} {
		if want[name] < 10 || got[name] != want[name] {
			t.Errorf("%s: %d found, %d by regular expressions", name, got[name], want[name])
		}
	}
	if n := strings.Count(string(text), "+49 30 "); got["phone"] == 0 || got["phone"] > n {
		t.Errorf("%d phones found of %d", got["phone"], n)
	}
}

func BenchmarkFind(b *testing.B) {
	set := newSet(b, Config{})
	text := transcript(1 << 20)
	b.Run("tree", func(b *testing.B) {
		f := set.Finder()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			for at := 0; at < len(text); at += 64 << 10 {
				f.Find(text[at:min(len(text), at+64<<10)], "")
			}
		}
	})
	b.Run("regexps", func(b *testing.B) {
		n := newNaive(set)
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			for at := 0; at < len(text); at += 64 << 10 {
				n.find(text[at:min(len(text), at+64<<10)], nil)
			}
		}
	})
}
