package affected

import (
	"context"
	"errors"
	"runtime"
	"slices"
)

// Row is one row of a file as it is, in clear.
type Row struct {
	Place  Place
	Person int64    // of a directory: its number among the readable rows, from 1; else 0
	Values []string // in the order that was asked for
}

// errEnough ends a reading early.
var errEnough = errors.New("enough was read")

// DirectoryRows reads the given people of the directory: numbers of readable
// rows, from 1. names are those of Directory.Columns; one that the spec does not map is
// empty. Errors are those of Resolve.
func DirectoryRows(ctx context.Context, spec Spec, from Sources, people []int64, names []string, opt Options) ([]Row, error) {
	r := reader(spec, from, opt)
	pieces, err := r.piecesOf(ctx, spec.Directory.Input, -1)
	if err != nil {
		return nil, err
	}
	columns := make([]string, len(names))
	for i, n := range names {
		columns[i] = spec.Directory.Columns[n]
	}
	wanted := map[int64]bool{}
	for _, p := range people {
		wanted[p] = true
	}
	var out []Row
	blocks, err := blocksAt(r, 0, people, func(x *RowIndex, p int64) (uint32, error) { return x.row(uint64(max(p, 1)) - 1) })
	if err != nil {
		return nil, err
	}
	first, person := int64(0), int64(0)
	for i := range pieces {
		first = person
		err := r.rows(ctx, &pieces[i], r.directoryColumns(), columns, r.rowsOf(0), blocks, func(before, line uint64, value func(int) string) error {
			person = first + int64(before) + 1
			if !wanted[person] {
				return nil
			}
			row := Row{Place: Place{pieces[i].called, line}, Person: person}
			for k := range columns {
				row.Values = append(row.Values, value(k))
			}
			if out = append(out, row); len(out) == len(wanted) {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ExposedRows reads rows of an exposure by their lines, with the columns that
// the spec has a use for, which it names. Lines that hold no readable row are left out.
func ExposedRows(ctx context.Context, spec Spec, from Sources, exposure int, places []Place, opt Options) (columns []string, rows []Row, err error) {
	r := reader(spec, from, opt)
	e := &spec.Exposures[exposure]
	pieces, err := r.piecesOf(ctx, e.Input, exposure)
	if err != nil {
		return nil, nil, err
	}
	columns = e.allColumns()
	blocks, err := blocksAt(r, exposure+1, places, func(x *RowIndex, p Place) (uint32, error) { return x.line(p.Line) })
	if err != nil {
		return nil, nil, err
	}
	for i := range pieces {
		path, left := pieces[i].called, map[uint64]bool{}
		for _, p := range places {
			if p.Path == path {
				left[p.Line] = true
			}
		}
		if len(left) == 0 {
			continue
		}
		err := r.rows(ctx, &pieces[i], nil, columns, r.rowsOf(exposure+1), blocks, func(_, line uint64, value func(int) string) error {
			if !left[line] {
				return nil
			}
			row := Row{Place: Place{path, line}}
			for k := range columns {
				row.Values = append(row.Values, value(k))
			}
			rows = append(rows, row)
			if delete(left, line); len(left) == 0 {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, nil, err
		}
	}
	return columns, rows, nil
}

// reader is a run that only reads.
func reader(spec Spec, from Sources, opt Options) *run {
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	lim := limits{block: blockSize, record: maxRecord}
	if opt.Rows != nil {
		lim.block = rowBlock // little is read
	}
	return &run{spec: spec, from: from, opt: opt, lim: lim, budget: &budget{}, key: newHashKey(), owners: map[string][]uint32{}}
}

// blocksAt are the blocks of an input that hold what is wanted; nil: all.
func blocksAt[T any](r *run, input int, wanted []T, block func(*RowIndex, T) (uint32, error)) (map[uint32]bool, error) {
	x := r.rowsOf(input)
	if x == nil {
		return nil, nil
	}
	found := map[uint32]bool{}
	for _, w := range wanted {
		n, err := block(x, w)
		if err != nil {
			return nil, err
		}
		found[n] = true
	}
	return found, nil
}

// rows calls fn for the readable rows of a piece in these blocks (nil: in all), in
// order, with how many lie before each. A column that is "" is empty. need are columns that
// are read besides, because what they hold tells which rows are readable.
func (r *run) rows(ctx context.Context, p *piece, need, columns []string, x *RowIndex, blocks map[uint32]bool, fn func(before, line uint64, value func(int) string) error) error {
	ask := slices.Clone(need)
	for _, c := range columns {
		if c != "" {
			ask = appendNew(ask, c)
		}
	}
	in, err := r.open(ctx, p, ask, false)
	if err != nil {
		return err
	}
	defer in.close()
	fields := make([]int, len(columns))
	for i, c := range columns {
		if fields[i] = -1; c != "" {
			fields[i] = fieldOf(in.format, c)
		}
	}
	return x.over(ctx, in, r.lim, blocks, func(before uint64) error {
		return read(ctx, in, r.opt.Workers, func(int, *job[struct{}]) {}, func(j *job[struct{}]) error {
			for row := range j.rows() {
				value := func(k int) string { return string(trim(j.text1(row, fields[k]))) }
				if err := fn(before+j.start.row+uint64(row), j.start.line+uint64(j.lines[row]), value); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
