package detect

import (
	"bytes"
	"slices"
)

// words are what a password or a card's code stands behind.
func (s *specials) words(unwanted func(*Detector) bool) map[string]*Detector {
	words := map[string]*Detector{}
	if !unwanted(&s.password) {
		for _, w := range []string{"password", "passwd", "pwd", "pass", "passcode", "passphrase", "passwort", "kennwort", "passe", "contrase", "senha", "wachtwoord",
			"haslo", "senord", "adgangskode", "salasana", "parola", "userpassword", "pw"} {
			words[w] = &s.password
		}
	}
	if !unwanted(&s.cardCode) {
		for _, w := range []string{"cvv", "cvc", "cvv2", "cvc2", "cvn", "csc", "code"} {
			words[w] = &s.cardCode
		}
	}
	return words
}

// keyword sees whether a word announces a secret, and takes the secret.
func (f *Finder) keyword(text []byte, w *word) {
	from := int(w.from)
	if u := bytes.LastIndexByte(text[w.from:w.to], '_'); u >= 0 {
		from += u + 1 // db_password
	}
	long := int(w.to) - from
	if long < 2 || long > 16 || f.set.keyword[text[from]&31][text[w.to-1]&31]>>long&1 == 0 {
		return
	}
	var name [16]byte
	d := f.set.keywords[string(lower(name[:0], text[from:w.to]))]
	switch {
	case d == nil:
	case d == &f.set.special.cardCode:
		f.cardCode(text, from, int(w.to))
	case string(name[:long]) == "pass" && from == int(w.from) && !announcesPass(text, from, int(w.to)):
	default:
		f.password(text, int(w.to))
	}
}

// announcesPass reports whether the word pass means a password: tests pass too,
// and programs have variables of that name.
func announcesPass(text []byte, from, to int) bool {
	return string(text[from:to]) == "pass" && !bytes.HasPrefix(bytes.TrimLeft(text[to:min(len(text), to+4)], " "), []byte(":="))
}

// cardCode takes three or four digits right behind the word for a card's code.
func (f *Finder) cardCode(text []byte, from, at int) {
	if string(bytes.ToLower(text[from:at])) == "code" {
		if !bytes.HasSuffix(bytes.ToLower(text[max(0, from-9):from]), []byte("security ")) {
			return
		}
	}
	for n := 0; at < len(text) && n < 6 && bytes.IndexByte([]byte(" :=#.-\"'\t"), text[at]) >= 0; n++ {
		at++
	}
	if bytes.HasPrefix(text[at:], []byte("is ")) {
		at += 3
	}
	end := at
	for end < len(text) && kindOf(text[end]) != 0 {
		end++
	}
	if n := end - at; (n == 3 || n == 4) && allDigits(text[at:end]) {
		f.add(at, end, &f.set.special.cardCode, Context, text[at:end])
	}
}

// password takes the value behind a word for password: after a colon or an equals
// sign; after a verb only what does not look like a word of a sentence.
func (f *Finder) password(text []byte, at int) {
	if at < len(text) && text[at] >= 0x80 { // contraseña, mot de passe with accents
		for at < len(text) && (text[at] >= 0x80 || kindOf(text[at]) == isLetter) {
			at++
		}
	}
	spoken := false
	rest := text[at:min(len(text), at+200)]
	skip := func(set string) {
		for len(rest) > 0 && bytes.IndexByte([]byte(set), rest[0]) >= 0 {
			rest = rest[1:]
		}
	}
	skip("\"' \t")
	for _, verb := range []string{"is ", "was ", "ist ", "lautet ", "est ", "es ", "is: ", "is now "} {
		if bytes.HasPrefix(rest, []byte(verb)) {
			rest, spoken = rest[len(verb):], verb != "is: "
			break
		}
	}
	if !spoken {
		had := len(rest)
		skip(":=")
		if len(rest) == had {
			return
		}
	}
	skip("\"'` \t")
	value := rest
	for i, c := range rest {
		if c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' {
			value = rest[:i]
			break
		}
	}
	value = bytes.TrimRight(value, ",;.)]}")
	if !secretLike(value, spoken) {
		return
	}
	from := at + (min(len(text), at+200) - at) - len(rest)
	f.add(from, from+len(value), &f.set.special.password, Context, value)
}

// secretLike reports whether a value could be a password at all.
func secretLike(value []byte, spoken bool) bool {
	if len(value) < 4 || len(value) > 128 || bytes.HasPrefix(value, []byte("http")) ||
		bytes.HasSuffix(value, []byte{'('}) || bytes.Contains(value, []byte("()")) {
		return false
	}
	plain, hidden := true, true
	for _, c := range value {
		plain = plain && kindOf(c) == isLetter
		hidden = hidden && (c == '*' || c == 'x' || c == 'X' || c == '.' || c == '-' || c == '_' || c == 0xE2 || c == 0x80 || c == 0xA2)
	}
	if hidden || plain && spoken {
		return false
	}
	return !slices.Contains([]string{"null", "none", "true", "false", "required", "reset", "changed", "incorrect", "wrong", "expired", "invalid", "redacted",
		"[redacted]", "undefined", "empty", "hidden", "forgot", "please", "must", "your", "string"}, string(bytes.ToLower(value)))
}

// fieldSecret takes the whole text of a field that is called password.
func (f *Finder) fieldSecret(text []byte) {
	name := f.field
	if i := bytes.LastIndexByte(name, ' '); i >= 0 {
		name = name[i+1:]
	}
	value := bytes.TrimSpace(text)
	if f.set.keywords[string(name)] != &f.set.special.password || bytes.ContainsAny(value, " \n\t") || !secretLike(value, false) {
		return
	}
	from := bytes.Index(text, value)
	f.add(from, from+len(value), &f.set.special.password, Context, value)
}

// privateKeys finds keys in PEM, whole or without their end.
func (f *Finder) privateKeys(text []byte) {
	begin := []byte("-----BEGIN ")
	for at := 0; ; {
		i := bytes.Index(text[at:], begin)
		if i < 0 {
			return
		}
		from := at + i
		at = from + len(begin)
		label, _, ok := bytes.Cut(text[at:min(len(text), at+64)], []byte("-----"))
		if !ok || !bytes.HasSuffix(bytes.TrimSuffix(label, []byte(" BLOCK")), []byte("PRIVATE KEY")) {
			continue
		}
		to := len(text)
		if end := bytes.Index(text[at:], []byte("-----END ")); end >= 0 {
			to = at + end
			if line := bytes.IndexByte(text[to:], '\n'); line >= 0 {
				to += line
			} else {
				to = len(text)
			}
		}
		f.add(from, to, &f.set.special.privateKey, Shape, bytes.TrimSpace(text[from:to]))
		at = to
	}
}
