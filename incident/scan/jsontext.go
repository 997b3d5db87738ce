package scan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// jsonText reads JSON as a stream, because an export can be larger than memory.
type jsonText struct {
	f      *file
	r      *bufio.Reader
	line   int
	unit   bool // within an element of a list: lists within are its messages
	buf    []byte
	failed error
}

func (j *jsonText) wrong(format string, args ...any) error {
	return &unreadable{j.line, fmt.Sprintf(format, args...) + "; it was not read further"}
}

// peek gives the next character that is no blank, 0 at the end.
func (j *jsonText) peek() (byte, error) {
	for {
		c, err := j.r.ReadByte()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				j.failed = readError(j.line, err)
				return 0, j.failed
			}
			return 0, nil
		}
		switch c {
		case '\n':
			j.line++
		case ' ', '\t', '\r':
		default:
			return c, j.r.UnreadByte()
		}
	}
}

func (j *jsonText) onlySpace() bool { c, err := j.peek(); return err != nil || c == 0 }

// expect takes the next character where it is one of these.
func (j *jsonText) expect(these string) (byte, error) {
	c, err := j.peek()
	if err != nil {
		return 0, err
	}
	if c == 0 {
		return 0, j.wrong("ends in the middle of its JSON text")
	}
	if strings.IndexByte(these, c) < 0 {
		return 0, j.wrong("is not valid JSON here")
	}
	_, err = j.r.ReadByte()
	return c, err
}

// units reads a list whose elements are messages or conversations by themselves.
func (j *jsonText) units(path string) error {
	return j.list(func(i int) error {
		name := fmt.Sprintf("%s[%d]", path, i)
		if _, err := j.peek(); err != nil {
			return err
		}
		j.f.begin(j.line, name, "", false)
		j.unit = true
		err := j.value(name, "", 1)
		j.unit = false
		if err != nil {
			return err
		}
		return j.f.end()
	})
}

func (j *jsonText) list(element func(i int) error) error {
	if _, err := j.expect("["); err != nil {
		return err
	}
	if c, err := j.peek(); err != nil || c == ']' {
		j.r.ReadByte() //nolint:errcheck // it was peeked at
		return err
	}
	for i := 0; ; i++ {
		if err := element(i); err != nil {
			return err
		}
		if c, err := j.expect(",]"); err != nil || c == ']' {
			return err
		}
	}
}

// value reads any value. field is the key it stands under.
func (j *jsonText) value(path, field string, depth int) error {
	if depth > j.f.lim.nesting {
		return j.wrong("is nested deeper than %d levels", j.f.lim.nesting)
	}
	c, err := j.peek()
	if err != nil {
		return err
	}
	switch {
	case c == '{':
		return j.object(path, depth)
	case c == '[':
		if !j.unit && isOneOf(lists, field) {
			return j.units(path)
		}
		return j.list(func(i int) error { return j.value(fmt.Sprintf("%s[%d]", path, i), field, depth+1) })
	case c == '"':
		line := j.line
		text, err := j.text()
		if err != nil {
			return err
		}
		return j.said(path, field, line, text)
	case c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z':
		text, err := j.literal()
		if err != nil {
			return err
		}
		return j.said(path, field, j.line, text)
	case c == 0:
		return j.wrong("ends in the middle of its JSON text")
	}
	return j.wrong("is not valid JSON here")
}

func (j *jsonText) object(path string, depth int) error {
	if _, err := j.expect("{"); err != nil {
		return err
	}
	if c, err := j.peek(); err != nil || c == '}' {
		j.r.ReadByte() //nolint:errcheck // it was peeked at
		return err
	}
	for {
		if c, err := j.peek(); err != nil || c != '"' {
			if err == nil {
				err = j.wrong("is not valid JSON here")
			}
			return err
		}
		key, err := j.text()
		if err != nil {
			return err
		}
		name := string(key)
		if safe := safeName(name); safe != strings.TrimSpace(name) { // data in place of a name is looked at too
			if err := j.said(path, "", j.line, []byte(name)); err != nil {
				return err
			}
		}
		if _, err := j.expect(":"); err != nil {
			return err
		}
		if err := j.value(strings.TrimPrefix(path+"."+safeName(name), "."), name, depth+1); err != nil {
			return err
		}
		if c, err := j.expect(",}"); err != nil || c == '}' {
			return err
		}
	}
}

// text reads a string. What is longer than the limit is a problem, and cut.
func (j *jsonText) text() ([]byte, error) {
	if _, err := j.expect(`"`); err != nil {
		return nil, err
	}
	j.buf = append(j.buf[:0], '"')
	escaped, plain, cut := false, true, false
	for {
		c, err := j.r.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil, j.wrong("ends in the middle of its JSON text")
		}
		if err != nil {
			return nil, readError(j.line, err)
		}
		if c == '\n' { // not allowed, and nothing else is wrong with it
			j.line++
			c, plain = ' ', plain && true
		}
		if !escaped && c == '"' {
			break
		}
		escaped = !escaped && c == '\\'
		plain = plain && !escaped && c >= ' '
		if cut = cut || len(j.buf) > j.f.lim.line; !cut {
			j.buf = append(j.buf, c)
		}
	}
	if cut {
		for len(j.buf) > 1 && j.buf[len(j.buf)-1] == '\\' {
			j.buf = j.buf[:len(j.buf)-1]
		}
		if err := j.f.problem(j.line, "a text is longer than %d bytes; what is beyond was not looked at", j.f.lim.line); err != nil {
			return nil, err
		}
	}
	if plain {
		return j.buf[1:], nil
	}
	var s string
	if json.Unmarshal(append(j.buf, '"'), &s) != nil {
		return j.buf[1:], nil // a wrong escape: as it stands
	}
	return []byte(s), nil
}

// literal reads a number, true, false or null; the latter three are nothing to look at.
func (j *jsonText) literal() ([]byte, error) {
	j.buf = j.buf[:0]
	for {
		c, err := j.r.ReadByte()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, readError(j.line, err)
		}
		if err != nil || bytes.IndexByte([]byte(" \t\r\n,]}"), c) >= 0 {
			if err == nil {
				if err := j.r.UnreadByte(); err != nil {
					return nil, err
				}
			}
			if !json.Valid(j.buf) {
				return nil, j.wrong("is not valid JSON here")
			}
			if j.buf[0] >= 'a' {
				return nil, nil
			}
			return j.buf, nil
		}
		if len(j.buf) > 400 {
			return nil, j.wrong("is not valid JSON here")
		}
		j.buf = append(j.buf, c)
	}
}
