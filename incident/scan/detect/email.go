package detect

import (
	"bytes"
	"unicode/utf8"
)

// mailbox are the characters of the part before the @ that are in use unquoted.
func mailbox(c byte) bool {
	return kindOf(c) != 0 || c >= utf8.RuneSelf || bytes.IndexByte([]byte(".+-%'~&!#$*/=?^`{|}"), c) >= 0
}

// emails finds addresses, and passwords in URLs, which look like them.
func (f *Finder) emails(text []byte) {
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '@')
		if i < 0 {
			return
		}
		i += at
		at = i + 1
		if f.userinfo(text, i) {
			continue
		}
		from := i
		for from > 0 && i-from < 64 && mailbox(text[from-1]) && !bytes.ContainsAny(text[from-1:from], "/=?`{|}*#$!^&'") {
			from--
		}
		from += len(text[from:i]) - len(bytes.TrimLeft(text[from:i], ".-+%~\x80\xbf"))
		for from < i && !utf8.RuneStart(text[from]) {
			from++
		}
		to := domainEnd(text, i+1)
		if from == i || to == 0 || text[i-1] == '.' {
			continue
		}
		f.add(from, to, &f.set.special.email, Shape, bytes.ToLower(text[from:to]))
		at = to
	}
}

// domainEnd is where a domain name that begins at from ends; 0 where there is none with a dot in it.
func domainEnd(text []byte, from int) int {
	end, label, dots := 0, from, 0
	for i := from; i-from < 255; i++ {
		var c byte
		if i < len(text) {
			c = text[i]
		}
		if c >= utf8.RuneSelf && i < len(text) {
			r, size := utf8.DecodeRune(text[i:])
			if r != utf8.RuneError && isName(r) {
				i += size - 1
				continue
			}
		} else if c != 0 && c != '_' && (kindOf(c) != 0 || c == '-') {
			continue
		}
		// A label ends here.
		if i == label || i-label > 63 || text[label] == '-' || text[i-1] == '-' {
			break
		}
		if dots > 0 && i-label >= 2 && !allNumbers(text[label:i]) {
			end = i
		}
		if c != '.' {
			break
		}
		dots++
		label = i + 1
	}
	return end
}

func allNumbers(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// userinfo takes the password of scheme://user:password@host.
func (f *Finder) userinfo(text []byte, at int) bool {
	from := at
	for from > 0 && at-from < 256 && text[from-1] > ' ' && text[from-1] != '"' && text[from-1] != '\'' && text[from-1] != '<' && text[from-1] != '@' {
		from--
	}
	_, info, ok := bytes.Cut(text[from:at], []byte("://"))
	if !ok || bytes.ContainsAny(info, "/?#") {
		return false
	}
	_, secret, ok := bytes.Cut(info, []byte{':'})
	if ok && len(secret) > 0 && f.set.keywords["password"] != nil {
		f.add(at-len(secret), at, &f.set.special.password, Context, secret)
	}
	return ok
}
