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

// Cluster is a set of people whom conflicts tie together: whoever settles one
// of them should look at all.
type Cluster struct {
	People []int64        `json:"people"` // numbers of readable rows of the directory, from 1, ascending
	Rows   int            `json:"rows"`   // conflicts among them
	Why    map[string]int `json:"why"`
	Places []Place        `json:"places"` // the first of the rows
}

// placesKept bounds the rows that a cluster names.
const placesKept = 50

// Clusters reads conflicts.csv and puts together what hangs together, the
// cluster with most rows first. Errors are Invalid.
func Clusters(r io.Reader) ([]Cluster, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	if header, err := rows.Read(); err != nil || !slices.Equal(header, []string{"file", "line", "why", "person", "others"}) {
		return nil, incident.Because(incident.Invalid, err, "this is no list of conflicts")
	}
	parent := map[int64]int64{}
	var root func(p int64) int64
	root = func(p int64) int64 {
		up, ok := parent[p]
		if !ok || up == p {
			parent[p] = p
			return p
		}
		top := root(up)
		parent[p] = top
		return top
	}
	type row struct {
		place Place
		why   string
		at    int64
	}
	var all []row
	whys := map[string]string{}
	for {
		rec, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "the list of conflicts is damaged")
		}
		line, err1 := strconv.ParseUint(rec[1], 10, 64)
		person, err2 := strconv.ParseInt(rec[3], 10, 64)
		if err1 != nil || err2 != nil {
			return nil, incident.Errorf(incident.Invalid, "the list of conflicts is damaged")
		}
		if rec[4] != "" {
			for other := range strings.SplitSeq(rec[4], "+") {
				n, err := strconv.ParseInt(other, 10, 64)
				if err != nil {
					return nil, incident.Errorf(incident.Invalid, "the list of conflicts is damaged")
				}
				a, b := root(person), root(n)
				parent[max(a, b)] = min(a, b)
			}
		}
		if _, ok := whys[rec[2]]; !ok {
			whys[strings.Clone(rec[2])] = strings.Clone(rec[2])
		}
		all = append(all, row{Place{strings.Clone(rec[0]), line}, whys[rec[2]], person})
	}
	by := map[int64]*Cluster{}
	for _, c := range all {
		top := root(c.at)
		k := by[top]
		if k == nil {
			k = &Cluster{Why: map[string]int{}}
			by[top] = k
		}
		k.Rows++
		k.Why[c.why]++
		if len(k.Places) < placesKept {
			k.Places = append(k.Places, c.place)
		}
		if _, ok := parent[c.at]; !ok {
			parent[c.at] = c.at
		}
	}
	for p := range parent {
		if k := by[root(p)]; k != nil {
			k.People = append(k.People, p)
		}
	}
	out := make([]Cluster, 0, len(by))
	for _, k := range by {
		slices.Sort(k.People)
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b Cluster) int {
		if a.Rows != b.Rows {
			return b.Rows - a.Rows
		}
		return int(a.People[0] - b.People[0])
	})
	return out, nil
}
