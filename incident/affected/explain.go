package affected

import (
	"context"
	"runtime"
	"slices"
)

// Asked is what is to be explained: a person, by a key that the directory has
// a column for, or what became of a row.
type Asked struct {
	Key   string // see MatchKeys; "" for a row
	Value string
	Row   Place
}

// Explanation says which rows put whom among the affected.
type Explanation struct {
	People []PersonAt `json:"people"` // whom it is about, and whom the rows could mean besides
	Rows   []RowAt    `json:"rows"`   // in the order of the exposures and their lines
}

// PersonAt is a row of the directory.
type PersonAt struct {
	Person int64  `json:"person"` // number among the readable rows, from 1
	Place  Place  `json:"place"`
	Asked  bool   `json:"asked"` // has the key that was asked for
	Email  string `json:"-"`
	Name   string `json:"-"`
	ID     string `json:"-"` // customer_id
}

// RowAt is a row of an exposure and what became of it.
type RowAt struct {
	Exposure string   `json:"exposure"`
	Place    Place    `json:"place"`
	Outcome  string   `json:"outcome"` // matched (or a duplicate), conflict, unmatched, malformed, decided
	Person   int64    `json:"person"`  // to whom it goes; 0: nobody
	Others   []int64  `json:"others,omitempty"`
	Why      string   `json:"why,omitempty"`
	Elements []string `json:"elements"`
}

// maxExplained bounds how many rows one answer may hold.
const maxExplained = 10_000

// Explain says which rows put a person among the affected, or what became of a
// row, by reading the files again: where opt.Rows has their indexes, the blocks of them that
// hold the person's keys, else all of each. Errors are those of
// Resolve; NotFound where the directory has nobody with that key, or the file no such row.
func Explain(ctx context.Context, spec Spec, from Sources, asked Asked, opt Options) (Explanation, error) {
	if err := spec.Validate(); err != nil {
		return Explanation{}, err
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	r := &run{spec: spec, from: from, opt: opt, lim: limits{block: blockSize, record: maxRecord}, budget: &budget{}, key: newHashKey(), owners: map[string][]uint32{}}
	if opt.Rows != nil {
		r.key, _, _ = rowKeys(opt.Rows.Key, "", "")
		r.lim.block = rowBlock
	}
	if err := r.checkFiles(ctx); err != nil {
		return Explanation{}, err
	}
	if err := r.readDecisions(ctx); err != nil {
		return Explanation{}, err
	}
	x := &explainer{run: r, keys: spec.Keys(), wanted: map[keyAt]bool{}, asked: map[uint32]bool{}}
	return x.explain(ctx, asked)
}

// keyAt is a hashed key of a kind.
type keyAt struct {
	kind int // place among explainer.keys
	hash keyHash
}

type explainer struct {
	run    *run
	keys   []string
	wanted map[keyAt]bool // keys that rows are looked for by
	asked  map[uint32]bool
	rows   []candidateRow
	people map[uint32]PersonAt

	homes map[uint32]bool // blocks of the directory in which those asked for stand
	whole bool            // those are not known
}

// candidateRow is a row that has one of the wanted keys.
type candidateRow struct {
	piece    int
	line     uint64
	hashes   []keyHash // of the matcher's keys
	elements Elements
	born     birth
	bad      string
}

func (x *explainer) explain(ctx context.Context, asked Asked) (Explanation, error) {
	if asked.Key != "" {
		if err := x.findPerson(ctx, asked); err != nil {
			return Explanation{}, err
		}
	}
	if err := x.findRows(ctx, asked); err != nil {
		return Explanation{}, err
	}
	if err := x.findHolders(ctx); err != nil {
		return Explanation{}, err
	}
	return x.decide(), nil
}

// decide decides on each row as the matching does.
func (x *explainer) decide() Explanation {
	r := x.run
	out := Explanation{People: []PersonAt{}, Rows: []RowAt{}}
	for _, c := range x.rows {
		p := &r.exposed[c.piece]
		e := &r.spec.Exposures[p.exposure]
		row := RowAt{Exposure: e.Name, Place: Place{p.called, c.line}, Elements: c.elements.Names()}
		if c.bad != "" {
			row.Outcome, row.Why, row.Elements = "malformed", c.bad, []string{}
			out.Rows = append(out.Rows, row)
			continue
		}
		if d, ok := r.decided[row.Place.Path][c.line]; ok {
			row.Outcome, row.Person, row.Why = "decided", d, "a person decided whom it means"
		} else {
			x.match(r.newMatcher(e, nil, nil), &c, &row)
		}
		if len(x.asked) > 0 && !x.asked[uint32(row.Person-1)] && !slices.ContainsFunc(row.Others, func(p int64) bool { return x.asked[uint32(p-1)] }) {
			continue // it shares a key with the person, and is another's
		}
		out.Rows = append(out.Rows, row)
	}
	for _, p := range x.people {
		out.People = append(out.People, p)
	}
	slices.SortFunc(out.People, func(a, b PersonAt) int { return int(a.Person - b.Person) })
	return out
}

func (x *explainer) match(m *matcher, c *candidateRow, row *RowAt) {
	one := candidate{elements: c.elements, born: c.born}
	var o outcome
	m.find(&one, c.hashes, &o)
	switch {
	case !one.ok:
		row.Outcome, row.Why = "unmatched", "nobody in the directory has one of its keys"
	case one.reason.kind != fits:
		row.Outcome, row.Person, row.Why = "conflict", int64(one.person)+1, m.explain(one.reason)
		for _, p := range o.open[0].others {
			row.Others = append(row.Others, int64(p)+1)
		}
	default:
		row.Outcome, row.Person = "matched", int64(one.person)+1
	}
}
