package cacao

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func parseStamp(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }

// More than any procedure that people follow: beyond it a file is made to be walked
// for ever.
const (
	mostWays  = 5000
	mostDepth = 40 // of steps inside one another
)

// graph is the workflow without what only joins and parts its ways: actions and
// decisions, and which follow which.
type graph struct {
	i     *importer
	order []string          // so that whatever leads to a step stands before it
	into  map[string][]edge // by step, sorted
	under map[string][]fork // the decisions a step stands behind, outermost first
	seen  map[string]bool   // every step walked through
	known map[string]bool   // ways already walked
	first []string          // steps as they were met
}

// edge comes from a step; answer is what was decided there, "" where nothing was.
type edge struct{ from, answer string }

// fork is a decision with the answers under which a step is reached.
type fork struct {
	decision string
	answers  []string // sorted
}

func newGraph(i *importer) *graph {
	g := &graph{i: i, into: map[string][]edge{}, under: map[string][]fork{}, seen: map[string]bool{}, known: map[string]bool{}}
	if circle := i.circle(); len(circle) > 0 {
		i.wrong("workflow", "goes in a circle: %s", strings.Join(circle, " → "))
		return g
	}
	g.reach(edge{}, i.d.Start, nil)
	if i.d.Exception != "" {
		g.passed(i.d.Exception)
	}
	var lost []string
	for _, at := range i.ids() {
		if !g.seen[at] && i.d.Workflow[at].Type != "end" {
			lost = append(lost, at)
		}
	}
	if len(lost) > 0 {
		i.wrong("workflow", "nothing leads to %d of its steps, which would be lost: %s", len(lost), strings.Join(lost, ", "))
	}
	if len(g.first) == 0 && len(i.bad) == 0 {
		i.wrong("workflow", "has no actions")
	}
	if len(i.bad) == 0 {
		g.sort()
	}
	if len(i.bad) == 0 {
		g.fork()
	}
	return g
}

// circle gives a way that comes back to where it began; nil where there is none. A
// loop of CACAO does not: its body ends in an end of its own.
func (i *importer) circle() []string {
	done, on := map[string]bool{}, map[string]bool{}
	var way []string
	var walk func(at string) []string
	walk = func(at string) []string {
		if on[at] {
			return append(slices.Clone(way[slices.Index(way, at):]), at)
		}
		if done[at] {
			return nil
		}
		done[at], on[at] = true, true
		way = append(way, at)
		for _, to := range slices.Sorted(maps.Values(i.d.Workflow[at].leads())) {
			if c := walk(to); c != nil {
				return c
			}
		}
		way = way[:len(way)-1]
		on[at] = false
		return nil
	}
	for _, at := range i.ids() {
		if c := walk(at); c != nil {
			return c
		}
	}
	return nil
}

// passed marks what the way for exceptions goes through. It is not imported: a
// person is there when something fails.
func (g *graph) passed(at string) {
	if s := g.i.d.Workflow[at]; s != nil && !g.seen[at] {
		g.seen[at] = true
		if s.Type != "end" {
			g.i.note("workflow_exception", "what is to be done when a step fails altogether is not imported: %s", title(s))
		}
		for _, to := range s.leads() {
			g.passed(to)
		}
	}
}

// reach goes on to a step; then is where its end leads to, innermost first.
func (g *graph) reach(from edge, at string, then []string) {
	way := fmt.Sprint(from, at, then)
	if g.known[way] || len(g.i.bad) > 0 {
		return
	}
	g.known[way] = true
	if len(g.known) > mostWays || len(then) > mostDepth {
		g.i.wrong("workflow", "has more ways through it than a person could follow")
		return
	}
	if at == "" {
		if len(then) > 0 {
			g.reach(from, then[0], then[1:])
		}
		return
	}
	s := g.i.d.Workflow[at]
	g.seen[at] = true
	inner := then
	if s.OnCompletion != "" {
		inner = append([]string{s.OnCompletion}, then...)
	}
	switch s.Type {
	case "start":
		g.reach(from, s.OnCompletion, then)
	case "end":
		g.reach(from, "", then)
	case "parallel":
		for _, to := range s.NextSteps {
			g.reach(from, to, inner)
		}
	default:
		if from.from != "" && !slices.Contains(g.into[at], from) {
			g.into[at] = append(g.into[at], from)
		}
		if !slices.Contains(g.first, at) {
			g.first = append(g.first, at)
		}
		g.leave(at, s, then, inner)
	}
}

// leave goes on from an action or a decision.
func (g *graph) leave(at string, s *step, then, inner []string) {
	switch s.Type {
	case "if-condition":
		g.reach(edge{at, "yes"}, s.OnTrue, inner)
		g.reach(edge{at, "no"}, s.OnFalse, inner)
	case "while-condition":
		g.reach(edge{at, "again"}, s.OnTrue, inner)
		g.reach(edge{at, "done"}, "", inner)
	case "switch-condition":
		for _, o := range options(s) {
			g.reach(edge{at, o.key}, o.to, inner)
		}
	default:
		next := s.OnCompletion
		if next == "" {
			next = s.OnSuccess
		}
		g.reach(edge{from: at}, next, then)
		if s.OnFailure != "" && s.OnFailure != next {
			g.reach(edge{from: at}, s.OnFailure, then)
		}
	}
}

// sort puts every step after those that lead to it.
func (g *graph) sort() {
	waits := map[string]int{}
	for _, at := range g.first {
		waits[at] = len(g.from(at))
		slices.SortFunc(g.into[at], func(a, b edge) int { return strings.Compare(a.from+"\x00"+a.answer, b.from+"\x00"+b.answer) })
	}
	for len(g.order) < len(g.first) {
		free := slices.IndexFunc(g.first, func(at string) bool { return waits[at] == 0 })
		if free < 0 { // where a container leads back into itself through its end
			g.i.wrong("workflow", "goes in a circle: no step of those left can come first")
			return
		}
		at := g.first[free]
		waits[at] = -1
		g.order = append(g.order, at)
		for _, to := range g.first {
			if slices.Contains(g.from(to), at) {
				waits[to]--
			}
		}
	}
}

// from gives the steps that lead to one.
func (g *graph) from(at string) []string {
	var out []string
	for _, e := range g.into[at] {
		if !slices.Contains(out, e.from) {
			out = append(out, e.from)
		}
	}
	return out
}

// fork finds the decisions each step stands behind: those that every way to it
// has gone through, with the answers it can have had.
func (g *graph) fork() {
	for _, at := range g.order {
		for n, e := range g.into[at] {
			way := slices.Clone(g.under[e.from])
			if e.answer != "" {
				way = append(way, fork{e.from, []string{e.answer}})
			}
			if n == 0 {
				g.under[at] = way
			} else {
				g.under[at] = g.meet(g.under[at], way)
			}
		}
	}
}

func (g *graph) meet(a, b []fork) []fork {
	var out []fork
	for n := range min(len(a), len(b)) {
		if a[n].decision != b[n].decision {
			return out
		}
		if slices.Equal(a[n].answers, b[n].answers) {
			out = append(out, a[n])
			continue
		}
		both := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a[n].answers), b[n].answers...))))
		if len(both) < len(options(g.i.d.Workflow[a[n].decision])) {
			out = append(out, fork{a[n].decision, both})
		}
		return out
	}
	return out
}
