package affected

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters writes small letters of the Latin script with those that every keyboard
// has, and drops the marks of Latin and Greek ones; other scripts stay as they are.
//
// There are two ways of writing ü without its dots: ue in German, u nearly
// everywhere else. Neither is the right one for a name whose language nobody knows, so
// texts with such letters have two forms, with spelled set and without, and names
// are the same where they share one.
func letters(dst, s []byte, spelled bool) []byte {
	drops := false // whether the last letter loses its marks
	for _, r := range string(s) {
		switch {
		case r < utf8.RuneSelf:
			dst, drops = append(dst, byte(r)), true
			continue
		case unicode.Is(unicode.Mn, r):
			if !drops {
				dst = utf8.AppendRune(dst, r)
			}
			continue
		}
		if drops = unicode.In(r, unicode.Latin, unicode.Greek); !drops {
			dst = utf8.AppendRune(dst, r)
			continue
		}
		parts := string(r)
		if _, whole := spellings[r]; !whole {
			parts = norm.NFD.String(parts)
		}
		for _, part := range parts {
			plain, spells := spellings[part]
			switch {
			case spells && spelled:
				dst = append(dst, plain[0]...)
			case spells:
				dst = append(dst, plain[1]...)
			case !unicode.Is(unicode.Mn, part):
				dst = utf8.AppendRune(dst, part)
			}
		}
	}
	return dst
}

// spellings are letters that are written with two, or that are no letter with a mark:
// how they are spelled out, and what is left where that is not done. The first form is what ICAO Doc 9303,
// part 3, section 6, has passports write.
var spellings = map[rune][2]string{
	'ä': {"ae", "a"}, 'ö': {"oe", "o"}, 'ü': {"ue", "u"}, 'å': {"aa", "a"}, 'ø': {"oe", "o"},
	'æ': {"ae", "ae"}, 'œ': {"oe", "oe"}, 'þ': {"th", "th"}, 'ð': {"d", "d"}, 'đ': {"d", "d"}, 'ł': {"l", "l"},
	'ħ': {"h", "h"}, 'ŧ': {"t", "t"}, 'ŋ': {"n", "n"}, 'ı': {"i", "i"},
}
