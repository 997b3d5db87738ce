package affected

import (
	"slices"
	"strings"
	"unicode"
)

// addressWords brings a street or an address into words that are compared: in
// the order they stand, abbreviated as usual (see addressShort), a post office box
// called one thing, a house's letter joined to its number. What makes no difference to
// a postman is gone; nothing is put in that was not written.
func (n *normalizer) addressWords(s []byte, spelled bool) []string {
	var words []string
	for word := range strings.FieldsFuncSeq(string(n.plainWords(withoutCountryMark(s), spelled)), func(r rune) bool { return r == ' ' || r == ',' || r == '.' || r == '#' }) {
		if word = strings.Trim(word, "/"); hasDigit(word) { // 5/7 is not 5-7
			words = append(words, shortAddressWord(word))
			continue
		}
		for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '/' }) {
			words = append(words, shortAddressWord(part))
		}
	}
	return joinHouseLetters(postBoxes(words))
}

func shortAddressWord(word string) string {
	if short, ok := addressShort[word]; ok {
		return short
	}
	for _, s := range addressEndings {
		if stem, ok := strings.CutSuffix(word, s[0]); ok && stem != "" {
			return stem + s[1]
		}
	}
	return word
}

// postBoxes calls a post office box pobox in whatever words it is written.
func postBoxes(words []string) []string {
	out := words[:0:0]
	for len(words) > 0 {
		taken := 0
		for _, box := range postBoxWords {
			if len(words) > len(box) && slices.Equal(words[:len(box)], box) && hasDigit(words[len(box)]) {
				taken = len(box)
				break
			}
		}
		if taken > 0 {
			out, words = append(out, "pobox"), words[taken:]
			continue
		}
		out, words = append(out, words[0]), words[1:]
	}
	return out
}

// joinHouseLetters makes 5 a of a house behind a street's name 5a. The points of
// the compass stay by themselves, and so does what stands behind the first word: 12 B Street.
func joinHouseLetters(words []string) []string {
	out := words[:0:0]
	for i, w := range words {
		if last := len(out) - 1; last > 0 && i > 1 && isDigit(out[last]) && len(w) == 1 && 'a' <= w[0] && w[0] <= 'z' && !strings.Contains("nsew", w) {
			out[last] += w
			continue
		}
		out = append(out, w)
	}
	return out
}

// street is a street with its number, "" where it is too little to be one.
func (n *normalizer) street(s []byte, spelled bool) string {
	words := n.addressWords(s, spelled)
	if len(words) < 2 || !slices.ContainsFunc(words, hasLetter) {
		return ""
	}
	return strings.Join(words, " ")
}

// postalAddress is a whole address in one text, without the country at its end,
// which only letters to abroad have; "" where it is too little to be one.
func (n *normalizer) postalAddress(s []byte, spelled bool) string {
	text := string(s)
	if at := strings.LastIndexAny(text, ",\n;"); at > 0 && countryCode(strings.TrimSpace(text[at+1:])) != "" && !isAddressCode(text[at+1:]) {
		text = text[:at]
	}
	words := n.addressWords([]byte(text), spelled)
	if len(words) < 3 || !slices.ContainsFunc(words, hasLetter) || !slices.ContainsFunc(words, hasDigit) {
		return ""
	}
	return strings.Join(words, " ")
}

// isAddressCode reports whether what could be a country's code is rather a state's: two letters.
func isAddressCode(s string) bool { return len(strings.TrimSpace(s)) < 3 }

// houseNumber is the number of a house, in a column of its own or in a line with
// its street, where there is one number before any word for a part of the house; else "".
func (n *normalizer) houseNumber(s []byte) string {
	words, found := n.addressWords(s, false), ""
	if len(words) == 2 && isDigit(words[0]) && len(words[1]) == 1 && hasLetter(words[1]) {
		return words[0] + words[1] // 5 a, in a column of its own
	}
	for _, w := range words {
		w, _, _ = strings.Cut(w, "/") // what follows is within the house
		switch {
		case slices.Contains(unitWords, w):
			return found
		case hasDigit(w) && found != "":
			return ""
		case hasDigit(w):
			found = w
		}
	}
	return found
}

// postalCode is a postal code as its letters and digits: without the blank of
// SW1A 1AA, the hyphen of 00-950, the country of D-10115 and the last four digits of a ZIP+4 code, which
// name a side of the street. Zeros in front stay: without them it is another code. "" where it is none.
func (n *normalizer) postalCode(s []byte) string {
	code := strings.TrimSpace(string(n.text(nil, withoutCountryMark(s))))
	if len(code) == 10 && code[5] == '-' && isDigit(code[:5]) && isDigit(code[6:]) {
		code = code[:5]
	}
	code = strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || unicode.IsLetter(r) {
			return r
		}
		return -1
	}, code)
	if len(code) < 3 || len(code) > 10 || !hasDigit(code) || strings.Trim(code, "0") == "" {
		return ""
	}
	return code
}

// withoutCountryMark takes the country off postal codes that are written with it
// as until 1993 in most of Europe, and still: D-10115, CH-8001, LV-1010.
func withoutCountryMark(s []byte) []byte {
	text := string(s)
	fields := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	changed := false
	for _, f := range fields {
		mark, digits, ok := strings.Cut(f, "-")
		if ok && len(mark) >= 1 && len(mark) <= 3 && strings.IndexFunc(mark, func(r rune) bool { return r|0x20 < 'a' || r|0x20 > 'z' }) < 0 && len(digits) >= 4 && len(digits) <= 5 && isDigit(digits) {
			text, changed = strings.Replace(text, f, digits, 1), true
		}
	}
	if !changed {
		return s
	}
	return []byte(text)
}

func isDigit(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }
