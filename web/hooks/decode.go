package hooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"tocsin/incident"
)

// decode reads one JSON value, numbers as json.Number: some senders' ids and
// nanoseconds do not fit a float64. Error: Invalid with line and column.
func decode(body []byte) (any, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, unreadable(incident.Problem{Where: "body", What: "it is empty; a JSON object is needed"})
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			return nil, unreadable(incident.Problem{Where: place(body, d.InputOffset()), What: "something follows the JSON value"})
		}
		return v, nil
	}
	what, at := "the JSON ends too early", int64(len(body))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
		at = syntax.Offset
		if at > 0 {
			at-- // Offset is behind the byte it stumbled over
		}
		what = "this is not JSON: " + syntax.Error()
	}
	return nil, unreadable(incident.Problem{Where: place(body, at), What: what})
}

func place(body []byte, offset int64) string {
	if offset > int64(len(body)) {
		offset = int64(len(body))
	}
	before := body[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

func unreadable(problems ...incident.Problem) error {
	return &incident.Error{Kind: incident.Invalid, Message: "The body is not an alert that this source's parser can read.", Problems: problems}
}

// kindOf names a JSON value's type for people.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a text"
	case bool:
		return "true or false"
	default:
		return "a number"
	}
}

// text gives a scalar as text; false for objects and lists. null is "".
func text(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
