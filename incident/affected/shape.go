package affected

import "fmt"

// shape is what a value looks like, as far as a glance tells.
type shape uint8

const (
	shapeMail shape = iota
	shapeDigits
	shapeLetters
	shapeMixed // letters and digits
	shapeOther
	shapes
)

func shapeOf(value []byte) shape {
	letters, digits, other := false, false, false
	for _, c := range value {
		switch {
		case c == '@':
			return shapeMail
		case '0' <= c && c <= '9':
			digits = true
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80:
			letters = true
		default:
			other = true
		}
	}
	switch {
	case letters && digits:
		return shapeMixed
	case digits:
		return shapeDigits
	case letters && !other:
		return shapeLetters
	}
	return shapeOther
}

// shapesSeen counts the shapes of the keys of one block.
type shapesSeen [maxKeys][shapes]uint32

// watch notices a column whose values stop looking as they did: an export in
// which columns were shifted half way, or another table was appended. It judges
// by stretches of rows, so that dirt here and there does not matter.
type watch struct {
	usual   [maxKeys]shape
	known   [maxKeys]bool
	stretch [maxKeys][shapes]uint32
	from    [maxKeys]uint64 // the line where the stretch begins
	warned  [maxKeys]bool
}

// enough is how many values make a stretch.
const enough = 1000

// add takes a block that begins at a line, and gives what is to be said of it.
func (w *watch) add(line uint64, seen *shapesSeen, m *matcher, path string) (warnings []string) {
	for k := range m.keys {
		total := uint32(0)
		if w.stretch[k] == ([shapes]uint32{}) {
			w.from[k] = line
		}
		for s := range seen[k] {
			w.stretch[k][s] += seen[k][s]
			total += w.stretch[k][s]
		}
		if total < enough {
			continue
		}
		most := shape(0)
		for s := range w.stretch[k] {
			if w.stretch[k][s] > w.stretch[k][most] {
				most = shape(s)
			}
		}
		clear95, clear5 := 20*w.stretch[k][most] >= 19*total, w.known[k] && 20*w.stretch[k][w.usual[k]] <= total
		switch {
		case !w.known[k]:
			w.known[k], w.usual[k] = clear95, most
		case clear5 && !w.warned[k]:
			w.warned[k] = true
			warnings = append(warnings, fmt.Sprintf("%s: about line %d the values of %s stop looking like those before: look whether the column still means the same", path, w.from[k], m.keys[k].name))
		}
		w.stretch[k] = [shapes]uint32{}
	}
	return warnings
}
