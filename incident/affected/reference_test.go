package affected

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// reference is the plain way to do the job: encoding/csv, Go maps, everything
// in memory, one row after the other. Tests compare the engine with it, and the
// benchmark is measured against it. It knows well-formed CSV with rows of the wrong
// length, ASCII keys, and no key that two people share.
func reference(spec Spec, open func(path string) (io.ReadCloser, error)) (people string, sum Summary, err error) {
	directory, _, err := referenceRows(open, spec.Directory.Path)
	if err != nil {
		return "", sum, err
	}
	norm := func(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
	by := map[string]map[string]int{}
	for key, column := range spec.Directory.Columns {
		by[key] = map[string]int{}
		for i, row := range directory {
			if k := norm(row[column]); k != "" {
				if _, taken := by[key][k]; !taken {
					by[key][k] = i
				}
			}
		}
	}
	elements, sources := map[int]Elements{}, map[int][]string{}
	for _, e := range spec.Exposures {
		rows, malformed, err := referenceRows(open, e.Path)
		if err != nil {
			return "", sum, err
		}
		sum.Malformed += int64(malformed)
		seen := map[int]bool{}
		for _, row := range rows {
			person, conflict, strange := -1, false, []string{}
			for _, key := range naming {
				if k := norm(row[e.Match[key]]); e.Match[key] != "" && k != "" {
					if p, ok := by[key][k]; ok {
						conflict = conflict || person >= 0 && p != person
						if person < 0 {
							person = p
						}
					} else if IsPrimaryKey(key) {
						strange = append(strange, spec.Directory.Columns[key])
					}
				}
			}
			if person < 0 {
				sum.Unmatched++
				continue
			}
			for _, column := range strange {
				conflict = conflict || norm(directory[person][column]) != ""
			}
			if conflict {
				sum.Conflicts++
			}
			for _, name := range e.Elements {
				one, _ := ElementOf(name)
				elements[person] |= one
			}
			if e.ElementsColumn != "" {
				some, _ := ParseElements(row[e.ElementsColumn])
				elements[person] |= some
			}
			for name, column := range e.Columns {
				if one, _ := ElementOf(name); strings.TrimSpace(row[column]) != "" {
					elements[person] |= one
				}
			}
			if seen[person] {
				sum.Duplicates++
			} else {
				seen[person] = true
				sum.Matched++
				sources[person] = append(sources[person], e.Name)
			}
		}
	}
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Write(rosterColumns[:])
	for i, row := range directory {
		if len(sources[i]) == 0 {
			continue
		}
		sum.People++
		var record []string
		for _, name := range rosterColumns[:6] {
			record = append(record, strings.TrimSpace(row[spec.Directory.Columns[name]]))
		}
		w.Write(append(record, elements[i].String(), strings.Join(sources[i], "+")))
	}
	w.Flush()
	return out.String(), sum, nil
}

// referenceRows reads a file into maps by column; "" is the column nobody named.
func referenceRows(open func(string) (io.ReadCloser, error), path string) (rows []map[string]string, malformed int, err error) {
	f, err := open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return nil, 0, err
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, malformed, nil
		}
		if err != nil {
			malformed++
			continue
		}
		row := make(map[string]string, len(header))
		for i, name := range header {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
}

// files is a Sources of texts.
type files map[string]string

func (f files) Open(_ context.Context, path string) (io.ReadCloser, int64, error) {
	text, ok := f[path]
	if !ok {
		return nil, 0, fmt.Errorf("open: %w", fs.ErrNotExist)
	}
	return io.NopCloser(strings.NewReader(text)), int64(len(text)), nil
}

func (f files) open(path string) (io.ReadCloser, error) {
	r, _, err := f.Open(context.Background(), path)
	return r, err
}
