package smtp

import (
	"errors"
	"strings"
)

const (
	// answerLines is how many lines one answer may have. Servers give a handful.
	answerLines = 100
	// firstCode and lastCode bound what a reply code can be (RFC 5321, 4.2.1).
	firstCode, lastCode = 200, 599
)

// errGarbage says that what came is not an answer of a mail server. It does not
// repeat it.
var errGarbage = errors.New("not an answer of a mail server")

// reply is what is kept of a server's answer: never its words, which may repeat an
// address.
type reply struct {
	code     int
	enhanced string // RFC 3463; of a refusal only
	queue    string // the server's id for a message
}

// is reports whether it is of a class: 2 for done, 4 for not now, 5 for never.
func (r reply) is(class int) bool { return r.code/100 == class }

// reply reads one answer. Its lines may not be longer than the reader's buffer
// (4,096 bytes; RFC 5321, 4.5.3.1.5 allows them 512) and must bear one code.
func (l *line) reply() (reply, error) {
	if l.in.Buffered() == 0 {
		l.wait()
	}
	var r reply
	for range answerLines {
		text, err := l.in.ReadSlice('\n')
		if err != nil {
			return reply{}, err // also bufio.ErrBufferFull
		}
		code, rest, more, ok := answerLine(text)
		if !ok || r.code != 0 && code != r.code {
			return reply{}, errGarbage
		}
		r.code = code
		if code >= 400 && r.enhanced == "" {
			r.enhanced = enhancedCode(rest, code)
		}
		if code == 250 && r.queue == "" {
			r.queue = queueID(rest)
		}
		if !more {
			return r, nil
		}
	}
	return reply{}, errGarbage
}

// answerLine takes a line apart: "250-2.0.0 text". The text lives as long as the
// reader's buffer.
func answerLine(b []byte) (code int, text []byte, more, ok bool) {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	if len(b) < 3 {
		return 0, nil, false, false
	}
	for _, c := range b[:3] {
		if c < '0' || c > '9' {
			return 0, nil, false, false
		}
		code = code*10 + int(c-'0')
	}
	if code < firstCode || code > lastCode {
		return 0, nil, false, false
	}
	if len(b) == 3 {
		return code, nil, false, true
	}
	return code, b[4:], b[3] == '-', b[3] == '-' || b[3] == ' '
}

// enhancedCode is the enhanced status code that a refusal begins with, where its
// class is that of the code.
func enhancedCode(text []byte, code int) string {
	n := 0
	for n < len(text) && n < len("5.999.999") && (text[n] == '.' || text[n] >= '0' && text[n] <= '9') {
		n++
	}
	s := string(text[:n])
	class, rest, _ := strings.Cut(s, ".")
	subject, detail, ok := strings.Cut(rest, ".")
	if !ok || len(class) != 1 || int(class[0]-'0') != code/100 || !short(subject) || !short(detail) {
		return ""
	}
	return s
}

// short is a number of one to three digits.
func short(s string) bool { return len(s) >= 1 && len(s) <= 3 && !strings.Contains(s, ".") }

// queueID finds the server's id for a message in its answer, where it has the
// form that Postfix ("queued as") or Exim ("id=") gives it.
func queueID(text []byte) string {
	for _, mark := range []string{"queued as ", "id="} {
		at := foldIndex(text, mark)
		if at < 0 || mark == "id=" && at > 0 && wordByte(text[at-1]) {
			continue
		}
		from := at + len(mark)
		to := from
		for to < len(text) && to-from < 64 && (wordByte(text[to]) && text[to] != '_' || text[to] == '.' || text[to] == '-') {
			to++
		}
		if to > from {
			return string(text[from:to])
		}
	}
	return ""
}

// foldIndex is where a lower-case ASCII word begins in text, whatever its case there.
func foldIndex(text []byte, word string) int {
	for at := 0; at+len(word) <= len(text); at++ {
		n := 0
		for n < len(word) {
			c := text[at+n]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != word[n] {
				break
			}
			n++
		}
		if n == len(word) {
			return at
		}
	}
	return -1
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}
