package detect

import "tocsin/incident"

// Strength says how much speaks for a find. The order is that of weight.
type Strength uint8

const (
	None     Strength = iota // not enough to be reported
	Shape                    // the form alone, or a check that many numbers pass by chance
	Context                  // the form, and a word near it that says what it is
	Checksum                 // a published check holds, in a form or beside a word that rules chance out
)

var strengthNames = [...]string{"none", "shape", "context", "checksum"}

// String is the name in hit lists: shape, context or checksum.
func (s Strength) String() string { return strengthNames[min(int(s), len(strengthNames)-1)] }

// MarshalText writes the name.
func (s Strength) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Strength) UnmarshalText(text []byte) (err error) {
	*s, err = ParseStrength(string(text))
	return err
}

// ParseStrength reads shape, context or checksum; anything else is Invalid.
func ParseStrength(name string) (Strength, error) {
	for i, n := range strengthNames {
		if n == name && i > 0 {
			return Strength(i), nil
		}
	}
	return None, incident.Errorf(incident.Invalid, "%q is not a strength; known are shape, context and checksum", name)
}
