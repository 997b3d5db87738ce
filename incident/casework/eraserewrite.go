package casework

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

// rewriteAll writes every list and report that holds the person anew, without
// them, and gives old → new names. What is not used in the end is nobody's and
// goes with the incident's key.
func (d *Desk) rewriteAll(ctx context.Context, e *erasing) (map[string]string, error) {
	moved := map[string]string{}
	lines := map[string]map[int]bool{}
	for _, at := range e.places {
		if lines[at.Object] == nil {
			lines[at.Object] = map[int]bool{}
		}
		lines[at.Object][at.Line] = true
	}
	for object, gone := range lines {
		to, err := d.rewrite(ctx, e.i.ID, object, func(s *records, record []byte) (bool, bool) { return !gone[s.line], true })
		if err != nil {
			return nil, err
		}
		moved[object] = to
	}
	texts := identifiers(e)
	for _, r := range e.all() {
		for _, sum := range r.Reports {
			if moved[sum] != "" {
				continue
			}
			dropped, lower := false, []byte(nil)
			to, err := d.rewrite(ctx, e.i.ID, sum, func(s *records, record []byte) (bool, bool) {
				lower = lowered(lower, record)
				for _, t := range texts {
					if s.line > 0 && bytes.Contains(lower, t) {
						dropped = true
						return false, false
					}
				}
				return true, false
			})
			if err != nil {
				return nil, err
			}
			if dropped {
				moved[sum] = to
			}
		}
	}
	return moved, nil
}

// identifiers are the texts by which a report's row is known to be the person's.
func identifiers(e *erasing) [][]byte {
	var out [][]byte
	add := func(s string) {
		if s = strings.ToLower(s); len(s) >= 4 {
			for _, w := range []string{s, strings.ReplaceAll(s, `"`, `""`)} {
				if !slices.ContainsFunc(out, func(b []byte) bool { return string(b) == w }) {
					out = append(out, []byte(w))
				}
			}
		}
	}
	add(e.who.CustomerID)
	for _, at := range e.places {
		add(at.Person.Email)
		add(at.Person.Name)
	}
	return out
}

// rewrite copies an object of the vault record by record. keep says whether a
// record stays, and if not whether an empty one stands in its place.
func (d *Desk) rewrite(ctx context.Context, id, object string, keep func(*records, []byte) (stays, empty bool)) (string, error) {
	from, err := d.vault.Open(ctx, id, object)
	if err != nil {
		return "", err
	}
	defer from.Close()
	s, err := newRecords(from)
	if err != nil {
		return "", err
	}
	read, write := io.Pipe()
	defer read.Close()
	go func() { write.CloseWithError(copyRecords(write, s, keep)) }()
	made, err := d.vault.Put(ctx, id, read)
	return made.SHA256, err
}

func copyRecords(w io.Writer, s *records, keep func(*records, []byte) (stays, empty bool)) error {
	columns := 1 + bytes.Count(s.header, []byte{','})
	blank := []byte(strings.Repeat(",", max(columns-1, 0)) + "\n")
	out := bytes.NewBuffer(nil)
	out.Write(s.header)
	for {
		record, err := s.next()
		if errors.Is(err, io.EOF) {
			_, err = w.Write(out.Bytes())
			return err
		}
		if err != nil {
			return err
		}
		if s.empty {
			out.Write(record)
		} else if stays, empty := keep(s, record); stays {
			out.Write(record)
		} else if empty {
			out.Write(blank)
		}
		if out.Len() > 256<<10 {
			if _, err := w.Write(out.Bytes()); err != nil {
				return err
			}
			out.Reset()
		}
	}
}
