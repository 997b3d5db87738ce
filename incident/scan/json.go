package scan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
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

// said looks through a value.
func (j *jsonText) said(path, field string, line int, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	u, key := j.f.unit(), strings.ToLower(field)
	if isOneOf(threads, key) {
		u.conversation = conversation(key + "=" + string(text))
	}
	if isOneOf(userKeys, key) {
		j.f.user(u, text)
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

// conversation is the name of a conversation, which is held until its file ends, so it is kept short.
func conversation(id string) string {
	if len(id) <= 64 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return string(sum[:])
}

func isOneOf(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
