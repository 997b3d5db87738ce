package warehouse

import (
	"strings"

	"tocsin/incident"
)

// checkStatement reads a query of the spec as far as it takes to know that it is
// one statement, that it begins like one that reads, and that everything it
// opens (quotes, comments, parentheses) it closes itself, so that it means the
// same by itself and between parentheses. It gives the query without what ends
// it. The transaction is read-only besides: this is not what keeps it from
// writing, but what tells an operator at once, and before anything is connected.
//
// Errors are Invalid. They do not repeat the query, which can hold personal data.
func checkStatement(query, driver string) (string, error) {
	s := scanner{text: query, mysql: driver == "mysql"}
	var first string
	depth, end, semicolon := 0, 0, false
	for s.next() {
		switch {
		case s.kind == unclosed:
			return "", incident.Errorf(incident.Invalid, "the query opens a %s at character %d and does not close it", s.token, s.from+1)
		case s.kind == forbidden:
			return "", incident.Errorf(incident.Invalid, "the query has %s at character %d, which cannot be used here", s.token, s.from+1)
		case semicolon:
			return "", incident.Errorf(incident.Invalid, "the query is several statements; give one (character %d)", s.from+1)
		case s.token == ";":
			semicolon = true
			continue
		case s.token == "(":
			depth++
		case s.token == ")":
			if depth--; depth < 0 {
				return "", incident.Errorf(incident.Invalid, "the query closes a parenthesis at character %d that it did not open", s.from+1)
			}
		case s.kind == word && first == "":
			first = strings.ToLower(s.token)
		}
		if first == "" && s.token != "(" {
			first = "?"
		}
		end = s.at
	}
	switch {
	case first == "":
		return "", incident.Errorf(incident.Invalid, "the query is empty")
	case depth > 0:
		return "", incident.Errorf(incident.Invalid, "the query opens a parenthesis that it does not close")
	}
	switch first {
	case "select", "with", "table", "values":
		return query[:end], nil
	}
	return "", incident.Errorf(incident.Invalid, "the query must begin with SELECT, WITH, TABLE or VALUES: it may only read")
}

// Kinds of what a scanner finds besides a single character.
const (
	char = iota
	word
	quoted
	unclosed  // token says what
	forbidden // token says what
)

// scanner goes through SQL token by token, passing over blanks and comments.
type scanner struct {
	text  string
	mysql bool

	kind     int
	token    string
	from, at int // the token is text[from:at]
}

func (s *scanner) next() bool {
	for s.at < len(s.text) {
		s.from, s.kind = s.at, char
		c, rest := s.text[s.at], s.text[s.at:]
		switch {
		case c == ' ' || '\t' <= c && c <= '\r':
			s.at++
			continue
		case c == 0:
			s.kind, s.token, s.at = forbidden, "a NUL byte", s.at+1
			return true
		case strings.HasPrefix(rest, "--") && (!s.mysql || len(rest) == 2 || rest[2] <= ' '), c == '#' && s.mysql:
			if s.at += strings.IndexByte(rest, '\n') + 1; !strings.Contains(rest, "\n") {
				s.at = len(s.text)
			}
			continue
		case strings.HasPrefix(rest, "/*"):
			if s.mysql && len(rest) > 2 && (rest[2] == '!' || strings.HasPrefix(rest[2:], "M!")) {
				s.kind, s.token, s.at = forbidden, "a comment that is executed", len(s.text)
				return true
			}
			if !s.comment() {
				s.kind, s.token, s.at = unclosed, "comment", len(s.text)
				return true
			}
			continue
		case c == '\'' || c == '"' || c == '`' && s.mysql:
			s.quote(c, s.mysql && c != '`')
		case c == '$' && !s.mysql && len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9':
			s.kind, s.token, s.at = forbidden, "a parameter", s.at+2
			return true
		case c == '$' && !s.mysql && s.dollar():
		case isWord(c):
			for s.at < len(s.text) && (isWord(s.text[s.at]) || s.text[s.at] == '$' || '0' <= s.text[s.at] && s.text[s.at] <= '9') {
				s.at++
			}
			s.kind = word
			if t := s.text[s.from:s.at]; !s.mysql && (t == "e" || t == "E") && s.at < len(s.text) && s.text[s.at] == '\'' {
				s.quote('\'', true)
			}
		default:
			s.at++
		}
		if s.kind != unclosed && s.kind != forbidden {
			s.token = s.text[s.from:s.at]
		}
		return true
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

// quote passes over what is quoted; a doubled quote stays inside, and behind a
// backslash, where these escape, anything does.
func (s *scanner) quote(q byte, escapes bool) {
	s.kind = quoted
	for i := s.at + 1; i < len(s.text); i++ {
		switch {
		case s.text[i] == '\\' && escapes:
			i++
		case s.text[i] == '\\' && q == '\'' && strings.HasPrefix(s.text[i+1:], "'"):
			s.kind, s.token, s.at = forbidden, "a backslash before a quote, which servers read in two ways (write E'…'),", len(s.text)
			return
		case s.text[i] == q && i+1 < len(s.text) && s.text[i+1] == q:
			i++
		case s.text[i] == q:
			s.at = i + 1
			return
		}
	}
	s.kind, s.token, s.at = unclosed, "quote", len(s.text)
}

// dollar passes over $tag$ … $tag$; false where this is none.
func (s *scanner) dollar() bool {
	rest := s.text[s.at+1:]
	n := 0
	for n < len(rest) && (isWord(rest[n]) || n > 0 && '0' <= rest[n] && rest[n] <= '9') {
		n++
	}
	if n == len(rest) || rest[n] != '$' {
		return false
	}
	tag := s.text[s.at : s.at+n+2]
	length := strings.Index(s.text[s.at+len(tag):], tag)
	if length < 0 {
		s.kind, s.token, s.at = unclosed, "quote", len(s.text)
		return true
	}
	s.kind, s.at = quoted, s.at+2*len(tag)+length
	return true
}

// comment passes over /* … */, which PostgreSQL nests.
func (s *scanner) comment() bool {
	depth := 0
	for i := s.at; i+1 < len(s.text); i++ {
		switch s.text[i : i+2] {
		case "/*":
			if depth == 0 || !s.mysql {
				depth++
			}
			i++
		case "*/":
			if depth--; depth == 0 {
				s.at = i + 2
				return true
			}
			i++
		}
	}
	return false
}

// quoteName writes a name for PostgreSQL and kin, whatever it holds.
func quoteName(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
