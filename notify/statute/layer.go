package statute

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"time"
)

// With gives a library with one more layer of files over this one, which stays
// as it is: the contracts kept in the store, say. The layer is the operator's, so
// a file with a mistake is left out and Broken says so. name is how the layer is
// called in problems; the files are named within it.
func (l *Library) With(name string, files map[string][]byte) (*Library, error) {
	layer := 0
	for _, s := range l.sources {
		layer = max(layer, s.layer)
	}
	sources := slices.Clone(l.sources)
	for _, f := range sortedKeys(files) {
		sources = append(sources, source{layer + 1, path.Join(name, f), bytes.Clone(files[f])})
	}
	out, err := settle(sources, nil)
	if err != nil {
		return nil, err
	}
	out.broken = append(slices.Clone(l.broken), out.broken...)
	return out, nil
}

// CheckPlace says what is wrong with a jurisdiction, or nothing.
func CheckPlace(place string) string {
	if place == "" {
		return "it is missing"
	}
	return world().Check(place)
}

// IDPrefix is how the id of a rule of a jurisdiction begins: "de-", "us-".
func IDPrefix(jurisdiction string) string { return strings.ToLower(idPrefix(jurisdiction)) }

// InZone is an instant as clocks of a place show it; UTC where the place has
// several zones and none is its own.
func InZone(at time.Time, place string) time.Time {
	if z := world().Zone(place); z != nil {
		return at.In(z)
	}
	return at.UTC()
}
