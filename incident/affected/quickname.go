package affected

// quickName appends the form of a name that is nothing but two or more ASCII words, which
// most are; false where that is not so, or where one of them needs a look. It gives what personName does.
func quickName(dst, s []byte) ([]byte, bool) {
	from, word, words := len(dst), len(dst), 0
	for i := 0; i <= len(s); i++ {
		switch c := byte(' '); {
		case i < len(s) && 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z' && s[i] < 0x80:
			dst = append(dst, s[i]|0x20)
			continue
		case i < len(s):
			if c = s[i]; c != ' ' {
				return dst[:from], false
			}
			fallthrough
		default:
			if len(dst) == word {
				continue // one more blank
			}
			if words++; words == 1 && isOneOf(dst[word:], titles) {
				return dst[:from], false
			}
			if i < len(s) {
				dst = append(dst, ' ')
				word = len(dst)
			}
		}
	}
	if len(dst) > from && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	last := dst[lastWord(dst, from):]
	if _, generation := generations[string(last)]; words < 2 || generation || isOneOf(last, degrees) || isOneOf(dst[from:], noNames) {
		return dst[:from], false
	}
	return dst, true
}

func lastWord(b []byte, from int) int {
	for i := len(b) - 1; i >= from; i-- {
		if b[i] == ' ' {
			return i + 1
		}
	}
	return from
}

func isOneOf(b []byte, list []string) bool {
	for _, s := range list {
		if string(b) == s {
			return true
		}
	}
	return false
}
