package statute

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"tocsin/incident"
)

// object is a JSON object in the order of its text, so that problems come in
// that order and a key given twice is seen.
type object struct {
	keys   []string
	values map[string]any // *object, []any, string, json.Number, bool or nil
}

// maxDepth bounds how deep facts may nest; theirs is three.
const maxDepth = 32

// parseTree reads one JSON value and nothing after it. A key given twice is a problem.
func parseTree(data []byte) (any, *tree, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	t := &tree{decoder: d, offsets: map[string]int64{}}
	v, err := t.value("", 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is text after the end of the JSON value")
		}
	}
	if err != nil {
		offset := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the text ends too early")
		}
		line := 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
		return nil, nil, fmt.Errorf("line %d: %s", line, strings.TrimPrefix(err.Error(), "json: "))
	}
	return v, t, nil
}

type tree struct {
	decoder  *json.Decoder
	offsets  map[string]int64 // by path, where its key ends; the last one, if given twice
	problems []incident.Problem
}

// locate gives problems the line of the key they are at. A text of one line
// needs none.
func (t *tree) locate(data []byte, ps []incident.Problem) {
	if !bytes.Contains(bytes.TrimSpace(data), []byte("\n")) {
		return
	}
	for i, p := range ps {
		if offset, ok := t.offsets[p.Where]; ok {
			ps[i].Where = fmt.Sprintf("line %d: %s", 1+bytes.Count(data[:offset], []byte("\n")), p.Where)
		}
	}
}

func (t *tree) value(path string, depth int) (any, error) {
	tok, err := t.decoder.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return tok, nil
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d deep", maxDepth)
	}
	if delim == '[' {
		list := []any{}
		for t.decoder.More() {
			at := fmt.Sprintf("%s[%d]", path, len(list))
			v, err := t.value(at, depth+1)
			if err != nil {
				return nil, err
			}
			if _, nested := v.(*object); !nested {
				t.offsets[at] = t.decoder.InputOffset()
			}
			list = append(list, v)
		}
		_, err := t.decoder.Token()
		return list, err
	}
	o := &object{values: map[string]any{}}
	for t.decoder.More() {
		k, err := t.decoder.Token()
		if err != nil {
			return nil, err
		}
		key, ok := k.(string)
		if !ok {
			return nil, errors.New("a key is not a string")
		}
		at := join(path, key)
		t.offsets[at] = t.decoder.InputOffset()
		if _, twice := o.values[key]; twice {
			t.problems = append(t.problems, incident.Problem{Where: at, What: "the key is given twice"})
		} else {
			o.keys = append(o.keys, key)
		}
		if o.values[key], err = t.value(at, depth+1); err != nil {
			return nil, err
		}
	}
	_, err = t.decoder.Token()
	return o, err
}
