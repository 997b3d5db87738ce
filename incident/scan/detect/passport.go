package detect

import "bytes"

// travelDocuments finds machine readable zones. Their lines are of 44
// characters (passports), 36 or 30 (cards), from capitals, digits and the filler <.
func (f *Finder) travelDocuments(text []byte) {
	zone := func(c byte) bool { return 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '<' }
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '<')
		if i < 0 {
			return
		}
		from, to := at+i, at+i
		for from > at && zone(text[from-1]) {
			from--
		}
		for to < len(text) && zone(text[to]) {
			to++
		}
		at = max(to, at+i+1)
		f.zoneLine(text[from:to], from)
		// The second line of a passport has no filler where its optional data fills it.
		if next := to + len(text[to:]) - len(bytes.TrimLeft(text[to:], "\r\n ")); to-from == 44 && text[from] == 'P' && next+44 <= len(text) && next > to {
			if line := text[next : next+44]; bytes.IndexByte(line, '<') < 0 {
				f.zoneLine(line, next)
			}
		}
	}
}

// zoneLine takes a line that holds a document's number, birth and expiry with
// their check digits.
func (f *Finder) zoneLine(line []byte, from int) {
	switch len(line) {
	case 44, 36: // second line of two
		n := len(line)
		if !checked(line[:10]) || !checked(line[13:20]) || !checked(line[21:28]) {
			return
		}
		whole := append(append(append([]byte(nil), line[:10]...), line[13:20]...), line[21:n]...)
		d := &f.set.special.passport
		if n == 36 {
			d = &f.set.special.idCard
		} else if line[42] != '<' && !checked(line[28:43]) {
			return
		}
		if checked(whole) {
			f.add(from, from+n, d, Checksum, bytes.TrimRight(line[:9], "<"))
		}
	case 30: // first line of three
		if bytes.IndexByte([]byte("ACI"), line[0]) >= 0 && checked(line[5:15]) && zoneCountry(line[2:5]) {
			f.add(from, from+30, &f.set.special.idCard, Checksum, bytes.TrimRight(line[5:14], "<"))
		}
	}
}

func zoneCountry(c []byte) bool { return c[0] >= 'A' && (c[1] >= 'A' || c[1] == '<') }

// checked reports whether the last character is the check digit of those before:
// weights 7, 3, 1, letters from 10, the filler 0, modulus 10 (ICAO Doc 9303-3, 4.9).
func checked(field []byte) bool {
	sum := 0
	for i, c := range field[:len(field)-1] {
		v := 0
		switch {
		case c >= 'A':
			v = int(c-'A') + 10
		case c != '<':
			v = int(c - '0')
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	last := field[len(field)-1]
	return last >= '0' && last <= '9' && sum%10 == int(last-'0')
}
