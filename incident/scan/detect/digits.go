package detect

// The checks that several numbering schemes share. Arguments are ASCII digits
// unless said otherwise.

// luhn is the check of ISO/IEC 7812-1: from the right every second digit is
// doubled, and the digits of all add up to a multiple of ten.
func luhn(n []byte) bool { return luhnSum(n)%10 == 0 }

func luhnSum(n []byte) int {
	sum := 0
	for i := range n {
		d := int(n[len(n)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}

// weigh adds up the digits times their weights.
func weigh(n []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(n[i]-'0') * w
	}
	return sum
}

// number is the value of up to 18 digits.
func number(n []byte) int {
	v := 0
	for _, c := range n {
		v = v*10 + int(c-'0')
	}
	return v
}

// mod97 is the remainder of digits and letters (A = 10 … Z = 35), ISO/IEC 7064 MOD 97-10.
func mod97(n []byte) int {
	r := 0
	for _, c := range n {
		if c >= 'A' {
			r = (r*100 + int(c-'A') + 10) % 97
		} else {
			r = (r*10 + int(c-'0')) % 97
		}
	}
	return r
}

// mod11and10 is the hybrid check of ISO/IEC 7064 MOD 11,10 over all digits.
func mod11and10(n []byte) bool {
	p := 10
	for _, c := range n[:len(n)-1] {
		s := (int(c-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (p+int(n[len(n)-1]-'0'))%10 == 1
}

func allDigits(n []byte) bool {
	for _, c := range n {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func allLetters(n []byte) bool {
	for _, c := range n {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// sameDigit reports numbers such as 1111…, which people type to fill a field.
func sameDigit(n []byte) bool {
	for _, c := range n {
		if c != n[0] {
			return false
		}
	}
	return true
}

func isDay(month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	longest := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	return day <= longest[month-1]
}
