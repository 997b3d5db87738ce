package detect

import "fmt"

// tree leads from words to the rules whose forms they could be. A step is the
// separator before a word, its class, and its length.
type tree struct {
	first [classes][maxWord + 1]*node
}

type node struct {
	steps []step
	fits  []fit
}

type step struct {
	by    byte
	class class
	long  uint8
	to    *node
}

type fit struct {
	rule *rule
	form *form
}

const (
	maxWord  = 40 // longest word of a form
	maxValue = 64 // longest number, separators dropped
)

func newTree(rules []*rule) (*tree, error) {
	t := &tree{}
	for _, r := range rules {
		for i := range r.forms {
			steps, err := parseForm(r.forms[i].pattern)
			if err != nil {
				return nil, fmt.Errorf("detector %s: %w", r.Name, err)
			}
			t.addAll(steps, 0, fit{r, &r.forms[i]})
		}
	}
	return t, nil
}

// addAll adds a form with each class in place of groups that may be of any, from step at on.
func (t *tree) addAll(steps []step, at int, f fit) {
	for ; at < len(steps); at++ {
		if steps[at].class != classes {
			continue
		}
		for c := range classes {
			one := append([]step(nil), steps...)
			one[at].class = c
			t.addAll(one, at+1, f)
		}
		return
	}
	t.add(steps, f)
}

func (t *tree) add(steps []step, f fit) {
	at := &t.first[steps[0].class][steps[0].long]
	if *at == nil {
		*at = &node{}
	}
	n := *at
	for _, s := range steps[1:] {
		next := n.after(s.by, s.class, int(s.long))
		if next == nil {
			next = &node{}
			s.to = next
			n.steps = append(n.steps, s)
		}
		n = next
	}
	n.fits = append(n.fits, f)
}

func (n *node) after(by byte, c class, long int) *node {
	for i := range n.steps {
		if s := &n.steps[i]; s.by == by && s.class == c && int(s.long) == long {
			return s.to
		}
	}
	return nil
}

// parseForm reads a pattern such as 999-99-9999 into steps.
func parseForm(pattern string) ([]step, error) {
	var steps []step
	var by byte
	for i := 0; i < len(pattern); {
		from := i
		for i < len(pattern) && pattern[i] == pattern[from] {
			i++
		}
		s := step{by: by, long: uint8(i - from)}
		switch pattern[from] {
		case '9':
			s.class = digits
		case 'A':
			s.class = letters
		case 'X':
			s.class = mixed
		case 'N':
			s.class = classes
		default:
			return nil, fmt.Errorf("form %q: expected a group of 9, A, X or N", pattern)
		}
		if i-from > maxWord {
			return nil, fmt.Errorf("form %q: a group is longer than %d", pattern, maxWord)
		}
		steps = append(steps, s)
		if i == len(pattern) {
			return steps, nil
		}
		if by = pattern[i]; by != ',' && separator([]byte{by}) == 0 {
			return nil, fmt.Errorf("form %q: %q cannot separate groups", pattern, pattern[i])
		}
		i++
	}
	return nil, fmt.Errorf("form %q ends with a separator, or is empty", pattern)
}
