package detect

// class says of what a word is made.
type class uint8

const (
	digits class = iota
	letters
	mixed
	classes
)

// word is a longest run of ASCII digits and letters (and underscores, which
// join names of variables).
type word struct {
	from, to int32
	class    class
}

const (
	isDigit  = 1
	isLetter = 2
)

func kindOf(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return isDigit
	case 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_':
		return isLetter
	}
	return 0
}

func kindTable() (t [256]byte) {
	for i := range t {
		t[i] = kindOf(byte(i))
	}
	return t
}

// cut appends the words of text to dst. Letters beyond ASCII end a word, so
// that a number right after Chinese text stands alone.
func cut(dst []word, text []byte, kinds *[256]byte) []word {
	for i := 0; i < len(text); {
		kind := kinds[text[i]]
		if kind == 0 {
			i++
			continue
		}
		from := i
		for i++; i < len(text); i++ {
			k := kinds[text[i]]
			if k == 0 {
				break
			}
			kind |= k
		}
		dst = append(dst, word{int32(from), int32(i), class(kind - 1)})
	}
	return dst
}

// separator is the one character between two words as forms write it, 0 where
// there is none or more: typographic blanks and dashes count as plain ones, and a
// comma or full stop with a blank behind it is a comma, as in dates.
func separator(between []byte) byte {
	switch len(between) {
	case 1:
		switch c := between[0]; c {
		case ' ', '-', '.', '/', '+':
			return c
		}
	case 2:
		if between[1] == ' ' && (between[0] == ',' || between[0] == '.') {
			return ','
		}
		if between[0] == 0xC2 && between[1] == 0xA0 { // no-break space
			return ' '
		}
	case 3:
		if between[0] == 0xE2 && between[1] == 0x80 {
			switch between[2] {
			case 0xAF, 0x89: // narrow no-break space, thin space
				return ' '
			case 0x90, 0x91, 0x92, 0x93: // hyphens, figure dash, en dash
				return '-'
			}
		}
	}
	return 0
}
