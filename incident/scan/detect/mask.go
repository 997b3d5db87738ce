package detect

import "unicode/utf8"

const hidden = "••••"

// Mask is the form of a value that may be shown: dots, and of longer values
// that are no secret the last characters, at most four. How long the value was
// does not show.
func (d *Detector) Mask(value string) string {
	n := utf8.RuneCountInString(value)
	keep := 0
	switch {
	case d.Secret:
	case n >= 9:
		keep = 4
	case n >= 6:
		keep = 2
	}
	at := len(value)
	for range keep {
		_, size := utf8.DecodeLastRuneInString(value[:at])
		at -= size
	}
	for _, r := range value[at:] {
		if r < ' ' || r == utf8.RuneError {
			return hidden
		}
	}
	return hidden + value[at:]
}
