package affected

import (
	"bytes"
	"strings"
)

func isUUID(v []byte) bool {
	for i, c := range v {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'):
			return false
		}
	}
	return true
}

func isPhone(v []byte, digits int) bool {
	if digits < 7 || digits > 15 {
		return false
	}
	for i, c := range v {
		if !('0' <= c && c <= '9' || bytes.IndexByte([]byte(" -./()"), c) >= 0 || c == '+' && i == 0) {
			return false
		}
	}
	return true
}

// isSSN is a social security number of the United States as the Social Security
// Administration gives them out: never area 000, 666 or 900 and above, group 00, serial 0000.
func isSSN(v []byte) bool {
	if len(v) != 11 || v[3] != '-' || v[6] != '-' {
		return false
	}
	for i, c := range v {
		if i != 3 && i != 6 && (c < '0' || c > '9') {
			return false
		}
	}
	area := string(v[:3])
	return area != "000" && area != "666" && area < "900" && string(v[4:6]) != "00" && string(v[7:]) != "0000"
}

// passesLuhn checks the digit of ISO/IEC 7812-1. Blanks and hyphens may stand between digits.
func passesLuhn(v []byte) bool {
	sum, n := 0, 0
	for i := len(v) - 1; i >= 0; i-- {
		c := v[i]
		if c == ' ' || c == '-' {
			continue
		}
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		n++
	}
	return sum%10 == 0
}

// isIBAN checks the two digits of ISO 13616 (ISO 7064, MOD 97-10).
func isIBAN(v []byte) bool {
	s := strings.ToUpper(strings.ReplaceAll(string(v), " ", ""))
	if len(s) < 15 || len(s) > 34 || !isLetter(s[0]) || !isLetter(s[1]) || s[2] < '0' || s[2] > '9' || s[3] < '0' || s[3] > '9' {
		return false
	}
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case '0' <= c && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case isLetter(c):
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
