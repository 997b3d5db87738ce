package playbooks

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"

	"tocsin/incident"
)

// Severity says whether a problem keeps a playbook from being used.
type Severity string

const (
	Error   Severity = "error"   // Parse refuses the file
	Warning Severity = "warning" // the file works; its author should look
)

// Problem is one thing wrong with a playbook file.
type Problem struct {
	Line     int      `json:"line"` // from 1; 0 where the file as a whole is meant
	Key      string   `json:"key"`  // where, as a path: step.isolate-hosts.due.within
	What     string   `json:"what"`
	Severity Severity `json:"severity"`
}

func (p Problem) String() string {
	s := strconv.Itoa(p.Line) + ": "
	if p.Severity == Warning {
		s += "warning: "
	}
	if p.Key != "" {
		s += p.Key + ": "
	}
	return s + p.What
}

// problems collects what is wrong, wherever it is found.
type problems struct{ list []Problem }

func (p *problems) add(line int, key, format string, args ...any) {
	p.list = append(p.list, Problem{Line: line, Key: key, What: fmt.Sprintf(format, args...), Severity: Error})
}

func (p *problems) warn(line int, key, format string, args ...any) {
	p.list = append(p.list, Problem{Line: line, Key: key, What: fmt.Sprintf(format, args...), Severity: Warning})
}

func (p *problems) errors() bool {
	for _, q := range p.list {
		if q.Severity == Error {
			return true
		}
	}
	return false
}

// sorted gives the problems in the order of the file.
func (p *problems) sorted() []Problem {
	sort.SliceStable(p.list, func(i, j int) bool { return p.list[i].Line < p.list[j].Line })
	return p.list
}

// Parse reads a playbook. name is the file's name, for messages. It refuses
// with an Invalid error whose Problems hold every single error with file and
// line; warnings do not stop it.
func Parse(name string, data []byte) (*Playbook, error) {
	p, found := read(data)
	if !found.errors() {
		return p, nil
	}
	err := incident.Errorf(incident.Invalid, "%s is not a playbook that can be used", name)
	for _, q := range found.sorted() {
		if q.Severity != Error {
			continue
		}
		what := q.What
		if q.Key != "" {
			what = q.Key + ": " + what
		}
		err.Problems = append(err.Problems, incident.Problem{Where: name + ":" + strconv.Itoa(q.Line), What: what})
	}
	return nil, err
}

// Lint reads a playbook and lists every problem with its line, warnings
// included, in the order of the file. An empty list means Parse takes it and
// nothing looks odd.
func Lint(data []byte) []Problem {
	_, found := read(data)
	return found.sorted()
}

var (
	slugName    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ruleName    = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)
	stageName   = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	attackName  = regexp.MustCompile(`^T[0-9]{4}(\.[0-9]{3})?$`)
	versionName = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$`)
)

func quote(s string) string { return strconv.Quote(clip(s)) }

// clip keeps a message readable when the file holds nonsense.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// nearest proposes what may have been meant: `; did you mean "…"?`, or "".
func nearest(got string, names []string) string {
	if len(got) > 64 {
		return ""
	}
	best, distance := "", 3
	for _, n := range names {
		if d := editDistance(got, n); d < distance {
			best, distance = n, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(best) + "?"
}

// editDistance counts the letters to add, drop or change to get from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
