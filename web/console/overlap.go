package console

import (
	"fmt"
	"slices"
	"strings"
)

// overlap is a picture of how data sets overlap: a column for each set of
// sources that people are in exactly, its height how many, its dots which; a
// table behind it says the same. The largest come first.
type overlap struct {
	W, H    int
	Columns []overlapColumn
	Sources []overlapSource
	Rows    []overlapRow // the table: all of them
	Hidden  int          // sets that the picture leaves out
}

type overlapColumn struct {
	X, BarY, BarH int
	Mid, LabelY   int
	Count         string
	Dots          []overlapDot
	Line          *overlapLine // joins the first dot with the last
}

type overlapDot struct {
	Y  int
	In bool
}

type overlapLine struct{ From, To int }

type overlapSource struct {
	Name  string
	Y     int
	TextY int
	Band  int
	Odd   bool
}

type overlapRow struct {
	Sources string
	People  int
}

// Measures of the picture, in pixels.
const (
	overlapLabel  = 150 // the names of the sources
	overlapStep   = 46  // from column to column
	overlapBar    = 26
	overlapHeight = 120
	overlapRowH   = 24
	overlapMost   = 12 // columns
	overlapNames  = 10 // sources
)

func newOverlap(by map[string]int) *overlap {
	if len(by) == 0 {
		return nil
	}
	var rows []overlapRow
	totals := map[string]int{}
	for sources, n := range by {
		rows = append(rows, overlapRow{Sources: sources, People: n})
		for s := range strings.SplitSeq(sources, "+") {
			totals[s] += n
		}
	}
	slices.SortFunc(rows, func(a, b overlapRow) int {
		if a.People != b.People {
			return b.People - a.People
		}
		return strings.Compare(a.Sources, b.Sources)
	})
	var names []string
	for s := range totals {
		names = append(names, s)
	}
	slices.SortFunc(names, func(a, b string) int {
		if totals[a] != totals[b] {
			return totals[b] - totals[a]
		}
		return strings.Compare(a, b)
	})
	names = names[:min(len(names), overlapNames)]
	d := &overlap{Hidden: max(0, len(rows)-overlapMost)}
	top := overlapHeight + 24
	for n, name := range names {
		y := top + 12 + n*overlapRowH
		d.Sources = append(d.Sources, overlapSource{Name: shortSource(name), Y: y, TextY: y + 5, Band: y - overlapRowH/2, Odd: n%2 == 1})
	}
	for n, row := range rows[:min(len(rows), overlapMost)] {
		in := strings.Split(row.Sources, "+")
		h := max(2, overlapHeight*row.People/rows[0].People)
		x := overlapLabel + 10 + n*overlapStep
		col := overlapColumn{X: x, BarH: h, BarY: top - h, Mid: x + overlapBar/2, LabelY: top - h - 5, Count: compact(row.People)}
		for k, name := range names {
			dot := overlapDot{Y: d.Sources[k].Y, In: slices.Contains(in, name)}
			if dot.In {
				if col.Line == nil {
					col.Line = &overlapLine{From: dot.Y}
				}
				col.Line.To = dot.Y
			}
			col.Dots = append(col.Dots, dot)
		}
		d.Columns = append(d.Columns, col)
	}
	for _, row := range rows {
		d.Rows = append(d.Rows, overlapRow{Sources: strings.ReplaceAll(strings.ReplaceAll(row.Sources, "+", " and "), "_", " "), People: row.People})
	}
	d.Rows = d.Rows[:min(len(d.Rows), groupsShown)]
	d.W = overlapLabel + 20 + len(d.Columns)*overlapStep
	d.H = top + len(names)*overlapRowH + 8
	return d
}

func shortSource(s string) string { return clip(words(s), 20) }

// compact writes a count so that it fits over a bar: 950, 12k, 3.4M.
func compact(n int) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1_000_000:
		return strings.Replace(fmt.Sprintf("%.1fM", float64(n)/1e6), ".0M", "M", 1)
	case n >= 10_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
