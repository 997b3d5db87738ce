package affected

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// personName brings a name into the form in which names are compared, "" where it
// is too little of one. What differs between systems is taken out: the order where
// a comma says that the family name stands first, titles, hyphens, apostrophes,
// case, marks on letters (see letters). What tells people apart stays: every name and
// initial, in order, and junior and senior. A single word is too little, except in scripts
// that put no blank between names.
func (n *normalizer) personName(s []byte, spelled bool) string {
	var segments [][]string
	for segment := range strings.SplitSeq(string(n.plainWords(s, spelled)), ",") {
		if words := nameWords(segment); len(words) > 0 {
			segments = append(segments, words)
		}
	}
	var tail []string // junior and senior, wherever they stand
	rest := segments[:0]
	for i, words := range segments {
		words = dropLast(words, degrees)
		words, tail = takeGeneration(words, tail, i > 0)
		if len(words) > 0 {
			rest = append(rest, words)
		}
	}
	if len(rest) == 2 {
		rest[0], rest[1] = rest[1], rest[0]
	}
	for i, words := range rest {
		rest[i] = dropFirst(words, titles, len(rest) == 1)
	}
	words := slices.Concat(slices.Concat(rest...), tail)
	name := strings.Join(words, " ")
	if len(words) < 2 && !oneWordIsEnough(name) || slices.Contains(noNames, name) || strings.IndexFunc(name, unicode.IsLetter) < 0 {
		return ""
	}
	return name
}

// plainWords is a text folded, its letters plain, without apostrophes; words
// are parted by blanks and commas.
func (n *normalizer) plainWords(s []byte, spelled bool) []byte {
	s = bytes.Map(func(r rune) rune {
		// Before compatibility forms are unified, which makes a blank and a mark of the acute.
		if strings.ContainsRune("'`´‘’ʼʹ′", r) {
			return -1
		}
		return r
	}, s)
	n.folded = n.text(n.folded[:0], s)
	n.plain = letters(n.plain[:0], n.folded, spelled)
	return bytes.Map(func(r rune) rune {
		switch {
		case r == ',' || r == '.' || r == '/' || r == '#' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return r
		case r == '、' || r == ';':
			return ','
		}
		return ' '
	}, n.plain)
}

// nameWords splits at blanks, and at full stops unless these part initials or a
// short degree: J.R. is one word, Dr.Müller two.
func nameWords(segment string) (words []string) {
	for word := range strings.FieldsSeq(strings.NewReplacer("/", " ", "#", " ").Replace(segment)) {
		pieces := strings.FieldsFunc(word, func(r rune) bool { return r == '.' })
		if slices.ContainsFunc(pieces, func(p string) bool { return utf8.RuneCountInString(p) > 2 }) {
			words = append(words, pieces...)
		} else if len(pieces) > 0 {
			words = append(words, strings.Join(pieces, ""))
		}
	}
	return words
}

// takeGeneration moves junior and senior from the end of words to tail; words
// of nothing else only where another segment is the name.
func takeGeneration(words, tail []string, all bool) (rest, with []string) {
	for len(words) > 1 || all && len(words) == 1 {
		short, ok := generations[words[len(words)-1]]
		if !ok {
			break
		}
		words, tail = words[:len(words)-1], append([]string{short}, tail...)
	}
	return words, tail
}

// dropFirst drops titles before a name. Of a name that is all there is, two
// words are left: who is called Herr Mann has no other name here.
func dropFirst(words []string, titles []string, whole bool) []string {
	least := 1
	if whole {
		least = 2
	}
	for len(words) > least && slices.Contains(titles, words[0]) {
		words = words[1:]
	}
	return words
}

func dropLast(words []string, degrees []string) []string {
	for len(words) > 0 && slices.Contains(degrees, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return words
}

// NotNames are words that stand behind names and are looked at by themselves,
// and what stands where there is no name: whoever compares names elsewhere has to leave these to [KeyForm].
func NotNames() (behind, instead []string) {
	behind = slices.Clone(degrees)
	for word := range generations {
		behind = append(behind, word)
	}
	slices.Sort(behind)
	return behind, slices.Clone(noNames)
}

// oneWordIsEnough is for scripts in which a whole name is one word.
func oneWordIsEnough(name string) bool {
	return utf8.RuneCountInString(name) > 1 && strings.IndexFunc(name, func(r rune) bool {
		return !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}) < 0
}

var (
	// titles stand before a name. Those that are names too (Don, Sir, Md) are none.
	titles = []string{
		"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "doctor", "herr", "hr", "frau", "mme", "mlle", "madame", "monsieur",
		"sr", "sra", "srta", "senor", "senora", "sig", "signor", "signora", "dhr", "mevr", "dipl", "ing", "mag", "rev",
	}
	// degrees stand behind one, and are nobody's name.
	degrees = []string{"phd", "md", "esq", "mba", "msc", "bsc", "llm", "dds", "cpa"}

	// generations tell father and son apart, who share a name and often an address. They stay.
	generations = map[string]string{"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}

	// noNames are what stands in the column where there is none.
	noNames = []string{"n a", "no name", "not available", "not known", "not given", "unknown unknown", "test test", "name unknown", "keine angabe"}
)
