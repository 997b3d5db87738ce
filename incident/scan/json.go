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

// Exports of chats and help desks are JSON: an object a line, a list of messages
// or tickets, or an object that holds such a list. An element of the list is a unit; a
// list of messages within one (comments of a ticket) belongs to it.

// lists are keys whose elements are units of their own, not messages of the object that holds the list.
var lists = []string{"tickets", "conversations", "chats", "threads", "channels", "list", "data", "results", "items", "records", "rows", "value", "values"}

// threads are keys that say to which conversation a message belongs.
var threads = []string{"thread_ts", "conversation_id", "conversationid", "thread_id", "threadid", "ticket_id", "ticketid", "chat_id", "chatid", "session_id", "sessionid"}

// words are keys of what people say to each other.
var spoken = []string{"text", "body", "message", "content", "plain_body", "html_body", "transcript", "utterance", "comment", "description", "subject"}

// jsonLines reads an object a line; a line that is none is a problem, and the next is read.
func (f *file) jsonLines(r *bufio.Reader) error {
	var buf []byte
	for line := 1; ; line++ {
		text, long, err := readLine(r, buf, f.lim.line)
		buf = text
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readError(line, err)
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if long {
			if err := f.problem(line, "the line is longer than %d bytes; what is beyond was not looked at", f.lim.line); err != nil {
				return err
			}
		}
		j := &jsonText{f: f, r: bufio.NewReaderSize(bytes.NewReader(text), 16), line: line, unit: true}
		f.begin(line, fmt.Sprintf("line %d", line), "", false)
		err = j.value("", "", 0)
		if err == nil && !j.onlySpace() {
			err = j.wrong("has something behind its JSON text")
		}
		var bad *unreadable
		if errors.As(err, &bad) {
			if !long {
				err = f.problem(line, "%s", bad.why)
			} else {
				err = nil
			}
			if err == nil && !bytes.HasPrefix(bytes.TrimSpace(text), []byte{'{'}) { // no JSON at all: text
				err = f.text(part{line: line, text: text})
			}
		}
		if err != nil {
			return err
		}
		if err := f.end(); err != nil {
			return err
		}
	}
}

// json reads one JSON text, or several one after the other, as a stream.
func (f *file) json(r *bufio.Reader) error {
	j := &jsonText{f: f, r: r, line: 1}
	for n := 0; !j.onlySpace(); n++ {
		if err := j.document(); err != nil {
			return err
		}
	}
	return j.failed
}

// document reads a whole JSON text.
func (j *jsonText) document() error {
	if c, _ := j.peek(); c == '[' {
		return j.units("$")
	}
	j.f.begin(j.line, "$", "", false)
	if err := j.value("$", "", 0); err != nil {
		return err
	}
	return j.f.end()
}

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

// said looks through a value.
func (j *jsonText) said(path, field string, line int, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	u, key := j.f.unit(), strings.ToLower(field)
	if isOneOf(threads, key) {
		u.conversation = key + "=" + string(text)
	}
	u.talk = u.talk || isOneOf(spoken, key)
	p := part{name: path, field: field, line: line, text: text}
	if isOneOf(spoken, key) {
		p.field = "" // says nothing of what the text is
	}
	if bytes.Contains(text, []byte("</")) || bytes.Contains(text, []byte("<br")) {
		return j.f.html(bytes.NewReader(text), p)
	}
	return j.f.text(p)
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

func isOneOf(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
