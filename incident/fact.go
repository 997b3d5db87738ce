package incident

import "time"

// Certainty says how well a fact is known. An absent fact is unknown.
type Certainty string

const (
	Known          Certainty = "known"
	SuspectedTrue  Certainty = "suspected"
	UnknownCertain Certainty = "unknown" // looked into, and still not known
)

// Valid reports whether c is one of the three.
func (c Certainty) Valid() bool {
	return c == Known || c == SuspectedTrue || c == UnknownCertain
}

// Fact is one thing held to be so about a breach, at one time, with its source.
// A new value is a new number; nothing is overwritten.
type Fact struct {
	Seq       int       `json:"seq"`  // 1, 2, 3 … across the incident
	Name      string    `json:"name"` // as in the facts format: incident.encryption
	Values    []string  `json:"values,omitempty"`
	Certainty Certainty `json:"certainty"`
	Source    string    `json:"source"` // how we know: a log, a person's role, a document
	SetBy     string    `json:"set_by"`
	SetAt     time.Time `json:"set_at"`
}

// Value is the first value, "" where there is none.
func (f Fact) Value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}
