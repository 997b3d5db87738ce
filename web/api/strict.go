package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"tocsin/incident"
)

// decode reads the body into a T: one JSON object, every key known and given
// once, spelled as documented. Error: Invalid with every key that is wrong.
func decode[T any](c *call) (T, error) {
	var v T
	return v, strict(c.body, &v)
}

func strict(raw []byte, into any) error {
	if len(raw) == 0 {
		return incident.Errorf(incident.Invalid, "Send a JSON object.")
	}
	if !json.Valid(raw) { // also bounds how deep it is nested
		return syntax(raw)
	}
	if raw[0] != '{' {
		return incident.Errorf(incident.Invalid, "Send a JSON object.")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	var problems []incident.Problem
	if err := keys(d, reflect.TypeOf(into), "", &problems); err != nil {
		return incident.Because(incident.Invalid, err, "The JSON cannot be read.")
	}
	if err := json.Unmarshal(raw, into); err != nil && len(problems) == 0 {
		problems = append(problems, mistyped(err))
	}
	if len(problems) == 0 {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: "The body cannot be used as it is.", Problems: problems}
}

func syntax(raw []byte) error {
	var v any
	err := json.Unmarshal(raw, &v)
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return incident.Because(incident.Invalid, err, "The body is not JSON: it goes wrong at byte %d.", s.Offset)
	}
	return incident.Because(incident.Invalid, err, "The body is not JSON.")
}

func mistyped(err error) incident.Problem {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return incident.Problem{Where: t.Field, What: "a " + word(t.Type) + " is wanted, not a " + t.Value}
	}
	return incident.Problem{What: "a value cannot be read: instants are written as 2026-03-02T09:00:00Z"}
}

func word(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "list"
	case reflect.Struct, reflect.Map:
		return "object"
	default:
		return "number"
	}
}

// keys walks one value beside the type it is for and notes every key that the
// type does not have, and every one given twice.
func keys(d *json.Decoder, t reflect.Type, path string, problems *[]incident.Problem) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch tok {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			tok, err := d.Token()
			if err != nil {
				return err
			}
			key, _ := tok.(string)
			at := strings.TrimPrefix(path+"."+clip(key), ".")
			field, have := member(t, key)
			switch {
			case seen[key]:
				*problems = append(*problems, incident.Problem{Where: at, What: "given more than once"})
			case !have:
				*problems = append(*problems, incident.Problem{Where: at, What: "no such key" + instead(t)})
			}
			seen[key] = true
			if err := keys(d, field, at, problems); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Delim('['):
		var inner reflect.Type
		if t != nil && t.Kind() == reflect.Slice {
			inner = t.Elem()
		}
		for n := 0; d.More(); n++ {
			if err := keys(d, inner, fmt.Sprintf("%s[%d]", path, n), problems); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

// member finds what a key of t is for. Below what t does not know, everything
// is let pass: it was said once that the key is wrong.
func member(t reflect.Type, key string) (reflect.Type, bool) {
	if t == nil || t.Kind() == reflect.Map {
		return nil, true
	}
	if t.Kind() != reflect.Struct {
		return nil, true // the decoder says what type is wanted
	}
	for n := range t.NumField() {
		if name(t.Field(n)) == key {
			return t.Field(n).Type, true
		}
	}
	return nil, false
}

func name(f reflect.StructField) string {
	tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return tag
}

func instead(t reflect.Type) string {
	var names []string
	for n := range t.NumField() {
		names = append(names, name(t.Field(n)))
	}
	if len(names) == 0 {
		return ""
	}
	return "; there are " + strings.Join(names, ", ")
}
