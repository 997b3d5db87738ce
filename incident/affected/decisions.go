package affected

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident"
)

// Place is a row of an exposure.
type Place struct {
	Path string `json:"path"` // as in the summary's inputs
	Line uint64 `json:"line"` // from 1
}

// Decision is what a person settled about a row that was a conflict.
type Decision struct {
	Place
	Person int64 `json:"person"` // number of the readable row of the directory, from 1; 0: it names nobody
}

// ReadDecisions reads decisions from CSV with the columns file, line and person;
// others are passed over, so that a conflicts.csv whose person column somebody went through will do,
// as a spreadsheet saves it too: with a byte order mark, and separated by semicolons or tabs.
// Errors are Invalid and say the line.
func ReadDecisions(r io.Reader) ([]Decision, error) {
	text := bufio.NewReader(r)
	if mark, _ := text.Peek(3); hasPrefix(mark, "\xEF\xBB\xBF") {
		if _, err := text.Discard(3); err != nil {
			return nil, incident.Because(incident.Invalid, err, "the decisions cannot be read")
		}
	}
	rows := csv.NewReader(text)
	rows.ReuseRecord = true
	if start, _ := text.Peek(256); len(start) > 0 {
		line, _, _ := bytes.Cut(start, []byte{'\n'})
		for _, by := range ";\t" {
			if bytes.ContainsRune(line, by) && !bytes.ContainsRune(line, ',') {
				rows.Comma = by
			}
		}
	}
	header, err := rows.Read()
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "the decisions have no header: file, line and person are needed")
	}
	file, line, person := slices.Index(header, "file"), slices.Index(header, "line"), slices.Index(header, "person")
	if file < 0 || line < 0 || person < 0 {
		return nil, incident.Errorf(incident.Invalid, "the decisions lack a column: file, line and person are needed")
	}
	var out []Decision
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "the decisions cannot be read: %v", err)
		}
		at, _ := rows.FieldPos(0)
		n, err1 := strconv.ParseUint(row[line], 10, 64)
		p, err2 := strconv.ParseInt(row[person], 10, 64)
		if err1 != nil || err2 != nil || n == 0 || p < 0 || p > maxPeople {
			return nil, incident.Errorf(incident.Invalid, "the decisions, line %d: line and person must be whole numbers, a line from 1 and a person from 0", at)
		}
		out = append(out, Decision{Place{strings.Clone(row[file]), n}, p})
	}
}

// readDecisions takes the decisions of the spec and of the options together;
// where both decide on a row, the options' count.
func (r *run) readDecisions(ctx context.Context) error {
	all := r.opt.Decisions
	if r.spec.Decisions != "" {
		file, _, err := r.from.Open(ctx, r.spec.Decisions)
		if err != nil {
			return incident.Because(incident.Invalid, err, "%s: the decisions cannot be opened", r.spec.Decisions)
		}
		defer file.Close()
		read, err := ReadDecisions(bufio.NewReader(file))
		if err != nil {
			return err
		}
		all = slices.Concat(read, all)
	}
	for _, d := range all {
		if r.decided == nil {
			r.decided = map[string]map[uint64]int64{}
		}
		if r.decided[d.Path] == nil {
			r.decided[d.Path] = map[uint64]int64{}
		}
		r.decided[d.Path][d.Line] = d.Person
	}
	return nil
}

// checkDecisions refuses people that the directory, now read, does not have,
// and files that nothing is read from: a decision must not get lost over a name spelled otherwise.
func (r *run) checkDecisions() error {
	known := func(path string) bool {
		return slices.ContainsFunc(r.exposed, func(p piece) bool { return p.called == path }) ||
			r.opt.Prior != nil && slices.ContainsFunc(r.opt.Prior.Inputs, func(in InputSummary) bool { return in.Path == path })
	}
	for _, path := range sortedKeys(r.decided) {
		if !known(path) {
			return incident.Errorf(incident.Invalid, "the decisions are about %s, which is no file of an exposure", path)
		}
	}
	for path, lines := range r.decided {
		for line, person := range lines {
			if person > int64(r.people) {
				return incident.Errorf(incident.Invalid, "the decision on %s, line %d: the directory has no row %d", path, line, person)
			}
		}
	}
	return nil
}
