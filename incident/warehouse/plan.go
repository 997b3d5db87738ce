package warehouse

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Step is one statement of the matching, for an operator to look at before it runs.
type Step struct {
	Title string   // what it is for
	SQL   string   // $1 … are keys that SQL cannot fold, which are read first
	Plan  []string // EXPLAIN of it
}

// Plan is every statement that the matching will run, with the engine's plan for
// it. Nothing has been read when it is shown.
func (in *Inside) Plan(ctx context.Context) ([]Step, error) {
	words, params, types, err := in.place(ctx, &words{})
	if err != nil {
		return nil, err
	}
	c := in.compiler
	steps := []Step{{Title: askedWords, SQL: c.asked()}}
	sources := append([]*source{c.directory}, c.exposures...)
	for _, s := range sources {
		steps = append(steps, Step{Title: askedSize + s.title, SQL: c.size(s)})
	}
	for i, s := range sources {
		steps = append(steps, Step{Title: askedRows + s.title, SQL: in.sql(i, words)})
	}
	for i := range steps {
		with, of := params, types
		if i <= len(sources) {
			with, of = nil, nil
		}
		err := in.p.each(ctx, "EXPLAIN "+steps[i].SQL, with, of, func(row [][]byte) error {
			steps[i].Plan = append(steps[i].Plan, string(row[0]))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// WritePlan prints steps so that the whole can be kept and run as SQL.
func WritePlan(w io.Writer, steps []Step) error {
	var b strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&b, "-- step %d of %d: %s\n%s;\n-- its plan:\n", i+1, len(steps), s.Title, s.SQL)
		for _, lines := range s.Plan {
			for line := range strings.Lines(lines) {
				fmt.Fprintf(&b, "--   %s\n", strings.TrimRight(line, "\r\n"))
			}
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sql is what travels of the directory (0) or an exposure.
func (in *Inside) sql(i int, words string) string {
	if i == 0 {
		return in.compiler.people(words)
	}
	return in.compiler.exposure(i-1, words)
}
