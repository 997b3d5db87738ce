package condition

// Truth is one of three values. The zero value is Unknown, so that a forgotten
// answer is never a firm one.
type Truth int8

const (
	Unknown Truth = iota
	No
	Yes
)

func (t Truth) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

// MarshalText writes yes, no or unknown.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads yes, no or unknown; anything else is unknown.
func (t *Truth) UnmarshalText(b []byte) error {
	switch string(b) {
	case "yes":
		*t = Yes
	case "no":
		*t = No
	default:
		*t = Unknown
	}
	return nil
}

// Not turns yes and no around and leaves unknown as it is.
func (t Truth) Not() Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Unknown
}

// And is no where either is no, yes where both are yes.
func (t Truth) And(u Truth) Truth {
	switch {
	case t == No || u == No:
		return No
	case t == Yes && u == Yes:
		return Yes
	}
	return Unknown
}

// Or is yes where either is yes, no where both are no.
func (t Truth) Or(u Truth) Truth { return t.Not().And(u.Not()).Not() }
