package incident

import (
	"errors"
	"fmt"
)

// Kind classes an error by what a caller can do about it. Doors map it once
// each: to an HTTP status, an exit code, a Slack text.
type Kind string

const (
	Invalid      Kind = "invalid"      // the input is wrong; the message says what and where
	NotFound     Kind = "not_found"    // looked, and it is not there (or this person may not know that it is)
	Conflict     Kind = "conflict"     // true a moment ago, no longer: a digest moved, a state changed, a name is taken
	Forbidden    Kind = "forbidden"    // known who asks, and they may not
	Unauthorized Kind = "unauthorized" // not known who asks
	TooLarge     Kind = "too_large"    // over a stated limit
	Unavailable  Kind = "unavailable"  // cannot now: locked, full, busy; trying later may help
	Gone         Kind = "gone"         // was here; its key has been destroyed
	Internal     Kind = "internal"     // ours; logged whole, shown as one fixed sentence
)

// Error is the one error type that crosses package borders: a kind, a sentence
// for a person (no secret, no personal data, no internals), and the cause for
// the log.
type Error struct {
	Kind     Kind
	Message  string
	Problems []Problem // for Invalid: every single thing that is wrong
	Cause    error
}

// Problem is one thing wrong with an input, and where: a field's name, a JSON
// path, or file:line.
type Problem struct {
	Where string `json:"where"`
	What  string `json:"what"`
}

func (p Problem) String() string {
	if p.Where == "" {
		return p.What
	}
	return p.Where + ": " + p.What
}

func (e *Error) Error() string {
	s := e.Message
	if s == "" {
		s = string(e.Kind)
	}
	for _, p := range e.Problems {
		s += "\n  " + p.String()
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error without a cause; use Because to keep one for the log.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because makes an Error of this kind with a cause that only the log sees.
func Because(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// KindOf is the kind of the first Error in err's chain; Internal where there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Sentence is what a person may be shown of err. An error that carries no kind
// is internal, and its text stays in the log.
func Sentence(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal && e.Message != "" {
		return e.Message
	}
	return "Something went wrong on our side. It has been logged; nothing was changed."
}

// ProblemsOf lists the single problems of err, if it carries any.
func ProblemsOf(err error) []Problem {
	var e *Error
	if errors.As(err, &e) {
		return e.Problems
	}
	return nil
}
