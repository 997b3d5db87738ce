package affected

// birth is a date of birth as year<<16 | month<<8 | day; 0 where there is none
// or it cannot be read. With swapped set, day and month could be the other way round.
type birth uint32

const swapped birth = 1 << 31

// parseBirth reads 1980-01-31, 19800131, 31.01.1980, 31/01/1980, 01/31/1980 and
// the like; a time behind it is passed over. 03/04/1980 could be two dates:
// it counts as either.
func parseBirth(s []byte) birth {
	var n [3]int
	var digits [3]int
	part, sep := 0, byte(0)
	for i, c := range trim(s) {
		switch {
		case '0' <= c && c <= '9':
			if digits[part] == 8 {
				return 0
			}
			n[part] = n[part]*10 + int(c-'0')
			digits[part]++
			continue
		case (c == 'T' || c == ' ') && (part == 2 || digits[0] == 8): // a time follows
		case part < 2 && i > 0 && (c == '-' || c == '/' || c == '.') && (sep == 0 || sep == c):
			part, sep = part+1, c
			continue
		default:
			return 0
		}
		break
	}
	switch {
	case part == 0 && digits[0] == 8:
		return date(n[0]/10000, n[0]/100%100, n[0]%100)
	case part != 2:
		return 0
	case digits[0] == 4:
		return date(n[0], n[1], n[2])
	case digits[2] != 4:
		return 0
	}
	first, second := date(n[2], n[0], n[1]), date(n[2], n[1], n[0]) // month first, day first
	if sep == '.' || first == 0 {
		return second
	}
	if second == 0 || first == second {
		return first
	}
	return second | swapped
}

func date(year, month, day int) birth {
	if year < 1850 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0
	}
	return birth(year<<16 | month<<8 | day)
}

// is reports whether two dates are known and could be one.
func (b birth) is(other birth) bool {
	return b != 0 && other != 0 && b.mayBe(other)
}

// mayBe reports whether two dates could be one; an unknown one could be any.
func (b birth) mayBe(other birth) bool {
	if b == 0 || other == 0 {
		return true
	}
	x, y := b&^swapped, other&^swapped
	return x == y || (b|other)&swapped != 0 && (x.turned() == y || x == y.turned())
}

func (b birth) turned() birth { return b&^0xffff | b>>8&0xff | b&0xff<<8 }
