package affected

import (
	"strings"
	"unicode/utf8"
)

// Mask hides a value of a column of this shape from whoever needs only its
// form: enough is left to see which column it is and to tell two people apart side
// by side, not enough to know whom it is. Codes that name nobody stay as they are.
func Mask(shape Shape, value string) string {
	value = strings.TrimSpace(value)
	switch shape {
	case CountryShape, LanguageShape, FlagShape, ElementsShape:
		if len(value) <= 3 || shape == ElementsShape && looksAs([]byte(value)) == ElementsShape {
			return value
		}
	}
	switch n := utf8.RuneCountInString(value); {
	case value == "":
		return ""
	case looksAs([]byte(value)) == EmailShape:
		local, domain, _ := strings.Cut(value, "@")
		end := ""
		if at := strings.LastIndexByte(domain, '.'); at > 0 {
			end = domain[at:]
		}
		return firstRune(local) + "…@" + firstRune(domain) + "…" + end
	case n <= 3:
		return strings.Repeat("•", n)
	case looksAs([]byte(value)) == DateShape:
		return "••••-••-" + value[len(value)-lastRunes(value, 2):]
	case strings.ContainsAny(value, "0123456789"):
		return "…" + value[len(value)-lastRunes(value, 2):]
	}
	words := strings.Fields(value)
	for i, w := range words {
		words[i] = firstRune(w) + "…"
	}
	if len(words) > 4 {
		words = append(words[:4], "…")
	}
	return strings.Join(words, " ")
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// lastRunes is how many bytes the last n runes take.
func lastRunes(s string, n int) int {
	size := 0
	for range n {
		_, w := utf8.DecodeLastRuneInString(s[:len(s)-size])
		size += w
	}
	return size
}
