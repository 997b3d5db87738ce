package letter

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// What a letter is made from beside merge fields, as names of Draft.Values.
const (
	usedBlocks   = "passages" // which blocks the case calls for
	usedElements = "elements"
)

// Values are the values of a case that a letter would be made from now, by the
// name of their merge field, each as a short digest: enough to see that one
// changed, nothing to read. The date a letter bears is not among them: a day that
// passes does not change what is said. Errors: as Compose.
func (l *Library) Values(spec Spec, c Case) (map[string]string, error) {
	f, t, err := l.filler(&spec, c)
	if err != nil {
		return nil, err
	}
	return f.used(t, f.chosen(t)), nil
}

func (f *filler) used(t *wording, blocks []Block) map[string]string {
	out := map[string]string{}
	keys := make([]string, len(blocks))
	take := func(text string) {
		for _, m := range anyField.FindAllStringSubmatch(text, -1) {
			name := m[1]
			if name == "letter.date" || isPersonField(name) || out[name] != "" {
				continue
			}
			if field, ok := caseFields[name]; ok {
				out[name] = short(field.value(f))
			}
		}
	}
	take(t.Subject)
	for n, b := range blocks {
		keys[n] = b.Key
		take(b.Text)
	}
	out[usedBlocks] = short(strings.Join(keys, "\n"))
	out[usedElements] = short(strings.Join(sortElements(f.Elements), "\n"))
	return out
}

func short(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

// Changed names, in plain words, what differs between the values a letter was made
// from and those of now. Nil where nothing does, and where one side is not known:
// drafts of old have none.
func Changed(was, is map[string]string) []string {
	if len(was) == 0 || len(is) == 0 {
		return nil
	}
	var out []string
	for name, v := range is {
		if was[name] != v {
			out = append(out, valueWords(name))
		}
	}
	for name := range was {
		if _, still := is[name]; !still {
			out = append(out, valueWords(name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// valueWords says what a merge field holds, as the question for it does.
func valueWords(name string) string {
	switch name {
	case usedBlocks:
		return "which passages the case calls for"
	case usedElements:
		return "which kinds of data were exposed"
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, ".", ": "), "_", " ")
}
