package outbox

import "io"

// ReadCodes gives the codes of a list, for its fuzz test.
func ReadCodes(r io.Reader) ([]string, error) {
	list, err := readCodes(r)
	var out []string
	for _, c := range list {
		out = append(out, c.code)
	}
	return out, err
}
