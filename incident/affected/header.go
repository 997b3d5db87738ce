package affected

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tocsin/incident"
)

// readHeader reads the header of a CSV file and finds the wanted columns in
// it. Where the spec does not say what separates columns (separator 0), it is what
// separates the wanted ones.
func (in *input) readHeader(columns []string, lim limits, separator byte) error {
	header, final, err := in.blocks.next(nil)
	in.line = 1
	for err == nil {
		for { // empty lines before the header
			rest, empty := bytes.CutPrefix(bytes.TrimPrefix(header, []byte{'\r'}), []byte{'\n'})
			if !empty {
				break
			}
			header, in.line = rest, in.line+1
		}
		by := separator
		if by == 0 {
			by = guessSeparator(header, final, lim, columns)
		}
		names, stop, why, more := headerNames(header, final, lim, by)
		switch {
		case len(header) == 0 && final:
			return incident.Errorf(incident.Invalid, "%s: is empty; a CSV file begins with a line that names its columns", in.path)
		case why != "":
			return incident.Errorf(incident.Invalid, "%s:%d: the header cannot be read: %s", in.path, in.line, why)
		case !more && len(header) > 0 && oldLines(names):
			return incident.Errorf(incident.Invalid, "%s:%d: the lines end in CR alone, as on very old computers; save the file with LF or CRLF", in.path, in.line)
		case !more && len(header) > 0:
			in.line += uint64(bytes.Count(header[:stop], []byte{'\n'}))
			in.blocks.unread(header[stop:])
			return in.chooseColumns(names, columns, lim, by)
		}
		var block []byte
		block, final, err = in.blocks.next(nil)
		header = append(header, block...)
	}
	return in.readError(err)
}

// oldLines reports whether what was taken for a header has line ends of CR
// alone in it: then it is the whole file, which would pass for one without rows.
func oldLines(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return strings.Contains(strings.ReplaceAll(name, "\r\n", ""), "\r")
	})
}

func headerNames(header []byte, final bool, lim limits, separator byte) (names []string, stop int, why string, more bool) {
	_, stop, why, more = splitRecord(header, 0, final, lim, separator, func(_ int, s span) {
		name := header[s.from:s.to]
		if s.escaped {
			name = bytes.ReplaceAll(name, []byte(`""`), []byte(`"`))
		}
		names = append(names, string(trim(name)))
	})
	return names, stop, why, more
}

// guessSeparator is the comma where it separates the wanted columns, else what
// does; where nothing does, what makes most columns.
func guessSeparator(header []byte, final bool, lim limits, columns []string) byte {
	best, most := byte(','), 0
	for _, by := range []byte(",;\t|") {
		names, _, why, more := headerNames(header, final, lim, by)
		if why != "" || more {
			continue
		}
		found := !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(names, c) })
		if found && len(columns) > 0 {
			return by
		}
		if len(names) > most {
			best, most = by, len(names)
		}
	}
	return best
}

func (in *input) chooseColumns(header, columns []string, lim limits, separator byte) error {
	f := &csvFormat{fields: len(header), separator: separator, lim: lim}
	var problems []incident.Problem
	for _, name := range columns {
		at := slices.Index(header, name)
		switch {
		case at < 0 && slices.Contains(in.optional, name):
		case at < 0:
			problems = append(problems, incident.Problem{Where: in.path, What: missingColumn(header, name)})
		case slices.Contains(header[at+1:], name):
			problems = append(problems, incident.Problem{Where: in.path, What: fmt.Sprintf("has more than one column called %q", name)})
		default:
			f.want = append(f.want, at)
		}
	}
	if len(problems) > 0 {
		return &incident.Error{Kind: incident.Invalid, Message: in.path + " does not have the columns the spec names", Problems: problems}
	}
	slices.Sort(f.want)
	for _, at := range f.want {
		f.names = append(f.names, header[at])
	}
	in.format = f
	return nil
}

// missingColumn does not list the columns there are: a file without a header
// would show its first person.
func missingColumn(header []string, name string) string {
	what := fmt.Sprintf("has no column called %q", name)
	for _, h := range header {
		if strings.EqualFold(h, name) {
			return what + fmt.Sprintf("; did you mean %q?", h)
		}
	}
	return what
}
